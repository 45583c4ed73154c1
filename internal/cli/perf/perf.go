// Package perf measures an SCTP stack and a network: throughput, latency, and how fast associations are set up.
//
// A server ([Serve]) does what the payload protocol identifier of each message tells it, and so needs no options. A client
// ([Run]) asks it and measures; what counts as received is what the server says.
package perf

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/gosctp/sctp"
)

// Payload protocol identifiers, by which a client tells the server what to do with a message. Any other counts as ppidDiscard.
const (
	// ppidDiscard: count it.
	ppidDiscard = 0x70657201 + iota
	// ppidEcho: send it back on the same stream.
	ppidEcho
	// ppidReport: a 64-bit number. When so many messages have been counted on this association, answer with the bytes and
	// the messages counted, 64 bits each. The request may overtake messages on other streams, hence the number.
	ppidReport
	// ppidHello: a hello, answered by a welcome. The test begins with ppidStart, and ppidStop ends what the server sends before its time.
	ppidHello
	ppidStart
	ppidStop
	// ppidEnded: an ended, of a server that has sent what it was asked for.
	ppidEnded
	// ppidOutcome: as ppidReport, answered by an outcome.
	ppidOutcome
	// ppidSender: a Sender, of a server that sends and was asked to tell how it does.
	ppidSender
)

// Lengths of a ppidReport and the answer to it.
const (
	requestLen = 8
	reportLen  = 16
)

// Mode is what to measure.
type Mode string

// The modes of Run.
const (
	// Bulk sends as fast as the association takes messages.
	Bulk Mode = "throughput"
	// PingPong sends a message and waits for its echo, again and again.
	PingPong Mode = "latency"
	// Connect sets associations up and shuts them down.
	Connect Mode = "setup"
)

// Options of Run.
type Options struct {
	Mode Mode
	// Dial sets an association up.
	Dial func(context.Context) (*sctp.Conn, error)
	// Network and Peer are repeated in the result.
	Network, Peer string
	// Duration is how long to measure, after Omit. Bytes and Messages, of each association, end a test of Bulk as well if they are not zero.
	Duration, Omit  time.Duration
	Bytes, Messages int
	// Reverse has the server send in place of the client, Bidir beside it, in Bulk.
	Reverse, Bidir bool
	// Rate in bits a second is what an association does not exceed in Bulk, if it is not zero.
	Rate int
	// Interval is the time between two calls of Progress, and that of Intervals in the result: 0 stands for none.
	Interval time.Duration
	// Timeout is how long a server may take to say what it is: 10 s.
	Timeout time.Duration
	// CongestionControl is repeated in the result.
	CongestionControl string
	// MessageBytes is the size of a message, Streams the number of streams that they take turns on.
	MessageBytes, Streams int
	// Unordered sends messages unordered.
	Unordered bool
	// PR says when a message may be given up; of Bulk only, as a lost message of PingPong would be waited for in vain.
	PR sctp.PRInfo
	// Load, if not zero, is the size of messages that are sent on a stream of their own, the one after Streams, while PingPong measures.
	Load int
	// Associations is how many are used, or set up, at the same time.
	Associations int
	// Finish, if not nil, is called with each association that messages were sent on, before it is shut down.
	Finish func(*sctp.Conn)
	// Progress, if not nil, is called with each interval, while a test runs.
	Progress func(*Interval)
}

// plan is what is sent in one direction.
func (o *Options) plan() plan {
	p := plan{
		Duration: o.Duration, Omit: o.Omit, Messages: o.Messages, Bytes: o.Bytes,
		MessageBytes: o.MessageBytes, Streams: o.Streams, Unordered: o.Unordered, PR: o.PR, Rate: o.Rate,
	}
	if p.Messages > 0 || p.Bytes > 0 {
		p.Duration = 0
	}
	return p
}

// Run measures until Duration is over. When ctx ends before, it returns what was measured by then, if anything, and an error.
func Run(ctx context.Context, o Options) (*Result, error) {
	r := &Result{
		Version: SchemaVersion, Mode: o.Mode, Peer: o.Peer, Network: o.Network, Associations: o.Associations,
		CongestionControl: o.CongestionControl, Streams: o.Streams, Unordered: o.Unordered, Omitted: o.Omit.Seconds(),
	}
	var err error
	switch o.Mode {
	case Bulk:
		err = o.bulk(ctx, r)
	case PingPong:
		err = o.pingPong(ctx, r)
	case Connect:
		err = o.connect(ctx, r)
	default:
		err = fmt.Errorf("unknown mode %q", o.Mode)
	}
	r.Interrupted = ctx.Err() != nil
	return r, err
}

// withConns sets up Associations associations, lets f use them, and shuts them down.
func (o *Options) withConns(ctx context.Context, r *Result, f func([]*sctp.Conn) error) error {
	conns := make([]*sctp.Conn, 0, o.Associations)
	defer func() {
		for _, c := range conns {
			c.Close()
		}
	}()
	for range o.Associations {
		conn, err := o.Dial(ctx)
		if err != nil {
			return err
		}
		conns = append(conns, conn)
		if err := o.greet(ctx, conn); err != nil {
			return err
		}
	}
	r.Extensions = conns[0].Status().Extensions.String()
	err := f(conns)
	for _, c := range conns {
		r.Details = append(r.Details, detail(c))
	}
	if err != nil {
		return err
	}
	if o.Finish != nil {
		for _, c := range conns {
			o.Finish(c)
		}
	}
	return o.each(func(i int) error { return conns[i].Shutdown(ctx) })
}

// each runs f for every index below Associations at the same time, and joins the errors.
func (o *Options) each(f func(i int) error) error {
	errs := make([]error, o.Associations)
	var wg sync.WaitGroup
	for i := range o.Associations {
		wg.Go(func() { errs[i] = f(i) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// info says how to send message number n.
func (o *Options) info(n int, ppid uint32) sctp.SndInfo {
	return sctp.SndInfo{Stream: uint16(n % o.Streams), PPID: ppid, Unordered: o.Unordered, PR: o.PR}
}
