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

// DialSCTP sets up an association. When address is a name with several addresses, these are tried one after the other, each
// with its share of the time that is left. The end of ctx has no effect once the association is set up.
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
	var first error
	for i, remote := range candidates {
		tryCtx, cancel := shareOfTime(ctx, len(candidates)-i)
		c, err := d.dial(tryCtx, n, remote)
		cancel()
		if err == nil {
			return c, nil
		}
		if first == nil {
			first = opError("dial", network, d.LocalAddr, remote, err)
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, first
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

// dial tries one peer.
func (d *Dialer) dial(ctx context.Context, n network, remote *Addr) (*Conn, error) {
	local := d.LocalAddr
	if local == nil {
		local = &Addr{}
	}
	l, err := openLink(n, d.Carrier, local.EncapPort)
	if err != nil {
		return nil, err
	}
	s, err := l.bind(n, local, engine.SocketOptions{Config: d.Config.core(), Transient: true})
	if err != nil {
		return nil, err
	}
	a, err := s.Connect(ctx, d.Config.core(), l.peer(remote))
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

// shareOfTime bounds one of the attempts that are left.
func shareOfTime(ctx context.Context, attempts int) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok || attempts == 1 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, time.Until(deadline)/time.Duration(attempts))
}
