package assoc

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/seq"
)

// unauthenticated, in what is offered, lets DynamicAddresses be used without authentication. It is no extension that is announced.
const unauthenticated Extensions = 1 << 13

// addressing is what RFC 5061 keeps, of this side's changes and of the peer's. It exists from the first one on.
type addressing struct {
	own  ownChanges
	peer peerChanges
}

// ownChanges are those of this side's addresses.
type ownChanges struct {
	// next is the Sequence Number of the next ASCONF chunk, lastID the number of the user's last change, correlation the last Correlation ID.
	next        seq.TSN
	lastID      uint32
	correlation uint32
	// known are the addresses of this side that the peer knows.
	known []netip.Addr
	// waiting has what was not sent yet, oldest first.
	waiting []*addrChange
	// flight is the one ASCONF chunk that may be under way (section 5.1.1 C1); nil if there is none.
	flight *asconfFlight
	// noAdd and noPrefer: the peer has said that it does not know such requests (section 5.3 F3).
	noAdd, noPrefer bool
}

// AddrChange is a wish for other addresses of this side. The unspecified address stands for the one that the packet comes from, as the peer sees
// it: to add that one, to remove all but that one, to prefer it.
type AddrChange struct {
	Add, Remove []netip.Addr
	// Primary, if valid, is what the peer is asked to send to first.
	Primary netip.Addr
}

// addrKind is what a request asks for.
type addrKind uint8

const (
	addAddr    addrKind = iota // Add IP Address
	preferAddr                 // Set Primary Address
	removeAddr                 // Delete IP Address
)

// addrRequest is one parameter of an ASCONF chunk.
type addrRequest struct {
	kind addrKind
	addr netip.Addr
	// id is the Correlation ID.
	id uint32
}

// addrChange is a wish under way. It goes into one ASCONF chunk, or several if they are too many for a packet.
type addrChange struct {
	// left are the requests that were not sent yet.
	left   []addrRequest
	result AddrsChanged
}

// asconfFlight is an ASCONF chunk that waits for its answer.
type asconfFlight struct {
	*addrChange
	requests []addrRequest
	seq      seq.TSN
	// chunk is the same each time (section 5.1 B4).
	chunk []byte
	path  *path.Path
	// from is the source address, if it is one that only this chunk may have: the peer does not know it yet (section 5.3 F1).
	from netip.Addr
	// keep is the source address, if all others are to be removed.
	keep netip.Addr
	// pending: it is to be sent now. repeated: it was sent more than once.
	pending, repeated bool
	sentAt            mono.Time
	// deadline is that of T4-rto, timeout what it was started with.
	deadline mono.Time
	timeout  time.Duration
}

// addresses returns the state of the extension. Both sides count their chunks from their Initial TSNs on (section 5.1 A2).
func (a *Association) addresses() *addressing {
	if a.addressing == nil {
		a.addressing = &addressing{own: ownChanges{next: a.initialTSN, known: a.LocalAddrs(nil)}, peer: peerChanges{next: a.peerInitialTSN}}
	}
	return a.addressing
}

// configuresAddrs reports whether ASCONF chunks may be sent and received (section 5.1.1 C4).
func (a *Association) configuresAddrs() bool {
	switch a.state {
	case StateEstablished, StateShutdownPending, StateShutdownReceived, StateShutdownSent:
		return a.extensions.Has(DynamicAddresses)
	case StateClosed, StateCookieWait, StateCookieEchoed, StateShutdownAckSent:
	}
	return false
}

// ChangeAddrs asks the peer to take note of other addresses of this side (RFC 5061). AddrsChanged tells the outcome, by the number returned. An
// address is used as a source once the peer knows it, and no more from when the peer is asked to forget it.
func (a *Association) ChangeAddrs(now mono.Time, c AddrChange) (uint32, error) {
	switch {
	case a.opening != nil, a.state == StateClosed, a.state == StateShutdownAckSent:
		return 0, ErrNotEstablished
	case !a.extensions.Has(DynamicAddresses):
		return 0, ErrNotNegotiated
	}
	o := &a.addresses().own
	if o.noAdd && len(c.Add)+len(c.Remove) > 0 || o.noPrefer && c.Primary.IsValid() {
		return 0, ErrNotNegotiated
	}
	if len(o.waiting) >= MaxAddrChangesWaiting {
		return 0, ErrReconfigBusy
	}
	op := &addrChange{}
	if err := a.checkAddrs(op, c); err != nil {
		return 0, err
	}
	for i := range op.left {
		o.correlation++
		op.left[i].id = o.correlation
	}
	o.lastID++
	op.result.Request = o.lastID
	o.waiting = append(o.waiting, op)
	a.progressASCONF(now)
	return o.lastID, nil
}

// checkAddrs makes requests of a wish, in the order in which the peer can perform them: what is added first may be preferred, and what is
// preferred first may replace what is removed (sections 5.3 F5 and 5.4).
func (a *Association) checkAddrs(op *addrChange, c AddrChange) error {
	known := a.plannedAddrs()
	for _, addr := range c.Add {
		switch {
		case addr.IsUnspecified():
		case contains(known, addr):
			return fmt.Errorf("%w: %v", ErrAddrKnown, addr)
		case !a.tellable(addr):
			return fmt.Errorf("%w: %v", ErrBadAddr, addr)
		default:
			known = append(known, addr)
		}
		op.left = append(op.left, addrRequest{kind: addAddr, addr: addr})
	}
	if p := c.Primary; p.IsValid() {
		if !p.IsUnspecified() && !contains(known, p) {
			return fmt.Errorf("%w: %v", ErrNoSuchAddr, p)
		}
		if scopeOf(p) == scopeLink {
			return fmt.Errorf("%w: %v", ErrBadAddr, p)
		}
		op.left = append(op.left, addrRequest{kind: preferAddr, addr: p})
	}
	for _, addr := range c.Remove {
		switch i := slices.Index(known, addr); {
		case addr.IsUnspecified() && a.dataPath().Addr.Local.IsValid():
			known = []netip.Addr{a.dataPath().Addr.Local} // or the one that is new
		case addr.IsUnspecified(): // nobody here would know what is left
			return fmt.Errorf("%w: %v, as routes choose the source", ErrBadAddr, addr)
		case i < 0:
			return fmt.Errorf("%w: %v", ErrNoSuchAddr, addr)
		case len(known) == 1:
			return fmt.Errorf("%w: %v", ErrLastAddr, addr)
		default:
			known = slices.Delete(known, i, i+1)
		}
		op.left = append(op.left, addrRequest{kind: removeAddr, addr: addr})
	}
	if len(op.left) == 0 {
		return ErrEmptyRequest
	}
	return nil
}

// tellable reports whether an address of this side can be told to the peer, if the user wants to.
func (a *Association) tellable(addr netip.Addr) bool {
	s, least := scopeOf(addr), scopeOf(a.primary.Addr.Remote)
	if s == scopeUnusable || s == scopeLink {
		return false
	}
	return s != scopeLoopback || least == scopeLoopback
}

// plannedAddrs are the addresses that the peer will know once all that waits is done.
func (a *Association) plannedAddrs() []netip.Addr {
	known := a.LocalAddrs(nil)
	if a.addressing == nil {
		return known
	}
	o := &a.addressing.own
	plan := func(requests []addrRequest) {
		for _, q := range requests {
			switch i := slices.Index(known, q.addr); {
			case q.kind == removeAddr && q.addr.IsUnspecified():
				known = []netip.Addr{a.dataPath().Addr.Local}
			case q.kind == addAddr && i < 0 && !q.addr.IsUnspecified():
				known = append(known, q.addr)
			case q.kind == removeAddr && i >= 0:
				known = slices.Delete(known, i, i+1)
			}
		}
	}
	if o.flight != nil {
		plan(o.flight.requests)
		plan(o.flight.left)
	}
	for _, op := range o.waiting {
		plan(op.left)
	}
	return known
}

// progressASCONF does what has become possible.
func (a *Association) progressASCONF(now mono.Time) {
	if a.addressing == nil || a.addressing.own.flight != nil || len(a.addressing.own.waiting) == 0 || !a.configuresAddrs() {
		return
	}
	op := a.addressing.own.waiting[0]
	if p := a.asconfPath(op); usable(p) {
		a.addressing.own.waiting = slices.Delete(a.addressing.own.waiting, 0, 1)
		a.launchASCONF(now, op, p)
	}
}

// dropAddressing is for when the association ends, or the peer restarts.
func (a *Association) dropAddressing() {
	if a.addressing == nil {
		return
	}
	o := a.addressing.own
	a.addressing = nil
	a.sourcesChanged()
	why := ErrRestarted
	if a.state == StateClosed {
		why = ErrNotEstablished
	}
	if o.flight != nil {
		a.tellAddrs(o.flight.addrChange, why)
	}
	for _, op := range o.waiting {
		a.tellAddrs(op, why)
	}
}

// tellAddrs reports the end of a wish; err if something of it was not done and nothing else says why.
func (a *Association) tellAddrs(op *addrChange, err error) {
	if op.result.Err == nil {
		op.result.Err = err
	}
	a.emit(op.result)
}
