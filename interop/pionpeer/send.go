package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/pion/sctp"

	"github.com/gosctp/sctp/interop/plan"
)

// sendPlan sends what the arguments plan.
func (p *peer) sendPlan() error {
	for i := range p.opts.plan.Count {
		if p.opts.hold > 0 && i == p.opts.hold {
			say("hold")
			<-p.goOn
		}
		m := p.opts.plan.Message(i)
		if err := p.send(m, sctp.ReliabilityTypeReliable, 0); err != nil {
			return fmt.Errorf("message %d: %w", i, err)
		}
	}
	return nil
}

// send sends one message with a policy of pion's and its value.
func (p *peer) send(m plan.Message, policy byte, value uint32) error {
	s, err := p.assoc.OpenStream(m.Stream, sctp.PayloadProtocolIdentifier(m.PPID))
	if err != nil {
		return err
	}
	p.readStream(s)
	s.SetReliabilityParams(m.Unordered, policy, value)
	_, err = s.WriteSCTP(plan.Payload(m.PPID, m.Size), sctp.PayloadProtocolIdentifier(m.PPID))
	return err
}

// obey does what a line says; package interop documents the commands. Those that pion has no call for are refused.
func (p *peer) obey(line string) error {
	verb, rest, _ := strings.Cut(line, " ")
	switch verb {
	case "go":
		p.goOn <- struct{}{}
	case "read":
		p.read <- struct{}{}
	case "send":
		return p.sendSome(rest)
	case "reset":
		return p.reset(rest)
	case "shutdown":
		return p.assoc.Shutdown(context.Background())
	default:
		return fmt.Errorf("unknown command")
	}
	return nil
}

// sendSome: STREAM COUNT SIZE PPID ordered|unordered [POLICY VALUE].
func (p *peer) sendSome(line string) error {
	var m plan.Message
	var count int
	var order, name string
	var value uint32
	if n, err := fmt.Sscan(line, &m.Stream, &count, &m.Size, &m.PPID, &order, &name, &value); n < 5 {
		return err
	}
	policies := map[string]byte{"": sctp.ReliabilityTypeReliable, "rtx": sctp.ReliabilityTypeRexmit, "ttl": sctp.ReliabilityTypeTimed}
	policy, ok := policies[name]
	if !ok {
		return fmt.Errorf("no such policy")
	}
	m.Unordered = order == "unordered"
	for range count {
		if err := p.send(m, policy, value); err != nil {
			return err
		}
		m.PPID++
	}
	say("sent %d", m.PPID)
	return nil
}

// reset: out STREAM.
func (p *peer) reset(line string) error {
	var id uint16
	if _, err := fmt.Sscanf(line, "out %d", &id); err != nil {
		return err
	}
	p.mu.Lock()
	s := p.streams[id]
	delete(p.streams, id)
	p.mu.Unlock()
	if s == nil {
		return fmt.Errorf("not open")
	}
	if err := s.Close(); err != nil {
		return err
	}
	say("requested")
	return nil
}
