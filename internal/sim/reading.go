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

// reading are the messages that an application is in the middle of, by PPID.
type reading struct {
	begun map[uint32]*begun
	// level of interleaving (RFC 6458 section 8.1.20): below 2 there is one message at a time.
	level int
}

// begun is a message of which a part was read.
type begun struct {
	message *message
	number  int
	offset  int
}

func newReading(level int) reading { return reading{begun: make(map[uint32]*begun), level: level} }

// take judges a piece of a message. flowOf finds the flow of a generation, nil if there is none.
func (r *reading) take(p piece, flowOf func(generation uint32) *flow) (Rule, error) {
	b := r.begun[p.info.PPID]
	if b == nil {
		if other := r.any(); other != nil && r.level < 2 {
			return RuleParts, fmt.Errorf("in the middle of message %d of stream %d came PPID %#x of stream %d",
				other.number, other.message.stream, p.info.PPID, p.info.Stream)
		}
		f := flowOf(p.info.PPID >> numberBits)
		if f == nil {
			return RuleContent, fmt.Errorf("delivered with PPID %#x, which nobody sends now", p.info.PPID)
		}
		number := int(p.info.PPID & (maxMessages - 1))
		if rule, err := f.begin(number, &p.info); err != nil {
			return rule, err
		}
		b = &begun{message: &f.messages[number], number: number}
		r.begun[p.info.PPID] = b
	}
	if p.info.EOR {
		delete(r.begun, p.info.PPID)
	}
	return b.take(p)
}

func (b *begun) take(p piece) (Rule, error) {
	m := b.message
	if p.info.Stream != m.stream {
		return RuleContent, fmt.Errorf("message %d of stream %d goes on in stream %d", b.number, m.stream, p.info.Stream)
	}
	if at := m.payload.mismatch(p.data, b.offset); at >= 0 {
		return RuleContent, fmt.Errorf("message %d of stream %d differs at byte %d of %d", b.number, m.stream, at, m.size)
	}
	b.offset += len(p.data)
	if b.offset > m.taken || p.info.EOR != (b.offset == m.size) {
		return RuleContent, fmt.Errorf("message %d of stream %d has %d bytes, delivered were %d (end of record: %v)",
			b.number, m.stream, m.size, b.offset, p.info.EOR)
	}
	if !p.info.EOR {
		return 0, nil
	}
	m.delivered = true
	if m.skipped {
		return RuleGivenUp, fmt.Errorf("message %d of stream %d was delivered after it was skipped", b.number, m.stream)
	}
	return 0, nil
}

// any returns a message of which a part was read, nil if there is none.
func (r *reading) any() *begun {
	for _, b := range r.begun {
		return b
	}
	return nil
}

// cut ends the message that an event says will not be completed, and returns it; nil if there is none.
func (r *reading) cut(e *assoc.PartialDeliveryAborted) *message {
	for ppid, b := range r.begun {
		m := b.message
		if m.stream == e.Stream && m.unordered == e.Unordered && (m.number == e.MID || e.MID == 0 && uint16(m.number) == e.SSN) {
			delete(r.begun, ppid)
			return m
		}
	}
	return nil
}
