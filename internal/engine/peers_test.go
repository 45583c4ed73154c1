package engine

import (
	"net/netip"
	"testing"

	"github.com/gosctp/sctp/internal/assoc"
)

func TestPeersBehindOneAddressAreFoundByPort(t *testing.T) {
	box, other := netip.MustParseAddr("203.0.113.1"), netip.MustParseAddr("203.0.113.2")
	at := netip.AddrPortFrom(box, 1000)
	book := make(peerBook)
	one, two := new(Assoc), new(Assoc)
	find := func(why string, port uint16, want *Assoc) {
		t.Helper()
		if got := book.find(at, port); got != want {
			t.Errorf("%s: behind port %d there is %p, want %p", why, port, got, want)
		}
	}
	find("empty", 0, nil)

	one.knownAs.dialled = 9900
	book.enter(one, 1000, []assoc.Route{{Remote: box, EncapPort: 9900}, {Remote: other, EncapPort: 9900}})
	book.enter(two, 1000, []assoc.Route{{Remote: box, EncapPort: 40002}})
	find("each", 9900, one)
	find("each", 40002, two)
	find("each", 7, nil)
	find("the newest", 0, two)

	book.enter(one, 1000, []assoc.Route{{Remote: box, EncapPort: 40001}})
	find("where it was dialled", 9900, one)
	find("where it is", 40001, one)
	find("the newest", 0, one)
	if book.find(netip.AddrPortFrom(other, 1000), 0) != nil || book.find(netip.AddrPortFrom(box, 1001), 0) != nil {
		t.Error("an address or a port that it has not any more leads to it")
	}

	book.remove(one)
	find("one is left", 0, two)
	find("one is left", 9900, nil)
	book.remove(two)
	book.remove(two)
	if len(book) != 0 {
		t.Errorf("%d addresses are left", len(book))
	}
	book.enter(one, 1000, []assoc.Route{{Remote: box}})
	find("a carrier without ports", 7, one)
}
