// Command peer is one end of an association on this repository's stack, told what to do by key=value arguments and
// reporting in lines. Package interop documents both; cpeer is the same program over other stacks.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/interop/plan"
)

// maxMessage is the size of the largest message that is received whole.
const maxMessage = 4 << 20

// maxStreams is the number of streams to send on that the other side is asked for.
const maxStreams = 64

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
	goOn := watchInput()
	conn, err := associate(ctx, opts)
	if err != nil {
		return err
	}
	say("up")
	go watchPaths(ctx, conn)

	p := &peer{opts: opts, conn: conn, goOn: goOn}
	sent := make(chan error, 1)
	go func() { sent <- p.send() }()

	end, err := p.receiveUntil(opts.expect)
	if end == "" && err == nil {
		if err := <-sent; err != nil {
			return err
		}
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

// associate listens for one association, or dials one.
func associate(ctx context.Context, opts *options) (*sctp.Conn, error) {
	if opts.role == "server" {
		lc := sctp.ListenConfig{Config: opts.config()}
		l, err := lc.Listen(ctx, opts.network(), opts.local+":"+opts.port)
		if err != nil {
			return nil, err
		}
		defer l.Close()
		say("listening")
		return l.AcceptContext(ctx)
	}
	local, err := sctp.ParseAddr(opts.local + ":0")
	if err != nil {
		return nil, err
	}
	d := sctp.Dialer{Config: opts.config(), LocalAddr: local}
	return d.DialSCTP(ctx, opts.network(), opts.remote+":"+opts.port)
}

// peer is a running association.
type peer struct {
	opts    *options
	conn    *sctp.Conn
	goOn    <-chan struct{} // a value for each line of input
	receipt plan.Receipt
	buf     []byte
}

// send sends the plan.
func (p *peer) send() error {
	for i := range p.opts.plan.Count {
		if p.opts.hold > 0 && i == p.opts.hold {
			say("hold")
			<-p.goOn
		}
		m := p.opts.plan.Message(i)
		info := sctp.SndInfo{Stream: m.Stream, PPID: m.PPID, Unordered: m.Unordered}
		if _, err := p.conn.WriteMsg(plan.Payload(m.PPID, m.Size), &info); err != nil {
			return fmt.Errorf("message %d: %w", i, err)
		}
	}
	return nil
}

// receiveUntil reads messages until count have arrived, or the association has ended; then it says how.
func (p *peer) receiveUntil(count int) (end string, err error) {
	if p.buf == nil {
		p.buf = make([]byte, maxMessage)
	}
	have := 0
	for p.receipt.Count() < count {
		n, info, err := p.conn.ReadMsg(p.buf[have:])
		if err != nil {
			return ended(err)
		}
		have += n
		if !info.EOR {
			continue
		}
		data := p.buf[:have]
		p.receipt.Add(info.Stream, info.PPID, info.Unordered, data)
		if p.opts.echo {
			back := sctp.SndInfo{Stream: info.Stream, PPID: info.PPID, Unordered: info.Unordered}
			if _, err := p.conn.WriteMsg(data, &back); err != nil {
				return "", fmt.Errorf("echo: %w", err)
			}
		}
		have = 0
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

// watchPaths reports changes of paths.
func watchPaths(ctx context.Context, conn *sctp.Conn) {
	for {
		note, err := conn.NextNotification(ctx)
		if err != nil {
			return
		}
		if change, ok := note.(sctp.PeerAddrChange); ok {
			state := strings.TrimPrefix(strings.ToLower(change.State.String()), "addr_")
			say("path %v %v", change.Addr, state)
		}
	}
}

// watchInput delivers a value for each line on standard input. When that is closed nobody listens any more, and the peer
// exits.
func watchInput() <-chan struct{} {
	lines := make(chan struct{}, 16)
	go func() {
		scanner := bufio.NewScanner(os.Stdin)
		for scanner.Scan() {
			lines <- struct{}{}
		}
		os.Exit(3)
	}()
	return lines
}

var output sync.Mutex

// say prints a line of the report.
func say(format string, args ...any) {
	output.Lock()
	defer output.Unlock()
	fmt.Printf(format+"\n", args...)
}

// fast are the times that make a dead path show in a second instead of a minute.
func fast(c *sctp.Config) {
	c.RTOInitial, c.RTOMin, c.RTOMax = 300*time.Millisecond, 200*time.Millisecond, time.Second
	c.PathMaxRetrans = 1
	c.HBInterval = 500 * time.Millisecond
}
