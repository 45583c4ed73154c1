package sockets

import (
	"math"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/engine"
	"github.com/gosctp/sctp/transport"
)

// Socket is one socket. Its methods may be called by several goroutines at once.
type Socket struct {
	stack  *Stack
	family int
	style  linux.Style

	mu    sync.Mutex
	state state
	// bound is nil before bind, or before connect or listen have chosen a port. addrs are the addresses, none for all.
	bound    *engine.Socket
	owner    bool // bound is this socket's; otherwise it is the listening one's
	addrs    []netip.Addr
	listener *engine.Listener
	// assoc is the association of a one-to-one socket, or of one that was peeled off, nil if there is none, yet or any more. A one-to-many
	// socket's are those of its mailbox.
	assoc  *engine.Assoc
	peeled bool
	// connect follows what Connect has begun.
	connect connection
	// named is the address that was bound last, which getsockname shows whatever becomes of it; wildcard4: that was IPv4's wildcard.
	named     netip.Addr
	wildcard4 bool
	// local and peer are what getsockname and getpeername show when connected.
	local   netip.Addr
	peer    netip.AddrPort
	mailbox *engine.Mailbox
	// noMore: nothing more is received or sent, because of Shutdown or the peer.
	noMoreIn, noMoreOut bool
	// over: the association had ended when the socket was accepted. It is of no more use, unless it connects anew.
	over bool
	// err is the pending error, which SO_ERROR and the next call that cares take.
	err syscall.Errno
	// reading: a Received waits for its end. noteRead is how much of the notification that is next was read.
	reading  bool
	noteRead int
	// subscribed is a subscription, for associations to come.
	subscribed atomic.Uint32
	defaults   atomic.Pointer[defaults]
	params     atomic.Pointer[params]
	options    options
	// ect and discovers: packets have left such marks on the socket, by version of IP. hasRoute: the socket has a way to its peer.
	ect4, ect6, discovers4, hasRoute bool
	way                              transport.Path
	cookie                           uint64 // SO_COOKIE, which no other socket has
	// full is the association of a one-to-many socket that had no room last.
	full    *engine.Assoc
	closed  bool
	changed func()
	// news is for changed, which has not been called since.
	news atomic.Bool
	// number is this socket's own; holder is who has it.
	number uint32
	holder holder
}

// state is what Linux keeps in sk_state.
type state uint8

const (
	closed state = iota // of a one-to-one socket: not connected
	listening
	established
	closing // one of the sides has begun to shut the association down
)

// connection is how far Connect has come.
type connection struct {
	under bool // way
	assoc *engine.Assoc
	err   error
}

// many reports whether the socket can have many associations.
func (s *Socket) many() bool { return s.style == linux.OneToMany && !s.peeled }

// options are what programs set.
type options struct {
	linger                   linux.Linger
	sndbuf, rcvbuf           int
	sendTimeout, recvTimeout time.Duration
	v6only                   bool
	mapped                   bool // SCTP_I_WANT_MAPPED_V4_ADDR
	nodelay                  bool
	recvRcvInfo              bool
	whole                    bool // SCTP_DISABLE_FRAGMENTS
	init                     linux.InitMsg
	ext                      extensions
	reusePort                bool   // SCTP_REUSE_PORT
	device                   string // SO_BINDTODEVICE
	kept                     kept
}

// cookies counts sockets.
var cookies atomic.Uint64

func (st *Stack) newSocket(family int, style linux.Style) *Socket {
	s := &Socket{stack: st, family: family, style: style, mailbox: engine.NewMailbox(true), cookie: cookies.Add(1)}
	s.options = options{sndbuf: defaultBuffer, rcvbuf: defaultBuffer, mapped: true}
	s.options.init = linux.InitMsg{
		OutStreams: 10, MaxInStreams: math.MaxUint16,
		MaxAttempts: uint16(st.sysctls().MaxInitRetransmits), MaxInitTimeout: uint16(min(st.sysctls().RTOMax, math.MaxUint16)),
	}
	s.options.ext = extensionsOf(st.sysctls())
	s.defaults.Store(&defaults{auth: authenticationOf(st.sysctls())})
	s.params.Store(newParams(st.sysctls()))
	s.mailbox.SetChanged(s.tell)
	st.all.add(s)
	return s
}

// SetChanged has f called after something has changed: a call that answered EAGAIN may answer otherwise, and so may Ready. It may be
// called for nothing, from any goroutine, with no lock held.
func (s *Socket) SetChanged(f func()) {
	s.mu.Lock()
	defer s.unlock()
	s.changed = f
}

// tell has the function given to SetChanged called: now, or by whoever holds s.mu when he has released it.
func (s *Socket) tell() {
	s.news.Store(true)
	s.deliverNews()
}

// unlock releases s.mu.
func (s *Socket) unlock() {
	s.mu.Unlock()
	s.deliverNews()
}

// deliverNews calls the function with no lock held. If somebody has the lock, unlock comes after that, and here again.
func (s *Socket) deliverNews() {
	if !s.news.Load() || !s.mu.TryLock() {
		return
	}
	f := s.changed
	s.mu.Unlock()
	if s.news.Swap(false) && f != nil {
		f()
	}
}

// config are the parameters of associations to come. s.mu is held.
func (s *Socket) config() assoc.Config {
	var c assoc.Config
	c.RecvBuffer = max(s.options.rcvbuf/2, minWindow)
	if s.options.rcvbuf == defaultBuffer {
		c.MaxRecvBuffer = maxWindow
	}
	c.SendBuffer = 2 * s.options.sndbuf // engine.Assoc.Reserve explains the factor
	c.Nagle = !s.options.nodelay
	c.DisableFragments = s.options.whole
	s.stack.configure(&c, s.params.Load())
	s.options.ext.configure(&c)
	d := s.defaults.Load()
	c.ScopePolicy = scopePolicies[s.stack.sysctls().AddrScopePolicy]
	c.UnauthenticatedASCONF = s.stack.sysctls().AddIPNoAuthEnable != 0
	c.Scheduler, c.Auth = schedulers[d.scheduler], d.auth.core()
	i := &s.options.init
	c.OutStreams, c.MaxInStreams, c.MaxInitRetransmits = i.OutStreams, i.MaxInStreams, int(i.MaxAttempts)
	c.MaxInitTimeout = milliseconds(uint32(i.MaxInitTimeout))
	return c
}

// follow brings the state of the socket up to what its association went through. s.mu is held.
func (s *Socket) follow() {
	if s.connect.under {
		s.followConnect()
	}
	if s.assoc == nil {
		return
	}
	at := s.assoc.Standing()
	if at.PeerDone && s.state == established && s.style == linux.OneToOne {
		s.state = closing
		s.noMoreIn = true
		s.spoke(s.assoc) // SHUTDOWN ACK
	}
	if !at.Ended {
		return
	}
	s.assoc = nil
	if at.Err != nil && !(at.Replied && isSilence(at.Err)) {
		s.err = endErrno(at.Err, at.Up)
	}
}

// followConnect finds out what came of Connect. s.mu is held.
func (s *Socket) followConnect() {
	c := &s.connect
	switch at := c.assoc.Standing(); {
	case at.Up:
		*c = connection{}
		if !s.many() {
			s.state = established
			s.local = s.localOf(s.assoc)
		}
	case at.Ended:
		*c = connection{err: connectErrno(at.Err)}
	}
}

// localOf is the address of this side that an association sends from. s.mu is held.
func (s *Socket) localOf(a *engine.Assoc) netip.Addr {
	local, remote := a.Primary()
	if local.IsValid() {
		return local
	}
	own := a.LocalAddrs()
	switch to := remote.Addr(); {
	case slices.Contains(own, to):
		return to // a host talks to itself from where it talks to
	case to.IsLoopback() && to.Is4():
		if lo := netip.AddrFrom4([4]byte{127, 0, 0, 1}); slices.Contains(own, lo) {
			return lo
		}
	}
	for _, ip := range own {
		if ip.Is4() == remote.Addr().Is4() {
			return ip
		}
	}
	return netip.Addr{}
}

// takeErr takes the pending error. s.mu is held.
func (s *Socket) takeErr() error {
	if s.err == 0 {
		return nil
	}
	err := s.err
	s.err = 0
	return err
}
