package endpoint

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/transport"
)

// encapPort is the UDP port of hosts that are not behind a NAT.
const encapPort = 9899

// nat is a box with one public address that hosts are behind: each of them comes from a UDP port of the box.
type nat struct {
	public netip.Addr
	hosts  map[uint16]*host // by port
	next   uint16
}

// behind puts hosts behind a NAT, in a network of UDP.
func (n *network) behind(public string, hosts ...*host) *nat {
	n.carrier.Encapsulated = true
	box := &nat{public: netip.MustParseAddr(public), hosts: make(map[uint16]*host), next: 40000}
	for _, h := range hosts {
		h.nat = box
		h.boot(byte(len(n.nats)) + byte(len(box.hosts)) + 101)
		box.port(h)
	}
	n.nats = append(n.nats, box)
	return box
}

// port is that of a host, of which a first packet makes a new one.
func (b *nat) port(h *host) uint16 {
	for port, known := range b.hosts {
		if known == h {
			return port
		}
	}
	b.next++
	b.hosts[b.next] = h
	return b.next
}

// rebind has the box forget a host, and say what its port was.
func (b *nat) rebind(h *host) uint16 {
	old := b.port(h)
	delete(b.hosts, old)
	return old
}

// translate makes of the path of a packet, as its sender sees it, what its receiver sees. The receiver is nil if there is none.
func (n *network) translate(from *host, p transport.Path) (to *host, arriving transport.Path) {
	arriving = transport.Path{Local: p.Remote, Remote: p.Local}
	if n.carrier.Encapsulated {
		arriving.EncapPort = encapPort
	}
	if from.nat != nil {
		arriving.Remote, arriving.EncapPort = from.nat.public, from.nat.port(from)
	}
	for _, box := range n.nats {
		if box.public == p.Remote {
			if to = box.hosts[p.EncapPort]; to != nil {
				arriving.Local = to.addrs[0]
			}
			return to, arriving
		}
	}
	to = n.owner(p.Remote)
	if to != nil && to.nat != nil && to.nat != from.nat {
		return nil, arriving // its address means nothing here
	}
	return to, arriving
}

// natted are two hosts behind one NAT, with the same port, and a server.
func natted(t *testing.T) (n *network, box *nat, a, b, z *host) {
	t.Helper()
	n = newNetwork(t)
	a = n.host("A", 1, "192.168.1.10")
	b = n.host("B", 2, "192.168.1.11")
	z = n.host("Z", 3, "198.51.100.1")
	box = n.behind("203.0.113.1", a, b)
	z.boot(3)
	a.bind(1000, 0, assoc.Config{})
	b.bind(1000, 0, assoc.Config{})
	z.bind(2000, 5, assoc.Config{})
	return n, box, a, b, z
}

// handleAt is the association of a host with a peer behind a UDP port.
func (h *host) handleAt(port uint16) *Handle {
	i := slices.IndexFunc(h.handles, func(a *Handle) bool {
		return slices.ContainsFunc(a.Assoc.Routes(nil), func(r assoc.Route) bool { return r.EncapPort == port })
	})
	if i < 0 {
		h.t.Fatalf("%s has no association behind port %d", h.name, port)
	}
	return h.handles[i]
}
