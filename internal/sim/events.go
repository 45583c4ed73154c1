package sim

import (
	"errors"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// event handles what the association tells, and judges whether it may.
func (u *user) event(e assoc.Event) {
	u.w.tracef("%v: %T%+v", u, e, e)
	if u.w.meddle.Event != nil && !u.w.meddle.Event(e) {
		return
	}
	if _, returned := e.(assoc.SendFailed); u.ended && !returned {
		u.fail(RuleEvents, "%T after the end", e)
	}
	switch e := e.(type) {
	case assoc.AssocChange:
		u.changed(e)
	case assoc.RoutesChanged:
		if u.h != nil {
			u.n.ep.Update(u.h, u.a.LocalTag(), u.a.Routes(nil))
			bound, left := u.a.Reach()
			u.n.ep.SetReach(u.h, bound, left)
		}
		u.learnPaths()
	case assoc.ShutdownEvent:
		u.closing = true
	case assoc.SendFailed:
		u.sendFailed(e)
	case assoc.StreamReset:
		if e.Request != 0 || e.Incoming {
			u.outcome(e.Request, Reset, assoc.StreamResets, e.Streams)
		}
	case assoc.AssocReset:
		u.outcome(e.Request, Renumber, assoc.AssocResets, nil)
	case assoc.StreamChange:
		u.outcome(e.Request, Add, assoc.StreamAdditions, nil)
		u.out.spread(int(e.OutStreams))
	case assoc.AddrsChanged:
		u.judgeAddrs(e)
	case assoc.Stall:
		u.stalled(e)
	case assoc.PartialDeliveryAborted:
		m := u.in.cut(&e)
		if m == nil {
			u.fail(RuleEvents, "partial delivery was aborted, but there was none such: %+v", e)
			return
		}
		u.cut = u.cut || m.whole() && !m.givenUp
	}
}

func (u *user) changed(e assoc.AssocChange) {
	switch e.State {
	case assoc.CommUp:
		if u.up {
			u.fail(RuleEvents, "up twice")
		}
		u.up = true
		for stream, value := range u.talk.plan.Loads[u.side].Values {
			if err := u.a.SetStreamValue(uint16(stream), value); err != nil {
				u.fail(RuleError, "SetStreamValue: %v", err)
			}
		}
	case assoc.Restart:
		u.restart()
	case assoc.ShutdownComplete:
		u.end()
		u.ending.graceful = true
		if u.cut {
			u.fail(RuleEvents, "partial delivery was aborted, yet the end was graceful")
		}
	case assoc.CommLost, assoc.CantStartAssoc:
		u.end()
		u.ending.givenUp = u.ending.givenUp || e.State == assoc.CantStartAssoc && u.closing
		if !u.w.s.Unreliable && !u.ending.explains() {
			u.fail(RuleError, "ended with %v", e.Err)
		}
	}
}

// end notes that the association is over.
func (u *user) end() {
	u.ended = true
	if i := u.out.unaccounted(); i >= 0 && !u.out.broken && !u.mon.blind {
		u.fail(RuleReturned, "message %d was neither acknowledged nor given back", i)
	}
}

// explains reports whether an error is as it should be where nothing went wrong: one side shut down before the beginning; or the peer
// has seen the graceful end, its SHUTDOWN COMPLETE was late, and it had only the ABORT of RFC 9260 section 8.4 for some packet that was late
// as well.
func (e *ending) explains() bool { return e.graceful || e.givenUp || e.unfinished() }

// restart begins a new flow after the peer has lost its state and set up the association again.
func (u *user) restart() {
	if u.closing { // what had begun to be sent was given up with the shutdown
		u.left, u.out.open = nil, nil
	}
	u.restarted, u.closing, u.cut = true, false, false
	u.mon.restart()
	clear(u.told)
	u.talk.restarted(u)
}

func (u *user) sendFailed(e assoc.SendFailed) {
	number, piece := e.Context&(maxMessages-1), int(e.Context>>numberBits)
	m := u.messageOf(e.PPID)
	if m == nil || number != e.PPID&(maxMessages-1) || piece >= len(m.given) {
		u.fail(RuleContent, "a message came back as failed that was never sent: PPID %#x, context %#x", e.PPID, e.Context)
		return
	}
	begin, end := m.piece(piece)
	if len(e.Data) != end-begin || m.payload.mismatch(e.Data, begin) >= 0 || e.Stream != m.stream || e.Unordered != m.unordered {
		u.fail(RuleContent, "message %d of stream %d came back changed", number, m.stream)
	}
	if piece == 0 && e.Sent != m.started {
		u.fail(RuleContent, "message %d came back, sent %v, but sent was %v", number, e.Sent, m.started)
	}
	m.returned = true
	if errors.Is(e.Err, assoc.ErrUnfinished) {
		if e.Sent || !u.ending.unfinished() || u.agreed.Has(assoc.Interleaving) {
			u.fail(RuleComplete, "message %d came back as one behind another that has no end, which is not so", number)
		}
		m.blocked = true
	}
	if isGivenUp(&e) {
		u.gaveUp(m, &e)
	}
	if !e.Sent && piece == 0 {
		if m.begun {
			u.fail(RuleContent, "message %d came back as never sent, but it was delivered", number)
		}
		m.unsent = piece == 0
	}
}

// learnPaths tells the association what the host's interface takes, for every path that it has not been told about.
func (u *user) learnPaths() {
	for _, p := range u.a.Paths(nil) {
		if _, known := u.mon.limits[p.Remote]; known {
			continue
		}
		mtu := u.n.host.MTU(transport.Path{Remote: p.Remote})
		u.mon.allow(p.Remote, mtu)
		u.a.SetMTU(u.w.now, p.Remote, mtu)
	}
}

// learnMTU notes what a report says about the path MTU, if it is about a packet that the association has sent.
func (u *user) learnMTU(d *transport.Datagram) {
	if d.Kind != transport.PacketTooBig || d.MTU >= u.mon.limits[d.Path.Remote] {
		return
	}
	if quoted, err := wire.ParseHeader(d.Data); err == nil && quoted.Tag != 0 && quoted.Tag == u.a.PeerTag() {
		u.mon.allow(d.Path.Remote, d.MTU)
	}
}
