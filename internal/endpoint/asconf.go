package endpoint

import (
	"net/netip"

	"github.com/gosctp/sctp/internal/wire"
)

// findMoving looks for the association of a packet with ASCONF from an address that is new to it: by the Address Parameter, or if that says nothing
// by the tag (RFC 5061 sections 4.1.1 and 5.2 D2). Nil if there is no such chunk, or no such association.
func (e *Endpoint) findMoving(p *packet) *Handle {
	for rest := p.chunks; len(rest) > 0; {
		c, more, err := wire.NextChunk(rest)
		if err != nil {
			return nil
		}
		if c.Type == wire.ChunkASCONF {
			return e.findConfigured(p, c)
		}
		rest = more
	}
	return nil
}

func (e *Endpoint) findConfigured(p *packet, c wire.Chunk) *Handle {
	m, err := wire.ParseASCONF(c)
	if err != nil {
		return nil
	}
	r := p.route()
	if !m.Addr.IsUnspecified() {
		r.peer = m.Addr
		return e.find(r, p.d.Path.Local, p.header.Tag)
	}
	h := e.tags[p.header.Tag]
	if h == nil || h.Socket.Port != r.port || h.peerPort != r.peerPort || !h.reach.takes(p.d.Path.Local) {
		return nil
	}
	return h
}

// SetReach tells where packets of h may arrive, after assoc.RoutesChanged: see assoc.Association.Reach.
func (e *Endpoint) SetReach(h *Handle, bound, left []netip.Addr) {
	e.last = lastRoute{}
	h.reach = reach{h.Socket.Addrs, h.Socket.Family, left}
	if bound != nil {
		h.reach.addrs = bound
	}
}

// MayBind reports why packets to an address of this host cannot be those of h: another socket with its port has the address.
func (e *Endpoint) MayBind(h *Handle, addr netip.Addr) error {
	return e.free(h.Socket, reach{addrs: []netip.Addr{addr}})
}
