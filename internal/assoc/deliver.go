package assoc

import (
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// inbound is a packet while it is being processed: one input, however many chunks.
type inbound struct {
	d      *transport.Datagram
	header wire.Header
	chunks []byte
	// path is the one the packet came from; nil for an address that the peer did not announce.
	path *path.Path
	data dataSummary
	// learnt: where the packet came from was looked at, since a chunk of it counts.
	learnt bool
	// answered is the size of COOKIE ACK and HEARTBEAT ACKs that answer it.
	answered int
	// reported is the number of error causes that the user has been told of.
	reported int
}

// Deliver takes a packet, or an ICMP report, that Route found to be this association's. Route has verified the
// packet's checksum.
func (a *Association) Deliver(now mono.Time, d *transport.Datagram) {
	switch d.Kind {
	case transport.Packet:
	case transport.Damaged:
		a.deliverDamaged(d)
		return
	case transport.PacketTooBig, transport.ProtocolUnreachable, transport.Unreachable:
		a.deliverICMP(now, d)
		return
	case transport.Disconnected, transport.Rerouted: // for the methods of these names
		return
	}
	h, err := wire.ParseHeader(d.Data)
	if err != nil || a.over {
		return
	}
	in := &inbound{d: d, header: h, chunks: d.Data[wire.HeaderLen:], path: a.pathTo(d.Path.Remote)} // on the stack
	a.control.chunks, a.control.authenticated = in.chunks, false
	a.stats.PacketsReceived++
	a.receive.drops.arrivedWhole()
	a.deliverPacket(now, in)
	a.control.chunks = nil
}

// deliverPacket handles the chunks of a packet in their order.
func (a *Association) deliverPacket(now mono.Time, in *inbound) {
	first, rest, err := wire.NextChunk(in.chunks)
	if err == nil && first.Type == wire.ChunkAuth && a.auth != nil {
		first, _, err = wire.NextChunk(rest) // the rules are about what it authenticates
	}
	if err != nil || !a.acceptTag(in.header.Tag, first, in.chunks) {
		return
	}
	for rest = in.chunks; len(rest) > 0; {
		if wire.ChunkType(rest[0]) == wire.ChunkData {
			if rest = a.recvWholes(now, in, rest); len(rest) == 0 {
				break
			}
		}
		var c wire.Chunk
		if c, rest, err = wire.NextChunk(rest); err != nil {
			a.violation(err.Error())
			break
		}
		stranger := in.path == nil && !fromAnywhere(c.Type)
		if stranger && !LearnsAddrs(a.cfg, a.params.Carrier) {
			a.incidents().StrangersDiscarded++
			continue
		}
		if a.auth != nil {
			if v := a.authenticate(now, in, c, rest); v == admitNothing {
				break
			} else if v == admitOthers {
				continue
			}
		}
		if !in.learnt {
			in.learnt = true
			a.learn(now, in, c.Type)
		}
		if stranger && in.path == nil { // nothing was learnt
			a.incidents().StrangersDiscarded++
			continue
		}
		if !a.deliverChunk(now, in, c) {
			break
		}
	}
	a.finishPacket(now, in)
}

// fromAnywhere reports whether a chunk may come from an address that is not the peer's: those that make addresses known, and the end, for which the
// tag is enough.
func fromAnywhere(t wire.ChunkType) bool {
	switch t {
	case wire.ChunkInit, wire.ChunkInitAck, wire.ChunkCookieEcho, wire.ChunkAuth, wire.ChunkASCONF, wire.ChunkAbort:
		return true
	}
	return false
}

// acceptTag has the verification tag rules of RFC 9260 section 8.5 for a packet by its first chunk. The letters are those of section 8.5.1.
func (a *Association) acceptTag(tag uint32, first wire.Chunk, chunks []byte) bool {
	own := tag == a.localTag
	reflected := tag == a.peerTag && a.peerTag != 0
	switch first.Type {
	case wire.ChunkInit: // A: the tag is 0 and the INIT is alone
		return tag == 0 && len(chunks) < len(first.Raw)+4 // no more than padding follows
	case wire.ChunkAbort, wire.ChunkShutdownComplete: // B, C
		if first.Flags&wire.FlagT != 0 {
			return reflected
		}
		return own
	case wire.ChunkCookieEcho: // D: the tag is compared with the one in the cookie
		return true
	case wire.ChunkShutdownAck: // E: in COOKIE-WAIT and COOKIE-ECHOED it is answered as out of the blue
		return own || a.opening != nil
	}
	return own
}

// learn notes where authentic packets come from, of which the first chunk is given. An INIT proves nothing and teaches nothing. A HEARTBEAT asks about
// each address of this side in turn, and is answered from there; where the peer expects all else it does not tell.
func (a *Association) learn(now mono.Time, in *inbound, first wire.ChunkType) {
	if in.path == nil {
		a.learnAddr(now, in)
		return
	}
	if in.header.Tag != a.localTag {
		return
	}
	if known := in.path.Addr.Local; first != wire.ChunkHeartbeat || !known.IsValid() || !a.canSend(known) {
		a.learnSource(in.path, in.d.Path)
	}
	if a.learnPort(in.path, in.d.Path.EncapPort) {
		a.emit(RoutesChanged{})
	}
}

// deliverChunk handles one chunk and reports whether the rest of the packet is to be read.
func (a *Association) deliverChunk(now mono.Time, in *inbound, c wire.Chunk) bool {
	if c.Type != wire.ChunkData && c.Type != wire.ChunkIData {
		a.stats.ControlReceived++
	}
	switch c.Type {
	case wire.ChunkData, wire.ChunkIData:
		return a.recvData(in, &c)
	case wire.ChunkForwardTSN, wire.ChunkIForwardTSN:
		return a.recvForward(in, c)
	case wire.ChunkSack:
		a.recvSack(now, c)
	case wire.ChunkInit:
		if in.header.Tag == 0 { // else it is not alone (section 8.5.1 A)
			a.recvInit(now, in, c)
		}
		return false
	case wire.ChunkInitAck:
		a.recvInitAck(now, in, c)
		return false
	case wire.ChunkCookieEcho:
		return a.recvCookieEcho(now, in, c)
	case wire.ChunkCookieAck:
		a.recvCookieAck(now)
	case wire.ChunkHeartbeat:
		a.recvHeartbeat(in, c)
	case wire.ChunkHeartbeatAck:
		a.recvHeartbeatAck(now, c)
	case wire.ChunkShutdown:
		a.recvShutdown(now, c)
	case wire.ChunkShutdownAck:
		a.recvShutdownAck(in)
		return false // in COOKIE-WAIT and COOKIE-ECHOED it came with any tag
	case wire.ChunkShutdownComplete:
		if a.acceptTag(in.header.Tag, c, nil) {
			a.recvShutdownComplete()
		}
		return false // it is alone (section 6.10), and may have come with the reflected tag
	case wire.ChunkAbort:
		if a.acceptTag(in.header.Tag, c, nil) && a.believesAbort(now, in, c) {
			a.recvAbort(c)
		}
		return false // nothing follows it (section 3.3.7)
	case wire.ChunkError:
		a.recvError(now, in, c)
	case wire.ChunkReConfig:
		return a.recvReconfig(now, in, c)
	default:
		return a.deliverExtension(now, in, c)
	}
	return a.state != StateClosed
}

// deliverExtension handles a chunk of an extension. Without the extension it is an unknown chunk like others.
func (a *Association) deliverExtension(now mono.Time, in *inbound, c wire.Chunk) bool {
	switch {
	case c.Type == wire.ChunkASCONF:
		return a.recvASCONF(now, in, c) && a.state != StateClosed
	case c.Type == wire.ChunkASCONFAck:
		return a.recvASCONFAck(now, c) && a.state != StateClosed
	case c.Type == wire.ChunkECNE && a.extensions.Has(ECN):
		a.recvECNE(c)
	case c.Type == wire.ChunkPktDrop && a.extensions.Has(PacketDrop):
		a.recvPktDrop(c)
	case c.Type == wire.ChunkNRSack && a.extensions.Has(NRSack):
		a.recvNRSack(now, c)
	case c.Type == wire.ChunkCWR && a.extensions.Has(ECN):
		a.recvCWR(c)
	default:
		return a.recvUnknown(c)
	}
	return a.state != StateClosed
}

// recvUnknown does with an unknown chunk what its type asks for (section 3.2).
func (a *Association) recvUnknown(c wire.Chunk) bool {
	stop, report := c.Type.UnknownAction()
	if report && a.state != StateCookieWait {
		a.queueError(wire.CauseUnrecognizedChunk, c.Raw)
	}
	return !stop
}

// finishPacket does what is done once per packet.
func (a *Association) finishPacket(now mono.Time, in *inbound) {
	if a.state == StateClosed {
		return
	}
	if a.state == StateShutdownSent && in.header.Tag == a.localTag {
		// Section 9.2: any packet shows that the peer is there, busy with what it has queued. Only DATA restarts T2-shutdown too: a peer that
		// heartbeats more often than that would never be told again of a SHUTDOWN that was lost.
		a.closing.tries = 0
	}
	if a.addressing != nil {
		a.answerASCONF(now, in)
		a.progressASCONF(now)
	}
	a.afterData(now, in)
	a.progressReconfig(now)
	a.progressShutdown(now)
	a.releaseKeys()
}

// dataSummary is what the DATA chunks of one packet amount to, and those that say that DATA will not come.
type dataSummary struct {
	any        bool    // one was processed
	userData   bool    // one of them was DATA
	lowest     seq.TSN // of the DATA
	fresh      bool    // one was new
	duplicate  bool
	dropped    bool
	immediate  bool // an I bit was set
	outOfOrder bool
}

// note counts a DATA chunk in.
func (d *dataSummary) note(t seq.TSN) {
	d.any = true
	if !d.userData || t.Less(d.lowest) {
		d.userData, d.lowest = true, t
	}
}
