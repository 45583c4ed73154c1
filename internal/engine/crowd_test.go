package engine

import (
	"context"
	"errors"
	"net/netip"
	"testing"
	"testing/synctest"

	"github.com/gosctp/sctp/internal/assoc"
)

// dial begins an association from a new socket.
func (l *lab) dial(port uint16) *Assoc {
	l.t.Helper()
	s := l.bind(l.a, SocketOptions{Config: assoc.Config{}.Defaults(), Transient: true})
	a, err := s.Begin(assoc.Config{}.Defaults(), Peer{Addrs: []netip.Addr{l.address}, Port: port})
	if err != nil {
		l.t.Fatal(err)
	}
	return a
}

// wantDialling is about how many are being set up.
func (l *lab) wantDialling(why string, want int32) {
	l.t.Helper()
	if n := l.a.dialling.Load(); n != want {
		l.t.Errorf("%s: %d are being set up, want %d", why, n, want)
	}
}

// offers counts what was left to the latecomer.
func (l *lab) offers() uint64 { return l.a.shards[0].out.offers.Load() }

// The first INIT leaves at once, those that follow are left to the latecomer.
func TestInitsOfManyLeaveTogether(t *testing.T) {
	inLab(t, func(t *testing.T, l *lab) {
		const many = 32
		start := l.a.now()
		l.dial(7)
		if n := l.gate.batches.Load(); n != 1 || l.offers() != 0 {
			t.Errorf("%d batches written when the first one has begun, %d offers; want 1 and none", n, l.offers())
		}
		all := []*Assoc{}
		for range many {
			all = append(all, l.dial(7))
		}
		l.wantDialling("all have begun", many+1)
		synctest.Wait()
		if l.a.now() != start {
			t.Error("time has passed")
		}
		if n := l.offers(); n != many {
			t.Errorf("%d of %d INITs were left to the latecomer", n, many)
		}
		for _, a := range all {
			if err := a.waitUp(t.Context()); err != nil {
				t.Error(err)
			}
		}
		synctest.Wait()
		l.wantDialling("all are up", 0)
	})
}

// ABORT leaves at once when nobody is being set up, and soon otherwise; Abort returns when it has left.
func TestAbortInACrowd(t *testing.T) {
	inLab(t, func(t *testing.T, l *lab) {
		for _, others := range []int32{0, 1} {
			a, b := l.pair()
			synctest.Wait()
			l.a.dialling.Add(others)
			before, offers := l.gate.batches.Load(), l.offers()
			if err := a.abandon(nil); err != nil {
				t.Error(err)
			}
			if n := l.gate.batches.Load() - before; others == 0 && n != 1 {
				t.Errorf("%d batches written, want 1", n)
			}
			if n := l.offers() - offers; n != uint64(others) {
				t.Errorf("%d others: %d offers", others, n)
			}
			a.awaitLast()
			if n := l.gate.batches.Load() - before; n != 1 {
				t.Errorf("%d others: %d batches written in the end, want 1", others, n)
			}
			l.a.dialling.Add(-others)
			var abort *assoc.AbortError
			if _, _, err := b.Receive(t.Context(), make([]byte, 1)); !errors.As(err, &abort) {
				t.Errorf("the peer got %v", err)
			}
			// There is nothing left to say for a user who closes what the peer has ended.
			if err := b.Abort(nil); err != nil {
				t.Error(err)
			}
		}
	})
}

// Who is refused, gives up or is aborted is not being set up any more.
func TestDiallingEnds(t *testing.T) {
	inLab(t, func(t *testing.T, l *lab) {
		refused := l.dial(8)
		if err := refused.waitUp(t.Context()); err == nil {
			t.Error("nobody listens there")
		}
		l.wantDialling("refused", 0)
		given := l.dial(7)
		l.wantDialling("begun", 1)
		if err := given.Abort(nil); err != nil {
			t.Error(err)
		}
		l.wantDialling("aborted", 0)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		late := l.dial(7)
		if err := late.waitUp(ctx); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if err := late.Close(0); err != nil {
			t.Error(err)
		}
		l.wantDialling("given up", 0)
		l.dial(7)
		l.a.Close()
		l.wantDialling("the carrier is gone", 0)
	})
}
