package ladder

import (
	"net/netip"
	"slices"

	"github.com/gosctp/sctp/internal/wire"
)

// maxSites and maxTags bound what a capture, which anybody may have made, can make a topology remember. Beyond them every
// new address counts as one more of the last endpoint.
const (
	maxSites = 1 << 16
	maxTags  = 1 << 16
)

// site is a transport address: what tells endpoints apart before anything else is known.
type site struct {
	addr netip.Addr
	port uint16
	// udp is the UDP port where address and SCTP port are the same at both ends, as between two processes of one host.
	udp uint16
}

// endpoint is a column of the diagram.
type endpoint struct {
	port uint16
	// addrs are those that packets were seen at: unused ones get no line.
	addrs []netip.Addr
}

// place is a line of the diagram.
type place struct{ endpoint, lane int }

// route is where a packet goes from and to.
type route struct{ src, dst place }

// tagKey identifies one direction of an association, whatever addresses it uses.
type tagKey struct {
	srcPort, dstPort uint16
	tag              uint32
}

// pair is the two endpoints of one direction.
type pair struct{ src, dst int }

// topology knows which transport addresses make an endpoint. The zero value knows nothing.
type topology struct {
	endpoints []*endpoint
	sites     map[site]int
	tags      map[tagKey]pair
}

// route returns the way of p, and learns from it.
func (t *topology) route(p Packet) route {
	h, err := wire.ParseHeader(p.Data)
	if err != nil {
		h.SrcPort, h.DstPort = t.portAt(p.Src), t.portAt(p.Dst)
	}
	src, dst := sites(p, h)
	ends, known := t.tags[tagKey{h.SrcPort, h.DstPort, h.Tag}]
	if known && h.Tag != 0 {
		t.remember(src, ends.src)
		t.remember(dst, ends.dst)
	} else {
		ends = pair{t.endpoint(src), t.endpoint(dst)}
		t.learnTag(tagKey{h.SrcPort, h.DstPort, h.Tag}, ends)
	}
	if err == nil {
		t.learnInit(p, h, ends)
	}
	return route{t.place(ends.src, p.Src), t.place(ends.dst, p.Dst)}
}

// portAt guesses the port of a packet too short to tell: that of an endpoint seen at its address.
func (t *topology) portAt(addr netip.Addr) uint16 {
	for _, e := range t.endpoints {
		if slices.Contains(e.addrs, addr) {
			return e.port
		}
	}
	return 0
}

// sites returns both transport addresses of p.
func sites(p Packet, h wire.Header) (src, dst site) {
	src, dst = site{addr: p.Src, port: h.SrcPort}, site{addr: p.Dst, port: h.DstPort}
	if src == dst {
		src.udp, dst.udp = p.SrcUDP, p.DstUDP
	}
	return src, dst
}

// declare makes s an address of the endpoint at first, and draws a line for it.
func (t *topology) declare(s, first site) {
	i := t.endpoint(first)
	t.remember(s, i)
	t.place(i, s.addr)
}

// endpoint returns the index of the endpoint at s, a new one if none is known.
func (t *topology) endpoint(s site) int {
	if i, ok := t.sites[s]; ok {
		return i
	}
	if len(t.sites) >= maxSites {
		return len(t.endpoints) - 1
	}
	t.endpoints = append(t.endpoints, &endpoint{port: s.port})
	i := len(t.endpoints) - 1
	t.remember(s, i)
	return i
}

func (t *topology) remember(s site, endpoint int) {
	if t.sites == nil {
		t.sites = make(map[site]int)
	}
	if _, ok := t.sites[s]; !ok && len(t.sites) < maxSites {
		t.sites[s] = endpoint
	}
}

func (t *topology) learnTag(k tagKey, ends pair) {
	if t.tags == nil {
		t.tags = make(map[tagKey]pair)
	}
	if k.tag != 0 && len(t.tags) < maxTags {
		t.tags[k] = ends
	}
}

// learnInit takes from an INIT or INIT ACK what will identify later packets: the tag that the peer will use, and the
// sender's other addresses (RFC 9260 sections 3.3.2.1.1 and 3.3.2.1.2).
func (t *topology) learnInit(p Packet, h wire.Header, ends pair) {
	c, _, err := wire.NextChunk(p.Data[wire.HeaderLen:])
	if err != nil || (c.Type != wire.ChunkInit && c.Type != wire.ChunkInitAck) {
		return
	}
	init, err := wire.ParseInit(c)
	if err != nil {
		return
	}
	t.learnTag(tagKey{h.DstPort, h.SrcPort, init.Tag}, pair{ends.dst, ends.src})
	for rest := init.Params; len(rest) > 0; {
		param, next, err := wire.NextParam(rest)
		if err != nil {
			return
		}
		rest = next
		if param.Type != wire.ParamIPv4 && param.Type != wire.ParamIPv6 {
			continue
		}
		if a, err := wire.ParseAddress(param); err == nil {
			t.remember(site{addr: a, port: h.SrcPort}, ends.src)
		}
	}
}

// place returns the line of addr at an endpoint, adding it if it is new and there is room.
func (t *topology) place(i int, addr netip.Addr) place {
	e := t.endpoints[i]
	for lane, a := range e.addrs {
		if a == addr {
			return place{i, lane}
		}
	}
	if len(e.addrs) < maxLanes {
		e.addrs = append(e.addrs, addr)
	}
	return place{i, len(e.addrs) - 1}
}
