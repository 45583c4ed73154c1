package assoc

import (
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/cc"
	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/wire"
)

// undoing turns on what takes reductions back.
func undoing(_ *testAssoc, c *Config, _ *Params) { c.Undo = true }

// grown returns an association with a window of many packets, all of them in flight after what is acknowledged.
func grown(t *testing.T, options ...option) (ta *testAssoc, acked int) {
	t.Helper()
	ta = established(t, append([]option{undoing, with(func(c *Config) { c.SendBuffer = 10 << 20 })}, options...)...)
	ta.send(4000 * fragment)
	acked = -1
	for range 8 {
		acked += len(ta.forget())
		ta.advance(80 * time.Millisecond)
		ta.recv(sack(acked))
	}
	return ta, acked
}

// last is the highest TSN that was sent.
func (ta *testAssoc) last() int { return ta.a.send.outstanding.NextTSN().Diff(ta.localTSN) - 1 }

// overtaken has the chunk after acked reported missing three times, so that it is sent again 80 ms after it was sent first.
func (ta *testAssoc) overtaken(acked int) {
	ta.t.Helper()
	ta.forget()
	ta.advance(80 * time.Millisecond)
	for i := 2; i <= 4; i++ {
		ta.recv(sack(acked, acked+2, acked+i))
	}
	if n := ta.a.Stats().FastRetransmits; n == 0 {
		ta.t.Fatal("it was not sent again")
	}
}

func TestReductionIsTakenBackWhenAllThatWasSentAgainCameTwice(t *testing.T) {
	for _, algorithm := range []cc.Algorithm{cc.RFC9260, cc.CUBIC} {
		ta, acked := grown(t, with(func(c *Config) { c.CongestionControl = algorithm }))
		before := ta.a.Status().Paths[0]
		ta.overtaken(acked)
		if p := ta.a.Status().Paths[0]; p.Cwnd >= before.Cwnd {
			t.Fatalf("cwnd %d, was %d", p.Cwnd, before.Cwnd)
		}
		ta.advance(10 * time.Millisecond)
		ta.recv(sack(acked + 4)) // it was late
		ta.advance(70 * time.Millisecond)
		ta.recv(sack(acked + 6).twice(acked + 1))
		p, s := ta.a.Status().Paths[0], ta.a.Stats()
		if p.Cwnd < before.Cwnd || p.Ssthresh < before.Ssthresh || s.RecoveriesUndone != 1 || s.TimeoutsUndone != 0 {
			t.Errorf("%d: cwnd %d, ssthresh %d, before %d, %d; %d recoveries undone", algorithm, p.Cwnd, p.Ssthresh, before.Cwnd, before.Ssthresh, s.RecoveriesUndone)
		}
		if ta.a.send.recovery.active {
			t.Error("fast recovery goes on")
		}
	}
}

// What was reported has to fit what was sent.
func TestReportsOfDuplicatesThatAreNotBelieved(t *testing.T) {
	for name, f := range map[string]func(ta *testAssoc, acked int){
		"half of what was sent again": func(ta *testAssoc, acked int) {
			ta.recv(sack(acked+4, acked+6, acked+8))
			ta.advance(80 * time.Millisecond)
			ta.recv(sack(acked + 8).twice(acked + 1))
		},
		"sooner than a round trip": func(ta *testAssoc, acked int) {
			ta.recv(sack(acked + 8).twice(acked + 1))
		},
		"what was sent once": func(ta *testAssoc, acked int) {
			ta.advance(80 * time.Millisecond)
			ta.recv(sack(acked+8).twice(acked+1, acked+12))
		},
		"more often than it was sent again": func(ta *testAssoc, acked int) {
			ta.advance(80 * time.Millisecond)
			ta.recv(sack(acked+8).twice(acked+1, acked+1))
		},
		"a router has marked a packet since": func(ta *testAssoc, acked int) {
			ta.a.extensions |= ECN
			ta.recv(chunkFunc(func(ta *testAssoc, b []byte) []byte { return wire.AppendECNE(b, ta.localTSN.Add(ta.last())) }))
			ta.advance(80 * time.Millisecond)
			ta.recv(sack(acked + 8).twice(acked + 1))
		},
		"it is off": func(ta *testAssoc, acked int) {
			ta.advance(80 * time.Millisecond)
			ta.recv(sack(acked + 8).twice(acked + 1))
		},
	} {
		ta, acked := grown(t)
		before := ta.a.Status().Paths[0].Cwnd
		ta.a.cfg.Undo = name != "it is off"
		ta.overtaken(acked)
		if name == "half of what was sent again" {
			for i := 6; i <= 8; i++ {
				ta.recv(sack(acked, acked+2, acked+4, acked+6, acked+i))
			}
		}
		f(ta, acked)
		if p, s := ta.a.Status().Paths[0], ta.a.Stats(); s.RecoveriesUndone != 0 || p.Cwnd >= before {
			t.Errorf("%s: cwnd %d, was %d, %d recoveries undone", name, p.Cwnd, before, s.RecoveriesUndone)
		}
	}
}

func TestDistrustEndsAfterSomeRecoveries(t *testing.T) {
	ta, acked := grown(t)
	ta.recv(sack(acked).twice(ta.last()))
	for i := 1; i <= distrustPersists+1; i++ {
		ta.overtaken(acked)
		ta.advance(80 * time.Millisecond)
		end := ta.last()
		ta.recv(sack(end).twice(acked + 1))
		acked = end
		if n := ta.a.Stats().RecoveriesUndone; (n == 1) != (i > distrustPersists-1) {
			t.Fatalf("recovery %d: %d undone", i, n)
		}
		if ta.a.Stats().RecoveriesUndone == 1 {
			return
		}
	}
}

// RFC 8985 section 6.2 step 4: where packets come later than a quarter of a round trip after others, losses are found by a longer time, and not
// by three reports.
func TestPatienceGrowsWhereItWasTooLittle(t *testing.T) {
	ta, acked := grown(t, byTime)
	p := ta.a.paths[0]
	ta.overtaken(acked)
	ta.advance(80 * time.Millisecond)
	end := ta.last()
	ta.recv(sack(end).twice(acked + 1))
	if d := p.Reordering.Allowance(80*time.Millisecond, time.Second); d != 40*time.Millisecond {
		t.Errorf("patience %v, want half of the round trip of 80 ms", d)
	}
	acked = end
	ta.forget()
	ta.advance(80 * time.Millisecond)
	for i := 2; i <= 5; i++ {
		ta.recv(sack(acked, acked+2, acked+i))
	}
	if n := ta.a.Stats().FastRetransmits; n != 1 {
		t.Errorf("%d fast retransmissions: reports count where packets overtake each other", n)
	}
	ta.advance(39 * time.Millisecond)
	if n := ta.a.Stats().FastRetransmits; n != 1 {
		t.Errorf("%d fast retransmissions before patience ends", n)
	}
	ta.advance(time.Millisecond)
	if n := ta.a.Stats().FastRetransmits; n != 2 {
		t.Errorf("%d fast retransmissions when patience has ended", n)
	}
}

// overdue lets T3-rtx expire, with many packets in flight, and returns what the window was.
func overdue(t *testing.T, options ...option) (ta *testAssoc, acked int, before PathStatus) {
	t.Helper()
	ta, acked = grown(t, options...)
	before = ta.a.Status().Paths[0]
	ta.forget()
	ta.advance(before.RTO)
	if n := ta.a.Stats().Timeouts; n != 1 {
		t.Fatalf("%d time-outs", n)
	}
	if n := len(ta.forget()); n != 1 {
		t.Fatalf("%d packets after it", n)
	}
	return ta, acked, before
}

// RFC 5682: the path was silent for longer than T3-rtx, and then delivers all.
func TestTimeOutThatWasTooEarlyIsTakenBack(t *testing.T) {
	ta, acked, before := overdue(t)
	end := ta.last()
	ta.advance(500 * time.Millisecond)
	ta.recv(sack(acked + 2))
	for _, p := range ta.forget() {
		for _, c := range p.chunks {
			if d, err := wire.ParseData(c); err == nil && d.TSN.Diff(ta.localTSN) <= end {
				t.Errorf("TSN %d is sent again before it is known whether it was lost", d.TSN.Diff(ta.localTSN))
			}
		}
	}
	if ta.last() == end {
		t.Fatal("no new data")
	}
	ta.recv(sack(acked + 4))
	p, s := ta.a.Status().Paths[0], ta.a.Stats()
	if p.Cwnd < before.Cwnd || p.Ssthresh < before.Ssthresh || s.TimeoutsUndone != 1 || s.RecoveriesUndone != 0 {
		t.Errorf("cwnd %d, ssthresh %d, before %d, %d; %d time-outs undone", p.Cwnd, p.Ssthresh, before.Cwnd, before.Ssthresh, s.TimeoutsUndone)
	}
	if p.State != AddrAvailable || p.Errors != 0 || ta.a.paths[0].T3.IsZero() || p.RTO <= before.RTO || p.RTO > 3*time.Second {
		t.Errorf("state %v, %d errors, RTO %v after %v", p.State, p.Errors, p.RTO, before.RTO)
	}
	ta.recv(sack(end))
	if s := ta.a.Stats(); s.Retransmitted != 1 || s.FastRetransmits != 0 {
		t.Errorf("%d chunks were sent again, want the one of the time-out", s.Retransmitted)
	}
}

func TestTimeOutThatWasRightStays(t *testing.T) {
	for name, f := range map[string]func(ta *testAssoc, acked, end int){
		"what was sent again arrives, and what is new": func(ta *testAssoc, acked, end int) {
			ta.recv(sack(acked + 1))
			ta.advance(80 * time.Millisecond)
			ta.recv(sack(acked+1, end+1, end+1))
		},
		"the first SACK tells of what had arrived before": func(ta *testAssoc, acked, end int) {
			ta.recv(sack(acked+2, acked+5, acked+8))
			ta.advance(80 * time.Millisecond)
			ta.recv(sack(acked+2, acked+5, acked+8, end+1, end+1))
		},
		"it is off": func(ta *testAssoc, acked, end int) {
			ta.a.paths[0].Doubt.Close()
			ta.recv(sack(acked + 2))
			ta.recv(sack(acked+2, end, end))
		},
	} {
		ta, acked, before := overdue(t)
		end := ta.last()
		ta.advance(80 * time.Millisecond)
		f(ta, acked, end)
		p, s := ta.a.Status().Paths[0], ta.a.Stats()
		if p.Cwnd >= before.Cwnd/2 || s.TimeoutsUndone != 0 {
			t.Errorf("%s: cwnd %d, was %d, %d time-outs undone", name, p.Cwnd, before.Cwnd, s.TimeoutsUndone)
		}
		again := false
		for _, p := range ta.forget() {
			d, err := wire.ParseData(p.chunks[0])
			again = again || err == nil && d.TSN.Diff(ta.localTSN) <= end
		}
		if !again {
			t.Errorf("%s: what was lost is not sent again", name)
		}
	}
}

// Without new data, or room for it, what was given up is sent again as ever.
func TestVerdictOnATimeOutIsNotAwaitedWithoutNewData(t *testing.T) {
	for name, f := range map[string]func() (*testAssoc, sackChunk){
		"nothing more to send": func() (*testAssoc, sackChunk) {
			ta := established(t, undoing)
			for range 4 {
				ta.send(fragment - 100)
			}
			return ta, sack(0)
		},
		"no window": func() (*testAssoc, sackChunk) {
			ta, acked := grown(t)
			return ta, sack(acked + 1).withRwnd(0)
		},
	} {
		ta, first := f()
		ta.forget()
		for ta.a.Stats().Timeouts == 0 {
			ta.advanceToTimer()
		}
		if !ta.a.paths[0].Doubt.Watched {
			t.Fatalf("%s: the time-out is not in doubt", name)
		}
		ta.forget()
		ta.recv(first)
		if sent := ta.forget(); len(sent) == 0 {
			t.Errorf("%s: nothing is sent", name)
		} else if d, _ := wire.ParseData(sent[0].chunks[0]); d.TSN.Diff(ta.localTSN) != first.cum+1 {
			t.Errorf("%s: TSN %d, want %d", name, d.TSN.Diff(ta.localTSN), first.cum+1)
		}
		if ta.a.paths[0].Doubt.Watched {
			t.Errorf("%s: a verdict is waited for", name)
		}
	}
}

// Another path takes what a time-out gave up: what is acknowledged then says nothing about the first one.
func TestTimeOutIsNotJudgedWhereDataMoves(t *testing.T) {
	ta := dual(t, func(c *Config) { c.Undo = true })
	ta.send(10 * fragment)
	ta.forget()
	ta.advanceToTimer()
	if d := &ta.a.paths[0].Doubt; !d.IsOpen() || d.Watched {
		t.Errorf("%+v: want it to wait for reports of duplicates", d)
	}
}

func TestFurtherTimeOutsKeepTheWindowOfBefore(t *testing.T) {
	ta, acked, before := overdue(t)
	ta.advance(2 * before.RTO)
	ta.forget()
	if n := ta.a.Stats().Timeouts; n != 2 {
		t.Fatalf("%d time-outs", n)
	}
	ta.recv(sack(acked + 2))
	ta.recv(sack(acked + 4))
	if p := ta.a.Status().Paths[0]; p.Cwnd < before.Cwnd || ta.a.Stats().TimeoutsUndone != 1 {
		t.Errorf("cwnd %d, was %d", p.Cwnd, before.Cwnd)
	}
}

func TestTimeOutInFastRecoveryNeedsDuplicatesOfAll(t *testing.T) {
	ta, acked := grown(t)
	before := ta.a.Status().Paths[0]
	ta.overtaken(acked)
	ta.forget()
	for ta.a.Stats().Timeouts == 0 {
		ta.advanceToTimer()
	}
	d := &ta.a.paths[0].Doubt
	if !d.TimedOut || d.Watched {
		t.Fatalf("%+v", d)
	}
	ta.forget()
	ta.advance(80 * time.Millisecond)
	ta.recv(sack(ta.last()).twice(acked + 1))
	if ta.a.Stats().TimeoutsUndone != 0 {
		t.Error("it was sent again twice, and once is not known to be in vain")
	}
	ta.recv(sack(ta.last()).twice(acked + 1))
	if p := ta.a.Status().Paths[0]; ta.a.Stats().TimeoutsUndone != 1 || p.Cwnd < before.Cwnd {
		t.Errorf("cwnd %d, was %d, %d time-outs undone", p.Cwnd, before.Cwnd, ta.a.Stats().TimeoutsUndone)
	}
}

func TestRestartForgetsWhatDuplicatesAreWorth(t *testing.T) {
	ta, _ := grown(t)
	ta.a.send.duplicates.distrust = 5
	ta.a.send.restart(1)
	if ta.a.send.duplicates != (duplicates{}) {
		t.Error("distrust is about the peer of before")
	}
	if path.MaxRepeats < 64 {
		t.Error("less than a window is kept")
	}
}
