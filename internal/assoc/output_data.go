package assoc

import (
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/tx"
	"github.com/gosctp/sctp/internal/wire"
)

// dataTarget is the path of the next DATA chunk; nil if there is none to send. Whether windows allow it is found out when the packet
// is built.
func (a *Association) dataTarget() *path.Path {
	if a.send.outstanding == nil {
		return nil
	}
	if c := a.send.outstanding.NextLost(); c != nil {
		return a.retransmitPath(c)
	}
	if a.send.queue.Head() != nil {
		return a.newDataPath()
	}
	return nil
}

// buildData adds DATA chunks: those marked for retransmission before any new ones (RFC 9260 section 6.1 C), as far as the burst, the
// congestion window and the peer's window allow.
func (a *Association) buildData(now mono.Time, k *builder) {
	s := &a.send
	rush, tail := s.recovery.rush, s.tail == k.path
	pacing := a.pacingOf(k.path)
	if !pacing.on() && s.burst <= 0 && !rush {
		return
	}
	if s.outstanding.Len() == 0 {
		a.watch(now)
	}
	flight := s.outstanding.Flight(k.path.ID)
	if flight == 0 && a.opening == nil && !k.path.OnePacket { // waiting for a time-out is not being idle
		k.path.Decay(now)
	}
	// Section 6.1 B: one packet may exceed cwnd; after a time-out one packet is all there may be (section 7.2.3).
	open := tail || flight < k.path.CC.Cwnd() && (!k.path.OnePacket || flight == 0)
	if !open && !rush || !tail && !a.mayLeave(now, k.path, pacing) {
		return
	}
	restartT3 := false
	if !a.awaitsVerdict(k.path) || !a.buildFresh(now, k) {
		restartT3 = a.buildRetransmissions(now, k)
		if k.data > 0 {
			s.recovery.rush = false
		}
		if open && s.outstanding.Lost() == 0 {
			a.buildNew(now, k)
		}
	}
	if k.data == 0 {
		return
	}
	a.probeSent(k)
	a.idleSince = now
	s.burst--
	a.departed(now, k.path, flight, pacing)
	s.queue.Packet()
	k.path.Sent(now)
	if a.opening == nil && (restartT3 || k.path.T3.IsZero() || flight == 0 && !s.waitsForForward(k.path)) {
		k.path.T3 = now.Add(k.path.RTO.Current())
		a.watchTail(now, k.path)
	}
}

// buildRetransmissions adds chunks that are marked, in order of TSN, and reports whether one of them is now the earliest in flight on the
// path.
func (a *Association) buildRetransmissions(now mono.Time, k *builder) (earliest bool) {
	out := a.send.outstanding
	for c := out.NextLost(); c != nil; c = out.NextLostAfter(c.TSN) {
		if a.retransmitPath(c) != k.path {
			break
		}
		if a.otherKey(k, c.Message) {
			break
		}
		if c.Size() > k.room() {
			if !k.empty() {
				break
			}
			k.mayFragment = true // cut for a larger path MTU (section 7.3)
		}
		k.repeats = true
		a.sentAgain(now, a.paths[min(c.Path, len(a.paths)-1)], c.TSN)
		earliest = out.Retransmitted(now, c, k.path.ID) || earliest
		flags := a.appendData(k, c)
		a.countAgain(k.path, c)
		if k.path.OnePacket || a.send.tail == k.path {
			k.b[flags] |= wire.FlagImmediate
		}
	}
	return earliest
}

// buildNew adds new chunks.
func (a *Association) buildNew(now mono.Time, k *builder) {
	s := &a.send
	most, header := a.fragmentSize()-a.repeatedLen(), a.dataHeaderLen()
	way := a.wayOfNew()
	flags := 0
	for m := s.queue.Head(); m != nil && !s.outstanding.Full() && a.wayOf(m, way) == k.path; m = s.queue.Head() {
		n := min(most, m.Left())
		if header+n > k.room() || k.data > 0 && a.otherKey(k, m) || k.data == 0 && a.withheld(k) || !a.windowAllows(now, k, n) {
			break
		}
		c := s.outstanding.Add(now, s.queue, most, k.path.ID)
		flags = a.appendData(k, c)
		a.countNew(c)
		if c.End && m.Immediate {
			k.b[flags] |= wire.FlagImmediate
		}
	}
	if flags > 0 && a.wantsSack(k, most) {
		k.b[flags] |= wire.FlagImmediate
	}
}

// withheld is Nagle's algorithm: a packet that is not full waits while data is in flight (section 6.1), or while the user says that there
// is more to come. The rest of a message that has filled packets does not wait: it is not one of the small messages that Nagle is about. So
// that nothing waits for a delayed acknowledgement, wantsSack asks for a prompt one.
func (a *Association) withheld(k *builder) bool {
	waits := a.send.corked || a.cfg.Nagle && a.send.outstanding.Len() > 0 && !a.send.queue.Head().Sent()
	return waits && a.send.tail != k.path && a.state == StateEstablished &&
		a.send.queue.Unsent()+a.dataHeaderLen() < k.room() && !a.send.queue.Head().Immediate
}

// windowAllows has rule A of section 6.1: nothing new without room at the peer, except a probe, and that only with nothing in flight and
// after an RTO. The rest of a message does not wait for that: the peer may have to hand it out in parts to make room, and some (Linux) do so
// only when a chunk comes that does not fit. A message is never cut smaller to fit the window, which also avoids silly windows.
func (a *Association) windowAllows(now mono.Time, k *builder, n int) bool {
	s, p := &a.send, k.path
	switch {
	case s.outstanding.InFlight() > 0:
		return n <= s.rwnd()
	case n <= s.peerRwnd:
		return true
	}
	if s.probe || s.queue.Head().Sent() {
		s.probe, s.probing, k.repeats = false, true, true
		return true
	}
	if p.T3.IsZero() {
		p.T3 = now.Add(p.RTO.Current())
	}
	return false
}

// wantsSack reports whether the I bit pays at the end of a packet, besides for a user who asked: when nothing more may be sent before the SACK (for want of a window, or
// because what is in flight fills the send buffer), before a shutdown (section 6.1) or a reset, and where a delayed SACK would be later than
// T3-rtx: RTO.Min may be that small.
func (a *Association) wantsSack(k *builder, most int) bool {
	s := &a.send
	switch {
	case s.queue.Empty() && a.state == StateShutdownPending,
		!s.queue.Empty() && most > s.rwnd() && s.queue.NextSize(most) > s.rwnd(),
		s.queue.Empty() && a.SendSpace() < min(most, a.send.buffer/2),
		a.cfg.Nagle && s.queue.Unsent() < most, // what follows is withheld until then
		s.queue.Empty() && k.path.RTO.Current() < k.path.RTO.SRTT()+maxAckDelay,
		a.reconfigWaits() && s.queue.Head() == nil:
		return true
	}
	if s.tail == k.path {
		return true
	}
	// The peer may wait for more packets than a small window or Max.Burst let out, and its delay would be all the time there is.
	if cwnd := k.path.CC.Cwnd(); k.path.OnePacket || cwnd < smallWindow*k.path.PMDCS() && s.outstanding.Flight(k.path.ID) >= cwnd {
		return true
	}
	return !s.queue.Empty() && s.burst <= 1 && !a.pacingOf(k.path).on()
}

// smallWindow is how many packets a window has at least that cannot be empty for want of a SACK, whatever the peer's SACK.Frequency is within
// reason.
const smallWindow = 16

// appendData writes the chunk and returns where its flags are.
func (a *Association) appendData(k *builder, c *tx.Chunk) int {
	m := c.Message
	if a.AuthenticatesData() {
		k.key = m.Key
	}
	flags := len(k.b) + 1
	if a.extensions.Has(Interleaving) {
		d := wire.IData{TSN: c.TSN, StreamID: m.Stream, MID: m.MID, PPID: m.PPID, FSN: c.FSN, Flags: dataFlags(c), UserData: c.Data}
		a.extensions.toPeer(&d)
		if !a.gather(k, c) {
			k.b = d.Append(k.b)
		} else {
			k.gather(d.AppendHeader(k.b), c.Data)
		}
	} else {
		d := wire.Data{TSN: c.TSN, StreamID: m.Stream, SSN: m.SSN, PPID: m.PPID, Flags: dataFlags(c), UserData: c.Data}
		if !a.gather(k, c) {
			k.b = d.Append(k.b)
		} else {
			k.gather(d.AppendHeader(k.b), c.Data)
		}
	}
	k.data++
	return flags
}

func dataFlags(c *tx.Chunk) (flags uint8) {
	if c.Begin {
		flags |= wire.FlagBegin
	}
	if c.End {
		flags |= wire.FlagEnd
	}
	if c.Message.Unordered {
		flags |= wire.FlagUnordered
	}
	return flags
}

// countAgain counts a retransmission to a path.
func (a *Association) countAgain(p *path.Path, c *tx.Chunk) {
	a.incidents().Retransmitted++
	if c.TimedOut {
		a.incidents().RetransmittedByT3++
	}
	p.Retransmitted++
}

// countNew counts a first transmission.
func (a *Association) countNew(c *tx.Chunk) {
	a.stats.BytesSent += uint64(len(c.Data))
	if c.Begin && !c.End {
		a.stats.Fragmented++
	}
	if c.Message.Unordered {
		a.stats.UnorderedSent++
	} else {
		a.stats.OrderedSent++
	}
}
