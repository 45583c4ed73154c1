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

// addStats adds what an association has counted.
func (x *Expirations) addStats(s *assoc.Stats) {
	x.T1Init += s.T1Expired - s.T1CookieExpired
	x.T1Cookie += s.T1CookieExpired
	x.T2 += s.T2Expired
	x.T3 += s.Timeouts
	x.T5 += s.T5Expired
	x.SackDelay += s.AcksDelayed
	x.T3Retransmits += s.RetransmittedByT3
	x.FastRetransmits += s.Retransmitted - s.RetransmittedByT3
	x.DataDiscards += s.Dropped
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

// addStats adds what an association has counted.
func (c *Counters) addStats(s *assoc.Stats) {
	c.OutCtrlChunks += s.ControlSent - s.ControlRepeated
	c.OutOrderChunks += s.OrderedSent
	c.OutUnorderChunks += s.UnorderedSent
	c.InCtrlChunks += s.ControlReceived
	c.InOrderChunks += s.OrderedRcvd
	c.InUnorderChunks += s.UnorderedRcvd
	c.FragUsrMsgs += s.Fragmented
	c.ReasmUsrMsgs += s.Reassembled
	c.OutSCTPPacks += s.PacketsSent
	c.Expirations.addStats(s)
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

// Counters sums up what all sockets and associations of the engine counted, those included that are over.
func (e *Engine) Counters() Counters {
	live, c := e.snapshot()
	for _, a := range live {
		a.mu.Lock()
		stats := a.core.Stats()
		c.addStats(&stats)
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
	all, _ := e.snapshot()
	slices.SortFunc(all, func(a, b *Assoc) int { return cmp.Compare(a.id, b.id) })
	return all
}

// snapshot lists the associations that there are, and sums up what those have counted that there are no more.
func (e *Engine) snapshot() (live []*Assoc, past Counters) {
	e.mu.Lock()
	defer e.mu.Unlock()
	live = make([]*Assoc, 0, len(e.assocs))
	for a := range e.assocs {
		live = append(live, a)
	}
	return live, e.sum
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
