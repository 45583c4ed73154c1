package simnet

import (
	"net/netip"
	"time"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/transport"
)

// Queue is what waits before a link that many share.
type Queue struct {
	// Rate is the speed of the link in bytes per second, headers of IP and UDP included.
	Rate int
	// Limit is how many bytes wait before packets are dropped; zero stands for 100 ms worth.
	Limit int
	// Mark is how many bytes wait when packets with an ECN-capable codepoint begin to be marked CE; zero marks none.
	Mark int
	// PIE is the delay that a router tries to keep the queue at, by dropping or marking packets at random before it is full (RFC 8033).
	// Zero is a router that does nothing of the kind.
	PIE time.Duration
}

// Bottleneck is a link that many share: packets of all directions whose Link names it wait in one queue, first come, first served. What the
// Link itself says of rate, queue and marks does not apply then; its delay and everything that goes wrong come behind the queue.
type Bottleneck struct {
	net   *Network
	q     Queue
	busy  mono.Time // the last queued packet has left by then
	pie   pie
	flows map[pair]*Passage
}

// Passage is what a bottleneck did to the packets from one address to another.
type Passage struct {
	// Packets and Bytes went through, headers included, Marked of the packets with a mark of it. Dropped did not.
	Packets, Bytes, Marked, Dropped int
}

// AddBottleneck adds a link to be shared, which Link.Shared names. It panics if it has no rate, since then nothing is to be shared.
func (n *Network) AddBottleneck(q Queue) *Bottleneck {
	if q.Rate <= 0 {
		panic("simnet: a bottleneck without a rate")
	}
	if q.Limit == 0 {
		q.Limit = q.Rate / 10
	}
	return &Bottleneck{net: n, q: q, pie: pie{target: q.PIE}, flows: make(map[pair]*Passage)}
}

// Waiting is how long a packet would wait that came now.
func (b *Bottleneck) Waiting(now mono.Time) time.Duration {
	b.net.mu.Lock()
	defer b.net.mu.Unlock()
	return b.waiting(now)
}

func (b *Bottleneck) waiting(now mono.Time) time.Duration { return max(0, b.busy.Sub(now)) }

// Passed returns what became of the packets from one address to another so far.
func (b *Bottleneck) Passed(from, to netip.Addr) Passage {
	b.net.mu.Lock()
	defer b.net.mu.Unlock()
	if f := b.flows[pair{from, to}]; f != nil {
		return *f
	}
	return Passage{}
}

// take puts a packet at the end of the queue. It returns when the packet will have left, and whether there was room.
func (b *Bottleneck) take(now mono.Time, k pair, size int, ecn *transport.ECN) (mono.Time, bool) {
	f := b.flows[k]
	if f == nil {
		f = &Passage{}
		b.flows[k] = f
	}
	waits := b.waiting(now)
	bytes := int(waits * time.Duration(b.q.Rate) / time.Second)
	capable := *ecn != transport.NotECT
	early, mark := b.pie.arrives(b, now, bytes)
	if bytes > 0 && bytes+size > b.q.Limit || early && !(mark && capable) {
		f.Dropped++
		return 0, false
	}
	if capable && (early || b.q.Mark > 0 && bytes > b.q.Mark) {
		*ecn = transport.CE
		f.Marked++
	}
	f.Packets++
	f.Bytes += size
	b.busy = now.Add(waits + time.Duration(size)*time.Second/time.Duration(b.q.Rate))
	return b.busy, true
}
