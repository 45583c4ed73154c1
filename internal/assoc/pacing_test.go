package assoc

import (
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/cc"
)

// modelled has BBR control congestion.
func modelled(_ *testAssoc, c *Config, _ *Params) {
	c.CongestionControl, c.RACK, c.SendBuffer = cc.BBRv3, true, 10<<20
}

// paced returns an association that has more to send than it may, over a path of 80 ms: data waits for its time.
func paced(t *testing.T, options ...option) (ta *testAssoc, acked int) {
	t.Helper()
	ta = established(t, append(options, modelled)...)
	ta.send(1000 * fragment)
	acked = -1
	for range 3 {
		ta.advance(80 * time.Millisecond)
		acked += len(ta.forget())
		ta.recv(sack(acked))
	}
	p := ta.a.paths[0]
	if p.Pacer.Due.IsZero() {
		t.Fatalf("nothing waits: window %d, %d in flight", p.CC.Cwnd(), ta.a.send.outstanding.Flight(0))
	}
	ta.forget()
	return ta, acked
}

func TestPacedDataLeavesInQuanta(t *testing.T) {
	ta, _ := paced(t)
	p := ta.a.paths[0]
	rate, quantum := p.Pacing()
	packets, began := 0, ta.now
	for range 3 {
		if due := p.Pacer.Due; due.IsZero() || ta.a.NextDeadline() > due {
			t.Fatalf("data waits until %v, and the next deadline is %v", due, ta.a.NextDeadline())
		}
		ta.advance(p.Pacer.Due.Sub(ta.now))
		n := len(ta.forget())
		if bytes := n * p.PMDCS(); bytes < quantum-p.PMDCS() || bytes > quantum+2*p.PMDCS() {
			t.Errorf("%d packets leave together, where a quantum has %d bytes", n, quantum)
		}
		packets += n
	}
	want := rate * ta.now.Sub(began).Seconds()
	if bytes := float64(packets * p.PMDCS()); bytes > want+float64(quantum+p.PMDCS()) {
		t.Errorf("%.0f bytes in %v, want %.0f", bytes, ta.now.Sub(began), want)
	}
}

func TestPacingHoldsBackNothingElse(t *testing.T) {
	ta, _ := paced(t)
	ta.recv(data(0), data(1))
	ta.want("an acknowledgement does not wait", "SACK 1")
	ta.recv(heartbeat("y"))
	ta.want("nor does an answer", "HEARTBEAT-ACK")
}

func TestTheFirstRetransmissionDoesNotWait(t *testing.T) {
	ta, acked := paced(t)
	for i := range 3 {
		ta.recv(sack(acked, acked+2, acked+2+i))
	}
	if ta.a.Stats().FastRetransmits != 1 || ta.a.Stats().Retransmitted == 0 {
		t.Errorf("%d times fast, %d chunks sent again", ta.a.Stats().FastRetransmits, ta.a.Stats().Retransmitted)
	}
}

func TestMaxBurstIsForWhatIsNotPaced(t *testing.T) {
	for _, algorithm := range []cc.Algorithm{cc.RFC9260, cc.BBRv3} {
		ta := established(t, modelled, with(func(c *Config) { c.CongestionControl, c.MaxBurst = algorithm, 1 }))
		ta.send(100 * fragment)
		if n := len(ta.forget()); (n == 1) != (algorithm == cc.RFC9260) {
			t.Errorf("algorithm %d: %d packets at once with a Max.Burst of one", algorithm, n)
		}
	}
}

func TestCubicIsPacedWherePathsAreLong(t *testing.T) {
	for _, rtt := range []time.Duration{500 * time.Microsecond, 50 * time.Millisecond} {
		ta := established(t, modelled, with(func(c *Config) { c.CongestionControl = cc.CUBIC }))
		ta.send(1000 * fragment)
		acked, waited := -1, false
		for range 5 {
			ta.advance(rtt)
			acked += len(ta.forget())
			ta.recv(sack(acked))
			waited = waited || !ta.a.paths[0].Pacer.Due.IsZero()
		}
		if waited != (rtt > time.Millisecond) {
			t.Errorf("a round trip of %v: data waited %v", rtt, waited)
		}
	}
}

// heard is a congestion control that remembers what it is told.
type heard struct {
	cc.Controller
	limited int
	missed  []cc.Loss
	sent    []cc.Departure
}

func (h *heard) AppLimited(int)      { h.limited++ }
func (h *heard) Missed(l cc.Loss)    { h.missed = append(h.missed, l) }
func (h *heard) Sent(d cc.Departure) { h.sent = append(h.sent, d) }

func TestTheModelHearsWhatHappens(t *testing.T) {
	ta := established(t, modelled)
	h := &heard{Controller: cc.New(cc.RFC9260, 1000, false)}
	ta.a.paths[0].CC = h
	at := ta.now
	for range 4 {
		ta.send(100)
	}
	if len(h.sent) != 4 || h.sent[3] != (cc.Departure{Now: at, Before: 3 * 116, After: 4 * 116}) {
		t.Errorf("left: %v", h.sent)
	}
	if h.limited == 0 {
		t.Error("there was nothing more to send")
	}
	ta.advance(50 * time.Millisecond)
	h.limited = 0
	ta.recv(sack(-1, 2, 2), sack(-1, 2, 3))
	ta.advance(50 * time.Millisecond)
	if len(h.missed) != 1 || h.missed[0] != (cc.Loss{SentAt: at, Bytes: 2 * 116, Ranges: 1}) {
		t.Errorf("lost: %v", h.missed)
	}
	ta.a.send.losses = nil
	h.limited, h.missed = 0, nil
	ta.send(100)
	ta.a.tellLosses()
	if h.limited > 0 || h.missed != nil {
		t.Errorf("a window hears of %d, %v", h.limited, h.missed)
	}
}

// While there is more to send than leaves, the sender is not what limits.
func TestAFullSendBufferIsNoLackOfData(t *testing.T) {
	ta := established(t, modelled)
	h := &heard{Controller: cc.New(cc.RFC9260, testMTU, false)}
	ta.a.paths[0].CC = h
	if ta.send(100 * fragment); h.limited > 0 {
		t.Error("the window is what limits")
	}
}

func TestPacedSteadyStateAllocatesNothing(t *testing.T) {
	for _, algorithm := range []cc.Algorithm{cc.BBRv3, cc.CUBIC} {
		p := newPair(t, func(c *Config) { c.CongestionControl, c.RACK = algorithm, true })
		m := &Message{Data: make([]byte, 1000)}
		const n = 2 * inTransit / 1000
		for range 20 {
			p.transfer(t, n, m)
		}
		if allocs := testing.AllocsPerRun(10, func() { p.transfer(t, n, m) }); allocs > 0 {
			t.Errorf("algorithm %d: %v allocations for %d messages", algorithm, allocs, n)
		}
	}
}
