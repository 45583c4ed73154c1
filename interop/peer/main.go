// Command peer is one end of an association on this repository's stack, told what to do by key=value arguments and
// reporting in lines. Package interop documents both; cpeer is the same program over other stacks.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/interop/plan"
)

// maxMessage is the size of the largest message that is received whole.
const maxMessage = 4 << 20

// initialStreams is the number of streams to send on that the other side is asked for.
const initialStreams = 64

func main() {
	opts, err := parseArgs(os.Args[1:])
	if err == nil {
		err = run(context.Background(), opts)
	}
	if err != nil {
		say("fail %v", err)
		os.Exit(1)
	}
	say("done")
}

// run makes the association, sends, receives and ends it.
func run(ctx context.Context, opts *options) error {
	lines := watchInput()
	carrier, err := openCarrier(opts)
	if err != nil {
		return err
	}
	if carrier != nil {
		defer carrier.Close() // which waits for the last packet
	}
	conn, err := associate(ctx, opts, carrier)
	if err != nil {
		return err
	}
	say("extensions%s", names(conn.Status().Extensions))
	say("up")
	go watchEvents(ctx, conn)

	p := &peer{opts: opts, conn: conn, goOn: make(chan struct{}, 16), read: make(chan struct{}, 1), enough: make(chan struct{})}
	go p.obeyAll(ctx, lines)
	if opts.paused {
		<-p.read
	}
	if opts.steady > 0 {
		go p.sendSteadily()
	} else if err := p.exchange(); err != nil {
		return err
	}
	end := p.end
	if end == "" {
		end, err = p.finish(ctx)
	}
	if err != nil {
		return err
	}
	for _, line := range p.receipt.Lines() {
		say("%s", line)
	}
	say("end %s", end)
	return nil
}

// peer is a running association.
type peer struct {
	opts       *options
	conn       *sctp.Conn
	goOn, read chan struct{} // a value for each line "go", and one for "read"
	enough     chan struct{} // closed by the line "enough"
	receipt    plan.Receipt
	seen       int           // messages that may be spoilt
	kept       *sctp.Message // one that was kept back
	end        string        // how the association ended, once it has
}

// exchange sends the plan and receives meanwhile what is expected.
func (p *peer) exchange() (err error) {
	sent := make(chan error, 1)
	go func() { sent <- p.send() }()
	if p.end, err = p.receiveUntil(p.opts.expect); p.end != "" || err != nil {
		return err
	}
	return <-sent
}

// send sends the plan.
func (p *peer) send() error {
	for i := range p.opts.plan.Count {
		if p.opts.hold > 0 && i == p.opts.hold {
			say("hold")
			<-p.goOn
		}
		if err := p.sendMessage(i); err != nil {
			return err
		}
	}
	return nil
}

// sendMessage sends message i of the plan.
func (p *peer) sendMessage(i int) error {
	m := p.opts.plan.Message(i)
	info := sctp.SndInfo{Stream: m.Stream, PPID: m.PPID, Unordered: m.Unordered}
	if _, err := p.conn.WriteMsg(plan.Payload(m.PPID, m.Size), &info); err != nil {
		return fmt.Errorf("message %d: %w", i, err)
	}
	return nil
}

// sendSteadily sends a message of the plan at each tick, until the line "enough".
func (p *peer) sendSteadily() {
	tick := time.NewTicker(time.Duration(p.opts.steady) * time.Millisecond)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case <-tick.C:
		case <-p.enough:
			say("enough %d", i)
			return
		}
		if err := p.sendMessage(i); err != nil {
			say("fail %v", err)
			return
		}
	}
}

// receiveUntil reads messages until count have arrived, or the association has ended; then it says how.
func (p *peer) receiveUntil(count int) (end string, err error) {
	for p.receipt.Count() < count {
		m, err := p.conn.ReadMessage(context.Background(), maxMessage)
		if err != nil {
			return ended(err)
		}
		if p.opts.list {
			order := "ordered"
			if m.Unordered {
				order = "unordered"
			}
			say("message %d ssn %d ppid %d size %d digest %016x %s at %d",
				m.Stream, m.SSN, m.PPID, len(m.Data), plan.Digest(m.PPID, m.Data), order, time.Since(began).Microseconds())
		}
		p.record(m)
		if p.opts.echo {
			back := sctp.SndInfo{Stream: m.Stream, PPID: m.PPID, Unordered: m.Unordered}
			if _, err := p.conn.WriteMsg(m.Data, &back); err != nil {
				return "", fmt.Errorf("echo: %w", err)
			}
		}
	}
	return "", nil
}

// ended names the end of the association that a failed read tells of; an error that tells of none is returned.
func ended(err error) (string, error) {
	var abort *sctp.AbortError
	switch {
	case errors.Is(err, io.EOF):
		return "shutdown", nil
	case errors.As(err, &abort):
		return "abort", nil
	case errors.Is(err, sctp.ErrTimeout), errors.Is(err, sctp.ErrUnreachable):
		say("lost: %v", err)
		return "lost", nil
	}
	return "", err
}

// finish ends the association, or lets the other side end it, and says how it ended. It returns when the last packet is said.
func (p *peer) finish(ctx context.Context) (string, error) {
	switch p.opts.end {
	case "abort":
		return "aborted", p.conn.Abort("as told")
	case "shutdown":
		if err := p.conn.Shutdown(ctx); err != nil {
			return ended(err)
		}
	}
	end, err := p.receiveUntil(int(^uint(0) >> 1))
	if end == "shutdown" {
		err = p.conn.Shutdown(ctx)
	}
	return end, err
}

// began is when the times of the report begin.
var began = time.Now()

var output sync.Mutex

// say prints a line of the report.
func say(format string, args ...any) {
	output.Lock()
	defer output.Unlock()
	fmt.Printf(format+"\n", args...)
}
