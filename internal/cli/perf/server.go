package perf

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gosctp/sctp"
)

// MaxEcho bounds the messages that the server sends back, in bytes.
const MaxEcho = 1 << 20

var (
	errTooLarge  = errors.New("messages to be sent back exceed 1 MiB")
	errBadReport = errors.New("malformed request for a report")
)

// session is the server's side of one association.
type session struct {
	conn *sctp.Conn
	buf  []byte
	// echoes are messages to be sent back that are not whole yet, by stream, and pending their bytes.
	echoes  map[uint16][]byte
	pending int
	// awaited is the number of messages to report at, if reply is not nil; with whole it is the outcome of a test.
	awaited uint64
	reply   *sctp.SndInfo
	whole   bool

	// greeted: the client has said what it is up to. The rest is what came of it.
	greeted  bool
	reverse  bool
	started  bool
	interval time.Duration // at which to tell of what is sent, 0 for never
	plan     plan
	cpu      time.Duration
	received *counts
	feeding  sync.WaitGroup
	stop     context.CancelFunc // of feeding, nil if nothing is sent
	sent     atomic.Pointer[total]
}

// Serve is the server's part of one association. It returns nil when the client has shut it down.
func Serve(ctx context.Context, conn *sctp.Conn) error {
	ctx, cancel := context.WithCancel(ctx)
	s := &session{conn: conn, buf: make([]byte, 64<<10), echoes: make(map[uint16][]byte), cpu: cpuTime(), received: newCounts(time.Now(), 0)}
	defer s.feeding.Wait()
	defer cancel()
	for {
		n, info, err := conn.ReadMsgContext(ctx, s.buf)
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = s.take(ctx, n, info)
		}
		if err != nil {
			return err
		}
	}
}

// take does what the payload protocol identifier of a message asks for, of which the next n bytes are in buf.
func (s *session) take(ctx context.Context, n int, info sctp.RcvInfo) error {
	reply := sctp.SndInfo{Stream: info.Stream, PPID: info.PPID, Unordered: info.Unordered}
	switch info.PPID {
	case ppidEcho:
		return s.echo(ctx, s.buf[:n], info, &reply)
	case ppidReport, ppidOutcome:
		if n != requestLen || !info.EOR {
			return errBadReport
		}
		s.awaited, s.reply, s.whole = binary.BigEndian.Uint64(s.buf), &reply, info.PPID == ppidOutcome
	case ppidHello:
		if n > MaxControl || !info.EOR {
			return fmt.Errorf("%w: more than %d bytes", errControl, MaxControl)
		}
		return s.greet(ctx, s.buf[:n])
	case ppidStart:
		return s.start(ctx)
	case ppidStop:
		if s.stop != nil {
			s.stop()
		}
		return nil
	default:
		s.received.count(n, info.EOR)
	}
	return s.report(ctx)
}

// greet takes or refuses a test.
func (s *session) greet(ctx context.Context, b []byte) error {
	var h hello
	if err := json.Unmarshal(b, &h); err != nil {
		return fmt.Errorf("%w: %w", errControl, err)
	}
	if s.greeted {
		return errAgain
	}
	s.greeted = true
	answer := welcome{Version: ProtocolVersion, Welcome: true}
	var refused error
	if h.Version != ProtocolVersion {
		refused = fmt.Errorf("version %d of sctp perf; allowed: %d", h.Version, ProtocolVersion)
	} else {
		refused = h.Plan.validate(s.conn)
	}
	if refused != nil {
		answer.Error = refused.Error()
	}
	if err := tell(ctx, s.conn, ppidHello, &answer); err != nil || refused != nil {
		return err // one who is refused may go by himself
	}
	s.plan, s.reverse, s.interval = h.Plan, h.Reverse, h.Interval
	return nil
}

// start begins to count, and to send if that is wanted.
func (s *session) start(ctx context.Context) error {
	switch {
	case s.plan.MessageBytes == 0:
		return errUngreeted
	case s.started:
		return errAgain
	}
	s.started, s.cpu, s.received = true, cpuTime(), newCounts(time.Now(), s.plan.Omit)
	if s.reverse {
		s.feed(ctx)
	}
	return nil
}

// feed sends what the client has asked for. An error ends the association, and so shows on both sides.
func (s *session) feed(ctx context.Context) {
	sending, stop := context.WithCancel(ctx)
	s.stop = stop
	s.feeding.Go(func() {
		defer stop()
		c := newCounts(time.Now(), s.plan.Omit)
		quiet := s.tellSender(ctx)
		err := s.plan.send(sending, s.conn, c.start, c)
		quiet() // what is told comes before ppidEnded, and is not waited for by arrives
		t := c.total()
		s.sent.Store(&t)
		var awaited int
		if err == nil {
			awaited, err = s.plan.arrives(ctx, s.conn, int(c.messages.Load()))
		}
		if err == nil {
			err = tell(ctx, s.conn, ppidEnded, &ended{Awaited: awaited, Sent: t})
		}
		if err != nil && ctx.Err() == nil {
			s.conn.Abort(err.Error())
		}
	})
}

// echo sends a message back once it is whole. Parts of messages on other streams may come in between.
func (s *session) echo(ctx context.Context, part []byte, info sctp.RcvInfo, reply *sctp.SndInfo) error {
	before := s.echoes[info.Stream]
	if s.pending += len(part); s.pending > MaxEcho {
		return errTooLarge
	}
	message := part
	if len(before) > 0 || !info.EOR {
		message = append(before, part...)
	}
	if !info.EOR {
		s.echoes[info.Stream] = message
		return nil
	}
	if len(before) > 0 {
		s.echoes[info.Stream] = message[:0]
	}
	s.pending -= len(message)
	_, err := s.conn.WriteMsgContext(ctx, message, reply)
	return err
}

// report answers a request once everything that it waits for has arrived.
func (s *session) report(ctx context.Context) error {
	if s.reply == nil || s.received.messages.Load() < s.awaited {
		return nil
	}
	reply := s.reply
	s.reply = nil
	t := s.received.total()
	if s.whole {
		o := outcome{Received: t, CPU: (cpuTime() - s.cpu).Seconds(), Seconds: time.Since(s.received.start).Seconds(), Status: sendingOf(s.conn)}
		if sent := s.sent.Load(); sent != nil {
			o.Sent = *sent
		}
		return tell(ctx, s.conn, ppidOutcome, &o)
	}
	report := binary.BigEndian.AppendUint64(nil, s.received.bytes.Load())
	report = binary.BigEndian.AppendUint64(report, s.received.messages.Load())
	_, err := s.conn.WriteMsgContext(ctx, report, reply)
	return err
}

// rest reads on until the message of which buf has n bytes is whole. It returns the buffer, grown if need be, and the length.
func rest(ctx context.Context, conn *sctp.Conn, buf []byte, n int, info sctp.RcvInfo) ([]byte, int, error) {
	for !info.EOR {
		if n == MaxEcho {
			return buf, n, errTooLarge
		}
		if n == len(buf) {
			buf = append(buf, make([]byte, min(n, MaxEcho-n))...)
		}
		var more int
		var err error
		more, info, err = conn.ReadMsgContext(ctx, buf[n:])
		if err != nil {
			return buf, n, err
		}
		n += more
	}
	return buf, n, nil
}
