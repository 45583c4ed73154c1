package tx

import (
	"testing"

	"github.com/gosctp/sctp/internal/sched"
)

func TestPauseAllHoldsBackStreamsNeverUsedBefore(t *testing.T) {
	q := NewQueue()
	on(q, 1, 20)
	q.PauseAll()
	q.PauseAll() // the first barrier counts
	on(q, 1, 10)
	on(q, 7, 10)
	if q.SettledAll() {
		t.Error("settled with a message in front of the barrier")
	}
	if got := take(q); got != "(11)" {
		t.Errorf("during the pause %s, want what was pushed before", got)
	}
	if !q.SettledAll() || !q.Settled(1) || !q.Settled(7) || q.Empty() {
		t.Error("want settled streams and messages that wait")
	}
	if len(q.streams.pages) == 0 || q.streams.at(8) != nil {
		t.Error("a pause of all streams made streams")
	}
	q.ResumeAll()
	if got := take(q); got != "(1)(7)" {
		t.Errorf("after the pause %s", got)
	}
}

// RFC 6525 section 5.1.4 C2: nothing new begins before an SSN/TSN reset, but what began is finished, or its end would be missing.
func TestHoldFinishesWhatHasBegun(t *testing.T) {
	for _, interleaving := range []bool{false, true} {
		q := NewQueue()
		q.SetScheduler(sched.RoundRobin())
		q.SetInterleaving(interleaving)
		on(q, 1, 30)
		on(q, 1, 10)
		on(q, 2, 10)
		q.Acked(cut(q, 10).Message)
		q.Hold()
		on(q, 3, 10)
		if !q.Cutting() {
			t.Error("a message was sent in part")
		}
		if got := take(q); got != "11)" || q.Cutting() || q.Empty() {
			t.Errorf("interleaving %v: on hold %s, want the rest of what has begun", interleaving, got)
		}
		q.Release()
		if got := take(q); len(got) != len("(1)(2)(3)") {
			t.Errorf("interleaving %v: after that %s, want all three", interleaving, got)
		}
	}
}

func TestABarrierOutlastsAHold(t *testing.T) {
	q := NewQueue()
	q.Pause(1)
	on(q, 1, 10)
	on(q, 2, 10)
	q.Hold()
	q.Release()
	if got := take(q); got != "(2)" {
		t.Errorf("after the hold %s, want the stream without a barrier", got)
	}
	if !q.Settled(1) || q.Settled(2) != true {
		t.Error("both streams are settled")
	}
	q.Restart()
	if got := take(q); got != "(1)" {
		t.Errorf("after a restart %s, want what waited", got)
	}
}

func TestRestartEndsPauseAndHold(t *testing.T) {
	q := NewQueue()
	q.PauseAll()
	q.Hold()
	on(q, 1, 10)
	q.Restart()
	if got := take(q); got != "(1)" {
		t.Errorf("after a restart %q", got)
	}
}
