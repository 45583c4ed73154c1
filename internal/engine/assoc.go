package engine

import (
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/endpoint"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/transport"
)

// Assoc is one association: the state machine, its lock and those who wait for it.
type Assoc struct {
	engine *Engine
	shard  *shard
	socket *Socket
	handle *endpoint.Handle
	// id is unique among the associations of the engine that exist at one time.
	id       uint32
	peerPort uint16
	limits   limits
	// isNew: a peer's cookie made the association and no packet was delivered yet.
	isNew atomic.Bool
	// passive: the peer began it.
	passive bool
	// disableFragments is that of the configuration.
	disableFragments bool

	// mu guards the state machine and the fields of this group.
	mu   sync.Mutex
	core *assoc.Association
	// readable waits for something to read, writable for room to send, told for a notification; all of them for a
	// change of phase.
	readable, writable, told gate
	phase                    phase
	// ending: Engine.ending counts it. replied: the peer's SHUTDOWN was answered, and all that this side had sent was acknowledged before.
	// overdue: the answer to that did not come in time.
	ending, replied, overdue bool
	// peerDone: the peer has announced that it sends nothing more.
	peerDone bool
	// closed: the user has no more use for the association. What still arrives is thrown away.
	closed bool
	// cameUp: the association was established. dialling: Engine.dialling counts it.
	cameUp, dialling bool
	// inMessage: one of the messages that were put into the mailbox was read in part.
	inMessage bool
	// sendingAll: a SendAll is queueing its parts.
	sendingAll bool
	// stalled: so was the core when somebody waited to write, and it may still be; see assoc.Stalled.
	stalled bool
	// routed: the endpoint knows the association. left: its last packet is written. forgotten: its socket, too, does not count it any
	// more, and has given the port back if it was the last.
	routed, left, forgotten bool
	// todo is what unlock has to do for what happened under the lock.
	todo todo
	// err is why the association ended, nil after a graceful shutdown.
	err    error
	events eventQueue
	// listener is where the association waits for Accept, inbox where a one-to-many user finds it.
	listener *Listener
	inbox    *Inbox
	// mailbox is where a user who never waits finds it, with the notifications that wants admits. arrived are the messages that were
	// put there.
	mailbox *Mailbox
	wants   Filter
	arrived uint64
	// failed are the messages that failed because the association ended, until it is known that it has.
	failed []assoc.Event
	// reserved is the room kept by Reserve. awaitsRoom is the limit below which somebody waits for held to fall, 0 if nobody does.
	reserved, awaitsRoom int
	// requests are those of RFC 6525 and RFC 5061 whose outcome is not known yet.
	requests map[requestKey]*outcome
	// abortAt ends a shutdown that takes longer than the user allows.
	abortAt mono.Time
	// assembly has what ReceiveMessage waits for the rest of.
	assembly assembly
	// inParts are the streams on which a message is being written in parts.
	inParts map[uint16]bool
	// round is that of the writer for which packets of it were built last.
	round uint64
	// seen is when the last input came for which the time matters.
	seen mono.Time
	// armed is not later than the entry in the heap of deadlines; unset when there may be none.
	armed mono.Time

	// lender is the reader that has lent its role to the user, nil if there is none; lentBytes is what he has sent since he read last.
	lender    atomic.Pointer[reader]
	lentBytes atomic.Int64

	// nextMarked and changes of marked are guarded by writer.mu.
	nextMarked *Assoc
	marked     atomic.Bool
	// heapIndex is the place in the heap of deadlines, -1 if there is none, guarded by timers.mu.
	heapIndex int
	// queued and nextReady are guarded by Inbox.mu.
	queued    bool
	nextReady *Assoc
	// knownAs is how Inbox.byPeer knows it, guarded by Inbox.mu.
	knownAs knownAs
}

// limits are the parameters that are needed without asking the association.
type limits struct {
	maxMessage, sendBuffer, maxSendBuffer int
}

// phase is how far the life of an association has come, as its user sees it.
type phase uint8

const (
	connecting phase = iota
	up
	ended
)

// todo is a set of things to do after the lock is released.
type todo uint16

const (
	wakeReader   todo = 1 << iota // one reader: there is something to read
	wakeWriters                   // all writers: there is room
	wakeTold                      // one who waits for notifications
	wakeAll                       // everybody: the phase has changed
	measurePaths                  // the paths are others
	enqueue                       // hand over to the listener
	tellOwners                    // listener and socket: the association is over
	tellMailbox                   // the user who never waits
	writeAck                      // a SACK is due
)

// sendShares is the part of the send buffer, as a fraction, that has to be free before waiting writers are woken: few
// wake-ups of a writer with much to do each are cheaper than many.
const sendShares = 4

func newAssoc(s *Socket, h *endpoint.Handle, peerPort uint16, id uint32, of *shard) *Assoc {
	c := h.Assoc.Config()
	a := &Assoc{
		engine: s.engine, shard: of, socket: s, handle: h, id: id, peerPort: peerPort,
		limits: limits{c.MaxMessage, c.SendBuffer, c.MaxSendBuffer}, disableFragments: c.DisableFragments,
		core: h.Assoc, heapIndex: -1, routed: true,
	}
	a.readable.init(&a.mu)
	a.writable.init(&a.mu)
	a.told.init(&a.mu)
	a.inbox = s.inbox
	h.User = a
	return a
}

// ID tells the associations of a one-to-many socket apart.
func (a *Assoc) ID() uint32 { return a.id }

// PeerPort is the port of the peer.
func (a *Assoc) PeerPort() uint16 { return a.peerPort }

// LocalEncapPort is the UDP port of this side, 0 if there is none.
func (a *Assoc) LocalEncapPort() uint16 { return a.engine.encapPort }

// Socket is the socket that the association belongs to.
func (a *Assoc) Socket() *Socket { return a.socket }

// Ended reports whether the association is over.
func (a *Assoc) Ended() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.phase == ended
}

// refreshMTU asks the carrier for the MTU of every path. No lock is held: a carrier may ask the operating system.
func (a *Assoc) refreshMTU() {
	var space [8]transport.Path
	a.mu.Lock()
	paths := a.core.Paths(space[:0])
	a.mu.Unlock()
	for _, p := range paths {
		mtu := a.engine.carrier.MTU(p)
		now := a.engine.now()
		a.mu.Lock()
		a.core.SetMTU(now, p.Remote, mtu)
		a.settle(now)
		a.unlock()
	}
}

// usable reports why an operation of the user has to fail: the context, the deadline or Close. a.mu is held.
func (a *Assoc) usable(ctx context.Context, g *gate) error {
	if a.closed {
		return net.ErrClosed
	}
	return g.check(ctx)
}

// end is what reading gets when there is nothing more to read, nil if there may be. a.mu is held.
func (a *Assoc) end() error {
	switch {
	case a.phase == ended && a.err != nil:
		return a.err
	case a.phase == ended || a.peerDone:
		return io.EOF
	}
	return nil
}

// waitUp waits for the association to be established, or to fail.
func (a *Assoc) waitUp(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for a.phase == connecting {
		if err := a.usable(ctx, &a.writable); err != nil {
			return err
		}
		a.writable.wait(ctx)
	}
	if a.phase == ended && a.err != nil {
		return a.err
	}
	return nil
}

// SetReadDeadline bounds Receive and Peek; the zero time takes the bound away.
func (a *Assoc) SetReadDeadline(t time.Time) error { return a.setDeadline(&a.readable, t) }

// SetWriteDeadline bounds Send; the zero time takes the bound away.
func (a *Assoc) SetWriteDeadline(t time.Time) error { return a.setDeadline(&a.writable, t) }

func (a *Assoc) setDeadline(g *gate, t time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return net.ErrClosed
	}
	g.setDeadline(t)
	return nil
}
