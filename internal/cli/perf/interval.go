package perf

import (
	"fmt"
	"time"
)

// Interval is what happened in a part of a test, on all associations. Only the part of its mode is there.
type Interval struct {
	// Start and End are seconds since the test began. Omitted: it is warm-up, and does not count.
	Start   float64 `json:"start"`
	End     float64 `json:"end"`
	Omitted bool    `json:"omitted"`

	*Traffic
	// Latency is of the round trips that ended in the interval, Setup of the associations that were set up and shut down in it.
	Latency *RoundTrips `json:"latency,omitempty"`
	Setup   *Setup      `json:"setup,omitempty"`
}

// Head names the columns of [Interval.String].
func (i *Interval) Head() string {
	const seconds = "   seconds "
	switch {
	case i.Latency != nil:
		return seconds + fmt.Sprintf(" %11s ", "round trips") + timesHead
	case i.Setup != nil:
		return seconds + fmt.Sprintf(" %11s ", "set up") + timesHead
	case i.Traffic != nil:
		return seconds + i.Traffic.head()
	}
	return seconds
}

func (i *Interval) String() string {
	text := fmt.Sprintf("%5.1f-%-5.1f", i.Start, i.End)
	switch {
	case i.Latency != nil:
		text += i.Latency.columns(i.Latency.PerSecond)
	case i.Setup != nil:
		text += i.Setup.columns(i.Setup.PerSecond)
	case i.Traffic != nil:
		text += i.Traffic.columns()
	}
	if i.Omitted {
		text += " (omitted)"
	}
	return text
}

// timesHead names the columns of [Quantiles.columns], but for the first one.
const timesHead = "    a second         50 %         99 %          max"

func (q *Quantiles) columns(perSecond float64) string {
	if q.Count == 0 {
		return fmt.Sprintf(" %11d %12s %12s %12s %12s", 0, "-", "-", "-", "-")
	}
	return fmt.Sprintf(" %11d %12.0f %9.1f µs %9.1f µs %9.1f µs", q.Count, perSecond, q.P50, q.P99, q.Max)
}

// watch makes an interval after each o.Interval, until the function that it returns is called, which makes the last one. fill adds what happened
// since it was called last, and says whether that is anything.
func (o *Options) watch(start time.Time, r *Result, fill func(i *Interval, seconds float64) bool) (stop func()) {
	if o.Interval <= 0 {
		return func() {}
	}
	var at time.Duration
	note := func(last bool) {
		now := time.Since(start)
		i := Interval{Start: at.Seconds(), End: now.Seconds(), Omitted: at < o.Omit}
		if some := fill(&i, (now - at).Seconds()); last && !some && len(r.Intervals) > 0 {
			return
		}
		at = now
		r.Intervals = append(r.Intervals, i)
		if o.Progress != nil {
			o.Progress(&i)
		}
	}
	// What is still under way at the end of the time is awaited. That takes a moment, in place of an interval of its own, unless something hangs.
	limit := o.plan().Duration
	moment := func() bool {
		late := time.Since(start) - o.Omit - limit
		return limit > 0 && late >= 0 && late < o.Interval
	}
	end, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(o.Interval)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				if !moment() {
					note(false)
				}
			case <-end:
				note(true)
				return
			}
		}
	}()
	return func() {
		close(end)
		<-done
	}
}

// perSecond is n in so many seconds, 0 in none.
func perSecond(n uint64, seconds float64) float64 {
	if seconds <= 0 {
		return 0
	}
	return float64(n) / seconds
}
