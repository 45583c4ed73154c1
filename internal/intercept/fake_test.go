//go:build linux && (amd64 || arm64)

package intercept

import (
	"encoding/binary"
	"slices"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// fakeStack is a stack within the process: sockets of it reach each other, and peers that behave as the port says.
type fakeStack struct {
	*paperFiles
	mu        sync.Mutex
	listeners map[int]*fakeSocket
	port      int
	assoc     uint32
}

// Ports at which a peer always listens.
const (
	portEcho    = 7  // what is sent comes back; after SHUT_WR, the end
	portNull    = 8  // takes everything
	portSlow    = 9  // takes 64 KiB, and empties that every 150 ms
	portLater   = 10 // is an echo that answers after fakeDelay
	portRefuse  = 11 // refuses after fakeDelay
	portSilent  = 12 // never answers
	portDaytime = 13 // sends a message and ends
)

const (
	fakeDelay    = time.Second // long beside what a program does first, on a busy machine too
	fakeSinkTime = 150 * time.Millisecond
	fakeSinkRoom = 64 << 10
)

func newFakeStack() *fakeStack {
	return &fakeStack{paperFiles: newPaperFiles(), listeners: make(map[int]*fakeSocket), port: 40000, assoc: 2}
}

type fakeState uint8

const (
	fakeClosed fakeState = iota
	fakeConnecting
	fakeConnected
)

type fakeMessage struct {
	data   []byte
	off    int
	notice bool
	from   []byte
	info   linux.SndRcvInfo
}

type fakeSocket struct {
	st       *fakeStack
	family   int
	many     bool
	state    fakeState
	local    []byte
	remote   []byte
	kind     int
	peer     *fakeSocket
	listens  bool
	pending  []*fakeSocket
	queue    []*fakeMessage
	eof      bool
	shut     bool
	err      syscall.Errno
	result   syscall.Errno // of connecting
	assoc    linux.AssocID
	queued   int
	draining bool
	arrivals uint64
	changed  func()
	options  map[[2]int][]byte
	recvTime time.Duration
	sendTime time.Duration
	closed   bool
}

func (st *fakeStack) Socket(family, typ, protocol int) (Socket, error) {
	if typ != unix.SOCK_STREAM && typ != unix.SOCK_SEQPACKET {
		return nil, unix.EPROTONOSUPPORT
	}
	return st.socket(family, typ == unix.SOCK_SEQPACKET), nil
}

func (st *fakeStack) socket(family int, many bool) *fakeSocket {
	return &fakeSocket{st: st, family: family, many: many, changed: func() {}, options: make(map[[2]int][]byte)}
}

// lock takes the stack's lock and returns what gives it back.
func (s *fakeSocket) lock() func() {
	s.st.mu.Lock()
	return s.st.mu.Unlock
}

func (s *fakeSocket) SetHolder(uint32, uint64) {}

func (s *fakeSocket) SetChanged(f func()) {
	defer s.lock()()
	s.changed = f
}

func (st *fakeStack) loopback(family, port int) []byte {
	if family == linux.AF_INET6 {
		b := make([]byte, linux.SizeofSockaddrInet6)
		le.PutUint16(b, linux.AF_INET6)
		binary.BigEndian.PutUint16(b[2:], uint16(port))
		b[23] = 1
		return b
	}
	b := make([]byte, linux.SizeofSockaddrInet4)
	le.PutUint16(b, linux.AF_INET)
	binary.BigEndian.PutUint16(b[2:], uint16(port))
	b[4], b[7] = 127, 1
	return b
}

func fakePort(a []byte) int {
	if len(a) < 4 {
		return 0
	}
	return int(binary.BigEndian.Uint16(a[2:]))
}

func (s *fakeSocket) bindPort(port int) {
	if port == 0 {
		s.st.port++
		port = s.st.port
	}
	s.local = s.st.loopback(s.family, port)
}

func (s *fakeSocket) Bind(a []byte) error {
	defer s.lock()()
	return s.bind(a)
}

func (s *fakeSocket) bind(a []byte) error {
	if _, err := linux.ParseSockaddr(a); err != nil {
		return err
	}
	if s.local != nil {
		return unix.EINVAL
	}
	if s.st.listeners[fakePort(a)] != nil {
		return unix.EADDRINUSE
	}
	s.bindPort(fakePort(a))
	return nil
}

func (s *fakeSocket) Listen(int) error {
	defer s.lock()()
	if s.local == nil {
		s.bindPort(0)
	}
	if o := s.st.listeners[fakePort(s.local)]; o != nil && o != s {
		return unix.EADDRINUSE
	}
	s.listens = true
	s.st.listeners[fakePort(s.local)] = s
	return nil
}

func (s *fakeSocket) Connect(a []byte) error {
	defer s.lock()()
	if _, err := linux.ParseSockaddr(a); err != nil {
		return err
	}
	return s.connect(a)
}

func (s *fakeSocket) connect(a []byte) error {
	switch s.state {
	case fakeConnected:
		return unix.EISCONN
	case fakeConnecting:
		return unix.EALREADY
	}
	if s.err != 0 {
		return s.takeError()
	}
	s.remote = slices.Clone(a)
	if s.local == nil {
		s.bindPort(0)
	}
	s.st.assoc++
	s.assoc = linux.AssocID(s.st.assoc)
	port := fakePort(a)
	if l := s.st.listeners[port]; l != nil && !l.many {
		p := s.st.socket(l.family, false)
		s.st.assoc++
		p.assoc, p.state, p.local, p.remote = linux.AssocID(s.st.assoc), fakeConnected, l.local, s.local
		p.options = l.options
		p.peer, s.peer = s, p
		l.pending = append(l.pending, p)
		l.arrived()
		s.state = fakeConnected
		return nil
	}
	s.kind = port
	switch port {
	case portEcho, portNull, portSlow:
		s.state = fakeConnected
		return nil
	case portDaytime:
		s.state = fakeConnected
		s.later(fakeDelay, func() {
			s.deliver(&fakeMessage{data: []byte("half past nine\r\n"), from: s.remote})
			s.end()
		})
		return nil
	case portLater:
		s.later(fakeDelay, func() {
			s.kind, s.state, s.result = portEcho, fakeConnected, 0
			s.changed()
		})
	case portRefuse:
		s.later(fakeDelay, func() {
			s.state, s.err = fakeClosed, unix.ECONNREFUSED
			s.changed()
		})
	case portSilent:
	default:
		return unix.ECONNREFUSED
	}
	s.state = fakeConnecting
	return unix.EINPROGRESS
}

// later does f unless the socket is closed by then.
func (s *fakeSocket) later(d time.Duration, f func()) {
	time.AfterFunc(d, func() {
		defer s.lock()()
		if !s.closed {
			f()
		}
	})
}

func (s *fakeSocket) takeError() error {
	e := s.err
	s.err = 0
	s.changed()
	if e == 0 {
		return nil
	}
	return e
}

func (s *fakeSocket) ConnectResult() error {
	defer s.lock()()
	switch {
	case s.state == fakeConnecting:
		return unix.EAGAIN
	case s.state == fakeConnected:
		return nil
	}
	return s.takeError()
}

func (s *fakeSocket) Accept() (Socket, error) {
	defer s.lock()()
	if !s.listens {
		return nil, unix.EINVAL
	}
	if len(s.pending) == 0 {
		return nil, unix.EAGAIN
	}
	p := s.pending[0]
	s.pending = s.pending[1:]
	return p, nil
}

func (s *fakeSocket) Name() ([]byte, error) {
	defer s.lock()()
	if s.local == nil {
		return make([]byte, linux.SizeofSockaddrInet4), nil
	}
	return s.local, nil
}

func (s *fakeSocket) PeerName() ([]byte, error) {
	defer s.lock()()
	if s.state != fakeConnected {
		return nil, unix.ENOTCONN
	}
	return s.remote, nil
}

func (s *fakeSocket) Shutdown(how int) error {
	defer s.lock()()
	if s.state != fakeConnected {
		return unix.ENOTCONN
	}
	if how != unix.SHUT_RD {
		s.shut = true
		if s.peer != nil {
			s.peer.end()
		}
		if s.kind == portEcho {
			s.end()
		}
	}
	return nil
}

func (s *fakeSocket) Close() {
	defer s.lock()()
	s.closed = true
	if s.listens && s.st.listeners[fakePort(s.local)] == s {
		delete(s.st.listeners, fakePort(s.local))
	}
	if s.peer != nil {
		s.peer.end()
		s.peer.peer = nil
	}
}

func (s *fakeSocket) arrived() {
	s.arrivals++
	s.changed()
}

func (s *fakeSocket) deliver(m *fakeMessage) {
	s.queue = append(s.queue, m)
	s.arrived()
}

func (s *fakeSocket) end() {
	s.eof = true
	s.changed()
}

func (s *fakeSocket) Ready() Readiness {
	defer s.lock()()
	r := Readiness{In: len(s.queue) > 0 || len(s.pending) > 0 || s.eof, RdHup: s.eof, Arrivals: s.arrivals}
	r.Hup = s.eof && s.shut
	r.Out = s.many || s.state == fakeConnected && (s.kind != portSlow || s.queued < fakeSinkRoom)
	if s.err != 0 {
		r.Err = s.err
	}
	return r
}

func (s *fakeSocket) RecvTimeout() time.Duration { defer s.lock()(); return s.recvTime }
func (s *fakeSocket) SendTimeout() time.Duration { defer s.lock()(); return s.sendTime }

func (s *fakeSocket) Ioctl(request uint32) (int, error) {
	defer s.lock()()
	if request == fionread && len(s.queue) > 0 {
		return len(s.queue[0].data) - s.queue[0].off, nil
	}
	return 0, nil
}
