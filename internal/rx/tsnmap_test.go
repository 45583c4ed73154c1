package rx

import (
	"slices"
	"testing"

	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// mapWith returns the map of a peer that starts at initial, after the TSNs initial+offsets have arrived.
func mapWith(initial seq.TSN, offsets ...int) *TSNMap {
	m := NewTSNMap(initial)
	for _, o := range offsets {
		m.Record(initial.Add(o))
	}
	return m
}

func TestTSNMapGaps(t *testing.T) {
	blocks := func(b ...wire.GapBlock) []wire.GapBlock { return b }
	for _, c := range []struct {
		name    string
		arrived []int // offsets from the Initial TSN
		cum     int   // the same
		highest int
		gaps    []wire.GapBlock
	}{
		{"nothing has come", nil, -1, -1, nil},
		{"no gap", []int{0, 1, 2}, 2, 2, nil},
		{"the first is missing", []int{1}, -1, 1, blocks(gap(2, 2))},
		{"figure 9 of RFC 9260", []int{0, 2}, 0, 2, blocks(gap(2, 2))},
		{"two blocks", []int{0, 2, 3, 6}, 0, 6, blocks(gap(2, 3), gap(6, 6))},
		{"the gap closes", []int{0, 2, 3, 1}, 3, 3, nil},
		{"the first of two gaps closes", []int{2, 5, 0, 1}, 2, 5, blocks(gap(3, 3))},
		{"reverse order", []int{4, 3, 2, 1, 0}, 4, 4, nil},
		{"a block across words", seqOf(60, 140), -1, 140, blocks(gap(61, 141))},
		{"the furthest", []int{65534}, -1, 65534, blocks(gap(65535, 65535))},
		{"one too far is not taken", []int{65535}, -1, -1, nil},
	} {
		for _, initial := range []seq.TSN{0, 1, 63, 1000, 1<<31 - 2, 1<<32 - 1, 1<<32 - 100} {
			m := mapWith(initial, c.arrived...)
			if got := m.AppendGaps(nil, 100); !slices.Equal(got, c.gaps) {
				t.Errorf("%s, from %d: gaps %v, want %v", c.name, initial, got, c.gaps)
			}
			if got := m.CumTSN(); got != initial.Add(c.cum) {
				t.Errorf("%s, from %d: cumulative TSN %d, want %d", c.name, initial, got, initial.Add(c.cum))
			}
			if got := m.Highest(); got != initial.Add(c.highest) {
				t.Errorf("%s, from %d: highest %d, want %d", c.name, initial, got, initial.Add(c.highest))
			}
			if got, want := m.Missing(), c.highest+1-len(c.arrived); got != want && c.name != "one too far is not taken" {
				t.Errorf("%s, from %d: %d missing, want %d", c.name, initial, got, want)
			}
			if got := m.HasGaps(); got != (len(c.gaps) > 0) {
				t.Errorf("%s, from %d: HasGaps is %v", c.name, initial, got)
			}
		}
	}
}

func gap(start, end uint16) wire.GapBlock { return wire.GapBlock{Start: start, End: end} }

func seqOf(first, last int) (s []int) {
	for i := first; i <= last; i++ {
		s = append(s, i)
	}
	return s
}

func TestTSNStatus(t *testing.T) {
	m := mapWith(10, 0, 1, 3)
	for _, c := range []struct {
		tsn  seq.TSN
		want TSNStatus
	}{
		{9, TSNDuplicate}, {10, TSNDuplicate}, {11, TSNDuplicate}, {13, TSNDuplicate},
		{12, TSNNew}, {14, TSNNew}, {11 + MaxGapTSNs, TSNNew},
		{12 + MaxGapTSNs, TSNTooFar}, {1 << 31, TSNTooFar},
		{1<<32 - 1, TSNDuplicate}, {1<<31 + 12, TSNDuplicate},
		{13 + minWords*wordBits, TSNNew}, // shares a bit of the ring with 13
	} {
		if got := m.Status(c.tsn); got != c.want {
			t.Errorf("status of %d is %d, want %d", c.tsn, got, c.want)
		}
	}
}

// RFC 9260 section 6.7: blocks are reported from the lowest TSN on when not all fit.
func TestGapsAreCutAtTheHighEnd(t *testing.T) {
	m := mapWith(1, 2, 4, 6, 8)
	want := []wire.GapBlock{gap(9, 9), gap(3, 3), gap(5, 5)}
	if got := m.AppendGaps(want[:1:1], 2); !slices.Equal(got, want) {
		t.Errorf("two gaps appended: %v, want %v", got, want)
	}
	if got := m.AppendGaps(nil, 0); len(got) != 0 {
		t.Errorf("no gap asked for, got %v", got)
	}
}

// The worst case of a peer that wants the largest map: every second TSN, as far as a SACK reaches.
func TestGapLimitIsReached(t *testing.T) {
	m := NewTSNMap(0)
	for o := 1; o < MaxGapTSNs; o += 2 {
		m.Record(seq.TSN(o))
	}
	gaps := m.AppendGaps(nil, MaxGapTSNs)
	if len(gaps) != MaxGapTSNs/2 {
		t.Fatalf("%d gaps, want %d", len(gaps), MaxGapTSNs/2)
	}
	for i, g := range gaps {
		if want := uint16(2*i + 2); g.Start != want || g.End != want {
			t.Fatalf("gap %d is %v, want %d alone", i, g, want)
		}
	}
	for o := 0; o < MaxGapTSNs; o += 2 {
		m.Record(seq.TSN(o))
	}
	if m.HasGaps() || m.CumTSN() != MaxGapTSNs-1 {
		t.Errorf("all arrived, yet the cumulative TSN is %d", m.CumTSN())
	}
	if n := len(m.beyond.words); n > 2048 {
		t.Errorf("the map has %d words", n)
	}
}

func TestDuplicatesAreLimited(t *testing.T) {
	m := mapWith(7, 0)
	m.NoteDuplicate(7)
	m.NoteDuplicate(7)
	if got := m.Duplicates(); !slices.Equal(got, []seq.TSN{7, 7}) {
		t.Errorf("duplicates %v, want one entry for each arrival", got)
	}
	for range 2 * MaxDuplicates {
		m.NoteDuplicate(7)
	}
	if got := len(m.Duplicates()); got != MaxDuplicates {
		t.Errorf("%d duplicates kept, want %d", got, MaxDuplicates)
	}
	m.ClearDuplicates()
	if got := m.Duplicates(); len(got) != 0 {
		t.Errorf("duplicates %v after ClearDuplicates", got)
	}
}

func TestAdvance(t *testing.T) {
	for _, c := range []struct {
		name         string
		to           int
		cum, highest int
		gaps         []wire.GapBlock
	}{
		{"back: nothing happens", -5, 0, 200, []wire.GapBlock{gap(3, 4), gap(100, 200)}},
		{"into a gap", 1, 1, 200, []wire.GapBlock{gap(2, 3), gap(99, 199)}},
		{"next to a block: over it", 2, 4, 200, []wire.GapBlock{gap(96, 196)}},
		{"into a block: to its end", 150, 200, 200, nil},
		{"to the highest", 200, 200, 200, nil},
		{"beyond everything", 90000, 90000, 90000, nil},
	} {
		const initial = seq.TSN(1<<32 - 50)
		m := mapWith(initial, append([]int{0, 3, 4}, seqOf(100, 200)...)...)
		m.Advance(initial.Add(c.to))
		if m.CumTSN() != initial.Add(c.cum) || m.Highest() != initial.Add(c.highest) {
			t.Errorf("%s: (cum, highest) = (%d, %d), want (%d, %d)", c.name,
				m.CumTSN().Diff(initial), m.Highest().Diff(initial), c.cum, c.highest)
		}
		if got := m.AppendGaps(nil, 9); !slices.Equal(got, c.gaps) {
			t.Errorf("%s: gaps %v, want %v", c.name, got, c.gaps)
		}
		if next := m.Highest() + 2; m.Status(next) != TSNNew {
			t.Errorf("%s: a TSN beyond the highest is not new", c.name)
		}
	}
}

// FuzzTSNMap compares a map with a plain set of TSNs. Each pair of bytes is one TSN, relative to the cumulative point.
func FuzzTSNMap(f *testing.F) {
	f.Add(uint32(0), []byte{0, 1, 0, 3, 0, 2, 0xff, 0xff, 0, 0})
	f.Add(uint32(1<<32-3), []byte{0, 200, 0, 2, 0, 1, 0x80, 3})
	f.Fuzz(func(t *testing.T, initial uint32, ops []byte) {
		m := NewTSNMap(seq.TSN(initial))
		cum, highest := seq.TSN(initial)-1, seq.TSN(initial)-1
		arrived := map[seq.TSN]bool{}
		for ; len(ops) >= 2; ops = ops[2:] {
			tsn := cum + seq.TSN(ops[0])<<8 + seq.TSN(ops[1])
			if advance := ops[0] == 0xfe; advance {
				tsn = cum + seq.TSN(ops[1])
				m.Advance(tsn)
				for u := cum + 1; u.LessEq(tsn); u++ {
					arrived[u] = true
				}
			} else {
				wantNew := tsn != cum && !arrived[tsn]
				if isNew := m.Status(tsn) == TSNNew; isNew != wantNew {
					t.Fatalf("TSN %d new: %v, want %v", tsn, isNew, wantNew)
				}
				m.Record(tsn)
				arrived[tsn] = true
			}
			if highest.Less(tsn) {
				highest = tsn
			}
			for arrived[cum+1] {
				cum++
			}
			if m.CumTSN() != cum || m.Highest() != highest || m.HasGaps() != (cum != highest) {
				t.Fatalf("(cum, highest) = (%d, %d), want (%d, %d)", m.CumTSN(), m.Highest(), cum, highest)
			}
		}
		var want []wire.GapBlock
		for o := 1; o <= highest.Diff(cum); o++ {
			if !arrived[cum.Add(o)] {
				continue
			}
			if n := len(want); n > 0 && int(want[n-1].End)+1 == o {
				want[n-1].End++
			} else {
				want = append(want, wire.GapBlock{Start: uint16(o), End: uint16(o)})
			}
		}
		if got := m.AppendGaps(nil, MaxGapTSNs); !slices.Equal(got, want) {
			t.Fatalf("gaps %v, want %v", got, want)
		}
	})
}

func BenchmarkTSNMapInOrder(b *testing.B) {
	m := NewTSNMap(0)
	for i := range b.N {
		m.Record(seq.TSN(i))
	}
}

// A thousand TSNs behind a gap, then the gap closes: what a lost packet costs.
func BenchmarkTSNMapOneLoss(b *testing.B) {
	m := NewTSNMap(1)
	var gaps []wire.GapBlock
	for b.Loop() {
		lost := m.CumTSN() + 1
		for o := range 1000 {
			m.Record(lost.Add(o + 1))
		}
		gaps = m.AppendGaps(gaps[:0], 4)
		m.Record(lost)
	}
}
