package sockets

import (
	"syscall"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/engine"
)

// Received is what Receive has copied. One of its methods ends it; until then nobody else can read.
type Received struct {
	socket *Socket
	mail   engine.Mail
	end    bool // there was nothing, and nothing will come
	peek   bool
	more   bool
	// of a notification, n bytes were copied, which are all if partNote is false
	n        int
	partNote bool
}

// More reports whether there is something to read after Commit, even if nothing arrives until then.
func (r *Received) More() bool { return r.more }

// Commit takes what was copied off the queue. After MSG_PEEK it stays there.
func (r *Received) Commit() {
	if !r.end && !r.peek {
		r.take()
	}
	r.Cancel()
}

func (r *Received) take() {
	s := r.socket
	if r.mail.Event != nil {
		s.mu.Lock()
		if s.noteRead += r.n; !r.partNote {
			s.noteRead = 0
		}
		s.unlock()
	}
	if !r.partNote {
		s.mailbox.Take(&r.mail)
	}
}

// Cancel leaves it there.
func (r *Received) Cancel() {
	if r.end {
		return
	}
	s := r.socket
	s.mu.Lock()
	s.reading = false
	s.news.Store(true) // the next reader may have been told to wait
	s.unlock()
}

// Receive is recvmsg. At the end it finds no bytes.
func (s *Socket) Receive(m *Msg) (*Received, error) {
	s.mu.Lock()
	defer s.unlock()
	s.follow()
	flags := linux.MsgFlags(m.Flags)
	switch {
	case flags&linux.MSG_ERRQUEUE != 0:
		return nil, syscall.EAGAIN // there is never anything in it
	case s.state == listening && s.style == linux.OneToOne:
		return nil, syscall.ENOTCONN
	case s.reading:
		return nil, syscall.EAGAIN
	}
	mail, ok := s.mailbox.Next(m.Data)
	if !ok {
		return s.nothing(m)
	}
	m.N, m.NameLen, m.ControlLen, m.OutFlags = mail.N, 0, 0, 0
	r := &Received{socket: s, mail: mail, peek: flags&linux.MSG_PEEK != 0}
	w := linux.NewControlWriter(m.Control[:0], len(m.Control))
	if s.options.ext.nextInfo {
		s.fillNext(&w, r)
	}
	if mail.Event != nil {
		s.fillNotification(m, r)
	} else {
		s.fillControl(&w, &mail)
		if mail.Info.EOR {
			m.OutFlags |= int(linux.MSG_EOR)
		}
		r.more = s.mailbox.Follows(&mail) || s.noMoreIn
	}
	m.ControlLen = copy(m.Control, w.Bytes()) // which has moved if the room ends within an item
	m.OutFlags |= int(w.Flags())
	s.fillName(m, &mail)
	s.reading = true
	return r, nil
}

// fillNotification copies what is left of a notification. s.mu is held.
func (s *Socket) fillNotification(m *Msg, r *Received) {
	note := s.notification(r.mail.Assoc, r.mail.Event)
	m.N = copy(m.Data, note[s.noteRead:])
	m.OutFlags |= int(linux.MSG_NOTIFICATION)
	if r.partNote = s.noteRead+m.N < len(note); !r.partNote {
		m.OutFlags |= int(linux.MSG_EOR)
	}
	r.n = m.N
	r.more = r.partNote || s.mailbox.Follows(&r.mail) || s.noMoreIn
}

// fillControl describes a message. s.mu is held.
func (s *Socket) fillControl(w *linux.ControlWriter, mail *engine.Mail) {
	i, id := &mail.Info, assocID(mail.Assoc)
	context := s.defaultsOf(mail.Assoc).context
	var flags linux.SendFlags
	var cumTSN uint32 // Linux gives it for unordered messages only
	if i.Unordered {
		flags, cumTSN = linux.SCTP_UNORDERED, i.CumTSN
	}
	if s.options.recvRcvInfo {
		w.RcvInfo(&linux.RcvInfo{
			Stream: i.Stream, SSN: i.SSN, Flags: flags, PPID: ppid(i.PPID), TSN: i.TSN, CumTSN: cumTSN, Context: context, AssocID: id,
		})
	}
	if subscription(s.subscribed.Load()).has(linux.SCTP_DATA_IO_EVENT) {
		w.SndRcv(&linux.SndRcvInfo{
			Stream: i.Stream, SSN: i.SSN, Flags: flags, PPID: ppid(i.PPID), TSN: i.TSN, CumTSN: cumTSN, Context: context, AssocID: id,
		})
	}
}

// fillNext describes what the next call would give (RFC 6458 section 5.3.6): behind all of what this one gives, however much of it the program
// takes, and after MSG_PEEK the same again. s.mu is held.
func (s *Socket) fillNext(w *linux.ControlWriter, r *Received) {
	next, ok := r.mail, true
	if !r.peek {
		next, ok = s.mailbox.Second(&r.mail)
	}
	if !ok {
		return
	}
	n := linux.NxtInfo{AssocID: assocID(next.Assoc)}
	if next.Event != nil {
		n.Flags, n.Length = linux.SCTP_NOTIFICATION, uint32(len(s.notification(next.Assoc, next.Event)))
		w.NxtInfo(&n)
		return
	}
	n.Stream, n.PPID, n.Length = next.Info.Stream, ppid(next.Info.PPID), uint32(next.Size)
	if next.Info.Unordered {
		n.Flags = linux.SCTP_UNORDERED
	}
	w.NxtInfo(&n)
}

// nothing answers a Receive that found nothing. s.mu is held.
func (s *Socket) nothing(m *Msg) (*Received, error) {
	if err := s.takeErr(); err != nil {
		return nil, err
	}
	m.N, m.NameLen, m.ControlLen, m.OutFlags = 0, 0, 0, 0
	switch {
	case s.noMoreIn:
		return &Received{socket: s, end: true, more: true}, nil
	case s.state != listening && linux.MsgFlags(m.Flags)&linux.MSG_DONTWAIT == 0 && len(s.members()) == 0:
		return nil, syscall.ENOTCONN // nothing can come, so there is nothing to wait for
	}
	return nil, syscall.EAGAIN
}

// fillName says which address a message came from; of a notification, where the peer's primary address is. s.mu is held.
func (s *Socket) fillName(m *Msg, mail *engine.Mail) {
	if len(m.Name) == 0 {
		return
	}
	peer := mail.From
	if mail.Event != nil {
		if _, peer = mail.Assoc.Primary(); !peer.IsValid() {
			peer = s.peer
		}
	}
	name := s.show(nil, peer)
	m.NameLen = len(name)
	copy(m.Name, name)
}

// Ioctl answers FIONREAD, the bytes of the next message. Linux' SCTP knows no other request, not even SIOCOUTQ; that there are no times of
// packets it says before it looks at the socket.
func (s *Socket) Ioctl(request uint32) (int, error) {
	s.mu.Lock()
	defer s.unlock()
	s.follow()
	switch {
	case request == linux.SIOCGSTAMP, request == linux.SIOCGSTAMPNS:
		return 0, syscall.ENOENT
	case s.state == listening && s.style == linux.OneToOne:
		return 0, syscall.ENOTCONN
	case request != linux.SIOCINQ:
		return 0, syscall.ENOTTY
	}
	mail, ok := s.mailbox.Next(nil)
	switch {
	case !ok:
		return 0, nil
	case mail.Event != nil:
		return len(s.notification(mail.Assoc, mail.Event)) - s.noteRead, nil
	}
	return mail.Size, nil
}
