package sctp_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/gosctp/sctp"
)

// order returns the streams of the next n messages of c.
func order(t *testing.T, c *sctp.Conn, n int) (streams []uint16) {
	t.Helper()
	for range n {
		streams = append(streams, receive(t, c).Stream)
	}
	return streams
}

// fill queues two messages on each of streams 1, 2 and 3, behind one that keeps the association busy.
func fill(t *testing.T, c *sctp.Conn) {
	t.Helper()
	send(t, c, string(make([]byte, 100_000)), &sctp.SndInfo{})
	for _, id := range []uint16{1, 1, 2, 2, 3, 3} {
		send(t, c, "message", &sctp.SndInfo{Stream: id})
	}
}

func TestSchedulersChooseTheStream(t *testing.T) {
	for name, c := range map[string]struct {
		scheduler func() sctp.Scheduler
		want      []uint16
	}{
		"default":            {nil, []uint16{0, 1, 1, 2, 2, 3, 3}},
		"none":               {func() sctp.Scheduler { return nil }, []uint16{0, 1, 1, 2, 2, 3, 3}},
		"FCFS":               {sctp.FCFS, []uint16{0, 1, 1, 2, 2, 3, 3}},
		"RoundRobin":         {sctp.RoundRobin, []uint16{0, 1, 2, 3, 1, 2, 3}},
		"RoundRobinPacket":   {sctp.RoundRobinPacket, []uint16{0, 1, 1, 2, 2, 3, 3}},
		"Priority":           {sctp.Priority, []uint16{0, 3, 3, 2, 2, 1, 1}},
		"FairCapacity":       {sctp.FairCapacity, []uint16{0, 1, 2, 3, 1, 2, 3}},
		"WeightedFair":       {sctp.WeightedFair, []uint16{0, 1, 2, 3, 1, 2, 3}},
		"one of the program": {func() sctp.Scheduler { return new(lastFirst) }, []uint16{0, 3, 3, 2, 2, 1, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			simulate(t, func(t *testing.T, w *world) {
				w.client.config.Scheduler = c.scheduler
				client, server := w.pair()
				defer client.Close()
				defer server.Close()
				for id, priority := range []uint16{0, 30, 20, 10} {
					if err := client.Stream(uint16(id)).SetPriority(priority); err != nil {
						t.Fatal(err)
					}
				}
				fill(t, client)
				if got := order(t, server, len(c.want)); !slices.Equal(got, c.want) {
					t.Errorf("streams came as %v, want %v", got, c.want)
				}
			})
		})
	}
}

// lastFirst is a scheduler of a program: the stream with the largest number is next.
type lastFirst struct{ streams []*sctp.SchedulerStream }

func (l *lastFirst) Add(s *sctp.SchedulerStream) {
	l.streams = append(l.streams, s)
	slices.SortFunc(l.streams, func(a, b *sctp.SchedulerStream) int { return int(b.ID) - int(a.ID) })
}

func (l *lastFirst) Remove(s *sctp.SchedulerStream) {
	l.streams = slices.DeleteFunc(l.streams, func(t *sctp.SchedulerStream) bool { return t == s })
}

func (l *lastFirst) Next() *sctp.SchedulerStream {
	if len(l.streams) == 0 {
		return nil
	}
	return l.streams[0]
}

func (l *lastFirst) Sent(*sctp.SchedulerStream, int, bool) {}
func (l *lastFirst) Packet()                               {}

func TestSchedulerAndValuesAtRunTime(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		defer client.Close()
		defer server.Close()
		fill(t, client)
		if err := client.SetScheduler(sctp.Priority()); err != nil {
			t.Fatal(err)
		}
		for id, priority := range map[uint16]uint16{1: 3, 2: 2, 3: 1} {
			if err := client.SetStreamValue(id, priority); err != nil {
				t.Fatal(err)
			}
			if got, err := client.StreamValue(id); err != nil || got != priority {
				t.Errorf("stream %d has %d, %v, want %d", id, got, err, priority)
			}
		}
		if got, want := order(t, server, 7), []uint16{0, 3, 3, 2, 2, 1, 1}; !slices.Equal(got, want) {
			t.Errorf("streams came as %v, want %v", got, want)
		}
		if err := client.SetScheduler(nil); err != nil {
			t.Fatal(err)
		}
		fill(t, client)
		if got, want := order(t, server, 7), []uint16{0, 1, 1, 2, 2, 3, 3}; !slices.Equal(got, want) {
			t.Errorf("first come, first served again, streams came as %v, want %v", got, want)
		}
		if err := client.Stream(10).SetWeight(1); !errors.Is(err, sctp.ErrStream) {
			t.Errorf("a stream that there is not: %v", err)
		}
		if _, err := client.StreamValue(10); !errors.Is(err, sctp.ErrStream) {
			t.Errorf("a stream that there is not: %v", err)
		}
		client.Close()
		if err := client.SetScheduler(sctp.Priority()); err == nil {
			t.Error("a closed association takes a scheduler")
		}
	})
}

func TestEndpointSchedules(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server, id := w.endpoints()
		defer client.Close()
		defer server.Close()
		if err := client.SetScheduler(id, sctp.WeightedFair()); err != nil {
			t.Error(err)
		}
		if err := client.SetStreamValue(id, 2, 9); err != nil {
			t.Error(err)
		}
		if got, err := client.StreamValue(id, 2); got != 9 || err != nil {
			t.Errorf("value %d, %v, want 9", got, err)
		}
		for name, err := range map[string]error{
			"SetScheduler": client.SetScheduler(id+1, sctp.FCFS()), "SetStreamValue": client.SetStreamValue(id+1, 2, 9),
		} {
			if !errors.Is(err, sctp.ErrNoAssociation) {
				t.Errorf("%s of an association that there is not: %v", name, err)
			}
		}
		if _, err := client.StreamValue(id+1, 2); !errors.Is(err, sctp.ErrNoAssociation) {
			t.Errorf("an association that there is not: %v", err)
		}
	})
}

// A scheduler that does not do its duty holds up its association, and breaks nothing.
func TestWrongSchedulers(t *testing.T) {
	for name, next := range map[string]*sctp.SchedulerStream{"nothing": nil, "a stream without data": {ID: 9}, "no stream": {ID: 60_000}} {
		t.Run(name, func(t *testing.T) {
			simulate(t, func(t *testing.T, w *world) {
				w.client.config.Scheduler = func() sctp.Scheduler { return &wrong{next: next} }
				client, server := w.pair()
				defer client.Close()
				defer server.Close()
				send(t, client, "held up", &sctp.SndInfo{Stream: 1})
				ctx, cancel := context1s(t)
				defer cancel()
				if m, err := server.ReadMessage(ctx, 100); err == nil {
					t.Errorf("received %q", m.Data)
				}
				if err := client.SetScheduler(sctp.FCFS()); err != nil {
					t.Fatal(err)
				}
				want(t, server, "held up")
			})
		})
	}
}

// wrong is a scheduler that always names the same stream.
type wrong struct {
	lastFirst
	next *sctp.SchedulerStream
}

func (w *wrong) Next() *sctp.SchedulerStream { return w.next }
