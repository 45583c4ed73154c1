package sim

import (
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// judgeSack judges an acknowledgement that u sends to its peer.
func (u *user) judgeSack(c wire.Chunk, tag uint32) {
	s, err := parseSack(c)
	if err != nil {
		u.fail(RuleAck, "a malformed %v: %v", c.Type, err)
		return
	}
	peer := u.ackedPeer(tag)
	if peer == nil || !peer.acked(u, s.CumTSN) {
		return
	}
	held := peer.mon.ackedBytes - u.readBytes
	report := func(chunk *sentChunk) {
		chunk.reported = true
		if !chunk.message.givenUp {
			held += chunk.size
		}
	}
	u.eachReported(&s, s.Gaps, peer, report)
	u.eachReported(&s, s.NRGaps, peer, func(chunk *sentChunk) {
		report(chunk)
		chunk.keep()
	})
	if u.restarted {
		return
	}
	if int(s.ARwnd) > max(0, u.config.MaxRecvBuffer-held) {
		u.fail(RuleWindow, "a_rwnd is %d, but %d of %d bytes are taken", s.ARwnd, held, u.config.MaxRecvBuffer)
	}
	if idle := len(peer.mon.chunks)+len(peer.mon.phantoms)+len(peer.mon.numbers.open) == 0; idle && !u.n.paused && int(s.ARwnd) < u.config.RecvBuffer {
		u.fail(RuleWindow, "a_rwnd is %d, but all %d bytes are free", s.ARwnd, u.config.RecvBuffer)
	}
}

// parseSack reads a SACK as an NR-SACK that promises nothing.
func parseSack(c wire.Chunk) (wire.NRSack, error) {
	if c.Type == wire.ChunkNRSack {
		return wire.ParseNRSack(c)
	}
	s, err := wire.ParseSack(c)
	return wire.NRSack{CumTSN: s.CumTSN, ARwnd: s.ARwnd, Gaps: s.Gaps, Dups: s.Dups}, err
}

// heard notes that an acknowledgement came.
func (m *monitor) heard(cum seq.TSN) {
	for t := range m.done {
		if !cum.Less(t) {
			delete(m.done, t)
		}
	}
}

// eachReported calls f for the chunks of peer that gap blocks of u cover.
func (u *user) eachReported(s *wire.NRSack, gaps wire.Gaps, peer *user, f func(*sentChunk)) {
	for i := range gaps.Len() {
		g := gaps.At(i)
		for offset := int(g.Start); offset <= int(g.End); offset++ {
			t := s.CumTSN.Add(offset)
			chunk, sent := peer.mon.chunks[t]
			if !sent {
				u.fail(RuleAck, "a gap block of SACK %d covers TSN %d, which was never sent", s.CumTSN, t)
				return
			}
			if _, came := u.mon.came.data[t]; !came {
				u.fail(RuleAck, "a gap block of SACK %d covers TSN %d, which has not arrived", s.CumTSN, t)
				return
			}
			f(chunk)
		}
	}
}

// keep notes that the peer has a chunk for good.
func (c *sentChunk) keep() {
	if !c.kept {
		c.kept = true
		c.message.acked += c.size
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
		delete(m.chunks, m.cum)
		m.done[m.cum] = chunk
		if _, came := by.mon.came.data[m.cum]; !came {
			if !by.mon.came.skipped(m.cum) {
				by.fail(RuleAck, "TSN %d is acknowledged, but has not arrived", m.cum)
			}
			chunk.message.skipped = true
			continue
		}
		delete(by.mon.came.data, m.cum)
		chunk.keep()
		if !chunk.message.givenUp {
			chunk.message.held += chunk.size
			m.ackedBytes += chunk.size
		}
	}
	return true
}
