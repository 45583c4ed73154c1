package sim

import (
	"fmt"

	"github.com/gosctp/sctp/internal/assoc"
)

// piece is what one Receive returned.
type piece struct {
	data []byte
	info assoc.RcvInfo
}

// reading is the message that an application is in the middle of.
type reading struct {
	flow   *flow
	number int
	offset int
}

// take judges a piece of a message. flowOf finds the flow of a generation, nil if there is none.
func (r *reading) take(p piece, flowOf func(generation uint32) *flow) (Rule, error) {
	number := int(p.info.PPID & (maxMessages - 1))
	if r.flow == nil {
		f := flowOf(p.info.PPID >> numberBits)
		if f == nil {
			return RuleContent, fmt.Errorf("delivered with PPID %#x, which nobody sends now", p.info.PPID)
		}
		if rule, err := f.begin(number, &p.info); err != nil {
			return rule, err
		}
		*r = reading{flow: f, number: number}
	}
	m := &r.flow.messages[r.number]
	if number != r.number || p.info.Stream != m.stream {
		return RuleContent, fmt.Errorf("in the middle of message %d of stream %d came a piece of message %d of stream %d",
			r.number, m.stream, number, p.info.Stream)
	}
	if at := m.payload.mismatch(p.data, r.offset); at >= 0 {
		return RuleContent, fmt.Errorf("message %d of stream %d differs at byte %d of %d", number, m.stream, at, m.size)
	}
	r.offset += len(p.data)
	if r.offset > m.size || p.info.EOR != (r.offset == m.size) {
		return RuleContent, fmt.Errorf("message %d of stream %d has %d bytes, delivered were %d (end of record: %v)",
			number, m.stream, m.size, r.offset, p.info.EOR)
	}
	if p.info.EOR {
		r.flow.delivered[r.number] = true
		*r = reading{}
	}
	return 0, nil
}
