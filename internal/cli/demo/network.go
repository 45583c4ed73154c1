package demo

import (
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/gosctp/sctp/internal/ladder"
	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/udpencap"
)

// network is the two carriers and what lies between them.
type network struct {
	addrs          []netip.Addr
	client, server transport.Transport
	serverUDP      uint16
	// down is the path that is cut, named by the address that it has at both ends; nil if none is.
	down atomic.Pointer[netip.Addr]
}

// newNetwork opens both carriers and has what they send drawn on s.
func newNetwork(addrs []netip.Addr, s *screen, wrap func(transport.Transport) transport.Transport) (*network, error) {
	n := &network{addrs: addrs}
	client, err := udpencap.Open(udpencap.Config{AnyPort: true, LocalAddrs: addrs})
	if err != nil {
		return nil, err
	}
	server, err := udpencap.Open(udpencap.Config{AnyPort: true, LocalAddrs: addrs})
	if err != nil {
		client.Close()
		return nil, err
	}
	n.client, n.server = &cable{client, n, s}, &cable{server, n, s}
	if wrap != nil {
		n.client = wrap(n.client)
	}
	n.serverUDP = server.LocalPort()
	return n, nil
}

func (n *network) close() {
	n.client.Close()
	n.server.Close()
}

func (n *network) cut(addr netip.Addr) { n.down.Store(&addr) }

func (n *network) repair(netip.Addr) { n.down.Store(nil) }

// severed reports whether packets on p are lost.
func (n *network) severed(p transport.Path) bool {
	down := n.down.Load()
	return down != nil && (p.Remote == *down || p.Local == *down)
}

// cable is a carrier that draws what is sent on it, and loses it if the path is cut.
type cable struct {
	transport.Transport
	network *network
	screen  *screen
}

// WriteBatch draws packets before they are sent: what the other side answers is to stand below.
func (c *cable) WriteBatch(ds []transport.Datagram) (int, error) {
	for i := range ds {
		lost := c.network.severed(ds[i].Path)
		c.screen.packet(ladder.Packet{
			Time: time.Now(), Src: ds[i].Path.Local, Dst: ds[i].Path.Remote, Data: ds[i].Data, Dropped: lost,
		})
		if lost {
			continue
		}
		if n, err := c.Transport.WriteBatch(ds[i : i+1]); n == 0 || err != nil {
			return i, err
		}
	}
	return len(ds), nil
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
