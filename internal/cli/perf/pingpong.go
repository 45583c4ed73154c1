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
		times := newTally(len(conns))
		start, cpu := time.Now(), cpuTime()
		flows := make([]*flow, len(conns))
		for i, conn := range conns {
			flows[i] = &flow{o: o, conn: conn}
			if err := tell(ctx, conn, ppidStart, struct{}{}); err != nil {
				return err
			}
		}
		stop := o.watch(start, r, func(i *Interval, seconds float64) bool {
			lap := times.lap()
			i.Latency = &RoundTrips{PerSecond: perSecond(lap.Count(), seconds), Quantiles: lap.Quantiles()}
			return lap.Count() > 0
		})
		err := o.each(func(i int) error { return o.rally(ctx, conns[i], start, times, i) })
		stop()
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
		all := times.all()
		r.Latency = &Latency{MessageBytes: o.MessageBytes, LoadBytes: o.Load}
		r.Latency.RoundTrips = RoundTrips{PerSecond: perSecond(all.Count(), r.Seconds-o.Omit.Seconds()), Quantiles: all.Quantiles()}
		r.CPU = o.cpu(flows, (cpuTime() - cpu).Seconds(), r.Seconds)
		return err
	})
}

// rally sends a message on association i and waits for its echo until Duration is over.
func (o *Options) rally(ctx context.Context, conn *sctp.Conn, start time.Time, times *tally, i int) error {
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
		times.add(i, time.Since(sent), sent.Sub(start) >= o.Omit)
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
