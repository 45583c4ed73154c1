package assoc

import (
	"net/netip"
	"slices"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/wire"
)

// asconfLen is what an ASCONF chunk takes at most besides its requests, addrRequestLen what one of them does.
const (
	asconfLen      = 4 + 4 + 20
	addrRequestLen = 4 + 4 + 20
)

// launchASCONF sends as many requests of a wish as a packet takes and starts T4-rto (RFC 5061 section 5.1).
func (a *Association) launchASCONF(now mono.Time, op *addrChange, p *path.Path) {
	o := &a.addressing.own
	n := min(len(op.left), (p.PMDCS()-a.authOverhead()-asconfLen)/addrRequestLen, MaxASCONFRequests)
	f := &asconfFlight{addrChange: op, path: p, seq: o.next, pending: true, sentAt: now, requests: op.left[:n:n]}
	op.left = op.left[n:]
	o.next++
	lookup := a.lookupAddr(f.requests, p)
	o.flight = f // from here on it says which addresses leave
	a.sourcesChanged()
	f.from = a.newSource(p)
	if slices.ContainsFunc(f.requests, func(q addrRequest) bool { return q.kind == removeAddr && q.addr.IsUnspecified() }) {
		if f.keep = p.Addr.Local; f.from.IsValid() {
			f.keep = f.from
		}
	}
	m := wire.ASCONF{Seq: f.seq, Addr: lookup}
	for _, q := range f.requests {
		m.Params = wire.AddrRequest{CorrelationID: q.id, Addr: q.addr}.Append(m.Params, paramOf(q.kind))
	}
	f.chunk = m.Append(nil)
	f.timeout = p.RTO.Current()
	if p.Errors() > 0 {
		f.timeout = min(f.timeout, a.cfg.RTOInitial) // it was backed off while there was another way, or none
	}
	f.deadline = now.Add(f.timeout)
	a.emit(RoutesChanged{})
}

// asconfPath is where a wish goes: where data does, unless that fails or begins where this host is not any more. Then from an address in another network
// that address of the peer is likely to be reached that is most like it.
func (a *Association) asconfPath(op *addrChange) *path.Path {
	best, most := a.dataPath(), -1
	moved := best.State() != path.Active
	for _, q := range op.left {
		moved = moved || q.kind == removeAddr && a.params.Host != nil && !contains(a.params.Host, q.addr)
	}
	for _, q := range op.left {
		if !moved || q.kind != addAddr || q.addr.IsUnspecified() {
			continue
		}
		for _, p := range a.paths {
			if n := commonPrefix(q.addr, p.Addr.Remote); n > most && usable(p) && p.Addr.Remote.BitLen() == q.addr.BitLen() {
				best, most = p, n
			}
		}
	}
	return best
}

func paramOf(k addrKind) wire.ParamType {
	switch k {
	case addAddr:
		return wire.ParamAddIP
	case preferAddr:
		return wire.ParamSetPrimary
	case removeAddr:
	}
	return wire.ParamDeleteIP
}

// lookupAddr is the Address Parameter: an address that the peer knows, by which it finds the association if the packet's source is new to it
// (section 5.3.2). Behind a NAT the peer knows this side by no address of its own; the unspecified one has it look for the tag. Link-local addresses
// are told to nobody: over connections, such as DTLS ones, they are all there is, and mean nothing elsewhere (RFC 8261 section 6.3).
func (a *Association) lookupAddr(requests []addrRequest, p *path.Path) netip.Addr {
	known := a.LocalAddrs(nil)
	for _, q := range requests {
		if i := slices.Index(known, q.addr); q.kind == removeAddr && i >= 0 && len(known) > 1 {
			known = slices.Delete(known, i, i+1)
		}
	}
	if len(known) > 0 && scopeOf(known[0]) != scopeLink && (scopeOf(known[0]) >= scopeOf(p.Addr.Remote) || scopeOf(p.Addr.Remote) == scopeLoopback) {
		return known[0].WithZone("")
	}
	if p.Addr.Remote.Is6() {
		return netip.IPv6Unspecified()
	}
	return netip.IPv4Unspecified()
}

// newSource is an address that is being added, if there is no other source for packets to a path. The chunk that adds it may have it (section 5.3
// F1), and none that is being removed (F6).
func (a *Association) newSource(p *path.Path) (from netip.Addr) {
	if !a.choosesSources() || p.Addr.Local.IsValid() && a.canSend(p.Addr.Local) {
		return netip.Addr{}
	}
	for _, q := range a.addressing.own.flight.requests {
		switch {
		case q.kind != addAddr, q.addr.BitLen() != p.Addr.Remote.BitLen():
		case !q.addr.IsUnspecified():
			return q.addr
		default:
			if i := slices.IndexFunc(a.params.Host, func(h netip.Addr) bool { return h.BitLen() == q.addr.BitLen() && a.isStrange(h) }); i >= 0 {
				return a.params.Host[i]
			}
		}
	}
	return netip.Addr{}
}

// asconfTarget is where an ASCONF chunk waits to be sent; nil if none does.
func (a *Association) asconfTarget() *path.Path {
	if a.addressing == nil || !a.configuresAddrs() {
		return nil
	}
	if f := a.addressing.own.flight; f != nil && f.pending && usable(f.path) {
		return f.path
	}
	return nil
}

// buildASCONF adds the ASCONF chunk. From an address that the peer does not know yet it goes alone.
func (a *Association) buildASCONF(k *builder) {
	f := a.addressing.own.flight
	if a.asconfTarget() != k.path || (f.from.IsValid() || len(f.chunk) > k.room()) && !k.empty() || k.from.IsValid() && (a.leaving(k.from) || f.keep.IsValid()) {
		return
	}
	k.add(append(k.b, f.chunk...))
	k.mayFragment = k.mayFragment || k.room() < 0
	f.pending = false
	a.incidents().ASCONFSent++
	switch {
	case f.from.IsValid():
		k.from = f.from
		k.limit = len(k.b)
	case f.keep.IsValid():
		k.from = f.keep
	}
}

// asconfDeadline is T4-rto; unset if it does not run.
func (a *Association) asconfDeadline() mono.Time {
	if a.addressing == nil || a.addressing.own.flight == nil || !a.configuresAddrs() {
		return 0
	}
	return a.addressing.own.flight.deadline
}

// expireASCONF repeats the chunk, to another path if there is one (section 5.1 B).
func (a *Association) expireASCONF(now mono.Time) {
	f := a.addressing.own.flight
	if f.path.RTO.Current() <= f.timeout { // else data on the same path have timed out, too
		f.path.RTO.BackOff() // B3
	}
	a.pathFailed(now, f.path) // B1
	a.countError()            // B2
	if a.state == StateClosed {
		return
	}
	if p := a.otherPath(f.path); !f.keep.IsValid() || f.keep.BitLen() == p.Addr.Remote.BitLen() {
		f.path = p // B4
	}
	if f.from.IsValid() {
		f.from = a.newSource(f.path)
	}
	a.incidents().ControlRepeated++
	f.pending, f.repeated = true, true
	f.timeout = min(max(2*f.timeout, f.path.RTO.Current()), a.cfg.RTOMax)
	f.deadline = now.Add(f.timeout) // B5
}

// recvASCONFAck handles ASCONF-ACK (section 5.1 A5 to A8).
func (a *Association) recvASCONFAck(now mono.Time, c wire.Chunk) bool {
	if !a.extensions.Has(DynamicAddresses) {
		return a.recvUnknown(c)
	}
	if !a.configuresAddrs() {
		return true
	}
	m, err := wire.ParseASCONFAck(c)
	if err != nil {
		a.violation(err.Error())
		return false
	}
	o := &a.addresses().own
	switch f := o.flight; {
	case f == nil && !m.Seq.Less(o.next): // section 5.3 F0
		a.abort(wire.AppendCause(nil, wire.CauseIllegalASCONFAck, nil))
		return false
	case f == nil, m.Seq != f.seq:
		return true // stale
	}
	verdicts, err := a.readVerdicts(o.flight.requests, m.Params)
	if err != nil {
		a.violation(err.Error())
		return false
	}
	a.asconfAnswered(now, verdicts)
	return true
}

// verdict is what a peer says of a request.
type verdict struct {
	known, refused bool
	code           wire.CauseCode
}

// readVerdicts finds out what became of each request: what stands before the first one that failed has succeeded, what stands after it only if the
// peer says so (section 5.1 A7).
func (a *Association) readVerdicts(requests []addrRequest, params []byte) ([]verdict, error) {
	verdicts := make([]verdict, len(requests))
	failed := false
	for len(params) > 0 {
		p, rest, err := wire.NextParam(params)
		if err != nil {
			return nil, err
		}
		params = rest
		v := verdict{known: true}
		var id uint32
		switch p.Type {
		case wire.ParamSuccess:
			if id, err = wire.ParseUint32Param(p); err != nil {
				return nil, err
			}
		case wire.ParamErrorCause:
			e, err := wire.ParseErrorCauses(p)
			if err != nil {
				return nil, err
			}
			id, v.refused, failed = e.CorrelationID, true, true
			if cause, _, err := wire.NextCause(e.Causes); err == nil {
				v.code = cause.Code
			}
		default:
			continue
		}
		for i, q := range requests {
			if q.id == id {
				verdicts[i] = v
			}
		}
	}
	for i := range verdicts {
		if verdicts[i].refused {
			failed = false // of those that follow, the loop below knows
			for j := i + 1; j < len(verdicts); j++ {
				verdicts[j].refused = verdicts[j].refused || !verdicts[j].known
			}
			break
		}
	}
	if failed { // a failure of which it is not known what failed
		for i := range verdicts {
			verdicts[i].refused = !verdicts[i].known
		}
	}
	return verdicts, nil
}

// asconfAnswered ends the flight.
func (a *Association) asconfAnswered(now mono.Time, verdicts []verdict) {
	o := &a.addressing.own
	f := o.flight
	o.flight = nil
	a.errors = 0 // A5
	if !f.repeated {
		f.path.RTO.Measured(now.Sub(f.sentAt))
		a.pathAnswered(f.path, false)
	}
	moved := f.from.IsValid()
	for i, q := range f.requests {
		moved = a.takeVerdict(f, q, verdicts[i]) || moved
	}
	a.sourcesChanged()
	a.emit(RoutesChanged{})
	if moved {
		a.sendAgainMoved()
	}
	if len(f.left) > 0 {
		o.waiting = slices.Insert(o.waiting, 0, f.addrChange)
		return
	}
	a.tellAddrs(f.addrChange, nil)
}

// takeVerdict does what the peer's answer to a request asks for, and reports whether an address was given up that packets in flight came from, and
// that the host does not have any more.
func (a *Association) takeVerdict(f *asconfFlight, q addrRequest, v verdict) (moved bool) {
	result := &f.result
	if q.kind == removeAddr && v.refused && v.code == wire.CauseUnresolvableAddress {
		v.refused = false // the peer has no such address: so be it
	}
	if v.refused {
		if v.code == wire.CauseUnrecognizedParams { // section 5.3 F3
			a.addressing.own.noPrefer = a.addressing.own.noPrefer || q.kind == preferAddr
			a.addressing.own.noAdd = a.addressing.own.noAdd || q.kind != preferAddr
		}
		if result.Err == nil {
			result.Err = &RefusedError{v.code}
		}
		return false
	}
	switch q.kind {
	case addAddr:
		switch {
		case !q.addr.IsUnspecified():
			a.addLocal(q.addr)
		case f.from.IsValid():
			a.addLocal(f.from) // whatever the peer sees it as
		}
		result.Added = append(result.Added, q.addr)
	case preferAddr:
		result.Preferred = q.addr
	case removeAddr:
		if q.addr.IsUnspecified() {
			a.dropLocalBut(f.keep)
		} else {
			moved = a.params.Host != nil && !contains(a.params.Host, q.addr)
			a.dropLocal(q.addr)
		}
		result.Removed = append(result.Removed, q.addr)
	}
	return moved
}

// sendAgainMoved sends again at once what was in flight from an address that is gone: if it arrived, its acknowledgement went there. Timers may
// have backed off for as long as there was no other, and paths that failed for want of one are looked at anew.
func (a *Association) sendAgainMoved() {
	for _, p := range a.paths {
		if p.Errors() > 0 && a.heartbeating() {
			p.HB.Wanted = true
		}
		if a.send.outstanding.Flight(p.ID) > 0 {
			if p.State() == path.Active {
				a.send.outstanding.MarkLost(p.ID)
			} else {
				a.send.outstanding.MarkTimedOut(p.ID) // it goes elsewhere, if there is another way
			}
			p.T3 = 0
		}
		p.OnePacket = false
	}
	a.send.replenish(a.cfg.MaxBurst)
}

// notUnderstood ends the use of ASCONF: the peer has said that it does not know the chunk (section 5.1 A9).
func (a *Association) notUnderstood() {
	a.extensions &^= DynamicAddresses
	if a.addressing == nil {
		return
	}
	o := &a.addressing.own
	f, waiting := o.flight, o.waiting
	o.flight, o.waiting = nil, nil
	a.sourcesChanged()
	a.emit(RoutesChanged{})
	if f != nil {
		a.tellAddrs(f.addrChange, ErrNotNegotiated)
	}
	for _, op := range waiting {
		a.tellAddrs(op, ErrNotNegotiated)
	}
}
