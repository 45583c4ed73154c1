package demo

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"time"

	"github.com/gosctp/sctp"
)

// play is one performance.
type play struct {
	net     *network
	screen  *screen
	journal *journal

	client, server *sctp.Conn
	// arrived gets a value for each message that the client receives, and is closed when the server has shut down.
	arrived chan struct{}
	// received is the error that ended the client's reading, if any; it is set before arrived is closed.
	received error
	// failover is the time from the cut to the first arrival after it.
	failover time.Duration
}

// run plays from the handshake to the shutdown.
func (p *play) run(ctx context.Context) error {
	p.arrived = make(chan struct{}, 2*rounds)
	if err := p.connect(ctx); err != nil {
		return err
	}
	defer p.server.Abort("")
	defer p.client.Abort("")
	go p.listen(ctx)
	for round := 1; round <= rounds; round++ {
		if err := p.round(ctx, round); err != nil {
			return err
		}
	}
	p.screen.note("the server has told enough and shuts the association down")
	if err := p.server.Shutdown(ctx); err != nil {
		return err
	}
	for range p.arrived {
	}
	if p.received != nil {
		return p.received
	}
	return p.client.Shutdown(ctx) // to its end: the SHUTDOWN COMPLETE may be on its way
}

// connect sets the association up.
func (p *play) connect(ctx context.Context) error {
	addrs := p.net.addrs
	lc := sctp.ListenConfig{Config: config, Carrier: p.net.server}
	l, err := lc.Listen(ctx, "sctp/udp", (&sctp.Addr{IPs: addrs, Port: serverPort}).String())
	if err != nil {
		return err
	}
	defer l.Close()
	accepted := make(chan error, 1)
	go func() {
		var err error
		p.server, err = l.AcceptContext(ctx)
		accepted <- err
	}()
	d := sctp.Dialer{Config: config, Carrier: p.net.client, LocalAddr: &sctp.Addr{IPs: addrs, Port: clientPort}}
	to := sctp.Addr{IPs: addrs, Port: serverPort, EncapPort: p.net.serverUDP}
	if p.client, err = d.DialSCTP(ctx, "sctp/udp", to.String()); err != nil {
		return err
	}
	return <-accepted
}

// listen is the client: it receives until the server has shut down.
func (p *play) listen(ctx context.Context) {
	defer close(p.arrived)
	for m, err := range p.client.Messages(ctx) {
		if err != nil {
			p.received = err
			return
		}
		p.journal.receive(m.Stream, string(m.Data))
		p.arrived <- struct{}{}
	}
}

// round tells the time once and waits for its arrival.
func (p *play) round(ctx context.Context, n int) error {
	primary := p.net.addrs[0]
	var cut time.Time
	switch n {
	case cutRound:
		cut = time.Now()
		p.net.cut(primary)
		p.screen.note("the path over %v is cut: nothing gets through on it", primary)
	case cutRound + 2:
		p.net.repair(primary)
		p.screen.note("the path over %v is repaired", primary)
		if err := p.await(ctx, primary, sctp.AddrAvailable); err != nil {
			return err
		}
		p.screen.note("the server has seen a heartbeat acknowledged and goes back to %v", primary)
	}
	if err := p.tell(ctx, n); err != nil {
		return err
	}
	for range 2 {
		select {
		case _, ok := <-p.arrived:
			if !ok {
				return fmt.Errorf("the client stopped in round %d: %w", n, p.received)
			}
		case <-ctx.Done():
			return fmt.Errorf("the time of round %d does not arrive: %w", n, ctx.Err())
		}
	}
	if n == cutRound {
		p.failover = time.Since(cut)
	}
	return p.screen.failure()
}

// tell is the server: local time on stream 0, GMT on stream 1.
func (p *play) tell(ctx context.Context, n int) error {
	now := time.Now()
	for stream, t := range []time.Time{now, now.UTC()} {
		text := fmt.Sprintf("%d: %s", n, t.Format(time.ANSIC))
		p.journal.send(uint16(stream), text)
		info := sctp.SndInfo{Stream: uint16(stream)}
		if _, err := p.server.WriteMsgContext(ctx, []byte(text), &info); err != nil {
			return err
		}
	}
	return nil
}

// await waits until the server's side has noticed that addr is in the given state.
func (p *play) await(ctx context.Context, addr netip.Addr, state sctp.AddrState) error {
	for {
		n, err := p.server.NextNotification(ctx)
		if err != nil {
			return fmt.Errorf("waiting for %v to become %v: %w", addr, state, err)
		}
		if c, ok := n.(sctp.PeerAddrChange); ok && c.Addr == addr && c.State == state {
			return nil
		}
	}
}

// epilogue compares what was sent with what was received.
func (p *play) epilogue(w io.Writer) error {
	if err := p.journal.verify(); err != nil {
		return err
	}
	fmt.Fprintf(w, "\n%d messages were sent and arrived, each exactly once and in order on its stream; the cut held them up for %v.\n",
		p.journal.count(), p.failover.Round(time.Millisecond))
	return nil
}
