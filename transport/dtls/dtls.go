// Package dtls carries SCTP packets inside DTLS (RFC 8261): encrypted, authenticated by certificates or by a key that both
// sides have, through NATs, and without any privilege.
//
// [Dial] makes a carrier with a connection to one peer, [Listen] one that peers connect to. Both use one UDP socket for each version
// of IP, however many peers there are, and [Transport.Dial] connects to more of them.
//
//	carrier, peer, err := dtls.Dial(ctx, "server.example:9904", dtls.Config{})
//	...
//	d := sctp.Dialer{Carrier: carrier}
//	c, err := d.DialSCTP(ctx, "sctp", peer.Addr(5000))
//
// A connection carries any number of associations between the two hosts, which are told apart by their ports. A DTLS connection comes
// first, then the associations; when it ends, they end as well, with an error that says why.
//
// # Addresses
//
// SCTP knows nothing of what is below DTLS (RFC 8261 section 1). So each connection is a peer with an address of its own,
// [Peer.IP], which has a meaning only for this carrier and is never given to another connection; this side is [LocalAddr] on all
// of them. They are link-local addresses, which SCTP does not announce. Who the peer is tell [Peer.Certificates] and
// [Peer.PSKIdentity], and [Transport.Peer] finds the Peer of an address.
//
// # What is different over DTLS
//
// Associations have one path. Packets have no checksum once the handshake is over (RFC 9653). There is no ECN, since the record layer does not
// pass the marks on. Nothing is learnt from ICMP, so that the path MTU is found by probes (RFC 8899). A peer that supports connection
// identifiers (RFC 9146), as this package does, keeps its connection when its address changes, or a NAT gives it another one.
//
// The DTLS itself is that of github.com/pion/dtls, version 1.2.
package dtls

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"

	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/udpencap"
)

// DefaultPort is the UDP port that the command sctp uses. None is assigned (RFC 8261 section 7), and this one to nobody else.
const DefaultPort = 9904

// LocalAddr is what this side is called on every connection.
func LocalAddr() netip.Addr { return peerAddr(1) }

// peerAddr is the nth link-local address.
func peerAddr(n uint64) netip.Addr {
	a := [16]byte{0: 0xfe, 1: 0x80}
	for i := range 8 {
		a[15-i] = byte(n >> (8 * i))
	}
	return netip.AddrFrom16(a)
}

// Transport is a carrier over DTLS connections. It implements transport.Transport.
type Transport struct {
	lower  transport.Transport
	config Config
	accept bool
	out    output
	in     inbox
	// ctx ends with Close.
	ctx        context.Context
	cancel     context.CancelFunc
	goroutines sync.WaitGroup

	mu sync.Mutex
	// peers are the established connections by the addresses that this carrier gave them.
	peers    map[netip.Addr]*Peer
	lastAddr uint64
	// byAddr are connections by the addresses of their packets, byID by their connection identifiers.
	byAddr map[udpAddr]*slot
	byID   map[string]*Peer
	// handshakes are those that peers have begun; halfOpen those of them that have not shown yet that they receive what is sent to
	// them, oldest first.
	handshakes int
	halfOpen   []*Peer
	accepted   int
	counters   Counters
	closed     bool
}

var _ transport.Transport = (*Transport)(nil)

// slot is what belongs to one address of a peer: the connection that it has, and one that is to take its place.
type slot struct{ established, pending *Peer }

// udpAddr is where packets come from and go to.
type udpAddr struct {
	ip   netip.Addr
	port uint16
}

func remoteOf(p transport.Path) udpAddr { return udpAddr{p.Remote, p.EncapPort} }

// Listen makes a carrier that peers connect to. The address is HOST:PORT with an IP address, or :PORT for all addresses of this host;
// port 0 picks a free one, which LocalPort tells.
func Listen(address string, c Config) (*Transport, error) {
	at, err := localAddr(address)
	if err != nil {
		return nil, err
	}
	if err := c.checkServer(); err != nil {
		return nil, err
	}
	lower, err := openUDP(at)
	if err != nil {
		return nil, err
	}
	return New(lower, c, true), nil
}

// localAddr reads an address to listen at. Without a host, Addr is unspecified.
func localAddr(address string) (netip.AddrPort, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return netip.AddrPort{}, err
	}
	n, err := net.LookupPort("udp", port)
	if err != nil {
		return netip.AddrPort{}, err
	}
	ip := netip.IPv6Unspecified()
	if host != "" {
		if ip, err = netip.ParseAddr(host); err != nil {
			return netip.AddrPort{}, &net.AddrError{Err: "not an IP address", Addr: host}
		}
	}
	return netip.AddrPortFrom(ip.Unmap(), uint16(n)), nil
}

// openUDP opens the sockets.
func openUDP(at netip.AddrPort) (transport.Transport, error) {
	c := udpencap.Config{Port: at.Port(), FreePort: at.Port() == 0}
	if !at.Addr().IsUnspecified() {
		c.LocalAddrs = []netip.Addr{at.Addr()}
	}
	lower, err := udpencap.Open(c)
	if err != nil {
		return nil, fmt.Errorf("DTLS: %w", err)
	}
	return lower, nil
}

// New makes a carrier of another one, whose packets are then DTLS records; accept lets peers connect. The carrier underneath has to have
// ports, as udpencap has, or one connection for each address of a peer is all there can be. Close closes it. Handshakes fail with a Config that
// Listen or Dial would refuse.
func New(lower transport.Transport, c Config, accept bool) *Transport {
	t := &Transport{
		lower: lower, config: c.defaults(), accept: accept, lastAddr: 1,
		peers: make(map[netip.Addr]*Peer), byAddr: make(map[udpAddr]*slot), byID: make(map[string]*Peer),
	}
	t.ctx, t.cancel = context.WithCancel(context.Background())
	t.out.init(lower, &t.goroutines)
	t.in.changed.L = &t.in.mu
	for queue := range lower.Queues() {
		t.goroutines.Go(func() { t.read(queue) })
	}
	if accept && t.config.IdleTimeout > 0 {
		t.goroutines.Go(t.closeIdle)
	}
	return t
}

// LocalPort is the UDP port that packets come from and are received at, 0 if the carrier underneath has none.
func (t *Transport) LocalPort() uint16 {
	if lower, ok := t.lower.(interface{ LocalPort() uint16 }); ok {
		return lower.LocalPort()
	}
	return 0
}

// Unwrap returns the carrier underneath.
func (t *Transport) Unwrap() transport.Transport { return t.lower }

// Queues is one.
func (t *Transport) Queues() int { return 1 }

// ReadBatch reads the packets that have been decrypted.
func (t *Transport) ReadBatch(_ int, ds []transport.Datagram) (int, error) { return t.in.read(ds) }

// WriteBatch encrypts packets and sends them. Those to an address without a connection are lost, and answered with the report that there
// is none.
func (t *Transport) WriteBatch(ds []transport.Datagram) (int, error) {
	return t.out.batch(len(ds), func(i int) {
		d := &ds[i]
		if p := t.Peer(d.Path.Remote); p != nil {
			p.write(d)
			return
		}
		t.in.tryAdd(disconnected(d.Path.Remote, "there is no DTLS connection to it"))
	})
}

// WaitWritable waits for room in the carrier underneath.
func (t *Transport) WaitWritable() error { return t.out.wait() }

// LocalAddrs is LocalAddr alone.
func (t *Transport) LocalAddrs() ([]netip.Addr, error) { return []netip.Addr{LocalAddr()}, nil }

// AddrChanges is nil: SCTP does not know the addresses that may change.
func (t *Transport) AddrChanges() <-chan struct{} { return nil }

// MTU is what the first hop takes, less what DTLS puts round a packet.
func (t *Transport) MTU(path transport.Path) int {
	p := t.Peer(path.Remote)
	if p == nil {
		return safeMTU
	}
	return min(t.lower.MTU(p.way()), maxRecord) - p.overhead
}

// safeMTU is for a connection that has ended meanwhile (RFC 8261 section 5).
const safeMTU = 1200

// Caps: DTLS finds damage (RFC 9653 section 6). No report of a router tells what gets through behind the first hop.
func (t *Transport) Caps() transport.Caps {
	return transport.Caps{ErrorDetection: transport.DTLS, FirstHopMTU: true}
}

// Peer returns the connection that has an address, nil if there is none.
func (t *Transport) Peer(ip netip.Addr) *Peer {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.peers[ip]
}

// Peers returns the connections that are established.
func (t *Transport) Peers() []*Peer {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make([]*Peer, 0, len(t.peers))
	for _, p := range t.peers {
		all = append(all, p)
	}
	return all
}

// Counters returns what has been counted so far.
func (t *Transport) Counters() Counters {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.counters
}

// Close tells all peers that their connections are over, and ends all blocked calls.
func (t *Transport) Close() error {
	t.mu.Lock()
	if t.closed {
		t.mu.Unlock()
		return nil
	}
	t.closed = true
	t.mu.Unlock()
	t.cancel()
	for _, p := range t.Peers() {
		p.end(errClosed)
	}
	t.in.close(net.ErrClosed)
	t.out.close()
	err := t.lower.Close()
	t.goroutines.Wait()
	return err
}

// errClosed ends connections of a carrier that is closed.
var errClosed = errors.New("the carrier was closed")
