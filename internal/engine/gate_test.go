package engine

import (
	"context"
	"errors"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// door is a structure with a gate, as Assoc is one.
type door struct {
	mu   sync.Mutex
	gate gate
	open bool
}

func newDoor() *door {
	d := &door{}
	d.gate.init(&d.mu)
	return d
}

// pass waits until the door is open.
func (d *door) pass(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for {
		if err := d.gate.check(ctx); err != nil {
			return err
		}
		if d.open {
			return nil
		}
		d.gate.wait(ctx)
	}
}

func (d *door) setDeadline(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.gate.setDeadline(t)
}

// passing starts to wait and returns where the outcome will be.
func (d *door) passing(ctx context.Context) chan error {
	done := make(chan error, 1)
	go func() { done <- d.pass(ctx) }()
	synctest.Wait()
	return done
}

func TestGateEndsWaitingOnSignal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoor()
		done := d.passing(t.Context())
		d.mu.Lock()
		d.open = true
		d.mu.Unlock()
		d.gate.cond.Signal()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestGateEndsWaitingWithContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		d := newDoor()
		done := d.passing(ctx)
		cancel(nil)
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

func TestGateEndsWaitingAtDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoor()
		start := time.Now()
		d.setDeadline(start.Add(time.Minute))
		if err := <-d.passing(t.Context()); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error(err)
		}
		if waited := time.Since(start); waited != time.Minute {
			t.Errorf("waited %v, want 1m", waited)
		}
	})
}

func TestDeadlineMayMoveWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDoor()
		start := time.Now()
		d.setDeadline(start.Add(time.Second))
		done := d.passing(t.Context())
		d.setDeadline(start.Add(time.Hour))
		synctest.Wait()
		d.setDeadline(time.Time{})
		synctest.Wait()
		d.setDeadline(start.Add(2 * time.Hour))
		if err := <-done; !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error(err)
		}
		if waited := time.Since(start); waited != 2*time.Hour {
			t.Errorf("waited %v, want 2h", waited)
		}
	})
}

func TestPastDeadlineFailsEvenWhenOpen(t *testing.T) {
	d := newDoor()
	d.open = true
	d.setDeadline(time.Unix(1, 0))
	if err := d.pass(t.Context()); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error(err)
	}
	d.setDeadline(time.Time{})
	if err := d.pass(t.Context()); err != nil {
		t.Error("after the deadline was taken away: ", err)
	}
}
