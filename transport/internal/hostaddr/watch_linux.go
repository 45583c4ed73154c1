package hostaddr

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Watcher tells when the addresses of this host may have changed.
type Watcher struct {
	file    *os.File
	changes chan struct{}
	done    chan struct{}
}

// Watch starts a Watcher, which calls onChange before it delivers a change. It listens to the kernel's announcements of addresses and of links (rtnetlink(7)) and does not read
// what they say: each of them is a reason to look again.
func Watch(onChange func()) (*Watcher, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, fmt.Errorf("watching addresses: %w", err)
	}
	groups := uint32(unix.RTMGRP_LINK | unix.RTMGRP_IPV4_IFADDR | unix.RTMGRP_IPV6_IFADDR)
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: groups}); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("watching addresses: %w", err)
	}
	w := &Watcher{
		file:    os.NewFile(uintptr(fd), "rtnetlink"),
		changes: make(chan struct{}, 1),
		done:    make(chan struct{}),
	}
	go w.run(onChange)
	return w, nil
}

// Changes delivers a value after a change. Several changes may be one value.
func (w *Watcher) Changes() <-chan struct{} {
	if w == nil {
		return nil
	}
	return w.changes
}

// Close ends the Watcher.
func (w *Watcher) Close() error {
	if w == nil {
		return nil
	}
	err := w.file.Close()
	<-w.done
	return err
}

func (w *Watcher) run(onChange func()) {
	defer close(w.done)
	buf := make([]byte, 1<<13)
	for {
		_, err := w.file.Read(buf)
		if err != nil && !isOverrun(err) {
			return
		}
		onChange()
		select {
		case w.changes <- struct{}{}:
		default: // One is waiting to be read; it stands for this one too.
		}
	}
}

// isOverrun reports whether err says that announcements were lost, which is an announcement in itself.
func isOverrun(err error) bool { return errors.Is(err, unix.ENOBUFS) }
