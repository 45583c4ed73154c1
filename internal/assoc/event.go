package assoc

import (
	"net/netip"

	"github.com/gosctp/sctp/internal/tx"
	"github.com/gosctp/sctp/internal/wire"
)

// Event is something the association tells its user. The names are those of RFC 6458 section 6.1.
type Event interface{ event() }

// AssocState is the reason of an AssocChange (RFC 6458 section 6.1.1).
type AssocState uint8

const (
	CommUp AssocState = iota + 1
	CommLost
	Restart
	ShutdownComplete
	CantStartAssoc
)

// AssocChange reports that the association came up, restarted or ended.
type AssocChange struct {
	State AssocState
	// Err is nil for CommUp, Restart and ShutdownComplete; otherwise it says who ended the association and why.
	Err                   error
	OutStreams, InStreams uint16
}

// AddrState is the state of a peer address (RFC 6458 section 6.1.2).
type AddrState uint8

const (
	AddrAvailable AddrState = iota + 1
	AddrUnreachable
	AddrRemoved
	AddrAdded
	AddrMadePrimary
	AddrConfirmed
	AddrPotentiallyFailed
)

// PeerAddrChange reports a change of one path.
type PeerAddrChange struct {
	Addr  netip.Addr
	State AddrState
	// Probed: a HEARTBEAT ACK has shown that the address works, not a SACK.
	Probed bool
	// Spared: an address that is available again was potentially failed, and never unreachable.
	Spared bool
}

// LocalAddrChange reports that the host has got or lost an address that the association is bound to, by name or with all others. RFC 6458 has no
// such notification.
type LocalAddrChange struct {
	Addr  netip.Addr
	Added bool
}

// AddrsChanged reports what became of addresses of this side that the user wanted changed (RFC 5061). RFC 6458 has no such notification.
type AddrsChanged struct {
	// Request is what ChangeAddrs returned.
	Request uint32
	// Added and Removed are those of which the peer knows now, Preferred what it was asked to send to first and did not refuse.
	Added, Removed []netip.Addr
	Preferred      netip.Addr
	// Err is why the rest was not done: a *RefusedError, or one that says that the peer does not know how, or that the association ended or
	// restarted before. Nil if all was.
	Err error
}

// RemoteError reports an ERROR chunk of the peer, a cause each (RFC 6458 section 6.1.3). Data is the cause's body.
type RemoteError struct {
	Code wire.CauseCode
	Data []byte
}

// SendFailed returns a message that was not, or not provably, delivered when the association ended, or that was given up (RFC 6458 section
// 6.1.11).
type SendFailed struct {
	// Sent tells whether any part of the message was given to the network.
	Sent   bool
	Err    error
	Stream uint16
	PPID   uint32
	// Unordered, Context and PR are as they were given to Send.
	Unordered bool
	Context   uint32
	PR        tx.PRInfo
	// Data is the user message, whole.
	Data []byte
	// Later and More are for who hands it on in parts: Data is not the beginning, and not the end.
	Later, More bool
}

// ShutdownEvent reports that the peer sent SHUTDOWN: nothing more may be sent (RFC 6458 section 6.1.5).
type ShutdownEvent struct{}

// AdaptationIndication reports the peer's adaptation code point (RFC 6458 section 6.1.6).
type AdaptationIndication struct{ Ind uint32 }

// PartialDeliveryAborted reports that the rest of a message handed out in part will not come (RFC 6458 section 6.1.7).
type PartialDeliveryAborted struct {
	// Stream, SSN, MID and Unordered are as in RcvInfo.
	Stream    uint16
	SSN       uint16
	MID       uint32
	Unordered bool
}

// SenderDry reports that everything sent has been acknowledged (RFC 6458 section 6.1.9).
type SenderDry struct{}

// AuthIndication is what an Authentication is about (RFC 6458 section 6.1.8).
type AuthIndication uint8

const (
	// AuthNewKey: the peer uses a key for the first time.
	AuthNewKey AuthIndication = iota + 1
	// AuthFreeKey: nothing that is being sent needs a key any more.
	AuthFreeKey
	// AuthNone: the peer does not authenticate anything.
	AuthNone
	// AuthFailed: what had to be authentic was discarded, for the first time since the association began or something was authentic.
	AuthFailed
)

// Authentication reports what became of a key of AUTH (RFC 4895), or that there is no use for any.
type Authentication struct {
	Indication AuthIndication
	Key        uint16
	Err        error // of AuthFailed
}

// NotificationsStopped reports that others were lost because nobody took them. Whoever queues them makes it (RFC 6458 section 6.1.10).
type NotificationsStopped struct{}

// StreamReset reports that streams begin with sequence number 0 again, or that a request for it ended otherwise (RFC 6525 section 6.1.1).
type StreamReset struct {
	// Request is what ResetStreams returned; 0 if the peer began.
	Request            uint32
	Outgoing, Incoming bool
	// Denied: the peer did not want. Failed: it could not, or the association ended or restarted. Result is what the peer answered, if it did.
	Denied, Failed bool
	Result         wire.ReconfigResult
	// Streams are those that were asked for; nil means all.
	Streams []uint16
}

// AssocReset reports that the sequence numbers of all streams and the TSNs were reset, or that a request for it ended otherwise (RFC 6525 section
// 6.1.2). The fields are those of StreamReset; LocalTSN and PeerTSN are the next ones of both sides.
type AssocReset struct {
	Request           uint32
	Denied, Failed    bool
	Result            wire.ReconfigResult
	LocalTSN, PeerTSN uint32
}

// StreamChange reports that streams were added, or that a request for it ended otherwise (RFC 6525 section 6.1.3). The fields are those of
// StreamReset; OutStreams and InStreams are the numbers of streams there are now, AddedOut and
// AddedIn those that were asked for.
type StreamChange struct {
	Request               uint32
	Denied, Failed        bool
	Result                wire.ReconfigResult
	OutStreams, InStreams uint16
	AddedOut, AddedIn     uint16
}

// RoutesChanged tells the endpoint, not the user, that local tag or peer addresses are no longer what it routes by.
type RoutesChanged struct{}

func (AssocChange) event()            {}
func (PeerAddrChange) event()         {}
func (Stall) event()                  {}
func (LocalAddrChange) event()        {}
func (AddrsChanged) event()           {}
func (RemoteError) event()            {}
func (SendFailed) event()             {}
func (ShutdownEvent) event()          {}
func (AdaptationIndication) event()   {}
func (PartialDeliveryAborted) event() {}
func (SenderDry) event()              {}
func (Authentication) event()         {}
func (NotificationsStopped) event()   {}
func (StreamReset) event()            {}
func (AssocReset) event()             {}
func (StreamChange) event()           {}
func (RoutesChanged) event()          {}
