package sim

import (
	"net/netip"
	"slices"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// monitor judges the packets that one association sends, from their bytes.
type monitor struct {
	// chunks are the DATA and I-DATA chunks that were sent and are not yet acknowledged cumulatively; last is the highest TSN.
	chunks map[seq.TSN]*sentChunk
	last   seq.TSN
	// done are those that were acknowledged, as long as the association has not heard of it.
	done map[seq.TSN]*sentChunk
	// phantoms are the unsent parts of messages that were given up, which take a TSN each.
	phantoms []*sentChunk
	// numbers are those that the next chunks have to have.
	numbers numbering
	// cum is the highest cumulative acknowledgement that the peer has sent, ackedBytes what it covers of messages that were not given up.
	cum        seq.TSN
	ackedBytes int
	started    bool
	// blind: the peer is another one than the one that acknowledged so far, and nothing is known of what it has got.
	blind bool
	// limits has the packet size that the network allows for each destination, as far as the association was told.
	limits map[netip.Addr]int
	// recoveries is how many times fast recovery was entered when a packet last passed the full-window rule because of it.
	recoveries uint64
	// forgotten is how many messages were given up, since the status before a packet was taken.
	forgotten int
	// reconfigs are requests and answers.
	reconfigs reconfigs
	// came is what the peer's packets have brought.
	came arrivals
}

func newMonitor() monitor {
	m := monitor{limits: make(map[netip.Addr]int), came: newArrivals()}
	m.restart()
	return m
}

// restart begins a new TSN space; what was learnt about the network stays.
func (m *monitor) restart() {
	m.chunks, m.done, m.numbers = make(map[seq.TSN]*sentChunk), make(map[seq.TSN]*sentChunk), newNumbering()
	m.reconfigs = newReconfigs()
	m.started, m.blind, m.ackedBytes, m.phantoms = false, false, 0, nil
}

// allow notes that packets of a size fit on the way to an address.
func (m *monitor) allow(remote netip.Addr, mtu int) { m.limits[remote] = max(mtu, path.MinPMTU) }

// isProbe reports whether a packet is there to find out whether one of its size gets through (RFC 8899): a HEARTBEAT with padding and nothing
// else.
func isProbe(d *transport.Datagram) bool {
	var types []wire.ChunkType
	for rest := d.Data[wire.HeaderLen:]; len(rest) > 0; {
		c, more, err := wire.NextChunk(rest)
		if err != nil {
			return false
		}
		if rest = more; c.Type != wire.ChunkAuth { // in front of whichever of them is to be authenticated
			types = append(types, c.Type)
		}
	}
	return slices.Equal(types, []wire.ChunkType{wire.ChunkHeartbeat, wire.ChunkPad})
}

// sent judges a packet that u has produced, given its status before and after.
func (m *monitor) sent(u *user, d *transport.Datagram, before, after *assoc.Status) {
	if limit, known := m.limits[d.Path.Remote]; known && len(d.Data) > limit && !d.MayFragment && !isProbe(d) {
		u.fail(RuleMTU, "%d bytes to %v, where %d fit", len(d.Data), d.Path.Remote, limit)
	}
	h, err := wire.ParseHeader(d.Data)
	if err != nil {
		u.fail(RuleContent, "a packet without valid header")
		return
	}
	u.judgeAgreement(d, h, after.Extensions)
	if u.n.plan.Authenticates {
		u.judgeAuthentic(d)
	}
	data := false
	for rest := d.Data[wire.HeaderLen:]; len(rest) > 0; {
		var c wire.Chunk
		if c, rest, err = wire.NextChunk(rest); err != nil {
			u.fail(RuleContent, "a malformed packet: %v", err)
			return
		}
		u.w.result.Chunks[c.Type]++
		switch c.Type {
		case wire.ChunkData, wire.ChunkIData:
			data = true
			m.sentData(u, c)
		case wire.ChunkSack, wire.ChunkNRSack:
			u.judgeSack(c, h.Tag)
		case wire.ChunkShutdown:
			u.judgeShutdown(c, h.Tag)
		case wire.ChunkECNE, wire.ChunkCWR:
			m.came.marks.judgeECN(u, c)
		case wire.ChunkPktDrop:
			m.came.judgeDrop(u, c)
		case wire.ChunkReConfig:
			m.judgeReconfig(u, c, h.Tag)
		case wire.ChunkForwardTSN, wire.ChunkIForwardTSN:
			m.judgeForward(u, c)
		}
	}
	if data {
		m.judgeFlight(u, d, before, after)
	}
}

// judgeFlight applies RFC 9260 section 6.1 rule B: a packet may take the flight beyond cwnd by less than itself, so before it there was
// room. The first packet of a fast retransmission ignores cwnd (section 7.2.4 rule 3), and so does a tail-loss probe (RFC 8985 section 7.3).
func (m *monitor) judgeFlight(u *user, d *transport.Datagram, before, after *assoc.Status) {
	if m.forgotten > 0 {
		return // their chunks made room
	}
	was, is := pathStatus(before, d.Path.Remote), pathStatus(after, d.Path.Remote)
	if was == nil || is == nil || is.FlightSize <= was.FlightSize || was.FlightSize < is.Cwnd {
		return
	}
	if after.Stats.TailProbes != before.Stats.TailProbes {
		return
	}
	if after.Stats.FastRetransmits != m.recoveries {
		m.recoveries = after.Stats.FastRetransmits
		return
	}
	u.fail(RuleCwnd, "flight to %v went from %d to %d with a window of %d", d.Path.Remote, was.FlightSize, is.FlightSize, is.Cwnd)
}

func pathStatus(s *assoc.Status, remote netip.Addr) *assoc.PathStatus {
	for i := range s.Paths {
		if s.Paths[i].Path.Remote == remote {
			return &s.Paths[i]
		}
	}
	return nil
}
