// Package path is one destination address of a peer: how long its round trip is, how much may be in flight to it, what
// size of packet it takes, and whether it works (RFC 9260 sections 6.3, 7, 8.2, 8.3 and RFC 7829).
//
// A Path counts and decides; it sends nothing. Which chunks are in flight to it is kept by package tx, which of several
// paths to use by package assoc.
package path

import (
	"net/netip"
	"time"

	"github.com/gosctp/sctp/internal/cc"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/transport"
)

// State of a path.
type State uint8

const (
	// Unconfirmed: nobody has shown yet that the peer owns the address (RFC 9260 section 5.4).
	Unconfirmed State = iota
	// UnconfirmedInactive: unconfirmed, and probes went unanswered; probed at the heartbeat rate.
	UnconfirmedInactive
	// Active: in working order.
	Active
	// PotentiallyFailed: a time-out more than PFMaxRetrans; avoided, but not reported (RFC 7829 section 3).
	PotentiallyFailed
	// Inactive: more than Path.Max.Retrans errors (RFC 9260 section 8.2).
	Inactive
)

// Confirmed reports whether data may be sent to the path at all.
func (s State) Confirmed() bool { return s >= Active }

// Config is what a path begins with. Many paths may share one: it is not changed in place.
type Config struct {
	RTOInitial, RTOMin, RTOMax time.Duration
	// PMTU is assumed until the carrier has told. FirstHop: what that tells is what the first hop takes, and nothing of the others.
	PMTU     int
	FirstHop bool
	// CongestionControl is how the congestion window grows and shrinks.
	CongestionControl cc.Algorithm
	Params
}

// Params are the parameters of a path that can change at any time; assoc.Config explains those that it has.
type Params struct {
	PathMaxRetrans int
	PFMaxRetrans   int
	// Switchover has another path made primary when this one has more than PSMaxRetrans errors (RFC 7829 section 5).
	Switchover   bool
	PSMaxRetrans int
	// HBInterval is HB.interval. Negative turns heartbeats off, once the path is confirmed.
	HBInterval time.Duration
	// SACKDelay and SACKFrequency are for data that comes from the path. A negative delay acknowledges every packet at once.
	SACKDelay     time.Duration
	SACKFrequency int
	// FixedPMTU, if it is not 0, is the path MTU with the IP header, whatever the network says; packets may then be fragmented on their
	// way. KeptPMTU only keeps the path MTU as it is (RFC 6458 section 8.1.12, SPP_PMTUD_DISABLE).
	FixedPMTU int
	KeptPMTU  bool
	// RaiseInterval is PMTU_RAISE_TIMER (RFC 8899 section 5.1.1): after as long it is probed whether the path takes larger packets by now.
	// Negative turns probing off, and the search for black holes with it.
	RaiseInterval time.Duration
	// DSCP is the differentiated services field (RFC 2474) of packets to the path: 6 bits. FlowLabel is that of IPv6: 20 bits.
	DSCP      uint8
	FlowLabel uint32
	// Source is the address of this host that packets to the path leave from. The zero Addr leaves that to the association.
	Source netip.Addr
}

// HeaderLen is what a packet spends on the common header (RFC 9260 section 3.1).
const HeaderLen = 12

// MinPMTU is the smallest path MTU that is believed: what IPv4 requires of every host (RFC 791), less its header and those of carriers above
// it.
const MinPMTU = 576 - headerIPv4 - headerUDP - headerDTLS

// MaxPMTU is the largest packet there is: what fits into an IPv4 packet. Carriers know what their own headers take.
const MaxPMTU = 65535 - headerIPv4

// minFixedPMTU is the least that a user can make of it: what he asked for may be larger on IPv4 only.
const minFixedPMTU = 512 - headerIPv6

// Lengths of IP headers without options.
const (
	headerIPv4 = 20
	headerIPv6 = 40
	headerUDP  = 8
	// headerDTLS is room for the header of a record, its nonce, tag and padding (RFC 6347, RFC 9147).
	headerDTLS = 48
)

// Path is one destination address.
type Path struct {
	// ID is the path's number within its association, constant.
	ID int
	// Addr is where packets go and what they come from.
	Addr transport.Path
	// PortLearnt: an authentic packet came from Addr.EncapPort.
	PortLearnt bool
	// Learnt: the peer has not told of the address; packets with the right tag came from it.
	Learnt bool
	// OnePacket limits the flight to one packet after a T3-rtx expiration (RFC 9260 section 7.2.3).
	OnePacket bool
	// Probed: what is in flight was probed for, since a round trip was measured last.
	Probed bool
	state  State

	RTO RTO
	CC  cc.Controller

	// T3 is the deadline of T3-rtx, unset when nothing is in flight.
	T3 mono.Time
	// Tail is when data in flight is probed for, before T3; unset if it is not.
	Tail mono.Time
	// TailProbe is the last one of a path that is the only one.
	TailProbe TailProbe
	// Overdue is when something in flight is to be taken for lost, if it has not arrived by then; unset if nothing is in doubt.
	Overdue mono.Time
	// MinRTT is the shortest round trip, Reordering what packets may take beside it.
	MinRTT     MinRTT
	Reordering Reordering
	// HB is the heartbeat of the path.
	HB Heartbeat
	// Pacer is when data may leave.
	Pacer Pacer
	// Search is the search for the path MTU.
	Search Search
	// Retransmitted counts DATA chunks that were sent again, to this path.
	Retransmitted uint64
	// Reduction is the last time that CC reduced its window.
	Reduction Reduction
	// Doubt is whether the last reduction for a loss or a time-out was right.
	Doubt Doubt

	config *Config
	errors int
	pmtu   int
	// idleAt is when the congestion window decays for want of transmissions.
	idleAt mono.Time
}

// New returns a path in the given state, Unconfirmed or Active. It keeps c, which nobody may change any more.
func New(id int, addr transport.Path, s State, c *Config) *Path {
	p := &Path{ID: id, Addr: addr, config: c, state: s, pmtu: max(c.PMTU, MinPMTU)}
	if c.FixedPMTU > 0 {
		p.pmtu = p.fixedPMTU()
	}
	if c.FirstHop && c.RaiseInterval > 0 && !p.Fixed() {
		p.Search.unknown = true
		p.pmtu = min(p.pmtu, BasePMTU)
	}
	p.Search.ceiling = p.pmtu
	p.RTO = NewRTO(c.RTOInitial, c.RTOMin, c.RTOMax)
	p.CC = cc.New(c.CongestionControl, p.PMDCS(), addr.Remote.Is6())
	return p
}

// State of the path.
func (p *Path) State() State { return p.state }

// Errors is the error counter of RFC 9260 section 8.2.
func (p *Path) Errors() int { return p.errors }

// PMTU is the largest packet for the path, common header included.
func (p *Path) PMTU() int { return p.pmtu }

// PMDCS is what of a packet is left for DATA chunks (RFC 9260 section 1.3), a multiple of 4.
func (p *Path) PMDCS() int { return (p.pmtu - HeaderLen) &^ 3 }

// Fixed reports whether the path MTU does not follow what the network says.
func (p *Path) Fixed() bool { return p.config.FixedPMTU > 0 || p.config.KeptPMTU }

// SetPMTU takes the path MTU that the network has told, unless it is fixed, and reports whether it changed. Values below MinPMTU count as
// MinPMTU.
func (p *Path) SetPMTU(n int) bool {
	if p.Fixed() {
		return false
	}
	return p.resize(max(n, MinPMTU))
}

func (p *Path) resize(n int) bool {
	if n == p.pmtu {
		return false
	}
	p.pmtu = n
	p.CC.Resize(p.PMDCS())
	return true
}

// Params returns the parameters that can change.
func (p *Path) Params() Params { return p.config.Params }

// Source is the address that the user wants packets to leave from; the zero Addr if it is all the same to him.
func (p *Path) Source() netip.Addr { return p.config.Source }

// SACKPolicy is how data from the path is acknowledged.
func (p *Path) SACKPolicy() (delay time.Duration, frequency int) {
	return p.config.SACKDelay, p.config.SACKFrequency
}

// Labels are those of packets to the path.
func (p *Path) Labels() (dscp uint8, flow uint32) { return p.config.DSCP, p.config.FlowLabel }

// Configure changes them. What is counted or waited for already goes on, except that a fixed path MTU counts at once.
func (p *Path) Configure(c Params) {
	if c != p.config.Params {
		p.configure(func(own *Config) { own.Params = c })
	}
	if c.FixedPMTU > 0 {
		p.resize(p.fixedPMTU())
		p.Search.lowered = false
	}
	if !p.probes() {
		p.stopSearch()
	}
	if p.Search.unknown && c.RaiseInterval <= 0 {
		p.Search.unknown = false
		p.SetPMTU(p.Search.ceiling)
	}
}

// configure changes the parameters of this path only.
func (p *Path) configure(change func(*Config)) {
	own := *p.config
	change(&own)
	p.config = &own
}

// fixedPMTU is the largest packet that FixedPMTU allows.
func (p *Path) fixedPMTU() int {
	header := headerIPv4
	if p.Addr.Remote.Is6() {
		header = headerIPv6
	}
	return max(min(p.config.FixedPMTU-header, MaxPMTU), minFixedPMTU)
}

// SetRTOBounds changes RTO.Initial, RTO.Min and RTO.Max.
func (p *Path) SetRTOBounds(initial, least, most time.Duration) {
	if c := p.config; c.RTOInitial != initial || c.RTOMin != least || c.RTOMax != most {
		p.configure(func(own *Config) { own.RTOInitial, own.RTOMin, own.RTOMax = initial, least, most })
	}
	p.RTO.SetBounds(initial, least, most)
}

// DormantErrors is how many times Path.Max.Retrans the errors of an inactive path are counted: an order of magnitude, as RFC 7829 section
// 4.1 has it.
const DormantErrors = 10

// Failed counts an error: a T3-rtx expiration or a HEARTBEAT without answer. It reports whether the state changed.
func (p *Path) Failed() bool {
	before := p.state
	switch p.state {
	case UnconfirmedInactive:
		return false // RFC 9260 section 8.3: the counter stops
	case Inactive: // and here later, so that of inactive paths the one that failed least is known (RFC 7829 section 4.1 item 3)
		p.errors = min(p.errors+1, max(p.errors, DormantErrors*p.config.PathMaxRetrans))
		return false
	case Unconfirmed, Active, PotentiallyFailed:
	}
	p.errors++
	switch {
	case p.errors > p.config.PathMaxRetrans && p.state == Unconfirmed:
		p.state = UnconfirmedInactive
	case p.errors > p.config.PathMaxRetrans:
		p.state = Inactive
	case p.errors > p.config.PFMaxRetrans && p.state == Active:
		p.state = PotentiallyFailed
	}
	return p.state != before
}

// Refused counts as many errors as make the path inactive: there is somebody else at the address. It reports whether the state changed.
func (p *Path) Refused() bool {
	before := p.state
	p.errors = max(p.errors, p.config.PathMaxRetrans+1)
	if p.state.Confirmed() {
		p.state = Inactive
	} else {
		p.state = UnconfirmedInactive
	}
	return p.state != before
}

// Outlived reports whether the path, being the primary one, should be so no longer.
func (p *Path) Outlived() bool { return p.config.Switchover && p.errors > p.config.PSMaxRetrans }

// Answered clears the errors after an acknowledgement that the path certainly or probably carried; confirm says that it was
// an authentic HEARTBEAT ACK. It reports whether the state changed. Only a HEARTBEAT ACK confirms a path (RFC 9260 section 5.4).
func (p *Path) Answered(confirm bool) bool {
	before := p.state
	if !p.state.Confirmed() && !confirm {
		return false
	}
	p.errors = 0
	p.state = Active
	return p.state != before
}

// Sent notes that DATA was sent, which puts off the decay of the congestion window.
func (p *Path) Sent(now mono.Time) { p.idleAt = now.Add(p.RTO.Current()) }

// Decay applies the decay of RFC 9260 section 7.2.1 for every RTO that passed without a transmission. It is called before data is
// sent, so an idle path needs no timer.
func (p *Path) Decay(now mono.Time) {
	// A window is at its floor after a few steps; the rest of a long silence changes nothing.
	const steps = 32
	for i := 0; i < steps && p.idleAt.Reached(now); i++ {
		p.CC.Idle()
		p.idleAt = p.idleAt.Add(p.RTO.Current())
	}
}

// Restart returns the path to the state of a new one, keeping address and path MTU (RFC 9260 section 5.2.4 action A).
func (p *Path) Restart(s State) {
	addr, id, pmtu, search := p.Addr, p.ID, p.pmtu, p.Search
	if p.config.PMTU != pmtu {
		p.configure(func(own *Config) { own.PMTU = pmtu })
	}
	*p = *New(id, addr, s, p.config)
	p.resize(pmtu)
	p.Search = Search{ceiling: search.ceiling, lowered: search.lowered, unknown: search.unknown || search.lowered}
}
