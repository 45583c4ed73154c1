package assoc

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/wire"
)

// startHeartbeats begins to probe unconfirmed paths, HB.Max.Burst of them per RTO, and to watch confirmed ones (RFC 9260 sections 5.4
// and 8.3).
func (a *Association) startHeartbeats(now mono.Time) {
	probed := 0
	for _, p := range a.paths {
		if p.State() != path.Unconfirmed {
			a.scheduleHeartbeat(now, p)
			a.beginSearch(p)
			continue
		}
		rounds := probed / a.cfg.HBMaxBurst
		p.HB.Due = now
		for range rounds {
			p.HB.Due = p.HB.Due.Add(p.RTO.Current())
		}
		probed++
	}
}

// heartbeating reports whether HEARTBEATs are sent: not before ESTABLISHED, not after SHUTDOWN or SHUTDOWN ACK (section 8.3). A peer that moves after
// the SHUTDOWN has an address that nothing may be sent to before it is verified.
func (a *Association) heartbeating() bool {
	if a.state == StateShutdownSent && a.addressing != nil && !usable(a.dataPath()) {
		return true
	}
	return a.state == StateEstablished || a.state == StateShutdownPending || a.state == StateShutdownReceived
}

func (a *Association) scheduleHeartbeat(now mono.Time, p *path.Path) {
	if !a.heartbeating() {
		return
	}
	p.Schedule(now, a.rand.Uint64())
	if p.State() == path.Unconfirmed {
		for range (a.unconfirmed() - 1) / a.cfg.HBMaxBurst { // the others take turns (section 5.4)
			p.HB.Due = p.HB.Due.Add(p.RTO.Current())
		}
	}
}

// unconfirmed is the number of paths that are being verified.
func (a *Association) unconfirmed() (n int) {
	for _, p := range a.paths {
		if p.State() == path.Unconfirmed {
			n++
		}
	}
	return n
}

// stopHeartbeats ends them for good.
func (a *Association) stopHeartbeats() {
	for _, p := range a.paths {
		p.HB.Off()
	}
}

// expireHeartbeat handles the heartbeat timers of a path: one went unanswered for an RTO, or the next is due.
func (a *Association) expireHeartbeat(now mono.Time, p *path.Path) {
	if p.HB.Deadline.Reached(now) {
		p.HB.TimedOut()
		p.RTO.BackOff()
		confirmed := p.State().Confirmed()
		inUse := p == a.dataPath()
		a.pathFailed(now, p)
		// Section 8.1: only on the path in use for data; section 5.4: never while confirming, unless there is no other way to the peer. With
		// data outstanding T3-rtx counts: each silence would count twice, and an outage of several paths end the association in half the time
		// (RFC 7829 section 4).
		if inUse && (confirmed && a.send.outstanding.Len() == 0 || !usable(a.dataPath())) {
			a.countError()
		}
	}
	if !p.HB.Due.Reached(now) || a.state == StateClosed {
		return
	}
	a.scheduleHeartbeat(now, p)
	a.trim()
	// Section 8.3: a path is idle if nothing was sent that tells of it in the heartbeat period. Data does, on a potentially failed path
	// too (RFC 7829 section 3.2 item 6): a HEARTBEAT beside it would count each failure twice.
	if p.State().Confirmed() && (a.send.outstanding.Flight(p.ID) > 0 || a.dataTarget() == p || a.reconfigures(p)) {
		return
	}
	if p.HB.Nonce == 0 || failed(p) && lost(now, p) {
		p.HB.Wanted = true
	}
}

// trim gives back the memory that was kept for more of the same. On a path in use that is once in a while too often, and costs little.
func (a *Association) trim() {
	a.send.queue.Trim()
	if a.receive.inbound != nil {
		a.receive.inbound.Trim()
	}
}

// RequestHeartbeat sends a HEARTBEAT to remote now (section 11.1.10).
func (a *Association) RequestHeartbeat(now mono.Time, remote netip.Addr) error {
	p := a.pathTo(remote)
	switch {
	case p == nil:
		return fmt.Errorf("%w: %v", ErrNoSuchPath, remote)
	case !a.heartbeating():
		return ErrNotEstablished
	}
	p.HB.Wanted = true
	return nil
}

// SetPrimary makes remote the primary path (section 11.1.6). Until it is confirmed, data takes another one (section 5.4).
func (a *Association) SetPrimary(now mono.Time, remote netip.Addr) error {
	p := a.pathTo(remote)
	if p == nil {
		return fmt.Errorf("%w: %v", ErrNoSuchPath, remote)
	}
	a.primary = p
	a.send.burst = max(a.send.burst, a.cfg.MaxBurst)
	return nil
}

// appendHeartbeat appends a HEARTBEAT chunk for p and starts to wait for the answer.
func (a *Association) appendHeartbeat(now mono.Time, b []byte, p *path.Path) []byte {
	nonce := max(a.rand.Uint64(), 1) // zero stands for none
	p.HB.Sent(now, nonce, p.RTO.Current())
	return wire.HeartbeatInfo{Path: uint32(p.ID), Nonce: nonce}.Append(b)
}

// recvHeartbeat has the chunk answered to where it came from (section 8.3).
func (a *Association) recvHeartbeat(in *inbound, c wire.Chunk) {
	switch a.state {
	case StateCookieEchoed, StateEstablished, StateShutdownPending, StateShutdownReceived, StateShutdownSent:
	default:
		return
	}
	info, err := wire.ParseHeartbeat(c)
	if err != nil {
		a.violation(err.Error())
		return
	}
	if in.path == nil || len(info) > MaxHeartbeatInfo || len(a.control.heartbeatAcks) >= MaxHeartbeatAcks {
		return
	}
	if !a.answerFits(in, 4+wire.Padded(len(c.Value))) {
		return
	}
	if in.path.HB.Nonce == 0 {
		a.probeFailed(in.path) // it may be back: half of it certainly is
	}
	from := in.d.Path.Local
	if !a.answersFrom(from) {
		from = netip.Addr{}
	}
	// The chunk's value goes back whole: "with any other received TLVs, copied unchanged".
	a.control.heartbeatAcks = append(a.control.heartbeatAcks, heartbeatAck{in.path, from, append([]byte(nil), c.Value...)})
}

// answerFits reports whether the answer to a HEARTBEAT goes into one packet with what else answers the packet that is being processed, and counts it
// if so. What does not is not given: no packet is to trigger a burst of others (section 12.4).
func (a *Association) answerFits(in *inbound, n int) bool {
	if in.answered > 0 && in.answered+n > in.path.PMTU()-wire.HeaderLen-a.authOverhead() {
		return false
	}
	in.answered += n
	return true
}

// recvHeartbeatAck confirms a path, clears its errors and measures its round trip.
func (a *Association) recvHeartbeatAck(now mono.Time, c wire.Chunk) {
	if !a.heartbeating() {
		return
	}
	value, err := wire.ParseHeartbeat(c)
	if err != nil {
		a.violation(err.Error())
		return
	}
	info, ok := wire.ParseHeartbeatInfo(value)
	if !ok {
		return
	}
	// The nonce tells the path: numbers change when an address of the peer goes.
	for _, p := range a.paths {
		if p.ProbeAnswered(now, info.Nonce) {
			a.probeAnswered(now, p)
			return
		}
		if rtt, ok := p.HB.Answered(now, info.Nonce); ok { // else it is late or forged, or another path's
			a.roundTripMeasured(now, p, rtt)
			return
		}
	}
}

// roundTripMeasured takes a round trip.
func (a *Association) roundTripMeasured(now mono.Time, p *path.Path, rtt time.Duration) {
	p.RTO.Measured(rtt)
	// Section 8.1: with data outstanding only its acknowledgement counts, except before the first SACK: the COOKIE ACK may be lost, and a
	// peer in COOKIE-ECHOED answers HEARTBEATs but takes no data. It repeats its COOKIE ECHO Max.Init.Retransmits times; who still takes none
	// then never will.
	switch {
	case a.send.outstanding.Len() == 0:
		a.errors = 0
	case !a.send.answered && a.errors > 0 && a.send.excused < a.cfg.MaxInitRetransmits:
		a.send.excused++
		a.errors = 0
	}
	a.heartbeatAnswered(now, p)
	a.scheduleHeartbeat(now, p)
}
