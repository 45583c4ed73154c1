package perf

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/gosctp/sctp"
)

// lastWords is how long a test that was interrupted waits for the server's account of it.
const lastWords = 2 * time.Second

// flow is the client's side of a test on one association.
type flow struct {
	o        *Options
	conn     *sctp.Conn
	sent     *counts // what this side has sent, nil if it does not
	received *counts // what it has received, nil if nothing is to come
	// outcome is the server's account, and peerSent what it has sent.
	outcome  outcome
	peerSent total
	// told is how the server sends, as it said last, with all that it has sent again.
	told atomic.Pointer[Sender]
	// did is what this side has sent by the end, got what it has received.
	did, got total
	ended    bool
	own      sending
}

// bulk measures throughput: from the first message to the report that everything has arrived.
func (o *Options) bulk(ctx context.Context, r *Result) error {
	return o.withConns(ctx, r, func(conns []*sctp.Conn) error {
		start, cpu := time.Now(), cpuTime()
		flows := make([]*flow, len(conns))
		for i, conn := range conns {
			f := &flow{o: o, conn: conn}
			if !o.Reverse || o.Bidir {
				f.sent = newCounts(start, o.Omit)
			}
			if o.Reverse || o.Bidir {
				f.received = newCounts(start, o.Omit)
			}
			flows[i] = f
		}
		stop := o.watch(start, r, (&watcher{o: o, flows: flows}).fill)
		err := o.each(func(i int) error { return flows[i].run(ctx, start) })
		r.Seconds = time.Since(start).Seconds()
		stop()
		r.Throughput = o.sumUp(flows)
		r.CPU = o.cpu(flows, (cpuTime() - cpu).Seconds(), r.Seconds)
		return err
	})
}

// run sends and receives until both are over. What an interrupted test has done by then is asked for as well.
func (f *flow) run(ctx context.Context, start time.Time) error {
	after := context.WithoutCancel(ctx) // what belongs together is not cut off by an interrupt, but by lastWords
	after, cancel := context.WithCancel(after)
	defer cancel()
	defer context.AfterFunc(ctx, func() {
		_ = tell(after, f.conn, ppidStop, struct{}{})
		time.AfterFunc(lastWords, cancel)
	})()
	if err := tell(after, f.conn, ppidStart, struct{}{}); err != nil {
		return err
	}
	awaited, err := 0, error(nil)
	sending := make(chan error, 1)
	go func() {
		if f.sent == nil {
			sending <- nil
			return
		}
		p := f.o.plan()
		err := p.send(ctx, f.conn, start, f.sent)
		f.did = f.sent.total()
		if err == nil {
			awaited, err = p.arrives(after, f.conn, int(f.sent.messages.Load()))
		}
		if err == nil && f.received == nil {
			err = askOutcome(after, f.conn, awaited)
		}
		sending <- err
	}()
	if f.received != nil {
		err = f.receive(after)
		f.got = f.received.total()
	}
	err = errors.Join(err, <-sending)
	if err == nil && f.received != nil {
		err = askOutcome(after, f.conn, awaited)
	}
	if err == nil {
		f.outcome, err = readOutcome(after, f.conn)
	}
	f.own = sendingOf(f.conn)
	return errors.Join(err, ctx.Err())
}

// askOutcome asks the server for its account, once it has so many messages.
func askOutcome(ctx context.Context, conn *sctp.Conn, messages int) error {
	request := binary.BigEndian.AppendUint64(nil, uint64(messages))
	_, err := conn.WriteMsgContext(ctx, request, &sctp.SndInfo{PPID: ppidOutcome})
	return err
}

func readOutcome(ctx context.Context, conn *sctp.Conn) (o outcome, err error) {
	m, err := conn.ReadMessage(ctx, MaxControl)
	if err == nil && m.PPID != ppidOutcome {
		err = fmt.Errorf("%v answered with %d bytes of PPID %d", conn.RemoteAddr(), len(m.Data), m.PPID)
	}
	if err == nil {
		err = json.Unmarshal(m.Data, &o)
	}
	return o, err
}

// receive takes what the server sends until it has said how much that was, and all of it has come.
func (f *flow) receive(ctx context.Context) error {
	buf := make([]byte, 64<<10)
	var last ended
	for !f.ended || f.received.messages.Load() < uint64(last.Awaited) {
		n, info, err := f.conn.ReadMsgContext(ctx, buf)
		switch {
		case err != nil:
			return err
		case info.PPID == ppidDiscard:
			f.received.count(n, info.EOR)
		case info.PPID == ppidEnded && info.EOR:
			if err := json.Unmarshal(buf[:n], &last); err != nil {
				return err
			}
			f.ended, f.peerSent = true, last.Sent
		case info.PPID == ppidSender && info.EOR:
			var s Sender
			if err := json.Unmarshal(buf[:n], &s); err != nil {
				return err
			}
			f.told.Store(&s)
		default:
			return fmt.Errorf("%v sent %d bytes of PPID %d", f.conn.RemoteAddr(), n, info.PPID)
		}
	}
	return nil
}

// greet tells the server what is to come, and finds out what kind of server it is.
func (o *Options) greet(ctx context.Context, conn *sctp.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, o.greetTime())
	defer cancel()
	if err := tell(ctx, conn, ppidHello, &hello{Version: ProtocolVersion, Plan: o.plan(), Reverse: o.Reverse || o.Bidir, Interval: o.Interval}); err != nil {
		return err
	}
	// One that knows no hello has counted it as a message, and answers this.
	if _, err := conn.WriteMsgContext(ctx, make([]byte, requestLen), &sctp.SndInfo{PPID: ppidReport}); err != nil {
		return err
	}
	stranger := func(what string) error {
		return fmt.Errorf("%v %s: run sctp perf -s of this version there", conn.RemoteAddr(), what)
	}
	var w welcome
	for range 2 {
		m, err := conn.ReadMessage(ctx, MaxControl)
		switch {
		case errors.Is(err, context.DeadlineExceeded):
			return stranger("does not answer as a server of sctp perf")
		case err != nil:
			return fmt.Errorf("%v is no server of sctp perf: %w", conn.RemoteAddr(), err)
		case m.PPID == ppidReport && !w.Welcome:
			return stranger("is a server of an older sctp perf")
		case m.PPID == ppidReport:
			return nil
		case m.PPID != ppidHello || json.Unmarshal(m.Data, &w) != nil || !w.Welcome:
			return stranger("is not a server of this kind")
		case w.Error != "":
			return stranger("refuses the test: " + w.Error)
		}
	}
	return stranger("does not answer as a server of sctp perf")
}

// greetTime is how long a server may take to say what it is.
func (o *Options) greetTime() time.Duration {
	if o.Timeout > 0 {
		return o.Timeout
	}
	return 10 * time.Second
}
