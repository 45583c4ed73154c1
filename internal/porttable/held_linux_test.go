package porttable

import (
	"net/netip"
	"testing"
)

func TestHeldSeesTheClaimsOfOthers(t *testing.T) {
	mine, err := Open(Raw, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer mine.Close()
	other, err := Open(Raw, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	here, there := netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("127.0.0.2")
	wide, err := other.Claim(6001, nil, Alone)
	if err != nil {
		t.Fatal(err)
	}
	narrow, err := other.Claim(6002, []netip.Addr{here}, Alone)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		port uint16
		addr netip.Addr
		held bool
	}{{6001, here, true}, {6001, there, true}, {6002, here, true}, {6002, there, false}, {6003, here, false}} {
		if got := mine.Held(c.port, c.addr); got != c.held {
			t.Errorf("port %d at %v: held %v, want %v", c.port, c.addr, got, c.held)
		}
	}
	wide.Release()
	narrow.Release()
	if mine.Held(6001, here) || mine.Held(6002, here) {
		t.Error("a port that was released counts as held")
	}
}

// BenchmarkHeld asks about a port that nobody has, as a stranger's packets make the engine do.
func BenchmarkHeld(b *testing.B) {
	table, err := Open(Raw, 0)
	if err != nil {
		b.Fatal(err)
	}
	defer table.Close()
	here := netip.MustParseAddr("127.0.0.1")
	for b.Loop() {
		if table.Held(6009, here) {
			b.Fatal("it is held")
		}
	}
}
