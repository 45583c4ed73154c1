package sockets

import (
	"sync/atomic"
	"syscall"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/engine"
)

// sendingOptions are what is sent with when a call does not say.
var sendingOptions = table{
	linux.SCTP_INITMSG:            of(setInitMsg, getInitMsg),
	linux.SCTP_DEFAULT_SEND_PARAM: of(setDefaultSendParam, getDefaultSendParam),
	linux.SCTP_DEFAULT_SNDINFO:    of(setDefaultSndInfo, getDefaultSndInfo),
	linux.SCTP_CONTEXT:            of(setContext, getContext),
}

// defaults are what a message is sent with that does not say, and the context that received ones come with. They are never changed,
// but replaced: an association has its own from its beginning on.
type defaults struct {
	send    linux.SndRcvInfo
	context uint32
	// scheduler is the number of what chooses the next stream, auth what is set up for AUTH.
	scheduler uint32
	auth      authentication
}

// defaultable are the flags that Linux takes as defaults, though those that end an association then have no effect.
const defaultable = linux.SCTP_UNORDERED | linux.SCTP_ADDR_OVER | linux.SCTP_ABORT | linux.SCTP_EOF

// defaultsOf are those of an association, or of those to come. s.mu is held.
func (s *Socket) defaultsOf(a *engine.Assoc) *defaults {
	if a != nil {
		if sub, ok := a.Filter().(*subscriber); ok {
			return sub.defaults.Load()
		}
	}
	return s.defaults.Load()
}

// changeDefaults changes those that an identifier names. s.mu is held.
func (s *Socket) changeDefaults(id linux.AssocID, change func(*defaults)) error {
	targets, future, err := s.targets(id)
	for _, a := range targets {
		if sub, ok := a.Filter().(*subscriber); ok {
			changeAt(&sub.defaults, change)
		}
	}
	if future {
		s.changeFuture(change)
	}
	return err
}

// changeFuture changes the defaults of associations to come. s.mu is held.
func (s *Socket) changeFuture(change func(*defaults)) { changeAt(&s.defaults, change) }

func changeAt(p *atomic.Pointer[defaults], change func(*defaults)) {
	d := *p.Load()
	change(&d)
	p.Store(&d)
}

// fill has a message sent as the defaults say where its ancillary data does not (RFC 6458 sections 8.1.13 and 8.1.31).
func (d *defaults) fill(i *linux.SndRcvInfo, c *linux.SendControl) {
	silent := !c.Asks(linux.SCTP_SNDRCV) && !c.Asks(linux.SCTP_SNDINFO)
	if silent {
		i.Stream, i.PPID, i.Context = d.send.Stream, d.send.PPID, d.send.Context
		if !c.Asks(linux.SCTP_PRINFO) {
			i.Flags = d.send.Flags
		}
	}
	if !c.Asks(linux.SCTP_SNDRCV) && !c.Asks(linux.SCTP_PRINFO) {
		i.TimeToLive = d.send.TimeToLive
	}
}

func setDefaultSendParam(s *Socket, v *linux.SndRcvInfo) error {
	if v.Flags&^defaultable != 0 {
		return syscall.EINVAL
	}
	return s.changeDefaults(v.AssocID, func(d *defaults) { d.send = *v })
}

func getDefaultSendParam(s *Socket, v *linux.SndRcvInfo) error {
	a, err := s.source(v.AssocID)
	if err != nil {
		return err
	}
	d := &s.defaultsOf(a).send
	v.Stream, v.Flags, v.PPID, v.Context, v.TimeToLive = d.Stream, d.Flags, d.PPID, d.Context, d.TimeToLive
	return nil
}

func setDefaultSndInfo(s *Socket, v *linux.SndInfo) error {
	if v.Flags&^defaultable != 0 {
		return syscall.EINVAL
	}
	return s.changeDefaults(v.AssocID, func(d *defaults) {
		d.send.Stream, d.send.Flags, d.send.PPID, d.send.Context = v.Stream, v.Flags, v.PPID, v.Context
	})
}

func getDefaultSndInfo(s *Socket, v *linux.SndInfo) error {
	a, err := s.source(v.AssocID)
	if err != nil {
		return err
	}
	d := &s.defaultsOf(a).send
	v.Stream, v.Flags, v.PPID, v.Context = d.Stream, d.Flags, d.PPID, d.Context
	return nil
}

func setContext(s *Socket, v *linux.AssocValue) error {
	return s.changeDefaults(v.AssocID, func(d *defaults) { d.context = v.Value })
}

func getContext(s *Socket, v *linux.AssocValue) error {
	a, err := s.source(v.AssocID)
	if err != nil {
		return err
	}
	v.Value = s.defaultsOf(a).context
	return nil
}
