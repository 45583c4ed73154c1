package dtls

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/gosctp/sctp/transport"
)

// Dial makes a carrier with a connection to a peer at HOST:PORT, the UDP port. What is wrong with the handshake tells a *[HandshakeError].
func Dial(ctx context.Context, address string, c Config) (*Transport, *Peer, error) {
	lower, err := openUDP(netip.AddrPortFrom(netip.IPv6Unspecified(), 0))
	if err != nil {
		return nil, nil, err
	}
	t := New(lower, c, false)
	p, err := t.Dial(ctx, address)
	if err != nil {
		t.Close()
		return nil, nil, err
	}
	return t, p, nil
}

// Dial makes a connection to a peer. Addresses of a name are tried in turn, each with its share of the time.
func (t *Transport) Dial(ctx context.Context, address string) (*Peer, error) {
	if err := t.config.checkClient(); err != nil {
		return nil, err
	}
	host, service, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	port, err := net.LookupPort("udp", service)
	if err != nil {
		return nil, err
	}
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, t.config.HandshakeTimeout)
	defer cancel()
	name := t.config.ServerName
	if name == "" {
		name = host
	}
	var first error
	for i, ip := range ips {
		p, err := t.dial(ctx, len(ips)-i, netip.AddrPortFrom(ip.Unmap(), uint16(port)), name)
		if err == nil {
			return p, nil
		}
		if first == nil {
			first = err
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, first
}

// dial tries one address, the first of so many.
func (t *Transport) dial(ctx context.Context, attempts int, to netip.AddrPort, serverName string) (*Peer, error) {
	if deadline, ok := ctx.Deadline(); ok && attempts > 1 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Until(deadline)/time.Duration(attempts))
		defer cancel()
	}
	p := t.newPeer(transport.Path{Remote: to.Addr(), EncapPort: to.Port()})
	conn, err := t.config.client(p.link, serverName)
	if err != nil {
		return nil, fmt.Errorf("DTLS: %w", err)
	}
	p.conn = conn
	if err := t.claim(p); err != nil {
		p.cancel()
		return nil, err
	}
	// The handshake ends with the caller's context and with the peer's.
	both, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(p.ctx, cancel)()
	err = p.conn.HandshakeContext(both)
	if err == nil && t.establish(p) {
		t.mu.Lock()
		defer t.mu.Unlock()
		if !t.closed {
			t.goroutines.Go(p.pump)
			return p, nil
		}
	}
	p.cancel()
	p.conn.Close()
	t.mu.Lock()
	t.leaveHandshake(p)
	t.mu.Unlock()
	switch {
	case t.ctx.Err() != nil:
		err = net.ErrClosed
	case ctx.Err() != nil:
		err = ctx.Err()
	}
	return nil, p.explain(err)
}

// claim takes the address of a peer for a connection to it.
func (t *Transport) claim(p *Peer) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return net.ErrClosed
	}
	s := t.slot(remoteOf(p.path))
	if s.pending != nil || s.established != nil {
		return &HandshakeError{Peer: p.UDPAddr(), Err: errConnected}
	}
	s.pending = p
	return nil
}

var errConnected = errors.New("there is a connection already")
