package sim

import (
	"net/netip"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// monitor judges the packets that one association sends, from their bytes.
type monitor struct {
	// chunks are the DATA chunks that were sent and are not yet acknowledged cumulatively.
	chunks map[seq.TSN]sentChunk
	// cum is the highest cumulative acknowledgement that the peer has sent, ackedBytes what it covers.
	cum        seq.TSN
	ackedBytes int
	started    bool
	// blind: the peer is another one than the one that acknowledged so far, and nothing is known of what it has got.
	blind bool
	// limits has the packet size that the network allows for each destination, as far as the association was told.
	limits map[netip.Addr]int
	// recoveries is how many times fast recovery was entered when a packet last passed the full-window rule because of it.
	recoveries uint64
}

// sentChunk is what is remembered of a DATA chunk: its user bytes, and the PPID of the message that it ends, zero if it does not.
type sentChunk struct {
	size int
	ends uint32
}

func newMonitor() monitor {
	return monitor{chunks: make(map[seq.TSN]sentChunk), limits: make(map[netip.Addr]int)}
}

// restart begins a new TSN space; what was learnt about the network stays.
func (m *monitor) restart() {
	m.chunks, m.started, m.blind, m.ackedBytes = make(map[seq.TSN]sentChunk), false, false, 0
}

// allow notes that packets of a size fit on the way to an address.
func (m *monitor) allow(remote netip.Addr, mtu int) { m.limits[remote] = max(mtu, path.MinPMTU) }

// sent judges a packet that u has produced, given its status before and after.
func (m *monitor) sent(u *user, d *transport.Datagram, before, after *assoc.Status) {
	if limit, known := m.limits[d.Path.Remote]; known && len(d.Data) > limit && !d.MayFragment {
		u.fail(RuleMTU, "%d bytes to %v, where %d fit", len(d.Data), d.Path.Remote, limit)
	}
	h, err := wire.ParseHeader(d.Data)
	if err != nil || !wire.ChecksumOK(d.Data) {
		u.fail(RuleContent, "a packet without valid header or checksum")
		return
	}
	data := false
	for rest := d.Data[wire.HeaderLen:]; len(rest) > 0; {
		var c wire.Chunk
		if c, rest, err = wire.NextChunk(rest); err != nil {
			u.fail(RuleContent, "a malformed packet: %v", err)
			return
		}
		switch c.Type {
		case wire.ChunkData:
			data = true
			m.sentData(u, c)
		case wire.ChunkSack:
			u.judgeSack(c, h.Tag)
		case wire.ChunkShutdown:
			u.judgeShutdown(c, h.Tag)
		}
	}
	if data {
		m.judgeFlight(u, d, before, after)
	}
}

func (m *monitor) sentData(u *user, c wire.Chunk) {
	d, err := wire.ParseData(c)
	if err != nil {
		u.fail(RuleContent, "a malformed DATA chunk: %v", err)
		return
	}
	if !m.started {
		m.started, m.cum = true, d.TSN.Add(-1)
	}
	now := sentChunk{size: len(d.UserData)}
	if d.End() {
		now.ends = d.PPID
	}
	if was, again := m.chunks[d.TSN]; again && was != now {
		u.fail(RuleRepeat, "TSN %d was %+v and is now %+v", d.TSN, was, now)
	}
	if m.cum.Less(d.TSN) {
		m.chunks[d.TSN] = now
	}
}

// judgeFlight applies RFC 9260 section 6.1 rule B: a packet may take the flight beyond cwnd by less than itself, so before it there was
// room. The first packet of a fast retransmission ignores cwnd (section 7.2.4 rule 3).
func (m *monitor) judgeFlight(u *user, d *transport.Datagram, before, after *assoc.Status) {
	was, is := pathStatus(before, d.Path.Remote), pathStatus(after, d.Path.Remote)
	if was == nil || is == nil || is.FlightSize <= was.FlightSize || was.FlightSize < is.Cwnd {
		return
	}
	if after.Stats.FastRetransmits != m.recoveries {
		m.recoveries = after.Stats.FastRetransmits
		return
	}
	u.fail(RuleCwnd, "flight to %v went from %d to %d with a window of %d", d.Path.Remote, was.FlightSize, is.FlightSize, is.Cwnd)
}

// judgeSack judges an acknowledgement that u sends to its peer.
func (u *user) judgeSack(c wire.Chunk, tag uint32) {
	s, err := wire.ParseSack(c)
	if err != nil {
		u.fail(RuleAck, "a malformed SACK: %v", err)
		return
	}
	peer := u.ackedPeer(tag)
	if peer == nil || !peer.acked(u, s.CumTSN) {
		return
	}
	held := peer.mon.ackedBytes - u.readBytes
	for i := range s.Gaps.Len() {
		g := s.Gaps.At(i)
		for offset := int(g.Start); offset <= int(g.End); offset++ {
			chunk, sent := peer.mon.chunks[s.CumTSN.Add(offset)]
			if !sent {
				u.fail(RuleAck, "a gap block of SACK %d covers TSN %d, which was never sent", s.CumTSN, s.CumTSN.Add(offset))
			}
			held += chunk.size
		}
	}
	if !u.restarted && int(s.ARwnd) > max(0, u.config.RecvBuffer-held) {
		u.fail(RuleWindow, "a_rwnd is %d, but %d of %d bytes are taken", s.ARwnd, held, u.config.RecvBuffer)
	}
}

// judgeShutdown judges the acknowledgement in a SHUTDOWN that u sends.
func (u *user) judgeShutdown(c wire.Chunk, tag uint32) {
	cum, err := wire.ParseShutdown(c)
	if err != nil {
		u.fail(RuleAck, "a malformed SHUTDOWN: %v", err)
	} else if peer := u.ackedPeer(tag); peer != nil {
		peer.acked(u, cum)
	}
}

// ackedPeer returns the peer whose DATA a packet with a tag acknowledges; nil if it is to an incarnation of the peer that is no more, or
// nothing is known of what it has got.
func (u *user) ackedPeer(tag uint32) *user {
	peer := u.talk.users[1-u.side]
	if peer == nil || peer.a.LocalTag() != tag || !peer.mon.started || peer.mon.blind {
		return nil
	}
	return peer
}

// acked notes that another user has acknowledged what u has sent up to a TSN, and reports whether it may.
func (u *user) acked(by *user, cum seq.TSN) bool {
	m := &u.mon
	if cum.Less(m.cum) {
		by.fail(RuleAck, "TSN %d is acknowledged after TSN %d", cum, m.cum)
		return false
	}
	for m.cum != cum {
		m.cum++
		chunk, sent := m.chunks[m.cum]
		if !sent {
			by.fail(RuleAck, "TSN %d is acknowledged, but was never sent", m.cum)
			return false
		}
		m.ackedBytes += chunk.size
		if chunk.ends>>numberBits == u.out.generation {
			u.out.acked[chunk.ends&(maxMessages-1)] = true
		}
		delete(m.chunks, m.cum)
	}
	return true
}

func pathStatus(s *assoc.Status, remote netip.Addr) *assoc.PathStatus {
	for i := range s.Paths {
		if s.Paths[i].Path.Remote == remote {
			return &s.Paths[i]
		}
	}
	return nil
}
