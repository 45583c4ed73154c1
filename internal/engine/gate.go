package engine

import (
	"context"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// A gate is where goroutines wait for a condition of the structure that it is part of, until a context ends or a deadline
// passes. All of it is guarded by the lock of that structure, which wait gives up while it waits.
type gate struct {
	cond sync.Cond
	// away is not nil while somebody waits for the carrier instead, whom a signal has to reach too: see lending.
	away atomic.Pointer[reader]
	// timer fires at the deadline that the user set; a firing that lost against a newer one is told by its generation. expired: it has passed.
	timer      *time.Timer
	generation uint32
	waiters    int32
	expired    bool
}

// init says which lock guards the gate.
func (g *gate) init(mu *sync.Mutex) { g.cond.L = mu }

// check reports why waiting, or any operation that might wait, has to fail now.
func (g *gate) check(ctx context.Context) error {
	if g.expired {
		return os.ErrDeadlineExceeded
	}
	return ctx.Err()
}

// wait blocks until a signal or until check has an error. The caller holds the lock and looks at its condition again.
func (g *gate) wait(ctx context.Context) {
	if ctx.Done() != nil {
		stop := context.AfterFunc(ctx, g.lockedBroadcast)
		defer stop()
	}
	g.waiters++
	g.cond.Wait()
	g.waiters--
}

// lockedBroadcast takes the lock first, so that a goroutine between its check and its wait is not missed.
func (g *gate) lockedBroadcast() {
	g.cond.L.Lock()
	defer g.cond.L.Unlock()
	g.broadcast()
}

// signal wakes one of those who wait, broadcast all of them.
func (g *gate) signal() {
	g.cond.Signal()
	g.callBack()
}

func (g *gate) broadcast() {
	g.cond.Broadcast()
	g.callBack()
}

// callBack ends the waiting of one who does not wait here.
func (g *gate) callBack() {
	if r := g.away.Load(); r != nil {
		r.interrupt()
	}
}

// setDeadline makes operations fail from t on; the zero time means never. The caller holds the lock.
func (g *gate) setDeadline(t time.Time) {
	g.generation++
	if g.timer != nil {
		g.timer.Stop()
	}
	g.expired = false
	if t.IsZero() {
		return
	}
	left := time.Until(t)
	if left <= 0 {
		g.expired = true
		g.broadcast()
		return
	}
	generation := g.generation
	g.timer = time.AfterFunc(left, func() {
		g.cond.L.Lock()
		defer g.cond.L.Unlock()
		if g.generation == generation {
			g.expired = true
			g.broadcast()
		}
	})
}
