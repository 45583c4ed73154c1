package sockets

import (
	"maps"
	"math"
	"net/netip"
	"time"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/engine"
)

// params are the times, limits and sizes of an association, or of those to come, in the units of the socket API. They are never changed, but
// replaced: an association has its own from its beginning on.
type params struct {
	rto        linux.RTOInfo
	maxRetrans uint16
	cookieLife uint32
	maxBurst   uint32
	maxSeg     uint32
	autoClose  uint32 // in seconds
	// exposure says whether programs hear of potentially failed addresses (RFC 7829 section 7.3).
	exposure uint32
	// path is what addresses of the peer begin with. paths are those of which one was changed by itself.
	path  pathParams
	paths map[netip.Addr]pathParams
	// ticking: times are those of an association, which Linux counts in ticks of its clock.
	ticking bool
}

// pathParams are those of one address of the peer.
type pathParams struct {
	heartbeat     uint32
	maxRetrans    uint16
	pf, ps        uint16 // thresholds of RFC 7829
	mtu           uint32 // with the IP header; what counts while SPP_PMTUD_DISABLE is set
	sackDelay     uint32
	sackFrequency uint32
	flags         linux.PaddrFlags
	flowLabel     uint32
	dscp          uint8
	encapPort     uint16
	probeInterval uint32
}

// newParams are those of a new socket.
func newParams(s *linux.Sysctls) *params {
	return &params{
		rto:        linux.RTOInfo{Initial: uint32(s.RTOInitial), Max: uint32(s.RTOMax), Min: uint32(s.RTOMin)},
		maxRetrans: uint16(min(s.AssociationMaxRetrans, math.MaxUint16)),
		cookieLife: uint32(s.ValidCookieLife),
		maxBurst:   uint32(s.MaxBurst),
		exposure:   uint32(s.PFExpose),
		path: pathParams{
			heartbeat: uint32(s.HeartbeatInterval), maxRetrans: uint16(min(s.PathMaxRetrans, math.MaxUint16)),
			pf: uint16(s.PFRetrans), ps: uint16(s.PSRetrans),
			sackDelay: uint32(s.SackTimeout), sackFrequency: sackFrequency,
			flags:     linux.SPP_HB_ENABLE | linux.SPP_PMTUD_ENABLE | linux.SPP_SACKDELAY_ENABLE,
			encapPort: uint16(s.EncapPort), probeInterval: uint32(s.ProbeInterval),
		},
	}
}

// tick is the unit in which Linux counts the times of an association, with the 250 ticks per second of most kernels.
const tick = 4 // ms

// forever is how Linux shows a time that has more bits than it counts.
const forever = math.MaxUint32 &^ 7

// inTicks rounds a time in milliseconds as Linux does.
func inTicks(ms uint32) uint32 {
	if ms > math.MaxInt32 {
		return forever
	}
	return (ms + tick - 1) / tick * tick
}

// time is how the params keep a time.
func (p *params) time(ms uint32) uint32 {
	if p.ticking {
		return inTicks(ms)
	}
	return ms
}

// forAssociation are the params of an association that begins with p.
func (p *params) forAssociation() *params {
	a := *p
	a.ticking = true
	for _, t := range []*uint32{&a.rto.Initial, &a.rto.Max, &a.rto.Min, &a.path.heartbeat, &a.path.sackDelay, &a.path.probeInterval} {
		*t = inTicks(*t)
	}
	return &a
}

// at are the params of one address of the peer. A flow label is for IPv6 only.
func (p *params) at(remote netip.Addr) pathParams {
	c, ok := p.paths[remote]
	if !ok {
		c = p.path
	}
	if remote.Is4() {
		c.flowLabel, c.flags = 0, c.flags&^linux.SPP_IPV6_FLOWLABEL
	}
	return c
}

// changePaths changes one address of the peer, or if it is not valid, all of them and what is yet to come.
func (p *params) changePaths(remote netip.Addr, change func(*pathParams)) {
	if remote.IsValid() {
		c := p.at(remote)
		change(&c)
		paths := maps.Clone(p.paths)
		if paths == nil {
			paths = make(map[netip.Addr]pathParams)
		}
		paths[remote] = c
		p.paths = paths
		return
	}
	change(&p.path)
	p.paths = maps.Clone(p.paths)
	for addr, c := range p.paths {
		change(&c)
		p.paths[addr] = c
	}
}

// paramsOf are those of an association, or of those to come. s.mu is held.
func (s *Socket) paramsOf(a *engine.Assoc) *params {
	if a != nil {
		if sub, ok := a.Filter().(*subscriber); ok {
			return sub.params.Load()
		}
	}
	return s.params.Load()
}

// change changes the params of an association, or of those to come. s.mu is held.
func (s *Socket) change(a *engine.Assoc, change func(*params)) {
	p := *s.paramsOf(a)
	change(&p)
	if a == nil {
		s.params.Store(&p)
		s.reconfigure()
		return
	}
	if sub, ok := a.Filter().(*subscriber); ok {
		sub.params.Store(&p)
	}
	a.Tune(func(t *assoc.Tunable) { s.stack.tune(t, &p) })
	a.TunePaths(func(remote netip.Addr, c *assoc.PathParams) {
		own := p.at(remote)
		*c = s.stack.pathParams(&own)
	})
}

// tune translates params for the core.
func (st *Stack) tune(t *assoc.Tunable, p *params) {
	t.RTOInitial, t.RTOMin, t.RTOMax = milliseconds(p.rto.Initial), milliseconds(p.rto.Min), milliseconds(p.rto.Max)
	t.AssocMaxRetrans = int(p.maxRetrans)
	t.ValidCookieLife = milliseconds(p.cookieLife)
	t.MaxBurst = unlimited
	if p.maxBurst > 0 {
		t.MaxBurst = int(min(p.maxBurst, unlimited))
	}
	t.MaxSeg = int(p.maxSeg &^ 3)
	t.PathParams = st.pathParams(&p.path)
}

// unlimited is the most packets in a burst.
const unlimited = 1 << 20

// pathParams translates those of one address for the core.
func (st *Stack) pathParams(p *pathParams) assoc.PathParams {
	c := assoc.PathParams{
		PathMaxRetrans: int(p.maxRetrans), PFMaxRetrans: int(p.pf),
		HBInterval: max(milliseconds(p.heartbeat), 1), // 0 would be the default
		Switchover: p.ps != noSwitchover, PSMaxRetrans: int(p.ps),
		SACKDelay: max(milliseconds(p.sackDelay), 1), SACKFrequency: int(p.sackFrequency),
		DSCP: p.dscp >> dscpShift, FlowLabel: p.flowLabel,
	}
	if st.encapsulated() && c.HBInterval == milliseconds(inTicks(uint32(st.sysctls().HeartbeatInterval))) {
		c.HBInterval = min(c.HBInterval, assoc.EncapHBInterval) // as long as the program is content with the default
	}
	if st.sysctls().PFEnable == 0 {
		c.PFMaxRetrans = c.PathMaxRetrans
	}
	if p.flags&linux.SPP_HB_ENABLE == 0 {
		c.HBInterval = -c.HBInterval
	}
	if p.flags&linux.SPP_SACKDELAY_ENABLE == 0 {
		c.SACKDelay = -c.SACKDelay
	}
	c.RaiseInterval = -1
	if p.probeInterval != 0 {
		c.RaiseInterval = raiseFactor * milliseconds(p.probeInterval)
	}
	if p.flags&linux.SPP_PMTUD_DISABLE != 0 {
		c.KeptPMTU = p.mtu == 0
		c.FixedPMTU = max(0, int(p.mtu)-st.encapsulation())
	}
	return c
}

// noSwitchover is the threshold of Linux for leaving the primary path as it is (RFC 7829 section 7.2).
const noSwitchover = math.MaxUint16

// raiseFactor times the interval of probes is, on Linux, how long a search that has ended rests.
const raiseFactor = 30

// dscpShift is where the field begins in spp_dscp, which has the room of the ECN field below it.
const dscpShift = 2

// encapsulation is what a packet spends between IP and SCTP.
func (st *Stack) encapsulation() int {
	if !st.encapsulated() {
		return 0
	}
	return sizeofUDP
}

// encapsulated reports whether SCTP goes in UDP.
func (st *Stack) encapsulated() bool { return st.engine.Carrier().Caps().Encapsulated }

// sizeofUDP is the length of a UDP header.
const sizeofUDP = 8

// configure is tune for associations to come.
func (st *Stack) configure(c *assoc.Config, p *params) {
	var t assoc.Tunable
	p = p.forAssociation()
	st.tune(&t, p)
	c.RTOInitial, c.RTOMin, c.RTOMax = t.RTOInitial, t.RTOMin, t.RTOMax
	c.AssocMaxRetrans, c.ValidCookieLife, c.MaxBurst, c.MaxSeg = t.AssocMaxRetrans, t.ValidCookieLife, t.MaxBurst, t.MaxSeg
	c.SetPathParams(t.PathParams)
	c.AutoClose = time.Duration(p.autoClose) * time.Second
}
