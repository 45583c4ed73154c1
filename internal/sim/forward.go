package sim

import (
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// forward is a FORWARD TSN or an I-FORWARD-TSN: the last message that is skipped of each key.
type forward struct {
	cum         seq.TSN
	interleaved bool
	last        map[numberKey]uint32
}

func parseForward(c wire.Chunk) (forward, error) {
	if c.Type == wire.ChunkIForwardTSN {
		i, err := wire.ParseIForwardTSN(c)
		f := forward{i.NewCumTSN, true, make(map[numberKey]uint32)}
		for n := range i.Messages.Len() {
			s := i.Messages.At(n)
			f.last[numberKey{s.StreamID, s.Unordered}] = uint32(s.MID)
		}
		return f, err
	}
	d, err := wire.ParseForwardTSN(c)
	f := forward{d.NewCumTSN, false, make(map[numberKey]uint32)}
	for n := range d.Streams.Len() {
		s := d.Streams.At(n)
		f.last[numberKey{s.StreamID, false}] = uint32(s.SSN)
	}
	return f, err
}

// covers reports whether the list says that a chunk's message does not come.
func (f *forward) covers(d *dataChunk) bool {
	if d.key.unordered && !f.interleaved {
		return true // RFC 3758 section 3.2: only ordered messages are listed
	}
	last, listed := f.last[d.key]
	if f.interleaved {
		return listed && !seq.MID(last).Less(seq.MID(d.number))
	}
	return listed && !seq.SSN(last).Less(seq.SSN(d.number))
}

// judgeForward judges what u says that it will not send: only what it gave up or what the peer reported (RFC 3758 section 3.5 rule C2),
// and every message that was not reported by its number (rule C4).
func (m *monitor) judgeForward(u *user, c wire.Chunk) {
	f, err := parseForward(c)
	if err != nil {
		u.fail(RuleForward, "a malformed %v: %v", c.Type, err)
		return
	}
	if m.blind {
		return
	}
	m.takePhantoms(u, func() bool { return m.last.Less(f.cum) })
	if !m.started || m.last.Less(f.cum) {
		u.fail(RuleForward, "%v to TSN %d, which was never sent", c.Type, f.cum)
		return
	}
	for t := m.cum.Add(1); !f.cum.Less(t); t++ {
		chunk := m.chunks[t]
		if chunk != nil && !chunk.reported && u.mayLose(chunk.message) {
			u.lose(chunk.message)
		}
		switch {
		case chunk == nil || !chunk.message.givenUp && !chunk.reported:
			u.fail(RuleForward, "%v skips TSN %d, which was neither given up nor acknowledged", c.Type, t)
			return
		case !chunk.reported && !f.covers(&chunk.dataChunk):
			u.fail(RuleForward, "%v skips TSN %d but does not list %+v", c.Type, t, chunk.dataChunk)
			return
		}
	}
	for key, number := range f.last {
		if !m.numbers.gone[numbered{key, number}] {
			u.fail(RuleForward, "%v lists %d of %+v, which was not given up", c.Type, number, key)
			return
		}
	}
}
