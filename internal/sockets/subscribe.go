package sockets

import (
	"syscall"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/engine"
)

// subscribeTo changes what an association is subscribed to. Who asks for SCTP_SENDER_DRY_EVENT when nothing is on its way is told at
// once (RFC 6458 section 6.1.9). s.mu is held.
func subscribeTo(a *engine.Assoc, n subscription) {
	sub, ok := a.Filter().(*subscriber)
	if !ok {
		return
	}
	dry := linux.SCTP_SENDER_DRY_EVENT
	before := sub.get()
	sub.set(n)
	if n.has(dry) && !before.has(dry) && a.Standing().Up && a.Unsent() == 0 {
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
	if s.assoc != nil {
		subscribeTo(s.assoc, sub)
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
	if s.assoc != nil {
		if sub, ok := s.assoc.Filter().(*subscriber); ok {
			subscribeTo(s.assoc, sub.get().with(v.Type, v.On != 0))
		}
		return nil
	}
	s.subscribed.Store(uint32(subscription(s.subscribed.Load()).with(v.Type, v.On != 0)))
	return nil
}

func getEvent(s *Socket, v *linux.Event) error {
	if !isNotification(v.Type) {
		return syscall.EINVAL
	}
	now := subscription(s.subscribed.Load())
	if s.assoc != nil {
		if sub, ok := s.assoc.Filter().(*subscriber); ok {
			now = sub.get()
		}
	}
	v.On = uint8(number(now.has(v.Type)))
	return nil
}

func isNotification(t linux.NotificationType) bool {
	return t >= linux.SCTP_SN_TYPE_BASE && t <= linux.SCTP_SN_TYPE_MAX
}
