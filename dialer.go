package sctp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/engine"
	"github.com/gosctp/sctp/transport"
)

// Dialer has the options of setting up an association. The zero value is ready to use.
type Dialer struct {
	// Config is for the association.
	Config Config
	// LocalAddr is the address to dial from: addresses, port, UDP port, any of which may be zero. Nil leaves all to the
	// stack: all addresses of this host, and a free port.
	LocalAddr *Addr
	// Timeout bounds the set-up, look-up of names included; zero leaves it to Config.MaxInitRetransmits.
	Timeout time.Duration
	// Deadline is a point in time for the same.
	Deadline time.Time
	// RaceDelay is how long one address of the peer may take to answer before the next one is tried beside it, the Connection Attempt Delay of RFC 8305
	// section 5: 250 ms. Negative tries them in order: a list of one host's addresses as RFC 9260 section 5.1 repeats INIT, after RTO.Initial
	// and so on; the addresses of a name each with its share of the time that is left.
	RaceDelay time.Duration
	// NoWait has Dial return while the association is being set up. What is written meanwhile goes with the COOKIE ECHO, one round trip after Dial
	// began, in place of two (RFC 9260 section 5.1), and reading and writing tell if the set-up fails. Neither Timeout, Deadline nor the context
	// ends it then. Where a name has several addresses, of which one has to be chosen first, Dial waits all the same.
	NoWait bool
	// Carrier, if not nil, is what to use instead of what the network names. It stays the caller's, who closes it last;
	// its dynamic type must be comparable, as pointers are.
	Carrier transport.Transport
	// Resolver looks up names in addresses; nil stands for net.DefaultResolver.
	Resolver Resolver
}

// Dial sets up an association; the package comment describes networks and addresses.
func Dial(network, address string) (*Conn, error) {
	var d Dialer
	return d.DialSCTP(context.Background(), network, address)
}

// DialContext is [Dialer.DialSCTP] in the form that net/http and others ask for. The net.Conn is a *[Conn].
func (d *Dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := d.DialSCTP(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return c, nil
}

// DialSCTP sets up an association. The end of ctx has no effect once the association is set up.
//
// The addresses of a list are those of one host: INIT goes to the first, and as long as there is no answer to the others (see RaceDelay), for one
// association. The address that has answered is the primary one, unless RaceDelay is negative; then it is the first. A name with several addresses
// may stand for several hosts: each is tried with an association of its own, IPv4 and IPv6 by turns, of which the first that is set up stays and the
// others are aborted.
// From a port of choice (LocalAddr) that takes them in order.
//
// The error names all addresses that were tried, where there are several why each of them failed.
//
// The reason of the error is an *[AbortError] if the peer refuses, as it does if nobody listens, [ErrTimeout] or
// [ErrUnreachable] if there is no answer, os.ErrDeadlineExceeded if the time is over (context.DeadlineExceeded as well), and
// otherwise the error of ctx.
func (d *Dialer) DialSCTP(ctx context.Context, network, address string) (*Conn, error) {
	ctx, cancel := d.withDeadline(ctx)
	defer cancel()
	n, candidates, err := d.prepare(ctx, network, address)
	if err != nil {
		return nil, opError("dial", network, d.LocalAddr, nil, err)
	}
	delay := d.raceDelay()
	noWait := d.NoWait && len(candidates) == 1
	try := func(ctx context.Context, remote *Addr) (*Conn, error) { return d.dial(ctx, n, remote, delay, noWait) }
	var c *Conn
	var failed []attempt
	if delay == 0 || len(candidates) == 1 || d.LocalAddr != nil && d.LocalAddr.Port != 0 {
		c, failed = inOrder(ctx, candidates, try)
	} else {
		c, failed = race(ctx, alternating(candidates), delay, try)
	}
	if c == nil {
		return nil, dialError(network, d.LocalAddr, failed)
	}
	return c, nil
}

// prepare checks what can be checked before anything is opened.
func (d *Dialer) prepare(ctx context.Context, name, address string) (network, []*Addr, error) {
	n, err := parseNetwork(name)
	if err != nil {
		return n, nil, err
	}
	if err := d.Config.Validate(); err != nil {
		return n, nil, err
	}
	candidates, err := resolve(ctx, resolver(d.Resolver), n, address)
	if err != nil {
		return n, nil, err
	}
	for _, a := range candidates {
		if err := completePeer(a, n, address); err != nil {
			return n, nil, err
		}
	}
	return n, candidates, nil
}

// completePeer turns an address as it was written into one to dial: without a host it is this one, as in package net.
func completePeer(a *Addr, n network, address string) error {
	if a.Port == 0 {
		return &net.AddrError{Err: "port 0 cannot be dialled", Addr: address}
	}
	if len(coreAddrs(a.IPs)) == 0 {
		a.IPs = []netip.Addr{loopback(n.family)}
	}
	return nil
}

// dial tries one peer; its addresses get their INITs with this delay between them.
func (d *Dialer) dial(ctx context.Context, n network, remote *Addr, delay time.Duration, noWait bool) (*Conn, error) {
	local := d.LocalAddr
	if local == nil {
		local = &Addr{}
	}
	l, err := openLink(n, d.Carrier, local.EncapPort)
	if err != nil {
		return nil, err
	}
	s, err := l.bind(n, local, engine.SocketOptions{Config: l.config(&d.Config), Transient: true})
	if err != nil {
		return nil, err
	}
	config := l.config(&d.Config)
	config.InitStagger = delay
	connect := s.Connect
	if noWait {
		connect = s.BeginConnect
	}
	a, err := connect(ctx, config, l.peer(remote))
	if err != nil {
		// Without an association there is nobody else to close the socket.
		s.Close()
		return nil, refused(err)
	}
	return newConn(a, n.name, &d.Config), nil
}

// refused says what an ABORT means in answer to an INIT.
func refused(err error) error {
	if abort := (*assoc.AbortError)(nil); errors.As(err, &abort) && abort.Remote {
		return fmt.Errorf("connection refused: %w", public(err))
	}
	return err
}

// withDeadline applies Timeout and Deadline.
func (d *Dialer) withDeadline(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline := d.Deadline
	if d.Timeout > 0 {
		if t := time.Now().Add(d.Timeout); deadline.IsZero() || t.Before(deadline) {
			deadline = t
		}
	}
	if deadline.IsZero() {
		return ctx, func() {}
	}
	return context.WithDeadline(ctx, deadline)
}
