package endpoint

import (
	"net/netip"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/cookie"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// VerdictKind is what to do with a packet.
type VerdictKind uint8

const (
	// Drop: the packet is discarded; Verdict.Reason says why.
	Drop VerdictKind = iota
	// Deliver: give it to Verdict.Handle.
	Deliver
	// Created: a valid cookie made Verdict.Handle; set its MTUs, then deliver the packet to it.
	Created
	// Reply: send Verdict.Reply back along the packet's path.
	Reply
)

// Verdict of Route.
type Verdict struct {
	Kind   VerdictKind
	Handle *Handle
	// Reply is valid until the next call of Route.
	Reply  []byte
	Reason DropReason
}

// DropReason is why a packet was discarded.
type DropReason uint8

const (
	// DropMalformed: too short, a zero port, or no chunk to begin with.
	DropMalformed DropReason = iota
	// DropChecksum: the CRC32c is wrong (RFC 9260 section 6.8).
	DropChecksum
	// DropNotUnicast: from an address that is no host's (section 8.4 item 1).
	DropNotUnicast
	// DropNotOurs: to a port that another process may hold.
	DropNotOurs
	// DropSilently: out of the blue, and section 8.4 asks for silence.
	DropSilently
	// DropCookie: a State Cookie that is not authentic, or not for these ports and tags (section 5.1.5).
	DropCookie
	// DropUnauthentic: a COOKIE ECHO that this side accepts only with the right key (RFC 4895 section 6.3).
	DropUnauthentic
	// DropBacklog: the socket's backlog is full.
	DropBacklog
	// DropICMP: an ICMP report about no association's packet.
	DropICMP
)

// packet is a packet on its way through Route.
type packet struct {
	d      *transport.Datagram
	header wire.Header
	first  wire.Chunk
	chunks []byte
	// control counts its control chunks. setup: it is a step of a handshake, and so not out of the blue.
	control int
	setup   bool
	// auth are all chunks of a packet that begins with AUTH; chunks is what follows it.
	auth []byte
}

// route is the way of a packet to an association.
func (p *packet) route() route { return routeOf(p.header, &p.d.Path) }

func routeOf(h wire.Header, way *transport.Path) route {
	return route{h.DstPort, h.SrcPort, way.Remote, way.EncapPort}
}

// alone reports whether no more than padding follows the first chunk.
func (p *packet) alone() bool { return len(p.chunks) < len(p.first.Raw)+4 }

// Route decides about a packet (or ICMP report). It verifies the checksum. A packet that is damaged is delivered as that (its Kind is
// changed), if its association may want to report it.
func (e *Endpoint) Route(now mono.Time, d *transport.Datagram) Verdict {
	if d.Kind != transport.Packet {
		return e.routeICMP(d)
	}
	e.counters.PacketsReceived++
	h, err := wire.ParseHeader(d.Data)
	if err != nil {
		return Verdict{Reason: DropMalformed}
	}
	r := routeOf(h, &d.Path)
	if !e.intact(d, h, r) {
		e.counters.ChecksumErrors++
		if a := e.find(r, d.Path.Local, h.Tag); a != nil && a.reportsDrops && h.Tag == a.tag {
			d.Kind = transport.Damaged
			return Verdict{Kind: Deliver, Handle: a}
		}
		return Verdict{Reason: DropChecksum}
	}
	if h.SrcPort == 0 || h.DstPort == 0 {
		return Verdict{Reason: DropMalformed}
	}
	if a := e.find(r, d.Path.Local, h.Tag); a != nil && !campsAt(a, h, d) {
		return Verdict{Kind: Deliver, Handle: a}
	}
	if !assoc.Unicast(d.Path.Remote) || d.Path.Local.IsValid() && !assoc.Unicast(d.Path.Local) {
		return Verdict{Reason: DropNotUnicast} // section 8.4 item 1
	}
	p := packet{d: d, header: h, chunks: d.Data[wire.HeaderLen:]}
	if p.first, _, err = wire.NextChunk(p.chunks); err != nil {
		return Verdict{Reason: DropMalformed}
	}
	if p.first.Type == wire.ChunkAuth && !p.skipAuth() {
		return Verdict{Reason: DropMalformed}
	}
	v := e.routeStranger(now, &p)
	e.countStranger(&p, &v)
	return v
}

// skipAuth leaves AUTH aside: what a packet of no association is about is what follows it (RFC 4895 section 6.3).
func (p *packet) skipAuth() bool {
	_, rest, err := wire.NextChunk(p.chunks)
	if err != nil {
		return false
	}
	p.auth, p.chunks = p.chunks, rest
	p.first, _, err = wire.NextChunk(rest)
	return err == nil
}

// all are the packet's chunks.
func (p *packet) all() []byte {
	if p.auth != nil {
		return p.auth
	}
	return p.chunks
}

// intact reports whether a packet is as it was sent: by its checksum or, if that is zero and the packet's association accepts it, by
// the word of the carrier (RFC 9653 section 5.3). Packets of no association need a checksum.
func (e *Endpoint) intact(d *transport.Datagram, h wire.Header, r route) bool {
	if h.Checksum == 0 && e.carrier.ErrorDetection != 0 {
		if a := e.find(r, d.Path.Local, h.Tag); a != nil && a.zeroChecksum {
			return true
		}
	}
	return wire.ChecksumOK(d.Data)
}

// routeICMP finds the association whose packet a report quotes (RFC 9260 section 10, ICMP5).
func (e *Endpoint) routeICMP(d *transport.Datagram) Verdict {
	if q, ok := wire.ParseQuoted(d.Data); ok {
		if a := e.behind(route{q.SrcPort, q.DstPort, d.Path.Remote, d.Path.EncapPort}, d.Path.Local); a != nil {
			return Verdict{Kind: Deliver, Handle: a}
		}
	}
	return Verdict{Reason: DropICMP}
}

// routeStranger decides about a packet from an address that no association knows.
func (e *Endpoint) routeStranger(now mono.Time, p *packet) Verdict {
	if p.first.Type == wire.ChunkInitAck {
		// Section 5.1.2: an INIT ACK may come from an address that the INIT did not go to.
		if h := e.tags[p.header.Tag]; h != nil && h.Socket.Port == p.header.DstPort && h.peerPort == p.header.SrcPort {
			return Verdict{Kind: Deliver, Handle: h}
		}
	}
	if h := e.tags[p.header.Tag]; h != nil && h.learns && h.Socket.Port == p.header.DstPort && h.peerPort == p.header.SrcPort && h.reach.takes(p.d.Path.Local) {
		return Verdict{Kind: Deliver, Handle: h}
	}
	if h := e.findMoving(p); h != nil {
		return Verdict{Kind: Deliver, Handle: h}
	}
	return e.outOfTheBlue(now, p)
}

// routeInit answers an INIT without keeping anything (section 5.1 B), unless its address parameters belong to an association (section
// 5.1.2 D).
func (e *Endpoint) routeInit(now mono.Time, p *packet) Verdict {
	in, err := wire.ParseInit(p.first)
	if err != nil {
		return Verdict{Reason: DropMalformed}
	}
	if h := e.findAnnounced(p, in.Params); h != nil {
		return Verdict{Kind: Deliver, Handle: h}
	}
	s := e.listener(p.route(), p.d.Path.Local)
	if s == nil || s.RefuseWhenFull && s.waiting >= s.Backlog {
		return e.refuseInit(p, &in)
	}
	e.reply = assoc.AnswerInit(e.reply[:0], now, e.jar, p.d, p.header, p.first, &assoc.Offer{
		Config: *s.Config, Tag: e.newTag(), TSN: seq.TSN(e.rand.Uint64()), LocalAddrs: e.localAddrs(s),
		Carrier: e.carrier, Auth: assoc.AuthVector(s.Config, e.rand.Uint64),
	})
	if len(e.reply) == 0 {
		return Verdict{Reason: DropMalformed}
	}
	p.setup = true
	if assoc.Refuses(e.reply) {
		e.counters.InitsRefused++
	}
	return Verdict{Kind: Reply, Reply: e.reply}
}

// maxInitParams bounds the parameters of one INIT that are looked up: a stranger's packet has room for thousands of addresses.
const maxInitParams = 4 * assoc.MaxPeerAddrs

// findAnnounced looks for an association with one of the addresses in INIT parameters.
func (e *Endpoint) findAnnounced(p *packet, params []byte) *Handle {
	for n := 0; len(params) > 0 && n < maxInitParams; n++ {
		param, rest, err := wire.NextParam(params)
		if err != nil {
			return nil
		}
		params = rest
		if param.Type != wire.ParamIPv4 && param.Type != wire.ParamIPv6 {
			continue
		}
		if a, err := wire.ParseAddress(param); err == nil && a != p.d.Path.Remote {
			if h := e.announced(route{p.header.DstPort, p.header.SrcPort, a, 0}, p.d.Path.Local); h != nil {
				return h
			}
		}
	}
	return nil
}

// announced returns the association with an address that a peer has listed, nil if there is none. The address has to be confirmed to be the peer's:
// behind NATs many hosts have the same private addresses, and list them, and elsewhere somebody may list the address of another (see campsAt).
func (e *Endpoint) announced(r route, local netip.Addr) *Handle {
	for h := range e.all(r) {
		if h.reach.takes(local) && h.confirmed(r.peer) {
			return h
		}
	}
	return nil
}

// routeCookieEcho makes an association of a valid cookie (section 5.1.5); the numbers are those of its list.
func (e *Endpoint) routeCookieEcho(now mono.Time, p *packet) Verdict {
	c, err := e.jar.Open(now, p.first.Value) // 1, 2
	if err != nil {
		return Verdict{Reason: DropCookie}
	}
	if c.LocalPort != p.header.DstPort || c.PeerPort != p.header.SrcPort || c.LocalTag != p.header.Tag { // 3
		return Verdict{Reason: DropCookie}
	}
	if h := e.cookieOwner(c, p.d.Path.Local); h != nil {
		return Verdict{Kind: Deliver, Handle: h} // section 5.2.4 is the association's
	}
	if stale := c.Staleness(now); stale > 0 { // 4
		p.setup = true
		e.reply = assoc.AppendStaleCookie(e.reply[:0], c, stale)
		return Verdict{Kind: Reply, Reply: e.reply}
	}
	s := e.listener(p.route(), p.d.Path.Local)
	switch {
	case s == nil, e.retired.has(c.LocalTag):
		return e.abort(p, c.PeerTag, false) // sections 5.1 and 8.5.1 B: the peer's tag is known
	case s.waiting >= s.Backlog && s.RefuseWhenFull:
		return e.abort(p, c.PeerTag, false)
	case s.waiting >= s.Backlog:
		p.setup = true
		return Verdict{Reason: DropBacklog} // the peer's T1-cookie tries again
	case e.tags[c.LocalTag] != nil:
		return Verdict{Reason: DropCookie}
	case !assoc.AuthenticEcho(s.Config, c, p.all()):
		p.setup = true
		return Verdict{Reason: DropUnauthentic}
	}
	return Verdict{Kind: Created, Handle: e.create(now, s, c)} // 5
}

// cookieOwner finds the association that a cookie came of, or that it is to restart: that with its tag, at the port that its INIT came from, or with
// another of its addresses.
func (e *Endpoint) cookieOwner(c *cookie.Content, local netip.Addr) *Handle {
	if h := e.tags[c.LocalTag]; h != nil && h.Socket.Port == c.LocalPort && h.peerPort == c.PeerPort && h.reach.takes(local) {
		return h
	}
	for i, a := range c.PeerAddrs {
		r, h := route{c.LocalPort, c.PeerPort, a, c.PeerEncapPort}, (*Handle)(nil)
		if i == 0 { // the source of the INIT
			if h = e.behind(r, local); h != nil && !h.confirmed(a) {
				h = nil
			}
		} else {
			h = e.announced(r, local)
		}
		if h != nil {
			return h
		}
	}
	return nil
}

func (e *Endpoint) create(now mono.Time, s *Socket, c *cookie.Content) *Handle {
	h := &Handle{Socket: s, peerPort: c.PeerPort, waiting: true, reach: s.reach()}
	h.listen(s.Config, e.carrier)
	s.waiting++
	h.Assoc = assoc.Accept(now, s.Config, e.params(s, c.PeerPort, c.PeerEncapPort), e.identity(c.LocalTag), c)
	var space [fewRoutes]assoc.Route
	e.Update(h, c.LocalTag, h.Assoc.Routes(space[:0]))
	return h
}
