// Package fault makes a carrier as bad as networks can be: it loses, doubles, damages, delays and reorders packets, and cuts
// paths. It is for demonstrations and for tests over real sockets; package simnet is a whole network of this kind, in virtual time.
package fault

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/gosctp/sctp/transport"
)

// Faults are what happens to packets that are sent. Probabilities are between 0 and 1. The zero value is a path without faults.
type Faults struct {
	// Loss is the probability that a packet is lost.
	Loss float64
	// Duplicate is the probability that a packet arrives twice.
	Duplicate float64
	// Corrupt is the probability that one bit of a packet is inverted. On a carrier that finds damaged packets itself
	// (transport.Caps.ErrorDetection) such a packet is lost.
	Corrupt float64
	// Mark is the probability that a packet with an ECN-capable codepoint is marked CE (RFC 3168 section 5).
	Mark float64
	// Delay is how long each packet takes longer, and Jitter the most by which that varies, at random: enough of it reorders.
	Delay, Jitter time.Duration
	// Reorder is the probability that a packet is held back by ReorderDelay more, so that later ones overtake it.
	Reorder      float64
	ReorderDelay time.Duration
	// MTU, if not zero, is the size of the largest SCTP packet that gets through. Nobody is told of the others.
	MTU int
}

// Match selects paths. An address that is not valid, such as the zero one, stands for any.
type Match struct {
	Local, Remote netip.Addr
}

// matches reports whether p is one of the paths. A packet of which the carrier is to choose the source address is on no
// path with a certain Local.
func (m Match) matches(p transport.Path) bool {
	return (!m.Local.IsValid() || m.Local == p.Local) && (!m.Remote.IsValid() || m.Remote == p.Remote)
}

// Counters count packets by what became of them.
type Counters struct {
	// Lost counts those lost by chance, for their size, or because too many were delayed; Cut those of paths that are cut, in
	// either direction.
	Lost, Cut                              uint64
	Duplicated, Corrupted, Delayed, Passed uint64
	// Marked counts those that were marked CE, and may be among those of the line above too.
	Marked uint64
}

// Transport is a carrier with faults. Faults strike packets as they are sent; only cuts have an effect on those that are received too.
type Transport struct {
	transport.Transport
	delayed *delayLine

	mu       sync.Mutex
	rng      *rand.Rand
	faults   Faults
	rules    []rule
	cuts     []Match
	counters Counters
	batch    batch
}

type rule struct {
	match  Match
	faults Faults
}

// Wrap makes a carrier of t that has no faults yet. What happens to which packet follows from the seed, as far as packets are
// sent in the same order.
func Wrap(t transport.Transport, seed uint64) *Transport {
	return &Transport{
		Transport: t,
		delayed:   newDelayLine(t),
		rng:       rand.New(rand.NewPCG(seed, 0)),
	}
}

// Unwrap returns the carrier underneath.
func (f *Transport) Unwrap() transport.Transport { return f.Transport }

// SetPorts sets the port filter of the carrier underneath, if it has one.
func (f *Transport) SetPorts(ports []uint16, ootb bool) error {
	if filter, ok := f.Transport.(transport.PortFilter); ok {
		return filter.SetPorts(ports, ootb)
	}
	return nil
}

// SetFaults sets the faults of all paths that have none of their own.
func (f *Transport) SetFaults(faults Faults) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = faults
}

// SetPathFaults sets the faults of the paths that m selects. Where several selections fit, the one that was set first counts.
func (f *Transport) SetPathFaults(m Match, faults Faults) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.rules {
		if f.rules[i].match == m {
			f.rules[i].faults = faults
			return
		}
	}
	f.rules = append(f.rules, rule{m, faults})
}

// Cut lets nothing pass on the paths that m selects, in either direction, until Repair.
func (f *Transport) Cut(m Match) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !slices.Contains(f.cuts, m) {
		f.cuts = append(f.cuts, m)
	}
}

// Repair ends a Cut.
func (f *Transport) Repair(m Match) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cuts = slices.DeleteFunc(f.cuts, func(c Match) bool { return c == m })
}

// Counters returns what became of the packets so far.
func (f *Transport) Counters() Counters {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.counters
}

// isCut reports whether p is cut. f.mu is held.
func (f *Transport) isCut(p transport.Path) bool {
	return slices.ContainsFunc(f.cuts, func(m Match) bool { return m.matches(p) })
}

// faultsOf returns the faults of p. f.mu is held.
func (f *Transport) faultsOf(p transport.Path) *Faults {
	for i := range f.rules {
		if f.rules[i].match.matches(p) {
			return &f.rules[i].faults
		}
	}
	return &f.faults
}

// ReadBatch leaves out what came on paths that are cut.
func (f *Transport) ReadBatch(queue int, ds []transport.Datagram) (int, error) {
	for {
		n, err := f.Transport.ReadBatch(queue, ds)
		kept := f.keep(ds[:n])
		if kept > 0 || err != nil || len(ds) == 0 {
			return kept, err
		}
	}
}

// keep moves what is to be read to the front of ds.
func (f *Transport) keep(ds []transport.Datagram) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	kept := 0
	for i := range ds {
		if f.isCut(ds[i].Path) {
			f.counters.Cut++
			continue
		}
		ds[kept] = ds[i]
		kept++
	}
	return kept
}

// Close drops what is still delayed.
func (f *Transport) Close() error {
	err := f.Transport.Close()
	f.delayed.close()
	return err
}
