package perf

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/gosctp/sctp"
)

// bulk measures throughput: from the first message to the report of the server that everything has arrived.
func (o *Options) bulk(ctx context.Context, r *Result) error {
	return o.withConns(ctx, r, func(conns []*sctp.Conn) error {
		var queued atomic.Uint64
		counts := make([]counter, len(conns))
		start := time.Now()
		stop := o.watch(start, &queued)
		err := o.each(func(i int) error {
			n, err := o.fill(ctx, conns[i], start, &queued)
			if err == nil {
				n, err = o.arrived(ctx, conns[i], n)
			}
			if err == nil {
				counts[i], err = o.report(ctx, conns[i], n)
			}
			return err
		})
		r.Seconds = time.Since(start).Seconds()
		stop()
		r.Throughput = o.sumUp(counts, conns, r.Seconds)
		return err
	})
}

// sumUp adds up what the server has received and what it took.
func (o *Options) sumUp(counts []counter, conns []*sctp.Conn, seconds float64) *Throughput {
	t := &Throughput{MessageBytes: o.MessageBytes}
	for i, c := range counts {
		t.Bytes += c.bytes
		t.Messages += c.messages
		status := conns[i].Status()
		for _, p := range status.Paths {
			if p.Primary && (t.PMTU == 0 || p.PMTU < t.PMTU) {
				t.PMTU = p.PMTU
			}
		}
		s := status.Stats
		t.BlackHoles += s.BlackHoles
		t.Retransmitted += s.Retransmitted
		t.FastRetransmits += s.FastRetransmits
		t.Timeouts += s.Timeouts
		unsent, sent, _ := conns[i].PRAssocStatus(sctp.AnyPolicy) // which is a policy
		t.AbandonedUnsent += unsent
		t.AbandonedSent += sent
	}
	t.BitsPerSecond = float64(t.Bytes) * 8 / seconds
	t.MessagesPerSecond = float64(t.Messages) / seconds
	return t
}

// fill writes messages until Duration is over, and returns how many.
func (o *Options) fill(ctx context.Context, conn *sctp.Conn, start time.Time, queued *atomic.Uint64) (int, error) {
	message := make([]byte, o.MessageBytes)
	for n := 0; ; n++ {
		if time.Since(start) >= o.Duration {
			return n, nil
		}
		info := o.info(n, ppidDiscard)
		if _, err := conn.WriteMsgContext(ctx, message, &info); err != nil {
			return n, err
		}
		queued.Add(uint64(len(message)))
	}
}

// arrived is how many of n messages the server gets at least: with those that may be given up, it is known when nothing is left to send.
func (o *Options) arrived(ctx context.Context, conn *sctp.Conn, n int) (int, error) {
	if o.PR == (sctp.PRInfo{}) {
		return n, nil
	}
	for s := conn.Status(); s.Unsent > 0 || s.Unacked > 0; s = conn.Status() {
		// The last one says that nothing is left.
		if _, err := conn.NextNotification(ctx); err != nil {
			return 0, err
		}
	}
	unsent, sent, err := conn.PRAssocStatus(sctp.AnyPolicy)
	return n - int(unsent+sent), err
}

// report asks the server what it has received of n messages, which it answers when it has them all.
func (o *Options) report(ctx context.Context, conn *sctp.Conn, n int) (counter, error) {
	request := binary.BigEndian.AppendUint64(nil, uint64(n))
	if _, err := conn.WriteMsgContext(ctx, request, &sctp.SndInfo{PPID: ppidReport}); err != nil {
		return counter{}, err
	}
	m, err := conn.ReadMessage(ctx, reportLen)
	if err != nil {
		return counter{}, err
	}
	if m.PPID != ppidReport || len(m.Data) != reportLen {
		return counter{}, fmt.Errorf("%v is not a server of this kind: run sctp perf -l there", conn.RemoteAddr())
	}
	return counter{binary.BigEndian.Uint64(m.Data), binary.BigEndian.Uint64(m.Data[8:])}, nil
}

// watch calls Progress about once a second until the function that it returns is called.
func (o *Options) watch(start time.Time, queued *atomic.Uint64) (stop func()) {
	if o.Progress == nil {
		return func() {}
	}
	ended, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		var last uint64
		for {
			select {
			case now := <-tick.C:
				total := queued.Load()
				o.Progress(now.Sub(start), total-last)
				last = total
			case <-ended:
				return
			}
		}
	}()
	return func() {
		close(ended)
		<-done
	}
}
