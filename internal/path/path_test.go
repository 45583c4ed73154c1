package path

import (
	"net/netip"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/cc"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/transport"
)

func newPath(s State) *Path {
	return New(0, transport.Path{Remote: netip.MustParseAddr("192.0.2.1")}, s, &Config{
		RTOInitial: time.Second, RTOMin: time.Second, RTOMax: 60 * time.Second,
		PMTU: 1480, Params: Params{PathMaxRetrans: 2, HBInterval: 30 * time.Second},
	})
}

// RFC 9260 section 6.3.1, rules C1 to C7.
func TestRTOFollowsTheMeasurements(t *testing.T) {
	r := NewRTO(3*time.Second, 100*time.Millisecond, 60*time.Second)
	if r.Current() != 3*time.Second {
		t.Errorf("C1: RTO = %v, want RTO.Initial", r.Current())
	}
	r.Measured(200 * time.Millisecond)
	if r.SRTT() != 200*time.Millisecond || r.Current() != 600*time.Millisecond {
		t.Errorf("C2: SRTT %v, RTO %v, want 200ms and 600ms", r.SRTT(), r.Current())
	}
	r.Measured(280 * time.Millisecond)
	// RTTVAR = 3/4*100 + 1/4*80 = 95 ms, SRTT = 7/8*200 + 1/8*280 = 210 ms.
	if r.SRTT() != 210*time.Millisecond || r.Current() != 590*time.Millisecond {
		t.Errorf("C3: SRTT %v, RTO %v, want 210ms and 590ms", r.SRTT(), r.Current())
	}
	r.BackOff()
	r.BackOff()
	if r.Current() != 2360*time.Millisecond {
		t.Errorf("E2: RTO %v after two back-offs, want 2.36s", r.Current())
	}
	for range 10 {
		r.BackOff()
	}
	if r.Current() != 60*time.Second {
		t.Errorf("C7: RTO %v, want RTO.Max", r.Current())
	}
	for range 50 {
		r.Measured(time.Millisecond)
	}
	if r.Current() != 100*time.Millisecond {
		t.Errorf("C6: RTO %v, want RTO.Min", r.Current())
	}
	r.Measured(0)
	if r.rttvar < clockGranularity {
		t.Errorf("G1: RTTVAR %v is below the clock granularity", r.rttvar)
	}
}

func TestErrorsLeadThroughPFToInactive(t *testing.T) {
	p := newPath(Active)
	for i, want := range []State{PotentiallyFailed, PotentiallyFailed, Inactive, Inactive} {
		changed := p.Failed()
		if p.State() != want {
			t.Fatalf("after %d errors: state %d, want %d", i+1, p.State(), want)
		}
		if wantChange := i == 0 || i == 2; changed != wantChange {
			t.Errorf("after %d errors: changed = %v", i+1, changed)
		}
	}
	for range 100 {
		p.Failed()
	}
	if p.Errors() != DormantErrors*2 {
		t.Errorf("errors = %d: those of an inactive path count so far and no further (RFC 7829 section 4.1)", p.Errors())
	}
	c := p.Params()
	c.PathMaxRetrans = 1
	p.Configure(c)
	if p.Failed(); p.Errors() != DormantErrors*2 {
		t.Errorf("errors = %d: they do not shrink", p.Errors())
	}
	if !p.Answered(false) || p.State() != Active || p.Errors() != 0 {
		t.Errorf("after an answer: state %d, errors %d, want active and none", p.State(), p.Errors())
	}
}

func TestOnlyAHeartbeatAckConfirms(t *testing.T) {
	p := newPath(Unconfirmed)
	if p.Answered(false) || p.State() != Unconfirmed {
		t.Fatal("an unconfirmed path was confirmed by something else than a HEARTBEAT ACK")
	}
	for range 3 {
		p.Failed()
	}
	if p.State() != UnconfirmedInactive {
		t.Fatalf("state %d after three errors, want unconfirmed and inactive", p.State())
	}
	if !p.Answered(true) || p.State() != Active {
		t.Fatal("a HEARTBEAT ACK did not confirm the path")
	}
}

func TestHeartbeatNonce(t *testing.T) {
	var h Heartbeat
	h.Sent(mono.Time(time.Second), 42, time.Second)
	if _, ok := h.Answered(mono.Time(2*time.Second), 41); ok {
		t.Error("a forged nonce was taken")
	}
	if _, ok := h.Answered(mono.Time(2*time.Second), 0); ok {
		t.Error("nonce 0 was taken")
	}
	rtt, ok := h.Answered(mono.Time(1500*time.Millisecond), 42)
	if !ok || rtt != 500*time.Millisecond {
		t.Errorf("answer: %v, %v, want 500ms", rtt, ok)
	}
	if _, ok := h.Answered(mono.Time(2*time.Second), 42); ok {
		t.Error("a second answer was taken")
	}
}

func TestHeartbeatSchedule(t *testing.T) {
	now := mono.Time(time.Hour)
	p := newPath(Active)
	for _, random := range []uint64{0, 1 << 40, 1<<64 - 1} {
		p.Schedule(now, random)
		if d := p.HB.Due.Sub(now); d < 30500*time.Millisecond || d > 31500*time.Millisecond {
			t.Errorf("active: next heartbeat in %v, want 31s ± 0.5s", d)
		}
	}
	p = newPath(Unconfirmed)
	p.Schedule(now, 7)
	if d := p.HB.Due.Sub(now); d != time.Second {
		t.Errorf("unconfirmed: next probe in %v, want one RTO", d)
	}
	p = newPath(Active)
	p.config.HBInterval = -1
	p.Schedule(now, 7)
	if !p.HB.Due.IsZero() {
		t.Error("heartbeats are off, and one is due")
	}
}

func TestDecayCountsWholeRTOs(t *testing.T) {
	p := newPath(Active)
	now := mono.Time(time.Hour)
	for p.CC.Cwnd() < 40*p.PMDCS() {
		p.CC.Acked(ackOf(p))
	}
	full := p.CC.Cwnd()
	p.Sent(now)
	p.Decay(now.Add(999 * time.Millisecond))
	if p.CC.Cwnd() != full {
		t.Error("decayed before an RTO had passed")
	}
	p.Decay(now.Add(2 * time.Second))
	if p.CC.Cwnd() != full/4 {
		t.Errorf("two RTOs: cwnd %d, want a quarter of %d", p.CC.Cwnd(), full)
	}
	p.Decay(now.Add(1000 * time.Hour))
	if p.CC.Cwnd() != 4*p.PMDCS() {
		t.Errorf("long silence: cwnd %d, want four packets", p.CC.Cwnd())
	}
}

func TestPMTUHasAFloor(t *testing.T) {
	p := newPath(Active)
	if p.PMDCS() != 1468 {
		t.Errorf("PMDCS = %d, want 1468", p.PMDCS())
	}
	if !p.SetPMTU(68) || p.PMTU() != MinPMTU {
		t.Errorf("a forged tiny MTU: PMTU = %d, want %d", p.PMTU(), MinPMTU)
	}
	if p.SetPMTU(MinPMTU) {
		t.Error("an unchanged PMTU was reported as a change")
	}
}

func ackOf(p *Path) cc.Ack {
	return cc.Ack{Bytes: p.PMDCS(), FlightBefore: p.CC.Cwnd(), CumAdvanced: true}
}

// What changes on a path that is in use.
func TestParamsCanChange(t *testing.T) {
	p := newPath(Active)
	c := p.Params()
	c.PathMaxRetrans, c.PFMaxRetrans = 1, 1
	p.Configure(c)
	if p.Failed() || p.State() != Active || !p.Failed() || p.State() != Inactive {
		t.Errorf("state %d after two errors, want inactive, and one not to count", p.State())
	}

	p = newPath(Active)
	c = p.Params()
	c.FixedPMTU = 500 // less than the network is believed
	p.Configure(c)
	if p.PMTU() != 480 || p.CC.Cwnd() < p.PMDCS() || p.SetPMTU(1400) || !p.Fixed() {
		t.Errorf("PMTU %d, want the fixed one", p.PMTU())
	}
	if q := New(1, p.Addr, Active, p.config); q.PMTU() != 480 {
		t.Errorf("a new path begins with PMTU %d", q.PMTU())
	}
	six := newPath(Active)
	six.Addr.Remote = netip.MustParseAddr("2001:db8::1")
	for fixed, want := range map[int]int{1500: 1460, 1: minFixedPMTU, 1 << 20: MaxPMTU} {
		six.Configure(Params{FixedPMTU: fixed})
		if six.PMTU() != want {
			t.Errorf("fixed at %d over IPv6: PMTU %d, want %d", fixed, six.PMTU(), want)
		}
	}
	c.FixedPMTU, c.KeptPMTU = 0, true
	p.Configure(c)
	if p.PMTU() != 480 || p.SetPMTU(1400) {
		t.Errorf("PMTU %d, want the one there was", p.PMTU())
	}
	c.KeptPMTU = false
	p.Configure(c)
	if p.Fixed() || !p.SetPMTU(1400) {
		t.Error("the path MTU does not follow the network again")
	}
}

func TestRTOBoundsCanChange(t *testing.T) {
	p := newPath(Active)
	p.SetRTOBounds(2*time.Second, 50*time.Millisecond, 3*time.Second)
	if p.RTO.Current() != time.Second {
		t.Errorf("RTO %v before a measurement, want what it was", p.RTO.Current())
	}
	for range 9 {
		p.RTO.BackOff()
	}
	if p.RTO.Current() != 3*time.Second || p.RTO.Peak() != 3*time.Second {
		t.Errorf("backed off to %v, want the new RTO.Max", p.RTO.Current())
	}
	for range 50 {
		p.RTO.Measured(time.Millisecond)
	}
	if p.RTO.Current() != 50*time.Millisecond || p.RTO.Peak() != 3*time.Second {
		t.Errorf("RTO %v, want the new RTO.Min; the largest was %v", p.RTO.Current(), p.RTO.Peak())
	}
	p.RTO.ResetPeak()
	if p.RTO.Peak() != 50*time.Millisecond {
		t.Errorf("the largest since then is %v", p.RTO.Peak())
	}
	p.Restart(Active)
	if p.RTO.Current() != 2*time.Second {
		t.Errorf("after a restart RTO is %v, want the new RTO.Initial", p.RTO.Current())
	}
}

func TestRefusedPathIsInactive(t *testing.T) {
	for from, want := range map[State]State{Active: Inactive, Unconfirmed: UnconfirmedInactive} {
		p := New(0, transport.Path{}, from, &Config{Params: Params{PathMaxRetrans: 5}})
		if !p.Refused() || p.State() != want || p.Errors() != 6 {
			t.Errorf("from %v to %v, %d errors", from, p.State(), p.Errors())
		}
		if p.Refused() || p.State() != want || p.Errors() != 6 {
			t.Errorf("a second time: %v, %d errors", p.State(), p.Errors())
		}
	}
}
