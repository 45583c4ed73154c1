package engine

import (
	"cmp"
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/gosctp/sctp/internal/assoc"
)

// Counters are the objects of sctpStats in RFC 3873, by their names there without the prefix.
type Counters struct {
	CurrEstab                                        uint64
	ActiveEstabs, PassiveEstabs, Aborteds, Shutdowns uint64
	OutOfBlues, ChecksumErrors                       uint64
	OutCtrlChunks, OutOrderChunks, OutUnorderChunks  uint64
	InCtrlChunks, InOrderChunks, InUnorderChunks     uint64
	FragUsrMsgs, ReasmUsrMsgs                        uint64
	OutSCTPPacks, InSCTPPacks                        uint64
	AuthFailures, InitsRefused                       uint64 // see endpoint.Counters
	Expirations
}

// Expirations are what Linux counts besides.
type Expirations struct {
	T1Init, T1Cookie, T2, T3, T5, SackDelay uint64
	T3Retransmits, FastRetransmits          uint64 // DATA chunks
	DataDiscards                            uint64 // DATA chunks
}

func (x *Expirations) add(y *Expirations) {
	x.T1Init += y.T1Init
	x.T1Cookie += y.T1Cookie
	x.T2 += y.T2
	x.T3 += y.T3
	x.T5 += y.T5
	x.SackDelay += y.SackDelay
	x.T3Retransmits += y.T3Retransmits
	x.FastRetransmits += y.FastRetransmits
	x.DataDiscards += y.DataDiscards
}

// addStats adds what an association has counted since it was asked last.
func (x *Expirations) addStats(now, before *assoc.Stats) {
	x.T1Init += now.T1Expired - now.T1CookieExpired - (before.T1Expired - before.T1CookieExpired)
	x.T1Cookie += now.T1CookieExpired - before.T1CookieExpired
	x.T2 += now.T2Expired - before.T2Expired
	x.T3 += now.Timeouts - before.Timeouts
	x.T5 += now.T5Expired - before.T5Expired
	x.SackDelay += now.AcksDelayed - before.AcksDelayed
	x.T3Retransmits += now.RetransmittedByT3 - before.RetransmittedByT3
	x.FastRetransmits += now.Retransmitted - now.RetransmittedByT3 - (before.Retransmitted - before.RetransmittedByT3)
	x.DataDiscards += now.Dropped - before.Dropped
}

// add adds up.
func (c *Counters) add(d *Counters) {
	c.CurrEstab += d.CurrEstab
	c.ActiveEstabs += d.ActiveEstabs
	c.PassiveEstabs += d.PassiveEstabs
	c.Aborteds += d.Aborteds
	c.Shutdowns += d.Shutdowns
	c.OutOfBlues += d.OutOfBlues
	c.ChecksumErrors += d.ChecksumErrors
	c.OutCtrlChunks += d.OutCtrlChunks
	c.OutOrderChunks += d.OutOrderChunks
	c.OutUnorderChunks += d.OutUnorderChunks
	c.InCtrlChunks += d.InCtrlChunks
	c.InOrderChunks += d.InOrderChunks
	c.InUnorderChunks += d.InUnorderChunks
	c.FragUsrMsgs += d.FragUsrMsgs
	c.ReasmUsrMsgs += d.ReasmUsrMsgs
	c.OutSCTPPacks += d.OutSCTPPacks
	c.InSCTPPacks += d.InSCTPPacks
	c.AuthFailures += d.AuthFailures
	c.InitsRefused += d.InitsRefused
	c.Expirations.add(&d.Expirations)
}

// addStats adds what an association has counted since it was asked last.
func (c *Counters) addStats(now, before *assoc.Stats) {
	c.OutCtrlChunks += now.ControlSent - now.ControlRepeated - (before.ControlSent - before.ControlRepeated)
	c.OutOrderChunks += now.OrderedSent - before.OrderedSent
	c.OutUnorderChunks += now.UnorderedSent - before.UnorderedSent
	c.InCtrlChunks += now.ControlReceived - before.ControlReceived
	c.InOrderChunks += now.OrderedRcvd - before.OrderedRcvd
	c.InUnorderChunks += now.UnorderedRcvd - before.UnorderedRcvd
	c.FragUsrMsgs += now.Fragmented - before.Fragmented
	c.ReasmUsrMsgs += now.Reassembled - before.Reassembled
	c.OutSCTPPacks += now.PacketsSent - before.PacketsSent
	c.Expirations.addStats(now, before)
}

// tallies are what an engine counts itself.
type tallies struct {
	active, passive, aborted, shutdown atomic.Uint64
	// mistaken are packets that were taken to be out of the blue, and turned out to be another process's.
	mistaken atomic.Uint64
}

// count follows an association through its life. a.mu is held.
func (a *Assoc) count(ev assoc.AssocChange) {
	t := &a.engine.tallies
	switch ev.State {
	case assoc.CommUp:
		if a.passive {
			t.passive.Add(1)
		} else {
			t.active.Add(1)
		}
	case assoc.ShutdownComplete:
		t.shutdown.Add(1)
	case assoc.CommLost:
		t.aborted.Add(1)
	case assoc.CantStartAssoc:
		if abort := (*assoc.AbortError)(nil); errors.As(ev.Err, &abort) {
			t.aborted.Add(1)
		}
	case assoc.Restart:
	}
}

// tally adds what the association has counted to the sum of the engine, for the last time when it has left. a.mu is held.
func (a *Assoc) tally() {
	if a.left {
		return
	}
	now, before := a.core.Stats(), a.tallied
	if before == nil {
		before = new(assoc.Stats)
	}
	a.engine.mu.Lock()
	a.engine.sum.addStats(&now, before)
	a.engine.mu.Unlock()
	*before = now
	a.tallied = before
}

// Counters sums up what all sockets and associations of the engine counted, those included that are over.
func (e *Engine) Counters() Counters {
	var c Counters
	for _, a := range e.allAssocs() {
		a.mu.Lock()
		a.tally()
		switch a.core.State() {
		case assoc.StateEstablished, assoc.StateShutdownPending, assoc.StateShutdownReceived:
			c.CurrEstab++
		case assoc.StateClosed, assoc.StateCookieWait, assoc.StateCookieEchoed, assoc.StateShutdownSent, assoc.StateShutdownAckSent:
		}
		a.mu.Unlock()
	}
	replies := e.replied()

	e.mu.Lock()
	defer e.mu.Unlock()
	c.add(&e.sum)
	t, p := &e.tallies, e.core.Counters()
	c.ActiveEstabs, c.PassiveEstabs = t.active.Load(), t.passive.Load()
	c.Aborteds, c.Shutdowns = t.aborted.Load(), t.shutdown.Load()
	c.OutOfBlues = p.OutOfBlues - t.mistaken.Load()
	c.ChecksumErrors = p.ChecksumErrors
	c.AuthFailures, c.InitsRefused = p.AuthFailures, p.InitsRefused
	c.InSCTPPacks = p.PacketsReceived + e.received() - t.mistaken.Load()
	c.InCtrlChunks += p.ControlReceived
	c.OutSCTPPacks += replies
	c.OutCtrlChunks += replies // each has one chunk
	return c
}

// Counters are those of the engine that the socket is part of.
func (s *Socket) Counters() Counters { return s.engine.Counters() }

// Assocs lists the associations of all sockets, by age.
func (e *Engine) Assocs() []*Assoc {
	all := e.allAssocs()
	slices.SortFunc(all, func(a, b *Assoc) int { return cmp.Compare(a.id, b.id) })
	return all
}

// allAssocs lists the associations that the endpoint knows.
func (e *Engine) allAssocs() []*Assoc {
	e.mu.Lock()
	defer e.mu.Unlock()
	all := make([]*Assoc, 0, len(e.assocs))
	for a := range e.assocs {
		all = append(all, a)
	}
	return all
}

// accounts are the engines of the process, and the sum of those that have ended. Its lock comes before those of associations.
var accounts struct {
	mu   sync.Mutex
	live map[*Engine]struct{}
	past Counters
}

// openAccount has an engine counted by ProcessCounters.
func openAccount(e *Engine) {
	accounts.mu.Lock()
	defer accounts.mu.Unlock()
	if accounts.live == nil {
		accounts.live = make(map[*Engine]struct{})
	}
	accounts.live[e] = struct{}{}
}

// closeAccount keeps what an engine has counted, without the engine.
func closeAccount(e *Engine) {
	accounts.mu.Lock()
	defer accounts.mu.Unlock()
	if _, ok := accounts.live[e]; !ok {
		return
	}
	c := e.Counters()
	c.CurrEstab = 0
	accounts.past.add(&c)
	delete(accounts.live, e)
}

// ProcessCounters sums up what all engines of the process counted.
func ProcessCounters() Counters {
	accounts.mu.Lock()
	defer accounts.mu.Unlock()
	sum := accounts.past
	for e := range accounts.live {
		c := e.Counters()
		sum.add(&c)
	}
	return sum
}
