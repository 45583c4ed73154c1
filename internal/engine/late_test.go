package engine

import (
	"testing"
	"testing/synctest"

	"github.com/gosctp/sctp/transport"
)

// A message behind another one leaves although nobody does anything any more, and no time passes.
func TestMessagesBehindOthersLeave(t *testing.T) {
	inLab(t, func(t *testing.T, l *lab) {
		a, b := l.pair()
		start := l.a.now()
		for n := range uint64(100) {
			l.send(a, []byte("message"))
			synctest.Wait()
			if got := l.a.Counters().OutOrderChunks; n < 3 && got != n+1 { // which the first congestion window and burst have room for
				t.Errorf("%d of %d messages have left", got, n+1)
			}
		}
		if l.a.now() != start {
			t.Errorf("time has passed: %v", l.a.now().Sub(start))
		}
		l.receive(b, 100*len("message"))
	})
}

// The latecomer writes when nobody has offered anything since it looked last, and ends with the engine.
func TestTheLatecomerLetsOthersGoFirst(t *testing.T) {
	w := &writer{}
	w.lateWork.L = &w.mu
	a := new(Assoc)
	w.markLate(a)
	var seen uint64
	for _, step := range []struct {
		offer, quiet bool
	}{{false, false}, {true, false}, {true, false}, {false, true}} {
		if step.offer {
			w.markLate(a)
		}
		if !w.awaitLate() {
			t.Fatal("nothing to write")
		}
		if got := w.quiet(&seen); got != step.quiet {
			t.Errorf("%+v: quiet is %v", step, got)
		}
	}
	if w.first != a || w.last != a {
		t.Error("the association is not on the list, once")
	}
	w.stop()
	if w.awaitLate() {
		t.Error("goes on after the end")
	}
}

// The latecomer has its turn although somebody always has something to add.
func TestTheLatecomerLosesPatience(t *testing.T) {
	w := &writer{}
	w.lateWork.L = &w.mu
	a := new(Assoc)
	for round := range 2 {
		w.next()
		var seen uint64
		offers := 0
		for done := false; !done; done = w.quiet(&seen) {
			w.markLate(a)
			if offers++; offers > latePatience+1 {
				t.Fatalf("round %d: still waits after %d offers", round, offers)
			}
		}
		if offers != latePatience+1 {
			t.Errorf("round %d: has its turn after %d offers, want %d", round, offers, latePatience+1)
		}
	}
}

// Who offers more of what is marked already takes no lock, and the latecomer, who looks all the time, does not either.
func TestMoreOfWhatIsMarkedTakesNoLock(t *testing.T) {
	w := &writer{}
	w.lateWork.L = &w.mu
	a := new(Assoc)
	w.markLate(a)
	w.mu.Lock()
	defer w.mu.Unlock()
	var seen uint64
	for range 3 {
		w.markLate(a)
		if w.quiet(&seen) {
			t.Error("quiet behind an offer")
		}
	}
}

// A batch is as long as a train if there are two packets or more in that, else as the arena lets it be.
func TestBatchesAreTrains(t *testing.T) {
	w := &writer{arena: make([]byte, arenaSize), batch: make([]transport.Datagram, batchPackets)}
	for _, tt := range []struct{ size, want int }{
		{60, batchPackets}, {1052, 62}, {1452, 45}, {9000, 7}, {trainBytes / 2, 2}, {40_000, 12}, {maxPacket, 8},
	} {
		n, used := 0, 0
		for !w.full(n, used) {
			w.batch[n].Data = w.arena[used : used+tt.size]
			used += tt.size
			n++
		}
		if n != tt.want {
			t.Errorf("a batch of %d packets of %d bytes, want %d", n, tt.size, tt.want)
		}
	}
}

// One read brings more than one train.
func TestReadersTakeSeveralTrains(t *testing.T) {
	inLab(t, func(t *testing.T, l *lab) {
		if r := l.a.newReader(0); len(r.batch) != readPackets || len(r.owners) != readPackets || readPackets < 2*batchPackets {
			t.Errorf("a batch of %d packets, for %d owners", len(r.batch), len(r.owners))
		}
	})
}

// What is urgent is written by the time the caller goes on.
func TestWhatIsUrgentIsWrittenAtOnce(t *testing.T) {
	inLab(t, func(t *testing.T, l *lab) {
		a, _ := l.pair()
		synctest.Wait() // nobody else is writing
		before := l.gate.batches.Load()
		l.send(a, []byte("message"))
		if got := l.gate.batches.Load(); got != before+1 {
			t.Errorf("%d batches written, want 1", got-before)
		}
	})
}
