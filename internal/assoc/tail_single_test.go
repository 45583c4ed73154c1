package assoc

import (
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/transport"
)

// lone has one path with a round trip of 80 ms and a window of some packets; TSNs from settled on are next.
func lone(t *testing.T, options ...option) *testAssoc {
	t.Helper()
	ta := established(t, append(options, byTime, undoing, with(func(c *Config) { c.TailProbe = true }))...)
	for i := range settled {
		ta.send(fragment)
		ta.advance(80 * time.Millisecond)
		ta.recv(sack(i))
		ta.wantEvent("it arrived", "dry")
	}
	ta.forget()
	return ta
}

// RFC 8985 sections 7.2 and 7.3.
func TestTheEndOfAFlightIsProbedFor(t *testing.T) {
	ta := lone(t)
	for range 3 {
		ta.send(fragment)
	}
	ta.forget()
	ta.advance(80 * time.Millisecond)
	ta.recv(sack(settled)) // two are left
	if d := ta.advanceToTimer(); d < 159*time.Millisecond || d > 161*time.Millisecond {
		t.Errorf("a probe after %v, want two round trips", d)
	}
	ta.want("the last packet again, to be acknowledged at once", "DATA 42 BEI")
	ta.wantIdle("one probe")
	if s := ta.a.Stats(); s.TailProbes != 1 || s.Timeouts != 0 {
		t.Errorf("%d probes, %d time-outs", s.TailProbes, s.Timeouts)
	}
	ta.advance(80 * time.Millisecond)
	ta.recv(sack(settled, settled+2, settled+2))
	ta.want("the gap that this shows is overdue", "DATA 41 BE")
	if s := ta.a.Stats(); s.FastRetransmits != 1 {
		t.Errorf("%d recoveries", s.FastRetransmits)
	}
	ta.advance(80 * time.Millisecond)
	ta.recv(sack(settled + 2))
	ta.wantEvent("without a time-out", "dry")
	ta.send(fragment)
	ta.advance(80 * time.Millisecond)
	ta.recv(sack(settled + 3))
	if s := ta.a.Stats(); s.TailLosses != 0 || s.Timeouts != 0 {
		t.Errorf("%d losses by the probe, which was for another one; %d time-outs", s.TailLosses, s.Timeouts)
	}
}

func TestAPacketThatIsAloneMayBeAcknowledgedLate(t *testing.T) {
	ta := lone(t)
	ta.send(fragment)
	ta.forget()
	if d := ta.advanceToTimer(); d < 359*time.Millisecond || d > 361*time.Millisecond {
		t.Errorf("a probe after %v, want two round trips and 200 ms", d)
	}
	ta.want("it again", "DATA 40 BEI")
	if d := ta.advanceToTimer(); d != time.Second {
		t.Errorf("something happens %v after the probe, want T3-rtx, which began again with the earliest chunk", d)
	}
	ta.want("T3-rtx is the last resort", "DATA 40 BEI")
	if s := ta.a.Stats(); s.TailProbes != 1 || s.Timeouts != 1 {
		t.Errorf("%d probes, %d time-outs", s.TailProbes, s.Timeouts)
	}
}

func TestWhatIsNewIsAProbe(t *testing.T) {
	ta := lone(t, with(func(c *Config) { c.Nagle = true }))
	ta.send(100)
	ta.want("nothing is in flight", "DATA 40 BEI")
	ta.send(100)
	ta.wantIdle("Nagle")
	ta.advanceToTimer()
	ta.want("what waited", "DATA 41 BEI")
	ta.advance(80 * time.Millisecond)
	ta.recv(sack(settled-1, settled+1, settled+1))
	ta.want("what it waited for was lost", "DATA 40 BE")
	if s := ta.a.Stats(); s.TailProbes != 1 || s.Timeouts != 0 || s.TailLosses != 0 {
		t.Errorf("%d probes, %d time-outs, %d losses", s.TailProbes, s.Timeouts, s.TailLosses)
	}
}

func TestAProbeIgnoresTheWindow(t *testing.T) {
	ta := lone(t)
	for range 20 {
		ta.send(fragment)
	}
	ta.forget()
	last, flight := ta.last(), ta.a.Status().Paths[0].FlightSize
	if flight < ta.a.Status().Paths[0].Cwnd {
		t.Fatal("the window is open")
	}
	ta.advanceToTimer()
	if ta.last() != last+1 || len(ta.forget()) != 1 {
		t.Errorf("TSN %d was sent, want one more than %d", ta.last(), last)
	}
	ta.wantIdle("and no other one")
}

// RFC 8985 section 7.4.2: without this a link that loses the last packet of each flight would never be taken for congested.
func TestTheLossThatAProbeRepairsReducesTheWindow(t *testing.T) {
	for _, twice := range []bool{false, true} {
		ta := lone(t)
		before := ta.a.Status().Paths[0]
		ta.send(fragment)
		ta.forget()
		ta.advanceToTimer()
		ta.want("the probe", "DATA 40 BEI")
		ta.advance(80 * time.Millisecond)
		if twice {
			ta.recv(sack(settled).twice(settled))
		} else {
			ta.recv(sack(settled))
		}
		if p := ta.a.Status().Paths[0]; p.Cwnd != before.Cwnd {
			t.Errorf("cwnd %d before it is known", p.Cwnd)
		}
		ta.send(fragment)
		ta.advance(80 * time.Millisecond)
		ta.recv(sack(settled + 1))
		p, s := ta.a.Status().Paths[0], ta.a.Stats()
		if lost := s.TailLosses == 1; lost == twice || lost != (p.Ssthresh < before.Ssthresh) {
			t.Errorf("came twice: %v: %d losses, ssthresh %d, was %d", twice, s.TailLosses, p.Ssthresh, before.Ssthresh)
		}
	}
}

// RFC 8985 section 7.3: without a new round trip there is no other probe.
func TestProbesNeedARoundTrip(t *testing.T) {
	ta := lone(t)
	ta.send(fragment)
	ta.forget()
	ta.advanceToTimer()
	ta.want("a probe", "DATA 40 BEI")
	ta.advance(10 * time.Millisecond)
	ta.recv(sack(settled).twice(settled))
	ta.send(fragment)
	ta.want("the next", "DATA 41 BE")
	if !ta.a.paths[0].Tail.IsZero() {
		t.Error("probed for, though no round trip was measured since the last probe")
	}
	ta.advance(80 * time.Millisecond)
	ta.recv(sack(settled + 1))
	ta.send(fragment)
	if ta.a.paths[0].Tail.IsZero() {
		t.Error("a round trip was measured, and nothing is probed for")
	}
}

func TestNoProbeWhereItWouldTellNothing(t *testing.T) {
	for name, f := range map[string]func(*testAssoc){
		"the window is closed":         func(ta *testAssoc) { ta.a.send.windowClosed = true },
		"a probe of the window is out": func(ta *testAssoc) { ta.a.send.probing = true },
		"the path has failed":          func(ta *testAssoc) { ta.a.paths[0].Failed() },
		"fast recovery":                func(ta *testAssoc) { ta.a.send.recovery.active = true },
		"a time-out":                   func(ta *testAssoc) { ta.a.paths[0].OnePacket = true },
		"something is lost":            func(ta *testAssoc) { ta.a.send.outstanding.MarkLost(0) },
		"the last probe":               func(ta *testAssoc) { ta.a.paths[0].TailProbe.Out = true },
		"there is another path": func(ta *testAssoc) {
			ta.a.paths = append(ta.a.paths, path.New(1, transport.Path{Remote: peer2}, path.Unconfirmed, &path.Config{PMTU: testMTU}))
		},
		"it is off": func(ta *testAssoc) { ta.a.cfg.TailProbe = false },
		"T3-rtx is not later": func(ta *testAssoc) {
			ta.a.paths[0].RTO.SetBounds(1, 1, 300*time.Millisecond)
			ta.a.paths[0].RTO.Measured(1)
		},
		"no round trip is known":          func(ta *testAssoc) { ta.a.paths[0].RTO.Reset() },
		"nothing is in flight":            func(ta *testAssoc) { ta.recv(sack(settled)) },
		"a gap says that something is up": func(ta *testAssoc) { ta.send(10); ta.recv(sack(settled-1, settled+1, settled+1)) },
	} {
		ta := lone(t)
		ta.send(fragment)
		p := ta.a.paths[0]
		if p.Tail.IsZero() {
			t.Fatal("nothing is probed for")
		}
		f(ta)
		ta.forget()
		p.Tail = 0
		if ta.a.watchTail(ta.now, p); !p.Tail.IsZero() {
			t.Errorf("%s: probed for", name)
		}
		switch name {
		case "it is off", "T3-rtx is not later", "no round trip is known":
			continue
		}
		ta.a.expireTail(ta.now, p)
		if ta.pull(); len(ta.forget()) > 0 && name != "something is lost" {
			t.Errorf("%s: a probe", name)
		}
		if n := ta.a.Stats().TailProbes; n != 0 {
			t.Errorf("%s: %d probes", name, n)
		}
	}
}

// A probe that cannot leave is none.
func TestAProbeThatFindsNothingToSendIsForgotten(t *testing.T) {
	ta := lone(t)
	ta.send(fragment)
	ta.forget()
	p := ta.a.paths[0]
	ta.a.send.tail, p.TailProbe.Out = p, true
	ta.pull()
	if ta.a.send.tail != nil || p.TailProbe.Out || ta.a.Stats().TailProbes != 0 {
		t.Errorf("%+v, %d probes", p.TailProbe, ta.a.Stats().TailProbes)
	}
	ta.a.send.tail = p
	ta.a.send.restart(1)
	if ta.a.send.tail != nil {
		t.Error("a restart forgets it")
	}
}

// T3-rtx that would expire before the answer to a probe could come waits for that.
func TestTimeOutWaitsForTheAnswerToAProbe(t *testing.T) {
	ta := lone(t)
	for range 3 {
		ta.send(fragment)
	}
	ta.forget()
	ta.advance(80 * time.Millisecond)
	ta.recv(sack(settled))
	ta.a.paths[0].T3 = ta.a.paths[0].Tail.Add(time.Millisecond)
	ta.advanceToTimer()
	ta.want("the probe", "DATA 42 BEI")
	if d := ta.advanceToTimer(); d < 159*time.Millisecond || d > 161*time.Millisecond {
		t.Errorf("a time-out %v later, want two round trips", d)
	}
}

func TestAProbeOfAShortRoundTripWaitsLongerThanThat(t *testing.T) {
	ta := lone(t)
	for range 100 {
		ta.a.paths[0].RTO.Measured(time.Microsecond)
	}
	for range 3 {
		ta.send(fragment)
	}
	if wait := ta.a.probeWait(ta.a.paths[0]); wait != leastProbeWait {
		t.Errorf("%v", wait)
	}
}
