package simnet

import (
	"time"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/transport"
)

// quoteLimit is how much of a packet a report quotes at most: what an ICMP message of 576 bytes has room for (RFC 1812
// section 4.3.2.3).
const quoteLimit = 528

// pipe is one direction between two addresses: its link, and what is queued before it.
type pipe struct {
	link    Link
	asOf    uint64    // value of Network.changed when link was looked up
	busy    mono.Time // the last queued packet has left by then
	arrives mono.Time // the last packet in order arrives then
	failing bool      // a burst of losses has begun
}

func (n *Network) pipe(k pair) *pipe {
	p := n.pipes[k]
	if p == nil {
		p = &pipe{asOf: n.changed, link: n.link(k.from, k.to)}
		n.pipes[k] = p
	}
	if p.asOf != n.changed {
		p.asOf, p.link = n.changed, n.link(k.from, k.to)
	}
	return p
}

// send takes a packet through its pipe, to the arrival or to its end.
func (n *Network) send(now mono.Time, from *Host, d *transport.Datagram) {
	a := arrival{d: *d, fromPort: from.encapPort, toPort: d.Path.EncapPort}
	a.d.Data = append([]byte(nil), d.Data...)
	path := &a.d.Path
	if from.encapPort == 0 {
		a.toPort = 0
	} else if a.toPort == 0 {
		a.toPort = DefaultEncapPort
	}
	if from.noECN {
		a.d.ECN = transport.NotECT
	}
	if !path.Local.IsValid() {
		path.Local = from.source(path.Remote)
	}
	if n.owner[path.Local] != from || path.Local.Is4() != path.Remote.Is4() {
		n.note(now, LostNoSource, *path, d.Data)
		return
	}
	if n.filter != nil && !n.filter(&a.d) {
		n.note(now, LostFilter, *path, d.Data)
		return
	}
	overhead := from.overhead(path.Remote)
	if len(a.d.Data)+overhead > from.mtu && !a.d.MayFragment {
		n.note(now, LostTooBig, *path, d.Data)
		n.report(now, from, &a, from.mtu-overhead)
		return
	}
	sent := *path
	if !n.translate(now, &a) {
		n.note(now, LostNAT, sent, d.Data)
		return
	}
	if n.isCut(path.Local, path.Remote) {
		n.note(now, LostCut, sent, d.Data)
		return
	}
	n.pipe(pair{path.Local, path.Remote}).carry(n, now, from, a)
}

// carry does to a packet what the link says.
func (p *pipe) carry(n *Network, now mono.Time, from *Host, a arrival) {
	l, path := &p.link, a.asSent()
	overhead := from.overhead(path.Remote)
	size := len(a.d.Data) + overhead
	mtu := l.MTU
	if mtu == 0 {
		mtu = DefaultMTU
	}
	if size > mtu && !(a.d.MayFragment && (!l.NoFragments || a.d.MTU > 0 && a.d.MTU+overhead <= mtu)) {
		n.note(now, LostTooBig, path, a.d.Data)
		if !l.BlackHole {
			n.report(now.Add(l.Delay), from, &a, mtu-overhead)
		}
		return
	}
	if !p.queue(now, pair{path.Local, path.Remote}, size, &a.d.ECN) {
		n.note(now, LostQueue, path, a.d.Data)
		return
	}
	if a.d.ECN != transport.NotECT && n.chance(l.MarkChance) {
		a.d.ECN = transport.CE
	}
	fragments := (size + mtu - 1) / mtu
	for range fragments {
		if p.loses(n) {
			n.note(now, LostLink, path, a.d.Data)
			return
		}
	}
	if n.chance(l.Corrupt) && len(a.d.Data) > 0 {
		bit := n.rng.IntN(8 * len(a.d.Data))
		a.d.Data[bit/8] ^= 1 << (bit % 8)
		n.note(now, Corrupted, path, a.d.Data)
		if from.detection != 0 {
			n.note(now, LostDamaged, path, a.d.Data)
			return
		}
	}
	a.at = p.arrival(n, now)
	n.note(now, Sent, path, a.d.Data)
	n.flight.push(a)
	if n.chance(l.Duplicate) {
		n.note(now, Duplicated, path, a.d.Data)
		a.d.Data = append([]byte(nil), a.d.Data...)
		n.flight.push(a)
	}
	n.arm()
}

// queue puts a packet at the end of the pipe's queue and reports whether there was room.
func (p *pipe) queue(now mono.Time, k pair, size int, ecn *transport.ECN) bool {
	l := &p.link
	if l.Shared != nil {
		left, ok := l.Shared.take(now, k, size, ecn)
		if ok {
			p.busy = left
		}
		return ok
	}
	if l.Rate == 0 {
		p.busy = now
		return true
	}
	if p.busy < now {
		p.busy = now
	}
	limit := l.Queue
	if limit == 0 {
		limit = l.Rate / 10
	}
	waiting := int(p.busy.Sub(now) * time.Duration(l.Rate) / time.Second)
	if waiting > 0 && waiting+size > limit {
		return false
	}
	if l.Mark > 0 && waiting > l.Mark && *ecn != transport.NotECT {
		*ecn = transport.CE
	}
	p.busy = p.busy.Add(time.Duration(size) * time.Second / time.Duration(l.Rate))
	return true
}

// loses decides whether the link loses a packet.
func (p *pipe) loses(n *Network) bool {
	l := &p.link
	if l.Burst <= 1 || l.Loss >= 1 {
		return n.chance(l.Loss)
	}
	if p.failing {
		p.failing = !n.chance(1 / l.Burst)
	} else {
		p.failing = n.chance(l.Loss / (1 - l.Loss) / l.Burst)
	}
	return p.failing
}

// arrival says when the packet that was queued last reaches the other end.
func (p *pipe) arrival(n *Network, now mono.Time) mono.Time {
	l := &p.link
	at := p.busy.Add(l.Delay)
	if l.Jitter > 0 {
		at = at.Add(time.Duration(n.rng.Int64N(int64(l.Jitter) + 1)))
	}
	if at < p.arrives {
		at = p.arrives
	}
	if n.chance(l.Reorder) {
		held := l.ReorderDelay
		if held == 0 {
			held = max(l.Delay/4, time.Millisecond)
		}
		return at.Add(1 + time.Duration(n.rng.Int64N(int64(held))))
	}
	p.arrives = at
	return at
}

// report tells the sender at the given time that a packet did not fit, and what would have.
func (n *Network) report(at mono.Time, from *Host, a *arrival, mtu int) {
	n.flight.push(arrival{at: at, injected: from, d: transport.Datagram{
		Path: a.asSent(),
		Data: a.d.Data[:min(len(a.d.Data), quoteLimit)],
		Kind: transport.PacketTooBig,
		MTU:  mtu,
	}})
	n.arm()
}

// chance is true with probability p. Certain outcomes draw nothing.
func (n *Network) chance(p float64) bool { return p > 0 && (p >= 1 || n.rng.Float64() < p) }
