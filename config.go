package sctp

import (
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/sched"
)

// Config has the parameters of an association. The zero value is what RFC 9260 section 16 recommends; each field says which
// parameter it is and what its zero stands for.
type Config struct {
	// RTOInitial is RTO.Initial, the retransmission time-out before the first measurement: 1 s.
	RTOInitial time.Duration
	// RTOMin is RTO.Min, the smallest retransmission time-out: 1 s.
	RTOMin time.Duration
	// RTOMax is RTO.Max, the largest retransmission time-out: 60 s.
	RTOMax time.Duration
	// MaxBurst is Max.Burst, the packets that one event may release: 4.
	MaxBurst int
	// ValidCookieLife is Valid.Cookie.Life, how long a peer may take to return the cookie: 60 s.
	ValidCookieLife time.Duration
	// AssocMaxRetrans is Association.Max.Retrans, the time-outs in a row after which the peer is given up: 10.
	AssocMaxRetrans int
	// PathMaxRetrans is Path.Max.Retrans, the time-outs in a row after which an address of the peer is inactive: 5, or
	// AssocMaxRetrans on carriers where associations have one address, such as transport/dtls.
	PathMaxRetrans int
	// PFMaxRetrans is PotentiallyFailed.Max.Retrans (RFC 7829 section 3.2), the time-outs in a row that an address may
	// have before others are preferred: 0. PathMaxRetrans or more never prefers others before the address is inactive.
	PFMaxRetrans int
	// Switchover makes another address primary when the primary one has had more than PSMaxRetrans time-outs in a row
	// (Primary.Switchover.Max.Retrans, RFC 7829 section 5), so that messages do not come back to it: off. PSMaxRetrans is
	// PFMaxRetrans at least.
	Switchover   bool
	PSMaxRetrans int
	// DisableTailProbe waits for the retransmission time-out before data moves to another address. Without it, where two
	// probes would take less than that, an address that answers neither data nor a probe is left: after four round trips
	// and 400 ms.
	// On an association with one address a probe finds the loss of the last packets before the time-out does (RFC 8985 section 7).
	DisableTailProbe bool
	// CongestionControl is how much may be in flight: [CUBIC]; [BBR] and [RFC9260] are others.
	CongestionControl CongestionControl
	// DisableRACK has losses found by three reports of a gap only (RFC 9260 section 7.2.4). Without it they are also found by the
	// time since something was sent (RFC 8985), which notices the loss of what was sent again before the retransmission
	// time-out does.
	DisableRACK bool
	// DisableUndo keeps the congestion window reduced also when the peer reports that all that was sent again came twice (RFC 3708),
	// or when what a time-out gave up turns out to have been late (F-RTO, RFC 5682). Without it such a reduction is taken back.
	DisableUndo bool
	// MaxInitRetransmits is Max.Init.Retransmits, the attempts to set up: 8.
	MaxInitRetransmits int
	// HBInterval is HB.interval, the time between probes of an idle address, beside its RTO: 30 s, and 15 s in UDP, where
	// NATs have to be kept from forgetting the association. Negative sends none to
	// addresses that are confirmed.
	HBInterval time.Duration
	// LearnAddrs, in UDP, takes packets with the right verification tag for the peer's also if they come from an address that it has
	// not told: answers go there, and once it has answered a HEARTBEAT it is one of the peer's addresses. That is for peers behind
	// several NATs, or behind one whose address changes, which cannot tell: off, because whoever reads packets on the way knows the
	// tag, and could have an address of his own added. With Auth, chunks that have to be authenticated and are not teach
	// nothing. [DynamicAddresses] are the safer way, if the peer has them.
	LearnAddrs bool
	// HBMaxBurst is HB.Max.Burst, the probes in one RTO: 1.
	HBMaxBurst int
	// SACKDelay is how long an acknowledgement may be delayed (RFC 9260 section 6.2): 200 ms. Negative delays none.
	SACKDelay time.Duration
	// SACKFrequency is the packets with data that are acknowledged by one SACK (RFC 9260 section 6.2): 2.
	SACKFrequency int

	// OutStreams is the number of streams to send on that the peer is asked for: 10.
	OutStreams uint16
	// MaxInStreams is the number of streams that the peer may use: 65535.
	MaxInStreams uint16
	// RecvBuffer is the receive window in bytes, which then stays as it is. With 0 it grows: from 128 KiB to 1 MiB as it fills, and to
	// four times what is read in a round trip, at most 16 MiB.
	RecvBuffer int
	// SendBuffer bounds the bytes of messages that wait for being sent and acknowledged, and so the size of a message. With 0 messages
	// may have 1 MiB, and the buffer grows: from 32 KiB to twice what may be in flight, or four messages, at most 16 MiB. All buffers
	// of a process that grow may have grown by 256 MiB together; then they stop.
	SendBuffer int
	// PartialDeliveryPoint is the size in bytes from which on a message is handed out in parts before it is complete
	// (RFC 9260 section 6.9): half of RecvBuffer, or 512 KiB if that is 0.
	PartialDeliveryPoint int
	// FragmentInterleave is the level of fragment interleave: what may be read between the parts of a message that is
	// handed out before it is complete (RFC 6458 section 8.1.20). At 0 and 1 nothing of the association; an [Endpoint] goes
	// on with other associations, unless it is -1: then a peer that does not finish a message keeps all others from being
	// read. At 2 also messages of other streams: RcvInfo says which message a part belongs to. Only at 2 is [Interleaving]
	// offered to the peer, because with it messages alternate as a rule (RFC 8260 section 2.2.1).
	FragmentInterleave int
	// MaxSeg bounds the user data in one DATA chunk, in bytes (RFC 6458 section 8.1.16): 0 is as much as the path takes.
	MaxSeg int
	// DisableFragments refuses messages that do not fit into one packet (RFC 6458 section 8.1.11).
	DisableFragments bool
	// Nagle lets a small message wait while others are in flight (RFC 9260 section 6.1), for fewer packets.
	Nagle bool
	// MaxPMTU bounds the size of SCTP packets in bytes, common header included: 0 leaves it to the carrier.
	MaxPMTU int
	// RaiseInterval is how long the search for the path MTU rests before larger packets are tried again (PMTU_RAISE_TIMER, RFC
	// 8899 section 5.1.1): 10 min. Negative turns the search off, and with it the cure of paths on which large packets vanish.
	RaiseInterval time.Duration
	// StallTime is how long nothing that was sent may be acknowledged, although the peer answers HEARTBEATs, before [Stall] tells: 15 s.
	// Negative tells never.
	StallTime time.Duration
	// Enable and Disable change which extensions are offered to the peer: [DefaultExtensions], with those to enable,
	// without those to disable. Status.Extensions tells which are in use.
	Enable, Disable Extensions
	// Scheduler makes the scheduler of each association, which chooses whose message is sent next (RFC 8260 section 3): nil
	// stands for [FCFS], first come, first served. See [Conn.SetScheduler].
	Scheduler func() Scheduler
	// DefaultSndInfo is how [Conn.Write] sends, and [Conn.WriteMsg] and [Endpoint.Send] without an info, like
	// [Conn.SetDefaultSndInfo] (SCTP_DEFAULT_SNDINFO, RFC 6458 section 8.1.31): in order on stream 0.
	DefaultSndInfo SndInfo
	// DenyReconfig are the kinds of requests to reset or add streams that the peer gets "Denied" for an answer to (RFC 6525
	// section 5.2.1): none.
	DenyReconfig ReconfigRequests
	// AdaptationIndication, if not nil, is the code point that the peer is told (RFC 5061 section 4.2.6).
	AdaptationIndication *uint32

	// Auth, if not nil, offers the peer to authenticate chunks (RFC 4895).
	Auth *Auth
	// UnauthenticatedASCONF lets addresses be changed also with a peer that authenticates nothing, which RFC 5061 forbids
	// (section 4.1.1): who sees packets of an association can then take it over. It is for peers without AUTH in a network of friends.
	UnauthenticatedASCONF bool
	// AutoASCONF tells the peer of addresses that this host gets and loses, on associations that are bound to all of them
	// (SCTP_AUTO_ASCONF, RFC 6458 section 8.1.23): off.
	AutoASCONF bool

	// Linger bounds the shutdown that Close leaves to the background, like [Conn.SetLinger]: 60 s. Negative makes Close
	// abort, as SO_LINGER with zero seconds does (RFC 6458 section 8.1.4).
	Linger time.Duration
}

// defaultLinger is long enough for a peer on a bad path, and short enough not to hold a port for ever.
const defaultLinger = 60 * time.Second

// linger returns how long Close may shut down; zero aborts.
func (c *Config) linger() time.Duration {
	switch {
	case c.Linger == 0:
		return defaultLinger
	case c.Linger < 0:
		return 0
	}
	return c.Linger
}

// defaultStallTime is long enough for what time-outs repair by themselves: 1, 2 and 4 seconds, and what a lost probe takes.
const defaultStallTime = 15 * time.Second

// stallTime returns StallTime as the association has it: zero for never.
func (c *Config) stallTime() time.Duration {
	if c.StallTime == 0 {
		return defaultStallTime
	}
	return max(0, c.StallTime)
}

// core returns the part of c that the association itself needs.
func (c *Config) core() assoc.Config {
	var scheduler *func() sched.Scheduler
	if f := c.Scheduler; f != nil {
		scheduler = new(func() sched.Scheduler { return f() })
	}
	core := assoc.Config{
		RTOInitial:           c.RTOInitial,
		RTOMin:               c.RTOMin,
		RTOMax:               c.RTOMax,
		MaxBurst:             c.MaxBurst,
		ValidCookieLife:      c.ValidCookieLife,
		AssocMaxRetrans:      c.AssocMaxRetrans,
		PathMaxRetrans:       c.PathMaxRetrans,
		PFMaxRetrans:         c.PFMaxRetrans,
		Switchover:           c.Switchover,
		PSMaxRetrans:         c.PSMaxRetrans,
		TailProbe:            !c.DisableTailProbe,
		CongestionControl:    c.CongestionControl.core(),
		RACK:                 !c.DisableRACK,
		Undo:                 !c.DisableUndo,
		MaxInitRetransmits:   c.MaxInitRetransmits,
		HBInterval:           c.HBInterval,
		LearnAddrs:           c.LearnAddrs,
		HBMaxBurst:           c.HBMaxBurst,
		SACKDelay:            c.SACKDelay,
		SACKFrequency:        c.SACKFrequency,
		OutStreams:           c.OutStreams,
		MaxInStreams:         c.MaxInStreams,
		RecvBuffer:           c.RecvBuffer,
		SendBuffer:           c.SendBuffer,
		PartialDeliveryPoint: c.PartialDeliveryPoint,
		FragmentInterleave:   max(c.FragmentInterleave, 0),
		MaxSeg:               c.MaxSeg,
		DisableFragments:     c.DisableFragments,
		Nagle:                c.Nagle,
		MaxPMTU:              c.MaxPMTU,
		RaiseInterval:        c.RaiseInterval,
		StallTime:            c.stallTime(),
		Enable:               c.Enable.core(),
		Disable:              c.Disable.core(),
		Scheduler:            scheduler,
		DenyReconfig:         assoc.ReconfigRequests(c.DenyReconfig),
		AdaptationIndication: c.AdaptationIndication,
		Auth:                 c.Auth.core(),

		UnauthenticatedASCONF: c.UnauthenticatedASCONF,
		AutoASCONF:            c.AutoASCONF,
	}
	c.autotune(&core)
	return core.Defaults()
}
