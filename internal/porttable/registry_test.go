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
	{"unspecified means all", addrs("0.0.0.0"), addrs("127.0.0.1"), true},
	{"unspecified among others means all", addrs("127.0.0.2", "::"), addrs("127.0.0.1"), true},
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
		first, err := r.claim(key, tt.first, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, err = r.claim(key, tt.second, 0)
		if got := errors.Is(err, ErrInUse) && errors.Is(err, syscall.EADDRINUSE); got != tt.conflict {
			t.Errorf("%s: %v, want a conflict: %t", tt.name, err, tt.conflict)
		}
		if _, err := r.claim(registryKey{UDP, 5000}, tt.second, 0); err != nil {
			t.Errorf("%s: a claim of another kind gives %v", tt.name, err)
		}
		r.release(first)
		if _, err := r.claim(key, tt.first, 0); tt.conflict && err != nil {
			t.Errorf("%s: after release: %v", tt.name, err)
		}
	}
}

func TestRegistryLookup(t *testing.T) {
	var r registry
	some, err := r.claim(registryKey{UDP, 1}, addrs("127.0.0.1"), 1001)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.claim(registryKey{UDP, 2}, nil, 1002); err != nil {
		t.Fatal(err)
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
	if len(r.ports) != 1 {
		t.Errorf("%d ports are kept after one of two was released", len(r.ports))
	}
}

func TestCanonical(t *testing.T) {
	got := canonical(addrs("10.0.0.2", "::1", "10.0.0.1", "::ffff:10.0.0.2"))
	if want := addrs("10.0.0.1", "10.0.0.2", "::1"); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestEphemeralPortsCoverTheRangeFromARandomStart(t *testing.T) {
	seen := map[uint16]bool{}
	for i := range ephemeralCount {
		p := ephemeral(1<<32-1, i)
		if p < ephemeralFirst {
			t.Fatalf("port %d is not ephemeral", p)
		}
		seen[p] = true
	}
	if len(seen) != 65536-49152 {
		t.Errorf("%d ports are tried, want all %d", len(seen), 65536-49152)
	}
	if ephemeral(1, 0) == ephemeral(2, 0) {
		t.Error("the start does not matter")
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
