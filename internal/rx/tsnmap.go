package rx

import (
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

const (
	// MaxGapTSNs is how far beyond the cumulative point a TSN may lie: the offsets of a gap block have 16 bits
	// (RFC 9260 section 3.3.4).
	MaxGapTSNs = 65535

	// MaxDuplicates is how many duplicate TSNs are kept for the next SACK. A SACK in a packet of 1500 bytes has room for some
	// 360 gap blocks and duplicates together. Gaps steer retransmission and duplicates only inform, so these get a
	// part of it; the number itself is arbitrary.
	MaxDuplicates = 64
)

// TSNStatus says what a TSN means to a [TSNMap].
type TSNStatus uint8

const (
	// TSNNew has not arrived before.
	TSNNew TSNStatus = iota
	// TSNDuplicate has arrived before.
	TSNDuplicate
	// TSNTooFar lies more than MaxGapTSNs beyond the cumulative point: no SACK could report it.
	TSNTooFar
)

// TSNMap knows which TSNs have arrived (RFC 9260 sections 6.2 and 6.7).
//
// While nothing is missing it is two numbers. The first gap gives it a bitmap, which grows with the distance between the two.
type TSNMap struct {
	cum, highest seq.TSN
	beyond       tsnBits // the TSNs in (cum, highest] that have arrived
	duplicates   []seq.TSN
}

// NewTSNMap returns the map of an association whose peer starts at TSN initial.
func NewTSNMap(initial seq.TSN) *TSNMap {
	return &TSNMap{cum: initial.Add(-1), highest: initial.Add(-1)}
}

// CumTSN is the Cumulative TSN Ack: it and everything before it has arrived.
func (m *TSNMap) CumTSN() seq.TSN { return m.cum }

// Highest is the highest TSN that has arrived.
func (m *TSNMap) Highest() seq.TSN { return m.highest }

// HasGaps reports whether a TSN below the highest is missing.
func (m *TSNMap) HasGaps() bool { return m.cum != m.highest }

// Status says what t is, and changes nothing.
func (m *TSNMap) Status(t seq.TSN) TSNStatus {
	switch d := t.Diff(m.cum); {
	case d > MaxGapTSNs:
		return TSNTooFar
	case d <= 0 || t.LessEq(m.highest) && m.beyond.has(t):
		return TSNDuplicate
	default:
		return TSNNew
	}
}

// Record notes that t has arrived. It has no effect unless Status(t) is TSNNew.
func (m *TSNMap) Record(t seq.TSN) {
	if m.Status(t) != TSNNew {
		return
	}
	if t == m.cum+1 {
		m.Advance(t)
		return
	}
	if m.highest.Less(t) {
		m.beyond.reserve(m.cum, m.highest, t)
		m.highest = t
	}
	m.beyond.set(t)
}

// Advance moves the cumulative point to cum, and on over what has arrived behind it. It never moves it back.
func (m *TSNMap) Advance(cum seq.TSN) {
	if !m.cum.Less(cum) {
		return
	}
	if !cum.Less(m.highest) {
		if m.HasGaps() {
			m.beyond.clearAll()
		}
		m.cum, m.highest = cum, cum
		return
	}
	next := m.beyond.nextClear(cum+1, m.highest) - 1
	m.beyond.clear(m.cum+1, next)
	m.cum = next
}

// NextMissing returns the first range of TSNs after t and up to last that have not arrived; ok is false if there is none.
func (m *TSNMap) NextMissing(t, last seq.TSN) (from, to seq.TSN, ok bool) {
	if from = t + 1; from.LessEq(m.cum) {
		from = m.cum + 1
	}
	if from.LessEq(m.highest) {
		from = m.beyond.nextClear(from, m.highest)
	}
	if to = last; from.LessEq(m.highest) {
		if end := m.beyond.nextSet(from, m.highest) - 1; end.Less(to) {
			to = end
		}
	}
	return from, to, from.LessEq(last)
}

// Missing is the number of TSNs that have not arrived, below the highest that has.
func (m *TSNMap) Missing() (n int) {
	for t := m.cum; ; {
		from, to, ok := m.NextMissing(t, m.highest)
		if !ok {
			return n
		}
		n += to.Diff(from) + 1
		t = to
	}
}

// AppendGaps appends at most limit gap blocks to dst, from the lowest on, as section 6.7 wants the blocks of a SACK chosen
// when not all fit.
func (m *TSNMap) AppendGaps(dst []wire.GapBlock, limit int) []wire.GapBlock {
	next := m.cum + 1
	for n := 0; n < limit && next.LessEq(m.highest); n++ {
		start := m.beyond.nextSet(next, m.highest)
		next = m.beyond.nextClear(start, m.highest)
		dst = append(dst, wire.GapBlock{Start: uint16(start.Diff(m.cum)), End: uint16(next.Diff(m.cum) - 1)})
	}
	return dst
}

// NoteDuplicate keeps t for the next SACK, once for each time it arrived again (RFC 9260 section 3.3.4), as far as
// MaxDuplicates allows.
func (m *TSNMap) NoteDuplicate(t seq.TSN) {
	if len(m.duplicates) < MaxDuplicates {
		m.duplicates = append(m.duplicates, t)
	}
}

// Duplicates are the TSNs noted since ClearDuplicates, oldest first. The slice is valid until the next call that changes it.
func (m *TSNMap) Duplicates() []seq.TSN { return m.duplicates }

// ClearDuplicates forgets the duplicates: a SACK has reported them.
func (m *TSNMap) ClearDuplicates() { m.duplicates = m.duplicates[:0] }
