package endpoint

import (
	"iter"
	"net/netip"
	"slices"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/wire"
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
	// routes are in space as long as there is one.
	routes  []assoc.Route
	space   [1]assoc.Route
	waiting bool // in the backlog
	// alone is the list of a route that only h is on.
	alone [1]*Handle
	// reach is where its packets arrive: what its socket was bound to when it began, until SetReach.
	reach reach
	// zeroChecksum: packets to it may come with a checksum of zero (RFC 9653).
	zeroChecksum bool
	// learns: packets with its tag are for it wherever they come from.
	learns bool
	// reportsDrops: it may want to know of packets that arrive damaged.
	reportsDrops bool
}

// listen notes which packets with a wrong checksum are for the association all the same.
func (h *Handle) listen(c *assoc.Config, carrier assoc.Carrier) {
	h.learns = assoc.LearnsAddrs(c, carrier)
	h.zeroChecksum, h.reportsDrops = assoc.AcceptsZeroChecksum(c, carrier), assoc.ReportsDrops(c, carrier)
}

// Tag is the verification tag of packets to the association.
func (h *Handle) Tag() uint32 { return h.tag }

// Owns reports whether Route would deliver a packet to h because of its tag, which is so for nearly all packets of an association. It reads what
// Update, SetReach and Remove write.
func (h *Handle) Owns(d *transport.Datagram, header wire.Header) bool {
	return d.Kind == transport.Packet && header.Tag == h.tag && h.tag != 0 && h.has(routeOf(header, &d.Path)) && h.reach.takes(d.Path.Local)
}

// Intact reports whether a packet of h is as it was sent.
func (h *Handle) Intact(packet []byte, header wire.Header) bool {
	return header.Checksum == 0 && h.zeroChecksum || wire.ChecksumOK(packet)
}

// route is what packets of an association have in common. Sockets on different addresses can share a port, so that a route may
// lead to several associations. So may hosts behind one NAT, which have an address in common, and it happens, the port too: they are told apart
// by their UDP ports, as far as these are known.
type route struct {
	port, peerPort uint16
	peer           netip.Addr
	// encapPort is the UDP port of the peer; zero on carriers without ports, and for peers of whom none was learnt.
	encapPort uint16
}

// anyPort is the route without the UDP port.
func (r route) anyPort() route {
	r.encapPort = 0
	return r
}

// lastRoute remembers where the last packet went: packets come in runs.
type lastRoute struct {
	route  route
	local  netip.Addr
	tag    uint32
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

// all are the associations on a route, whatever the UDP port; those behind a known one come last, the newest at the end.
func (e *Endpoint) all(r route) iter.Seq[*Handle] {
	r = r.anyPort()
	return func(yield func(*Handle) bool) {
		for _, list := range [][]*Handle{e.routes[r], e.ported[r]} {
			for _, h := range list {
				if !yield(h) {
					return
				}
			}
		}
	}
}

// at returns the association on a route and a socket. Of several it is the one at the route's UDP port, or else the newest.
func (e *Endpoint) at(r route, s *Socket) (found *Handle) {
	for h := range e.all(r) {
		if h.Socket != s {
			continue
		}
		if r.encapPort != 0 && h.encapPort(r.peer) == r.encapPort {
			return h
		}
		found = h
	}
	return found
}

// taken reports whether an association of s on a route could not be told from one that there is.
func (e *Endpoint) taken(r route, s *Socket) bool {
	for h := range e.all(r) {
		if h.Socket != s && !h.reach.overlaps(s.reach()) {
			continue
		}
		if p := h.encapPort(r.peer); p == r.encapPort || p == 0 || r.encapPort == 0 {
			return true
		}
	}
	return false
}

// encapPort is where packets to an address of the peer go.
func (h *Handle) encapPort(peer netip.Addr) uint16 {
	for i := range h.routes {
		if h.routes[i].Remote == peer {
			return h.routes[i].EncapPort
		}
	}
	return 0
}

// confirmed reports whether an address is known to be the peer's.
func (h *Handle) confirmed(peer netip.Addr) bool {
	return slices.ContainsFunc(h.routes, func(s assoc.Route) bool { return s.Remote == peer && s.Confirmed })
}

// has reports whether the association is on a route, whatever the UDP port.
func (h *Handle) has(r route) bool {
	return h.Socket.Port == r.port && h.peerPort == r.peerPort &&
		slices.ContainsFunc(h.routes, func(s assoc.Route) bool { return s.Remote == r.peer })
}

// find returns the association that a packet along r to a local address, with that tag, belongs to; nil if there is none. The tag decides, since
// a NAT may have given the peer another UDP port (RFC 6951 section 5.4). Packets with another tag than that of their association, such as INIT,
// are told by the port.
func (e *Endpoint) find(r route, local netip.Addr, tag uint32) *Handle {
	if l := &e.last; l.handle != nil && l.tag == tag && l.route == r && l.local == local {
		return l.handle
	}
	h := e.tags[tag]
	if h == nil || !h.has(r) || !h.reach.takes(local) {
		if h = e.behind(r, local); h == nil {
			return nil
		}
	}
	e.last = lastRoute{r, local, tag, h}
	return h
}

// behind returns the association at the UDP port of r, or else one with a peer whose port is not known yet. What comes from another port is
// of another host behind the same NAT.
func (e *Endpoint) behind(r route, local netip.Addr) *Handle {
	for {
		for _, h := range e.routes[r] {
			if h.reach.takes(local) {
				return h
			}
		}
		if r.encapPort == 0 {
			return nil
		}
		r.encapPort = 0
	}
}

// fewRoutes is how many most associations have at most.
const fewRoutes = 4

// Update renews the routes of h after assoc.RoutesChanged: the caller reads tag and routes from the association, under its lock, first.
func (e *Endpoint) Update(h *Handle, localTag uint32, routes []assoc.Route) {
	if h.tag == localTag && slices.EqualFunc(h.routes, routes, sameWay) {
		copy(h.routes, routes)
		return
	}
	e.forget(h)
	if h.tag != localTag && h.tag != 0 {
		e.retired.add(h.tag) // a restart gave it up
	}
	h.tag = localTag
	e.tags[localTag] = h
	if h.routes == nil {
		h.routes = h.space[:0]
	}
	h.routes = append(h.routes, routes...)
	for i := range h.routes {
		r, learnt := h.route(i)
		enter(e.routes, r, h)
		if learnt {
			enter(e.ported, r.anyPort(), h)
		}
	}
}

// sameWay reports whether packets along two routes are the same; whether they are confirmed does not matter.
func sameWay(r, s assoc.Route) bool {
	return r.Remote == s.Remote && r.EncapPort == s.EncapPort && r.Learnt == s.Learnt
}

// route is where the endpoint has path i of h. learnt: its UDP port is known.
func (h *Handle) route(i int) (r route, learnt bool) {
	p := &h.routes[i]
	r = route{port: h.Socket.Port, peerPort: h.peerPort, peer: p.Remote}
	if p.Learnt {
		r.encapPort = p.EncapPort
	}
	return r, r.encapPort != 0
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
	for i := range h.routes {
		r, learnt := h.route(i)
		drop(e.routes, r, h)
		if learnt {
			drop(e.ported, r.anyPort(), h)
		}
	}
	h.routes = h.routes[:0]
}

// enter puts h on the list of a route. Nearly always it is the only one there, on a list of its own that is never written to again.
func enter(lists map[route][]*Handle, r route, h *Handle) {
	if list := lists[r]; len(list) > 0 {
		lists[r] = append(list, h)
		return
	}
	h.alone[0] = h
	lists[r] = h.alone[:]
}

// drop takes h off the list of a route.
func drop(lists map[route][]*Handle, r route, h *Handle) {
	if list := lists[r]; len(list) == 1 && list[0] == h {
		delete(lists, r)
		return
	}
	rest := slices.DeleteFunc(lists[r], func(g *Handle) bool { return g == h })
	if len(rest) == 0 {
		delete(lists, r)
		return
	}
	lists[r] = rest
}

// Taken tells that the user took a Created association off the backlog.
func (e *Endpoint) Taken(h *Handle) {
	if h.waiting {
		h.waiting = false
		h.Socket.waiting--
	}
}
