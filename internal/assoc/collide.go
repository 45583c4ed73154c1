package assoc

import (
	"net/netip"

	"github.com/gosctp/sctp/internal/cookie"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// recvInit answers an INIT although an association exists (RFC 9260 sections 5.2.1 and 5.2.2). Only an answer leaves; the association
// stays as it is.
func (a *Association) recvInit(now mono.Time, in *inbound, c wire.Chunk) {
	i, err := wire.ParseInit(c)
	if err != nil || i.Tag == 0 {
		return // section 3.3.2
	}
	switch a.state {
	case StateShutdownAckSent:
		// Section 9.2: the SHUTDOWN COMPLETE was lost, or the peer wants a new association before this one ended.
		a.closing.pending = closeShutdownAck
		return
	case StateClosed:
		return
	case StateCookieWait:
		// Section 5.2.1 rule 1: only to an address that the user named.
		if in.path == nil {
			return
		}
	case StateCookieEchoed, StateEstablished, StateShutdownPending, StateShutdownSent, StateShutdownReceived:
	}
	o := a.offer()
	if i.Tag == a.peerTag {
		o.KnownAddrs = nil // the INIT of this very association, late: its addresses are not new, though they may have been removed since
	}
	a.reply(in.d.Path, func(b []byte) []byte {
		answer := AnswerInit(b, now, cookie.NewJar(*a.secret), in.d, in.header, c, o)
		if Refuses(answer[len(b):]) {
			a.incidents().InitsRefused++
		}
		return answer
	})
}

// offer is what the INIT ACK of recvInit says: in COOKIE-WAIT and COOKIE-ECHOED the same as the own INIT, else a new tag and TSN.
func (a *Association) offer() *Offer {
	o := &Offer{Config: *a.cfg, Tag: a.localTag, TSN: a.initialTSN, LocalAddrs: a.params.LocalAddrs, Carrier: a.params.Carrier}
	if a.auth != nil {
		o.Auth = a.auth.own // the random number follows the tag (RFC 4895 section 6.1)
	}
	if a.state == StateCookieWait {
		return o // nothing to compare addresses with yet, and no tie-tags
	}
	if a.localTieTag == 0 {
		a.localTieTag, a.peerTieTag = a.randomTag(), a.randomTag()
	}
	o.LocalTieTag, o.PeerTieTag = a.localTieTag, a.peerTieTag
	for _, p := range a.paths {
		o.KnownAddrs = append(o.KnownAddrs, p.Addr.Remote)
	}
	if a.state != StateCookieEchoed {
		o.Tag, o.TSN = a.randomTag(), seq.TSN(a.rand.Uint32())
		o.Config.OutStreams = a.outStreams
		if a.cfg.Auth != nil {
			o.Auth = a.newVector()
		}
	}
	return o
}

// tieAction is the action of Table 12 in RFC 9260 section 5.2.4.
type tieAction uint8

const (
	tieDiscard tieAction = iota // any case not shown
	tieRestart                  // A
	tieUpdate                   // B
	tieLate                     // C
	tieSame                     // D
)

// tie compares a cookie with the association.
func (a *Association) tie(c *cookie.Content) tieAction {
	local, peer := c.LocalTag == a.localTag, c.PeerTag == a.peerTag
	switch {
	case local && peer:
		return tieSame
	case local: // the peer's tag differs, or is not known yet
		return tieUpdate
	case peer && c.LocalTieTag == 0 && c.PeerTieTag == 0:
		return tieLate
	case !peer && c.LocalTieTag != 0 && c.LocalTieTag == a.localTieTag && c.PeerTieTag == a.peerTieTag:
		return tieRestart
	}
	return tieDiscard
}

// openCookie reads a State Cookie, if it is authentic. That which made the association was read before.
func (a *Association) openCookie(now mono.Time, b []byte) (*cookie.Content, error) {
	c := a.echoed
	a.echoed = nil
	if c != nil && c.Sealed(b) {
		return c, nil
	}
	return cookie.NewJar(*a.secret).Open(now, b)
}

// recvCookieEcho handles COOKIE ECHO with (section 5.2.4) and without (section 5.1.5) an association before it. It reports whether
// the rest of the packet counts.
func (a *Association) recvCookieEcho(now mono.Time, in *inbound, chunk wire.Chunk) bool {
	c, err := a.openCookie(now, chunk.Value)
	if err != nil || c.LocalTag != in.header.Tag || c.LocalPort != in.header.DstPort || c.PeerPort != in.header.SrcPort {
		return false
	}
	action := a.tie(c)
	if stale := c.Staleness(now); stale > 0 && action != tieSame {
		a.reply(in.d.Path, func(b []byte) []byte { return AppendStaleCookie(b, c, stale) })
		return false
	}
	if a.state == StateClosed {
		return a.accept(now, in, c)
	}
	switch action {
	case tieSame: // D
		if a.opening != nil {
			a.peerTag = c.PeerTag
			a.established(now)
		}
	case tieUpdate: // B
		a.updateFrom(now, in, c)
	case tieRestart: // A
		if a.state == StateShutdownAckSent {
			// Not in one packet: SHUTDOWN ACK has the tag of the incarnation that is gone, and the new one would not read beyond it.
			a.closing.pending = closeShutdownAck
			a.reply(in.d.Path, func(b []byte) []byte {
				return appendError(b, c, wire.AppendCause(nil, wire.CauseCookieWhileShuttingDown, nil))
			})
			return false
		}
		a.restart(now, in, c)
	case tieLate, tieDiscard: // C, and what Table 12 does not show
		return false
	}
	a.acknowledgeCookie(in)
	return true
}

// accept builds the association that Accept prepared.
func (a *Association) accept(now mono.Time, in *inbound, c *cookie.Content) bool {
	if c.LocalTag != a.localTag || c.PeerTag != a.peerTag || a.begun {
		return false
	}
	a.begun = true
	a.adaptation = adaptation{c.PeerAdaptation, c.HasAdaptation}
	a.established(now)
	a.acknowledgeCookie(in)
	return true
}

// acknowledgeCookie has COOKIE ACK sent to where the COOKIE ECHO came from.
func (a *Association) acknowledgeCookie(in *inbound) {
	in.path = a.pathTo(in.d.Path.Remote)
	p := in.path
	if p == nil {
		p = a.primary
	}
	a.control.cookieAck, a.control.cookieAckFrom = p, in.d.Path.Local
	in.answered += cookieAckLen + heartbeatLen
}

// updateFrom is action B: both sides began at the same time, and the cookie has the peer's tag that counts.
func (a *Association) updateFrom(now mono.Time, in *inbound, c *cookie.Content) {
	a.peerTag = c.PeerTag
	if a.opening == nil {
		return
	}
	if a.state == StateCookieWait {
		a.adoptPeerAddrs(in, &initParams{addrs: c.PeerAddrs})
	}
	a.limitStreams(c.OutStreams)
	a.useExtensions(Extensions(c.Extensions))
	a.agree(c.LocalAuth, c.PeerAuth)
	a.peerIs(c.PeerTSN, c.PeerRwnd, c.InStreams)
	a.adaptation = adaptation{c.PeerAdaptation, c.HasAdaptation}
	a.established(now)
}

// restart is action A: the peer lost its state and began anew. What it never acknowledged goes back to the user; what was not sent yet
// is sent to the new incarnation; what it sent before and is complete stays readable.
func (a *Association) restart(now mono.Time, in *inbound, c *cookie.Content) {
	a.failOutstanding(ErrRestarted)
	a.dropIncomplete()
	a.control.reset()
	a.dropReconfig()
	a.dropAddressing()
	shutdown := a.state == StateShutdownPending || a.state == StateShutdownSent
	a.closing = nil
	a.localTag, a.peerTag = c.LocalTag, c.PeerTag
	a.localTieTag, a.peerTieTag = 0, 0
	a.initialTSN = c.LocalTSN
	a.limitStreams(c.OutStreams)
	a.restartPaths(in, c.PeerAddrs)
	a.send.restart(c.LocalTSN)
	a.useExtensions(Extensions(c.Extensions))
	a.agree(c.LocalAuth, c.PeerAuth)
	a.send.replenish(a.cfg.MaxBurst)
	a.peerIs(c.PeerTSN, c.PeerRwnd, c.InStreams)
	a.state = StateEstablished
	a.errors = 0
	a.progressed(now) // nothing of what the watchdog saw is left
	a.startHeartbeats(now)
	a.emit(RoutesChanged{})
	a.emit(AssocChange{State: Restart, OutStreams: a.outStreams, InStreams: a.inStreams})
	if shutdown { // the user is done, and may not look again
		a.Shutdown(now)
	}
}

// restartPaths makes addrs the peer's addresses; all but the first, where the INIT came from, have to be confirmed anew.
func (a *Association) restartPaths(in *inbound, addrs []netip.Addr) {
	old := a.paths
	a.paths = nil
	for i, addr := range addrs {
		s := path.Unconfirmed
		if i == 0 {
			s = path.Active
		}
		p := pathAmong(old, addr)
		if p == nil {
			a.addPath(addr, s)
			continue
		}
		p.ID = len(a.paths)
		p.Restart(s)
		a.paths = append(a.paths, p)
	}
	a.send.setPaths(len(a.paths))
	a.primary = a.paths[0]
	a.learnSource(a.primary, in.d.Path)
	a.learnPort(a.primary, in.d.Path.EncapPort)
}
