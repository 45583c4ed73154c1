//go:build linux && (amd64 || arm64)

package intercept

import (
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/internal/abi/linux"
)

type fakeSent struct {
	s *fakeSocket
	m *fakeMessage
	n int
	// to is the destination on a one-to-many socket.
	to []byte
}

func (s *fakeSocket) Send(m *Msg) (Sent, error) {
	defer s.lock()()
	control, err := linux.ParseControl(m.Control)
	if err != nil {
		return nil, err
	}
	switch {
	case len(m.Data) == 0:
		return nil, unix.EINVAL
	case s.many && len(m.Name) == 0:
		return nil, unix.ENOTCONN
	case s.many:
		if s.local == nil {
			s.bindPort(0)
		}
	case s.shut || s.state == fakeConnected && s.peer == nil && s.kind == 0:
		return nil, unix.EPIPE
	case s.state != fakeConnected:
		return nil, unix.ENOTCONN
	}
	if s.kind == portSlow {
		if s.queued >= fakeSinkRoom {
			return nil, unix.EAGAIN
		}
		s.queued += len(m.Data)
		if !s.draining {
			s.draining = true
			s.later(fakeSinkTime, func() { s.queued, s.draining = 0, false; s.changed() })
		}
	}
	info := control.Info()
	m.N = len(m.Data)
	return &fakeSent{s: s, m: &fakeMessage{data: m.Data, info: info}, n: len(m.Data), to: m.Name}, nil
}

func (x *fakeSent) Commit() {
	s := x.s
	defer s.lock()()
	x.m.data = slices.Clone(x.m.data)
	x.m.info.AssocID = s.assoc
	x.m.from = s.local
	switch {
	case s.many && fakePort(x.to) == portEcho:
		x.m.from, x.m.info.AssocID = x.to, 3
		s.deliver(x.m)
	case s.many:
		if d := s.st.listeners[fakePort(x.to)]; d != nil {
			d.deliver(x.m)
		}
	case s.peer != nil:
		x.m.info.AssocID = s.peer.assoc
		s.peer.deliver(x.m)
	case s.kind == portEcho:
		x.m.from = s.remote
		s.deliver(x.m)
	}
}

func (x *fakeSent) Cancel() {
	defer x.s.lock()()
	if x.s.kind == portSlow {
		x.s.queued -= x.n
	}
}

type fakeReceived struct {
	s    *fakeSocket
	m    *fakeMessage // nil for the end
	n    int
	more bool
}

func (s *fakeSocket) Receive(m *Msg) (Received, error) {
	defer s.lock()()
	if s.err != 0 {
		return nil, s.takeError()
	}
	if len(s.queue) == 0 {
		switch {
		case s.eof:
			return &fakeReceived{s: s, more: true}, nil
		case !s.many && s.state != fakeConnected:
			return nil, unix.ENOTCONN
		}
		return nil, unix.EAGAIN
	}
	q := s.queue[0]
	m.N = copy(m.Data, q.data[q.off:])
	m.NameLen = copy(m.Name, q.from)
	rest := len(q.data) - q.off - m.N
	if rest == 0 {
		m.OutFlags = int(linux.MSG_EOR)
	}
	w := linux.NewControlWriter(nil, len(m.Control))
	switch {
	case q.notice:
		m.OutFlags |= int(linux.MSG_NOTIFICATION)
	case s.on(int(linux.SCTP_EVENTS)):
		w.SndRcv(&q.info)
	}
	m.ControlLen = copy(m.Control, w.Bytes())
	m.OutFlags |= int(w.Flags())
	return &fakeReceived{s: s, m: q, n: m.N, more: rest > 0 || len(s.queue) > 1 || s.eof}, nil
}

func (r *fakeReceived) More() bool { return r.more }
func (r *fakeReceived) Cancel()    {}

func (r *fakeReceived) Commit() {
	defer r.s.lock()()
	if r.m == nil {
		return
	}
	r.m.off += r.n
	if r.m.off == len(r.m.data) {
		r.s.queue = slices.DeleteFunc(r.s.queue, func(m *fakeMessage) bool { return m == r.m })
	}
}

// on reports whether the first byte of a switch is set.
func (s *fakeSocket) on(name int) bool {
	v := s.options[[2]int{linux.IPPROTO_SCTP, name}]
	return len(v) > 0 && v[0] != 0
}

func (s *fakeSocket) SetOption(level, name int, value []byte) (int, error) {
	defer s.lock()()
	switch {
	case level == unix.SOL_SOCKET && (name == unix.SO_RCVTIMEO || name == unix.SO_SNDTIMEO):
		if len(value) < 16 {
			return 0, unix.EINVAL
		}
		d := time.Duration(le.Uint64(value))*time.Second + time.Duration(le.Uint64(value[8:]))*time.Microsecond
		if name == unix.SO_RCVTIMEO {
			s.recvTime = d
		} else {
			s.sendTime = d
		}
		return 0, nil
	case level == linux.IPPROTO_SCTP && name == int(linux.SCTP_SOCKOPT_BINDX_ADD):
		return 0, s.bind(value)
	case level == linux.IPPROTO_SCTP && name == optConnectx:
		a, err := linux.ParseSockaddrs(value)
		if err != nil {
			return 0, err
		}
		err = s.connect(a[0].Append(nil))
		return int(s.assoc), err
	}
	s.options[[2]int{level, name}] = slices.Clone(value)
	return 0, nil
}

func (s *fakeSocket) Option(level, name int, value []byte) (out []byte, result int, accepted Socket, err error) {
	defer s.lock()()
	number := func(n int) []byte { return le.AppendUint32(nil, uint32(n))[:min(4, len(value))] }
	if level == unix.SOL_SOCKET {
		switch name {
		case unix.SO_ERROR:
			e := s.err
			_ = s.takeError()
			return number(int(e)), 0, nil, nil
		case unix.SO_TYPE:
			return number(map[bool]int{false: unix.SOCK_STREAM, true: unix.SOCK_SEQPACKET}[s.many]), 0, nil, nil
		case unix.SO_PROTOCOL:
			return number(linux.IPPROTO_SCTP), 0, nil, nil
		case unix.SO_DOMAIN:
			return number(s.family), 0, nil, nil
		}
		return number(0), 0, nil, nil
	}
	switch linux.OptName(name) {
	case linux.SCTP_SOCKOPT_PEELOFF, linux.SCTP_SOCKOPT_PEELOFF_FLAGS:
		if len(value) < sizeofPeel {
			return nil, 0, nil, unix.EINVAL
		}
		p := s.st.socket(s.family, false)
		p.state, p.kind, p.local, p.remote = fakeConnected, portEcho, s.local, s.st.loopback(s.family, portEcho)
		return slices.Clone(value), 0, p, nil
	case linux.SCTP_STATUS:
		v := linux.Status{AssocID: s.assoc}
		if s.state == fakeConnected {
			v.State = linux.SCTP_ESTABLISHED
		}
		return linux.Append(nil, &v), 0, nil, nil
	}
	v, ok := s.options[[2]int{level, name}]
	switch {
	case !ok:
		return nil, 0, nil, unix.ENOPROTOOPT
	case len(value) < len(v):
		return nil, 0, nil, unix.EINVAL
	}
	return v[:min(len(v), len(value))], 0, nil, nil
}
