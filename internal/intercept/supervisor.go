//go:build linux && (amd64 || arm64)

package intercept

import (
	"runtime"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// supervisor answers the calls of one tree of programs.
type supervisor struct {
	config   *Config
	listener listener
	base     int
	calls    map[int32]number // by this processor's numbers
	plugSize int
	epoll    int
	problems *problems
	trace    *tracer // nil if nobody wants to see

	// mu is held while a call is served. What takes long does not happen under it: the stack's methods return at once.
	mu    sync.Mutex
	files map[uint64]*file // by inode of the program's end
	// listeners are those of files that listen.
	listeners map[uint64]*file
	tasks     map[int]*task
	watched   map[int32]any // *file, *task or *openedSetting, by serial
	serial    int32
	cursors   map[int]int // by process, where to look for a free number
	waiters   map[uint64]*waiter
	// What calls use while they are served: one call at a time is.
	current call
	scratch []byte // payload
	pumped  []byte // payload of TCP programs
	pieces  []piece
	spans   []span
	polling bool // whether pollSignals runs
	// tree is what programs see in /proc, nil for nothing. settings are what they write to, by inode.
	tree     *fileTree
	listings listings
	settings map[uint64]*openedSetting

	changes changes
	pumps   sync.WaitGroup
	// idle is closed when no more calls are served.
	idle chan struct{}
}

// changes are the files whose socket changed. It has a lock of its own, taken last, because the stack may tell of a change from inside a
// method that was called under the supervisor's.
type changes struct {
	mu    sync.Mutex
	files []*file
	// attended says that somebody is at work who will look at the list before long, and need not be woken.
	attended bool
	wake     chan struct{}
}

func newSupervisor(config *Config, p *problems) (*supervisor, error) {
	s := &supervisor{
		config: config, base: chooseBase(), calls: make(map[int32]number), problems: p,
		files: make(map[uint64]*file), listeners: make(map[uint64]*file), tasks: make(map[int]*task), watched: make(map[int32]any), cursors: make(map[int]int),
		waiters: make(map[uint64]*waiter), changes: changes{wake: make(chan struct{}, 1)}, idle: make(chan struct{}), settings: make(map[uint64]*openedSetting),
	}
	if files, ok := config.Stack.(Files); ok && config.Files {
		s.tree = newFileTree(files)
	}
	if config.Trace != nil {
		s.trace = &tracer{w: config.Trace}
	}
	m := machines[runtime.GOARCH]
	for n := range numCalls {
		if nr := m.number(n); nr != absent {
			s.calls[int32(nr)] = n
		}
	}
	var err error
	if s.plugSize, err = measurePlug(); err != nil {
		return nil, err
	}
	s.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	return s, err
}

// start begins to serve the calls that come to l.
func (s *supervisor) start(l listener) {
	s.listener = l
	l.syncWakeUps()
	if stack, ok := s.config.Stack.(PolledStack); ok && len(stack.Inputs()) > 0 {
		go s.serveAll(stack)
	} else {
		go s.serveCalls()
		go s.watchEnds()
	}
	go s.settleChanges()
}

// pumpPatience is how long what TCP programs had written may take to be sent after their end.
const pumpPatience = 10 * time.Second

// stop closes the sockets of programs that have ended, those too whose end has not been noticed yet.
func (s *supervisor) stop() {
	<-s.idle
	s.enter()
	for _, f := range s.files {
		f.hangUp()
	}
	s.listings.remove()
	s.leave()
	sent := make(chan struct{})
	go func() {
		s.pumps.Wait()
		close(sent)
	}()
	select {
	case <-sent:
	case <-time.After(pumpPatience):
	}
}

// enter takes the lock for work after which changes are settled, by leave.
func (s *supervisor) enter() {
	s.mu.Lock()
	s.changes.mu.Lock()
	s.changes.attended = true
	s.changes.mu.Unlock()
}

// leave settles what has changed and gives the lock back.
func (s *supervisor) leave() {
	for {
		s.settle()
		s.changes.mu.Lock()
		done := len(s.changes.files) == 0
		s.changes.attended = !done
		s.changes.mu.Unlock()
		if done {
			break
		}
	}
	s.mu.Unlock()
}

// note puts f, whose socket changed, into the list.
func (s *supervisor) note(f *file) {
	c := &s.changes
	c.mu.Lock()
	if !f.dirty {
		f.dirty = true
		c.files = append(c.files, f)
	}
	attended := c.attended
	c.mu.Unlock()
	if !attended {
		select {
		case c.wake <- struct{}{}:
		default:
		}
	}
	if p := f.pumpOf(); p != nil {
		wake(p.room)
	}
}

// settleChanges is the goroutine for changes that come from outside of a call.
func (s *supervisor) settleChanges() {
	for range s.changes.wake {
		s.enter()
		s.leave()
	}
}

// settle tries the kept calls of the sockets that changed and shows what is ready. The lock is held.
func (s *supervisor) settle() {
	for {
		c := &s.changes
		c.mu.Lock()
		if len(c.files) == 0 {
			c.mu.Unlock()
			return
		}
		f := c.files[0]
		c.files = append(c.files[:0], c.files[1:]...)
		f.dirty = false
		c.mu.Unlock()
		f.retry()
		f.show(nil, nil)
		if f.pump != nil {
			f.pump.passOn()
		}
	}
}

// watch reports events of fd, hang-ups always among them, for what. The event carries a serial number: a descriptor may have been
// closed and its number used again while an event waits.
func (s *supervisor) watch(fd int, events uint32, what any) (int32, error) {
	s.serial++
	s.watched[s.serial] = what
	err := unix.EpollCtl(s.epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: events, Fd: s.serial})
	if err != nil {
		delete(s.watched, s.serial)
	}
	return s.serial, err
}

func (s *supervisor) unwatch(serial int32) { delete(s.watched, serial) }

// watchEnds takes note of last closes and of threads that ended.
func (s *supervisor) watchEnds() {
	for {
		if _, err := unix.Poll([]unix.PollFd{{Fd: int32(s.epoll), Events: unix.POLLIN}}, -1); err != nil && err != unix.EINTR {
			return
		}
		s.enter()
		s.takeEnds()
		s.leave()
	}
}

// takeEnds takes note of what has ended by now. The lock is held.
func (s *supervisor) takeEnds() {
	var events [64]unix.EpollEvent
	n, err := unix.EpollWait(s.epoll, events[:], 0)
	if err != nil {
		return // the next call says so again
	}
	for _, e := range events[:n] {
		switch what := s.watched[e.Fd].(type) {
		case *file:
			if e.Events&(unix.EPOLLHUP|unix.EPOLLERR) != 0 && what.isHungUp() {
				what.lastClose()
			}
		case *openedSetting:
			what.arrived()
		case *task:
			s.forgetTask(what)
		}
	}
}

// task returns the thread that called.
func (s *supervisor) task(tid int) *task {
	if t := s.tasks[tid]; t != nil {
		return t
	}
	t := newTask(tid)
	s.tasks[tid] = t
	if t.pidfd >= 0 {
		var err error
		if t.serial, err = s.watch(t.pidfd, unix.EPOLLIN, t); err != nil {
			t.serial = 0
		}
	}
	return t
}

func (s *supervisor) forgetTask(t *task) {
	if s.tasks[t.tid] == t {
		delete(s.tasks, t.tid)
		delete(s.cursors, t.tid)
	}
	s.unwatch(t.serial)
	t.close()
}
