package tx

import (
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// AdvancedPeerAckPoint is the TSN up to which the peer need not wait for anything (RFC 3758 section 3.5 A1, C1, C2): the Cumulative TSN Ack
// Point, moved on over chunks that were given up.
func (o *Outstanding) AdvancedPeerAckPoint() seq.TSN {
	if o.advanced.Less(o.cum) {
		o.advanced = o.cum
	}
	for t := o.advanced + 1; t != o.next && o.at(t).fate == abandoned; t++ {
		o.advanced = t
	}
	return o.advanced
}

// AppendSkipped appends the last skipped message of each stream, at most most of them, for a FORWARD TSN (section 3.5 C4). It returns the
// TSN up to which the list is complete: the Advanced.Peer.Ack.Point, or less if there is no room.
func (o *Outstanding) AppendSkipped(list []wire.SkippedStream, most int) ([]wire.SkippedStream, seq.TSN) {
	end := o.eachSkipped(most, false, func(i int, m *Message) {
		s := wire.SkippedStream{StreamID: m.Stream, SSN: m.SSN}
		if i == len(list) {
			list = append(list, s)
		}
		list[i] = s
	})
	return list, end
}

// AppendSkippedMessages is AppendSkipped for an I-FORWARD-TSN, which names unordered messages too (RFC 8260 section 2.3.1).
func (o *Outstanding) AppendSkippedMessages(list []wire.SkippedMessage, most int) ([]wire.SkippedMessage, seq.TSN) {
	end := o.eachSkipped(most, true, func(i int, m *Message) {
		s := wire.SkippedMessage{StreamID: m.Stream, Unordered: m.Unordered, MID: m.MID}
		if i == len(list) {
			list = append(list, s)
		}
		list[i] = s
	})
	return list, end
}

// line is what the messages of which only the last is named have in common.
type line struct {
	stream    uint16
	unordered bool
}

// eachSkipped calls set with every skipped message in order of TSN, and the number of its line, from 0. It ends before the line numbered most.
func (o *Outstanding) eachSkipped(most int, unordered bool, set func(i int, m *Message)) seq.TSN {
	end := o.AdvancedPeerAckPoint()
	if o.lines == nil && end != o.cum {
		o.lines = make(map[line]int)
	}
	clear(o.lines)
	var last *Message
	for t := o.cum + 1; t.LessEq(end); t++ {
		m := o.at(t).Message
		if m == nil || m == last || m.Unordered && !unordered {
			continue // the peer keeps the chunk, or another one says the same
		}
		last = m
		l := line{m.Stream, m.Unordered}
		i, ok := o.lines[l]
		if !ok {
			if i = len(o.lines); i == most {
				return t - 1
			}
			o.lines[l] = i
		}
		set(i, m)
	}
	return end
}
