package assoc

import (
	"fmt"
	"slices"
	"time"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/wire"
)

// tsnResetInterval is the time between two requests to reset TSNs: by then no packet with an old TSN is left in the network (RFC 6525 section
// 5.1.4).
const tsnResetInterval = 30 * time.Second

// ResetRequest says which streams to reset.
type ResetRequest struct {
	// Outgoing are the streams that this side sends on, Incoming those of the peer, who is asked to reset them.
	Outgoing, Incoming bool
	// Streams are their numbers; nil means all.
	Streams []uint16
}

// ResetStreams lets streams begin with sequence number 0 again (RFC 6525 sections 5.1.2 and 5.1.3). What was sent on them before is
// delivered first, what is sent from now on waits until they are reset. The outcome is a StreamReset with the number that is returned.
func (a *Association) ResetStreams(now mono.Time, r ResetRequest) (id uint32, err error) {
	if err := a.mayReconfigure(); err != nil {
		return 0, err
	}
	streams := slices.Clone(r.Streams)
	slices.Sort(streams)
	streams = slices.Compact(streams)
	if err := a.checkReset(&r, streams); err != nil {
		return 0, err
	}
	var requests []request
	if r.Outgoing {
		requests = append(requests, request{kind: resetOutgoing, streams: streams})
		a.pauseStreams(streams)
	}
	if r.Incoming {
		requests = append(requests, request{kind: resetIncoming, streams: streams})
	}
	return a.enqueue(now, requests), nil
}

// checkReset reports what is wrong with a request for streams, sorted and each of them once.
func (a *Association) checkReset(r *ResetRequest, streams []uint16) error {
	if !r.Outgoing && !r.Incoming || r.Streams != nil && len(streams) == 0 {
		return ErrEmptyRequest
	}
	if n := len(streams); n > 0 {
		switch last := streams[n-1]; {
		case r.Outgoing && last >= a.outStreams:
			return fmt.Errorf("%w: outgoing stream %d of %d", ErrBadStream, last, a.outStreams)
		case r.Incoming && last >= a.inStreams:
			return fmt.Errorf("%w: incoming stream %d of %d", ErrBadStream, last, a.inStreams)
		}
	}
	if most := a.mostStreams(r); len(streams) > most {
		return fmt.Errorf("%w: %d listed, a packet takes %d", ErrTooManyStreams, len(streams), most)
	}
	pending := func(q *request) bool { return q.kind == resetOutgoing && q.concerns(streams) }
	if r.Outgoing && a.reconf().own.any(pending) {
		return ErrReconfigBusy
	}
	return nil
}

// mostStreams is the number of streams that fit into one packet.
func (a *Association) mostStreams(r *ResetRequest) int {
	room, each := a.leastPMDCS()-4, 0 // less the chunk's header
	if r.Outgoing {
		room, each = room-16, each+2
	}
	if r.Incoming {
		room, each = room-8-2, each+2 // with the padding before it
	}
	return min(room/each, MaxListedStreams)
}

// ResetAssociation lets all streams of both directions begin with sequence number 0 again, and the TSNs elsewhere (RFC 6525 section 5.1.4). What is
// being sent is delivered first; all else waits. The outcome is an AssocReset with the number that is returned.
func (a *Association) ResetAssociation(now mono.Time) (id uint32, err error) {
	if err := a.mayReconfigure(); err != nil {
		return 0, err
	}
	o := &a.reconf().own
	switch {
	case o.any(func(q *request) bool { return q.kind == resetTSNs }):
		return 0, ErrReconfigBusy
	case !o.resetAt.IsZero() && now.Sub(o.resetAt) < tsnResetInterval:
		return 0, ErrReconfigTooSoon
	}
	return a.enqueue(now, []request{{kind: resetTSNs}}), nil
}

// AddStreams adds so many streams to those that this side sends on, and asks the peer to add to its own (RFC 6525 sections 5.1.5 and 5.1.6). The
// outcome is a StreamChange with the number that is returned.
func (a *Association) AddStreams(now mono.Time, out, in uint16) (id uint32, err error) {
	if err := a.mayReconfigure(); err != nil {
		return 0, err
	}
	outgoing, incoming := int(a.outStreams)+int(out), int(a.inStreams)+int(in)
	a.reconf().own.any(func(q *request) bool {
		switch q.kind {
		case addOutgoing:
			outgoing += int(q.count)
		case addIncoming:
			incoming += int(q.count)
		case resetOutgoing, resetIncoming, resetTSNs:
		}
		return false
	})
	switch {
	case out == 0 && in == 0:
		return 0, ErrEmptyRequest
	case outgoing > MaxStreams:
		return 0, fmt.Errorf("%w: %d outgoing ones, %d are possible", ErrTooManyStreams, outgoing, MaxStreams)
	case incoming > int(a.cfg.MaxInStreams):
		return 0, fmt.Errorf("%w: %d incoming ones, MaxInStreams is %d", ErrTooManyStreams, incoming, a.cfg.MaxInStreams)
	}
	var requests []request
	if out > 0 {
		requests = append(requests, request{kind: addOutgoing, count: out})
	}
	if in > 0 {
		requests = append(requests, request{kind: addIncoming, count: in})
	}
	return a.enqueue(now, requests), nil
}

// mayReconfigure reports why no request can be made now.
func (a *Association) mayReconfigure() error {
	switch {
	case a.state != StateEstablished:
		return ErrNotEstablished
	case !a.extensions.Has(Reconfiguration):
		return ErrNotNegotiated // RFC 6525 section 5.1.1
	case len(a.reconf().own.waiting) >= MaxReconfigWaiting:
		return ErrReconfigBusy
	}
	return nil
}

// enqueue takes the requests of an operation, and sends them if their time has come.
func (a *Association) enqueue(now mono.Time, requests []request) (id uint32) {
	o := &a.reconfig.own
	o.lastID++
	id = o.lastID
	o.waiting = append(o.waiting, &operation{id: id, requests: requests})
	a.progressReconfig(now)
	return id
}

// ReconfigRequests is a set of kinds of requests of RFC 6525.
type ReconfigRequests uint8

const (
	// StreamResets are Outgoing and Incoming SSN Reset Requests.
	StreamResets ReconfigRequests = 1 << iota
	// AssocResets are SSN/TSN Reset Requests.
	AssocResets
	// StreamAdditions are Add Outgoing and Add Incoming Streams Requests.
	StreamAdditions
)

// AllReconfigRequests are all that there are.
const AllReconfigRequests = StreamResets | AssocResets | StreamAdditions

// denies reports whether the user wants none of these requests.
func (c *Config) denies(r ReconfigRequests) bool { return c.DenyReconfig&r != 0 }

// listOf copies a list of streams from a packet, sorted and each of them once; nil means all.
func listOf(l wire.Uint16s) []uint16 {
	if l.Len() == 0 {
		return nil
	}
	streams := make([]uint16, l.Len())
	for i := range streams {
		streams[i] = l.At(i)
	}
	slices.Sort(streams)
	return slices.Compact(streams)
}
