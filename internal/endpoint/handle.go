package endpoint

import (
	"net/netip"
	"slices"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/transport"
)

// Handle is an association as the endpoint knows it.
type Handle struct {
	Assoc  *assoc.Association
	Socket *Socket
	// User is the driver's.
	User any

	peerPort uint16
	tag      uint32
	addrs    []netip.Addr
	waiting  bool // in the backlog
	// reach is where its packets arrive: what its socket was bound to when it began.
	reach reach
	// zeroChecksum: packets to it may come with a checksum of zero (RFC 9653).
	zeroChecksum bool
	// reportsDrops: it may want to know of packets that arrive damaged.
	reportsDrops bool
}

// listen notes which packets with a wrong checksum are for the association all the same.
func (h *Handle) listen(c *assoc.Config, carrier assoc.Carrier) {
	h.zeroChecksum, h.reportsDrops = assoc.AcceptsZeroChecksum(c, carrier), assoc.ReportsDrops(c, carrier)
}

// route is what packets of an association have in common. Sockets on different addresses can share a port, so that a route may
// lead to several associations.
type route struct {
	port, peerPort uint16
	peer           netip.Addr
}

// lastRoute remembers where the last packet went: packets come in runs.
type lastRoute struct {
	route  route
	local  netip.Addr
	handle *Handle
}

// hash tells peers apart, roughly.
func (r route) hash() uint32 {
	h := uint32(2166136261) // FNV-1a
	for _, b := range r.peer.As16() {
		h = (h ^ uint32(b)) * 16777619
	}
	return (h ^ uint32(r.peerPort)) * 16777619 >> 8
}

// at returns the association on a route and a socket.
func (e *Endpoint) at(r route, s *Socket) *Handle {
	for _, h := range e.routes[r] {
		if h.Socket == s {
			return h
		}
	}
	return nil
}

// taken reports whether an association of s on a route could not be told from one that there is.
func (e *Endpoint) taken(r route, s *Socket) bool {
	for _, h := range e.routes[r] {
		if h.Socket == s || h.reach.overlaps(s.reach()) {
			return true
		}
	}
	return false
}

// find returns the association that a packet along r to a local address belongs to; nil if there is none.
func (e *Endpoint) find(r route, local netip.Addr) *Handle {
	if l := &e.last; l.handle != nil && l.route == r && l.local == local {
		return l.handle
	}
	for _, h := range e.routes[r] {
		if h.reach.takes(local) {
			e.last = lastRoute{r, local, h}
			return h
		}
	}
	return nil
}

// Update renews the routes of h after assoc.RoutesChanged: the caller reads tag and paths from the association, under its lock, first.
func (e *Endpoint) Update(h *Handle, localTag uint32, paths []transport.Path) {
	e.forget(h)
	if h.tag != localTag && h.tag != 0 {
		e.retired.add(h.tag) // a restart gave it up
	}
	h.tag = localTag
	e.tags[localTag] = h
	for _, p := range paths {
		h.addrs = append(h.addrs, p.Remote)
		r := route{h.Socket.Port, h.peerPort, p.Remote}
		e.routes[r] = append(e.routes[r], h)
	}
}

// Remove forgets h; the caller does this once State is closed and nothing is left to pull.
func (e *Endpoint) Remove(h *Handle) {
	e.Taken(h)
	e.forget(h)
	if h.tag != 0 {
		e.retired.add(h.tag)
		h.tag = 0
	}
}

// forget removes the routes of h.
func (e *Endpoint) forget(h *Handle) {
	e.last = lastRoute{}
	if e.tags[h.tag] == h {
		delete(e.tags, h.tag)
	}
	for _, a := range h.addrs {
		r := route{h.Socket.Port, h.peerPort, a}
		rest := slices.DeleteFunc(e.routes[r], func(g *Handle) bool { return g == h })
		if len(rest) == 0 {
			delete(e.routes, r)
		} else {
			e.routes[r] = rest
		}
	}
	h.addrs = h.addrs[:0]
}

// Taken tells that the user took a Created association off the backlog.
func (e *Endpoint) Taken(h *Handle) {
	if h.waiting {
		h.waiting = false
		h.Socket.waiting--
	}
}
