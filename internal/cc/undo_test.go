package cc

import (
	"testing"
	"time"
)

var algorithms = map[string]Algorithm{"RFC 9260": RFC9260, "CUBIC": CUBIC}

// used is a window of so many packets that has ended slow start.
func used(a Algorithm, packets int) Controller {
	c := New(a, pmdcs, false)
	for c.Cwnd() < 2*packets*pmdcs {
		c.Acked(Ack{Bytes: pmdcs, FlightBefore: c.Cwnd(), CumAdvanced: true, Now: 1, RTT: time.Millisecond, SRTT: time.Millisecond})
	}
	c.Lost()
	return c
}

func TestUndoReturnsToWhatWasSaved(t *testing.T) {
	for name, a := range algorithms {
		for event, f := range map[string]func(Controller){
			"a loss":                  func(c Controller) { c.Lost() },
			"a time-out":              func(c Controller) { c.TimedOut() },
			"a loss, and a time-out":  func(c Controller) { c.Lost(); c.TimedOut() },
			"two losses of one event": func(c Controller) { c.Lost(); c.Lost() },
		} {
			c := used(a, 40)
			cwnd, ssthresh := c.Cwnd(), c.Ssthresh()
			c.Save()
			f(c)
			if c.Cwnd() >= cwnd {
				t.Fatalf("%s, %s: cwnd %d, was %d", name, event, c.Cwnd(), cwnd)
			}
			c.Undo()
			if c.Cwnd() != cwnd || c.Ssthresh() != ssthresh {
				t.Errorf("%s, %s: cwnd %d, ssthresh %d, want %d, %d", name, event, c.Cwnd(), c.Ssthresh(), cwnd, ssthresh)
			}
			c.Lost()
			lower := c.Cwnd()
			c.Undo()
			if c.Cwnd() != lower {
				t.Errorf("%s, %s: undone twice: cwnd %d, want %d", name, event, c.Cwnd(), lower)
			}
		}
	}
}

func TestUndoMakesNoWindowSmaller(t *testing.T) {
	for name, a := range algorithms {
		c := New(a, pmdcs, false)
		before := c.Cwnd()
		c.Undo()
		c.Save()
		c.Reset()
		c.Undo()
		if c.Cwnd() != before || c.Ssthresh() != maxSsthresh {
			t.Errorf("%s: nothing is saved: cwnd %d, ssthresh %d", name, c.Cwnd(), c.Ssthresh())
		}
		c.Save()
		c.Lost()
		c.Resize(8 * pmdcs)
		for range 10 {
			c.Acked(Ack{Bytes: 8 * pmdcs, FlightBefore: c.Cwnd(), CumAdvanced: true, Now: 1, SRTT: time.Millisecond})
		}
		grown := c.Cwnd()
		c.Undo()
		if c.Cwnd() != grown || c.Ssthresh() != maxSsthresh {
			t.Errorf("%s: cwnd %d, ssthresh %d, want what it had grown to (%d), and slow start", name, c.Cwnd(), c.Ssthresh(), grown)
		}
	}
}

// RFC 9438 section 4.9.2: W_max, K and the epoch are those of before, and slow start goes on if there had been no loss yet.
func TestUndoGoesOnWithTheCurve(t *testing.T) {
	f := newFlow(50 * time.Millisecond)
	f.Save()
	f.TimedOut()
	f.Undo()
	if f.hystart.done {
		t.Error("HyStart++ thinks that slow start has ended")
	}
	f.lostAt(1000)
	for range 20 {
		f.round()
	}
	curve, rounds := f.curve, f.packets()
	f.Save()
	f.lostAt(f.packets())
	f.round()
	f.Undo()
	if f.curve != curve || !f.hystart.done {
		t.Errorf("the curve is %+v, was %+v", f.curve, curve)
	}
	f.round()
	if f.packets() < rounds || f.packets() > rounds*11/10 {
		t.Errorf("%d packets a round trip later, were %d", f.packets(), rounds)
	}
	f.Save()
	f.lostAt(rounds)
	f.Resize(pmdcs / 2)
	f.Undo()
	if !f.epoch.IsZero() {
		t.Error("the curve of packets of another size goes on")
	}
}
