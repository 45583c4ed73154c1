package assoc

import (
	"net/netip"
	"time"

	"github.com/gosctp/sctp/internal/auth"
	"github.com/gosctp/sctp/internal/cc"
	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/sched"
)

// Config has the parameters of an association. Defaults fills in the RFC's recommendation for every zero field; limits on
// what a peer can make grow are named in limits.go.
type Config struct {
	// RTO.Initial, RTO.Min, RTO.Max (RFC 9260 section 16): 1 s, 1 s, 60 s.
	RTOInitial, RTOMin, RTOMax time.Duration
	// MaxBurst is Max.Burst, in packets per opportunity to send: 4.
	MaxBurst int
	// CongestionControl is how congestion windows grow and shrink: as RFC 9260 section 7.2 has it.
	CongestionControl cc.Algorithm
	// ValidCookieLife is Valid.Cookie.Life: 60 s.
	ValidCookieLife time.Duration
	// AssocMaxRetrans is Association.Max.Retrans: 10.
	AssocMaxRetrans int
	// PathMaxRetrans is Path.Max.Retrans: 5.
	PathMaxRetrans int
	// PFMaxRetrans is PotentiallyFailed.Max.Retrans (RFC 7829 section 3.2): 0, so that a path is avoided from the first time-out on.
	// A value of PathMaxRetrans or more turns the state off.
	PFMaxRetrans int
	// Switchover makes another path primary when the primary one has more than PSMaxRetrans errors, Primary.Switchover.Max.Retrans (RFC
	// 7829 section 5), so that data does not come back to it: off. The threshold is to be PFMaxRetrans at least.
	Switchover   bool
	PSMaxRetrans int
	// TailProbe notices a path that carries nothing any more before T3-rtx does, if there is another one, and else that the end of a flight was
	// lost: off.
	TailProbe bool
	// RACK finds losses by time as well (RFC 8985): off.
	RACK bool
	// Undo finds out, by the peer's reports of duplicates (RFC 3708) and by F-RTO (RFC 5682), that what was sent again had not been lost, and
	// takes the reduction of the window back: off.
	Undo bool
	// MaxInitRetransmits is Max.Init.Retransmits: 8.
	MaxInitRetransmits int
	// MaxInitTimeout is the longest time to the next INIT or COOKIE ECHO (RFC 6458 section 8.1.3): RTOMax.
	MaxInitTimeout time.Duration
	// HBInterval is HB.interval: 30 s, in UDP EncapHBInterval. Negative turns heartbeats off on confirmed paths.
	HBInterval time.Duration
	// HBMaxBurst is HB.Max.Burst, in heartbeats per RTO: 1.
	HBMaxBurst int
	// LearnAddrs takes packets with the right tag, in UDP, for the peer's also if they come from an address that is none of its own yet: off.
	LearnAddrs bool
	// SACKDelay is SACK.Delay: 200 ms. Negative acknowledges every packet at once.
	SACKDelay time.Duration
	// SACKFrequency is the number of packets with DATA that are answered by one SACK (RFC 9260 section 6.2): 2.
	SACKFrequency int

	// OutStreams is the number of outbound streams to ask for: 10, as RFC 6458 section 8.1.3 suggests through its default.
	OutStreams uint16
	// MaxInStreams is the number of inbound streams to allow: 65535.
	MaxInStreams uint16
	// RecvBuffer is the receive window in bytes: 1 MiB.
	RecvBuffer int
	// MaxRecvBuffer is what RecvBuffer may grow to while the user reads as fast as the peer sends: RecvBuffer, so that it does not.
	MaxRecvBuffer int
	// FillRecvBuffer is what it may grow to as it fills, before the user has read anything: RecvBuffer.
	FillRecvBuffer int
	// SendBuffer bounds the bytes of user messages held for sending and retransmission: 1 MiB.
	SendBuffer int
	// MaxSendBuffer is what SendBuffer may grow to while the user writes faster than the network takes it: SendBuffer, so that it does not.
	MaxSendBuffer int
	// MaxMessage bounds the size of a message: SendBuffer. A larger one than SendBuffer is taken when no other is held.
	MaxMessage int
	// Memory is what buffers may grow from: nil, as much as they want.
	Memory Memory
	// PartialDeliveryPoint is the size in bytes from which an incomplete message is handed out in parts (RFC 9260 section
	// 6.9): half of RecvBuffer.
	PartialDeliveryPoint int
	// FragmentInterleave says what may come between the parts of a message that is handed out before it is complete (RFC 6458 section
	// 8.1.20): 0 and 1, nothing of the association; 2, messages of other streams. Interleaving is offered at level 2 only: the user has
	// to know that messages alternate (RFC 8260 section 2.2.1).
	FragmentInterleave int
	// MaxSeg bounds the user data of one DATA chunk in bytes: 0, as much as the path MTU allows.
	MaxSeg int
	// DisableFragments refuses messages that do not fit into one packet (RFC 6458 section 8.1.11).
	DisableFragments bool
	// Nagle holds a small message back while data is in flight (RFC 9260 section 6.1): off.
	Nagle bool

	// Enable and Disable change which extensions are offered: DefaultExtensions, with those to enable, without those to disable.
	Enable, Disable Extensions
	// DenyReconfig are requests of the peer that are answered with "Denied" (RFC 6525 section 5.2.1).
	DenyReconfig ReconfigRequests

	// Auth, if not nil, offers to authenticate chunks (RFC 4895).
	Auth *auth.Config
	// UnauthenticatedASCONF lets addresses be changed also with a peer that authenticates nothing, which RFC 5061 forbids (section 4.1.1): who
	// sees packets of an association, or guesses its tag, can then take it over.
	UnauthenticatedASCONF bool
	// AutoASCONF tells the peer of addresses that the host gets or loses, on associations that are bound to all of them (RFC 6458 section
	// 8.1.23): off.
	AutoASCONF bool

	// Scheduler makes what chooses the stream that sends next (RFC 8260 section 3): nil, first come, first served. (Functions cannot be compared,
	// as shared parameters are.)
	Scheduler *func() sched.Scheduler

	// AdaptationIndication, if not nil, is announced in the handshake (RFC 5061 section 4.2.6).
	AdaptationIndication *uint32
	// FixedPMTU is the path MTU with the IP header, whatever the network says: 0, it is found out. KeptPMTU keeps what was known first.
	FixedPMTU int
	KeptPMTU  bool
	// RaiseInterval is PMTU_RAISE_TIMER (RFC 8899 section 5.1.1): 10 min. Negative turns the search for the path MTU off.
	RaiseInterval time.Duration
	// DSCP is the differentiated services field of packets (RFC 2474), FlowLabel that of IPv6 packets: 0.
	DSCP      uint8
	FlowLabel uint32
	// AutoClose shuts the association down when no data was sent or received for as long (RFC 6458 section 8.1.8): 0, never.
	AutoClose time.Duration
	// InitStagger is the time after which the first INIT goes to the next address of the peer, too, and so on once round: 0, each waits for T1-init.
	InitStagger time.Duration
	// ScopePolicy says which addresses are announced and believed.
	ScopePolicy ScopePolicy
	// StallTime is how long nothing that was sent may be acknowledged, while HEARTBEATs are answered, before the user is told: 0, for ever.
	StallTime time.Duration
	// MaxPMTU bounds the size of packets, common header included; 0 leaves it to the carrier.
	MaxPMTU int

	// path is what of all this concerns paths: For makes it, and they share it.
	path path.Config
}

// Params is what Connect and a valid cookie fix for an association beside its Config.
type Params struct {
	LocalPort, PeerPort uint16
	// PeerEncapPort is the UDP port to send to, on carriers that have one (RFC 6951 section 5.1); 0 is the carrier's default.
	PeerEncapPort uint16
	// LocalAddrs are the bound addresses, or all of the host's if Wildcard is set: those that may be announced to the peer.
	Wildcard   bool
	LocalAddrs []netip.Addr
	// Host are all of the host's addresses that the association could use: HostChanged tells when they are others. They are not changed in place.
	Host []netip.Addr
	// PeerAddrs are where to start, the primary one first.
	PeerAddrs []netip.Addr
	Carrier   Carrier
}

// announcedRwnd is the window that the handshake announces.
func (c *Config) announcedRwnd() uint32 { return uint32(max(c.RecvBuffer, minRwnd)) }

// pathParams are those of new paths.
func (c *Config) pathParams() PathParams {
	return PathParams{
		PathMaxRetrans: c.PathMaxRetrans, PFMaxRetrans: c.PFMaxRetrans, HBInterval: c.HBInterval,
		Switchover: c.Switchover, PSMaxRetrans: c.PSMaxRetrans,
		SACKDelay: c.SACKDelay, SACKFrequency: c.SACKFrequency, FixedPMTU: c.FixedPMTU, KeptPMTU: c.KeptPMTU,
		RaiseInterval: c.RaiseInterval, DSCP: c.DSCP, FlowLabel: c.FlowLabel,
	}
}

// defaultHBInterval is HB.interval unless the user says otherwise (RFC 9260 section 16), and EncapHBInterval that in UDP: HEARTBEATs, answers and
// jitter included, a NAT sees something in both directions every 18 s at an RTO of 2 s. Many forget a port after 30 s (RFC 4787 section 4.3 has
// them wait for 2 min); the draft that is to follow RFC 6951 recommends the same.
const (
	defaultHBInterval = 30 * time.Second
	EncapHBInterval   = 15 * time.Second
)

// keepAlive fills in HBInterval.
func (c *Config) keepAlive(over Carrier) {
	if over.Encapsulated {
		def(&c.HBInterval, EncapHBInterval)
	}
	def(&c.HBInterval, defaultHBInterval)
}

// SetPathParams changes them.
func (c *Config) SetPathParams(p PathParams) {
	c.PathMaxRetrans, c.PFMaxRetrans, c.HBInterval = p.PathMaxRetrans, p.PFMaxRetrans, p.HBInterval
	c.SACKDelay, c.SACKFrequency, c.FixedPMTU, c.KeptPMTU = p.SACKDelay, p.SACKFrequency, p.FixedPMTU, p.KeptPMTU
	c.RaiseInterval, c.DSCP, c.FlowLabel = p.RaiseInterval, p.DSCP, p.FlowLabel
	c.Switchover, c.PSMaxRetrans = p.Switchover, p.PSMaxRetrans
}

// Defaults returns c with every zero field set to its default.
func (c Config) Defaults() Config {
	def(&c.RTOInitial, time.Second)
	def(&c.RTOMin, time.Second)
	def(&c.RTOMax, 60*time.Second)
	def(&c.MaxBurst, 4)
	def(&c.ValidCookieLife, 60*time.Second)
	def(&c.AssocMaxRetrans, 10)
	def(&c.PathMaxRetrans, 5)
	def(&c.MaxInitRetransmits, 8)
	def(&c.MaxInitTimeout, c.RTOMax)
	def(&c.HBMaxBurst, 1)
	def(&c.SACKDelay, 200*time.Millisecond)
	def(&c.SACKFrequency, 2)
	def(&c.RaiseInterval, 10*time.Minute)
	def(&c.OutStreams, 10)
	def(&c.MaxInStreams, 65535)
	def(&c.RecvBuffer, 1<<20)
	def(&c.MaxRecvBuffer, c.RecvBuffer)
	def(&c.FillRecvBuffer, c.RecvBuffer)
	def(&c.SendBuffer, 1<<20)
	def(&c.MaxSendBuffer, c.SendBuffer)
	def(&c.MaxMessage, c.SendBuffer)
	def[Memory](&c.Memory, ample{})
	def(&c.PartialDeliveryPoint, c.RecvBuffer/2)
	return c
}

// completed returns c, if nothing is missing in it for an association over a carrier, so that many can share it, or else a copy to which nothing is.
func (c *Config) completed(over Carrier) *Config {
	full := c.For(over)
	if full == *c {
		return c
	}
	own := full // in memory of its own only here
	return &own
}

// For is Defaults for associations over a carrier: those share it in place of copying it.
func (c Config) For(over Carrier) Config {
	c = c.Defaults()
	c.keepAlive(over)
	c.path = path.Config{
		RTOInitial: c.RTOInitial, RTOMin: c.RTOMin, RTOMax: c.RTOMax,
		PMTU: c.limitPMTU(defaultPMTU), FirstHop: over.FirstHopMTU, CongestionControl: c.CongestionControl,
		Params: c.pathParams(),
	}
	return c
}

func def[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
