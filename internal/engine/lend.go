package engine

import (
	"context"
	"sync"
	"time"

	"github.com/gosctp/sctp/transport"
)

// Reading is a role, as writing is. Usually the reader's goroutine has it. But where a queue brings an association packets one by one, and its
// user waits for each of them, as in a dialogue of questions and answers, the goroutine lends him the role: he then waits for the carrier
// himself, serves what comes, for others too, and goes on with his message. That spares two changes of threads, which cost more than all the rest of a round trip.
//
// The goroutine looks from time to time whether the user comes back for more, and takes the role back if he does not: so a packet never waits
// for longer than two looks, whatever the user does between two messages. He gives the role back himself when it is no dialogue any
// more: when others get packets, when packets come in numbers, when his come by another queue, or when he sends so much that acknowledgements
// matter.

const (
	// lendAfter is how many batches in a row make a dialogue.
	lendAfter = 16
	// lentPackets is how many packets a batch of a dialogue has at most. A borrower who finds fullPackets gives the role back.
	lentPackets = 2
	fullPackets = 8
	// lentBytes is what a borrower may send between two messages: what leaves without an acknowledgement (RFC 9260 section 7.2.1).
	lentBytes = 4380
	// lookEvery is how often the goroutine looks after the role that it has lent.
	lookEvery = time.Millisecond
)

// lending is what a reader knows of its role.
type lending struct {
	// carrier is nil if the role cannot be lent.
	carrier transport.Interrupter
	// streak counts the batches of a dialogue with last. It belongs to who has the role.
	streak int
	last   *Assoc

	mu sync.Mutex
	// borrower is whose user has the role, nil if none. reading: he is at it; turns counts how often he was. wanted: another user would
	// have been, too.
	borrower        *Assoc
	reading, wanted bool
	turns           uint64
	// parked: the goroutine does not look until it hears from the borrower.
	parked bool
	// back wakes the goroutine.
	back  chan struct{}
	timer *time.Timer
}

// init finds out whether the carrier allows it.
func (l *lending) init(carrier transport.Transport) {
	if l.carrier, _ = carrier.(transport.Interrupter); l.carrier != nil {
		l.back = make(chan struct{}, 1)
	}
}

// note follows a batch that was served; awaited: the user of its association waited for it.
func (l *lending) note(owners []*Assoc, awaited bool) {
	a := owners[0]
	if a == nil || !awaited || len(owners) > lentPackets || owners[len(owners)-1] != a {
		l.streak, l.last = 0, nil
		return
	}
	if a != l.last {
		l.streak, l.last = 0, a
	}
	l.streak++
}

// lend gives the role to the user who is in a dialogue, if there is one, and returns when it is back.
func (r *reader) lend() {
	l := &r.lending
	a := l.last
	if l.carrier == nil || l.streak < lendAfter || !a.lender.CompareAndSwap(nil, r) {
		return
	}
	l.mu.Lock()
	l.borrower = a
	seen := l.turns
	l.mu.Unlock()
	a.readable.lockedBroadcast() // he may wait already
	if l.timer == nil {
		l.timer = time.NewTimer(lookEvery)
	} else {
		l.timer.Reset(lookEvery)
	}
	done := r.engine.done
	for {
		select {
		case <-l.timer.C:
		case <-l.back:
		case <-done:
			done = nil
		}
		var returned bool
		if seen, returned = l.look(seen, done == nil); returned {
			break
		}
	}
	l.timer.Stop()
	a.lender.Store(nil)
	l.streak, l.last = 0, nil
}

// look reports how often the borrower was at it, and whether the role is back: because he gave it, because he has not come since he was seen last,
// or because the engine is over.
func (l *lending) look(seen uint64, over bool) (uint64, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	resting := l.turns == seen
	if over || resting && !l.reading && !l.parked {
		l.borrower = nil
	}
	if l.borrower == nil && !l.reading {
		return seen, true
	}
	// Who waits for long does not need to be looked after until he has something.
	l.parked = l.reading && (resting || l.borrower == nil)
	if !l.parked {
		l.timer.Reset(lookEvery)
	}
	return l.turns, false
}

// begin reports whether a user of a may read now.
func (l *lending) begin(a *Assoc) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.borrower != a || l.reading {
		l.wanted = l.borrower == a
		return false
	}
	l.reading = true
	l.turns++
	return true
}

// end follows what begin began. keep: the user comes back for more. It reports whether another one wants to read meanwhile.
func (l *lending) end(keep bool) (wanted bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reading = false
	if !keep {
		l.borrower = nil
	}
	if l.borrower == nil || l.parked {
		l.wake()
	}
	wanted = l.wanted && l.borrower != nil
	l.wanted = false
	return wanted
}

// giveBack ends what was lent to a.
func (l *lending) giveBack(a *Assoc) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.borrower == a {
		l.borrower = nil
		l.wake()
	}
}

// wake has the goroutine look.
func (l *lending) wake() {
	select {
	case l.back <- struct{}{}:
	default:
	}
}

// readInstead reads one batch in the place of the reader that has lent its role to a, if there is one. a.mu is held, but not meanwhile.
func (a *Assoc) readInstead(ctx context.Context) bool {
	r := a.lender.Load()
	if r == nil || !r.lending.begin(a) {
		return false
	}
	if ctx.Done() != nil {
		defer context.AfterFunc(ctx, a.readable.lockedBroadcast)()
	}
	a.lentBytes.Store(0)
	a.readable.away.Store(r)
	a.mu.Unlock()
	n, err := r.engine.carrier.ReadBatch(r.queue, r.batch)
	a.readable.away.Store(nil)
	keep := err == nil && n > 0 && n < fullPackets // with none, he was called: what he waits for comes another way
	if n > 0 {
		r.serve(n, false)
		for _, owner := range r.owners[:n] {
			keep = keep && owner == a
		}
	}
	if r.lending.end(keep) {
		a.readable.lockedBroadcast()
	}
	a.mu.Lock()
	return true
}

// sentBetween notes what was sent between two messages.
func (a *Assoc) sentBetween(size int) {
	if r := a.lender.Load(); r != nil && a.lentBytes.Add(int64(size)) > lentBytes {
		r.lending.giveBack(a)
	}
}

// interrupt ends the reading of a borrower, who has something else to see to.
func (r *reader) interrupt() { r.lending.carrier.Interrupt(r.queue) }
