package assoc

import (
	"errors"
	"testing"

	"github.com/gosctp/sctp/internal/sched"
)

// queueOn queues a message of 100 bytes on each of streams, before any of them can leave.
func (ta *testAssoc) queueOn(streams ...uint16) {
	ta.t.Helper()
	for _, id := range streams {
		if err := ta.a.Send(ta.now, &Message{Stream: id, Data: make([]byte, 100)}); err != nil {
			ta.t.Fatal(err)
		}
	}
}

func TestMessagesLeaveInTheOrderOfTheScheduler(t *testing.T) {
	ta := established(t, with(func(c *Config) { c.Scheduler = new(sched.Priority) }))
	for id, priority := range map[uint16]uint16{1: 30, 2: 20, 3: 10} {
		if err := ta.a.SetStreamValue(id, priority); err != nil {
			t.Fatal(err)
		}
	}
	ta.queueOn(1, 2, 3, 0)
	ta.settle()
	ta.want("the most urgent stream first (RFC 8260 section 3.4)", "DATA 0 BE sid=0", "DATA 1 BE sid=3", "DATA 2 BE sid=2", "DATA 3 BE sid=1")
}

func TestSchedulerChangesAtRunTime(t *testing.T) {
	ta := established(t)
	ta.queueOn(2, 2, 1, 1)
	ta.a.SetScheduler(sched.RoundRobin())
	ta.settle()
	ta.want("what is queued takes turns (RFC 8260 section 3.2)", "DATA 0 BE sid=1", "DATA 1 BE sid=2", "DATA 2 BE sid=1", "DATA 3 BE sid=2")
	ta.queueOn(2, 2, 1)
	ta.a.SetScheduler(sched.FCFS())
	ta.settle()
	ta.want("first come, first served again (RFC 8260 section 3.1)", "DATA 4 BE sid=2", "DATA 5 BE sid=2", "DATA 6 BE sid=1")
}

func TestStreamValuesStayWithTheirStreams(t *testing.T) {
	ta := established(t)
	if err := ta.a.SetStreamValue(3, 7); err != nil {
		t.Fatal(err)
	}
	ta.a.SetScheduler(sched.WeightedFair())
	for id, want := range map[uint16]uint16{3: 7, 4: 0} {
		if got, err := ta.a.StreamValue(id); err != nil || got != want {
			t.Errorf("stream %d has value %d, %v, want %d", id, got, err, want)
		}
	}
	none := ta.a.Status().OutStreams
	if err := ta.a.SetStreamValue(none, 1); !errors.Is(err, ErrBadStream) {
		t.Errorf("stream %d of %d: %v", none, none, err)
	}
	if _, err := ta.a.StreamValue(none); !errors.Is(err, ErrBadStream) {
		t.Errorf("stream %d of %d: %v", none, none, err)
	}
}
