package perf

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/gosctp/sctp"
)

// pingPong measures round trips, one at a time on each association.
func (o *Options) pingPong(ctx context.Context, r *Result) error {
	return o.withConns(ctx, r, func(conns []*sctp.Conn) error {
		histograms := make([]Histogram, len(conns))
		start, cpu := time.Now(), cpuTime()
		flows := make([]*flow, len(conns))
		for i, conn := range conns {
			flows[i] = &flow{o: o, conn: conn}
			if err := tell(ctx, conn, ppidStart, struct{}{}); err != nil {
				return err
			}
		}
		err := o.each(func(i int) error { return o.rally(ctx, conns[i], start, &histograms[i]) })
		if err == nil && ctx.Err() == nil {
			err = o.each(func(i int) (err error) {
				if err := askOutcome(ctx, conns[i], 0); err != nil {
					return err
				}
				flows[i].outcome, err = readOutcome(ctx, conns[i])
				return err
			})
		}
		r.Seconds = time.Since(start).Seconds()
		all := sum(histograms)
		r.Latency = &Latency{MessageBytes: o.MessageBytes, LoadBytes: o.Load, PerSecond: float64(all.Count()) / (r.Seconds - o.Omit.Seconds()), Quantiles: all.Quantiles()}
		r.CPU = o.cpu(flows, (cpuTime() - cpu).Seconds(), r.Seconds)
		return err
	})
}

// rally sends a message and waits for its echo until Duration is over.
func (o *Options) rally(ctx context.Context, conn *sctp.Conn, start time.Time, h *Histogram) error {
	if o.Load > 0 {
		stop := o.load(ctx, conn)
		defer stop()
	}
	message, echo := make([]byte, o.MessageBytes), make([]byte, o.MessageBytes)
	for n := 0; ; n++ {
		sent := time.Now()
		if sent.Sub(start) >= o.Omit+o.Duration {
			return nil
		}
		info := o.info(n, ppidEcho)
		if _, err := conn.WriteMsgContext(ctx, message, &info); err != nil {
			return err
		}
		got, rcv, err := conn.ReadMsgContext(ctx, echo)
		if err == nil {
			echo, got, err = rest(ctx, conn, echo, got, rcv)
		}
		if err != nil {
			return err
		}
		if got != len(message) || rcv.PPID != ppidEcho {
			return fmt.Errorf("%v sent back %d bytes of %d", conn.RemoteAddr(), got, len(message))
		}
		if sent.Sub(start) >= o.Omit {
			h.Add(time.Since(sent))
		}
	}
}

// loadPart is how much of a message of the load is written at once.
const loadPart = 16 << 10

// load sends messages of Load bytes until the function that it returns is called. An error shows in the round trips as well.
func (o *Options) load(ctx context.Context, conn *sctp.Conn) (stop func()) {
	var stopped atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		part := make([]byte, min(o.Load, loadPart))
		for !stopped.Load() {
			w, err := conn.NewMessage(ctx, &sctp.SndInfo{Stream: uint16(o.Streams), PPID: ppidDiscard})
			for n := 0; n < o.Load && err == nil && !stopped.Load(); n += len(part) {
				_, err = w.Write(part[:min(len(part), o.Load-n)])
			}
			if err != nil || w.Close() != nil {
				return
			}
		}
	}()
	return func() {
		stopped.Store(true)
		<-done
	}
}

// sum merges what was measured on several associations.
func sum(histograms []Histogram) *Histogram {
	var all Histogram
	for i := range histograms {
		all.Merge(&histograms[i])
	}
	return &all
}
