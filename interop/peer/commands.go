package main

import (
	"bufio"
	"context"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/interop/plan"
)

// watchInput delivers the lines of standard input. When that is closed nobody listens any more, and the peer exits.
func watchInput() <-chan string {
	lines := make(chan string, 16)
	go func() {
		scanner := bufio.NewScanner(os.Stdin)
		for scanner.Scan() {
			lines <- strings.TrimSpace(scanner.Text())
		}
		os.Exit(3)
	}()
	return lines
}

// obeyAll does what the lines say, one after the other.
func (p *peer) obeyAll(ctx context.Context, lines <-chan string) {
	for line := range lines {
		if err := p.obey(ctx, line); err != nil {
			say("fail %s: %v", line, err)
		}
	}
}

// obey does what a line says; package interop documents the commands.
func (p *peer) obey(ctx context.Context, line string) error {
	verb, rest, _ := strings.Cut(line, " ")
	switch verb {
	case "go":
		p.goOn <- struct{}{}
	case "read":
		p.read <- struct{}{}
	case "enough":
		close(p.enough)
	case "mark":
		say("marked %s", rest)
	case "primary":
		return p.change(rest, "primary", p.conn.SetPrimary)
	case "bind":
		return p.change(rest, "bound", func(a netip.Addr) error { return p.conn.AddAddr(ctx, a) })
	case "unbind":
		return p.change(rest, "unbound", func(a netip.Addr) error { return p.conn.RemoveAddr(ctx, a) })
	case "prefer":
		return p.change(rest, "preferred", func(a netip.Addr) error { return p.conn.SetPeerPrimary(ctx, a) })
	case "send":
		return p.sendSome(rest)
	case "reset":
		return p.reset(ctx, rest)
	case "add":
		return p.add(ctx, rest)
	case "abandoned":
		return p.abandoned()
	case "scheduler":
		return p.schedule(rest)
	case "value":
		return p.weigh(rest)
	case "pmtu":
		p.tellPMTU()
	case "key":
		return p.changeKey(rest)
	case "shutdown":
		return p.conn.Shutdown(ctx)
	default:
		return fmt.Errorf("unknown command")
	}
	return nil
}

// sendSome: STREAM COUNT SIZE PPID ordered|unordered [POLICY VALUE | key NUMBER].
func (p *peer) sendSome(line string) error {
	var info sctp.SndInfo
	var count, size int
	var order, policy string
	var value uint32
	if n, err := fmt.Sscan(line, &info.Stream, &count, &size, &info.PPID, &order, &policy, &value); n < 5 {
		return err
	}
	info.Unordered = order == "unordered"
	pr, ok := policies[policy]
	switch {
	case policy == "key":
		info.AuthKey = sctp.UseAuthKey(uint16(value))
	case !ok:
		return fmt.Errorf("no such policy")
	default:
		info.PR = sctp.PRInfo{Policy: pr, Value: value}
	}
	for range count {
		if _, err := p.conn.WriteMsg(plan.Payload(info.PPID, size), &info); err != nil {
			return err
		}
		info.PPID++
	}
	say("sent %d", info.PPID)
	return nil
}

// change does something with an address, and tells that it is done.
func (p *peer) change(text, done string, do func(netip.Addr) error) error {
	addr, err := netip.ParseAddr(text)
	if err == nil {
		err = do(addr)
	}
	if err == nil {
		say("%s %v", done, addr)
	}
	return err
}

// policies are those of package sctp by the names that the command has for them.
var policies = map[string]sctp.PRPolicy{
	"": sctp.Reliable, "ttl": sctp.Timed, "rtx": sctp.LimitedRetransmits, "prio": sctp.ByPriority,
}

// abandoned reports how many messages were given up.
func (p *peer) abandoned() error {
	unsent, sent, err := p.conn.PRAssocStatus(sctp.AnyPolicy)
	if err == nil {
		say("abandoned unsent %d sent %d", unsent, sent)
	}
	return err
}

// schedule: NAME.
func (p *peer) schedule(name string) error {
	make, ok := schedulers[name]
	if !ok {
		return fmt.Errorf("no such scheduler")
	}
	if err := p.conn.SetScheduler(make()); err != nil {
		return err
	}
	say("scheduled")
	return nil
}

// tellPMTU reports the path MTU of the primary path, with what else is known of it. Whoever waits for one asks again and again: not too often.
func (p *peer) tellPMTU() {
	time.Sleep(20 * time.Millisecond)
	s := p.conn.Status()
	for _, path := range s.Paths {
		if path.Primary {
			say("pmtu %d %v holes %d control %d", path.PMTU, path.Search, s.Stats.BlackHoles, s.Stats.ControlReceived)
		}
	}
}

// weigh: STREAM VALUE.
func (p *peer) weigh(line string) error {
	var stream, value uint16
	if _, err := fmt.Sscan(line, &stream, &value); err != nil {
		return err
	}
	if err := p.conn.SetStreamValue(stream, value); err != nil {
		return err
	}
	say("scheduled")
	return nil
}
