package porttable

import (
	"errors"
	"fmt"
	"testing"
)

// rested claims and rests as many ports as may rest.
func rested(t *testing.T, table *Table, first uint16) {
	t.Helper()
	for i := range uint16(maxResting) {
		c, err := table.Claim(first+i, nil, Alone)
		if err != nil {
			t.Fatal(err)
		}
		c.Rest()
	}
}

func TestRestedClaimsAreUsedAgainInTurn(t *testing.T) {
	table := open(t, Raw, 0)
	const first = 1000
	if c := table.Rested(); c != nil {
		t.Fatalf("port %d has rested that nobody has claimed", c.Port())
	}
	rested(t, table, first)
	other, err := table.Claim(first+maxResting, nil, Alone)
	if err != nil {
		t.Fatal(err)
	}
	other.Rest() // one too many: the oldest is released
	if len(table.claims) != maxResting || len(table.names) != maxResting {
		t.Errorf("%d claims and %d names are left, want %d", len(table.claims), len(table.names), maxResting)
	}
	for i := range uint16(maxResting) {
		c := table.Rested()
		if i > maxResting-minResting {
			if c != nil {
				t.Fatalf("port %d is used again when only %d rest", c.Port(), maxResting-i)
			}
			continue
		}
		if c == nil || c.Port() != first+1+i {
			t.Fatalf("number %d is %v, want the one that has rested longest", i, c)
		}
		if _, err := open(t, Raw, 0).Claim(c.Port(), nil, Alone); !errors.Is(err, ErrInUse) {
			t.Fatalf("port %d is in use again, and somebody else gets it: %v", c.Port(), err)
		}
		if i%16 != 0 {
			c.Release() // and not to rest any more
		}
	}
}

func TestWhoAsksForARestingPortGetsIt(t *testing.T) {
	for _, kind := range []Kind{Raw, UDP} {
		table := open(t, kind, 9899)
		const first = 2000
		rested(t, table, first)
		word := map[Kind]string{Raw: "raw", UDP: "udp"}[kind]
		other := open(t, kind, 1)
		p := start(t, word, 2)
		for i, claim := range []string{"claim %d", "claim %d 127.0.0.1", "share %d"} {
			if got := p.do(fmt.Sprintf(claim, first+i)); got != "ok" {
				t.Errorf("%s: another process that wants all of a resting port, some of it, or to share it: %d: %s", word, i, got)
			}
			if _, err := other.Claim(first+uint16(i)+3, nil, Alone); err != nil {
				t.Errorf("%s: another table of this process: %v", word, err)
			}
			c, err := table.Claim(first+uint16(i)+6, addrs([]string{"127.0.0.1", "::1", "10.0.0.1"}[i]), Alone)
			if err != nil {
				t.Fatalf("%s: the same table: %v", word, err)
			}
			c.Rest() // only claims of all addresses do
			if c, err := other.Claim(c.Port(), nil, Alone); err != nil {
				t.Errorf("%s: what the same table has given back: %v", word, err)
			} else {
				c.Release()
			}
		}
		if _, ok := other.Lookup(first+20, addrs("127.0.0.1")[0]); ok {
			t.Errorf("%s: somebody is found at a port that rests", word)
		}
		table.mu.Lock()
		n := len(table.resting)
		table.mu.Unlock()
		if n < maxResting-20 || n > maxResting-10 {
			t.Errorf("%s: %d ports rest", word, n)
		}
		for c := table.Rested(); c != nil; c = table.Rested() {
			if c.Port() < first+9 || c.Port() == first+20 {
				t.Errorf("%s: port %d is still taken for one that rests", word, c.Port())
			}
		}
		table.Close()
		if len(table.names) > 0 {
			t.Errorf("%s: a closed table has %d names", word, len(table.names))
		}
	}
}

// A name that two claims of a table need does not rest with one of them.
func TestAPortWithTwoClaimsDoesNotRest(t *testing.T) {
	table := open(t, Raw, 0)
	var both []*Claim
	for range 2 {
		c, err := table.Claim(3000, nil, Alone)
		if err != nil {
			t.Fatal(err)
		}
		both = append(both, c)
	}
	both[0].Rest()
	if len(table.resting) != 0 {
		t.Error("a port rests that is still in use")
	}
	both[1].Rest()
	both[1].Release()
	if len(table.resting)+len(table.names)+len(table.claims) != 0 {
		t.Errorf("%d claims rest, %d names and %d claims are left", len(table.resting), len(table.names), len(table.claims))
	}
}
