package engine

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/transport"
)

// SocketMail says which mailbox an association that a peer sets up belongs to, and which notifications are wanted. It is called under
// locks, and must not take one.
type SocketMail func() (*Mailbox, Filter)

// Filter says which notifications are wanted. Nil wants none.
type Filter interface {
	// Wants and Stop are called under locks, and must not take one.
	Wants(assoc.Event) bool
	// Stop is called once NotificationsStopped is in the mailbox: nothing more is wanted, until the user has asked anew.
	Stop()
}

// BeginWithMailbox is Begin for a user who never waits. Nothing is sent before Start.
func (s *Socket) BeginWithMailbox(c assoc.Config, p Peer, m *Mailbox, wants Filter) (*Assoc, error) {
	s.engine.mu.Lock()
	a, err := s.begin(c, p)
	if err == nil {
		m.join(a, wants)
	}
	s.engine.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return a, nil
}

// Start sends the INIT of an association from BeginWithMailbox.
func (a *Assoc) Start() { a.sendInit() }

// Find returns the association with a peer, nil if there is none.
func (s *Socket) Find(peer netip.AddrPort) *Assoc {
	s.engine.mu.Lock()
	defer s.engine.mu.Unlock()
	if h := s.engine.core.Find(&s.core, peer, 0); h != nil {
		a, _ := h.User.(*Assoc)
		return a
	}
	return nil
}

// Primary is the address of the peer that messages go to first.
func (a *Assoc) Primary() (local netip.Addr, remote netip.AddrPort) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var space [8]transport.Path
	paths := a.core.Paths(space[:0])
	if len(paths) == 0 {
		return local, remote
	}
	return paths[0].Local, netip.AddrPortFrom(paths[0].Remote, a.peerPort)
}

// Listen lets peers set up at most backlog associations that wait for TryAccept, or none with 0. changed is called, with no lock
// held, when one has come. A socket that shares its port may be refused.
func (s *Socket) Listen(backlog int, changed func()) (*Listener, error) {
	s.engine.portsMu.Lock()
	defer s.engine.portsMu.Unlock()
	if err := s.setBacklog(backlog); err != nil {
		return nil, err
	}
	l := s.listener
	l.mu.Lock()
	defer l.mu.Unlock()
	l.backlog, l.changed = backlog, changed
	return l, nil
}

// Configure changes the parameters of the associations that peers will set up.
func (s *Socket) Configure(c assoc.Config) {
	s.engine.mu.Lock()
	defer s.engine.mu.Unlock()
	s.core.Config = s.engine.configs.share(c)
}

// TryAccept is Accept that does not wait: nil if there is none.
func (l *Listener) TryAccept() *Assoc {
	l.mu.Lock()
	if len(l.queue) == 0 {
		l.mu.Unlock()
		return nil
	}
	a := l.queue[0]
	l.queue[0] = nil
	l.queue = l.queue[1:]
	l.mu.Unlock()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.listener = nil
	a.taken()
	return a
}

// Waiting is the number of associations that wait for TryAccept.
func (l *Listener) Waiting() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.queue)
}

// Arrivals counts the associations that have come.
func (l *Listener) Arrivals() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.arrivals
}

// Mailbox is where the mail of the association goes, nil for a user who waits.
func (a *Assoc) Mailbox() *Mailbox {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.mailbox
}

// Filter is what was given with the mailbox.
func (a *Assoc) Filter() Filter {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.wants
}

// post puts a notification into the mailbox. The messages that fail at the end of an association come after it, as on Linux: a user
// knows then why they have failed. a.mu is held.
func (a *Assoc) post(ev assoc.Event) {
	if _, ok := ev.(assoc.SendFailed); ok && a.phase != ended && a.core.State() == assoc.StateClosed {
		a.failed = append(a.failed, ev)
		return
	}
	a.postNow(ev)
	if _, ok := ev.(assoc.AssocChange); ok && a.phase == ended {
		for _, failed := range a.failed {
			a.postNow(failed)
		}
		a.failed = nil
	}
}

// postNow puts a notification into the mailbox, behind the messages that came before it. What begins an association, or a key, is before
// all of its messages, although they may have come in one packet. a.mu is held.
func (a *Assoc) postNow(ev assoc.Event) {
	if a.wants == nil || !a.wants.Wants(ev) {
		return
	}
	if !begins(ev) {
		a.postMessages()
	}
	a.todo |= tellMailbox
	if failed, ok := ev.(assoc.SendFailed); ok {
		a.postParts(failed)
		return
	}
	a.mailbox.addEvent(a, ev)
}

// postParts posts a message that failed in the parts in which it was sent, or would have been, as on Linux. a.mu is held.
func (a *Assoc) postParts(whole assoc.SendFailed) {
	size := a.core.FragmentationPoint()
	part := whole
	for rest := whole.Data; ; part.Later = true {
		n := len(rest)
		if size > 0 {
			n = min(n, size)
		}
		part.Data, rest = rest[:n:n], rest[n:]
		part.More = len(rest) > 0
		a.mailbox.addEvent(a, part)
		if !part.More {
			return
		}
	}
}

// begins reports whether ev is among the first news of an association, or of a packet.
func begins(ev assoc.Event) bool {
	switch ev := ev.(type) {
	case assoc.AssocChange:
		return ev.State == assoc.CommUp
	case assoc.AdaptationIndication:
		return true
	case assoc.Authentication:
		return ev.Indication != assoc.AuthFreeKey // a new key comes before what it has authenticated
	}
	return false
}

// postMessages puts what can be read since the last time into the mailbox. a.mu is held.
func (a *Assoc) postMessages() {
	arrived := a.core.Arrived()
	switch n := arrived - a.arrived; {
	case n > 0 && a.mailbox.isDeaf():
		a.arrived = arrived
		if !a.mailbox.waits(a) {
			a.discard(a.engine.now())
		}
		return
	case n > 0:
		a.mailbox.addMessages(a, n)
	case a.inMessage && a.core.Readable():
		a.mailbox.addMessages(a, 0)
	default:
		return
	}
	a.arrived = arrived
	a.todo |= tellMailbox
}

// settleMailbox follows an input for a user who never waits. a.mu is held.
func (a *Assoc) settleMailbox() {
	a.postMessages()
	if a.awaitsRoom > 0 && (a.held() <= a.awaitsRoom-a.awaitsRoom/sendShares || a.core.Stalled()) {
		a.awaitsRoom = 0
		a.todo |= tellMailbox
	}
}

// held is how many bytes wait to be sent or acknowledged, with those for which room is reserved. a.mu is held.
func (a *Assoc) held() int { return a.core.Held() + a.reserved }

// Accounts tells which parameters the association has, and how many bytes wait to be sent or acknowledged.
func (a *Assoc) Accounts() (c assoc.Config, held int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return *a.core.Config(), a.held()
}

// Reserve checks whether m can be sent and keeps room for it, for SendReserved or Unreserve. Like the kernel's socket it takes a
// message of any size, up to limit, while less than limit is held: the send buffer has to be twice that. It returns
// assoc.ErrSendBufferFull if that is not so now; then the mailbox tells when there is room.
func (a *Assoc) Reserve(m *assoc.Message, limit int) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return net.ErrClosed
	}
	if a.phase == ended {
		return a.sendEnd()
	}
	switch a.core.State() {
	case assoc.StateCookieWait, assoc.StateCookieEchoed, assoc.StateEstablished:
	case assoc.StateClosed, assoc.StateShutdownPending, assoc.StateShutdownSent, assoc.StateShutdownReceived, assoc.StateShutdownAckSent:
		return a.sendEnd()
	}
	if _, err := a.core.StreamValue(m.Stream); err != nil {
		return err
	}
	switch {
	case len(m.Data) == 0:
		return assoc.ErrEmptyMessage
	case len(m.Data) > limit || a.disableFragments && len(m.Data) > a.core.FragmentationPoint():
		return assoc.ErrMessageTooBig
	case m.HasKey && !a.core.MayUseKey(m.Key):
		return assoc.ErrNoAuthKey
	case a.held() >= limit && !a.core.Awaits(m.Stream):
		a.awaitsRoom = limit
		return assoc.ErrSendBufferFull
	}
	a.reserved += len(m.Data)
	return nil
}

// SendReserved queues a message that Reserve has taken. What ended the association meanwhile has ended the message, too, and the user is told.
func (a *Assoc) SendReserved(m *assoc.Message) {
	a.mu.Lock()
	a.reserved -= len(m.Data)
	if a.phase != ended {
		now := a.engine.now()
		_ = a.core.Send(now, m)
		a.settle(now)
	} else {
		a.note(assoc.SendFailed{
			Err: a.err, Stream: m.Stream, PPID: m.PPID, Unordered: m.Unordered, Context: m.Context, PR: m.PR, Data: slices.Clone(m.Data),
		})
	}
	a.unlock()
	a.shard.dispatch(a)
}

// Unreserve gives back the room that Reserve has kept for n bytes.
func (a *Assoc) Unreserve(n int) {
	a.mu.Lock()
	a.reserved -= n
	if a.mailbox != nil {
		a.settleMailbox()
	}
	a.unlock()
}

// Room reports whether Reserve would find less than limit held, or nothing moves before more of a message comes; if not, the mailbox tells
// when there is room.
func (a *Assoc) Room(limit int) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.held() >= limit && a.phase != ended && !a.core.Stalled() {
		a.awaitsRoom = limit
		return false
	}
	return true
}

// SendBuffer is the size of the send buffer.
func (a *Assoc) SendBuffer() int { return a.limits.sendBuffer }

// Unsent is how many bytes wait to be sent or acknowledged.
func (a *Assoc) Unsent() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.held()
}

// Standing is how far the life of an association has come.
type Standing struct {
	// Up: it came up, and may have ended since. Ended: it is over, because of Err unless that is nil.
	Up, Ended bool
	// PeerDone: the peer sends nothing more, and there is time until the association ends: it takes two packets, which between sockets of one
	// host are there before a program that is told of the first can look, if its kernel has SCTP.
	PeerDone bool
	// Replied: the peer's SHUTDOWN was answered. If it ended otherwise than by the peer's last word, nothing was lost but that.
	Replied bool
	Err     error
}

// Standing tells how far the life of the association has come.
func (a *Assoc) Standing() Standing {
	a.mu.Lock()
	defer a.mu.Unlock()
	return Standing{Up: a.cameUp, Ended: a.phase == ended, PeerDone: a.peerDone && !a.endsAtOnce(), Replied: a.replied, Err: a.err}
}

// endsAtOnce reports whether nothing but SHUTDOWN ACK and SHUTDOWN COMPLETE, between two sockets of this host, is to come. a.mu is held.
func (a *Assoc) endsAtOnce() bool {
	if a.phase == ended || a.core.State() != assoc.StateShutdownAckSent || a.overdue {
		return false
	}
	var space [8]transport.Path
	for _, p := range a.core.Paths(space[:0]) {
		if p.Remote.IsLoopback() || p.Remote == p.Local {
			return true
		}
	}
	return false
}

// BeginShutdown is Shutdown that does not wait (RFC 9260 section 9.2).
func (a *Assoc) BeginShutdown() {
	_ = a.control(func(now mono.Time) error {
		a.core.Shutdown(now)
		return nil
	})
}

// Leave is Close that does not wait, whatever linger is.
func (a *Assoc) Leave(linger time.Duration) {
	if linger > 0 {
		_ = a.Close(linger)
		return
	}
	_ = a.abandon(nil)
}

// Abandon ends the association with an ABORT, and does not wait. The user is told as of any other end.
func (a *Assoc) Abandon(reason []byte) {
	_ = a.control(func(now mono.Time) error {
		a.core.Abort(now, reason)
		return nil
	})
}

// AwaitIdle waits until the last packet of every association on the engine is written, or ctx ends.
func (e *Engine) AwaitIdle(ctx context.Context) error {
	for {
		a := e.anyAssoc()
		if a == nil {
			return nil
		}
		if err := a.awaitLeft(ctx); err != nil {
			return err
		}
	}
}

func (e *Engine) anyAssoc() *Assoc {
	e.mu.Lock()
	defer e.mu.Unlock()
	for a := range e.assocs {
		return a
	}
	return nil
}

// LocalAddrs are the addresses of this host.
func (e *Engine) LocalAddrs() []netip.Addr {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.localAddrs)
}

// Post puts a notification of the user's own into the mailbox, if the filter wants it.
func (a *Assoc) Post(ev assoc.Event) {
	a.mu.Lock()
	if a.mailbox != nil {
		a.post(ev)
	}
	a.unlock()
}
