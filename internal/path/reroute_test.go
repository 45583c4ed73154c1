package path

import (
	"testing"

	"github.com/gosctp/sctp/internal/cc"
)

// RFC 8261 section 6.1: after a change of the way the congestion state is the initial one.
func TestReroutedPathHasTheInitialWindow(t *testing.T) {
	r := newRoute(t, "192.0.2.1", 1472, 1472)
	initial := r.CC.Cwnd()
	r.CC.Acked(cc.Ack{Bytes: initial, FlightBefore: initial, CumAdvanced: true})
	if r.CC.Cwnd() == initial {
		t.Fatal("the window did not grow")
	}
	r.Rerouted(r.now)
	if r.CC.Cwnd() != initial {
		t.Errorf("the window is %d, want %d", r.CC.Cwnd(), initial)
	}
}

func TestReroutedPathIsMeasuredAgain(t *testing.T) {
	t.Run("it takes as much", func(t *testing.T) {
		r := newRoute(t, "192.0.2.1", 1472, 1472)
		r.Rerouted(r.now)
		if r.Search.State != SearchConfirming || r.Search.Size != 1472 {
			t.Fatalf("state %d, probes of %d bytes", r.Search.State, r.Search.Size)
		}
		r.exchange()
		if r.Search.State != SearchComplete || r.PMTU() != 1472 {
			t.Errorf("state %d, %d bytes", r.Search.State, r.PMTU())
		}
	})
	t.Run("it takes more", func(t *testing.T) {
		r := newRoute(t, "192.0.2.1", 1472, 1472)
		r.TooBig(r.now, 1300)
		r.Rerouted(r.now)
		r.exchange()
		if r.Search.State != SearchComplete || r.PMTU() != 1472 {
			t.Errorf("state %d, %d bytes", r.Search.State, r.PMTU())
		}
	})
	t.Run("nothing to find", func(t *testing.T) {
		r := newRoute(t, "192.0.2.1", 1200, 1200)
		r.Rerouted(r.now)
		if r.Search.WantProbe {
			t.Errorf("a probe of %d bytes", r.Search.Size)
		}
	})
}
