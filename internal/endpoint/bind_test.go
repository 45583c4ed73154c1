package endpoint

import (
	"errors"
	"net/netip"
	"testing"
)

// socketOn returns a socket of one port: on a family for "any", "IPv4" and "IPv6", else on addresses.
func socketOn(where ...string) *Socket {
	s := &Socket{Port: hostPort, Backlog: 1}
	for _, w := range where {
		switch w {
		case "any":
			s.Family = AnyFamily
		case "IPv4":
			s.Family = IPv4
		case "IPv6":
			s.Family = IPv6
		default:
			s.Addrs = append(s.Addrs, netip.MustParseAddr(w))
		}
	}
	return s
}

func TestBindRefusesOnlyWhatOverlaps(t *testing.T) {
	type where = []string
	for _, c := range []struct {
		why       string
		one, two  where
		conflicts bool
	}{
		{"everything twice", where{"any"}, where{"any"}, true},
		{"everything and IPv4", where{"any"}, where{"IPv4"}, true},
		{"everything and IPv6", where{"any"}, where{"IPv6"}, true},
		{"everything and one address", where{"any"}, where{"192.0.2.1"}, true},
		{"one family twice", where{"IPv4"}, where{"IPv4"}, true},
		{"one family each", where{"IPv4"}, where{"IPv6"}, false},
		{"a family and an address of it", where{"IPv6"}, where{"2001:db8::1"}, true},
		{"a family and an address of the other", where{"IPv4"}, where{"2001:db8::1"}, false},
		{"a family and addresses of both", where{"IPv4"}, where{"2001:db8::1", "192.0.2.1"}, true},
		{"the same address", where{"192.0.2.1"}, where{"192.0.2.1"}, true},
		{"disjoint addresses", where{"192.0.2.1"}, where{"198.51.100.1"}, false},
		{"lists with one in common", where{"192.0.2.1", "198.51.100.1"}, where{"198.51.100.1", "203.0.113.1"}, true},
		{"disjoint lists", where{"192.0.2.1", "198.51.100.1"}, where{"203.0.113.1", "2001:db8::1"}, false},
	} {
		for _, order := range [][2]where{{c.one, c.two}, {c.two, c.one}} {
			e := New(Config{})
			first, second := socketOn(order[0]...), socketOn(order[1]...)
			if err := e.Bind(first); err != nil {
				t.Fatal(err)
			}
			if err := e.Bind(second); errors.Is(err, ErrPortInUse) != c.conflicts {
				t.Errorf("%s: %v then %v: %v", c.why, order[0], order[1], err)
			}
			e.Unbind(first)
			if err := e.Bind(socketOn(order[0]...)); err != nil {
				t.Errorf("%s: %v again after Unbind: %v", c.why, order[0], err)
			}
		}
	}
}

func TestBindAnotherPortIsNoConflict(t *testing.T) {
	e := New(Config{})
	for _, port := range []uint16{1, 2, 65535} {
		if err := e.Bind(&Socket{Port: port}); err != nil {
			t.Error(err)
		}
	}
	if err := e.Bind(&Socket{}); err == nil {
		t.Error("port 0 was bound")
	}
}

func TestUnbindLeavesNothing(t *testing.T) {
	e := New(Config{})
	s := socketOn("192.0.2.1")
	if err := e.Bind(s); err != nil {
		t.Fatal(err)
	}
	e.Unbind(s)
	e.Unbind(s)
	if len(e.sockets) != 0 {
		t.Errorf("%d ports are left", len(e.sockets))
	}
}
