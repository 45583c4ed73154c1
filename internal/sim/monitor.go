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
	// sizes are the user bytes of the TSNs that were sent and are not yet acknowledged cumulatively.
	sizes map[seq.TSN]int
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

func newMonitor() monitor {
	return monitor{sizes: make(map[seq.TSN]int), limits: make(map[netip.Addr]int)}
}

// restart begins a new TSN space; what was learnt about the network stays.
func (m *monitor) restart() {
	m.sizes, m.started, m.blind, m.ackedBytes = make(map[seq.TSN]int), false, false, 0
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
	size, again := m.sizes[d.TSN]
	if again && size != len(d.UserData) {
		u.fail(RuleRepeat, "TSN %d had %d bytes and has %d now", d.TSN, size, len(d.UserData))
	}
	if m.cum.Less(d.TSN) {
		m.sizes[d.TSN] = len(d.UserData)
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
	peer := u.talk.users[1-u.side]
	if peer == nil || peer.a.LocalTag() != tag || !peer.mon.started || peer.mon.blind {
		return // to an incarnation of the peer that is no more
	}
	held, ok := peer.mon.acked(s)
	if !ok {
		u.fail(RuleAck, "SACK of %d (%d gap blocks) covers what was never sent, or less than before (%d)", s.CumTSN, s.Gaps.Len(), peer.mon.cum)
		return
	}
	if held -= u.readBytes; !u.restarted && int(s.ARwnd) > max(0, u.config.RecvBuffer-held) {
		u.fail(RuleWindow, "a_rwnd is %d, but %d of %d bytes are taken", s.ARwnd, held, u.config.RecvBuffer)
	}
}

// acked notes an acknowledgement and returns how many bytes it covers in all.
func (m *monitor) acked(s wire.Sack) (bytes int, ok bool) {
	if s.CumTSN.Less(m.cum) {
		return 0, false
	}
	for m.cum != s.CumTSN {
		m.cum = m.cum.Add(1)
		size, sent := m.sizes[m.cum]
		if !sent {
			return 0, false
		}
		m.ackedBytes += size
		delete(m.sizes, m.cum)
	}
	bytes = m.ackedBytes
	for i := range s.Gaps.Len() {
		g := s.Gaps.At(i)
		for offset := int(g.Start); offset <= int(g.End); offset++ {
			size, sent := m.sizes[m.cum.Add(offset)]
			if !sent {
				return 0, false
			}
			bytes += size
		}
	}
	return bytes, true
}

func pathStatus(s *assoc.Status, remote netip.Addr) *assoc.PathStatus {
	for i := range s.Paths {
		if s.Paths[i].Path.Remote == remote {
			return &s.Paths[i]
		}
	}
	return nil
}
