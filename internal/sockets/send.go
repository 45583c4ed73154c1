package sockets

import (
	"math/bits"
	"net/netip"
	"slices"
	"syscall"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/engine"
	"github.com/gosctp/sctp/internal/tx"
	"github.com/gosctp/sctp/transport"
)

// Msg is struct msghdr with what it points to. Send reads it, Receive fills it.
type Msg struct {
	// Name is an address, or the room for one; Data the message, or the room for it; Control ancillary data, or the room for it.
	Name, Data, Control []byte
	// Flags are those of the call. The caller adds MSG_DONTWAIT for a descriptor that does not wait, since in one case the answer
	// depends on that.
	Flags int
	// N and ControlLen are how much of Data and Control Receive has filled, NameLen how long the address is, which may be more than there
	// was room for. OutFlags are the flags to return.
	N, NameLen, ControlLen, OutFlags int
}

// Sent is a message that was checked and has its room.
type Sent struct {
	assoc   *engine.Assoc
	message assoc.Message
}

// Commit sends the message. What has ended the association since has ended the message, as if it had been sent before.
func (m *Sent) Commit() { m.assoc.SendReserved(&m.message) }

// Cancel forgets the message.
func (m *Sent) Cancel() { m.assoc.Unreserve(len(m.message.Data)) }

// Send is sendmsg. EPIPE is for the caller to raise SIGPIPE as well, unless there is MSG_NOSIGNAL.
func (s *Socket) Send(m *Msg) (*Sent, error) {
	s.mu.Lock()
	defer s.unlock()
	s.follow()
	if s.state == listening {
		return nil, syscall.EPIPE
	}
	if len(m.Data) > s.options.sndbuf {
		return nil, syscall.EMSGSIZE
	}
	control, err := linux.ParseControl(m.Control)
	if err != nil {
		return nil, err
	}
	info := control.Info()
	switch {
	case info.Flags&(linux.SCTP_EOF|linux.SCTP_ABORT|linux.SCTP_SENDALL) != 0, len(m.Data) == 0:
		return nil, syscall.EINVAL // only for one-to-many sockets; every message has data
	case info.Flags&linux.SCTP_ADDR_OVER != 0 && len(m.Name) == 0:
		return nil, syscall.EINVAL
	case s.assoc == nil || s.state == closed:
		return nil, s.pipeErr()
	}
	sent := &Sent{assoc: s.assoc, message: message(&info, m.Data)}
	if len(m.Name) > 0 {
		to, err := s.address(m.Name)
		if err != nil {
			return nil, err
		}
		if !s.reaches(to) {
			return nil, syscall.EADDRNOTAVAIL
		}
		if info.Flags&linux.SCTP_ADDR_OVER != 0 {
			sent.message.Path = to.Addr()
		}
	}
	if err := s.assoc.Reserve(&sent.message, s.sendLimit()); err != nil {
		return nil, sendErrno(err)
	}
	return sent, nil
}

// pipeErr is EPIPE, or the pending error in its place. s.mu is held.
func (s *Socket) pipeErr() error {
	if err := s.takeErr(); err != nil {
		return err
	}
	return syscall.EPIPE
}

// reaches reports whether a is an address of the peer. s.mu is held.
func (s *Socket) reaches(a netip.AddrPort) bool {
	if a == s.peer {
		return true
	}
	at := func(p transport.Path) bool { return p.Remote == a.Addr() }
	return a.Port() == s.peer.Port() && slices.ContainsFunc(s.assoc.Paths(), at)
}

// sendLimit is how much the association may hold before a program has to wait. s.mu is held.
func (s *Socket) sendLimit() int { return min(s.options.sndbuf, s.assoc.SendBuffer()/2) }

// message makes what the core sends of what the program asks for.
func message(i *linux.SndRcvInfo, data []byte) assoc.Message {
	m := assoc.Message{
		Stream: i.Stream, PPID: ppid(i.PPID), Context: i.Context, Data: data,
		Unordered: i.Flags&linux.SCTP_UNORDERED != 0, Immediate: i.Flags&linux.SCTP_SACK_IMMEDIATELY != 0,
	}
	m.PR = policy(i.Flags.Policy(), i.TimeToLive)
	return m
}

// ppid turns the number that a program has in memory, which goes over the wire byte by byte, into the one that the core writes.
func ppid(n uint32) uint32 { return bits.ReverseBytes32(n) }

// policy is when a message is given up. A time to live counts also without a policy (RFC 6458 section 5.3.2).
func policy(p linux.PRPolicy, value uint32) tx.PRInfo {
	switch {
	case value == 0:
		return tx.PRInfo{}
	case p == linux.SCTP_PR_SCTP_RTX:
		return tx.PRInfo{Policy: tx.PRRTX, Value: value}
	case p == linux.SCTP_PR_SCTP_PRIO:
		return tx.PRInfo{Policy: tx.PRPrio, Value: value}
	}
	return tx.PRInfo{Policy: tx.PRTTL, Value: value}
}
