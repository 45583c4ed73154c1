package engine

import "github.com/gosctp/sctp/internal/assoc"

// Where many associations are set up at a time, as by a client that opens its connections or by a load balancer, their INITs are as many packets of one
// size to one peer, and so are the ABORTs of those that are closed in a hurry: a train each, if somebody collects them. So they are left
// to the latecomer while others are being set up. Who sets up one at a time waits for nobody.

// dials notes that a is being set up by this side.
func (e *Engine) dials(a *Assoc) {
	a.dialling = true
	e.dialling.Add(1)
}

// hasDialled notes that it is not any more. a.mu is held.
func (a *Assoc) hasDialled() {
	if a.dialling {
		a.dialling = false
		a.engine.dialling.Add(-1)
	}
}

// offerInCrowd is offer for the first and the last packet of an association, besides which no more than own are being set up if it is alone.
func (s *shard) offerInCrowd(a *Assoc, own int32) {
	u := assoc.Now
	if s.engine.dialling.Load() > own {
		u = assoc.Soon
	}
	s.offer(a, u)
}
