package udpencap

import (
	"errors"
	"net"
	"net/netip"
	"slices"

	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/internal/hostaddr"
)

// portable is the carrier on systems without one of their own: a socket for each local address, so that the address that a
// packet came to is known and an answer can leave from it without asking the system for packet info, which every
// system does differently or not at all. Addresses that the host gets later are not used.
//
// Packets may be fragmented by IP: without an error queue an association would never hear why its packets vanish. A write
// may wait until the send buffer, which drains at the speed of the link, has room.
type portable struct {
	conns    []*net.UDPConn
	bound    []netip.Addr
	peerPort uint16
	bufs     [][]byte
	mtus     hostaddr.MTUs
}

// maxPacket is the largest payload of a UDP datagram.
const maxPacket = 65535

func openPortable(c Config, port uint16) (*portable, uint16, error) {
	addrs := c.LocalAddrs
	if len(addrs) == 0 {
		var err error
		if addrs, err = hostaddr.List(); err != nil {
			return nil, 0, err
		}
	}
	conns, bound, port, err := listen(addrs, port)
	if err != nil {
		return nil, 0, err
	}
	p := &portable{conns: conns, bound: bound, peerPort: c.PeerPort}
	for _, conn := range conns {
		if c.BufferSize > 0 {
			// Systems differ in what they allow and in whether they say so; the carrier works with any size.
			_ = conn.SetReadBuffer(c.BufferSize)
			_ = conn.SetWriteBuffer(c.BufferSize)
		}
		p.bufs = append(p.bufs, make([]byte, maxPacket))
	}
	return p, port, nil
}

// Queues is one for each socket.
func (p *portable) Queues() int { return len(p.conns) }

// ReadBatch reads one packet.
func (p *portable) ReadBatch(queue int, ds []transport.Datagram) (int, error) {
	if len(ds) == 0 {
		return 0, nil
	}
	for {
		n, from, err := p.conns[queue].ReadFromUDPAddrPort(p.bufs[queue])
		if errors.Is(err, net.ErrClosed) {
			return 0, err
		}
		if err != nil {
			continue // Windows reports unreachable peers here, others resource shortage: neither ends the carrier.
		}
		path := transport.Path{Local: p.bound[queue], Remote: from.Addr().Unmap(), EncapPort: from.Port()}
		ds[0] = transport.Datagram{Path: path, Data: p.bufs[queue][:n:n]}
		return 1, nil
	}
}

// WriteBatch writes packets one by one.
func (p *portable) WriteBatch(ds []transport.Datagram) (int, error) {
	for i := range ds {
		d := &ds[i]
		conn := p.connFor(&d.Path)
		if conn == nil {
			continue // No such source, or no such family here: lost.
		}
		port := d.Path.EncapPort
		if port == 0 {
			port = p.peerPort
		}
		_, err := conn.WriteToUDPAddrPort(d.Data, netip.AddrPortFrom(d.Path.Remote, port))
		if errors.Is(err, net.ErrClosed) {
			return i, err
		}
		// Any other error means that the packet is lost.
	}
	return len(ds), nil
}

// connFor returns the socket of the source address; without one, the first of the family that reaches as far as the peer's address.
func (p *portable) connFor(path *transport.Path) *net.UDPConn {
	if path.Local.IsValid() {
		if i := slices.Index(p.bound, path.Local); i >= 0 && path.Local.Is6() == path.Remote.Is6() {
			return p.conns[i]
		}
		return nil
	}
	for i, addr := range p.bound {
		if addr.Is6() == path.Remote.Is6() && addr.IsLoopback() == path.Remote.IsLoopback() {
			return p.conns[i]
		}
	}
	return nil
}

// WaitWritable returns at once: WriteBatch takes everything.
func (p *portable) WaitWritable() error { return nil }

// LocalAddrs returns the addresses that the sockets are bound to.
func (p *portable) LocalAddrs() ([]netip.Addr, error) { return slices.Clone(p.bound), nil }

// AddrChanges is nil: the sockets' addresses are fixed.
func (p *portable) AddrChanges() <-chan struct{} { return nil }

// ECN is false: package net says neither how to set the field nor what it was, and systems differ in their control messages.
func (p *portable) ECN() bool { return false }

// Headers in front of an SCTP packet, and the limit of an IPv4 packet and of the payload of an IPv6 packet.
const (
	headers4   = 20 + 8
	ipv6       = 40
	headers6   = ipv6 + 8
	maxPayload = 65535
)

// MTU is that of the interface, less the headers.
func (p *portable) MTU(path transport.Path) int {
	mtu := p.mtus.Get(path.Local, path.Remote)
	if path.Remote.Is6() {
		return min(mtu, maxPayload+ipv6) - headers6
	}
	return min(mtu, maxPayload) - headers4
}

// Close ends all blocked calls.
func (p *portable) Close() error {
	var err error
	for _, conn := range p.conns {
		if e := conn.Close(); err == nil {
			err = e
		}
	}
	return err
}
