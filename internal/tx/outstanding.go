// Package tx holds what an association has to send and what it has sent: [Queue] the user messages, [Outstanding] the DATA
// chunks that the peer has not acknowledged cumulatively.
package tx

import (
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// MaxOutstanding bounds the number of outstanding chunks: a gap block reaches 65,535 TSNs beyond the cumulative one (RFC 9260
// section 3.3.4), and no stream can have more than 2^16-1 ordered messages among them (section 6.1).
const MaxOutstanding = 65535

// MaxPaths bounds the paths of an association.
const MaxPaths = 32

// minRing is the size of the first ring. Many associations never have more in flight.
const minRing = 4

// fate of an outstanding chunk.
type fate uint8

const (
	inFlight  fate = iota
	lost           // marked for retransmission
	acked          // by a gap block, so the peer may still renege
	abandoned      // given up: neither in flight nor lost, whatever the peer says, until the cumulative acknowledgement
)

// Chunk is an outstanding DATA chunk.
type Chunk struct {
	TSN seq.TSN
	Fragment
	// Path is where it was sent last; Transmissions how often it was sent.
	Path          int
	Transmissions int
	// TimedOut: it is to be sent again because T3-rtx expired, and so better to another address (RFC 9260 section 6.4).
	TimedOut bool

	sentAt mono.Time // when it was sent last
	size   int
	back   uint32 // how many TSNs ago the fragment before this one was sent; 0 if it is the first
	fate   fate
	// kept: the peer has promised not to drop it, and its memory was given back.
	kept   bool
	misses uint8
	fast   bool // was fast retransmitted, and may not be again (section 7.2.4 item 5)
}

// Size is the chunk's length with header and padding, which count (RFC 9260 section 7.2).
func (c *Chunk) Size() int { return c.size }

// pathRecord is what is outstanding on one path.
type pathRecord struct {
	flight int // bytes in flight
	// lowest is the earliest TSN in flight on the path, if any is.
	lowest seq.TSN
	any    bool
	// timed is the TSN whose round trip is being measured since timedAt; timedAt is unset if none is.
	timed   seq.TSN
	timedAt mono.Time
	newest  newest
	// patient: three reports of a gap mean nothing here.
	patient bool
}

// Outstanding is the list of outstanding chunks: a ring indexed by TSN. It knows flight sizes per path, but no congestion control,
// no streams and no timers.
type Outstanding struct {
	ring     []Chunk
	header   int     // of a chunk, in bytes
	cum      seq.TSN // Cumulative TSN Ack Point
	next     seq.TSN // next TSN to assign
	data     int     // bytes of user data in flight, for the peer's rwnd
	flying   int     // number of chunks in flight
	lost     int     // number of chunks marked for retransmission
	nextLost seq.TSN // no chunk below is marked
	paths    []pathRecord
	gaps     []interval // what the last SACK reported, sorted
	spare    []interval
	promised *promised // by NR-SACKs, nil if there was none
	result   Acked
	advanced seq.TSN // Advanced.Peer.Ack.Point, at least of late
	// giveUpAt is when a lost chunk is to be given up.
	giveUpAt mono.Time
	lines    map[line]int // scratch of eachSkipped
}

// NewOutstanding returns an empty list that assigns TSNs from initial on, for any number of paths.
func NewOutstanding(initial seq.TSN) *Outstanding { return NewOutstandingTo(initial, MaxPaths) }

// NewOutstandingTo is NewOutstanding for so many paths, until SetPaths says that there are more.
func NewOutstandingTo(initial seq.TSN, paths int) *Outstanding {
	o := &Outstanding{cum: initial - 1, next: initial, advanced: initial - 1, header: wire.DataHeaderLen}
	o.SetPaths(paths)
	return o
}

// SetInterleaving says that chunks are I-DATA chunks.
func (o *Outstanding) SetInterleaving(on bool) {
	o.header = wire.DataHeaderLen
	if on {
		o.header = wire.IDataHeaderLen
	}
}

// CumTSNAck is the Cumulative TSN Ack Point (RFC 9260 section 6.2.1).
func (o *Outstanding) CumTSNAck() seq.TSN { return o.cum }

// NextTSN is the TSN that the next chunk gets.
func (o *Outstanding) NextTSN() seq.TSN { return o.next }

// First is the first chunk that was not acknowledged cumulatively; nil if there is none.
func (o *Outstanding) First() *Chunk {
	if o.Len() == 0 {
		return nil
	}
	return o.at(o.cum + 1)
}

// Len is the number of chunks not yet acknowledged cumulatively.
func (o *Outstanding) Len() int { return o.next.Diff(o.cum) - 1 }

// Full reports that no further chunk may be sent.
func (o *Outstanding) Full() bool { return o.Len() >= MaxOutstanding }

// Flight is the number of bytes in flight to a path.
func (o *Outstanding) Flight(path int) int { return o.paths[path].flight }

// DataInFlight is the number of bytes of user data in flight to all paths.
func (o *Outstanding) DataInFlight() int { return o.data }

// InFlight is the number of chunks in flight to all paths.
func (o *Outstanding) InFlight() int { return o.flying }

// Lost is the number of chunks marked for retransmission.
func (o *Outstanding) Lost() int { return o.lost }

// NextDeadline is when a lost chunk is to be given up; unset if none is.
func (o *Outstanding) NextDeadline() mono.Time {
	if o.lost == 0 {
		return 0
	}
	return o.giveUpAt
}

// at returns the chunk with an outstanding TSN.
func (o *Outstanding) at(t seq.TSN) *Chunk { return &o.ring[uint32(t)&uint32(len(o.ring)-1)] }

// Add gives the next fragment of q, of at most most bytes, the next TSN and notes that it was sent to a path now.
func (o *Outstanding) Add(now mono.Time, q *Queue, most, path int) *Chunk {
	if o.Len() == len(o.ring) {
		o.grow()
	}
	c := o.at(o.next)
	// The slot is as new, see advance: what is not set here is zero.
	q.Next(most, &c.Fragment)
	c.TSN, c.Path, c.Transmissions, c.sentAt = o.next, path, 1, now
	c.size = wire.Padded(o.header + len(c.Data))
	w := c.Message.whole
	if !c.Begin {
		c.back = uint32(c.TSN - w.last)
	}
	w.last = c.TSN
	o.next++
	o.intoFlight(c)
	// One measurement per round trip (section 6.3.1 C4).
	if p := &o.paths[path]; p.timedAt.IsZero() {
		p.timed, p.timedAt = c.TSN, now
	}
	return c
}

func (o *Outstanding) grow() {
	ring := make([]Chunk, max(minRing, 2*len(o.ring)))
	for t := o.cum + 1; t != o.next; t++ {
		ring[uint32(t)&uint32(len(ring)-1)] = *o.at(t)
	}
	o.ring = ring
}

// intoFlight counts a chunk as in flight on its path.
func (o *Outstanding) intoFlight(c *Chunk) {
	c.fate = inFlight
	p := &o.paths[c.Path]
	p.flight += c.Size()
	o.data += len(c.Data)
	o.flying++
	if !p.any || c.TSN.Less(p.lowest) {
		p.lowest, p.any = c.TSN, true
	}
}

// outOfFlight is the reverse. It reports whether the chunk was the earliest in flight on its path.
func (o *Outstanding) outOfFlight(c *Chunk) bool {
	p := &o.paths[c.Path]
	p.flight -= c.Size()
	o.data -= len(c.Data)
	o.flying--
	if c.TSN != p.lowest {
		return false
	}
	p.any = false
	for t := c.TSN + 1; t != o.next; t++ {
		if n := o.at(t); n.fate == inFlight && n.Path == c.Path {
			p.lowest, p.any = t, true
			break
		}
	}
	return true
}
