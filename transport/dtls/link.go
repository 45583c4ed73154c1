package dtls

import (
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gosctp/sctp/transport"
)

// link is what a connection has below it: a net.PacketConn with the datagrams that were found to be its own.
type link struct {
	peer *Peer

	mu sync.Mutex
	// changed is broadcast with every change.
	changed sync.Cond
	queue   []received
	// last is where the last datagram came from, as the same value for the same way.
	last            way
	lastAddr        net.Addr
	closed, expired bool

	// flags are what the packet that is being written asks of its datagram.
	flags atomic.Uint32
	// measuring keeps the next datagram here, whose size becomes measured.
	measuring atomic.Bool
	measured  atomic.Int64
}

// Flags of a packet: its DSCP, whether IP may fragment it, and whether it is a probe.
const (
	flagDSCP     = 0x3f
	flagFragment = 0x40
	flagProbe    = 0x80
)

type received struct {
	buf  *buffer
	from net.Addr
}

// way is the path of a datagram as a net.Addr.
type way struct{ transport.Path }

// Network is "udp".
func (w way) Network() string { return "udp" }

func (w way) String() string { return netip.AddrPortFrom(w.Remote, w.EncapPort).String() }

func newLink(p *Peer, path transport.Path) *link {
	l := &link{peer: p, last: way{path}, lastAddr: way{path}}
	l.changed.L = &l.mu
	return l
}

// remote is where the first datagram came from, or goes to.
func (l *link) remote() net.Addr { return l.lastAddr }

// push queues a datagram that has arrived, and reports whether there was room.
func (l *link) push(d *transport.Datagram) bool {
	if len(d.Data) > maxRecord {
		return false
	}
	limit := maxFlight
	if l.peer.established.Load() {
		limit = maxQueued
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || len(l.queue) >= limit {
		return false
	}
	buf := bufferFor(len(d.Data))
	buf.n = copy(buf.data, d.Data)
	if w := (way{d.Path}); w != l.last {
		l.last, l.lastAddr = w, w
	}
	l.queue = append(l.queue, received{buf, l.lastAddr})
	l.changed.Broadcast()
	return true
}

// ReadFrom reads a datagram.
func (l *link) ReadFrom(b []byte) (int, net.Addr, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.queue) == 0 && !l.closed && !l.expired {
		l.changed.Wait()
	}
	switch {
	case l.closed:
		return 0, nil, net.ErrClosed
	case l.expired:
		return 0, nil, os.ErrDeadlineExceeded
	}
	r := l.queue[0]
	left := copy(l.queue, l.queue[1:])
	l.queue[left] = received{}
	l.queue = l.queue[:left]
	n := copy(b, r.buf.data[:r.buf.n])
	r.buf.free()
	return n, r.from, nil
}

// WriteTo sends a datagram. The connection says where to, which changes when the peer's address does.
func (l *link) WriteTo(b []byte, addr net.Addr) (int, error) {
	if l.measuring.CompareAndSwap(true, false) {
		l.measured.Store(int64(len(b)))
		return len(b), nil
	}
	n, p := len(b), l.peer
	if !p.established.Load() {
		if isServerHello(b) {
			p.t.verified(p)
		}
		b = unwrapAlert(b)
	}
	to := p.way()
	if w, ok := addr.(way); ok && w.Path != to {
		to = w.Path
		p.t.moved(p, to)
	}
	flags := l.flags.Load()
	p.t.out.add(transport.Datagram{
		Path: to, Data: b, DSCP: uint8(flags & flagDSCP), MayFragment: flags&flagFragment != 0, Probe: flags&flagProbe != 0,
	})
	return n, nil
}

// Close ends ReadFrom.
func (l *link) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for _, r := range l.queue {
		r.buf.free()
	}
	l.queue = nil
	l.changed.Broadcast()
	return nil
}

// LocalAddr is what package net wants to know.
func (l *link) LocalAddr() net.Addr { return way{transport.Path{Remote: LocalAddr()}} }

// SetReadDeadline knows two times: the one that is over, and the one that never comes.
func (l *link) SetReadDeadline(t time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.expired = !t.IsZero()
	l.changed.Broadcast()
	return nil
}

// SetWriteDeadline does nothing: writes never wait.
func (l *link) SetWriteDeadline(time.Time) error { return nil }

// SetDeadline is SetReadDeadline.
func (l *link) SetDeadline(t time.Time) error { return l.SetReadDeadline(t) }
