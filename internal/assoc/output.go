package assoc

import (
	"net/netip"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// builder is a packet while it is being put together.
type builder struct {
	b []byte
	// pieces are user data that is not in b, and where it belongs.
	pieces gathered
	limit  int
	path   *path.Path
	// control counts control chunks, data DATA chunks.
	control, data int
	// notAlone counts control chunks that are not worth a packet of their own.
	notAlone int
	// cookie: COOKIE ECHO is in the packet.
	cookie      bool
	mayFragment bool
	// reserved is what limit leaves to AUTH. key is the number of the key for it: the active one, or that of the DATA.
	reserved int
	key      uint16
	// repeats: some of the DATA was sent before, or is a zero window probe.
	repeats bool
	// from, if valid, is the source address: an answer leaves from the address that the question came to. sackFrom is so for a SACK that goes
	// without DATA.
	from, sackFrom netip.Addr
}

// room is what the packet has left.
func (k *builder) room() int { return k.limit - k.size() }

// size is the length of the packet so far.
func (k *builder) size() int { return len(k.b) + k.pieces.bytes }

// empty reports whether nothing is there that is worth a packet.
func (k *builder) empty() bool { return k.control+k.data == k.notAlone }

// NextPacket builds the next packet into buf (at least the largest path MTU, up to 65,535 bytes) and fills in d. It says false when there is
// nothing to send. As far as d.Rest has capacity, the packet may be one in pieces, some of which are user data: see Written.
//
// A packet is assembled for one path, the one that its first reason to be sent asks for; whatever else may go there goes along:
// control chunks first, then retransmissions, then new data (RFC 9260 sections 6.1 and 6.10). A packet that stays empty is abandoned, so
// there is no second idea of whether there is something to send.
func (a *Association) NextPacket(now mono.Time, buf []byte, d *transport.Datagram) bool {
	if a.nextReply(buf, d) {
		return true
	}
	if a.state == StateClosed {
		return false
	}
	a.giveUp(now)
	if a.probeWanted && a.control.cookieAck == nil && a.nextProbe(now, buf, d) {
		return true
	}
	p := a.nextTarget()
	if p == nil {
		a.ranOut()
		a.send.endOpportunity(a.opening != nil)
		return false
	}
	k := builder{b: buf[:0], limit: min(p.PMTU(), cap(buf)), path: p}
	if a.auth == nil {
		k.pieces.rest = d.Rest[:0]
	}
	a.reserveAuth(&k)
	if a.opening != nil && a.state == StateCookieWait {
		a.buildInit(now, &k)
	} else {
		a.build(now, &k)
	}
	if k.empty() {
		a.ranOut()
		a.send.endOpportunity(a.opening != nil)
		return false
	}
	if a.auth != nil {
		k.b = a.sign(k.b, k.key)
	}
	oversize := k.size() > p.PMTU()
	k.gatherRest()
	a.seal(&k)
	a.stats.PacketsSent++
	a.stats.ControlSent += uint64(k.control)
	*d = transport.Datagram{
		Path: p.Addr, Data: k.b, Rest: k.pieces.rest, ECN: a.ecnOf(&k), MayFragment: k.mayFragment || oversize || p.Fixed(),
	}
	if d.MayFragment && !p.Fixed() {
		d.MTU = p.PMTU()
	}
	d.DSCP, d.FlowLabel = p.Labels()
	switch {
	case k.from.IsValid():
		d.Path.Local = k.from
	case k.sackFrom.IsValid() && k.data == 0:
		d.Path.Local = k.sackFrom
	}
	return true
}

// nextReply takes a complete packet.
func (a *Association) nextReply(buf []byte, d *transport.Datagram) bool {
	c := &a.control
	if len(c.replies) == 0 {
		return false
	}
	r := c.replies[0]
	c.replies[0] = reply{}
	if c.replies = c.replies[1:]; len(c.replies) == 0 {
		c.replies = nil
	}
	*d = transport.Datagram{Path: r.path, Data: append(buf[:0], r.packet...), MayFragment: len(r.packet) > defaultPMTU}
	a.stats.PacketsSent++
	a.stats.ControlSent++ // each has one chunk
	return true
}

// nextTarget is the path of the next packet, nil if there is none: the first of the reasons to send one, in order.
func (a *Association) nextTarget() *path.Path {
	c := &a.control
	switch {
	case a.opening != nil && a.opening.pending:
		return a.opening.path
	case a.state == StateCookieWait:
		return nil
	case c.cookieAck != nil:
		return c.cookieAck
	case len(c.heartbeatAcks) > 0:
		return c.heartbeatAcks[0].path
	case a.opening != nil:
		return nil // section 5.1 C: nothing else before COOKIE ACK
	}
	for _, p := range a.paths {
		if p.HB.Wanted {
			return p
		}
	}
	if p := a.asconfTarget(); p != nil {
		return p
	}
	if p := a.reconfigTarget(); p != nil {
		return p
	}
	switch {
	case a.closing != nil && a.closing.pending != closeNothing:
		return a.closing.path
	case a.receive.ack.due:
		return a.sackPath()
	case a.receive.ack.copy != nil && a.copyPath() != nil:
		return a.copyPath()
	case len(c.errors) > 0, a.send.cwr.owed, len(a.receive.drops.list) > 0:
		return a.dataPath()
	case a.send.forward.due:
		return a.forwardPath()
	}
	return a.dataTarget()
}

// buildInit makes a packet of INIT alone, with tag 0 (section 8.5.1 A).
func (a *Association) buildInit(now mono.Time, k *builder) {
	k.b = beginPacket(k.b, a.params.LocalPort, a.params.PeerPort, 0)
	k.b = a.appendInit(k.b)
	k.control++
	k.mayFragment = k.room() < 0
	a.openingSent(now)
}

// openingSent notes that INIT or COOKIE ECHO left; its round trip counts unless it was a repetition.
func (a *Association) openingSent(now mono.Time) {
	a.opening.pending = false
	if a.opening.tries > 0 || a.opening.raced > 0 {
		a.incidents().ControlRepeated++
		return
	}
	a.opening.sentAt = now
}

// build adds all chunks that may go to the packet's path.
func (a *Association) build(now mono.Time, k *builder) {
	k.b = beginPacket(k.b, a.params.LocalPort, a.params.PeerPort, a.peerTag)
	a.buildCookie(now, k)
	a.buildHeartbeats(now, k)
	if !usable(k.path) {
		return // section 5.4: nothing else to an unconfirmed address
	}
	a.buildErrors(k)
	if a.addressing != nil && a.addressing.own.flight != nil {
		a.buildASCONF(k)
	}
	if a.reconfig != nil {
		a.buildReconfig(k)
	}
	if a.send.cwr.owed {
		a.buildCWR(k)
	}
	if a.send.forward.due {
		a.buildForward(now, k)
	}
	if len(a.receive.drops.list) > 0 {
		a.buildDropReports(k)
	}
	if a.receive.echo.owed && a.buildEcho(k) {
		return
	}
	tentative := a.buildSack(k)
	a.buildClose(k)
	if !a.mayCarryData(k) {
		return
	}
	a.release(k)
	a.buildData(now, k)
	switch {
	case tentative < 0:
	case k.data > 0:
		a.sackSent()
	default: // only DATA is worth an early SACK (section 6.1); a full DATA chunk does not fit beside it
		k.b = k.b[:tentative]
		k.control--
		a.release(k)
		a.buildData(now, k)
	}
}

// add counts control chunks that were appended.
func (k *builder) add(b []byte) {
	k.b = b
	k.control++
}

// buildCookie adds COOKIE ECHO or COOKIE ACK, which come first in a packet (section 5.1).
func (a *Association) buildCookie(now mono.Time, k *builder) {
	if a.state == StateCookieEchoed && a.opening.pending {
		a.buildCookieEcho(now, k)
	}
	if a.control.cookieAck == k.path {
		k.add(wire.AppendChunk(k.b, wire.ChunkCookieAck, 0, nil))
		k.from = a.control.cookieAckFrom
		a.control.cookieAck = nil
		if !usable(k.path) {
			k.add(a.appendHeartbeat(now, k.b, k.path)) // section 5.4
		}
	}
}

// cookieAckLen is the length of a COOKIE ACK chunk.
const cookieAckLen = 4

// heartbeatLen is the length of a HEARTBEAT chunk of this side.
const heartbeatLen = 4 + 4 + wire.HeartbeatInfoLen

// buildCookieEcho adds COOKIE ECHO. To an unconfirmed address it goes with a HEARTBEAT or not at all (section 5.4); in the latter case
// T1-cookie ends the association.
func (a *Association) buildCookieEcho(now mono.Time, k *builder) {
	unconfirmed := !usable(k.path)
	if unconfirmed && 4+wire.Padded(len(a.opening.cookie))+heartbeatLen > k.room() {
		a.opening.pending = false
		return
	}
	k.add(wire.AppendChunk(k.b, wire.ChunkCookieEcho, 0, a.opening.cookie))
	if unconfirmed {
		k.add(a.appendHeartbeat(now, k.b, k.path))
	}
	k.cookie = true
	if a.opening.tries > 0 {
		// Data beside the last one may have made it too large for the path, where nothing has been probed yet.
		k.limit = min(k.limit, path.BasePMTU-a.authOverhead())
	}
	k.mayFragment = k.room() < 0
	a.openingSent(now)
}

// buildHeartbeats adds the HEARTBEAT ACKs and the HEARTBEAT of the path.
func (a *Association) buildHeartbeats(now mono.Time, k *builder) {
	acks := a.control.heartbeatAcks[:0]
	for _, h := range a.control.heartbeatAcks {
		if h.path == k.path && (k.empty() || h.from == k.from && len(h.info)+8 <= k.room()) {
			k.from = h.from
			k.add(wire.AppendChunk(k.b, wire.ChunkHeartbeatAck, 0, h.info))
		} else {
			acks = append(acks, h)
		}
	}
	clear(a.control.heartbeatAcks[len(acks):])
	a.control.heartbeatAcks = acks
	if k.path.HB.Wanted && a.opening == nil && k.room() >= heartbeatLen {
		k.add(a.appendHeartbeat(now, k.b, k.path))
	}
}

// buildErrors adds an ERROR chunk.
func (a *Association) buildErrors(k *builder) {
	if n := len(a.control.errors); n > 0 && (n+4 <= k.room() || k.empty()) {
		k.add(wire.AppendChunk(k.b, wire.ChunkError, 0, a.control.errors))
		k.mayFragment = k.mayFragment || k.room() < 0
		a.control.errors = a.control.errors[:0]
	}
}

// buildSack adds a SACK: for good if one is due, else on approval, and then it returns where it begins; -1 otherwise.
func (a *Association) buildSack(k *builder) int {
	r := &a.receive
	if r.ack.copy == k.path && !r.ack.due && k.room() >= a.sackHeaderLen() {
		k.add(a.appendSack(k.b, k.room()))
		a.copySent()
		return -1
	}
	if a.opening != nil || r.ack.packets == 0 && !r.ack.due || k.path != a.sackPath() || k.room() < a.sackHeaderLen() {
		return -1
	}
	start := len(k.b)
	k.add(a.appendSack(k.b, k.room()))
	if r.ack.due {
		k.sackFrom = a.sackSource(k.path)
		a.sackSent()
		return -1
	}
	if !a.mayCarryData(k) || a.dataTarget() != k.path {
		k.b = k.b[:start]
		k.control--
		return -1
	}
	return start
}

// buildClose adds SHUTDOWN or SHUTDOWN ACK.
func (a *Association) buildClose(k *builder) {
	if a.closing == nil || a.closing.pending == closeNothing || k.path != a.closing.path || k.room() < 8 {
		return
	}
	switch a.closing.pending {
	case closeShutdown:
		k.add(wire.AppendShutdown(k.b, a.receive.tsns.CumTSN()))
	case closeShutdownAck:
		k.add(wire.AppendChunk(k.b, wire.ChunkShutdownAck, 0, nil))
	case closeNothing:
	}
	if a.closing.again {
		a.incidents().ControlRepeated++
	}
	a.closing.pending, a.closing.again = closeNothing, false
}

// mayCarryData reports whether DATA may go into the packet: in the states of section 6, and with a COOKIE ECHO.
func (a *Association) mayCarryData(k *builder) bool {
	switch a.state {
	case StateEstablished, StateShutdownPending, StateShutdownReceived:
		return true
	case StateCookieEchoed:
		return k.cookie && !k.mayFragment
	case StateClosed, StateCookieWait, StateShutdownSent, StateShutdownAckSent:
	}
	return false
}
