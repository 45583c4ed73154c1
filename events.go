package sctp

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
)

// Notification is news of an association, one of the types below; they have the names and meanings of RFC 6458 section 6.1.
type Notification interface {
	// Assoc names the association on an [Endpoint]; zero on a Conn.
	Assoc() AssocID
	fmt.Stringer
}

// AssocState is what happened to an association (RFC 6458 section 6.1.1).
type AssocState uint8

const (
	CommUp           = AssocState(assoc.CommUp)           // it is established
	CommLost         = AssocState(assoc.CommLost)         // it failed
	Restart          = AssocState(assoc.Restart)          // the peer lost its state and set it up anew
	ShutdownComplete = AssocState(assoc.ShutdownComplete) // it was shut down gracefully
	CantStartAssoc   = AssocState(assoc.CantStartAssoc)   // it could not be set up
)

func (s AssocState) String() string {
	switch s {
	case CommUp:
		return "COMM_UP"
	case CommLost:
		return "COMM_LOST"
	case Restart:
		return "RESTART"
	case ShutdownComplete:
		return "SHUTDOWN_COMP"
	case CantStartAssoc:
		return "CANT_STR_ASSOC"
	}
	return fmt.Sprintf("AssocState(%d)", uint8(s))
}

// AddrState is what happened to an address of the peer, or the state it is in (RFC 6458 section 6.1.2).
type AddrState uint8

const (
	AddrAvailable         = AddrState(assoc.AddrAvailable)         // it answers
	AddrUnreachable       = AddrState(assoc.AddrUnreachable)       // it does not answer any more
	AddrRemoved           = AddrState(assoc.AddrRemoved)           // the peer has given it up
	AddrAdded             = AddrState(assoc.AddrAdded)             // the peer has it now, too
	AddrMadePrimary       = AddrState(assoc.AddrMadePrimary)       // it is the one that messages are sent to first
	AddrConfirmed         = AddrState(assoc.AddrConfirmed)         // it has been shown to be the peer's
	AddrPotentiallyFailed = AddrState(assoc.AddrPotentiallyFailed) // it missed an answer, others are preferred (RFC 7829)
)

func (s AddrState) String() string {
	switch s {
	case AddrAvailable:
		return "ADDR_AVAILABLE"
	case AddrUnreachable:
		return "ADDR_UNREACHABLE"
	case AddrRemoved:
		return "ADDR_REMOVED"
	case AddrAdded:
		return "ADDR_ADDED"
	case AddrMadePrimary:
		return "ADDR_MADE_PRIM"
	case AddrConfirmed:
		return "ADDR_CONFIRMED"
	case AddrPotentiallyFailed:
		return "ADDR_POTENTIALLY_FAILED"
	}
	return fmt.Sprintf("AddrState(%d)", uint8(s))
}

// AssocChange: the association came up, restarted or ended.
type AssocChange struct {
	AssocID AssocID
	State   AssocState
	// Err says why an association failed; nil otherwise.
	Err                   error
	OutStreams, InStreams uint16
}

// PeerAddrChange: the state of one address of the peer changed.
type PeerAddrChange struct {
	AssocID AssocID
	Addr    netip.Addr
	State   AddrState
}

// StallReason is why nothing gets done on an association.
type StallReason uint8

const (
	StallEnded          = StallReason(assoc.StallEnded)          // data is acknowledged again
	StallUnacknowledged = StallReason(assoc.StallUnacknowledged) // the peer answers HEARTBEATs, and acknowledges no data
	StallWindow         = StallReason(assoc.StallWindow)         // the peer answers, and has had no room for data since
	StallPacketSize     = StallReason(assoc.StallPacketSize)     // packets of the path MTU vanish; smaller ones are sent from now on
)

func (r StallReason) String() string {
	switch r {
	case StallEnded:
		return "ENDED"
	case StallUnacknowledged:
		return "UNACKNOWLEDGED"
	case StallWindow:
		return "WINDOW"
	case StallPacketSize:
		return "PACKET_SIZE"
	}
	return fmt.Sprintf("StallReason(%d)", uint8(r))
}

// Stall: the association looks alive and gets nothing done, since [Config.StallTime] or because large packets vanish, or it does again. It is
// told once, and once when data is acknowledged again. RFC 6458 has no such notification.
type Stall struct {
	AssocID AssocID
	// Addr is an address of the peer that answers; with StallPacketSize the one to which large packets do not get through.
	Addr   netip.Addr
	Reason StallReason
	// For is how long nothing was acknowledged.
	For time.Duration
}

// LocalAddrChange: this host has got (Added) or lost an address that the association is bound to, by name or with all others. It tells nothing of
// what the peer knows. RFC 6458 has no such notification.
type LocalAddrChange struct {
	AssocID AssocID
	Addr    netip.Addr
	Added   bool
}

// RemoteError: the peer sent an ERROR chunk. Data is the body of its cause.
type RemoteError struct {
	AssocID AssocID
	Cause   CauseCode
	Data    []byte
}

// SendFailed: a message was not delivered, or not provably. One that was written in parts comes back in parts: those that
// are not acknowledged.
type SendFailed struct {
	AssocID AssocID
	// Sent: some of it was given to the network.
	Sent bool
	// Err is [ErrAbandoned] for a message that was given up, and otherwise why the association ended.
	Err  error
	Info SndInfo
	// Data is the message, whole.
	Data []byte
}

// ShutdownEvent: the peer shuts the association down; nothing more can be sent.
type ShutdownEvent struct{ AssocID AssocID }

// AdaptationIndication: the peer told its adaptation code point (RFC 5061 section 4.2.6).
type AdaptationIndication struct {
	AssocID AssocID
	Ind     uint32
}

// PartialDeliveryEvent: the rest of a message that was read in part will not come.
type PartialDeliveryEvent struct {
	AssocID AssocID
	// Stream, SSN, MID and Unordered say which message, as RcvInfo did.
	Stream    uint16
	SSN       uint16
	MID       uint32
	Unordered bool
}

// SenderDry: the peer has acknowledged everything that was sent.
type SenderDry struct{ AssocID AssocID }

// StreamReset: streams begin with sequence number 0 again, or a request for it ended otherwise (RFC 6525 section 6.1.1).
type StreamReset struct {
	AssocID AssocID
	// Outgoing: this side sends on the streams; Incoming: the peer does.
	Outgoing, Incoming bool
	// Denied: the peer did not want. Failed: it could not, or the association ended or restarted before.
	Denied, Failed bool
	// Streams are the numbers of the streams; nil means all.
	Streams []uint16
}

// AddrsChanged: what became of addresses of this side that the peer was asked to take note of (RFC 5061).
type AddrsChanged struct {
	AssocID AssocID
	// Added and Removed are those that the peer has taken note of, Primary what it was asked to send to first and did not refuse.
	Added, Removed []netip.Addr
	Primary        netip.Addr
	// Err is why the rest was not done, nil if all was.
	Err error
}

// AssocReset: all streams begin with sequence number 0 again, and TSNs elsewhere, or a request for it ended otherwise (RFC
// 6525 section 6.1.2).
type AssocReset struct {
	AssocID AssocID
	// Denied: the peer did not want. Failed: it could not, or the association ended or restarted before.
	Denied, Failed bool
	// LocalTSN and PeerTSN are the next ones of this side and the peer.
	LocalTSN, PeerTSN uint32
}

// StreamChange: streams were added, or a request for it ended otherwise (RFC 6525 section 6.1.3).
type StreamChange struct {
	AssocID AssocID
	// Denied: the peer did not want. Failed: it could not, or the association ended or restarted before.
	Denied, Failed bool
	// OutStreams and InStreams are how many there are now.
	OutStreams, InStreams uint16
}

func (n AssocChange) Assoc() AssocID          { return n.AssocID }
func (n PeerAddrChange) Assoc() AssocID       { return n.AssocID }
func (n Stall) Assoc() AssocID                { return n.AssocID }
func (n LocalAddrChange) Assoc() AssocID      { return n.AssocID }
func (n AddrsChanged) Assoc() AssocID         { return n.AssocID }
func (n RemoteError) Assoc() AssocID          { return n.AssocID }
func (n SendFailed) Assoc() AssocID           { return n.AssocID }
func (n ShutdownEvent) Assoc() AssocID        { return n.AssocID }
func (n AdaptationIndication) Assoc() AssocID { return n.AssocID }
func (n PartialDeliveryEvent) Assoc() AssocID { return n.AssocID }
func (n SenderDry) Assoc() AssocID            { return n.AssocID }
func (n StreamReset) Assoc() AssocID          { return n.AssocID }
func (n AssocReset) Assoc() AssocID           { return n.AssocID }
func (n StreamChange) Assoc() AssocID         { return n.AssocID }

func (n AssocChange) String() string {
	if n.Err != nil {
		return fmt.Sprintf("association: %v: %v", n.State, n.Err)
	}
	if n.State == CommUp || n.State == Restart {
		return fmt.Sprintf("association: %v, %d streams out, %d in", n.State, n.OutStreams, n.InStreams)
	}
	return fmt.Sprintf("association: %v", n.State)
}

func (n PeerAddrChange) String() string { return fmt.Sprintf("peer address %v: %v", n.Addr, n.State) }
func (n Stall) String() string {
	if n.Reason == StallEnded {
		return fmt.Sprintf("acknowledged by %v again, after %v", n.Addr, n.For)
	}
	return fmt.Sprintf("nothing acknowledged for %v, though %v answers: %v", n.For, n.Addr, n.Reason)
}

func (n LocalAddrChange) String() string {
	if n.Added {
		return fmt.Sprintf("address %v is there", n.Addr)
	}
	return fmt.Sprintf("address %v is gone", n.Addr)
}
func (n AddrsChanged) String() string {
	var what []string
	for _, a := range n.Added {
		what = append(what, fmt.Sprintf("%v added", a))
	}
	for _, a := range n.Removed {
		what = append(what, fmt.Sprintf("%v removed", a))
	}
	if n.Primary.IsValid() {
		what = append(what, fmt.Sprintf("%v preferred", n.Primary))
	}
	if n.Err != nil {
		what = append(what, n.Err.Error())
	}
	return "addresses: " + strings.Join(what, ", ")
}
func (n RemoteError) String() string { return fmt.Sprintf("peer reports: %v", n.Cause) }
func (n SendFailed) String() string {
	return fmt.Sprintf("message of %d bytes on stream %d not delivered: %v", len(n.Data), n.Info.Stream, n.Err)
}
func (n ShutdownEvent) String() string { return "peer shuts down" }
func (n AdaptationIndication) String() string {
	return fmt.Sprintf("peer's adaptation code point is %#x", n.Ind)
}
func (n PartialDeliveryEvent) String() string {
	return fmt.Sprintf("rest of the message on stream %d will not come", n.Stream)
}
func (n SenderDry) String() string { return "all messages acknowledged" }
func (n StreamReset) String() string {
	which := "all streams"
	if n.Streams != nil {
		which = fmt.Sprintf("streams %v", n.Streams)
	}
	direction := "outgoing and incoming"
	switch {
	case !n.Incoming:
		direction = "outgoing"
	case !n.Outgoing:
		direction = "incoming"
	}
	return fmt.Sprintf("reset of %s, %s: %s", which, direction, ending(n.Denied, n.Failed))
}
func (n AssocReset) String() string {
	return fmt.Sprintf("reset of the association: %s", ending(n.Denied, n.Failed))
}
func (n StreamChange) String() string {
	return fmt.Sprintf("adding streams: %s, %d streams out, %d in", ending(n.Denied, n.Failed), n.OutStreams, n.InStreams)
}

// ending says how a request of RFC 6525 ended.
func ending(denied, failed bool) string {
	switch {
	case denied:
		return "denied by the peer"
	case failed:
		return "failed"
	}
	return "done"
}

// notification turns an event of the core into a Notification.
func notification(id AssocID, ev assoc.Event) Notification {
	switch ev := ev.(type) {
	case assoc.AssocChange:
		return AssocChange{id, AssocState(ev.State), public(ev.Err), ev.OutStreams, ev.InStreams}
	case assoc.PeerAddrChange:
		return PeerAddrChange{id, ev.Addr, AddrState(ev.State)}
	case assoc.Stall:
		return Stall{id, ev.Addr, StallReason(ev.Reason), ev.For}
	case assoc.LocalAddrChange:
		return LocalAddrChange{id, ev.Addr, ev.Added}
	case assoc.AddrsChanged:
		return AddrsChanged{id, ev.Added, ev.Removed, ev.Preferred, public(ev.Err)}
	case assoc.RemoteError:
		return RemoteError{id, CauseCode(ev.Code), ev.Data}
	case assoc.SendFailed:
		info := SndInfo{Stream: ev.Stream, PPID: ev.PPID, Unordered: ev.Unordered, Context: ev.Context, PR: prInfo(ev.PR)}
		return SendFailed{id, ev.Sent, public(ev.Err), info, ev.Data}
	case assoc.ShutdownEvent:
		return ShutdownEvent{id}
	case assoc.AdaptationIndication:
		return AdaptationIndication{id, ev.Ind}
	case assoc.PartialDeliveryAborted:
		return PartialDeliveryEvent{id, ev.Stream, ev.SSN, ev.MID, ev.Unordered}
	case assoc.Authentication:
		return AuthenticationEvent{id, AuthIndication(ev.Indication), ev.Key, ev.Err}
	case assoc.SenderDry:
		return SenderDry{id}
	case assoc.StreamReset:
		return StreamReset{id, ev.Outgoing, ev.Incoming, ev.Denied, ev.Failed, ev.Streams}
	case assoc.AssocReset:
		return AssocReset{id, ev.Denied, ev.Failed, ev.LocalTSN, ev.PeerTSN}
	case assoc.StreamChange:
		return StreamChange{id, ev.Denied, ev.Failed, ev.OutStreams, ev.InStreams}
	}
	panic(fmt.Sprintf("sctp: the engine passed on a %T", ev))
}
