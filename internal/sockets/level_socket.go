package sockets

import (
	"bytes"
	"math"
	"net"
	"syscall"
	"time"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/endpoint"
)

// socketLevel are the options of level SOL_SOCKET that are ints.
var socketLevel = map[int]plain{
	linux.SO_DEBUG:         {set: onOff},
	linux.SO_REUSEADDR:     {set: sharing(linux.SO_REUSEADDR)},
	linux.SO_REUSEPORT:     {set: sharing(linux.SO_REUSEPORT)},
	linux.SO_TYPE:          {get: getType},
	linux.SO_PROTOCOL:      {get: always(linux.IPPROTO_SCTP)},
	linux.SO_DOMAIN:        {get: func(s *Socket) (int, error) { return s.family, nil }},
	linux.SO_ERROR:         {get: getError},
	linux.SO_ACCEPTCONN:    {get: func(s *Socket) (int, error) { return number(s.state == listening), nil }},
	linux.SO_DONTROUTE:     {set: onOff},
	linux.SO_BROADCAST:     {set: onOff},
	linux.SO_KEEPALIVE:     {set: onOff},
	linux.SO_OOBINLINE:     {set: onOff},
	linux.SO_SNDBUF:        {set: setSndbuf(maxBuffer), get: func(s *Socket) (int, error) { return s.options.sndbuf, nil }},
	linux.SO_SNDBUFFORCE:   {set: setSndbuf(math.MaxInt32 / 2)},
	linux.SO_RCVBUF:        {set: setRcvbuf(maxBuffer), get: func(s *Socket) (int, error) { return s.options.rcvbuf, nil }},
	linux.SO_RCVBUFFORCE:   {set: setRcvbuf(math.MaxInt32 / 2)},
	linux.SO_NO_CHECK:      {set: onOff},
	linux.SO_PRIORITY:      {set: asIs},
	linux.SO_BSDCOMPAT:     {set: func(*Socket, int) (int, error) { return 0, nil }},
	linux.SO_PASSCRED:      {set: onOff},
	linux.SO_PASSSEC:       {set: onOff},
	linux.SO_RCVLOWAT:      {set: setLowWater},
	linux.SO_SNDLOWAT:      {get: always(1)},
	linux.SO_TIMESTAMP_OLD: {set: onOff},
	linux.SO_TIMESTAMP_NEW: {set: onOff},
	linux.SO_MARK:          {set: asIs},
	linux.SO_RXQ_OVFL:      {set: onOff},
	linux.SO_BUSY_POLL:     {set: within(0, math.MaxInt32)},
	linux.SO_INCOMING_CPU:  {set: asIs},
	linux.SO_PEEK_OFF:      {refused: syscall.EOPNOTSUPP, get: func(*Socket) (int, error) { return 0, syscall.EOPNOTSUPP }},
	linux.SO_ZEROCOPY:      {refused: syscall.EOPNOTSUPP},
}

// setSocketOption sets an option of level SOL_SOCKET. s.mu is held.
func (s *Socket) setSocketOption(name int, value []byte) error {
	if name == linux.SO_BINDTODEVICE {
		return s.bindToDevice(value)
	}
	n, err := intOf(value) // whatever the option is
	if err != nil {
		return err
	}
	switch name {
	case linux.SO_LINGER:
		return s.setLinger(value)
	case linux.SO_RCVTIMEO_OLD, linux.SO_RCVTIMEO_NEW:
		return setTimeout(&s.options.recvTimeout, value)
	case linux.SO_SNDTIMEO_OLD, linux.SO_SNDTIMEO_NEW:
		return setTimeout(&s.options.sendTimeout, value)
	}
	return s.setPlain(linux.SOL_SOCKET, name, n)
}

// socketOption answers an option of level SOL_SOCKET. s.mu is held.
func (s *Socket) socketOption(name, room int) ([]byte, error) {
	var b []byte
	switch name {
	case linux.SO_LINGER:
		b = linux.Append(nil, &s.options.linger)
	case linux.SO_RCVTIMEO_OLD, linux.SO_RCVTIMEO_NEW:
		b = timeval(s.options.recvTimeout)
	case linux.SO_SNDTIMEO_OLD, linux.SO_SNDTIMEO_NEW:
		b = timeval(s.options.sendTimeout)
	case linux.SO_BINDTODEVICE:
		return s.deviceName(room)
	case linux.SO_PEERCRED:
		b = linux.Append(nil, &linux.Ucred{UID: math.MaxUint32, GID: math.MaxUint32}) // it has none
	case linux.SO_COOKIE:
		if room < linux.Size(new(linux.Uint64)) {
			return nil, syscall.EINVAL
		}
		v := linux.Uint64(s.cookie)
		b = linux.Append(nil, &v)
	case linux.SO_PEERNAME:
		return s.peerNameOption(room)
	default:
		n, err := s.getPlain(linux.SOL_SOCKET, name)
		if err != nil {
			return nil, err
		}
		b = bytesOf(n)
	}
	return b[:min(len(b), room)], nil
}

func getType(s *Socket) (int, error) {
	if s.style == linux.OneToMany {
		return sockSeqpacket, nil
	}
	return sockStream, nil
}

// getError takes the pending error.
func getError(s *Socket) (int, error) {
	n := int(s.err)
	s.err = 0
	return n, nil
}

// Sizes of buffers, as Linux has them under net.core and in its header files.
const (
	defaultBuffer = 212992  // rmem_default and wmem_default
	maxBuffer     = 8 << 20 // rmem_max and wmem_max: what a program may ask for, before it is doubled
	minSndbuf     = 4608
	minRcvbuf     = 2304
	// maxWindow is what the receive window may grow to for a program that has not said how much it wants. getsockopt shows the size to begin
	// with, as for TCP. Linux' SCTP keeps to that; here a packet goes through two processes more, and the way has room for more of them.
	maxWindow = 1 << 20
)

// setSndbuf and setRcvbuf set the sizes of buffers, up to a limit.
func setSndbuf(most int) func(*Socket, int) (int, error) {
	return func(s *Socket, n int) (int, error) {
		s.options.sndbuf = buffer(n, minSndbuf, most)
		s.reconfigure()
		return 0, nil
	}
}

func setRcvbuf(most int) func(*Socket, int) (int, error) {
	return func(s *Socket, n int) (int, error) {
		s.options.rcvbuf = buffer(n, minRcvbuf, most)
		s.reconfigure()
		return 0, nil
	}
}

// buffer is what Linux makes of the size of a buffer that a program asks for: twice as much, for what it needs itself.
func buffer(n, least, most int) int {
	if n < 0 {
		n = most // it is compared as unsigned
	}
	return max(2*min(n, most), least)
}

// setLowWater is SO_RCVLOWAT, which has no effect on messages.
func setLowWater(_ *Socket, n int) (int, error) {
	switch {
	case n < 0:
		return math.MaxInt32, nil
	case n == 0:
		return 1, nil
	}
	return n, nil
}

// sharing sets an option that lets others have the same port.
func sharing(name int) func(*Socket, int) (int, error) {
	return func(s *Socket, n int) (int, error) {
		s.keepPlain(linux.SOL_SOCKET, name, number(n != 0))
		s.share()
		return number(n != 0), nil
	}
}

// sharing is which other sockets may have the same port. s.mu is held.
func (s *Socket) sharing() endpoint.Sharing {
	return endpoint.Sharing{
		Reuse:   s.plainValue(linux.SOL_SOCKET, linux.SO_REUSEADDR) != 0 || s.options.reusePort,
		Balance: s.plainValue(linux.SOL_SOCKET, linux.SO_REUSEPORT) != 0,
		Group:   s.holder.uid, // so that nobody gets the peers of other users
	}
}

// share makes what was changed about it known. s.mu is held.
func (s *Socket) share() {
	if s.bound != nil && s.owner {
		s.bound.Share(s.sharing())
	}
}

// lingerForever is what Linux shows of a linger time that is negative.
const lingerForever = -1752346657

// setLinger keeps the time when lingering is turned off.
func (s *Socket) setLinger(value []byte) error {
	var l linux.Linger
	if len(value) < linux.Size(&l) {
		return syscall.EINVAL
	}
	if err := linux.Parse(value[:linux.Size(&l)], &l); err != nil {
		return err
	}
	o := &s.options.linger
	if o.On = int32(number(l.On != 0)); o.On == 0 {
		return nil
	}
	if o.Seconds = l.Seconds; o.Seconds < 0 {
		o.Seconds = lingerForever
	}
	return nil
}

// maxDevice is the length of the longest name of an interface, with the zero at its end.
const maxDevice = 16

// bindToDevice is SO_BINDTODEVICE. The name of an interface is checked and kept; packets go where routes say.
func (s *Socket) bindToDevice(value []byte) error {
	name, _, _ := bytes.Cut(value[:min(len(value), maxDevice-1)], []byte{0})
	if len(name) > 0 {
		if _, err := net.InterfaceByName(string(name)); err != nil {
			return syscall.ENODEV
		}
	}
	s.options.device = string(name)
	return nil
}

func (s *Socket) deviceName(room int) ([]byte, error) {
	switch {
	case s.options.device == "":
		return nil, nil
	case room < maxDevice:
		return nil, syscall.EINVAL
	}
	return append([]byte(s.options.device), 0), nil
}

// peerNameOption is SO_PEERNAME, getpeername by another way.
func (s *Socket) peerNameOption(room int) ([]byte, error) {
	b, err := s.peerName()
	switch {
	case err != nil:
		return nil, err
	case len(b) < room:
		return nil, syscall.EINVAL
	}
	return b[:room], nil
}

// setTimeout reads a struct timeval. Zero is no timeout, and a negative one is none that lasts: it is over at once.
func setTimeout(d *time.Duration, value []byte) error {
	var t linux.Timeval
	if len(value) < linux.Size(&t) {
		return syscall.EINVAL
	}
	if err := linux.Parse(value[:linux.Size(&t)], &t); err != nil {
		return err
	}
	switch {
	case t.Microseconds < 0 || t.Microseconds >= 1e6:
		return syscall.EDOM
	case t.Seconds < 0:
		*d = time.Nanosecond
	case t.Seconds >= math.MaxInt64/int64(time.Second)-1:
		*d = 0
	default:
		*d = time.Duration(t.Seconds)*time.Second + time.Duration(t.Microseconds)*time.Microsecond
	}
	return nil
}

// RecvTimeout is how long a receiving call, or accept, waits: 0 for ever.
func (s *Socket) RecvTimeout() time.Duration {
	s.mu.Lock()
	defer s.unlock()
	return s.options.recvTimeout
}

// SendTimeout is how long a sending call, or connect, waits: 0 for ever.
func (s *Socket) SendTimeout() time.Duration {
	s.mu.Lock()
	defer s.unlock()
	return s.options.sendTimeout
}

func timeval(d time.Duration) []byte {
	return linux.Append(nil, &linux.Timeval{Seconds: int64(d / time.Second), Microseconds: int64(d % time.Second / time.Microsecond)})
}
