package assoc

import "github.com/gosctp/sctp/internal/mono"

// stagger has the INIT sent to the peer's other addresses without waiting for T1-init, after the example of RFC 8305 section 5: an address that is
// out of order delays nothing then. All of them are one INIT of one association, with one tag. The peer keeps nothing for answering it, and of its
// INIT ACKs the first counts; the others come in COOKIE-ECHOED, where they are discarded (RFC 9260 section 5.2.3).
func (a *Association) stagger(now mono.Time) {
	o := a.opening
	if a.cfg.InitStagger > 0 && o.raced < len(a.paths)-1 {
		o.next = now.Add(a.cfg.InitStagger)
	}
}

// raceOn sends the INIT to the next address. Which of them an INIT ACK will answer cannot be told, so that it measures no round trip.
func (a *Association) raceOn(now mono.Time) {
	o := a.opening
	o.raced++
	o.path = a.nextInTurn(o.path)
	o.pending = true
	o.sentAt = 0
	o.next = 0
	a.stagger(now)
}
