package porttable

import (
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// poller calls functions when descriptors become readable or are hung up, all from one goroutine: an epoll
// instance that the runtime's own poller watches. A function has to take all that there is before it returns.
type poller struct {
	file *os.File
	raw  syscall.RawConn
	done chan struct{}

	mu    sync.Mutex
	calls map[int]func()
}

func newPoller() (*poller, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	if err := unix.SetNonblock(fd, true); err != nil { // So that os.NewFile gives it to the runtime's poller.
		unix.Close(fd)
		return nil, err
	}
	p := &poller{file: os.NewFile(uintptr(fd), "epoll"), done: make(chan struct{}), calls: map[int]func(){}}
	if p.raw, err = p.file.SyscallConn(); err != nil {
		p.file.Close()
		return nil, err
	}
	go p.run()
	return p, nil
}

// add has f called for fd, until it is removed.
func (p *poller) add(fd int, f func()) error {
	p.mu.Lock()
	p.calls[fd] = f
	p.mu.Unlock()
	return p.control(unix.EPOLL_CTL_ADD, fd)
}

// remove ends the calls for fd, which must still be open. A call that has begun goes on.
func (p *poller) remove(fd int) {
	p.mu.Lock()
	delete(p.calls, fd)
	p.mu.Unlock()
	_ = p.control(unix.EPOLL_CTL_DEL, fd) // Fails only once the poller is closed.
}

func (p *poller) control(op, fd int) error {
	// Edge-triggered, so that a connection that cannot be accepted for lack of descriptors does not keep the goroutine busy.
	event := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLRDHUP | unix.EPOLLET, Fd: int32(fd)}
	var ctlErr error
	if err := p.raw.Control(func(ep uintptr) { ctlErr = unix.EpollCtl(int(ep), op, fd, &event) }); err != nil {
		return err
	}
	return ctlErr
}

func (p *poller) run() {
	defer close(p.done)
	var events [16]unix.EpollEvent
	for {
		n := 0
		err := p.raw.Read(func(ep uintptr) bool {
			n, _ = unix.EpollWait(int(ep), events[:], 0)
			return n > 0
		})
		if err != nil {
			return
		}
		for _, e := range events[:n] {
			p.mu.Lock()
			f := p.calls[int(e.Fd)]
			p.mu.Unlock()
			if f != nil {
				f()
			}
		}
	}
}

// close ends the goroutine and waits for it.
func (p *poller) close() error {
	err := p.file.Close()
	<-p.done
	return err
}
