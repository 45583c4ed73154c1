package endpoint

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// network carries packets between hosts in no time, unless a test loses them or breaks the way; time passes only when a test lets it.
// With -v it prints every packet.
type network struct {
	t     *testing.T
	now   mono.Time
	hosts []*host
	// lose, if set, sees each packet as it leaves and says whether the network loses it.
	lose func(from *host, d *transport.Datagram) bool
	// queue holds the packets under way, as their receivers will see them.
	queue []flying
	// sent counts packets, lost ones too.
	sent int
	// broken are addresses that nothing gets to or comes from.
	broken map[netip.Addr]bool
	// carrier is what all hosts find their packets in.
	carrier assoc.Carrier
	// nats are boxes that hosts are behind.
	nats []*nat
	// quiet: packets are not printed.
	quiet bool
}

// flying is a packet under way.
type flying struct {
	to *host
	d  transport.Datagram
}

func newNetwork(t *testing.T) *network {
	return &network{t: t, now: mono.Time(time.Second), broken: make(map[netip.Addr]bool)}
}

// carry takes a packet from a host, which sees it as d.
func (n *network) carry(from *host, d transport.Datagram) {
	d.Data = slices.Clone(d.Data)
	if !d.Path.Local.IsValid() {
		d.Path.Local = from.sourceFor(d.Path.Remote)
	}
	fate := ""
	to, way := n.translate(from, d.Path)
	switch {
	case n.lose != nil && n.lose(from, &d):
		fate = " (lost)"
	case n.broken[d.Path.Local], n.broken[d.Path.Remote], to == nil:
		fate = " (unreachable)"
	default:
		arriving := d
		arriving.Path = way
		n.queue = append(n.queue, flying{to, arriving})
	}
	n.sent++
	if testing.Verbose() && !n.quiet {
		n.note(fmt.Sprintf("%s %v > %v%s %s", from.name, d.Path.Local, d.Path.Remote, fate, wire.Describe(d.Data)))
	}
}

// note prints something that happened.
func (n *network) note(what string) {
	if testing.Verbose() && !n.quiet {
		n.t.Logf("%v %s", time.Duration(n.now), what)
	}
}

func (n *network) owner(a netip.Addr) *host {
	for _, h := range n.hosts {
		if slices.Contains(h.addrs, a) {
			return h
		}
	}
	return nil
}

// deliver hands over the packet under way with index i.
func (n *network) deliver(i int) {
	f := n.queue[i]
	n.queue = slices.Delete(n.queue, i, i+1)
	f.to.receive(f.d)
}

// settle delivers packets in order until none is under way.
func (n *network) settle() {
	const enough = 100000
	for i := 0; len(n.queue) > 0; i++ {
		if i == enough {
			n.t.Fatal("packets breed packets without end")
		}
		n.deliver(0)
	}
}

// advance lets time pass, a timer at a time.
func (n *network) advance(d time.Duration) {
	n.t.Helper()
	const enough = 100000
	end := n.now.Add(d)
	for i := 0; n.expireBy(end); i++ {
		if i == enough {
			n.t.Fatal("timers expire without end")
		}
	}
	n.now = end
}

// expireBy runs the timers that expire next, if that is by end.
func (n *network) expireBy(end mono.Time) bool {
	n.settle()
	next := n.nextDeadline()
	if !next.Reached(end) {
		return false
	}
	n.now = max(n.now, next)
	for _, h := range n.hosts {
		for _, a := range slices.Clone(h.handles) {
			if a.Assoc.NextDeadline().Reached(n.now) {
				a.Assoc.Expire(n.now)
				h.drain(a)
			}
		}
	}
	return true
}

func (n *network) nextDeadline() (next mono.Time) {
	for _, h := range n.hosts {
		for _, a := range h.handles {
			next = mono.Earliest(next, a.Assoc.NextDeadline())
		}
	}
	return next
}

// finish lets timers run until every association has ended, and returns how long that took; the test fails after limit.
func (n *network) finish(limit time.Duration) time.Duration {
	n.t.Helper()
	begin := n.now
	for n.expireBy(begin.Add(limit)) {
	}
	if !n.nextDeadline().IsZero() {
		n.t.Fatalf("not over after %v", limit)
	}
	return n.now.Sub(begin)
}

// loseNth loses the packets with the given numbers, counted from the next one as 0.
func (n *network) loseNth(numbers ...int) {
	start := n.sent
	n.lose = func(*host, *transport.Datagram) bool { return slices.Contains(numbers, n.sent-start) }
}

// loseNext loses the next packet that has a chunk of type c, beside what is lost already.
func (n *network) loseNext(c wire.ChunkType) {
	others := n.lose
	n.lose = func(from *host, d *transport.Datagram) bool {
		if has(d.Data, c) {
			n.lose = others
			return true
		}
		return others != nil && others(from, d)
	}
}

// breakAddrs cuts everything to and from the addresses, or mends it.
func (n *network) breakAddrs(broken bool, addrs ...string) {
	for _, a := range addrs {
		n.broken[netip.MustParseAddr(a)] = broken
	}
}
