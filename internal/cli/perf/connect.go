package perf

import (
	"context"
	"time"
)

// connect sets associations up and shuts them down, Associations at the same time.
func (o *Options) connect(ctx context.Context, r *Result) error {
	times := newTally(o.Associations)
	start, cpu := time.Now(), cpuTime()
	stop := o.watch(start, r, func(i *Interval, seconds float64) bool {
		lap := times.lap()
		i.Setup = &Setup{PerSecond: perSecond(lap.Count(), seconds), Quantiles: lap.Quantiles()}
		return lap.Count() > 0
	})
	err := o.each(func(i int) error {
		for time.Since(start) < o.Duration {
			if err := o.connectOnce(ctx, times, i); err != nil {
				return err
			}
		}
		return nil
	})
	r.Seconds = time.Since(start).Seconds()
	stop()
	if err != nil && ctx.Err() == nil {
		return err
	}
	r.CPU = o.cpu(nil, (cpuTime() - cpu).Seconds(), r.Seconds)
	all := times.all()
	r.Setup = &Setup{PerSecond: float64(all.Count()) / r.Seconds, Quantiles: all.Quantiles()}
	return err
}

// connectOnce counts only associations that were shut down gracefully, and of them only the time of the set-up.
func (o *Options) connectOnce(ctx context.Context, times *tally, i int) error {
	begin := time.Now()
	conn, err := o.Dial(ctx)
	if err != nil {
		return err
	}
	up := time.Since(begin)
	defer conn.Close()
	if err := conn.Shutdown(ctx); err != nil {
		return err
	}
	times.add(i, up, true)
	return nil
}
