package engine

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/gosctp/sctp/internal/assoc"
)

// While a reader gathers, users leave the writing to it; afterwards nothing is left.
func TestUsersLeaveWritingToAGatherer(t *testing.T) {
	inLab(t, func(t *testing.T, l *lab) {
		a, b := l.pair()
		synctest.Wait()
		before := l.gate.batches.Load()
		l.a.shards[0].gatherers.Store(1)
		l.send(a, []byte("one"))
		l.send(a, []byte("two"))
		if n := l.gate.batches.Load() - before; n != 0 {
			t.Errorf("%d batches written while a reader gathers", n)
		}
		var g gathering
		g.end(l.a, 2, 1) // takes it back
		if got := l.receive(b, 6); string(got) != "onetwo" {
			t.Errorf("received %q", got)
		}
		if n := l.a.shards[0].gatherers.Load(); n != 0 {
			t.Errorf("%d gatherers", n)
		}
	})
}

// One who marks just before the reader ceases to gather is not forgotten.
func TestMarkedWhileGatheringEnds(t *testing.T) {
	inLab(t, func(t *testing.T, l *lab) {
		a, b := l.pair()
		for range 100 {
			l.a.shards[0].gatherers.Store(1)
			var both sync.WaitGroup
			both.Go(func() { l.send(a, []byte("message")) })
			both.Go(func() { new(gathering).end(l.a, 1, 1) })
			both.Wait()
			l.receive(b, len("message"))
		}
	})
}

func TestWhatAReaderGathersFor(t *testing.T) {
	e := new(Engine)
	e.openShards(1)
	gatherers := &e.shards[0].gatherers
	a, b := new(Assoc), new(Assoc)
	for _, c := range []struct {
		why    string
		owners []*Assoc
		pause  int
		want   bool
	}{
		{"several associations", []*Assoc{a, b}, 0, true},
		{"one packet", []*Assoc{a}, 0, false},
		{"one association", []*Assoc{a, a, a}, 0, false},
		{"the last batch brought nothing", []*Assoc{a, b}, 1, false},
	} {
		gatherers.Store(0)
		g := gathering{pause: c.pause}
		if got := g.begins(e, c.owners, 1); got != c.want || gatherers.Load() > 0 != c.want {
			t.Errorf("%s: gathers: %v, %d gatherers", c.why, got, gatherers.Load())
		}
		if g.pause != max(0, c.pause-1) {
			t.Errorf("%s: pause %d", c.why, g.pause)
		}
	}
}

// A reader lets others run gatherTurns times at most, and does not try again for gatherPause batches when nobody had an answer.
func TestGatheringInVainPauses(t *testing.T) {
	inLab(t, func(t *testing.T, l *lab) {
		var g gathering
		l.a.shards[0].gatherers.Store(1)
		g.end(l.a, 10, 1)
		if g.pause != gatherPause {
			t.Errorf("pause %d, want %d", g.pause, gatherPause)
		}
		batch := []*Assoc{new(Assoc), new(Assoc)}
		for range gatherPause {
			if g.begins(l.a, batch, 1) {
				t.Fatal("gathers again before its time")
			}
		}
		if !g.begins(l.a, batch, 1) {
			t.Error("does not gather again")
		}
		l.a.shards[0].gatherers.Store(0)
	})
}

// Answers of many users who are woken together arrive, each once.
func TestManyAnswerTogether(t *testing.T) {
	inLab(t, func(t *testing.T, l *lab) {
		const associations, rounds = 40, 50
		var asking sync.WaitGroup
		for range associations {
			a, b := l.pair()
			go func() {
				p := make([]byte, 100)
				for {
					n, _, err := a.Receive(context.Background(), p)
					if err != nil || a.Send(context.Background(), &assoc.Message{Data: p[:n]}) != nil {
						return
					}
				}
			}()
			asking.Go(func() {
				for range rounds {
					l.send(b, []byte("question"))
					if got := l.receive(b, len("question")); string(got) != "question" {
						t.Errorf("the answer is %q", got)
					}
				}
			})
		}
		asking.Wait()
	})
}
