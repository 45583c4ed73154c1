// Package plan says which messages a peer sends and what the receiver reports about them.
//
// A message has no header: its PPID is its index in the plan, its bytes follow from that, and the receiver reports a digest
// for each stream. So messages may be as short as one byte, the receiver needs no plan, and nothing but the right
// bytes, in the right order, on the right streams, gives the right report.
package plan

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
)

// Plan is what one side sends: message i goes to stream i mod Streams and has size Sizes[i mod len(Sizes)].
type Plan struct {
	Streams int
	Sizes   []int
	Count   int
	// Unordered makes every Unordered-th message an unordered one; zero makes none.
	Unordered int
}

// Message is one planned message.
type Message struct {
	Stream    uint16
	PPID      uint32
	Unordered bool
	Size      int
}

// Message returns message i.
func (p Plan) Message(i int) Message {
	return Message{
		Stream:    uint16(i % p.Streams),
		PPID:      uint32(i),
		Unordered: p.Unordered > 0 && i%p.Unordered == p.Unordered-1,
		Size:      p.Sizes[i%len(p.Sizes)],
	}
}

// Args returns the plan as arguments of a peer.
func (p Plan) Args() []string {
	sizes := make([]string, len(p.Sizes))
	for i, size := range p.Sizes {
		sizes[i] = strconv.Itoa(size)
	}
	return []string{
		fmt.Sprintf("streams=%d", p.Streams),
		"sizes=" + strings.Join(sizes, ","),
		fmt.Sprintf("count=%d", p.Count),
		fmt.Sprintf("unordered=%d", p.Unordered),
	}
}

// ParseSizes reads the value of the argument sizes.
func ParseSizes(list string) ([]int, error) {
	var sizes []int
	for field := range strings.SplitSeq(list, ",") {
		size, err := strconv.Atoi(field)
		if err != nil {
			return nil, err
		}
		sizes = append(sizes, size)
	}
	return sizes, nil
}

// Report returns the lines that a receiver of the whole plan prints.
func (p Plan) Report() []string {
	var r Receipt
	for i := range p.Count {
		m := p.Message(i)
		r.Add(m.Stream, m.PPID, m.Unordered, Payload(m.PPID, m.Size))
	}
	return r.Lines()
}

// Payload returns the bytes of the message with this PPID: the high bytes of a linear congruential sequence.
func Payload(ppid uint32, size int) []byte {
	b := make([]byte, size)
	x := ppid*2654435761 + 1
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	return b
}

// Receipt collects what a receiver reports.
type Receipt struct {
	streams map[uint16]*stream
	count   int
}

// stream is the report about one stream. The ordered digest depends on the order of the messages, the unordered one does not.
type stream struct {
	ordered, unordered             int
	orderedDigest, unorderedDigest uint64
	bytes                          int
}

// Count returns the number of messages received.
func (r *Receipt) Count() int { return r.count }

// Add records a received message.
func (r *Receipt) Add(id uint16, ppid uint32, unordered bool, data []byte) {
	if r.streams == nil {
		r.streams = make(map[uint16]*stream)
	}
	s := r.streams[id]
	if s == nil {
		s = new(stream)
		r.streams[id] = s
	}
	r.count++
	s.bytes += len(data)
	if unordered {
		s.unordered++
		s.unorderedDigest += Digest(ppid, data)
	} else {
		s.ordered++
		s.orderedDigest = s.orderedDigest*fnvPrime ^ Digest(ppid, data)
	}
}

// Lines returns the report: a line for each stream, and the total.
func (r *Receipt) Lines() []string {
	ids := make([]int, 0, len(r.streams))
	for id := range r.streams {
		ids = append(ids, int(id))
	}
	sort.Ints(ids)
	lines := make([]string, 0, len(ids)+1)
	for _, id := range ids {
		s := r.streams[uint16(id)]
		lines = append(lines, fmt.Sprintf("stream %d ordered %d %016x unordered %d %016x bytes %d",
			id, s.ordered, s.orderedDigest, s.unordered, s.unorderedDigest, s.bytes))
	}
	return append(lines, fmt.Sprintf("received %d", r.count))
}

// Parameters of the 64-bit FNV-1a hash.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

// Digest is FNV-1a over the PPID in network order and the payload.
func Digest(ppid uint32, data []byte) uint64 {
	h := uint64(fnvOffset)
	for shift := 24; shift >= 0; shift -= 8 {
		h = (h ^ uint64(byte(ppid>>shift))) * fnvPrime
	}
	for _, b := range data {
		h = (h ^ uint64(b)) * fnvPrime
	}
	return h
}
