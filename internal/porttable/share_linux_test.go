package porttable

import (
	"errors"
	"fmt"
	"testing"
)

func TestSharing(t *testing.T) {
	for i, tt := range sharings {
		port := uint16(7000 + i)
		a, b := open(t, Raw, 0), open(t, Raw, 0)
		first, err := a.Claim(port, tt.firstAt, tt.first)
		if err != nil {
			t.Fatal(err)
		}
		own, err := a.Claim(port, nil, Alone)
		if err != nil {
			t.Fatalf("%s: a table contends with itself: %v", tt.name, err)
		}
		own.Release()
		second, err := b.Claim(port, nil, tt.second)
		if got := errors.Is(err, ErrInUse); got != tt.conflict || err != nil && !tt.conflict {
			t.Errorf("%s: %v, want a conflict: %t", tt.name, err, tt.conflict)
		}
		if err == nil {
			second.Release()
		}
		first.Release()
		if len(a.names)+len(b.names) != 0 {
			t.Errorf("%s: names are left: %v, %v", tt.name, a.names, b.names)
		}
	}
}

func TestChangeOfAClaim(t *testing.T) {
	a, b := open(t, Raw, 0), open(t, Raw, 0)
	first, err := a.Claim(7100, addrs("127.0.0.1"), Sharing)
	if err != nil {
		t.Fatal(err)
	}
	second, err := b.Claim(7100, nil, Sharing)
	if err != nil {
		t.Fatal(err)
	}
	for i, step := range []struct {
		claim *Claim
		hold  Hold
		want  error
	}{
		{first, Alone, ErrInUse}, {first, Leading, nil}, {first, Leading, nil}, {second, Leading, ErrInUse}, {first, Sharing, nil},
		{second, Leading, nil}, {first, Leading, ErrInUse},
	} {
		if err := step.claim.Change(step.hold); !errors.Is(err, step.want) {
			t.Errorf("step %d: %v, want %v", i, err, step.want)
		}
	}
	here := addrs("127.0.0.1")[0]
	if !a.Held(7100, here) || !b.Held(7100, here) {
		t.Error("a port that others share is not seen as held")
	}
	second.Release()
	if a.Held(7100, here) || !b.Held(7100, here) {
		t.Error("the table's own claim counts as that of another, or the other's does not")
	}
	if err := second.Change(Sharing); !errors.Is(err, ErrClosed) {
		t.Errorf("a released claim changes: %v", err)
	}
}

func TestTheEndOfAProcessThatLeadsLetsAnotherLead(t *testing.T) {
	p, q := start(t, "raw", 0), open(t, Raw, 0)
	if got := p.do("share 7200"); got != "ok" {
		t.Fatal(got)
	}
	c, err := q.Claim(7200, nil, Sharing)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Change(Alone); !errors.Is(err, ErrInUse) {
		t.Errorf("alone beside another: %v", err)
	}
	p.kill(t)
	if err := c.Change(Alone); err != nil {
		t.Error(err)
	}
}

func TestLimitsOfSharing(t *testing.T) {
	for _, tt := range []struct {
		limit int
		hold  Hold
	}{{maxSharing, Sharing}, {maxSome, Alone}} {
		for i := range tt.limit + 1 {
			_, err := open(t, Raw, 0).Claim(7300+uint16(tt.hold), addrs(fmt.Sprintf("127.0.0.%d", 1+i)), tt.hold)
			if got := errors.Is(err, ErrInUse); got != (i == tt.limit) {
				t.Errorf("claim %d of %d: %v", i, tt.limit, err)
			}
		}
	}
}

func BenchmarkClaim(b *testing.B) {
	table, err := Open(Raw, 0)
	if err != nil {
		b.Fatal(err)
	}
	defer table.Close()
	for range b.N {
		c, err := table.Claim(20000, nil, Alone)
		if err != nil {
			b.Fatal(err)
		}
		c.Release()
	}
}
