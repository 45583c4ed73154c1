package perf

import (
	"context"
	"time"
)

// connect sets associations up and shuts them down, Associations at the same time.
func (o *Options) connect(ctx context.Context, r *Result) error {
	histograms := make([]Histogram, o.Associations)
	start, cpu := time.Now(), cpuTime()
	err := o.each(func(i int) error {
		for time.Since(start) < o.Duration {
			if err := o.connectOnce(ctx, &histograms[i]); err != nil {
				return err
			}
		}
		return nil
	})
	r.Seconds = time.Since(start).Seconds()
	if err != nil && ctx.Err() == nil {
		return err
	}
	r.CPU = o.cpu(nil, (cpuTime() - cpu).Seconds(), r.Seconds)
	all := sum(histograms)
	r.Setup = &Setup{PerSecond: float64(all.Count()) / r.Seconds, Quantiles: all.Quantiles()}
	return err
}

// connectOnce counts only associations that were shut down gracefully, and of them only the time of the set-up.
func (o *Options) connectOnce(ctx context.Context, h *Histogram) error {
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
	h.Add(up)
	return nil
}
