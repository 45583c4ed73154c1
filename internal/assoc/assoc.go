package assoc

import (
	"net/netip"

	"github.com/gosctp/sctp/internal/cc"
	"github.com/gosctp/sctp/internal/cookie"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/rx"
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/tx"
	"github.com/gosctp/sctp/transport"
)

// State of an association (RFC 9260 section 4).
type State uint8

const (
	StateClosed State = iota
	StateCookieWait
	StateCookieEchoed
	StateEstablished
	StateShutdownPending
	StateShutdownSent
	StateShutdownReceived
	StateShutdownAckSent
)

var stateNames = [...]string{"CLOSED", "COOKIE-WAIT", "COOKIE-ECHOED", "ESTABLISHED", "SHUTDOWN-PENDING", "SHUTDOWN-SENT",
	"SHUTDOWN-RECEIVED", "SHUTDOWN-ACK-SENT"}

func (s State) String() string { return stateNames[s] }

// Identity is what makes an association unpredictable to others. All of it is random, given by the endpoint.
type Identity struct {
	// Tag is the local verification tag, not zero.
	Tag uint32
	// Seed is for the Initial TSN, nonces, tie-tags and jitter.
	Seed [32]byte
	// Secret is the cookie secret that all associations of an endpoint share.
	Secret *[32]byte
}

// Association is one SCTP association.
type Association struct {
	// cfg may be that of other associations too: see configure.
	cfg    *Config
	params Params
	rand   entropy
	// secret seals cookies.
	secret *[32]byte
	// echoed is the cookie that made the association, until its packet comes.
	echoed *cookie.Content

	state State
	// begun: it has left CLOSED once, to which it comes back for good. After Accept it begins when the cookie is echoed.
	begun bool
	// over: it has ended, so that what still arrives is nobody's. released: buffers grow no more.
	over, released bool
	// strange: the host has other addresses than the peer knows.
	strange bool
	// probeWanted: a path wants a probe of its MTU sent. bulky: more was queued than a packet of path.BasePMTU surely takes.
	probeWanted, bulky bool

	localTag, peerTag       uint32
	localTieTag, peerTieTag uint32 // zero until an INIT asks for them (RFC 9260 section 5.2.2)
	initialTSN              seq.TSN
	peerInitialTSN          seq.TSN
	outStreams, inStreams   uint16
	extensions              Extensions // in use; known from the peer's INIT or INIT ACK on

	adaptation adaptation // the peer's, from when extensions are known

	paths   []*path.Path
	primary *path.Path
	// peak had the largest RTO when TakePeakRTO was called last.
	peak *path.Path
	// gone are those of the bound addresses, and of those that the user wants as sources, that the host has lost.
	gone []netip.Addr
	// left are addresses of the host that the peer was asked to forget, on an association bound to all of them.
	left []netip.Addr
	// idleSince is when data was sent or received last, for AutoClose.
	idleSince mono.Time

	watchdog watchdog

	// errors is the association's error counter (section 8.1).
	errors int

	// opening exists in COOKIE-WAIT and COOKIE-ECHOED only, closing in the SHUTDOWN states only.
	opening *opening
	closing *closing

	send    sender
	receive receiver
	control control
	// reconfig is there once streams or TSNs were asked to be reset, or streams to be added, by either side.
	reconfig *reconfiguration
	// addressing is there once addresses were asked to be changed, by either side.
	addressing *addressing
	// auth is there if this side offers, or the cookie says, that chunks are authenticated.
	auth   *authenticator
	events eventQueue
	stats  Traffic
	// happened are the incidents, nil if there was none.
	happened *Incidents
}

// adaptation is an Adaptation Code Point, if there is one (RFC 5061 section 4.2.6).
type adaptation struct {
	code  uint32
	known bool
}

// Connect begins an association: the first packet is an INIT (RFC 9260 section 5.1 A). It keeps cfg, which nobody may change any more.
func Connect(now mono.Time, cfg *Config, p Params, id Identity) *Association {
	a := newAssociation(cfg, p, id)
	a.initialTSN = seq.TSN(a.rand.Uint32())
	a.outStreams = a.cfg.OutStreams
	if a.auth != nil {
		a.auth.own = a.newVector()
	}
	for _, addr := range p.PeerAddrs {
		a.addPath(addr, path.Active) // section 5.4 rule 1
	}
	a.params.PeerAddrs = nil // the paths have them
	a.primary = a.paths[0]
	a.send.start(a.initialTSN)
	a.open(now)
	return a
}

// Accept makes an association from a cookie that the endpoint has opened. It is CLOSED until the packet with the COOKIE ECHO is
// delivered to it. It keeps cfg, which nobody may change any more.
func Accept(now mono.Time, cfg *Config, p Params, id Identity, c *cookie.Content) *Association {
	a := newAssociation(cfg, p, id)
	a.localTag = c.LocalTag
	a.adopt(now, c)
	a.echoed = c
	return a
}

func newAssociation(cfg *Config, p Params, id Identity) *Association {
	cfg = cfg.completed(p.Carrier)
	a := &Association{
		cfg:      cfg,
		params:   p,
		rand:     newEntropy(id.Seed),
		secret:   id.Secret,
		localTag: id.Tag,
		send:     sender{queue: tx.NewQueue(), buffer: cfg.SendBuffer},
	}
	if cfg.Auth != nil {
		a.beginAuth(cfg.Auth)
	}
	if cfg.Scheduler != nil {
		a.SetScheduler((*cfg.Scheduler)())
	}
	if a.cfg.CongestionControl == cc.BBRv3 {
		a.send.losses = new(tx.Losses)
	}
	return a
}

// adopt takes over what a cookie says.
func (a *Association) adopt(now mono.Time, c *cookie.Content) {
	a.peerTag = c.PeerTag
	a.localTieTag, a.peerTieTag = 0, 0
	a.initialTSN = c.LocalTSN
	a.outStreams = c.OutStreams
	a.params.PeerEncapPort = c.PeerEncapPort
	a.paths = a.paths[:0]
	for i, addr := range c.PeerAddrs {
		s := path.Unconfirmed
		if i == 0 {
			s = path.Active // section 5.4 rule 2: where the INIT ACK went
		}
		a.addPath(addr, s)
	}
	a.primary = a.paths[0]
	a.learnSource(a.primary, transport.Path{Local: c.LocalAddr})
	a.learnPort(a.primary, c.PeerEncapPort)
	a.send.start(c.LocalTSN)
	a.useExtensions(Extensions(c.Extensions))
	a.agree(c.LocalAuth, c.PeerAuth)
	a.peerIs(c.PeerTSN, c.PeerRwnd, c.InStreams)
}

// peerIs sets what INIT or INIT ACK of the peer announced.
func (a *Association) peerIs(initial seq.TSN, rwnd uint32, inStreams uint16) {
	a.peerInitialTSN = initial
	a.send.peerRwnd = int(rwnd)
	a.inStreams = inStreams
	a.receive.tsns = rx.NewTSNMap(initial)
	if a.receive.inbound != nil { // what was received whole stays readable
		a.beginInbound()
	}
	a.receive.ack, a.receive.echo, a.receive.drops = acker{}, ecnNote{}, dropReports{}
	if grown := a.receive.window - a.cfg.RecvBuffer; grown > 0 {
		a.cfg.Memory.Give(grown)
	}
	a.setWindow(a.cfg.RecvBuffer)
	a.receive.advertised = a.cfg.RecvBuffer
	if g := a.receive.growth; g != nil {
		*g = growth{}
	}
}

// Config are the parameters as they are now. They are not changed in place: other associations may have the same.
func (a *Association) Config() *Config { return a.cfg }

// configure changes parameters of this association only.
func (a *Association) configure(change func(*Config)) {
	own := *a.cfg
	change(&own)
	a.cfg = own.completed(a.params.Carrier)
}

// State is the state of RFC 9260 section 4; StateClosed when the association is over and may be removed once NextPacket says false.
func (a *Association) State() State { return a.state }

// LocalTag is the verification tag that packets to this side carry; it changes on a restart.
func (a *Association) LocalTag() uint32 { return a.localTag }

// PeerTag is the verification tag of packets to the peer, zero before it is known.
func (a *Association) PeerTag() uint32 { return a.peerTag }

// NextEvent returns the oldest event not yet taken.
func (a *Association) NextEvent() (Event, bool) { return a.events.pop() }

func (a *Association) emit(e Event) { a.events.push(e) }

// established enters ESTABLISHED from an opening state.
func (a *Association) established(now mono.Time) {
	shutdown := a.opening != nil && a.opening.shutdown
	a.state = StateEstablished
	a.opening = nil
	a.errors = 0
	a.startHeartbeats(now)
	a.startDataTimers(now)
	a.idleSince = now
	a.send.replenish(a.cfg.MaxBurst)
	a.emit(RoutesChanged{})
	a.emit(AssocChange{State: CommUp, OutStreams: a.outStreams, InStreams: a.inStreams})
	if a.adaptation.known {
		a.emit(AdaptationIndication{Ind: a.adaptation.code})
	}
	if shutdown {
		a.Shutdown(now)
	}
	a.followHost(now)
}

// end enters CLOSED: timers stop, unsent and unacknowledged messages go back to the user, what was received whole stays readable.
func (a *Association) end(reason AssocState, err error) {
	if a.state == StateClosed {
		return
	}
	a.state, a.over = StateClosed, true
	a.opening, a.closing = nil, nil
	for _, p := range a.paths {
		p.T3 = 0
		p.HB.Off()
	}
	a.receive.ack = acker{}
	a.control.reset()
	a.dropReconfig()
	a.dropAddressing()
	a.failMessages(err)
	a.dropIncomplete()
	a.emit(AssocChange{State: reason, Err: err, OutStreams: a.outStreams, InStreams: a.inStreams})
}

// dropIncomplete throws away the messages of which the rest will not come, also the one of which the user has read a part: he learns that the
// rest of it will not come, and so may not get any more of it later.
func (a *Association) dropIncomplete() {
	if q := a.receive.inbound; q != nil {
		q.Reset()
		a.reportCuts()
	}
}

// randomTag returns a random number that is not zero.
func (a *Association) randomTag() uint32 {
	for {
		if t := a.rand.Uint32(); t != 0 {
			return t
		}
	}
}

// pathTo returns the path to an address of the peer; nil if it has no such address.
func (a *Association) pathTo(addr netip.Addr) *path.Path { return pathAmong(a.paths, addr) }

func pathAmong(paths []*path.Path, addr netip.Addr) *path.Path {
	for _, p := range paths {
		if p.Addr.Remote == addr {
			return p
		}
	}
	return nil
}
