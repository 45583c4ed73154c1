package simnet

import (
	"net/netip"
	"testing"
	"time"

	"github.com/gosctp/sctp/transport"
)

// sized sends a packet of a size to an address and returns what comes of it.
func (l *lab) sized(to netip.Addr, size int, mayFragment bool) []got {
	data := make([]byte, size)
	data[size-1] = 0x77
	l.n.Send(second, l.left, &transport.Datagram{Path: transport.Path{Remote: to}, Data: data, MayFragment: mayFragment})
	return l.drain()
}

func TestPacketTooBigIsReportedWithItsStart(t *testing.T) {
	l := newLab(t, Link{MTU: 1280, Delay: 10 * time.Millisecond})
	for _, c := range []struct {
		to   netip.Addr
		fits int
	}{{rightAddr, 1260}, {right6, 1240}} {
		if all := l.sized(c.to, c.fits, false); len(all) != 1 || all[0].host != l.right {
			t.Fatalf("%d bytes to %v: %+v", c.fits, c.to, all)
		}
		all := l.sized(c.to, c.fits+1, false)
		if len(all) != 1 {
			t.Fatalf("%d bytes to %v: %+v", c.fits+1, c.to, all)
		}
		r := all[0]
		if r.host != l.left || r.d.Kind != transport.PacketTooBig || r.d.MTU != c.fits || r.at != second.Add(10*time.Millisecond) {
			t.Errorf("report %+v, want MTU %d at the sender", r, c.fits)
		}
		if r.d.Path.Remote != c.to || len(r.d.Data) != quoteLimit {
			t.Errorf("report quotes %d bytes to %v", len(r.d.Data), r.d.Path.Remote)
		}
	}
}

func TestFragmentsMayExceedTheMTU(t *testing.T) {
	l := newLab(t, Link{MTU: 1280})
	if all := l.sized(rightAddr, 4000, true); len(all) != 1 || all[0].host != l.right || len(all[0].d.Data) != 4000 {
		t.Errorf("a packet that may be fragmented: %+v", all)
	}
}

func TestBlackHoleReportsNothing(t *testing.T) {
	l := newLab(t, Link{MTU: 1280, BlackHole: true})
	if all := l.sized(rightAddr, 1300, false); len(all) != 0 || l.fates[LostTooBig] != 1 {
		t.Errorf("a black hole let out %+v", all)
	}
}

func TestInterfaceReportsWhatItDoesNotTake(t *testing.T) {
	l := newLab(t, Link{MTU: 9000})
	l.left.SetMTU(1400)
	p := transport.Path{Remote: rightAddr}
	if got := l.left.MTU(p); got != 1380 {
		t.Errorf("MTU %d, want 1380", got)
	}
	if all := l.sized(rightAddr, 1381, false); len(all) != 1 || all[0].d.Kind != transport.PacketTooBig || all[0].d.MTU != 1380 {
		t.Errorf("got %+v, want a report", all)
	}
	l.left.SetEncapPort(9899)
	if got := l.left.MTU(p); got != 1372 {
		t.Errorf("MTU inside UDP %d, want 1372", got)
	}
}

func TestLinkThatNeverFragments(t *testing.T) {
	l := newLab(t, Link{MTU: 1280, BlackHole: true, NoFragments: true})
	for _, c := range []struct{ pieces, arrived int }{{0, 0}, {1261, 0}, {1260, 1}} {
		d := &transport.Datagram{Path: transport.Path{Remote: rightAddr}, Data: make([]byte, 4000), MayFragment: true, MTU: c.pieces}
		d.Data[3999] = 0x77
		l.n.Send(second, l.left, d)
		if all := l.drain(); len(all) != c.arrived {
			t.Errorf("cut into pieces of %d bytes: %d arrived, want %d", c.pieces, len(all), c.arrived)
		}
	}
}
