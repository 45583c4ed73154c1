package engine

import (
	"net/netip"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
)

func TestTuning(t *testing.T) {
	inMailed(t, true, func(m *mailed) {
		a := m.client()
		m.settle()
		b := m.box.Members()[0]
		if a.Passive() || !b.Passive() {
			t.Errorf("began by itself: %v, and was begun by the peer: %v", !a.Passive(), b.Passive())
		}
		a.Tune(func(c *assoc.Tunable) { c.RTOMin, c.MaxSeg = time.Millisecond, 700 })
		if c := a.Tunable(); c.RTOMin != time.Millisecond || a.Status().FragmentationPoint != 700 {
			t.Errorf("%+v", c)
		}
		remote, before := a.Paths()[0].Remote, a.Status().Paths[0].PMTU
		a.TunePaths(func(addr netip.Addr, p *assoc.PathParams) {
			if addr != remote {
				t.Errorf("a path to %v", addr)
			}
			p.FixedPMTU = 1000
		})
		if got := a.Status().Paths[0].PMTU; got != 980 {
			t.Errorf("path MTU %d", got)
		}
		a.TunePaths(func(_ netip.Addr, p *assoc.PathParams) { p.FixedPMTU = 0 })
		if got := a.Status().Paths[0].PMTU; got != before {
			t.Errorf("path MTU %d, want what the carrier says: %d", got, before)
		}
		if err := a.SetEncapPort(remote, 4000); err != nil || a.Paths()[0].EncapPort != 4000 {
			t.Errorf("%v, port %d", err, a.Paths()[0].EncapPort)
		}
		if peak, addr := a.TakePeakRTO(); peak != time.Second || addr != remote {
			t.Errorf("%v of %v", peak, addr)
		}
		if peak, _ := a.TakePeakRTO(); peak != time.Millisecond {
			t.Errorf("%v, want RTO.Min", peak)
		}
		if err := a.Abort(nil); err != nil {
			t.Fatal(err)
		}
		m.settle()
		a.TunePaths(func(netip.Addr, *assoc.PathParams) { t.Error("an association that is over was tuned") })
		if a.SetEncapPort(remote, 1) == nil {
			t.Error("so was its path")
		}
	})
}
