package sctp

import (
	"context"
	"errors"
	"net"
	"strings"
	"time"
)

// defaultRaceDelay is the Connection Attempt Delay that RFC 8305 section 5 recommends.
const defaultRaceDelay = 250 * time.Millisecond

// raceDelay is RaceDelay with its default; 0 stands for no race.
func (d *Dialer) raceDelay() time.Duration {
	if d.RaceDelay == 0 {
		return defaultRaceDelay
	}
	return max(d.RaceDelay, 0)
}

// attempt is how it went with one candidate.
type attempt struct {
	remote *Addr
	conn   *Conn
	err    error
}

// inOrder tries one candidate after the other, each with its share of the time.
func inOrder(ctx context.Context, candidates []*Addr, try func(context.Context, *Addr) (*Conn, error)) (*Conn, []attempt) {
	var failed []attempt
	for i, remote := range candidates {
		tryCtx, cancel := shareOfTime(ctx, len(candidates)-i)
		c, err := try(tryCtx, remote)
		cancel()
		if err == nil {
			return c, nil
		}
		failed = append(failed, attempt{remote: remote, err: err})
		if ctx.Err() != nil {
			break
		}
	}
	return nil, failed
}

// shareOfTime bounds one of the attempts that are left.
func shareOfTime(ctx context.Context, attempts int) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok || attempts == 1 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, time.Until(deadline)/time.Duration(attempts))
}

// alternating orders candidates of one address each by turns of their families, so that one family that is out of order costs one delay (RFC 8305
// section 4).
func alternating(candidates []*Addr) []*Addr {
	var same, other, all []*Addr
	for _, a := range candidates {
		if a.IPs[0].Is4() == candidates[0].IPs[0].Is4() {
			same = append(same, a)
		} else {
			other = append(other, a)
		}
	}
	for i := range candidates {
		if i < len(same) {
			all = append(all, same[i])
		}
		if i < len(other) {
			all = append(all, other[i])
		}
	}
	return all
}

// race tries the candidates beside each other: the next one when the last has not answered for the delay, or as soon as one has failed. The first
// association stays. The others are given up: a peer that has not seen a cookie has kept nothing, and one that has is told by ABORT.
func race(ctx context.Context, candidates []*Addr, delay time.Duration, try func(context.Context, *Addr) (*Conn, error)) (*Conn, []attempt) {
	ctx, cancel := context.WithCancel(ctx)
	results := make(chan attempt)
	next := time.NewTimer(0)
	defer next.Stop()
	started, running := 0, 0
	var failed []attempt
	for started < len(candidates) || running > 0 {
		var due <-chan time.Time
		if started < len(candidates) {
			due = next.C
		}
		select {
		case <-due:
			remote := candidates[started]
			started++
			running++
			next.Reset(delay)
			go func() {
				c, err := try(ctx, remote)
				results <- attempt{remote, c, err}
			}()
		case r := <-results:
			running--
			if r.err == nil {
				cancel()
				go giveUp(results, running)
				return r.conn, nil
			}
			failed = append(failed, r)
			next.Reset(0)
			if ctx.Err() != nil {
				started = len(candidates) // no time is left for the others
			}
		}
	}
	cancel()
	return nil, failed
}

// giveUp ends the attempts that have lost the race.
func giveUp(results <-chan attempt, running int) {
	for range running {
		if r := <-results; r.err == nil {
			r.conn.Abort("another address was faster")
		}
	}
}

// dialError reports that all candidates failed.
func dialError(network string, local *Addr, failed []attempt) error {
	if len(failed) == 1 {
		return opError("dial", network, local, failed[0].remote, failed[0].err)
	}
	all := &triedError{} // its parts are public errors; to make one of the whole would leave one of them
	for _, f := range failed {
		all.tried = append(all.tried, f.remote)
		all.errs = append(all.errs, public(f.err))
	}
	e := &net.OpError{Op: "dial", Net: network, Err: all}
	if local != nil {
		e.Source = local
	}
	return e
}

// triedError is why each of several addresses could not be dialled.
type triedError struct {
	tried []*Addr
	errs  []error
}

func (e *triedError) Error() string {
	var parts []string
	for i, addr := range e.tried {
		parts = append(parts, addr.String()+": "+e.errs[i].Error())
	}
	return strings.Join(parts, "; ")
}

func (e *triedError) Unwrap() []error { return e.errs }

// Timeout reports whether none of them answered in time.
func (e *triedError) Timeout() bool {
	for _, err := range e.errs {
		if t := net.Error(nil); !errors.As(err, &t) || !t.Timeout() {
			return false
		}
	}
	return true
}
