package engine

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
)

// Inbox is where the associations of a one-to-many socket meet their user.
type Inbox struct {
	mu sync.Mutex
	// arrived waits for an association with something to read, told for a notification.
	arrived, told gate
	// first and last are the ends of the list of associations to read from, linked through Assoc.nextReady.
	first, last *Assoc
	// exclusive: once a message has been handed out in part, nothing of other associations is before its end (level 0 of RFC 6458
	// section 8.1.20). Then current is the association that is being read from, or of which a message has begun and not ended.
	exclusive bool
	current   *Assoc
	begun     bool
	// ended are associations that are over and have left something to read, the oldest first.
	ended  []*Assoc
	events eventQueue
	byID   map[uint32]*Assoc
	byPeer peerBook
	err    error
}

// maxEnded bounds the associations that are over and have left something to read, which peers could make many of: what the
// oldest left is lost.
const maxEnded = 128

// NewInbox returns an inbox for one socket. If it is exclusive, parts of messages of different associations do not alternate.
func NewInbox(exclusive bool) *Inbox {
	in := &Inbox{exclusive: exclusive, byID: make(map[uint32]*Assoc), byPeer: make(peerBook)}
	in.arrived.init(&in.mu)
	in.told.init(&in.mu)
	return in
}

// ready puts a on the list of associations to read from.
func (in *Inbox) ready(a *Assoc) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if a.queued || in.err != nil {
		return
	}
	if a == in.current {
		in.pushFront(a)
		return
	}
	a.queued = true
	if in.last == nil {
		in.first = a
	} else {
		in.last.nextReady = a
	}
	in.last = a
	in.arrived.cond.Signal()
}

// again puts a at the front, so that the rest of its message is read next.
func (in *Inbox) again(a *Assoc) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if !a.queued {
		in.pushFront(a)
	}
}

func (in *Inbox) pushFront(a *Assoc) {
	a.queued = true
	a.nextReady = in.first
	in.first = a
	if in.last == nil {
		in.last = a
	}
	in.arrived.cond.Signal()
}

// next waits for an association to read from.
func (in *Inbox) next(ctx context.Context) (*Assoc, error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for {
		if in.err != nil {
			return nil, in.err
		}
		if err := in.arrived.check(ctx); err != nil {
			in.arrived.cond.Signal() // The one that ended the wait may have been another's.
			return nil, err
		}
		if a := in.first; a != nil && (in.current == nil || in.current == a) {
			in.first = a.nextReady
			if in.first == nil {
				in.last = nil
			}
			a.nextReady, a.queued = nil, false
			if in.exclusive {
				in.current = a
			}
			return a, nil
		}
		in.arrived.wait(ctx)
	}
}

// release lets other associations be read from, because the rest of a message of a will not come, or not here.
func (in *Inbox) release(a *Assoc) {
	if !in.exclusive {
		return
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.current == a {
		in.current, in.begun = nil, false
		in.arrived.cond.Signal()
	}
}

// keep follows what came of reading from a: the rest of a message that has begun is waited for, nothing is not.
func (in *Inbox) keep(a *Assoc, ok, ended bool) {
	if !in.exclusive {
		return
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.current != a {
		return
	}
	if ok {
		in.begun = !ended
	}
	if !in.begun {
		in.current = nil
		in.arrived.cond.Signal()
	}
}

// Receive waits for data of any association and reads as much of one message as p takes.
func (in *Inbox) Receive(ctx context.Context, p []byte) (*Assoc, int, assoc.RcvInfo, error) {
	for {
		a, err := in.next(ctx)
		if err != nil {
			return nil, 0, assoc.RcvInfo{}, err
		}
		if n, info, ok := in.receiveFrom(a, p); ok {
			return a, n, info, nil
		}
	}
}

// receiveFrom reads from a, unless it was peeled off or aborted meanwhile.
func (in *Inbox) receiveFrom(a *Assoc, p []byte) (int, assoc.RcvInfo, bool) {
	a.mu.Lock()
	if a.inbox != in || a.closed {
		a.unlock()
		in.release(a)
		return 0, assoc.RcvInfo{}, false
	}
	now := a.engine.now()
	n, info, ok := a.core.Receive(now, p)
	if ok && !info.EOR && a.core.Readable() {
		in.again(a)
	}
	in.keep(a, ok, info.EOR)
	a.settleRead(now)
	done := a.left && !a.core.Readable()
	a.unlock()
	if done {
		in.forgetEnded(a)
	}
	return n, info, ok
}

// keepEnded notes that a is over and has left something to read.
func (in *Inbox) keepEnded(a *Assoc) {
	in.mu.Lock()
	var oldest *Assoc
	in.ended = append(in.ended, a)
	if len(in.ended) > maxEnded {
		oldest = in.ended[0]
		in.ended = slices.Delete(in.ended, 0, 1)
	}
	in.mu.Unlock()
	if oldest != nil {
		oldest.throwAway()
		in.release(oldest)
	}
}

// forgetEnded notes that everything of a has been read.
func (in *Inbox) forgetEnded(a *Assoc) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.ended = slices.DeleteFunc(in.ended, func(b *Assoc) bool { return b == a })
}

// throwAway frees what an association that is over has left to read.
func (a *Assoc) throwAway() {
	a.mu.Lock()
	defer a.unlock()
	a.closed = true
	a.discard(a.engine.now())
}

// NextEvent waits for a notification of any association.
func (in *Inbox) NextEvent(ctx context.Context) (Event, error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for {
		if in.err != nil {
			return Event{}, in.err
		}
		if err := in.told.check(ctx); err != nil {
			in.told.cond.Signal() // As in next.
			return Event{}, err
		}
		if ev, ok := in.events.pop(); ok {
			return ev, nil
		}
		in.told.wait(ctx)
	}
}

// LostEvents counts the notifications that nobody took in time.
func (in *Inbox) LostEvents() uint64 {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.events.lost
}

func (in *Inbox) note(ev Event) {
	if _, ok := ev.Event.(assoc.PartialDeliveryAborted); ok {
		in.release(ev.Assoc)
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.err != nil {
		return
	}
	in.events.push(ev)
	in.told.cond.Signal()
}

// add makes a known by its identifier and the addresses that it was begun with.
func (in *Inbox) add(a *Assoc, p Peer) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.byID[a.id] = a
	a.knownAs.dialled = p.EncapPort
	routes := make([]assoc.Route, len(p.Addrs))
	for i, addr := range p.Addrs {
		routes[i] = assoc.Route{Remote: addr, EncapPort: p.EncapPort}
	}
	in.byPeer.enter(a, p.Port, routes)
}

// setPeers makes a known by its identifier and the addresses of its peer.
func (in *Inbox) setPeers(a *Assoc, routes []assoc.Route) {
	port := a.PeerPort()
	in.mu.Lock()
	defer in.mu.Unlock()
	in.byID[a.id] = a
	in.byPeer.enter(a, port, routes)
}

// remove forgets a, which has ended or was peeled off.
func (in *Inbox) remove(a *Assoc) {
	in.mu.Lock()
	defer in.mu.Unlock()
	delete(in.byID, a.id)
	in.byPeer.remove(a)
}

// ByID returns the association with an identifier, nil if there is none.
func (in *Inbox) ByID(id uint32) *Assoc {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.byID[id]
}

// ByPeer returns the association with one of the addresses of its peer, behind a UDP port if that is not zero; nil if there is none.
func (in *Inbox) ByPeer(peer netip.AddrPort, encapPort uint16) *Assoc {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.byPeer.find(peer, encapPort)
}

// All returns the associations, in no order.
func (in *Inbox) All() []*Assoc {
	in.mu.Lock()
	defer in.mu.Unlock()
	all := make([]*Assoc, 0, len(in.byID))
	for _, a := range in.byID {
		all = append(all, a)
	}
	return all
}

// PeelOff makes a one-to-one: what it has to read and to tell goes to its own user from now on.
func (in *Inbox) PeelOff(a *Assoc) error {
	a.mu.Lock()
	defer a.unlock()
	if a.inbox != in {
		return net.ErrClosed
	}
	a.inbox = nil
	in.release(a)
	in.mu.Lock()
	in.events.take(a, &a.events)
	in.mu.Unlock()
	in.remove(a)
	a.taken()
	return nil
}

// SetReadDeadline bounds Receive; the zero time takes the bound away.
func (in *Inbox) SetReadDeadline(t time.Time) error {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.err != nil {
		return in.err
	}
	in.arrived.setDeadline(t)
	return nil
}

// close ends all waiting with err.
func (in *Inbox) close(err error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.err == nil {
		in.err = err
	}
	in.arrived.setDeadline(time.Time{})
	in.arrived.cond.Broadcast()
	in.told.cond.Broadcast()
}
