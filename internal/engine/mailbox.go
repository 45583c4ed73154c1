package engine

import (
	"cmp"
	"maps"
	"net"
	"net/netip"
	"slices"
	"sync"

	"github.com/gosctp/sctp/internal/assoc"
)

// Mailbox is where a user who never waits finds what has happened: messages and notifications of one association or of many, in the
// order in which they came. Messages stay in their associations until they are taken, so that the windows tell the truth; the
// mailbox only knows whose message is next.
//
// Next and Take belong to one reader at a time.
type Mailbox struct {
	mu sync.Mutex
	// exclusive: between the parts of a message nothing of other associations is handed out (level 0 of RFC 6458 section 8.1.20).
	exclusive bool
	queue     []mail // what waits; those before first were taken
	first     int
	// notes counts the notifications that wait, lost those that were dropped.
	notes, lost int
	arrivals    uint64
	// ended are associations that are over and have left something to read, the oldest first.
	ended   []*Assoc
	members map[uint32]*Assoc
	changed func()
	deaf    bool
}

// mail is a notification, or so many messages of an association.
type mail struct {
	assoc    *Assoc
	event    assoc.Event // nil for messages
	messages uint64
}

// maxMail bounds the notifications that wait, which peers could make many of. What is more is lost, as when the kernel's socket
// buffer is full.
const maxMail = 1024

// NewMailbox returns an empty mailbox. If it is exclusive, parts of messages of different associations do not alternate.
func NewMailbox(exclusive bool) *Mailbox {
	return &Mailbox{exclusive: exclusive, members: make(map[uint32]*Assoc)}
}

// SetExclusive changes what NewMailbox was told.
func (m *Mailbox) SetExclusive(on bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.exclusive = on
}

// waitsForRest reports whether nothing is handed out while the rest of a message is still to come.
func (m *Mailbox) waitsForRest() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.exclusive
}

// join makes m the mailbox of a. Nobody else knows a yet, or a.mu is held.
func (m *Mailbox) join(a *Assoc, wants Filter) {
	a.mailbox, a.wants = m, wants
	m.mu.Lock()
	defer m.mu.Unlock()
	m.members[a.id] = a
}

func (m *Mailbox) part(a *Assoc) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.members, a.id)
}

// ByID returns the association with an identifier, nil if there is none or it is over.
func (m *Mailbox) ByID(id uint32) *Assoc {
	m.mu.Lock()
	a := m.members[id]
	m.mu.Unlock()
	if a == nil || a.Standing().Ended {
		return nil
	}
	return a
}

// Members returns the associations that are not over, by age.
func (m *Mailbox) Members() []*Assoc {
	m.mu.Lock()
	all := slices.Collect(maps.Values(m.members))
	m.mu.Unlock()
	all = slices.DeleteFunc(all, func(a *Assoc) bool { return a.Standing().Ended })
	slices.SortFunc(all, func(a, b *Assoc) int { return cmp.Compare(a.id, b.id) })
	return all
}

// SetChanged has f called, with no lock held, after something about the mailbox or its associations has changed: there is mail, room
// to send, or an association came up or ended. It may be called for nothing.
func (m *Mailbox) SetChanged(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.changed = f
}

func (m *Mailbox) tell() {
	m.mu.Lock()
	f := m.changed
	m.mu.Unlock()
	if f != nil {
		f()
	}
}

// Deafen has the messages thrown away that come from now on; notifications are still kept.
func (m *Mailbox) Deafen() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.deaf = true
}

func (m *Mailbox) isDeaf() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.deaf
}

// waits reports whether messages of a wait.
func (m *Mailbox) waits(a *Assoc) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.ContainsFunc(m.queue[m.first:], func(l mail) bool { return l.assoc == a && l.event == nil })
}

// Arrivals counts everything that was ever put in: it tells whoever remembers it whether something is new.
func (m *Mailbox) Arrivals() uint64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.arrivals
}

// Lost counts the notifications for which there was no room.
func (m *Mailbox) Lost() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.lost
}

// addMessages notes that n more messages of a can be read, or with 0 more of one that has been read in part.
func (m *Mailbox) addMessages(a *Assoc, n uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.arrivals++
	if n == 0 {
		return
	}
	if last := len(m.queue) - 1; last >= m.first && m.queue[last].event == nil && m.queue[last].assoc == a {
		m.queue[last].messages += n
		return
	}
	m.push(mail{assoc: a, messages: n})
}

func (m *Mailbox) addEvent(a *Assoc, ev assoc.Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.notes >= maxMail {
		m.lost++
		if m.notes > maxMail || a.wants == nil || !a.wants.Wants(assoc.NotificationsStopped{}) {
			return
		}
		ev = assoc.NotificationsStopped{} // the last one, which has always room (RFC 6458 section 6.1.10)
		a.wants.Stop()
	}
	m.notes++
	m.arrivals++
	m.push(mail{assoc: a, event: ev})
}

func (m *Mailbox) push(l mail) {
	if m.first > len(m.queue)/2 {
		n := copy(m.queue, m.queue[m.first:])
		clear(m.queue[n:])
		m.queue, m.first = m.queue[:n], 0
	}
	m.queue = append(m.queue, l)
}

// remove takes out the entry at i.
func (m *Mailbox) remove(i int) {
	if m.queue[i].event != nil {
		m.notes--
	}
	if i > m.first {
		m.queue = slices.Delete(m.queue, i, i+1)
		return
	}
	m.queue[i] = mail{}
	if m.first++; m.first == len(m.queue) {
		m.queue, m.first = m.queue[:0], 0
	}
}

// Mail describes what comes next.
type Mail struct {
	Assoc *Assoc
	// Event is a notification, or nil: then N bytes were copied of a message that Info describes, and Size are there now.
	Event   assoc.Event
	N, Size int
	Info    assoc.RcvInfo
	// From is the address that a message came from.
	From netip.AddrPort

	at int // its place in the queue
}

// Next describes what is next in the mailbox and copies as much of it to p as that takes, if it is a message. It changes nothing
// that can be seen. ok is false if there is nothing.
func (m *Mailbox) Next(p []byte) (next Mail, ok bool) {
	var waits *Assoc // its message has begun, and the rest has not come
	for at := 0; ; {
		l, ok := m.entry(at)
		switch {
		case !ok:
			return Mail{}, false
		case l.assoc == waits:
			at++
			continue
		case l.event != nil:
			return Mail{Assoc: l.assoc, Event: l.event, at: at}, true
		}
		next, found := l.assoc.copyNext(m, p)
		switch {
		case found == somethingToRead:
			next.at = at
			return next, true
		case found == restToCome && m.waitsForRest():
			return Mail{}, false
		case found == restToCome:
			waits = l.assoc
			at++
		case found == nothingToRead:
			m.mu.Lock()
			m.remove(m.first + at)
			m.mu.Unlock()
		}
	}
}

// Second describes what Next will give when all of next was taken, as far as it is there now. Nothing of it is copied.
func (m *Mailbox) Second(next *Mail) (second Mail, ok bool) {
	at := next.at
	if l, ok := m.entry(at); ok && l.event == nil && l.messages > 1 {
		return next.Assoc.peekFrom(m, (*assoc.Association).PeekSecond)
	}
	l, ok := m.entry(at + 1)
	switch {
	case !ok:
		return Mail{}, false
	case l.event != nil:
		return Mail{Assoc: l.assoc, Event: l.event}, true
	case l.assoc == next.Assoc && next.Event == nil:
		return l.assoc.peekFrom(m, (*assoc.Association).PeekSecond)
	}
	return l.assoc.peekFrom(m, (*assoc.Association).Peek)
}

// peekFrom describes a message of a. There is none, if the reader of m is not a's.
func (a *Assoc) peekFrom(m *Mailbox, peek func(*assoc.Association) (int, assoc.RcvInfo, bool)) (Mail, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.mailbox != m || a.closed {
		return Mail{}, false
	}
	size, info, ok := peek(a.core)
	return Mail{Assoc: a, Size: size, Info: info}, ok
}

// entry returns what is at a place in the queue.
func (m *Mailbox) entry(at int) (mail, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.first+at >= len(m.queue) {
		return mail{}, false
	}
	return m.queue[m.first+at], true
}

// found says what an association has for its reader.
type found uint8

const (
	nothingToRead found = iota // what there was was given up, or thrown away
	restToCome                 // of a message that was read in part
	somethingToRead
)

// copyNext copies from the next message of a. Nothing is, if the reader of m is not a's.
func (a *Assoc) copyNext(m *Mailbox, p []byte) (Mail, found) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.mailbox != m || a.closed:
		return Mail{}, nothingToRead
	case a.core.Readable():
		size, _, _ := a.core.Peek()
		n, info, _ := a.core.Copy(p)
		from := netip.AddrPortFrom(a.core.Source(info.Source), a.peerPort)
		return Mail{Assoc: a, N: n, Size: size, Info: info, From: from}, somethingToRead
	case a.inMessage && a.phase != ended:
		return Mail{}, restToCome
	}
	return Mail{}, nothingToRead
}

// Take removes what Next gave: the notification, or the bytes that were copied.
func (m *Mailbox) Take(next *Mail) {
	if next.Event == nil && !next.Assoc.consume(next) {
		return // the message goes on, or was given up meanwhile
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	i := m.first + next.at
	if i >= len(m.queue) || m.queue[i].assoc != next.Assoc {
		return // it went with its association
	}
	if next.Event == nil && m.queue[i].messages > 1 {
		m.queue[i].messages--
		return
	}
	m.remove(i)
}

// Follows reports whether there will be something to read when Take has removed what Next gave, even if nothing arrives until then. At worst
// it is a message that its sender gives up at this very moment.
func (m *Mailbox) Follows(next *Mail) bool {
	switch {
	case next.Event == nil && next.N < next.Size:
		return true
	case next.Event == nil && !next.Info.EOR:
		return false // the rest is still to come, and holds up what is behind it
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	i := m.first + next.at
	// What is before it waits, perhaps with some of what is behind it.
	return i < len(m.queue) && (m.queue[i].messages > 1 || next.at == 0 && i+1 < len(m.queue))
}

// consume takes from the core what next has a copy of, and reports whether that ended the message.
func (a *Assoc) consume(next *Mail) bool {
	a.mu.Lock()
	_, first, ok := a.core.Peek()
	// It may be gone: given up by the peer, or thrown away because too many associations that are over have something to read.
	if !ok || first.TSN != next.Info.TSN || first.Stream != next.Info.Stream {
		a.unlock()
		return false
	}
	now := a.engine.now()
	info, _ := a.core.Consume(now, next.N)
	a.inMessage = !info.EOR
	a.settleRead(now)
	m, done := a.mailbox, a.left && !a.core.Readable()
	a.unlock()
	if done && m != nil {
		m.forgetEnded(a)
	}
	return info.EOR
}

// keepEnded notes that a is over and has left something to read. Of too many, what the oldest left is lost.
func (m *Mailbox) keepEnded(a *Assoc) {
	m.mu.Lock()
	var oldest *Assoc
	m.ended = append(m.ended, a)
	if len(m.ended) > maxEnded {
		oldest = m.ended[0]
		m.ended = slices.Delete(m.ended, 0, 1)
	}
	m.mu.Unlock()
	if oldest != nil {
		oldest.throwAway()
	}
}

func (m *Mailbox) forgetEnded(a *Assoc) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.ended = slices.DeleteFunc(m.ended, func(b *Assoc) bool { return b == a })
}

// Unread reports whether messages wait. Notifications do not count.
func (m *Mailbox) Unread() bool {
	m.mu.Lock()
	queue := slices.Clone(m.queue[m.first:])
	m.mu.Unlock()
	return slices.ContainsFunc(queue, func(l mail) bool { return l.event == nil && l.assoc.unread() })
}

// Move has what a has to read and to tell, what waits included, go to another mailbox from now on (RFC 6458 section 9.2).
func (m *Mailbox) Move(a *Assoc, to *Mailbox) error {
	a.mu.Lock()
	defer a.unlock()
	if a.mailbox != m {
		return net.ErrClosed
	}
	m.part(a)
	to.join(a, a.wants)
	for _, l := range m.removeAll(a) {
		if l.event != nil {
			to.addEvent(a, l.event)
		} else {
			to.addMessages(a, l.messages)
		}
	}
	a.taken()
	return nil
}

// removeAll takes out the mail of a.
func (m *Mailbox) removeAll(a *Assoc) (all []mail) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := m.first; i < len(m.queue); i++ {
		if m.queue[i].assoc == a {
			all = append(all, m.queue[i])
		}
	}
	m.queue = slices.DeleteFunc(m.queue[m.first:], func(l mail) bool { return l.assoc == a })
	m.first = 0
	for _, l := range all {
		if l.event != nil {
			m.notes--
		}
	}
	return all
}
