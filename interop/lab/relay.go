//go:build linux

package lab

import (
	"encoding/binary"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// maxFrame is the size of the largest frame, of a link with Ethernet's MTU and a tag, and maxHeld how many there are under way.
	maxFrame = 1600
	maxHeld  = 1 << 12
	// lookUp is how often a relay looks whether it is to end.
	lookUp = 100 * time.Millisecond
)

// Relay joins two links of a namespace by a wire of a certain length: it passes every frame on a while after it came. It does what the netem
// of a kernel would, on kernels that have none.
type Relay struct {
	delay   time.Duration
	sockets [2]int
	links   [2]int // their indices
	cut     atomic.Bool
	closed  atomic.Bool
	lost    atomic.Int64
	wg      sync.WaitGroup
}

// frame is one under way.
type frame struct {
	due  time.Time
	data []byte
}

// Relay starts a relay between two links of the namespace, which need no addresses. The caller closes it before the namespace.
func (n *Namespace) Relay(a, b string, delay time.Duration) (*Relay, error) {
	r := &Relay{delay: delay}
	err := n.inside(func() error {
		for i, name := range []string{a, b} {
			link, err := net.InterfaceByName(name)
			if err != nil {
				return err
			}
			r.links[i] = link.Index
			if r.sockets[i], err = packetSocket(link.Index); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for from := range r.sockets {
		held := make(chan frame, maxHeld)
		r.wg.Go(func() { r.take(from, held) })
		r.wg.Go(func() { r.pass(1-from, held) })
	}
	return r, nil
}

// Cut has the relay lose everything from now on, also what is under way.
func (r *Relay) Cut() { r.cut.Store(true) }

// Mend undoes that.
func (r *Relay) Mend() { r.cut.Store(false) }

// Lost is how many frames were lost by cuts.
func (r *Relay) Lost() int { return int(r.lost.Load()) }

// Close ends the relay.
func (r *Relay) Close() {
	r.closed.Store(true)
	r.wg.Wait()
	for _, s := range r.sockets {
		unix.Close(s)
	}
}

// take reads frames that come from a link.
func (r *Relay) take(from int, held chan<- frame) {
	defer close(held)
	buf := make([]byte, maxFrame)
	for !r.closed.Load() {
		size, at, err := unix.Recvfrom(r.sockets[from], buf, 0)
		if err != nil {
			continue // nothing came for a while
		}
		if at, ok := at.(*unix.SockaddrLinklayer); ok && at.Pkttype == unix.PACKET_OUTGOING {
			continue // what the relay itself has sent
		}
		select {
		case held <- frame{time.Now().Add(r.delay), append([]byte(nil), buf[:size]...)}:
		default: // as with a router the queue is full
		}
	}
}

// pass sends them into the other link when they are due.
func (r *Relay) pass(to int, held <-chan frame) {
	for f := range held {
		time.Sleep(time.Until(f.due))
		if r.cut.Load() {
			r.lost.Add(1)
		} else {
			_ = unix.Sendto(r.sockets[to], f.data, 0, &unix.SockaddrLinklayer{Ifindex: r.links[to]}) // a link that is down loses it
		}
	}
}

// packetSocket opens a socket for all frames of a link.
func packetSocket(link int) (int, error) {
	all := binary.NativeEndian.Uint16([]byte{unix.ETH_P_ALL >> 8, unix.ETH_P_ALL & 0xff})
	s, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, int(all))
	if err != nil {
		return 0, err
	}
	wait := unix.NsecToTimeval(lookUp.Nanoseconds())
	if err = unix.SetsockoptTimeval(s, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &wait); err == nil {
		err = unix.Bind(s, &unix.SockaddrLinklayer{Protocol: all, Ifindex: link})
	}
	if err != nil {
		unix.Close(s)
		return 0, err
	}
	return s, nil
}

// inside calls a function in the namespace, on a thread that comes back afterwards. It must not end: processes die with the thread that has
// started them.
func (n *Namespace) inside(do func() error) error {
	there, err := os.Open(filepath.Join("/run/netns", n.Name))
	if err != nil {
		return err
	}
	defer there.Close()
	runtime.LockOSThread()
	here, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		runtime.UnlockOSThread()
		return err
	}
	defer here.Close()
	if err := unix.Setns(int(there.Fd()), unix.CLONE_NEWNET); err != nil {
		runtime.UnlockOSThread()
		return err
	}
	err = do()
	if back := unix.Setns(int(here.Fd()), unix.CLONE_NEWNET); back != nil {
		return back // the thread stays locked: nobody else may have it
	}
	runtime.UnlockOSThread()
	return err
}
