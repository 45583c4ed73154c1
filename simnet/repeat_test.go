package simnet

import (
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"github.com/gosctp/sctp/transport"
)

// runHash hashes everything that happens in a run with all kinds of trouble.
func runHash(t *testing.T, seed uint64) [sha256.Size]byte {
	hash := sha256.New()
	l := newLab(t, Link{})
	n := New(seed)
	left, right := n.AddHost("left", leftAddr, left6), n.AddHost("right", rightAddr, right6)
	n.SetDefault(Link{
		Delay: 10 * time.Millisecond, Jitter: 3 * time.Millisecond, Loss: 0.1, Duplicate: 0.1, Reorder: 0.1, Corrupt: 0.1,
		Rate: 1_000_000, Queue: 20_000, MTU: 1400,
	})
	n.Trace(func(e Event) {
		fmt.Fprintln(hash, e.Time, e.Fate, e.Path)
		hash.Write(e.Data)
		l.fates[e.Fate]++
	})
	n.Schedule(second.Add(500*time.Millisecond), func() { n.Cut(Exactly(leftAddr), Exactly(rightAddr)) })
	for i := range 2000 {
		now := second.Add(time.Duration(i) * time.Millisecond)
		for h, d, ok := n.Deliver(now); ok; h, d, ok = n.Deliver(now) {
			fmt.Fprintln(hash, now, h.Name(), d.Path, d.Kind, d.MTU)
			hash.Write(d.Data)
		}
		data := make([]byte, 1+i%1500)
		n.Send(now, left, &transport.Datagram{Path: transport.Path{Remote: rightAddr}, Data: data})
		n.Send(now, right, &transport.Datagram{Path: transport.Path{Remote: left6}, Data: data})
	}
	for _, f := range []Fate{Sent, Duplicated, Corrupted, Delivered, LostLink, LostQueue, LostTooBig, LostCut} {
		if l.fates[f] == 0 {
			t.Errorf("seed %d: no packet was %v", seed, f)
		}
	}
	return [sha256.Size]byte(hash.Sum(nil))
}

func TestSeedReproducesTheRun(t *testing.T) {
	first := runHash(t, 1)
	if runHash(t, 1) != first {
		t.Error("the same seed gave two different runs")
	}
	if runHash(t, 2) == first {
		t.Error("another seed gave the same run")
	}
}
