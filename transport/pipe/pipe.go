// Package pipe carries SCTP packets over any connection that keeps the boundaries of messages: a connected UDP socket, a DTLS
// connection, the channel of a WebRTC stack, or a net.Pipe in a test. The connection leads to one peer.
//
// # Addresses
//
// A connection has no IP addresses that SCTP could know, so both ends of it count themselves as [LocalAddr] and the peer as
// [RemoteAddr], which is the one to dial. These are link-local addresses, which SCTP never announces to a peer: so no end
// hears what the other calls itself, and INIT and INIT ACK are without addresses, as RFC 8261 section 6.1 demands over DTLS.
package pipe

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"github.com/gosctp/sctp/transport"
)

// DefaultMTU is the largest SCTP packet of a connection of which nothing else is known: what nearly every way on the Internet
// takes with the headers of DTLS, UDP and IPv6 in front of it.
const DefaultMTU = 1200

const (
	// queueLen is how many packets wait for the connection, which may block where WriteBatch must not.
	queueLen = 256
	// maxPacket is the largest message that is received whole.
	maxPacket = 1 << 16
	// closePatience is how long Close waits for packets that are queued: the last word of an association is among them.
	closePatience = time.Second
)

// LocalAddr is what this end of every connection is called, at both ends.
func LocalAddr() netip.Addr { return netip.AddrFrom4([4]byte{169, 254, 0, 1}) }

// RemoteAddr is what the other end of every connection is called, at both ends.
func RemoteAddr() netip.Addr { return netip.AddrFrom4([4]byte{169, 254, 0, 2}) }

// Config has the properties of a connection.
type Config struct {
	// MTU is the largest SCTP packet, common header included, that a message takes; zero stands for DefaultMTU.
	MTU int
	// ErrorDetection identifies the method by which the connection finds damaged messages and drops them (RFC 9653 section
	// 3); see transport.Caps. Over DTLS it is transport.DTLS.
	ErrorDetection uint32
}

// Transport is a connection as a carrier.
type Transport struct {
	conn   net.Conn
	config Config
	buf    []byte
	writer sync.WaitGroup

	mu sync.Mutex
	// changed is broadcast when there is something to write or room for more, and with closed.
	changed sync.Cond
	ring    [queueLen][]byte
	// first and size are what of the ring is queued.
	first, size int
	closed      bool
}

var _ transport.Transport = (*Transport)(nil)

// New makes a carrier of a connection, which it closes with Close. Each Read of conn has to give one whole message if there is
// room for 64 KiB, each Write to send one.
func New(conn net.Conn, c Config) *Transport {
	if c.MTU <= 0 {
		c.MTU = DefaultMTU
	}
	t := &Transport{conn: conn, config: c, buf: make([]byte, maxPacket)}
	t.changed.L = &t.mu
	t.writer.Go(t.write)
	return t
}

// Queues is one.
func (t *Transport) Queues() int { return 1 }

// ReadBatch reads one packet.
func (t *Transport) ReadBatch(_ int, ds []transport.Datagram) (int, error) {
	if len(ds) == 0 {
		return 0, nil
	}
	for {
		n, err := t.conn.Read(t.buf)
		switch {
		case n > 0:
			path := transport.Path{Local: LocalAddr(), Remote: RemoteAddr()}
			ds[0] = transport.Datagram{Path: path, Data: t.buf[:n:n]}
			return 1, nil
		case err == nil, errors.Is(err, syscall.ECONNREFUSED):
			// A UDP socket says once for each ICMP message that nobody listens yet.
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrClosedPipe):
			return 0, net.ErrClosed
		default:
			return 0, err
		}
	}
}

// WriteBatch queues packets for the connection.
func (t *Transport) WriteBatch(ds []transport.Datagram) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return 0, net.ErrClosed
	}
	for i := range ds {
		if ds[i].Path.Remote != RemoteAddr() {
			continue // No way there: lost.
		}
		if t.size == queueLen {
			return i, nil
		}
		slot := &t.ring[(t.first+t.size)%queueLen]
		*slot = append((*slot)[:0], ds[i].Data...)
		t.size++
	}
	t.changed.Broadcast()
	return len(ds), nil
}

// write writes what is queued, until Close.
func (t *Transport) write() {
	var packet []byte
	for t.next(&packet) {
		// An error means that the packet is lost; of a connection that is broken the reader hears too.
		_, _ = t.conn.Write(packet)
	}
}

// next exchanges packet, which has been written, for the next one that is queued. It says false when there is none and none
// will come.
func (t *Transport) next(packet *[]byte) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.size == 0 && !t.closed {
		t.changed.Wait()
	}
	if t.size == 0 {
		return false
	}
	slot := &t.ring[t.first]
	*packet, *slot = *slot, *packet
	t.first = (t.first + 1) % queueLen
	t.size--
	t.changed.Broadcast()
	return true
}

// WaitWritable waits for room in the queue.
func (t *Transport) WaitWritable() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.size == queueLen && !t.closed {
		t.changed.Wait()
	}
	if t.closed {
		return net.ErrClosed
	}
	return nil
}

// LocalAddrs is LocalAddr alone.
func (t *Transport) LocalAddrs() ([]netip.Addr, error) { return []netip.Addr{LocalAddr()}, nil }

// AddrChanges is nil: there is one address.
func (t *Transport) AddrChanges() <-chan struct{} { return nil }

// MTU is what Config says.
func (t *Transport) MTU(transport.Path) int { return t.config.MTU }

// Caps are the properties of the carrier.
func (t *Transport) Caps() transport.Caps {
	return transport.Caps{ErrorDetection: t.config.ErrorDetection}
}

// Close sends what is queued, as far as the connection takes it within a second, closes the connection and ends all blocked calls.
func (t *Transport) Close() error {
	t.mu.Lock()
	if t.closed {
		t.mu.Unlock()
		return nil
	}
	t.closed = true
	t.changed.Broadcast()
	t.mu.Unlock()
	if t.conn.SetWriteDeadline(time.Now().Add(closePatience)) == nil {
		t.writer.Wait()
	}
	err := t.conn.Close()
	t.writer.Wait()
	return err
}
