package linux

import (
	"strings"
	"syscall"
)

// Event is struct sctp_event (RFC 6458 section 6.2.2).
type Event struct {
	AssocID AssocID
	Type    NotificationType
	On      uint8
}

func (v *Event) layout(c *codec) {
	u32(c, &v.AssocID)
	u16(c, &v.Type)
	u8(c, &v.On)
	c.pad(1)
}

// EventSubscribe is struct sctp_event_subscribe (RFC 6458 section 6.2.1): what byte i is for is SCTP_SN_TYPE_BASE + i.
type EventSubscribe [SCTP_SN_TYPE_MAX - SCTP_SN_TYPE_BASE + 1]uint8

func (v *EventSubscribe) layout(c *codec) {
	for i := range v {
		u8(c, &v[i])
	}
}

// String names what is subscribed to.
func (v *EventSubscribe) String() string {
	var all []string
	for i, on := range v {
		if on != 0 {
			all = append(all, (SCTP_SN_TYPE_BASE + NotificationType(i)).String())
		}
	}
	return "[" + strings.Join(all, " ") + "]"
}

// ParseEventSubscribe reads what SCTP_EVENTS takes: the struct or its beginning, because it has grown with every kind of event and
// programs have the length of the header that they were compiled with. It returns how many events b is about.
func ParseEventSubscribe(b []byte) (v EventSubscribe, n int, err error) {
	if len(b) > len(v) {
		return v, 0, syscall.EINVAL
	}
	return v, copy(v[:], b), nil
}
