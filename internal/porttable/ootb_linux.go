package porttable

import (
	"errors"
	"sync"

	"golang.org/x/sys/unix"
)

// ootb is a table's part in the right to answer out-of-the-blue packets (RFC 9260 section 8.4). The holder has a name, and
// those who want the right after it keep a connection to the holder, which breaks when the holder ends.
type ootb struct {
	free chan struct{}

	mu sync.Mutex
	// listener is the holder's socket, and others the connections of those who wait.
	listener int
	others   map[int]struct{}
	// watch is the connection of one who waits.
	watch  int
	closed bool
}

// maxWatchers bounds the connections that a holder keeps. Processes beyond it are told to wait no longer, and do not inherit
// the right while they run.
const maxWatchers = 1024

// goAway is what those are told.
var goAway = []byte{1}

func (o *ootb) init() {
	o.free = make(chan struct{}, 1)
	o.listener, o.watch = -1, -1
	o.others = map[int]struct{}{}
}

// ClaimOOTB takes the right to answer packets to ports that nobody holds, and reports whether this table now has it. If not,
// OOTBFree delivers a value when it may be worth to ask again.
func (t *Table) ClaimOOTB() bool {
	o := &t.ootb
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return false
	}
	name := t.kind.prefix() + "ootb"
	for o.listener < 0 && o.watch < 0 {
		if fd, err := listen(name); err == nil {
			if t.poller.add(fd, t.acceptWatcher) != nil {
				unix.Close(fd)
				return false
			}
			o.listener = fd
			break
		} else if !isTaken(err) {
			return false
		}
		if fd, err := connect(name); err == nil {
			if t.poller.add(fd, t.holderEnded) != nil {
				unix.Close(fd)
				return false
			}
			o.watch = fd
		} else if !errors.Is(err, unix.ECONNREFUSED) {
			return false // Too many wait already, or there are no resources: do without.
		}
	}
	return o.listener >= 0
}

// OOTBFree delivers a value when the holder of the right has ended, after ClaimOOTB has failed.
func (t *Table) OOTBFree() <-chan struct{} { return t.ootb.free }

// acceptWatcher keeps the connections of those who wait, until they end.
func (t *Table) acceptWatcher() {
	o := &t.ootb
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.listener >= 0 {
		fd, _, err := unix.Accept4(o.listener, unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK)
		if err != nil {
			return
		}
		if len(o.others) < maxWatchers && t.poller.add(fd, func() { t.watcherEnded(fd) }) == nil {
			o.others[fd] = struct{}{}
			continue
		}
		if !t.isClosed() { // Otherwise the right is free in a moment, and the end of the connection says so.
			_ = unix.Send(fd, goAway, unix.MSG_NOSIGNAL)
		}
		unix.Close(fd)
	}
}

func (t *Table) watcherEnded(fd int) {
	o := &t.ootb
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, ok := o.others[fd]; ok {
		t.poller.remove(fd)
		delete(o.others, fd)
		unix.Close(fd)
	}
}

// holderEnded is called when the connection to the holder ends, or the holder says something.
func (t *Table) holderEnded() {
	o := &t.ootb
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.watch < 0 {
		return
	}
	t.poller.remove(o.watch)
	var said [1]byte
	n, _ := unix.Read(o.watch, said[:])
	unix.Close(o.watch)
	o.watch = -1
	if n > 0 {
		return // We were told to go away.
	}
	select {
	case o.free <- struct{}{}:
	default:
	}
}

// close gives the right up, and lets the next one know. The poller is closed already.
func (o *ootb) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	// The listener goes first: those who wait ask again as soon as their connections break.
	for _, fd := range []*int{&o.listener, &o.watch} {
		if *fd >= 0 {
			unix.Close(*fd)
			*fd = -1
		}
	}
	for fd := range o.others {
		unix.Close(fd)
	}
	clear(o.others)
}
