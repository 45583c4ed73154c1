package assoc

import (
	"net/netip"
	"testing"

	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/transport"
)

// way makes a path between two addresses; an empty source is left to the routes.
func way(source, destination string) transport.Path {
	p := transport.Path{Remote: netip.MustParseAddr(destination)}
	if source != "" {
		p.Local = netip.MustParseAddr(source)
	}
	return p
}

// RFC 9260 section 6.4.1.
func TestThePairWithLeastInCommonIsTheMostDivergent(t *testing.T) {
	for _, c := range []struct {
		why           string
		failed        transport.Path
		further, near transport.Path
	}{
		{"another source, too", way("192.0.2.1", "198.51.100.1"), way("203.0.113.1", "198.51.100.3"), way("192.0.2.1", "198.51.100.2")},
		{"another source to a destination nearby is better than the same source to one far away", way("192.0.2.1", "198.51.100.1"),
			way("192.0.2.2", "198.51.100.2"), way("192.0.2.1", "10.0.0.1")},
		{"another network of the peer", way("", "198.51.100.1"), way("", "203.0.113.1"), way("", "198.51.100.2")},
		{"another network of this host", way("192.0.2.1", "198.51.100.1"), way("203.0.113.1", "198.51.100.2"), way("192.0.2.9", "198.51.100.3")},
		{"another family", way("", "198.51.100.1"), way("", "2001:db8::1"), way("", "203.0.113.1")},
		{"another source where those of others are not known", way("192.0.2.1", "198.51.100.1"), way("192.0.2.2", "203.0.113.1"),
			way("192.0.2.1", "203.0.113.1")},
		{"any but the same", way("2001:db8::9", "2001:db8::1"), way("", "2001:db8::2"), way("2001:db8::9", "2001:db8::1")},
	} {
		failed, further, near := &path.Path{Addr: c.failed}, &path.Path{Addr: c.further}, &path.Path{Addr: c.near}
		if !moreDivergent(failed, further, near) || moreDivergent(failed, near, further) {
			t.Errorf("%s: from %v, %v is not further away than %v", c.why, c.failed, c.further, c.near)
		}
		if moreDivergent(failed, near, near) || moreDivergent(nil, further, near) {
			t.Errorf("%s: a path is further away than itself, or from nowhere", c.why)
		}
	}
}

// The peer has two addresses in one network and a third one elsewhere.
func TestRetransmissionsTakeTheMostDivergentPath(t *testing.T) {
	elsewhere := netip.MustParseAddr("203.0.113.1")
	ta := established(t, multiHomed(peer1, peer2, elsewhere), with(func(c *Config) { c.HBInterval = -1 }))
	ta.send(10)
	ta.wantTo(peer1, "the primary path", "DATA 0")
	ta.advanceToTimer()
	ta.wantEvent("T3-rtx", "198.51.100.1 potentially-failed")
	ta.wantTo(elsewhere, "what broke the first path may have broken its neighbour", "DATA 0")
	ta.send(10)
	ta.wantTo(elsewhere, "new data takes the same, one alternate address (section 8.2)", "DATA 1")
	ta.advanceToTimer()
	ta.wantEvent("T3-rtx", "203.0.113.1 potentially-failed")
	ta.wantTo(peer2, "an active path is better than any that failed, however near", "DATA 0", "DATA 1")
}

// Sources count as much as destinations do.
func TestRetransmissionsTakeAnotherSource(t *testing.T) {
	ta := established(t, multiHomed(peer1, peer2, peer3), with(func(c *Config) { c.HBInterval = -1 }))
	for i, local := range []netip.Addr{local1, local1, local2} {
		ta.a.paths[i].Addr.Local = local
	}
	ta.send(10)
	ta.forget()
	ta.advanceToTimer()
	ta.wantEvent("T3-rtx", "198.51.100.1 potentially-failed")
	ta.wantTo(peer3, "the second path leaves by the same interface as the one that failed", "DATA 0")
}

// RFC 7829 section 4.1 item 3.
func TestOfInactivePathsEquallyFailedTheMostDivergentIsTaken(t *testing.T) {
	elsewhere := netip.MustParseAddr("203.0.113.1")
	ta := established(t, multiHomed(peer1, peer2, elsewhere), with(func(c *Config) {
		c.PathMaxRetrans, c.AssocMaxRetrans, c.HBInterval = 1, 100, -1
	}))
	for _, p := range ta.a.paths {
		for range 3 {
			ta.a.pathFailed(ta.now, p)
		}
	}
	ta.send(10)
	ta.wantTo(peer1, "the primary path is as bad as the others", "DATA 0")
	ta.advanceToTimer()
	ta.wantTo(elsewhere, "of the other two this one has less in common with it", "DATA 0")
	ta.advanceToTimer()
	ta.wantTo(peer2, "it has failed least by now", "DATA 0")
}
