package sim

import (
	"errors"
	"fmt"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/endpoint"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/tx"
	"github.com/gosctp/sctp/transport"
)

// Bounds that only a bug reaches. rwndSlack is what an association may hold besides twice its receive buffer, so that a packet full of
// tiny messages fits into a small one.
const (
	maxPulls   = 100_000 // packets in a row
	maxExpires = 100     // deadlines in a row at the same moment
	rwndSlack  = 128 << 10
)

// user is the application on one side of one association, and the driver of that association.
type user struct {
	w      *world
	n      *node
	talk   *talk
	side   int // 0 at the client, 1 at the server
	h      *endpoint.Handle
	a      *assoc.Association
	config *assoc.Config
	mon    monitor

	progress progress
	// stall: it has said that it gets nothing done, and not yet that it does again.
	stall bool

	deadline mono.Time
	pullAt   mono.Time // when packets are pulled that were left for later
	sendAt   mono.Time // when the next message is due, with a pace

	out *flow
	// left are flows from before a restart, of which Send had taken messages in part: what it takes next belongs to them.
	left []*flow
	in   reading
	// agreed are the extensions that the association uses, by what both sides offer.
	agreed assoc.Extensions
	// oldest is the generation of the peer's first flow that is meant for u.
	oldest    uint32
	readBytes int // of messages that were not given up
	buf       []byte

	// requests are those of RFC 6525 whose outcome is still to come; told has the streams of the peer's that the application was told of, and
	// that are not yet answered.
	requests map[uint32]ActionKind
	told     map[assoc.ReconfigRequests][][]uint16

	// sending is the policy of the message that Send is about to take.
	sending *tx.PRInfo

	ending    *ending
	up, ended bool
	restarted bool
	closing   bool // Shutdown was called, or the peer has
	cut       bool // the rest of a message did not come
}

func (w *world) newUser(n *node, t *talk, side int, h *endpoint.Handle) *user {
	u := &user{
		w: w, n: n, talk: t, side: side, h: h, a: h.Assoc, config: &n.plan.Config, mon: newMonitor(),
		out: t.begin(side), buf: make([]byte, t.plan.ReadSize[side]),
		in: newReading(n.plan.Config.FragmentInterleave), agreed: w.s.agreed(t.index + 1),
		requests: make(map[uint32]ActionKind), told: make(map[assoc.ReconfigRequests][][]uint16),
	}
	h.User = u
	t.join(u)
	n.users = append(n.users, u)
	u.learnPaths()
	return u
}

// input gives the association one input, and then does everything that follows from it.
func (u *user) input(f func(now mono.Time)) {
	u.once(f)
	for u.read() || u.write() {
	}
	if u.w.rng.Float64() < u.w.s.LatePull {
		u.pullAt = mono.Earliest(u.pullAt, u.w.now.Add(u.w.shortWhile()))
		return
	}
	u.pull()
}

// once is the law of package assoc: one input, then the events and the deadline.
func (u *user) once(f func(now mono.Time)) {
	f(u.w.now)
	u.events()
	u.deadline = u.a.NextDeadline()
}

// events handles all that there are.
func (u *user) events() {
	for e, ok := u.a.NextEvent(); ok; e, ok = u.a.NextEvent() {
		u.event(e)
	}
}

// expire runs the timers that are due.
func (u *user) expire() {
	for range maxExpires {
		if !u.deadline.Reached(u.w.now) {
			return
		}
		if u.w.meddle.SkipTimers {
			break
		}
		u.input(u.a.Expire)
	}
	u.fail(RuleProgress, "the deadline %v stays in the past", u.deadline.Sub(epoch))
}

// pull takes all packets that the association has to send.
func (u *user) pull() {
	u.pullAt = 0
	before := u.status()
	u.judgeFailover(&before)
	for range maxPulls {
		var d transport.Datagram
		u.mon.forgotten = 0
		if !u.a.NextPacket(u.w.now, u.w.packet[:], &d) {
			u.events()
			u.deadline = u.a.NextDeadline()
			u.removeIfOver()
			return
		}
		u.events()
		after := u.status()
		u.w.sent(u.n, &d)
		seen := d
		if u.w.meddle.Packet != nil {
			seen.Data = append([]byte(nil), d.Data...)
			u.w.meddle.Packet(&seen)
		}
		u.mon.sent(u, &seen, &before, &after)
		before = after
	}
	u.fail(RuleProgress, "more than %d packets in a row", maxPulls)
}

func (u *user) status() assoc.Status {
	s := u.a.Status()
	if u.w.meddle.Status != nil {
		u.w.meddle.Status(&s)
	}
	if s.Pending > 2*u.config.MaxRecvBuffer+rwndSlack {
		u.fail(RuleBuffer, "%d bytes are in use of a receive buffer of %d", s.Pending, u.config.MaxRecvBuffer)
	}
	if s.Unsent > 2*u.config.MaxSendBuffer {
		u.fail(RuleBuffer, "%d bytes wait to be sent from a buffer of %d", s.Unsent, u.config.MaxSendBuffer)
	}
	return s
}

// removeIfOver forgets an association that is over. What it received can still be read.
func (u *user) removeIfOver() {
	if u.a.State() != assoc.StateClosed || u.h == nil {
		return
	}
	if !u.ended {
		u.fail(RuleEvents, "the association is closed without an event that says so")
	}
	u.judgeAuthFailures()
	u.n.ep.Remove(u.h)
	u.a.ReleaseBuffers()
	u.h = nil
	u.deadline = 0
}

// over reports whether nothing is left to do with the association.
func (u *user) over() bool { return u.h == nil && !u.a.Readable() }

// read reads one piece of a message. Who has shut down does not pause: the peer can never end if its messages are not taken.
func (u *user) read() bool {
	if u.n.paused && !u.closing {
		return false
	}
	var p piece
	ok := false
	u.once(func(now mono.Time) {
		var n int
		if n, p.info, ok = u.a.Receive(now, u.buf); ok {
			p.data = u.buf[:n]
		}
	})
	if !ok {
		return false
	}
	u.w.result.Bytes += len(p.data)
	u.countRead(p)
	pieces := []piece{p}
	if u.w.meddle.Read != nil {
		pieces = u.w.meddle.Read(p)
	}
	for _, p := range pieces {
		u.w.note(p.data)
		if rule, err := u.in.take(p, u.peerFlow); err != nil {
			u.fail(rule, "%v", err)
		}
	}
	return true
}

// countRead notes how much of its messages the application has taken.
func (u *user) countRead(p piece) {
	f := u.peerFlow(p.info.PPID >> numberBits)
	if f == nil {
		return
	}
	if m := f.sent(int(p.info.PPID & (maxMessages - 1))); m != nil {
		if m.reader != u {
			m.reader, m.read = u, 0 // the one before is gone
		}
		m.read += len(p.data)
		m.readAt = u.w.now
		if !m.givenUp {
			u.readBytes += len(p.data)
		}
	}
}

// peerFlow returns a flow that u may get messages of; nil if there is none of that generation.
func (u *user) peerFlow(generation uint32) *flow {
	f := u.talk.flow(1-u.side, generation)
	if f != nil && generation < u.oldest && !f.broken {
		return nil
	}
	return f
}

// write sends one message, or shuts down after the last one.
func (u *user) write() bool {
	if u.ended || u.closing || (!u.up && !u.talk.plan.Early) {
		return false
	}
	out := u.outgoing()
	if !out.pending() {
		if !u.talk.plan.Closes[u.side] || !u.up || u.w.meddle.NeverClose {
			return false
		}
		u.closing = true
		u.once(u.a.Shutdown)
		return true
	}
	pace := u.talk.plan.Loads[u.side].Pace
	number := out.choose(pace == 0 || u.w.now >= u.sendAt,
		u.talk.plan.Loads[u.side].Alternate || u.status().Extensions.Has(assoc.Interleaving),
		u.a.SendSpace() >= u.config.SendBuffer/2 || u.status().Unacked == 0)
	if number < 0 {
		return false
	}
	if h := &out.messages[number]; h.cancel && h.taken > 0 && u.cancel(out, number) {
		return true
	}
	var m assoc.Message
	out.head(number, &m, u.w.message[:], u.anyPath())
	var err error
	u.keyed(&m)
	u.sending = &m.PR
	u.once(func(now mono.Time) { err = u.a.Send(now, &m) })
	u.sending = nil
	switch {
	case err == nil:
		if number == out.begun && pace > 0 {
			u.sendAt = u.w.now.Add(pace)
		}
		out.accept(u.w.now, u.w.result.Packets, &m)
		return true
	case errors.Is(err, assoc.ErrBadStream) && out != u.out:
		out.close(number) // there are fewer streams since the restart
		return true
	case errors.Is(err, assoc.ErrAbandoned) && u.isGone(&out.messages[number]):
		out.close(number) // the beginning of the message is no more
		return true
	case errors.Is(err, assoc.ErrSendBufferFull):
	case errors.Is(err, assoc.ErrNotEstablished):
		u.closing = true // the peer has shut down, or the association is over
	default:
		u.fail(RuleError, "Send refused message %d with %d bytes on stream %d and policy %+v: %v", number, len(m.Data), m.Stream, m.PR, err)
	}
	return false
}

// outgoing is the flow that the next piece is of.
func (u *user) outgoing() *flow {
	for _, f := range u.left {
		if f.pending() {
			return f
		}
	}
	return u.out
}

// next is when the user has something to do.
func (u *user) next() mono.Time {
	next := mono.Earliest(u.deadline, u.pullAt)
	if u.up && !u.ended && !u.closing && u.out.pending() && u.sendAt > u.w.now {
		next = mono.Earliest(next, u.sendAt)
	}
	return next
}

// wake does what is due now.
func (u *user) wake() {
	if u.deadline.Reached(u.w.now) {
		u.expire()
	}
	if u.pullAt.Reached(u.w.now) {
		u.pull()
	}
	if u.sendAt.Reached(u.w.now) {
		u.sendAt = 0
		u.input(func(mono.Time) {})
	}
}

func (u *user) fail(r Rule, format string, args ...any) {
	u.w.fail(r, "%s: %s", u, fmt.Sprintf(format, args...))
}

func (u *user) String() string {
	return fmt.Sprintf("host %d with host %d", u.n.index, u.w.s.peerOf(u.n.index, u.talk.index))
}
