package lab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/gosctp/sctp/bench/internal/relay"
)

// between is the relay of a run, if the link has one.
type between struct{ p *process }

// startRelay starts the relay and waits until it carries packets.
func (l Link) startRelay(ctx context.Context, seed uint64) (between, error) {
	if l.Delay == 0 {
		return between{}, nil
	}
	args := append([]string{}, l.relay...)
	args = append(args, "-mtu", strconv.Itoa(l.MTU), "-delay", l.Delay.String(), "-loss", fmt.Sprint(l.Loss), "-seed", fmt.Sprint(seed),
		l.client, wanNet+clientHost+prefix, l.server, wanNet+serverHost+prefix)
	p, err := start(ctx, "", args)
	if err != nil {
		return between{}, err
	}
	if err := p.ready(); err != nil {
		return between{}, errors.Join(err, p.complaint("relay"))
	}
	return between{p}, nil
}

// end ends the relay, notes what became of packets, and returns the CPU time it used.
func (b between) end(o *Outcome) (used float64, err error) {
	if b.p == nil {
		return 0, nil
	}
	if err := b.p.in.Close(); err != nil {
		return 0, err
	}
	line, err := b.p.line()
	if err != nil {
		return b.p.wait(), fmt.Errorf("the relay: %w", err)
	}
	var s relay.Stats
	err = json.Unmarshal([]byte(line), &s)
	o.Lost, o.Overflowed = s.Lost, s.Overflowed
	return b.p.wait(), err
}
