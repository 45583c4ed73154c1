package assoc

import (
	"net/netip"
	"slices"
	"time"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/wire"
)

// asconfResponses is what the answer to an ASCONF chunk says. Success need not be said before the first failure (RFC 5061 section 5.1 A7).
type asconfResponses struct {
	params []byte
	failed bool
}

func (r *asconfResponses) success(id uint32) {
	if r.failed {
		r.params = wire.AppendUint32Param(r.params, wire.ParamSuccess, id)
	}
}

// failure says why a request was refused, with the request itself (section 4.3).
func (r *asconfResponses) failure(id uint32, code wire.CauseCode, p wire.Param) {
	r.failed = true
	r.params = wire.ErrorCauses{CorrelationID: id, Causes: wire.AppendCause(nil, code, p.Raw)}.Append(r.params)
}

// perform does what an ASCONF chunk asks for, in order (section 5.2 V), and returns the responses.
func (a *Association) perform(now mono.Time, in *inbound, m wire.ASCONF) []byte {
	var r asconfResponses
	var shortage bool // F11: once an address could not be added or removed, none may be
	rest := m.Params
	for n := 0; len(rest) > 0; n++ {
		p, more, err := wire.NextParam(rest)
		if err != nil {
			break
		}
		rest = more
		q, isAddr, err := parseAddrRequest(p)
		switch {
		case n >= MaxASCONFRequests:
			a.incidents().AddrsRefused++
			r.failure(q.id, wire.CauseResourceShortage, p)
			return r.params // what has no response after this one has failed
		case !isAddr:
			if stop := a.recvUnknownRequest(&r, p); stop {
				return r.params
			}
			continue
		}
		code := wire.CauseUnresolvableAddress
		switch {
		case err != nil:
		case shortage && q.kind != preferAddr:
			code = wire.CauseResourceShortage
		default:
			code = a.performOne(now, in, q, m.Addr)
		}
		if code == 0 {
			r.success(q.id)
			continue
		}
		a.incidents().AddrsRefused++
		shortage = shortage || q.kind != preferAddr
		r.failure(q.id, code, p)
	}
	return r.params
}

// parseAddrRequest reads a parameter that is about an address; what has no address that is understood has a Correlation ID all the same.
func parseAddrRequest(p wire.Param) (q addrRequest, isAddr bool, err error) {
	switch p.Type {
	case wire.ParamAddIP:
		q.kind = addAddr
	case wire.ParamDeleteIP:
		q.kind = removeAddr
	case wire.ParamSetPrimary:
		q.kind = preferAddr
	default:
		return q, false, nil
	}
	r, err := wire.ParseAddrRequest(p)
	if err != nil {
		r.CorrelationID, _ = wire.CorrelationID(p)
	}
	q.id, q.addr = r.CorrelationID, r.Addr
	return q, true, err
}

// recvUnknownRequest does with another parameter what its type asks for (section 5.2 V2), and reports whether that is to read no further. Those that
// belong elsewhere are ignored (section 4.2).
func (a *Association) recvUnknownRequest(r *asconfResponses, p wire.Param) (stop bool) {
	switch p.Type {
	case wire.ParamSuccess, wire.ParamErrorCause, wire.ParamAdaptation, wire.ParamSupportedExtensions:
		return false
	}
	stop, report := p.Type.UnknownAction()
	if id, ok := wire.CorrelationID(p); ok && report {
		r.failure(id, wire.CauseUnrecognizedParams, p)
	}
	return stop
}

// performOne performs a request, or returns why not.
func (a *Association) performOne(now mono.Time, in *inbound, q addrRequest, lookup netip.Addr) wire.CauseCode {
	if q.kind == removeAddr && q.addr.IsUnspecified() {
		return a.removeOthers(in)
	}
	if q.addr.IsUnspecified() {
		q.addr = in.d.Path.Remote
	}
	p := a.pathTo(q.addr)
	switch {
	case q.kind == addAddr && p != nil:
		return 0 // it is there, so nothing has to be done
	case q.kind == addAddr && !a.believable(in, q.addr, lookup):
		return wire.CauseUnresolvableAddress
	case q.kind == addAddr && len(a.paths) >= MaxPeerAddrs:
		return wire.CauseResourceShortage // F9
	case q.kind == addAddr:
		a.addPeerAddr(now, in, q.addr)
		return 0
	case p == nil:
		return wire.CauseUnresolvableAddress
	case q.kind == preferAddr:
		a.prefer(p)
		return 0
	case len(a.paths) == 1:
		return wire.CauseDeleteLastAddress // F7
	case q.addr == in.d.Path.Remote:
		return wire.CauseDeleteSourceAddress // F8
	}
	a.removePath(p)
	return 0
}

// believable reports whether an address is one that the peer could have announced in its INIT. The Address Parameter tells whether it knows itself
// by the address that the packet came from.
func (a *Association) believable(in *inbound, addr, lookup netip.Addr) bool {
	usable := a.cfg.scoping(a.params.Carrier).usablePeers(nil, in.d.Path.Remote, []netip.Addr{lookup, addr}, a.params.LocalAddrs)
	return contains(usable, addr) && Unicast(addr)
}

// addPeerAddr adds a path, which is used once the peer has shown that the address is its own (F14). However many addresses come and go, not more
// than HB.Max.Burst of them are probed per RTO (RFC 9260 section 5.4).
func (a *Association) addPeerAddr(now mono.Time, in *inbound, addr netip.Addr) {
	p := a.addPath(addr, path.Unconfirmed)
	if addr == in.d.Path.Remote {
		in.path = p
		a.learnPort(p, in.d.Path.EncapPort)
		a.learnSource(p, in.d.Path)
	}
	if a.heartbeating() {
		p.HB.Due = a.addressing.peer.probes.next(now, p.RTO.Current(), a.cfg.HBMaxBurst)
		if p.HB.Due.Reached(now) {
			p.HB.Wanted = true
			a.scheduleHeartbeat(now, p)
		}
	}
	a.emit(PeerAddrChange{Addr: addr, State: AddrAdded})
	a.emit(RoutesChanged{})
}

// probeTurns says when the next new address may be probed.
type probeTurns struct {
	at   mono.Time
	used int
}

// next takes a turn: at once, unless burst were taken in this RTO.
func (t *probeTurns) next(now mono.Time, rto time.Duration, burst int) mono.Time {
	if t.at.IsZero() || t.at.Add(rto).Reached(now) {
		t.at, t.used = now, 0
	} else if t.used >= burst {
		t.at, t.used = t.at.Add(rto), 0
	}
	t.used++
	return max(now, t.at)
}

// removeOthers removes all addresses of the peer but the one that the packet came from (section 4.2.2).
func (a *Association) removeOthers(in *inbound) wire.CauseCode {
	if in.path == nil {
		return wire.CauseUnresolvableAddress
	}
	for _, p := range slices.Clone(a.paths) {
		if p != in.path {
			a.removePath(p)
		}
	}
	return 0
}

// prefer makes a path the primary one.
func (a *Association) prefer(p *path.Path) {
	a.send.burst = max(a.send.burst, a.cfg.MaxBurst)
	if p == a.primary {
		return
	}
	a.primary = p
	a.emit(PeerAddrChange{Addr: p.Addr.Remote, State: AddrMadePrimary})
}

// removePath forgets an address of the peer: nothing goes there any more (section 5.3 F13), and what is in flight there goes elsewhere.
func (a *Association) removePath(p *path.Path) {
	a.paths = slices.DeleteFunc(slices.Clone(a.paths), func(q *path.Path) bool { return q == p })
	removed := p.ID
	for i, q := range a.paths {
		q.ID = i
	}
	wasPrimary := a.primary == p
	if wasPrimary {
		a.primary = a.paths[0]
		a.primary = a.dataPath() // F12
	}
	a.send.outstanding.RemovePath(removed, a.dataPath().ID)
	a.forgetPath(p, a.dataPath())
	if q := a.dataPath(); a.state == StateShutdownSent && !usable(q) {
		q.HB.Wanted = true
	}
	a.send.replenish(a.cfg.MaxBurst)
	if wasPrimary {
		a.emit(PeerAddrChange{Addr: a.primary.Addr.Remote, State: AddrMadePrimary})
	}
	a.emit(PeerAddrChange{Addr: p.Addr.Remote, State: AddrRemoved})
	a.emit(RoutesChanged{})
}

// forgetPath has everything that was to go to p go to another path.
func (a *Association) forgetPath(p, to *path.Path) {
	instead := func(q **path.Path) {
		if *q == p {
			*q = to
		}
	}
	c := &a.control
	instead(&c.cookieAck)
	c.heartbeatAcks = slices.DeleteFunc(c.heartbeatAcks, func(h heartbeatAck) bool { return h.path == p })
	if a.receive.ack.path == p {
		a.receive.ack.path = nil
	}
	if a.receive.ack.last == p {
		a.receive.ack.last = nil
	}
	if f := &a.send.forward; f.path == p {
		f.path, f.due = nil, a.send.skipping()
	}
	if a.closing != nil {
		instead(&a.closing.path)
	}
	if r := a.reconfig; r != nil {
		instead(&r.peer.to)
		for _, op := range r.own.waiting {
			instead(&op.to)
		}
		if f := r.own.flight; f != nil {
			instead(&f.path)
		}
	}
	if a.addressing == nil { // an address that was learnt makes room for another
		return
	}
	if f := a.addressing.own.flight; f != nil {
		instead(&f.path)
	}
}
