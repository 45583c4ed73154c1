package assoc

import (
	"time"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// forwarder tells the peer what is skipped, with FORWARD TSN (RFC 3758 section 3.5) or I-FORWARD-TSN (RFC 8260 section 2.3.1). As long as the
// peer has not acknowledged it, T3-rtx runs on the path where it went, even if nothing is in flight (section 3.5 C5).
type forwarder struct {
	// due: one is to be sent. waits is when one will be, unset if that is not known.
	due   bool
	waits mono.Time
	// path is where the last one went, nil if the peer has acknowledged it; at is when, and upTo its New Cumulative TSN.
	path *path.Path
	at   mono.Time
	upTo seq.TSN

	skipped *skipped // scratch
}

// skipped is what a FORWARD TSN or an I-FORWARD-TSN lists.
type skipped struct {
	streams  []wire.SkippedStream
	messages []wire.SkippedMessage
}

// skipping reports whether there is something that the peer has not been told, or has not acknowledged, to skip.
func (s *sender) skipping() bool {
	return s.outstanding.AdvancedPeerAckPoint() != s.outstanding.CumTSNAck()
}

// waitsForForward reports whether T3-rtx of a path runs for a FORWARD TSN.
func (s *sender) waitsForForward(p *path.Path) bool { return s.forward.path == p && s.skipping() }

// maxForwardDelay bounds how long a FORWARD TSN waits (section 3.5 F3).
const maxForwardDelay = 200 * time.Millisecond

// skip has the peer told what it has not been told: at once, but not more often than once in a round trip. The same is repeated after a round
// trip only, since a SACK that shows nothing of it may have been under way (section 3.5, notes to F2).
func (a *Association) skip(now mono.Time) {
	s := &a.send
	f := &s.forward
	f.waits = 0
	if f.due = false; !s.skipping() {
		return
	}
	if f.path == nil {
		f.due = true
		return
	}
	pause := roundTrip(f.path)
	more := f.upTo.Less(s.outstanding.AdvancedPeerAckPoint())
	if more {
		pause = min(pause, maxForwardDelay)
	}
	switch again := f.at.Add(pause); {
	case again <= now, f.path.T3.IsZero(): // no timer repeats it
		f.due = true
	case more:
		f.waits = again
	}
}

// roundTrip is how long an answer on a path may take.
func roundTrip(p *path.Path) time.Duration {
	if srtt := p.RTO.SRTT(); srtt > 0 {
		return srtt
	}
	return p.RTO.Current()
}

// repeatForward has a FORWARD TSN sent again because T3-rtx expired on its path, and reports whether it did (A5).
func (a *Association) repeatForward(p *path.Path) bool {
	if !a.send.waitsForForward(p) {
		return false
	}
	a.send.forward.due = true
	a.incidents().ControlRepeated++
	return true
}

// forwardAcked takes a Cumulative TSN Ack: of the FORWARD TSN too, perhaps, which shows that its path works.
func (a *Association) forwardAcked(now mono.Time, cum seq.TSN) {
	if !a.send.unreliable {
		return
	}
	f := &a.send.forward
	if f.path != nil && !cum.Less(f.upTo) {
		a.pathAnswered(f.path, false)
		f.path = nil
	}
	a.skip(now)
}

// buildForward adds the FORWARD TSN that is due: to whatever confirmed address a packet goes, since it goes with other chunks best (F2).
func (a *Association) buildForward(now mono.Time, k *builder) {
	f := &a.send.forward
	if a.opening != nil || !a.mayCarryData(k) {
		return
	}
	b, cum := a.appendForward(k.b, k.room())
	if cum == a.send.outstanding.CumTSNAck() {
		return // the next packet has more room
	}
	k.add(b)
	if p := f.path; p != nil && p != k.path && a.send.outstanding.Flight(p.ID) == 0 {
		p.T3 = 0 // it ran for the one before
	}
	f.due, f.path, f.at, f.upTo = false, k.path, now, cum
	if k.path.T3.IsZero() {
		k.path.T3 = now.Add(k.path.RTO.Current())
	}
}

// appendForward appends a FORWARD TSN or I-FORWARD-TSN with as much as there is room for, and returns its New Cumulative TSN: the Cumulative
// TSN Ack Point if there is room for nothing.
func (a *Association) appendForward(b []byte, room int) ([]byte, seq.TSN) {
	f, out := &a.send.forward, a.send.outstanding
	if room -= wire.ForwardTSNHeaderLen; room < 0 {
		return b, out.CumTSNAck()
	}
	if f.skipped == nil {
		f.skipped = new(skipped)
	}
	var cum seq.TSN
	s := f.skipped
	if a.extensions.Has(Interleaving) {
		s.messages, cum = out.AppendSkippedMessages(s.messages[:0], room/wire.SkippedMessageLen)
		return wire.AppendIForwardTSN(b, cum, s.messages), cum
	}
	s.streams, cum = out.AppendSkipped(s.streams[:0], room/wire.SkippedStreamLen)
	return wire.AppendForwardTSN(b, cum, s.streams), cum
}

// forwardPath is where a FORWARD TSN goes that no other chunk takes along: where data goes, but after a time-out to another address.
func (a *Association) forwardPath() *path.Path {
	if p := a.send.forward.path; p != nil && p.T3.IsZero() {
		return a.otherPath(p)
	}
	return a.dataPath()
}
