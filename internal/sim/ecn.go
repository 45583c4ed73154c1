package sim

import (
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// marks are what packets have told an association about congestion.
type marks struct {
	// marked are the lowest TSNs of packets that came with CE and that no CWR has answered; echoed are the TSNs of ECNE chunks that came.
	marked, echoed map[seq.TSN]struct{}
}

func newMarks() marks {
	return marks{marked: make(map[seq.TSN]struct{}), echoed: make(map[seq.TSN]struct{})}
}

// take notes a chunk that came.
func (m *marks) take(c wire.Chunk) {
	switch c.Type {
	case wire.ChunkECNE:
		if t, err := wire.ParseECNE(c); err == nil {
			m.echoed[t] = struct{}{}
		}
	case wire.ChunkCWR:
		if cwr, err := wire.ParseCWR(c); err == nil {
			for t := range m.marked {
				if !cwr.Less(t) {
					delete(m.marked, t)
				}
			}
		}
	}
}

// judgeECN judges what u says about congestion (RFC 4960 appendix A): ECNE only of a packet that was marked, until CWR comes; CWR only for an
// ECNE that came.
func (m *marks) judgeECN(u *user, c wire.Chunk) {
	switch c.Type {
	case wire.ChunkECNE:
		t, err := wire.ParseECNE(c)
		if _, marked := m.marked[t]; err != nil || !marked {
			u.fail(RuleECN, "ECNE for TSN %d, but no packet was marked that began with it (%v)", t, err)
		}
	case wire.ChunkCWR:
		t, err := wire.ParseCWR(c)
		if _, echoed := m.echoed[t]; err != nil || !echoed {
			u.fail(RuleECN, "CWR for TSN %d, but no ECNE came with it (%v)", t, err)
		}
	}
}
