package perf

import (
	"context"
	"encoding/binary"
	"errors"
	"io"

	"github.com/gosctp/sctp"
)

// MaxEcho bounds the messages that the server sends back, in bytes.
const MaxEcho = 1 << 20

var (
	errTooLarge  = errors.New("messages to be sent back exceed 1 MiB")
	errBadReport = errors.New("malformed request for a report")
)

// counter is what a server has received on one association.
type counter struct{ bytes, messages uint64 }

// session is the server's side of one association.
type session struct {
	conn *sctp.Conn
	buf  []byte
	counter
	// echoes are messages to be sent back that are not whole yet, by stream, and pending their bytes.
	echoes  map[uint16][]byte
	pending int
	// awaited is the number of messages to report at, if reply is not nil.
	awaited uint64
	reply   *sctp.SndInfo
}

// Serve is the server's part of one association. It returns nil when the client has shut it down.
func Serve(ctx context.Context, conn *sctp.Conn) error {
	s := &session{conn: conn, buf: make([]byte, 16<<10), echoes: make(map[uint16][]byte)}
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
	case ppidReport:
		if n != requestLen || !info.EOR {
			return errBadReport
		}
		s.awaited, s.reply = binary.BigEndian.Uint64(s.buf), &reply
	default:
		s.bytes += uint64(n)
		if info.EOR {
			s.messages++
		}
	}
	return s.report(ctx)
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
	if s.reply == nil || s.messages < s.awaited {
		return nil
	}
	report := binary.BigEndian.AppendUint64(nil, s.bytes)
	report = binary.BigEndian.AppendUint64(report, s.messages)
	_, err := s.conn.WriteMsgContext(ctx, report, s.reply)
	s.reply = nil
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
