package sim

import (
	"errors"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/tx"
)

// gaveUp notes that a message, or a piece of one, came back because it was given up, and judges whether its policy allows that now (RFC 3758,
// RFC 7496).
func (u *user) gaveUp(m *message, e *assoc.SendFailed) {
	if m.givenUp {
		return // another piece of it
	}
	u.judgePolicy(m, e)
	u.lose(m)
}

func (u *user) judgePolicy(m *message, e *assoc.SendFailed) {
	lived := u.w.now.Sub(m.takenAt)
	switch {
	case !m.whole() && (u.closing || u.a.State() != assoc.StateEstablished), m.cancelled:
		return // nobody will finish it
	case e.Sent && !u.agreed.Has(assoc.PartialReliability):
		u.fail(RuleGivenUp, "message %+v was given up in part, which the peer does not know", *m)
	}
	switch m.pr.Policy {
	case tx.PRTTL:
		if lived < time.Duration(m.pr.Value)*time.Millisecond {
			u.fail(RuleGivenUp, "a message that may live %d ms was given up after %v", m.pr.Value, lived)
		}
	case tx.PRRTX:
		if m.sends <= int(m.pr.Value) {
			u.fail(RuleGivenUp, "a message that may be retransmitted %d times was given up after it was sent %d times", m.pr.Value, m.sends)
		}
	case tx.PRPrio:
		if s := u.sending; s == nil || s.Policy == tx.PRPrio && s.Value >= m.pr.Value {
			u.fail(RuleGivenUp, "a message with priority %d was given up for one with %+v", m.pr.Value, s)
		}
	case tx.PRNone, tx.PRAll:
		u.fail(RuleGivenUp, "a reliable message was given up")
	}
}

// forget takes a message that was given up out of what counts.
func (m *monitor) forget(msg *message) {
	m.forgotten++
	m.ackedBytes -= msg.held
	if !msg.started {
		return
	}
	m.numbers.gone[numbered{numberKey{msg.stream, msg.unordered}, msg.number}] = true
	for place, o := range m.numbers.open {
		if o.message == msg {
			// The rest of it gets a TSN that is not sent, so that the peer sees where the next message begins.
			m.phantoms = append(m.phantoms, &sentChunk{dataChunk: o.last, message: msg})
			delete(m.numbers.open, place)
		}
	}
}

// takePhantoms gives TSNs to what is never sent while more are needed.
func (m *monitor) takePhantoms(u *user, more func() bool) {
	for more() {
		if len(m.phantoms) == 0 && !m.giveUpOpen(u) {
			return
		}
		m.last++
		m.phantoms[0].tsn = m.last
		m.chunks[m.last] = m.phantoms[0]
		m.phantoms = m.phantoms[1:]
	}
}

// giveUpOpen gives up a message of which u was still to give more to Send, and says false if there is none. When the peer has all that was given so
// far, nothing comes back: the next Send fails, if there is one.
func (m *monitor) giveUpOpen(u *user) bool {
	var first *message
	for _, o := range m.numbers.open {
		if u.mayLose(o.message) && (first == nil || o.message.stream < first.stream) {
			first = o.message
		}
	}
	if first == nil {
		return false
	}
	u.lose(first)
	return true
}

// mayLose reports whether a message can have been given up without word.
func (u *user) mayLose(m *message) bool {
	if m.givenUp || m.whole() {
		return false
	}
	return m.cancelled || u.restarted || u.a.State() != assoc.StateEstablished ||
		m.pr.Policy == tx.PRTTL && u.w.now.Sub(m.takenAt) >= time.Duration(m.pr.Value)*time.Millisecond
}

// cancel gives up a message that Send has taken a piece of, and reports whether that worked.
func (u *user) cancel(f *flow, number int) bool {
	m := &f.messages[number]
	m.cancelled = true
	var err error
	u.once(func(now mono.Time) { err = u.a.AbortMessage(now, m.stream) })
	switch {
	case err == nil:
		f.close(number)
		return true
	case errors.Is(err, assoc.ErrCannotAbandon) && !u.agreed.Has(assoc.PartialReliability), errors.Is(err, assoc.ErrNoMessage) && u.isGone(m):
		m.cancel, m.cancelled = false, false
	default:
		u.fail(RuleError, "AbortMessage: %v", err)
	}
	return false
}

// isGone reports whether Send may refuse the rest of a message.
func (u *user) isGone(m *message) bool { return m.returned || m.givenUp || u.mayLose(m) }

// lose notes that a message has been given up without word.
func (u *user) lose(m *message) {
	m.givenUp = true
	u.mon.forget(m)
	if m.reader != nil {
		m.reader.readBytes -= m.read
	}
}

// isGivenUp reports whether a message came back because it was given up, and not because the association ended.
func isGivenUp(e *assoc.SendFailed) bool { return errors.Is(e.Err, assoc.ErrAbandoned) }
