package simnet

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/transport"
)

// NATRules say how a NAT behaves, in the words of RFC 4787. The zero value is what most boxes do: a host keeps one port to whatever peers
// (endpoint-independent mapping), its own if that is free, and hears only from those that it has sent to.
type NATRules struct {
	// Timeout is how long the box remembers a port without a packet from inside; zero is for ever.
	Timeout time.Duration
	// PerPeer gives a host another port for each peer that it sends to (address and port-dependent mapping).
	PerPeer bool
	// Open lets everybody in who sends to a port that is in use (endpoint-independent filtering).
	Open bool
}

// NAT is a box with one public address that hosts are behind. It knows UDP only: what is not in UDP (Host.SetEncapPort) does not get through it.
// Links and cuts apply outside, between the public address and others; between a host and its box nothing happens to packets.
type NAT struct {
	net    *Network
	public netip.Addr
	inside netip.Prefix
	rules  NATRules
	ports  map[uint16]*natPort
	next   uint16
}

// natPort is a port of the box that a host has.
type natPort struct {
	host  netip.AddrPort
	peer  netip.AddrPort // the only one that it is for; not valid if it is for all
	peers map[netip.AddrPort]mono.Time
	used  mono.Time
	// forwarded: it stays, and lets everybody in.
	forwarded bool
}

// firstNATPort is the first port that a box gives to a host whose own one is taken.
const firstNATPort = 20000

// AddNAT puts a box between all addresses of a set, whoever has or gets them, and the others. It panics if the public address is taken.
func (n *Network) AddNAT(public netip.Addr, inside netip.Prefix, r NATRules) *NAT {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.owner[public] != nil || n.natAt(public) != nil {
		panic(fmt.Sprintf("simnet: address %v is taken", public))
	}
	b := &NAT{net: n, public: public, inside: inside.Masked(), rules: r, ports: make(map[uint16]*natPort), next: firstNATPort}
	n.nats = append(n.nats, b)
	return b
}

// Forget has the box forget all ports but forwarded ones, as when it restarts. Hosts get others from then on.
func (b *NAT) Forget() {
	b.net.mu.Lock()
	defer b.net.mu.Unlock()
	// order: all of them are forgotten.
	for port, p := range b.ports {
		if !p.forwarded {
			b.ports[port] = &natPort{} // nobody's, and nobody gets it again
		}
	}
}

// Forward has everything that comes to a port of the box go to a host inside, and come from there if the host sends from that port.
func (b *NAT) Forward(port uint16, to netip.AddrPort) {
	b.net.mu.Lock()
	defer b.net.mu.Unlock()
	b.ports[port] = &natPort{host: to, forwarded: true, peers: make(map[netip.AddrPort]mono.Time)}
}

// SetPublic gives the box another public address, with the same ports.
func (b *NAT) SetPublic(public netip.Addr) {
	b.net.mu.Lock()
	defer b.net.mu.Unlock()
	b.public = public
}

// HostAt returns the address of the host behind a port, and the UDP port that it has itself; false if nobody is there.
func (b *NAT) HostAt(port uint16) (netip.AddrPort, bool) {
	b.net.mu.Lock()
	defer b.net.mu.Unlock()
	p := b.ports[port]
	if p == nil || !p.host.IsValid() {
		return netip.AddrPort{}, false
	}
	return p.host, true
}

// natAt returns the box with a public address.
func (n *Network) natAt(public netip.Addr) *NAT {
	for _, b := range n.nats {
		if b.public == public {
			return b
		}
	}
	return nil
}

// natOf returns the box that an address is behind.
func (n *Network) natOf(a netip.Addr) *NAT {
	for _, b := range n.nats {
		if b.inside.Contains(a) {
			return b
		}
	}
	return nil
}

// translate takes a packet out through the box of its sender, and reports whether it gets through. What is for the same inside stays there.
func (n *Network) translate(now mono.Time, a *arrival) bool {
	way := &a.d.Path
	b := n.natOf(way.Local)
	if far := n.natOf(way.Remote); far != nil {
		return far == b // nobody outside can name an address inside
	}
	if b == nil {
		return true
	}
	if a.fromPort == 0 {
		return false
	}
	a.inside = way.Local
	way.Local, a.fromPort = b.public, b.out(now, netip.AddrPortFrom(way.Local, a.fromPort), netip.AddrPortFrom(way.Remote, a.toPort))
	return true
}

// out returns the port of the box for a packet of a host.
func (b *NAT) out(now mono.Time, host, peer netip.AddrPort) uint16 {
	var only netip.AddrPort
	if b.rules.PerPeer {
		only = peer
	}
	port, found := uint16(0), false
	// order: of several the least is taken.
	for q, p := range b.ports {
		if p.host == host && (p.forwarded || p.peer == only && !b.stale(p.used, now)) && (!found || q < port) {
			port, found = q, true
		}
	}
	if found {
		b.ports[port].use(now, peer)
		return port
	}
	port = host.Port()
	for b.taken(port, now) {
		port = b.next
		b.next++
	}
	p := &natPort{host: host, peer: only, peers: make(map[netip.AddrPort]mono.Time)}
	p.use(now, peer)
	b.ports[port] = p
	return port
}

func (p *natPort) use(now mono.Time, peer netip.AddrPort) { p.used, p.peers[peer] = now, now }

func (b *NAT) taken(port uint16, now mono.Time) bool {
	p := b.ports[port]
	return p != nil && (p.forwarded || !p.host.IsValid() || !b.stale(p.used, now))
}

func (b *NAT) stale(used, now mono.Time) bool {
	return b.rules.Timeout > 0 && now.Sub(used) >= b.rules.Timeout
}

// in returns the host that a packet to a port of the box is for; false if it does not get in.
func (b *NAT) in(now mono.Time, port uint16, from netip.AddrPort) (netip.AddrPort, bool) {
	p := b.ports[port]
	if p == nil || !p.host.IsValid() {
		return netip.AddrPort{}, false
	}
	if p.forwarded {
		return p.host, true
	}
	used, known := p.peers[from]
	if b.rules.Open {
		used, known = p.used, true
	}
	return p.host, known && !b.stale(used, now)
}

// receive gives a packet to the host behind a box that it has come to.
func (b *NAT) receive(a *arrival) (*Host, Fate) {
	host, ok := b.in(a.at, a.toPort, netip.AddrPortFrom(a.d.Path.Local, a.fromPort))
	if !ok {
		return nil, LostNAT
	}
	to := b.net.owner[host.Addr()]
	if to == nil {
		return nil, LostNoHost
	}
	a.toPort = host.Port()
	a.d.Path.Remote = host.Addr()
	return to, Delivered
}

// asSent is the path of a packet as its sender sees it.
func (a *arrival) asSent() transport.Path {
	p := a.d.Path
	if a.inside.IsValid() {
		p.Local = a.inside
	}
	return p
}
