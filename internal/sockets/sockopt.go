package sockets

import (
	"math"
	"syscall"
	"time"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// SetOption is setsockopt.
func (s *Socket) SetOption(level, name int, value []byte) (result int, err error) {
	s.mu.Lock()
	defer s.unlock()
	s.follow()
	if level == linux.SOL_SOCKET {
		return 0, s.setSocketOption(name, value)
	}
	o := linux.Lookup(level, name)
	switch {
	case o == nil:
		return 0, syscall.ENOPROTOOPT
	case o.Value == nil && o.Set.Possible():
		return s.setAddresses(o, value)
	}
	return 0, s.setSCTP(o, value)
}

// Option is getsockopt. value is the program's buffer with what is in it.
func (s *Socket) Option(level, name int, value []byte) (out []byte, result int, accepted *Socket, err error) {
	s.mu.Lock()
	defer s.unlock()
	s.follow()
	if level == linux.SOL_SOCKET {
		if out, err = s.socketOption(name); err != nil {
			return nil, 0, nil, err
		}
		return out[:min(len(out), len(value))], 0, nil, nil
	}
	o := linux.Lookup(level, name)
	switch {
	case o == nil:
		return nil, 0, nil, syscall.ENOPROTOOPT
	case o.Number == linux.SCTP_SOCKOPT_PEELOFF:
		return s.optionPeelOff(o, value)
	}
	out, err = s.getSCTP(o, value)
	return out, 0, nil, err
}

// optionPeelOff answers SCTP_SOCKOPT_PEELOFF with the new socket; the descriptor in the struct is the caller's to fill in. s.mu is held.
func (s *Socket) optionPeelOff(o *linux.Option, value []byte) (out []byte, result int, accepted *Socket, err error) {
	n, err := o.CheckGet(len(value), s.style, 0)
	if err != nil {
		return nil, 0, nil, err
	}
	var v linux.PeelOff
	if err := linux.Parse(value[:n], &v); err != nil {
		return nil, 0, nil, err
	}
	if accepted, err = s.peelOff(v.AssocID); err != nil {
		return nil, 0, nil, err
	}
	return linux.Append(nil, &v), 0, accepted, nil
}

// setSocketOption sets an option of level SOL_SOCKET. s.mu is held.
func (s *Socket) setSocketOption(name int, value []byte) error {
	o := &s.options
	switch name {
	case linux.SO_LINGER:
		var l linux.Linger
		if len(value) < linux.Size(&l) {
			return syscall.EINVAL
		}
		if err := linux.Parse(value[:linux.Size(&l)], &l); err != nil {
			return err
		}
		if l.On == 0 {
			l.Seconds = o.linger.Seconds
		} else {
			l.On = 1
		}
		o.linger = l
		return nil
	case linux.SO_RCVTIMEO_OLD, linux.SO_RCVTIMEO_NEW:
		return setTimeout(&o.recvTimeout, value)
	case linux.SO_SNDTIMEO_OLD, linux.SO_SNDTIMEO_NEW:
		return setTimeout(&o.sendTimeout, value)
	}
	var n linux.Int
	if len(value) < linux.Size(&n) {
		return syscall.EINVAL
	}
	if err := linux.Parse(value[:linux.Size(&n)], &n); err != nil {
		return err
	}
	switch name {
	case linux.SO_SNDBUF:
		o.sndbuf = buffer(n, minSndbuf)
		s.reconfigure()
	case linux.SO_RCVBUF:
		o.rcvbuf = buffer(n, minRcvbuf)
		s.reconfigure()
	case linux.SO_REUSEADDR, linux.SO_REUSEPORT, linux.SO_KEEPALIVE, linux.SO_DONTROUTE, linux.SO_BROADCAST, linux.SO_OOBINLINE:
		o.switches &^= 1 << name
		if n != 0 {
			o.switches |= 1 << name
		}
	case linux.SO_TYPE, linux.SO_PROTOCOL, linux.SO_DOMAIN, linux.SO_ERROR, linux.SO_ACCEPTCONN:
		return syscall.ENOPROTOOPT
	default:
		return syscall.ENOPROTOOPT
	}
	return nil
}

// buffer is what Linux makes of the size of a buffer that a program asks for: twice as much, for what it needs itself.
func buffer(n linux.Int, least int) int {
	if n < 0 {
		n = maxBuffer // it is compared as unsigned
	}
	return max(2*min(int(n), maxBuffer), least)
}

// reconfigure has options that have changed count for the associations that peers will set up. s.mu is held.
func (s *Socket) reconfigure() {
	if s.owner && s.bound != nil {
		s.bound.Configure(s.config())
	}
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

// socketOption answers an option of level SOL_SOCKET. s.mu is held.
func (s *Socket) socketOption(name int) ([]byte, error) {
	o := &s.options
	var n int
	switch name {
	case linux.SO_LINGER:
		return linux.Append(nil, &o.linger), nil
	case linux.SO_RCVTIMEO_OLD, linux.SO_RCVTIMEO_NEW:
		return timeval(o.recvTimeout), nil
	case linux.SO_SNDTIMEO_OLD, linux.SO_SNDTIMEO_NEW:
		return timeval(o.sendTimeout), nil
	case linux.SO_SNDBUF:
		n = o.sndbuf
	case linux.SO_RCVBUF:
		n = o.rcvbuf
	case linux.SO_ERROR:
		n = int(s.err)
		s.err = 0
	case linux.SO_TYPE:
		n = sockStream
		if s.style == linux.OneToMany {
			n = sockSeqpacket
		}
	case linux.SO_PROTOCOL:
		n = linux.IPPROTO_SCTP
	case linux.SO_DOMAIN:
		n = s.family
	case linux.SO_ACCEPTCONN:
		n = number(s.state == listening)
	case linux.SO_REUSEADDR, linux.SO_REUSEPORT, linux.SO_KEEPALIVE, linux.SO_DONTROUTE, linux.SO_BROADCAST, linux.SO_OOBINLINE:
		n = number(o.switches&(1<<name) != 0)
	default:
		return nil, syscall.ENOPROTOOPT
	}
	v := linux.Int(n)
	return linux.Append(nil, &v), nil
}

func timeval(d time.Duration) []byte {
	return linux.Append(nil, &linux.Timeval{Seconds: int64(d / time.Second), Microseconds: int64(d % time.Second / time.Microsecond)})
}

func number(on bool) int {
	if on {
		return 1
	}
	return 0
}
