package simnet

import (
	"math/rand/v2"
	"net/netip"
	"sync"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/transport"
)

// Network carries packets between hosts. Its methods and those of its hosts may be called concurrently; a run is
// reproducible only if they are not.
type Network struct {
	mu      sync.Mutex
	rng     *rand.Rand
	owner   map[netip.Addr]*Host
	rules   []rule
	cuts    []between
	nats    []*NAT
	pipes   map[pair]*pipe
	changed uint64 // counts changes of rules, which pipes look up again when it moved
	flight  schedule
	trace   func(Event)
	filter  func(*transport.Datagram) bool
	clock   clock // of hosts opened as a carrier
}

// pair is a direction: from an address to an address.
type pair struct{ from, to netip.Addr }

// New returns a network without hosts, whose links are all perfect. Everything that a link does by chance comes from seed.
func New(seed uint64) *Network {
	return &Network{
		rng:   rand.New(rand.NewPCG(seed, 0x5c79)),
		owner: make(map[netip.Addr]*Host),
		pipes: make(map[pair]*pipe),
	}
}

// Trace has f called for everything that happens to a packet. f must neither call the network nor keep the event's data.
func (n *Network) Trace(f func(Event)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.trace = f
}

// Filter has f called with each packet as its sender hands it over, before the links see it. f may alter the data, which is
// a copy; a packet for which it returns false is lost. f must not call the network. A nil f lets everything pass.
func (n *Network) Filter(f func(d *transport.Datagram) bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.filter = f
}

// Send puts a packet of a host into the network; d is the caller's again when it returns. The path is as the sender sees it;
// without a local address the host's nearest to the remote one is taken.
func (n *Network) Send(now mono.Time, from *Host, d *transport.Datagram) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.send(now, from, d)
}

// Inject makes a datagram arrive at a host at the given time, as if from nowhere: an ICMP report, or a forged packet. Its
// path is as the receiver sees it.
func (n *Network) Inject(at mono.Time, to *Host, d transport.Datagram) {
	d.Data = append([]byte(nil), d.Data...)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.flight.push(arrival{at: at, injected: to, d: d})
	n.arm()
}

// Schedule has change called when the time has come: by the Deliver that passes it, or, when hosts are opened as carriers,
// by whichever goroutine moves packets then. It may call the network but must not block.
func (n *Network) Schedule(at mono.Time, change func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.flight.push(arrival{at: at, change: change})
	n.arm()
}

// NextDeadline returns when the next packet arrives or the next scheduled change is due; unset if nothing is under way.
func (n *Network) NextDeadline() mono.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.flight.next()
}

// Deliver returns one datagram that has arrived by now, with the path as the receiving host sees it; false if there is no
// more. The data is the caller's to keep.
func (n *Network) Deliver(now mono.Time) (*Host, transport.Datagram, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.deliver(now)
}

// deliver does what Deliver says, with the lock held except while a change runs.
func (n *Network) deliver(now mono.Time) (*Host, transport.Datagram, bool) {
	for n.flight.next().Reached(now) {
		a := n.flight.pop()
		if a.change != nil {
			n.mu.Unlock()
			a.change()
			n.mu.Lock()
			continue
		}
		if a.injected != nil {
			return a.injected, a.d, true
		}
		if to := n.receiver(&a); to != nil {
			return to, a.d, true
		}
	}
	return nil, transport.Datagram{}, false
}

// receiver turns the path of an arrived packet round and returns the host that takes it, nil if none does.
func (n *Network) receiver(a *arrival) *Host {
	p, sent := a.d.Path, a.asSent()
	to := n.owner[p.Remote]
	fate := Delivered
	if n.isCut(p.Local, p.Remote) {
		fate = LostCut
	} else if b := n.natAt(p.Remote); b != nil {
		to, fate = b.receive(a)
		p = a.d.Path
	} else if to == nil {
		fate = LostNoHost
	}
	if fate == Delivered && a.toPort != to.encapPort {
		fate = LostPort
	}
	n.note(a.at, fate, sent, a.d.Data)
	if fate != Delivered {
		return nil
	}
	if to.noECN {
		a.d.ECN = transport.NotECT
	}
	a.d.Path = transport.Path{Local: p.Remote, Remote: p.Local, EncapPort: a.fromPort}
	return to
}
