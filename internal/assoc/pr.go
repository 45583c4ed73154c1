package assoc

import (
	"fmt"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/tx"
)

// Messages that may be given up (RFC 3758, RFC 7496). Those whose time ends before they are sent need nothing of the peer; what was sent
// is skipped with a FORWARD TSN, which the peer has to know.

// policyFor is the policy that a message may have: while the handshake lasts nobody knows what the peer can do, and messages for a peer that
// cannot skip are reliable (RFC 3758 section 3.3.1).
func (a *Association) policyFor(p tx.PRInfo) tx.PRInfo {
	if a.state == StateCookieWait || a.extensions.Has(PartialReliability) {
		return p
	}
	return tx.PRInfo{}
}

// makeRoom gives up less important messages for one for which the send buffer has no room, and reports whether it has now (RFC 7496
// section 3.2). What everything in it waits for needs none.
func (a *Association) makeRoom(now mono.Time, m *Message) bool {
	if a.Awaits(m.Stream) {
		return true
	}
	missing := len(m.Data) - a.SendSpace()
	return a.abandon(now, func() bool {
		return a.send.queue.Evict(missing, a.policyFor(m.PR), a.send.outstanding, a.failAbandoned)
	})
}

// giveUp gives up what has outlived its time, or would have to be sent again too often.
func (a *Association) giveUp(now mono.Time) {
	if a.send.unreliable {
		a.giveUpLate(now)
	}
}

func (a *Association) giveUpLate(now mono.Time) {
	s := &a.send
	if !s.queue.NextDeadline().Reached(now) && !s.outstanding.NextDeadline().Reached(now) {
		return
	}
	a.abandon(now, func() bool {
		s.queue.Expire(now, s.outstanding, a.failAbandoned)
		s.queue.GiveUpLost(now, s.outstanding, a.failAbandoned)
		return true
	})
	a.dried(now)
}

// abandon does what follows when f gives messages up: the peer is told, timers stop of which that leaves nothing in flight, and resets of
// streams go on. It returns what f does, which is false if nothing was given up.
func (a *Association) abandon(now mono.Time, f func() bool) bool {
	out := a.send.outstanding
	var before [tx.MaxPaths]int
	for _, p := range a.paths {
		before[p.ID] = out.Flight(p.ID)
	}
	if !f() {
		return false
	}
	a.send.unreliable = true
	a.send.burst = max(a.send.burst, a.cfg.MaxBurst) // there may be room in the windows
	a.skip(now)
	for _, p := range a.paths {
		if before[p.ID] > 0 && out.Flight(p.ID) == 0 && !a.send.waitsForForward(p) {
			p.T3 = 0
		}
	}
	a.progressReconfig(now)
	return true
}

// dried tells those who wait until nothing is left to send, if the last of it was given up.
func (a *Association) dried(now mono.Time) {
	if a.send.queue.Empty() && a.send.outstanding.Len() == 0 {
		a.emit(SenderDry{})
		a.progressShutdown(now)
	}
}

func (a *Association) failAbandoned(m *tx.Message) { a.failMessage(m, ErrAbandoned) }

// AbortMessage gives up the message on a stream that was sent in parts and has no end yet, whatever its policy.
func (a *Association) AbortMessage(now mono.Time, stream uint16) error {
	begun, open := a.send.queue.Open(stream)
	switch {
	case !open && a.send.queue.Broken(stream):
		return nil // it was given up before, of which nobody needs to be told twice
	case !open:
		return ErrNoMessage
	case begun && !a.extensions.Has(PartialReliability):
		return ErrCannotAbandon
	}
	a.abandon(now, func() bool {
		a.send.queue.AbandonOpen(stream, a.send.outstanding, a.failAbandoned)
		return true
	})
	a.dried(now)
	return nil
}

// closeMessages ends what the user cannot continue any more. A peer without PR-SCTP that has a part of such a message would take what comes
// after it for the rest: so nothing may come after it, unless it is told apart by its MID.
func (a *Association) closeMessages(now mono.Time) {
	for _, stream := range a.send.queue.OpenStreams() {
		if a.AbortMessage(now, stream) != nil && !a.extensions.Has(Interleaving) {
			a.send.queue.DropUnsent(func(m *tx.Message) { a.failMessage(m, ErrUnfinished) })
		}
	}
}

// PRStatus counts the messages of a stream that were given up by a policy, tx.PRAll for all of them (RFC 7496 section 4.3).
func (a *Association) PRStatus(stream uint16, p tx.PRPolicy) (tx.Abandoned, error) {
	if err := a.checkStream(stream); err != nil {
		return tx.Abandoned{}, err
	}
	if err := checkCounted(p); err != nil {
		return tx.Abandoned{}, err
	}
	return a.send.queue.StreamAbandoned(stream, p), nil
}

// PRAssocStatus counts the messages of all streams that were given up by a policy (RFC 7496 section 4.4).
func (a *Association) PRAssocStatus(p tx.PRPolicy) (tx.Abandoned, error) {
	if err := checkCounted(p); err != nil {
		return tx.Abandoned{}, err
	}
	return a.send.queue.Abandoned(p), nil
}

// checkCounted reports that a policy gives nothing up.
func checkCounted(p tx.PRPolicy) error {
	if p == tx.PRNone || p > tx.PRAll {
		return fmt.Errorf("%w: %d", ErrBadPolicy, p)
	}
	return nil
}
