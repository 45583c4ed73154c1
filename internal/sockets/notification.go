package sockets

import (
	"errors"
	"math/bits"
	"net/netip"
	"sync/atomic"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/engine"
)

// subscription is a set of notifications, by number from SCTP_SN_TYPE_BASE on.
type subscription uint32

func (s subscription) has(t linux.NotificationType) bool {
	return s&(1<<(t-linux.SCTP_SN_TYPE_BASE)) != 0
}

func (s subscription) with(t linux.NotificationType, on bool) subscription {
	bit := subscription(1) << (t - linux.SCTP_SN_TYPE_BASE)
	if on {
		return s | bit
	}
	return s &^ bit
}

// subscriber is what an association is subscribed to, which the engine asks under locks, with its defaults.
type subscriber struct {
	mask     atomic.Uint32
	defaults atomic.Pointer[defaults]
	params   atomic.Pointer[params]
	// named: the program was told the identifier before the association came up.
	named atomic.Bool
}

func newSubscriber(s subscription) *subscriber {
	sub := new(subscriber)
	sub.set(s)
	sub.defaults.Store(new(defaults))
	sub.params.Store(new(params))
	return sub
}

// newSubscriber is for an association of s that begins. It takes no lock.
func (s *Socket) newSubscriber() *subscriber {
	sub := newSubscriber(subscription(s.subscribed.Load()))
	sub.defaults.Store(s.defaults.Load())
	sub.params.Store(s.params.Load().forAssociation())
	return sub
}

// Stop leaves nothing but what comes with messages (RFC 6458 section 6.1.10).
func (s *subscriber) Stop() { s.set(s.get() & subscription(0).with(linux.SCTP_DATA_IO_EVENT, true)) }

func (s *subscriber) get() subscription  { return subscription(s.mask.Load()) }
func (s *subscriber) set(n subscription) { s.mask.Store(uint32(n)) }

// Wants reports whether there is a notification of ev. That an address is potentially failed, and that it no longer is, Linux does not tell unless asked to
// (RFC 7829 section 7.1).
func (s *subscriber) Wants(ev assoc.Event) bool {
	if change, ok := ev.(assoc.PeerAddrChange); ok && (change.State == assoc.AddrPotentiallyFailed || change.Spared) &&
		s.params.Load().exposure != exposureOn {
		return false
	}
	sub := s.get()
	if _, ok := ev.(assoc.SendFailed); ok && sub.has(linux.SCTP_SEND_FAILED) {
		return true
	}
	t, ok := typeOf(ev)
	return ok && sub.has(t)
}

// typeOf is which notification ev is. A SendFailed may be one of two.
func typeOf(ev assoc.Event) (linux.NotificationType, bool) {
	switch ev := ev.(type) {
	case assoc.AssocChange:
		return linux.SCTP_ASSOC_CHANGE, true
	case assoc.PeerAddrChange:
		return linux.SCTP_PEER_ADDR_CHANGE, true
	case assoc.RemoteError:
		return linux.SCTP_REMOTE_ERROR, true
	case assoc.SendFailed:
		return linux.SCTP_SEND_FAILED_EVENT, true
	case assoc.ShutdownEvent:
		return linux.SCTP_SHUTDOWN_EVENT, true
	case assoc.AdaptationIndication:
		return linux.SCTP_ADAPTATION_INDICATION, true
	case assoc.PartialDeliveryAborted:
		return linux.SCTP_PARTIAL_DELIVERY_EVENT, true
	case assoc.SenderDry:
		return linux.SCTP_SENDER_DRY_EVENT, true
	case assoc.Authentication:
		return linux.SCTP_AUTHENTICATION_EVENT, ev.Indication != assoc.AuthFailed // of which Linux does not tell
	case assoc.NotificationsStopped:
		return linux.SCTP_NOTIFICATIONS_STOPPED_EVENT, true
	case assoc.StreamReset:
		return linux.SCTP_STREAM_RESET_EVENT, true
	case assoc.AssocReset:
		return linux.SCTP_ASSOC_RESET_EVENT, true
	case assoc.StreamChange:
		return linux.SCTP_STREAM_CHANGE_EVENT, true
	}
	return 0, false
}

// assocID is the identifier of an association, which the engine lets begin at 3.
func assocID(a *engine.Assoc) linux.AssocID { return linux.AssocID(a.ID()) }

// notedID is the identifier that a notification has: none if the association never came to have one. Linux gives it one when the peer has
// answered, or when sctp_connectx asks for it.
func notedID(a *engine.Assoc, ev assoc.Event) linux.AssocID {
	switch ev := ev.(type) {
	case assoc.AssocChange:
		if ev.State != assoc.CantStartAssoc {
			return assocID(a)
		}
	case assoc.SendFailed:
		if at := a.Standing(); at.Up || !at.Ended {
			return assocID(a)
		}
	default:
		return assocID(a)
	}
	if sub, ok := a.Filter().(*subscriber); ok && sub.named.Load() {
		return assocID(a)
	}
	return 0
}

// notification is ev as bytes.
func (s *Socket) notification(a *engine.Assoc, ev assoc.Event) []byte {
	id := notedID(a, ev)
	switch ev := ev.(type) {
	case assoc.AssocChange:
		return linux.Append(nil, assocChange(id, &ev))
	case assoc.PeerAddrChange:
		n := linux.PaddrChange{State: addrStates[ev.State], AssocID: id}
		switch {
		case ev.Probed:
			n.Error = linux.SCTP_HEARTBEAT_SUCCESS
		case ev.State == assoc.AddrAvailable:
			n.Error = linux.SCTP_RECEIVED_SACK
		}
		n.Address.Set(s.sockaddr(netip.AddrPortFrom(ev.Addr, a.PeerPort())))
		return linux.Append(nil, &n)
	case assoc.RemoteError:
		data := append(ev.Data[:len(ev.Data):len(ev.Data)], make([]byte, -len(ev.Data)&3)...)
		return linux.Append(nil, &linux.RemoteError{Cause: uint16(ev.Code), AssocID: id, Data: data})
	case assoc.SendFailed:
		return linux.Append(nil, s.sendFailed(id, a.Filter(), &ev))
	case assoc.ShutdownEvent:
		return linux.Append(nil, &linux.ShutdownEvent{AssocID: id})
	case assoc.AdaptationIndication:
		return linux.Append(nil, &linux.AdaptationEvent{Indication: ev.Ind, AssocID: id})
	case assoc.PartialDeliveryAborted:
		seq := max(uint32(ev.SSN), ev.MID)
		return linux.Append(nil, &linux.PartialDelivery{AssocID: id, Stream: uint32(ev.Stream), Sequence: seq})
	case assoc.SenderDry:
		return linux.Append(nil, &linux.SenderDry{AssocID: id})
	case assoc.Authentication:
		return linux.Append(nil, &linux.AuthKeyEvent{KeyNumber: ev.Key, Indication: authIndications[ev.Indication], AssocID: id})
	case assoc.NotificationsStopped:
		return linux.Append(nil, new(linux.NotificationsStopped))
	case assoc.StreamReset:
		n := linux.StreamReset{AssocID: id, Streams: ev.Streams, Flags: outcome(ev.Denied, ev.Failed)}
		if ev.Incoming {
			n.Flags |= linux.SCTP_STREAM_RESET_INCOMING_SSN
		}
		if ev.Outgoing {
			n.Flags |= linux.SCTP_STREAM_RESET_OUTGOING_SSN
		}
		return linux.Append(nil, &n)
	case assoc.AssocReset:
		return linux.Append(nil, &linux.AssocReset{
			AssocID: id, Flags: outcome(ev.Denied, ev.Failed), LocalTSN: ev.LocalTSN, RemoteTSN: ev.PeerTSN,
		})
	case assoc.StreamChange:
		return linux.Append(nil, &linux.StreamChange{
			AssocID: id, Flags: outcome(ev.Denied, ev.Failed), InStreams: ev.AddedIn, OutStreams: ev.AddedOut, // Linux tells how many more
		})
	}
	return nil
}

// outcome is how a request ended; the three kinds of requests share the numbers.
func outcome(denied, failed bool) (flags uint16) {
	if denied {
		flags |= linux.SCTP_STREAM_RESET_DENIED
	}
	if failed {
		flags |= linux.SCTP_STREAM_RESET_FAILED
	}
	return flags
}

var assocStates = [...]linux.AssocChangeState{
	assoc.CommUp: linux.SCTP_COMM_UP, assoc.CommLost: linux.SCTP_COMM_LOST, assoc.Restart: linux.SCTP_RESTART,
	assoc.ShutdownComplete: linux.SCTP_SHUTDOWN_COMP, assoc.CantStartAssoc: linux.SCTP_CANT_STR_ASSOC,
}

var authIndications = [...]uint32{
	assoc.AuthNewKey: linux.SCTP_AUTH_NEW_KEY, assoc.AuthFreeKey: linux.SCTP_AUTH_FREE_KEY, assoc.AuthNone: linux.SCTP_AUTH_NO_AUTH,
}

var addrStates = [...]linux.PaddrChangeState{
	assoc.AddrAvailable: linux.SCTP_ADDR_AVAILABLE, assoc.AddrUnreachable: linux.SCTP_ADDR_UNREACHABLE,
	assoc.AddrRemoved: linux.SCTP_ADDR_REMOVED, assoc.AddrAdded: linux.SCTP_ADDR_ADDED,
	assoc.AddrMadePrimary: linux.SCTP_ADDR_MADE_PRIM, assoc.AddrConfirmed: linux.SCTP_ADDR_CONFIRMED,
	assoc.AddrPotentiallyFailed: linux.SCTP_ADDR_POTENTIALLY_FAILED,
}

// assocChange has the numbers of streams only while there are any to speak of, and of an ABORT what the peer gave as its cause.
func assocChange(id linux.AssocID, ev *assoc.AssocChange) *linux.AssocChange {
	n := &linux.AssocChange{State: assocStates[ev.State], AssocID: id}
	if ev.State == assoc.CommUp || ev.State == assoc.Restart {
		n.OutStreams, n.InStreams = ev.OutStreams, ev.InStreams
	}
	var abort *assoc.AbortError
	if errors.As(ev.Err, &abort) && abort.Code != 0 {
		n.Error = causeInMemory(abort)
		if abort.Remote {
			length := 4 + len(abort.Reason)
			n.Info = append([]byte{byte(abort.Code >> 8), byte(abort.Code), byte(length >> 8), byte(length)}, abort.Reason...)
		}
	}
	return n
}

// causeInMemory is the code of the cause of an ABORT, in memory as on the wire.
func causeInMemory(abort *assoc.AbortError) uint16 { return bits.ReverseBytes16(uint16(abort.Code)) }

// sendFailed gives a message back, in the older form if that is subscribed to: a part of it, whose place in the message
// is told as in a DATA chunk.
func (s *Socket) sendFailed(id linux.AssocID, f engine.Filter, ev *assoc.SendFailed) linux.Notification {
	var flags uint16 = linux.SCTP_DATA_UNSENT
	if ev.Sent {
		flags = linux.SCTP_DATA_SENT
	}
	var reason uint32
	var abort *assoc.AbortError
	if errors.As(ev.Err, &abort) {
		reason = uint32(causeInMemory(abort))
	}
	said := id // by whoever sent it; on a one-to-one socket nobody does
	if s.style == linux.OneToOne {
		said = 0
	}
	var chunk linux.SendFlags
	if !ev.Later {
		chunk |= firstPart
	}
	if !ev.More {
		chunk |= lastPart
	}
	if ev.Unordered {
		chunk |= unorderedChunk
	}
	if sub, ok := f.(*subscriber); ok && sub.get().has(linux.SCTP_SEND_FAILED) {
		info := linux.SndRcvInfo{Stream: ev.Stream, Flags: chunk, PPID: ppid(ev.PPID), Context: ev.Context, AssocID: said}
		return &linux.SendFailed{Flags: flags, Error: reason, Info: info, AssocID: id, Data: ev.Data}
	}
	info := linux.SndInfo{Stream: ev.Stream, Flags: chunk, PPID: ppid(ev.PPID), Context: ev.Context, AssocID: said}
	return &linux.SendFailedEvent{Flags: flags, Error: reason, Info: info, AssocID: id, Data: ev.Data}
}

// Flags of DATA chunks (RFC 9260 section 3.3.1), as Linux shows them of messages that failed.
const (
	lastPart       = 0x01
	firstPart      = 0x02
	unorderedChunk = 0x04
)
