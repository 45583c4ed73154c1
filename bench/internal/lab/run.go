package lab

import (
	"context"
	"errors"
)

// Outcome is what a run of two programs came to.
type Outcome struct {
	// Line is what the measuring side found.
	Line string
	// CPU is how many seconds both sides computed while it measured.
	CPU float64
	// Client and Server are how many bytes each side grew by meanwhile.
	Client, Server float64
	// Dropped is how many packets full sockets of either side lost meanwhile.
	Dropped float64
	// Lost is how many packets the relay lost during the run on purpose, Overflowed how many it had no room for.
	Lost, Overflowed int64
	// Foreign is the CPU time of other processes during the run, as a share of one core.
	Foreign float64
}

// Run starts the server's command, waits until it says "ready", starts the client's, and reads two lines of the side that measures,
// the server if serverMeasures: one when it begins and one when it is done. Then it ends both. Where packets are lost, the seed says
// which.
func (l Link) Run(ctx context.Context, seed uint64, server, client []string, serverMeasures bool) (Outcome, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	watch := watchMachine()
	relay, err := l.startRelay(ctx, seed)
	if err != nil {
		return Outcome{}, err
	}
	o, used, err := l.pair(ctx, server, client, serverMeasures)
	relayUsed, relayErr := relay.end(&o)
	if err != nil {
		return Outcome{}, err
	}
	o.Foreign = watch.foreign(used + relayUsed)
	return o, relayErr
}

// pair runs the two sides and says how much CPU time they used.
func (l Link) pair(ctx context.Context, server, client []string, serverMeasures bool) (o Outcome, used float64, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s, err := start(ctx, l.server, server)
	if err != nil {
		return Outcome{}, 0, err
	}
	c := &process{}
	if err = s.ready(); err == nil {
		if c, err = start(ctx, l.client, client); err == nil {
			measuring := c
			if serverMeasures {
				measuring = s
			}
			o, err = observe(measuring, c, s)
			if l.client == l.server { // whose drops were counted twice
				o.Dropped /= 2
			}
		}
	}
	cancel() // kills what still runs
	used = s.wait() + c.wait()
	if err != nil {
		err = errors.Join(err, s.complaint("server"), c.complaint("client"))
	}
	return o, used, err
}

// observe reads the lines of the measuring process and looks at both at each.
func observe(measuring, client, server *process) (Outcome, error) {
	if _, err := measuring.line(); err != nil {
		return Outcome{}, err
	}
	c0, s0 := lookAt(client.pid()), lookAt(server.pid())
	line, err := measuring.line()
	c1, s1 := lookAt(client.pid()), lookAt(server.pid())
	return Outcome{
		Line:    line,
		CPU:     c1.cpu - c0.cpu + s1.cpu - s0.cpu,
		Client:  c1.resident - c0.resident,
		Server:  s1.resident - s0.resident,
		Dropped: c1.dropped - c0.dropped + s1.dropped - s0.dropped,
	}, err
}
