package engine

import (
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gosctp/sctp/internal/mono"
)

// alarmClock records at what times entries of its timers come up.
type alarmClock struct {
	timers timers
	start  time.Time
	rang   []time.Duration
	fires  int
}

func (c *alarmClock) now() mono.Time { return mono.Time(time.Since(c.start)) + 1 }

func (c *alarmClock) fire() {
	c.fires++
	now := c.now()
	for c.timers.pop(now, c.fire) != nil {
		c.rang = append(c.rang, time.Since(c.start))
	}
}

func (c *alarmClock) set(a *Assoc, after time.Duration) {
	c.timers.set(a, mono.Time(after)+1, c.now(), c.fire)
}

func newEntry() *Assoc { return &Assoc{heapIndex: -1} }

func TestTimersFireInOrderAndOnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &alarmClock{start: time.Now()}
		r := rand.New(rand.NewPCG(1, 2))
		var want []time.Duration
		for range 1000 {
			d := time.Duration(r.IntN(1e6)) * time.Microsecond
			want = append(want, d)
			c.set(newEntry(), d)
		}
		slices.Sort(want)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if !slices.Equal(c.rang, want) {
			t.Errorf("%d entries came up, want %d at their times", len(c.rang), len(want))
		}
	})
}

func TestEarlierEntryMovesTheTimerForward(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &alarmClock{start: time.Now()}
		late, moved := newEntry(), newEntry()
		c.set(late, time.Hour)
		c.set(moved, 2*time.Hour)
		c.set(moved, time.Minute)
		time.Sleep(time.Minute)
		synctest.Wait()
		if want := []time.Duration{time.Minute}; !slices.Equal(c.rang, want) {
			t.Errorf("came up at %v, want %v", c.rang, want)
		}
		c.timers.remove(late)
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if len(c.rang) != 1 {
			t.Errorf("a removed entry came up: %v", c.rang)
		}
	})
}

func TestStoppedTimersStaySilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &alarmClock{start: time.Now()}
		c.set(newEntry(), time.Second)
		c.timers.stop()
		c.set(newEntry(), time.Second)
		time.Sleep(time.Minute)
		synctest.Wait()
		if c.fires != 0 {
			t.Errorf("fired %d times after stop", c.fires)
		}
	})
}
