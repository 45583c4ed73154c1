package sctp

import (
	"net"
	"net/netip"
	"slices"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/endpoint"
	"github.com/gosctp/sctp/internal/engine"
	"github.com/gosctp/sctp/transport"
)

// link is the use of an engine for one socket.
type link struct {
	engine  *engine.Engine
	release func()
}

// openLink finds or opens the engine for a network, or for the carrier that the user gave.
func openLink(n network, carrier transport.Transport, encapPort uint16) (*link, error) {
	if carrier != nil {
		e, release, err := engine.Serve(carrier)
		if err != nil {
			return nil, err
		}
		return &link{engine: e, release: release}, nil
	}
	if n.udp {
		return openUDP(encapPort)
	}
	return openRaw()
}

// config is what associations on this carrier have. Where they have but one path, it fails when they do, unless the user says otherwise
// (RFC 8261 section 6.1).
func (l *link) config(c *Config) assoc.Config {
	core := c.core()
	if c.PathMaxRetrans == 0 && !l.engine.MultiHomed() {
		core.PathMaxRetrans = core.AssocMaxRetrans
	}
	return core
}

// bind makes a socket, which gives the link back when it is free.
func (l *link) bind(n network, addr *Addr, o engine.SocketOptions) (*engine.Socket, error) {
	o.Port = addr.Port
	o.Addrs = coreAddrs(addr.IPs)
	o.OnFree = l.release
	if err := n.restrict(&o); err != nil {
		l.release()
		return nil, err
	}
	s, err := l.engine.Bind(o)
	if err != nil {
		l.release()
		return nil, err
	}
	return s, nil
}

// restrict keeps a socket to the version of IP that the network names.
func (n network) restrict(o *engine.SocketOptions) error {
	for _, ip := range o.Addrs {
		if !n.family.admits(ip) {
			return &net.AddrError{Err: "not an address of network " + n.name, Addr: ip.String()}
		}
	}
	switch n.family {
	case anyFamily:
		o.Family = endpoint.AnyFamily
	case onlyIPv4:
		o.Family = endpoint.IPv4
	case onlyIPv6:
		o.Family = endpoint.IPv6
	}
	return nil
}

// boundAddr is the address of a socket as its user gets to see it. ips are the addresses that the user asked for.
func (l *link) boundAddr(s *engine.Socket, ips []netip.Addr) *Addr {
	return &Addr{IPs: ips, Port: s.Port(), EncapPort: l.engine.EncapPort()}
}

// peer returns where to connect to. A process of this host that could not have the default UDP port is found through
// the table of ports.
func (l *link) peer(a *Addr) engine.Peer {
	p := engine.Peer{Addrs: a.IPs, Port: a.Port, EncapPort: a.EncapPort}
	if p.EncapPort == 0 {
		p.EncapPort = l.engine.PeerEncapPort(a.IPs[0], a.Port)
	}
	return p
}

// fewAddrs is how many addresses most hosts have at most.
const fewAddrs = 8

// bothAddrs are the addresses of both sides of an association. It never changes.
type bothAddrs struct{ local, remote Addr }

// addrsOf collects them; if they are still those of last, it returns that. An association that has ended may have none any more: then last is right,
// if there is one.
func addrsOf(a *engine.Assoc, last *bothAddrs) *bothAddrs {
	var pathSpace [fewAddrs]transport.Path
	var space [2 * fewAddrs]netip.Addr
	paths, local := a.AppendAddrs(pathSpace[:0], space[:0:fewAddrs])
	if last != nil && len(paths) == 0 {
		return last
	}
	now := bothAddrs{
		Addr{IPs: local, Port: a.Socket().Port(), EncapPort: a.LocalEncapPort()},
		Addr{IPs: space[fewAddrs:fewAddrs], Port: a.PeerPort()},
	}
	for _, p := range paths {
		now.remote.EncapPort = max(now.remote.EncapPort, p.EncapPort)
		now.remote.IPs = append(now.remote.IPs, p.Remote)
	}
	if last != nil && last.local.equal(&now.local) && last.remote.equal(&now.remote) {
		return last
	}
	both := slices.Concat(now.local.IPs, now.remote.IPs)
	return &bothAddrs{
		Addr{IPs: slices.Clip(both[:len(local)]), Port: now.local.Port, EncapPort: now.local.EncapPort},
		Addr{IPs: both[len(local):], Port: now.remote.Port, EncapPort: now.remote.EncapPort},
	}
}

// equal reports whether two addresses are the same, in the same order.
func (a *Addr) equal(b *Addr) bool {
	return a.Port == b.Port && a.EncapPort == b.EncapPort && slices.Equal(a.IPs, b.IPs)
}

func loopback(f family) netip.Addr {
	if f == onlyIPv6 {
		return netip.IPv6Loopback()
	}
	return netip.AddrFrom4([4]byte{127, 0, 0, 1})
}

func resolver(r Resolver) Resolver {
	if r == nil {
		return net.DefaultResolver
	}
	return r
}
