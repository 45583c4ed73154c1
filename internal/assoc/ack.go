package assoc

import (
	"net/netip"
	"time"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/wire"
)

// maxAckDelay is the longest that a peer may delay a SACK (RFC 9260 section 6.2).
const maxAckDelay = 500 * time.Millisecond

// acker decides when received DATA is acknowledged (RFC 9260 section 6.2).
type acker struct {
	// packets with DATA since the last SACK; a SACK bundled with DATA acknowledges them early.
	packets int
	// deadline of the delayed acknowledgement; unset if none is outstanding.
	deadline mono.Time
	// due: a SACK has to leave now; echoed: its ECNE has.
	due, echoed bool
	// begun: the first DATA chunk of the association has been acknowledged (section 5.1).
	begun bool
	// path is where the next SACK goes, last where the last one went. from is the address that the DATA came to, if it came from path.
	path, last *path.Path
	from       netip.Addr
	// copy is where the last SACK goes once more, by another way.
	copy *path.Path
}

// afterData does for the DATA chunks of a packet what is done once per packet: decide when to acknowledge.
func (a *Association) afterData(now mono.Time, in *inbound) {
	k := &a.receive.ack
	d := &in.data
	if !d.any {
		return
	}
	if in.path != nil && in.path.State().Confirmed() {
		k.path, k.from = in.path, in.d.Path.Local
	}
	if d.duplicate && !d.fresh && k.path == k.last {
		// Section 6.4: the way back may be broken. It is not if the last SACK took another one: then that is the broken way. Where both
		// fail by turns, a SACK that took the other way alone could miss each time.
		k.copy = a.otherPath(k.path)
	}
	k.packets++
	a.measureArrival(now)
	a.recvMark(in)
	a.idleSince = now
	delay, frequency := a.ackPolicy()
	switch {
	case a.state == StateShutdownSent:
		a.answerDataWithShutdown(now) // section 9.2
		// SHUTDOWN says nothing of the window, without which a peer that still has much to send would have to probe it.
		k.due = true
		return
	case !k.begun, d.duplicate, d.dropped, d.immediate, d.outOfOrder, a.receive.tsns.HasGaps(),
		k.packets >= frequency, delay < 0:
		k.due = true
	case k.deadline.IsZero():
		k.deadline = now.Add(delay)
	}
	k.begun = true
}

// OwesAck reports whether a SACK is due.
func (a *Association) OwesAck() bool { return a.receive.ack.due }

// ackPolicy is how SACKs are delayed: as the path says that data comes from.
func (a *Association) ackPolicy() (delay time.Duration, frequency int) {
	if p := a.receive.ack.path; p != nil {
		return p.SACKPolicy()
	}
	return a.cfg.SACKDelay, a.cfg.SACKFrequency
}

// expireAck ends the delay.
func (a *Association) expireAck() {
	a.receive.ack.deadline = 0
	a.receive.ack.due = true
	a.stats.AcksDelayed++
}

// appendSack appends a SACK chunk of at most room bytes (section 3.3.4).
func (a *Association) appendSack(b []byte, room int) []byte {
	r := &a.receive
	blocks := (room - a.sackHeaderLen()) / 4
	r.gaps = r.tsns.AppendGaps(r.gaps[:0], blocks)
	dups := r.tsns.Duplicates()
	dups = dups[:min(len(dups), blocks-len(r.gaps))]
	if a.extensions.Has(NRSack) {
		return wire.AppendNRSack(b, r.tsns.CumTSN(), uint32(a.rwnd()), nil, r.gaps, dups)
	}
	return wire.AppendSack(b, r.tsns.CumTSN(), uint32(a.rwnd()), r.gaps, dups)
}

// sackSent notes that everything received has been reported.
func (a *Association) sackSent() {
	k := &a.receive.ack
	k.packets, k.deadline, k.due, k.echoed = 0, 0, false, false
	k.last = a.sackPath()
	a.receive.advertised = a.rwnd()
	a.receive.tsns.ClearDuplicates()
	a.stats.SacksSent++
}

// sackSource is the address that a packet leaves from which acknowledges and carries no DATA: the one that the peer sent to, as firewalls
// expect of an answer. What is answered itself, as DATA is, goes and comes by the source of the path.
func (a *Association) sackSource(p *path.Path) netip.Addr {
	if k := &a.receive.ack; k.path == p && !p.Source().IsValid() && !contains(a.gone, k.from) && a.answersFrom(k.from) {
		return k.from
	}
	return netip.Addr{}
}

// copySent notes that the same was reported on another way.
func (a *Association) copySent() {
	a.receive.ack.copy = nil
	a.stats.SacksSent++
}

// copyPath is where the last SACK goes once more; nil if it does not.
func (a *Association) copyPath() *path.Path {
	k := &a.receive.ack
	if k.copy == nil || k.copy == k.last || !k.copy.State().Confirmed() {
		k.copy = nil
	}
	return k.copy
}

// sackPath is where SACKs go: where the last DATA came from (section 6.4).
func (a *Association) sackPath() *path.Path {
	if p := a.receive.ack.path; p != nil && p.State().Confirmed() {
		return p
	}
	return a.dataPath()
}
