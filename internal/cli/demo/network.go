package demo

import (
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/gosctp/sctp/internal/ladder"
	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/fault"
	"github.com/gosctp/sctp/transport/pcap"
	"github.com/gosctp/sctp/transport/udpencap"
)

// network is the two carriers and what lies between them.
type network struct {
	addrs          []netip.Addr
	client, server transport.Transport
	serverUDP      uint16
	// ports are the UDP ports of the two carriers.
	ports  [2]atomic.Uint32
	faults []*fault.Transport
	// down is the path that is cut, named by the address that it has at both ends; nil if none is.
	down atomic.Pointer[netip.Addr]
}

// newNetwork opens both carriers and has what they send drawn on s.
func newNetwork(addrs []netip.Addr, s *screen, wrap func(transport.Transport) transport.Transport) (*network, error) {
	n := &network{addrs: addrs}
	observer := pcap.NewObserver(func(dir pcap.Direction, d *transport.Datagram) {
		if dir != pcap.Out || !n.ours(d.Path.EncapPort) {
			return // what strangers send to our ports, and what they are answered, is not part of the story
		}
		s.packet(ladder.Packet{
			Time: time.Now(), Src: d.Path.Local, Dst: d.Path.Remote, Data: d.Data, Dropped: n.severed(d.Path),
		})
	})
	open := func() (transport.Transport, uint16, error) {
		udp, err := udpencap.Open(udpencap.Config{AnyPort: true, LocalAddrs: addrs})
		if err != nil {
			return nil, 0, err
		}
		f := fault.Wrap(udp, 0)
		n.ports[len(n.faults)].Store(uint32(udp.LocalPort()))
		n.faults = append(n.faults, f)
		return observer.Wrap(f), udp.LocalPort(), nil
	}
	var err error
	if n.client, _, err = open(); err != nil {
		return nil, err
	}
	if n.server, n.serverUDP, err = open(); err != nil {
		n.client.Close()
		return nil, err
	}
	if wrap != nil {
		n.client = wrap(n.client)
	}
	return n, nil
}

// ours reports whether a UDP port is that of one of the carriers; 0 stands for the usual one, which the server has if nobody else does.
func (n *network) ours(port uint16) bool {
	if port == 0 {
		port = udpencap.DefaultPort
	}
	return uint32(port) == n.ports[0].Load() || uint32(port) == n.ports[1].Load()
}

func (n *network) close() {
	n.client.Close()
	n.server.Close()
}

// ends are the paths that begin or end at addr.
func ends(addr netip.Addr) []fault.Match {
	return []fault.Match{{Local: addr}, {Remote: addr}}
}

// cut loses what is sent on the paths of addr from now on. What is on its way still arrives: it was drawn so.
func (n *network) cut(addr netip.Addr) {
	n.down.Store(&addr)
	n.setFaults(addr, fault.Faults{Loss: 1})
}

func (n *network) repair(addr netip.Addr) {
	n.setFaults(addr, fault.Faults{})
	n.down.Store(nil)
}

func (n *network) setFaults(addr netip.Addr, faults fault.Faults) {
	for _, f := range n.faults {
		for _, m := range ends(addr) {
			f.SetPathFaults(m, faults)
		}
	}
}

// severed reports whether packets on p are lost.
func (n *network) severed(p transport.Path) bool {
	down := n.down.Load()
	return down != nil && (p.Remote == *down || p.Local == *down)
}

// usable reports whether a is an address of this machine.
func usable(a netip.Addr) bool {
	c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(a, 0)))
	if err != nil {
		return false
	}
	c.Close()
	return true
}
