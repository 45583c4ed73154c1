package porttable

import (
	"errors"
	"net/netip"
	"slices"
	"syscall"
	"testing"
)

// addrs parses addresses.
func addrs(list ...string) []netip.Addr {
	var as []netip.Addr
	for _, a := range list {
		as = append(as, netip.MustParseAddr(a))
	}
	return as
}

// conflicts are pairs of claims of one port: the rules of bind(2) on Linux.
var conflicts = []struct {
	name          string
	first, second []netip.Addr
	conflict      bool
}{
	{"all and all", nil, nil, true},
	{"all and one", nil, addrs("127.0.0.1"), true},
	{"one and all", addrs("127.0.0.1"), nil, true},
	{"all of one family and one of it", addrs("0.0.0.0"), addrs("127.0.0.1"), true},
	{"one of a family and all of it", addrs("::1"), addrs("::"), true},
	{"all of one family and one of the other", addrs("0.0.0.0"), addrs("::1"), false},
	{"all of one family each", addrs("0.0.0.0"), addrs("::"), false},
	{"all of one family twice", addrs("::"), addrs("::"), true},
	{"all and all of one family", nil, addrs("0.0.0.0"), true},
	{"all of one family and all", addrs("::"), nil, true},
	{"all of one family, among others", addrs("127.0.0.2", "::"), addrs("127.0.0.1"), false},
	{"all of one family and another one, both contended for", addrs("127.0.0.2", "::"), addrs("::1"), true},
	{"the same address", addrs("127.0.0.1"), addrs("127.0.0.1"), true},
	{"the same address, in two ways of writing", addrs("127.0.0.1"), addrs("::ffff:127.0.0.1"), true},
	{"one address in common", addrs("127.0.0.1", "::1"), addrs("127.0.0.2", "::1"), true},
	{"different addresses", addrs("127.0.0.1"), addrs("127.0.0.2"), false},
	{"different addresses, one of them twice", addrs("127.0.0.1", "127.0.0.1"), addrs("127.0.0.2"), false},
	{"different families", addrs("127.0.0.1"), addrs("::1"), false},
	{"different zones", addrs("fe80::1%a"), addrs("fe80::1%b"), false},
}

func TestRegistryConflicts(t *testing.T) {
	for _, tt := range conflicts {
		var r registry
		key := registryKey{Raw, 5000}
		first := &registryClaim{key: key, owner: 1, addrs: tt.first}
		if err := r.claim(first); err != nil {
			t.Fatal(err)
		}
		err := r.claim(&registryClaim{key: key, owner: 2, addrs: tt.second})
		if got := errors.Is(err, ErrInUse) && errors.Is(err, syscall.EADDRINUSE); got != tt.conflict {
			t.Errorf("%s: %v, want a conflict: %t", tt.name, err, tt.conflict)
		}
		if err := r.claim(&registryClaim{key: registryKey{UDP, 5000}, owner: 2, addrs: tt.second}); err != nil {
			t.Errorf("%s: a claim of another kind gives %v", tt.name, err)
		}
		r.release(first)
		if err := r.claim(first); tt.conflict && err != nil {
			t.Errorf("%s: after release: %v", tt.name, err)
		}
	}
}

func TestRegistryLookup(t *testing.T) {
	var r registry
	some := &registryClaim{key: registryKey{UDP, 1}, addrs: addrs("127.0.0.1"), udpPort: 1001}
	all := &registryClaim{key: registryKey{UDP, 2}, udpPort: 1002}
	shared := &registryClaim{key: registryKey{UDP, 3}, hold: Sharing, udpPort: 1003}
	for _, c := range []*registryClaim{some, all, shared} {
		if err := r.claim(c); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		port uint16
		addr string
		want uint16
	}{{1, "127.0.0.1", 1001}, {1, "127.0.0.2", 0}, {2, "127.0.0.2", 1002}, {3, "127.0.0.1", 0}} {
		got, ok := r.lookup(registryKey{UDP, tt.port}, netip.MustParseAddr(tt.addr))
		if got != tt.want || ok != (tt.want != 0) {
			t.Errorf("port %d of %s: %d (%t), want %d", tt.port, tt.addr, got, ok, tt.want)
		}
	}
	r.release(some)
	if len(r.ports) != 2 {
		t.Errorf("%d ports are kept after one of three was released", len(r.ports))
	}
}

func TestCanonical(t *testing.T) {
	got := canonical(addrs("10.0.0.2", "::1", "10.0.0.1", "::ffff:10.0.0.2"))
	if want := addrs("10.0.0.1", "10.0.0.2", "::1"); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// sharings are claims of one port by two owners, one after the other, and what becomes of the second.
var sharings = []struct {
	name          string
	first, second Hold
	firstAt       []netip.Addr
	conflict      bool
}{
	{"both share", Sharing, Sharing, nil, false},
	{"one shares where another is alone", Alone, Sharing, nil, true},
	{"one would be alone where another shares", Sharing, Alone, nil, true},
	{"one would be alone where another shares some address", Sharing, Alone, addrs("127.0.0.1"), true},
	{"one leads where another shares", Sharing, Leading, nil, false},
	{"one shares where another leads", Leading, Sharing, nil, true},
	{"one shares where another leads at some address", Leading, Sharing, addrs("127.0.0.1"), true},
	{"both lead", Leading, Leading, nil, true},
}

func TestRegistrySharing(t *testing.T) {
	for _, tt := range sharings {
		var r registry
		key := registryKey{Raw, 5000}
		if err := r.claim(&registryClaim{key: key, owner: 1, addrs: tt.firstAt, hold: tt.first}); err != nil {
			t.Fatal(err)
		}
		if err := r.claim(&registryClaim{key: key, owner: 1, hold: Alone}); err != nil {
			t.Errorf("%s: one owner contends with itself: %v", tt.name, err)
		}
		r.ports[key] = r.ports[key][:1]
		err := r.claim(&registryClaim{key: key, owner: 2, hold: tt.second})
		if got := errors.Is(err, ErrInUse); got != tt.conflict {
			t.Errorf("%s: %v, want a conflict: %t", tt.name, err, tt.conflict)
		}
	}
}

func TestRegistryChange(t *testing.T) {
	var r registry
	key := registryKey{Raw, 5000}
	a, b := &registryClaim{key: key, owner: 1, hold: Sharing}, &registryClaim{key: key, owner: 2, hold: Sharing}
	for _, c := range []*registryClaim{a, b} {
		if err := r.claim(c); err != nil {
			t.Fatal(err)
		}
	}
	here := netip.MustParseAddr("127.0.0.1")
	for i, step := range []struct {
		claim *registryClaim
		hold  Hold
		ok    bool
	}{{a, Alone, false}, {a, Leading, true}, {b, Leading, false}, {a, Sharing, true}, {b, Leading, true}} {
		if err := r.change(step.claim, step.hold); (err == nil) != step.ok {
			t.Errorf("step %d: %v", i, err)
		}
	}
	if !r.held(key, 1, here) || !r.held(key, 2, here) || r.held(registryKey{Raw, 1}, 1, here) {
		t.Error("who has the port is not known")
	}
}

func TestInUseErrorSaysWhoAndWhat(t *testing.T) {
	for _, tt := range []struct {
		err  InUseError
		want string
	}{
		{InUseError{Port: 7}, "SCTP port 7 is in use"},
		{InUseError{Port: 7, Addr: netip.MustParseAddr("::1"), PID: 42}, "SCTP port 7 of ::1 is in use by process 42"},
	} {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}
