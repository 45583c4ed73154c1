package assoc

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/gosctp/sctp/transport"
)

// bound binds the association to addresses; the host has them.
func bound(addrs ...netip.Addr) option {
	return func(_ *testAssoc, _ *Config, p *Params) { p.LocalAddrs, p.Host, p.Wildcard = addrs, addrs, false }
}

// onHost is the host's addresses, all of which the association is bound to.
func onHost(addrs ...netip.Addr) option {
	return func(_ *testAssoc, _ *Config, p *Params) { p.LocalAddrs, p.Host, p.Wildcard = addrs, addrs, true }
}

// hostHas changes the host's addresses.
func (ta *testAssoc) hostHas(addrs ...netip.Addr) {
	ta.a.HostChanged(ta.now, addrs)
	ta.settle()
}

func TestPacketsLeaveFromAnotherBoundAddressWhenOneIsGone(t *testing.T) {
	ta := established(t, bound(local1, local2))
	from := func(reason string, want netip.Addr) {
		t.Helper()
		ta.send(1)
		if p := ta.forget()[0]; p.path.Local != want {
			t.Errorf("%s: a packet left from %v, want %v", reason, p.path.Local, want)
		}
	}
	first, other := ta.a.sourceFor(peer1), local1
	if first == local1 {
		other = local2
	}
	routes := ta.routes
	ta.hostHas(other)
	ta.wantEvent("the user learns of it", first.String()+" gone")
	if ta.routes == routes {
		t.Error("nobody is asked what the other way takes")
	}
	from("its address is gone", other)
	ta.hostHas(peer3, local1, local2)
	ta.wantEvent("only what is bound matters", first.String()+" there")
	ta.wantNoEvent("only what is bound matters")
	from("it is there again", first)
	ta.hostHas(peer3)
	ta.wantEvent("first", first.String()+" gone")
	ta.wantEvent("and second", other.String()+" gone")
	from("nothing is left: the routes may know", netip.Addr{})
}

func TestSourceThatIsGoneIsGivenUp(t *testing.T) {
	ta := established(t, onHost(local1, local2))
	ta.recv(data(0)) // it came to local1
	if p := ta.forget()[0]; p.path.Local != local1 {
		t.Fatalf("an answer left from %v", p.path.Local)
	}
	ta.hostHas(local2, peer3)
	ta.wantEvent("gone", local1.String()+" gone")
	ta.wantEvent("there", peer3.String()+" there")
	ta.send(1)
	if p := ta.forget()[0]; p.path.Local.IsValid() {
		t.Errorf("a packet leaves from %v, want wherever the routes say", p.path.Local)
	}
	ta.recvTagged(localTag, transport.Path{Local: local2, Remote: peer1}, heartbeat("x"))
	ta.forget()
	ta.send(1)
	if p := ta.forget()[0]; p.path.Local != local2 {
		t.Errorf("a packet leaves from %v, want the address that the peer sends to", p.path.Local)
	}
	ta.hostHas(local2, peer3)
	ta.wantNoEvent("the same list is no news")
	if got := ta.a.LocalAddrs(nil); !slices.Equal(got, []netip.Addr{local1, local2}) {
		t.Errorf("the peer knows of %v, want what it was told", got)
	}
	ta.a.Abort(ta.now, nil)
	ta.forget()
	ta.settle()
	ta.events = nil
	ta.hostHas(local1)
	ta.wantNoEvent("an association that is over")
}

// Data avoids the path that began at an address which is gone, until a heartbeat shows that it works from another one.
func TestPathThatBeganAtALostAddressIsDoubted(t *testing.T) {
	near1, near2 := netip.MustParseAddr("198.51.100.9"), netip.MustParseAddr("203.0.113.9")
	far2 := netip.MustParseAddr("203.0.113.1")
	ta := established(t, multiHomed(peer1, far2), onHost(near1, near2))
	ta.hostHas(near2, local1)
	ta.wantEvent("first", near1.String()+" gone")
	ta.wantEvent("its path", "198.51.100.1 potentially-failed")
	ta.wantEvent("another one is no reason", local1.String()+" there")
	hb := ta.wantTo(peer1, "whether it works is to be known at once", "HEARTBEAT")
	ta.send(1)
	ta.wantTo(far2, "meanwhile data takes the other path", "DATA 0")
	ta.recvFrom(peer1, answerHeartbeat(hb))
	ta.wantEvent("it works", "198.51.100.1 available")
	ta.recvFrom(far2, sack(0))
	ta.send(1)
	ta.wantTo(peer1, "from wherever the routes say", "DATA 1")
}
