package sockets

import (
	"syscall"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/engine"
)

// eventOptions say what is told beside the messages.
var eventOptions = table{
	linux.SCTP_EVENTS:      of(nil, getEvents), // setEvents sets it
	linux.SCTP_EVENT:       of(setEvent, getEvent),
	linux.SCTP_RECVRCVINFO: flag(func(o *options) *bool { return &o.recvRcvInfo }),
}

// subscribeTo changes what an association is subscribed to. s.mu is held.
func subscribeTo(a *engine.Assoc, n subscription) {
	sub, ok := a.Filter().(*subscriber)
	if !ok {
		return
	}
	sub.set(n)
}

// tellIfDry is for who asks for SCTP_SENDER_DRY_EVENT: when nothing is on its way he is told at once (RFC 6458 section 6.1.9), each time
// that he asks. s.mu is held.
func tellIfDry(a *engine.Assoc) {
	if a.Standing().Up && a.Unsent() == 0 {
		a.Post(assoc.SenderDry{})
	}
}

// setEvents changes what the socket and its association are subscribed to: of the notifications that the program's struct knows.
func (s *Socket) setEvents(value []byte) error {
	v, n, err := linux.ParseEventSubscribe(value)
	if err != nil {
		return err
	}
	sub := subscription(s.subscribed.Load())
	for i, on := range v[:n] {
		sub = sub.with(linux.SCTP_SN_TYPE_BASE+linux.NotificationType(i), on != 0)
	}
	s.subscribed.Store(uint32(sub))
	for _, a := range s.members() {
		subscribeTo(a, sub)
		if sub.has(linux.SCTP_SENDER_DRY_EVENT) && !s.many() { // Linux looks for the one association that there is
			tellIfDry(a)
		}
	}
	return nil
}

func getEvents(s *Socket, v *linux.EventSubscribe) error {
	sub := subscription(s.subscribed.Load())
	for i := range v {
		v[i] = uint8(number(sub.has(linux.SCTP_SN_TYPE_BASE + linux.NotificationType(i))))
	}
	return nil
}

// setEvent subscribes the association, or the socket for associations to come.
func setEvent(s *Socket, v *linux.Event) error {
	if !isNotification(v.Type) {
		return syscall.EINVAL
	}
	targets, future, err := s.targets(v.AssocID)
	for _, a := range targets {
		if sub, ok := a.Filter().(*subscriber); ok {
			subscribeTo(a, sub.get().with(v.Type, v.On != 0))
			if v.Type == linux.SCTP_SENDER_DRY_EVENT && v.On != 0 {
				tellIfDry(a)
			}
		}
	}
	if future {
		s.subscribed.Store(uint32(subscription(s.subscribed.Load()).with(v.Type, v.On != 0)))
	}
	return err
}

// targets are what setting an option with an identifier is for: associations, and future, those to come (RFC 6458 section 7.2). One that
// does not exist is EINVAL; a negative one, Linux takes for none. s.mu is held.
func (s *Socket) targets(id linux.AssocID) (all []*engine.Assoc, future bool, err error) {
	if !s.many() {
		return s.members(), s.assoc == nil, nil
	}
	switch a := s.member(id); {
	case a != nil:
		return []*engine.Assoc{a}, false, nil
	case id >= linux.FirstAssocID:
		return nil, false, syscall.EINVAL
	}
	if id == linux.SCTP_CURRENT_ASSOC || id == linux.SCTP_ALL_ASSOC {
		all = s.members()
	}
	return all, id == linux.SCTP_FUTURE_ASSOC || id == linux.SCTP_ALL_ASSOC, nil
}

// source is what asking for an option with an identifier is about: an association, or nil for those to come. s.mu is held.
func (s *Socket) source(id linux.AssocID) (*engine.Assoc, error) {
	a := s.member(id)
	if a == nil && s.many() && id != linux.SCTP_FUTURE_ASSOC {
		return nil, syscall.EINVAL
	}
	return a, nil
}

func getEvent(s *Socket, v *linux.Event) error {
	if !isNotification(v.Type) {
		return syscall.EINVAL
	}
	now := subscription(s.subscribed.Load())
	a, err := s.source(v.AssocID)
	if err != nil {
		return err
	}
	if a != nil {
		if sub, ok := a.Filter().(*subscriber); ok {
			now = sub.get()
		}
	}
	v.On = uint8(number(now.has(v.Type)))
	return nil
}

func isNotification(t linux.NotificationType) bool {
	return t >= linux.SCTP_SN_TYPE_BASE && t <= linux.SCTP_SN_TYPE_MAX || t == linux.SCTP_NOTIFICATIONS_STOPPED_EVENT
}
