package sockets

import (
	"errors"
	"syscall"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/engine"
)

// resetOptions are those of RFC 6525.
var resetOptions = table{
	linux.SCTP_ENABLE_STREAM_RESET: of(setEnableStreamReset, getEnableStreamReset),
	linux.SCTP_RESET_STREAMS:       of(resetStreams, nil),
	linux.SCTP_RESET_ASSOC:         of(resetAssoc, nil),
	linux.SCTP_ADD_STREAMS:         of(addStreams, nil),
}

// grants are the kinds of requests by their bits in SCTP_ENABLE_STREAM_RESET.
var grants = []struct {
	bit      uint32
	requests assoc.ReconfigRequests
}{
	{linux.SCTP_ENABLE_RESET_STREAM_REQ, assoc.StreamResets}, {linux.SCTP_ENABLE_RESET_ASSOC_REQ, assoc.AssocResets},
	{linux.SCTP_ENABLE_CHANGE_ASSOC_REQ, assoc.StreamAdditions},
}

// denied are the requests of a peer that bits of SCTP_ENABLE_STREAM_RESET do not grant.
func denied(bits uint32) (r assoc.ReconfigRequests) {
	for _, g := range grants {
		if bits&g.bit == 0 {
			r |= g.requests
		}
	}
	return r
}

// granted is the inverse of denied.
func granted(r assoc.ReconfigRequests) (bits uint32) {
	for _, g := range grants {
		if r&g.requests == 0 {
			bits |= g.bit
		}
	}
	return bits
}

func setEnableStreamReset(s *Socket, v *linux.AssocValue) error {
	if v.Value&^linux.SCTP_ENABLE_STRRESET_MASK != 0 {
		return syscall.EINVAL
	}
	targets, future, err := s.targets(v.AssocID)
	for _, a := range targets {
		a.Tune(func(t *assoc.Tunable) { t.DenyReconfig = denied(v.Value) })
	}
	if future {
		s.options.ext.resets = v.Value
		s.reconfigure()
	}
	return err
}

func getEnableStreamReset(s *Socket, v *linux.AssocValue) error {
	a, err := s.source(v.AssocID)
	if err != nil {
		return err
	}
	v.Value = s.options.ext.resets
	if a != nil {
		v.Value = granted(a.Tunable().DenyReconfig)
	}
	return nil
}

// reconfigurable returns the association that a request is for. Linux lets a program ask for what it would grant a peer. s.mu is held.
func (s *Socket) reconfigurable(id linux.AssocID, grant uint32) (*engine.Assoc, error) {
	a := s.member(id)
	switch {
	case a == nil:
		return nil, syscall.EINVAL
	case !s.uses(a, assoc.Reconfiguration) || granted(a.Tunable().DenyReconfig)&grant == 0:
		return nil, syscall.ENOPROTOOPT
	}
	return a, nil
}

// resetStreams asks for each direction by itself, so that a notification tells of each, as in Linux.
func resetStreams(s *Socket, v *linux.ResetStreams) error {
	a, err := s.reconfigurable(v.AssocID, linux.SCTP_ENABLE_RESET_STREAM_REQ)
	if err != nil {
		return err
	}
	out, in := v.Flags&linux.SCTP_STREAM_RESET_OUTGOING != 0, v.Flags&linux.SCTP_STREAM_RESET_INCOMING != 0
	if at := a.Status(); !streamsExist(v.Streams, out, at.OutStreams) || !streamsExist(v.Streams, in, at.InStreams) || !out && !in {
		return syscall.EINVAL
	}
	if out {
		err = a.BeginResetStreams(assoc.ResetRequest{Outgoing: true, Streams: v.Streams})
	}
	if in && err == nil {
		err = a.BeginResetStreams(assoc.ResetRequest{Incoming: true, Streams: v.Streams})
	}
	return resetErrno(err)
}

func streamsExist(list []uint16, asked bool, count uint16) bool {
	for _, n := range list {
		if asked && n >= count {
			return false
		}
	}
	return true
}

func resetAssoc(s *Socket, v *linux.ResetAssoc) error {
	a, err := s.reconfigurable(v.AssocID, linux.SCTP_ENABLE_RESET_ASSOC_REQ)
	if err != nil {
		return err
	}
	return resetErrno(a.BeginResetAssociation())
}

// addStreams asks for each direction by itself, as resetStreams does.
func addStreams(s *Socket, v *linux.AddStreams) error {
	a, err := s.reconfigurable(v.AssocID, linux.SCTP_ENABLE_CHANGE_ASSOC_REQ)
	if err != nil {
		return err
	}
	at := a.Status()
	if int(at.OutStreams)+int(v.OutStreams) > assoc.MaxStreams || int(at.InStreams)+int(v.InStreams) > assoc.MaxStreams {
		return syscall.EINVAL
	}
	if v.OutStreams > 0 || v.InStreams == 0 {
		err = a.BeginAddStreams(v.OutStreams, 0)
	}
	if v.InStreams > 0 && err == nil {
		err = a.BeginAddStreams(0, v.InStreams)
	}
	return resetErrno(err)
}

// resetErrno is what a request that cannot be made is answered with.
func resetErrno(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, assoc.ErrReconfigBusy):
		return syscall.EINPROGRESS
	case errors.Is(err, assoc.ErrReconfigTooSoon):
		return syscall.EAGAIN
	case errors.Is(err, assoc.ErrBadStream), errors.Is(err, assoc.ErrTooManyStreams), errors.Is(err, assoc.ErrEmptyRequest):
		return syscall.EINVAL
	}
	return syscall.ENOTCONN
}
