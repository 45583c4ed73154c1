package assoc

import (
	"cmp"
	"time"

	"github.com/gosctp/sctp/internal/auth"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/wire"
)

// opening is what COOKIE-WAIT and COOKIE-ECHOED need and no other state (RFC 9260 section 5.1).
type opening struct {
	// t1 is T1-init or T1-cookie, by state; rto what it is set to next; tries how often it expired.
	t1    mono.Time
	rto   time.Duration
	tries int
	// path is where INIT or COOKIE ECHO goes.
	path *path.Path
	// next is when the INIT goes to the next address of a race, unset if there is none; raced is to how many it did.
	next  mono.Time
	raced int
	// pending: INIT or COOKIE ECHO, by state, is to be sent.
	pending bool
	// sentAt is when it was sent first; unset once it was repeated, by Karn's algorithm.
	sentAt mono.Time
	cookie []byte
	// preservative is the extension in milliseconds that the next INIT asks for; stale how many Stale Cookie errors came.
	preservative uint32
	stale        int
	// shutdown: the user asked for the end before the beginning.
	shutdown bool
}

// open enters COOKIE-WAIT.
func (a *Association) open(now mono.Time) {
	a.state = StateCookieWait
	a.begun = true
	a.opening = &opening{path: a.primary, pending: true, rto: a.primary.RTO.Current()}
	a.restartT1(now)
	a.stagger(now)
}

func (a *Association) restartT1(now mono.Time) { a.opening.t1 = now.Add(a.opening.rto) }

// expireT1 repeats INIT or COOKIE ECHO, to the next address of the peer and after twice the time, or gives up.
func (a *Association) expireT1(now mono.Time) {
	o := a.opening
	o.tries++
	o.next = 0 // from now on T1 sets the pace
	a.incidents().T1Expired++
	if a.state == StateCookieEchoed {
		a.incidents().T1CookieExpired++
	}
	if o.tries > a.cfg.MaxInitRetransmits {
		a.end(CantStartAssoc, a.timedOut())
		return
	}
	o.rto = min(2*o.rto, a.cfg.MaxInitTimeout)
	o.path = a.nextInTurn(o.path)
	o.pending = true
	o.sentAt = 0
	a.recallData()
	a.restartT1(now)
}

// recallData marks the data that went with a COOKIE ECHO, so that it goes with the next one.
func (a *Association) recallData() {
	a.send.replenish(a.cfg.MaxBurst)
	for _, p := range a.paths {
		a.send.outstanding.MarkTimedOut(p.ID)
	}
}

// nextInTurn goes round the confirmed addresses.
func (a *Association) nextInTurn(p *path.Path) *path.Path {
	for i := 1; i <= len(a.paths); i++ {
		if q := a.paths[(p.ID+i)%len(a.paths)]; q.State().Confirmed() {
			return q
		}
	}
	return p
}

// initRoom is what the parameters of an INIT take as a rule.
const initRoom = 128

// appendInit appends the INIT chunk (section 3.3.2).
func (a *Association) appendInit(b []byte) []byte {
	remote := a.opening.path.Addr.Remote
	scoping, peers := a.cfg.scoping(a.params.Carrier), a.peerAddrs(nil, a.opening.path)
	params := appendOwnParams(make([]byte, 0, initRoom), a.cfg, scoping, a.params.LocalAddrs, peers)
	// Who has no address that could be announced, as over DTLS, is told nothing of addresses either (RFC 8261 section 6.1).
	scoping.encapsulated = false
	v4, v6 := families(scoping.announceable(nil, a.params.LocalAddrs, peers))
	if v4 || v6 {
		v4, v6 = families(a.params.LocalAddrs)
		params = wire.AppendSupportedAddressTypes(params, v4 || remote.Is4(), v6 || remote.Is6())
	}
	params = appendExtensions(params, a.cfg.offered(a.params.Carrier), a.params.Carrier)
	if a.auth != nil {
		params = auth.AppendParams(params, a.auth.own)
	}
	if a.opening.preservative > 0 {
		params = wire.AppendCookiePreservative(params, a.opening.preservative)
	}
	in := wire.Init{
		Tag: a.localTag, ARwnd: a.cfg.announcedRwnd(), OutStreams: a.cfg.OutStreams, InStreams: a.cfg.MaxInStreams,
		InitialTSN: a.initialTSN, Params: params,
	}
	return in.Append(b, wire.ChunkInit)
}

// recvInitAck handles INIT ACK (section 5.1 C); in any state but COOKIE-WAIT it is discarded (section 5.2.3).
func (a *Association) recvInitAck(now mono.Time, in *inbound, c wire.Chunk) {
	if a.state != StateCookieWait {
		return
	}
	ack, err := wire.ParseInit(c)
	if err != nil {
		a.violation(err.Error())
		return
	}
	if ack.Tag == 0 { // section 3.3.3
		a.reply(in.d.Path, func(b []byte) []byte {
			return AppendAbort(b, a.params.LocalPort, a.params.PeerPort, in.header.Tag, true, wire.AppendCause(nil, wire.CauseInvalidParam, nil))
		})
		a.end(CantStartAssoc, ErrProtocol)
		return
	}
	a.peerTag = ack.Tag
	p, err := parseInitParams(ack.Params)
	if err != nil {
		a.violation(err.Error())
		return
	}
	fault := p.fault(nil, &ack, a.cfg, a.cfg.offered(a.params.Carrier))
	if len(fault) == 0 && (len(p.cookie) == 0 || len(p.cookie) > MaxCookie) {
		fault = wire.AppendMissingParams(nil, wire.ParamStateCookie)
	}
	if len(fault) > 0 {
		a.abortTo(cmp.Or(in.path, a.dataPath()), fault) // section 5.1.2 B
		return
	}
	a.reportUnrecognized(p.unrecognized)
	a.takeInitAck(now, in, &ack, &p)
}

// takeInitAck enters COOKIE-ECHOED with what the peer announced.
func (a *Association) takeInitAck(now mono.Time, in *inbound, ack *wire.Init, p *initParams) {
	o := a.opening
	if !o.sentAt.IsZero() {
		o.path.RTO.Measured(now.Sub(o.sentAt))
	}
	raced := o.raced > 0
	o.next, o.raced = 0, 0
	a.adoptPeerAddrs(in, p)
	if raced && usable(in.path) {
		a.primary = in.path // the first that answered
	}
	a.limitStreams(min(a.cfg.OutStreams, ack.InStreams))
	a.useExtensions(p.announced.common(a.cfg.offered(a.params.Carrier), a.params.Carrier))
	if a.auth != nil {
		a.agree(a.auth.own, p.announced.auth.Vector())
	}
	a.peerIs(ack.InitialTSN, ack.ARwnd, min(ack.OutStreams, a.cfg.MaxInStreams))
	a.adaptation = adaptation{p.adaptation, p.hasAdaptation}

	a.state = StateCookieEchoed
	o.cookie = append([]byte(nil), p.cookie...)
	o.path = in.path
	if !usable(o.path) {
		o.path = a.nextInTurn(o.path) // a confirmed address is better, if the peer listed one (section 5.4)
	}
	o.pending = true
	o.tries = 0
	o.rto = o.path.RTO.Current()
	o.sentAt = 0
	a.restartT1(now)
	a.emit(RoutesChanged{})
}

// adoptPeerAddrs makes the source of the INIT ACK and the addresses in it the peer's addresses (section 5.1.2 C). Addresses that the user
// gave and the peer does not list are dropped; only what the user gave is confirmed (section 5.4 rule 1). The source is not: a peer that
// forges it would have this side send to a victim.
func (a *Association) adoptPeerAddrs(in *inbound, p *initParams) {
	peers := a.cfg.scoping(a.params.Carrier).usablePeers(nil, in.d.Path.Remote, p.addrs, a.params.LocalAddrs)
	old, primary := a.paths, a.primary.Addr.Remote
	a.paths, a.primary = nil, nil
	for _, addr := range peers {
		kept := pathAmong(old, addr)
		if kept == nil {
			kept = a.addPath(addr, path.Unconfirmed)
		} else {
			kept.ID = len(a.paths)
			a.paths = append(a.paths, kept)
		}
		if addr == primary {
			a.primary = kept
		}
	}
	a.send.setPaths(len(a.paths))
	if a.primary == nil {
		a.primary = a.paths[0]
	}
	in.path = a.pathTo(in.d.Path.Remote)
	a.learnSource(in.path, in.d.Path)
	a.learnPort(in.path, in.d.Path.EncapPort)
}

// recvCookieAck enters ESTABLISHED (section 5.1 E); in any state but COOKIE-ECHOED it is discarded (section 5.2.5).
func (a *Association) recvCookieAck(now mono.Time) {
	if a.state != StateCookieEchoed {
		return
	}
	if o := a.opening; !o.sentAt.IsZero() {
		o.path.RTO.Measured(now.Sub(o.sentAt))
	}
	a.established(now)
}

// recvStaleCookie starts again with a request for a longer life (section 5.2.6, alternative 3), a few times.
func (a *Association) recvStaleCookie(now mono.Time, microseconds uint32) {
	o := a.opening
	if a.state != StateCookieEchoed {
		return
	}
	o.stale++
	if o.stale > MaxStaleCookies {
		a.end(CantStartAssoc, &AbortError{Remote: true, Code: wire.CauseStaleCookie})
		return
	}
	rtt := a.cfg.RTOInitial
	if !o.sentAt.IsZero() {
		rtt = now.Sub(o.sentAt)
	}
	// The measure of staleness says how much longer the cookie should have lived.
	life := rtt + min(time.Duration(microseconds)*time.Microsecond, preservativeMargin)
	a.state = StateCookieWait
	a.peerTag = 0
	o.cookie = nil
	o.preservative = uint32(life / time.Millisecond)
	o.pending = true
	o.tries = 0
	o.sentAt = 0
	o.rto = o.path.RTO.Current()
	a.recallData()
	a.control.reset()
	a.restartT1(now)
}
