package assoc

import (
	"github.com/gosctp/sctp/internal/tx"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// PKTDROP tells the sender of a packet that it arrived damaged, so that it need not wait for SACKs to find out, nor take the loss for
// congestion. FreeBSD and usrsctp speak it; no RFC has it.

// dropReports are PKTDROP chunks that wait to be sent, without their headers.
type dropReports struct {
	list []dropReport
	// allowance is how many more there may be. Each packet that arrives whole is worth one: so a way that damages everything, or
	// somebody who forges it, does not get as many answers.
	allowance int
}

// dropReport is the start of a damaged packet and its whole length.
type dropReport struct {
	quote []byte
	size  int
}

const (
	// MaxDropReports is the number of damaged packets that wait to be reported, and of those that are reported before one arrives whole.
	MaxDropReports = 4
	// MaxDropQuote is what a report quotes of a packet: common header and the headers of the first chunks.
	MaxDropQuote = 256
)

// ReportsDrops reports whether associations with this Config may answer a damaged packet.
func ReportsDrops(c *Config, carrier Carrier) bool { return c.offered(carrier).Has(PacketDrop) }

// deliverDamaged reports a packet whose checksum is wrong, if the peer wants that. Of what is in it nothing is believed.
func (a *Association) deliverDamaged(d *transport.Datagram) {
	r := &a.receive.drops
	if !a.extensions.Has(PacketDrop) || !a.takesData() || r.allowance == 0 || len(r.list) == MaxDropReports ||
		!reportable(d.Data) {
		return
	}
	r.allowance--
	r.list = append(r.list, dropReport{append([]byte(nil), d.Data[:min(len(d.Data), MaxDropQuote)]...), len(d.Data)})
}

// reportable reports whether a damaged packet may be answered. Reports are not reported, and neither are chunks that end an association
// or begin one: they come with a tag that says little.
func reportable(packet []byte) bool {
	if len(packet) < wire.HeaderLen {
		return false
	}
	for rest := packet[wire.HeaderLen:]; len(rest) > 0; {
		c, more, err := wire.NextChunk(rest)
		if err != nil {
			break
		}
		switch c.Type {
		case wire.ChunkPktDrop, wire.ChunkAbort, wire.ChunkInit, wire.ChunkInitAck, wire.ChunkCookieEcho, wire.ChunkShutdownComplete:
			return false
		default:
		}
		rest = more
	}
	return true
}

// arrivedWhole is called for each packet of the peer that is not damaged.
func (r *dropReports) arrivedWhole() {
	r.allowance = min(r.allowance+1, MaxDropReports)
}

// buildDropReports adds the PKTDROP chunks that wait.
func (a *Association) buildDropReports(k *builder) {
	r := &a.receive.drops
	for len(r.list) > 0 && k.path == a.dataPath() {
		d := r.list[0]
		if wire.PktDropHeaderLen+wire.Padded(len(d.quote)) > k.room() {
			return
		}
		c := wire.PktDrop{Flags: wire.FlagBadCRC, Bandwidth: uint32(a.receive.window), Queued: uint32(a.receive.window - a.rwnd()), Packet: d.quote}
		if len(d.quote) < d.size {
			c.Flags |= wire.FlagTruncated
			c.OriginalLen = uint16(d.size)
		}
		k.add(c.Append(k.b))
		r.list = r.list[1:]
		a.incidents().DropsReported++
	}
	if len(r.list) == 0 {
		r.list = nil
	}
}

// recvPktDrop sends again what the peer quotes of a packet that arrived damaged. The window of the path stays as it is: damage is no
// sign of congestion. Each chunk is sent again for this reason once, whatever the peer repeats; reports of packets that were dropped
// for another reason, and those of boxes on the way, change nothing.
func (a *Association) recvPktDrop(c wire.Chunk) {
	d, err := wire.ParsePktDrop(c)
	if err != nil {
		a.violation(err.Error())
		return
	}
	own, ok := wire.ParseQuoted(d.Packet)
	if !ok || !a.takesSack() || d.Flags&wire.FlagBadCRC == 0 || d.Flags&wire.FlagMiddleBox != 0 ||
		own.SrcPort != a.params.LocalPort || own.DstPort != a.params.PeerPort || own.Tag != a.peerTag || len(d.Packet) < wire.HeaderLen {
		return
	}
	a.incidents().DropsHeard++
	for rest := d.Packet[wire.HeaderLen:]; len(rest) > 0; {
		var q wire.QuotedChunk
		if q, rest, ok = wire.NextQuotedChunk(rest); !ok {
			return
		}
		a.repeatDamaged(&q)
	}
}

// repeatDamaged has a chunk sent again.
func (a *Association) repeatDamaged(q *wire.QuotedChunk) {
	switch q.Type {
	case wire.ChunkData, wire.ChunkIData:
		out := a.send.outstanding
		if c := out.Find(q.TSN); c != nil && a.isQuoted(c, q) && out.MarkDamaged(c) {
			a.send.burst = max(a.send.burst, a.cfg.MaxBurst)
		}
	case wire.ChunkSack, wire.ChunkNRSack:
		a.receive.ack.due = true
	default: // the others have timers of their own, or are asked for again
	}
}

// isQuoted reports whether a chunk is the one in the quote, as far as the damage shows.
func (a *Association) isQuoted(c *tx.Chunk, q *wire.QuotedChunk) bool {
	return (q.Type == wire.ChunkIData) == a.extensions.Has(Interleaving) && c.Message != nil &&
		q.StreamID == c.Message.Stream && q.Length == a.dataHeaderLen()+len(c.Data)
}
