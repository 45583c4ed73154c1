package sockets

import (
	"math/bits"
	"net/netip"
	"syscall"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/engine"
	"github.com/gosctp/sctp/internal/tx"
)

// Msg is struct msghdr with what it points to. Send reads it, Receive fills it.
type Msg struct {
	// Name is an address, or the room for one; Data the message, or the room for it; Control ancillary data, or the room for it.
	Name, Data, Control []byte
	// Flags are those of the call. The caller adds MSG_DONTWAIT for a descriptor that does not wait, since in one case the answer
	// depends on that.
	Flags int
	// N is how much of Data Send has taken or Receive has filled. ControlLen is how much of Control Receive has filled, NameLen how
	// long the address is, which may be more than there was room for. OutFlags are the flags to return.
	N, NameLen, ControlLen, OutFlags int
}

// Sent is a message that was checked and has its room, or the end of an association.
type Sent struct {
	parts []part
	eof   bool
	abort bool
}

// part is what goes to one association: all of a Sent but for SCTP_SENDALL.
type part struct {
	assoc   *engine.Assoc
	message assoc.Message
}

// Commit sends the message. What has ended the association since has ended the message, as if it had been sent before.
func (m *Sent) Commit() {
	for i := range m.parts {
		p := &m.parts[i]
		switch {
		case m.abort:
			p.assoc.Abandon(p.message.Data)
		case m.eof:
			p.assoc.BeginShutdown()
		default:
			p.assoc.SendReserved(&p.message)
		}
	}
}

// Cancel forgets the message.
func (m *Sent) Cancel() {
	for i := range m.parts {
		if p := &m.parts[i]; !m.abort && !m.eof {
			p.assoc.Unreserve(len(p.message.Data))
		}
	}
}

// Send is sendmsg. EPIPE is for the caller to raise SIGPIPE as well, unless there is MSG_NOSIGNAL. An association that has to be set up first is
// begun, whether the message is committed or not.
func (s *Socket) Send(m *Msg) (*Sent, error) {
	s.mu.Lock()
	defer s.unlock()
	s.follow()
	if s.state == listening && s.style == linux.OneToOne {
		return nil, syscall.EPIPE
	}
	if len(m.Data) > s.options.sndbuf {
		return nil, syscall.EMSGSIZE
	}
	parse := linux.ParseControl
	if s.options.ext.explicitEOR {
		parse = linux.ParseControlEOR
	}
	control, err := parse(m.Control)
	if err != nil {
		return nil, err
	}
	info := control.Info()
	m.N = len(m.Data)
	sent := &Sent{eof: info.Flags&linux.SCTP_EOF != 0, abort: info.Flags&linux.SCTP_ABORT != 0}
	switch {
	case (sent.eof || sent.abort) && s.style == linux.OneToOne, sent.eof && len(m.Data) > 0:
		return nil, syscall.EINVAL
	case len(m.Data) == 0 && !sent.eof && !sent.abort: // every message has data
		return nil, syscall.EINVAL
	case info.Flags&linux.SCTP_ADDR_OVER != 0 && len(m.Name) == 0:
		return nil, syscall.EINVAL
	}
	if sent.abort {
		m.N = 0 // the data are the reason, and no message
	}
	if len(m.Name) == 0 && info.Flags&linux.SCTP_SENDALL != 0 && s.many() {
		return sent, s.sendAll(sent, m, &control)
	}
	a, to, isNew, err := s.destination(m, &control, &info)
	if err != nil {
		return nil, err
	}
	if a == nil {
		return sent, nil // nobody will get it
	}
	s.spoke(a)
	s.defaultsOf(a).fill(&info, &control)
	msg := s.message(&info, m)
	useKey(a, &msg, &control)
	if info.Flags&linux.SCTP_ADDR_OVER != 0 && to.IsValid() {
		msg.Path = to.Addr()
	}
	err = s.reserve(sent, a, msg)
	switch {
	case isNew && err == nil:
		a.Start() // and not before: the peer's answer must not come before the message
	case isNew:
		s.drop(a)
	}
	return sent, err
}

// drop forgets an association that was not started. s.mu is held.
func (s *Socket) drop(a *engine.Assoc) {
	a.Leave(0)
	if s.assoc == a {
		s.assoc, s.peer, s.connect = nil, netip.AddrPort{}, connection{}
	}
}

// destination returns the association that a message goes to, and the address if there is one. One that is new is still to be started.
// s.mu is held.
func (s *Socket) destination(m *Msg, c *linux.SendControl, i *linux.SndRcvInfo) (a *engine.Assoc, to netip.AddrPort, isNew bool, err error) {
	if len(m.Name) == 0 || s.peeled {
		a = s.member(i.AssocID)
		if a == nil || s.style == linux.OneToOne && (s.state == closed || s.noMoreOut) {
			return nil, to, false, s.pipeErr()
		}
		return a, to, false, nil
	}
	to, err = s.address(m.Name)
	if err != nil {
		return nil, to, false, err
	}
	if s.bound != nil {
		if a := s.bound.Find(to); a != nil && (s.many() && a.Mailbox() == s.mailbox || a == s.assoc) {
			return a, to, false, nil
		}
	}
	switch {
	case s.over && s.assoc == nil:
		return nil, to, false, s.pipeErr()
	case s.state == established || s.state == closing || s.assoc != nil:
		return nil, to, false, syscall.EADDRNOTAVAIL
	case i.Flags&(linux.SCTP_EOF|linux.SCTP_ABORT) != 0:
		return nil, to, false, syscall.EINVAL
	case to.Port() == 0 && connectable([]netip.AddrPort{to}): // the message is taken before Linux hears that it is refused
		if err := s.refuse(); err != syscall.EINPROGRESS {
			return nil, to, false, err
		}
		return nil, to, false, nil
	}
	a, err = s.beginBySending(to, c)
	return a, to, true, err
}

// beginBySending begins an association with what the message says about it (RFC 6458 sections 3.2, 5.3.1, 5.3.9). s.mu is held.
func (s *Socket) beginBySending(to netip.AddrPort, c *linux.SendControl) (*engine.Assoc, error) {
	more, err := c.Destinations(linux.Sockaddr{AddrPort: to})
	if err != nil {
		return nil, err
	}
	addrs := []netip.AddrPort{to}
	for _, a := range more {
		addrs = append(addrs, netip.AddrPortFrom(a.Addr().Unmap(), a.Port()))
	}
	if hasRepeated(addrs) {
		return nil, syscall.EADDRNOTAVAIL
	}
	config := s.config()
	if c.Asks(linux.SCTP_INIT) {
		setUnlessZero(&config.OutStreams, c.Init.OutStreams)
		setUnlessZero(&config.MaxInStreams, c.Init.MaxInStreams)
		setUnlessZero(&config.MaxInitRetransmits, int(c.Init.MaxAttempts))
		setUnlessZero(&config.MaxInitTimeout, milliseconds(uint32(c.Init.MaxInitTimeout)))
	}
	a, err := s.begin(addrs, config)
	if err == nil && !s.many() {
		s.connect = connection{under: true, assoc: a}
	}
	return a, err
}

func setUnlessZero[T comparable](to *T, v T) {
	var zero T
	if v != zero {
		*to = v
	}
}

// sendAll is for every association that there is, each with its defaults. s.mu is held.
func (s *Socket) sendAll(sent *Sent, m *Msg, c *linux.SendControl) error {
	for _, a := range s.members() {
		if !a.Standing().Up {
			continue
		}
		info := c.Info()
		s.defaultsOf(a).fill(&info, c)
		msg := s.message(&info, m)
		useKey(a, &msg, c)
		if err := s.reserve(sent, a, msg); err != nil {
			sent.Cancel()
			return err
		}
	}
	return nil
}

// reserve adds a part for a. s.mu is held.
func (s *Socket) reserve(sent *Sent, a *engine.Assoc, msg assoc.Message) error {
	if !sent.eof && !sent.abort {
		if err := a.Reserve(&msg, s.sendLimit(a)); err != nil {
			err = sendErrno(err)
			if err == syscall.EAGAIN {
				s.full = a
			}
			return err
		}
	}
	sent.parts = append(sent.parts, part{a, msg})
	return nil
}

// pipeErr is EPIPE, or the pending error in its place. s.mu is held.
func (s *Socket) pipeErr() error {
	if err := s.takeErr(); err != nil {
		return err
	}
	return syscall.EPIPE
}

// sendLimit is how much an association may hold before a program has to wait. s.mu is held.
func (s *Socket) sendLimit(a *engine.Assoc) int { return min(s.options.sndbuf, a.SendBuffer()/2) }

// message makes what the core sends of what the program asks for. With SCTP_EXPLICIT_EOR a message goes on until a call says that it ends (RFC
// 6458 section 8.1.26). s.mu is held.
func (s *Socket) message(i *linux.SndRcvInfo, from *Msg) assoc.Message {
	m := assoc.Message{
		Stream: i.Stream, PPID: ppid(i.PPID), Context: i.Context, Data: from.Data,
		Unordered: i.Flags&linux.SCTP_UNORDERED != 0, Immediate: i.Flags&linux.SCTP_SACK_IMMEDIATELY != 0,
	}
	m.Partial = s.options.ext.explicitEOR && i.Flags&linux.SCTP_EOR == 0 && linux.MsgFlags(from.Flags)&linux.MSG_EOR == 0
	m.PR = policy(i.Flags.Policy(), i.TimeToLive)
	m.More = linux.MsgFlags(from.Flags)&linux.MSG_MORE != 0
	return m
}

// ppid turns the number that a program has in memory, which goes over the wire byte by byte, into the one that the core writes.
func ppid(n uint32) uint32 { return bits.ReverseBytes32(n) }

// policy is when a message is given up. A time to live counts also without a policy (RFC 6458 section 5.3.2), unless it is 0.
func policy(p linux.PRPolicy, value uint32) tx.PRInfo {
	switch {
	case p == linux.SCTP_PR_SCTP_NONE && value == 0:
		return tx.PRInfo{}
	case p == linux.SCTP_PR_SCTP_RTX:
		return tx.PRInfo{Policy: tx.PRRTX, Value: value}
	case p == linux.SCTP_PR_SCTP_PRIO:
		return tx.PRInfo{Policy: tx.PRPrio, Value: value}
	}
	return tx.PRInfo{Policy: tx.PRTTL, Value: value}
}
