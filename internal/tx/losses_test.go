package tx

import (
	"slices"
	"testing"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/seq"
)

func TestLossesAreOfDepartures(t *testing.T) {
	var l Losses
	at := func(path int, tsn uint32, sentAt int64) *Chunk {
		c := &Chunk{Path: path, size: 100}
		c.TSN, c.sentAt = seq.TSN(tsn), mono.Time(sentAt)
		return c
	}
	for _, c := range []*Chunk{at(0, 1, 10), at(0, 2, 10), at(0, 4, 10), at(0, 5, 20), at(1, 6, 20), at(1, 8, 20)} {
		l.add(c)
	}
	want := []Loss{{0, 10, 300, 2}, {0, 20, 100, 1}, {1, 20, 200, 2}}
	if got := l.Take(); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := l.Take(); len(got) != 0 {
		t.Errorf("taken twice: %v", got)
	}
	var nobody *Losses
	nobody.add(at(0, 1, 10))
	if n := testing.AllocsPerRun(100, func() { l.add(at(0, 1, 10)); l.Take() }); n > 1 {
		t.Errorf("%v allocations besides that of the chunk", n)
	}
}
