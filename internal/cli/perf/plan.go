package perf

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gosctp/sctp"
)

// ProtocolVersion is that of the language between client and server. Each refuses another one.
const ProtocolVersion = 2

// MaxControl bounds the messages in which client and server talk about a test, in bytes.
const MaxControl = 4096

// maxDuration bounds how long a server sends.
const maxDuration = 24 * time.Hour

var (
	errControl   = errors.New("malformed request")
	errAgain     = errors.New("a second test on one association")
	errUngreeted = errors.New("a test begins that was not asked for")
)

// plan is what is sent in one direction.
type plan struct {
	// Duration, Messages and Bytes each end it, if they are not zero: the time from the first message on, with Omit before.
	Duration, Omit  time.Duration
	Messages, Bytes int
	// MessageBytes is the size of a message, Streams the number of streams that they take turns on.
	MessageBytes, Streams int
	Unordered             bool
	PR                    sctp.PRInfo
	// Rate in bits a second is not exceeded, if it is not zero.
	Rate int
}

// hello is the first message of a client.
type hello struct {
	Version int
	Plan    plan
	// Reverse has the server send as the plan says.
	Reverse bool
	// Interval has a server that sends tell so often how it does; a server that does not know of it tells nothing.
	Interval time.Duration `json:",omitempty"`
}

// welcome answers it, and says what is wrong with it if Error is not empty.
type welcome struct {
	Version int
	Welcome bool
	Error   string `json:",omitempty"`
}

// ended is the last message of a sender: how many messages the receiver is to have, and what was sent when Omit was over.
type ended struct {
	Awaited int
	Sent    total
}

// outcome is the server's account of a test.
type outcome struct {
	Sent, Received total
	CPU            float64 // seconds of the process since hello
	Seconds        float64
	Status         sending
}

// total is what was sent or received after Omit.
type total struct {
	Bytes, Messages uint64
	Seconds         float64
}

// sending is what it took to send.
type sending struct {
	Retransmitted, FastRetransmits, Timeouts, BlackHoles, AbandonedUnsent, AbandonedSent, Undone, TailProbes uint64
}

// sendingOf sums up what it took conn to send.
func sendingOf(conn *sctp.Conn) sending {
	s := conn.Status().Stats
	unsent, sent, _ := conn.PRAssocStatus(sctp.AnyPolicy) // which is a policy
	return sending{s.Retransmitted, s.FastRetransmits, s.Timeouts, s.BlackHoles, unsent, sent, s.RecoveriesUndone + s.TimeoutsUndone, s.TailProbes}
}

// validate refuses what a server does not do for anybody.
func (p *plan) validate(conn *sctp.Conn) error {
	streams := int(conn.Status().OutStreams)
	switch {
	case p.MessageBytes < 1 || p.MessageBytes > MaxEcho:
		return fmt.Errorf("messages of %d bytes; allowed: 1 to %d", p.MessageBytes, MaxEcho)
	case p.Streams < 1 || p.Streams > streams:
		return fmt.Errorf("%d streams; allowed: 1 to %d", p.Streams, streams)
	case p.Omit < 0 || p.Omit > maxDuration || p.Duration < 0 || p.Duration > maxDuration:
		return fmt.Errorf("a test of %v after %v; allowed: up to %v each", p.Duration, p.Omit, maxDuration)
	case p.Messages < 0 || p.Bytes < 0 || p.Rate < 0:
		return fmt.Errorf("%d messages, %d bytes, %d bit/s; allowed: none below 0", p.Messages, p.Bytes, p.Rate)
	case p.Duration == 0 && p.Messages == 0 && p.Bytes == 0:
		return errors.New("a test without end; allowed: a time, a number of messages or of bytes")
	}
	return nil
}

// tell sends a message of control.
func tell(ctx context.Context, conn *sctp.Conn, ppid uint32, v any) error {
	b, err := json.Marshal(v)
	if err == nil {
		_, err = conn.WriteMsgContext(ctx, b, &sctp.SndInfo{PPID: ppid})
	}
	return err
}

// send sends messages as the plan says, from start on, and counts them in c. It returns nil at the end of the plan or of ctx.
func (p *plan) send(ctx context.Context, conn *sctp.Conn, start time.Time, c *counts) error {
	message := make([]byte, p.MessageBytes)
	pace := time.NewTimer(0)
	defer pace.Stop()
	for n := 0; ctx.Err() == nil; n++ {
		if p.Messages > 0 && n == p.Messages || p.Bytes > 0 && n*p.MessageBytes >= p.Bytes {
			return nil
		}
		if p.Rate > 0 {
			due := start.Add(time.Duration(float64(n) * float64(p.MessageBytes) * 8 / float64(p.Rate) * 1e9))
			if wait := time.Until(due); wait > 0 {
				if p.Duration > 0 {
					wait = min(wait, time.Until(start.Add(p.Omit+p.Duration)))
				}
				pace.Reset(wait)
				select {
				case <-pace.C:
				case <-ctx.Done():
					return nil
				}
			}
		}
		if p.Duration > 0 && time.Since(start) >= p.Omit+p.Duration {
			return nil
		}
		info := sctp.SndInfo{Stream: uint16(n % p.Streams), PPID: ppidDiscard, Unordered: p.Unordered, PR: p.PR}
		if _, err := conn.WriteMsgContext(ctx, message, &info); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		c.count(len(message), true)
	}
	return nil
}

// arrives is how many of n messages the receiver gets at least: with those that may be given up, it is known when nothing is left to send.
func (p *plan) arrives(ctx context.Context, conn *sctp.Conn, n int) (int, error) {
	if p.PR == (sctp.PRInfo{}) {
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
