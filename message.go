package sctp

import (
	"net/netip"

	"github.com/gosctp/sctp/internal/assoc"
)

// AssocID names an association of an [Endpoint] (RFC 6458 section 5.3.4).
type AssocID uint32

// SndInfo says how to send a message (RFC 6458 section 5.3.4). The zero value sends in order on stream 0.
type SndInfo struct {
	// Stream is below Status.OutStreams; sending on another fails with [ErrStream].
	Stream uint16
	// PPID is the Payload Protocol Identifier, which SCTP only carries: the number as IANA lists it, 46 for Diameter. It is
	// in network byte order in the packet; programs that use the socket API of C have to see to that themselves.
	PPID uint32
	// Unordered lets the message overtake others of its stream, and be overtaken.
	Unordered bool
	// Immediate asks the peer to acknowledge at once (SACK-IMMEDIATELY, RFC 9260 section 3.3.1).
	Immediate bool
	// Context comes back in [SendFailed].
	Context uint32
	// To, if valid, is the address of the peer to try first, instead of the primary one.
	To netip.Addr
	// PR says when the message may be given up (RFC 3758, RFC 7496): [Lifetime], [MaxRetransmits], [PriorityPolicy], or
	// never.
	PR PRInfo
	// AuthKey names the key that authenticates the message (SCTP_AUTHINFO, RFC 6458 section 5.3.8), see [UseAuthKey]; otherwise it is
	// the active one. It counts where the peer wants DATA authenticated.
	AuthKey KeyChoice
}

// RcvInfo describes what was received (RFC 6458 section 5.3.5).
type RcvInfo struct {
	// AssocID is set by an [Endpoint]; zero on a Conn.
	AssocID AssocID
	Stream  uint16
	// SSN is the number of the message within its stream; nothing if it is Unordered. With [Interleaving] it is the low
	// bits of MID.
	SSN uint16
	// MID is the number of the message, with Interleaving, among the ordered or the unordered ones of its stream. Zero
	// without.
	MID uint32
	// PPID is what the peer's SndInfo.PPID said.
	PPID uint32
	// TSN is that of a chunk of the message, CumTSN the one up to which nothing is missing.
	TSN, CumTSN uint32
	// Unordered: the message was sent so.
	Unordered bool
	// Begin: what was read begins a message. EOR: it ends one; otherwise the next read goes on with the rest, or, with
	// Config.FragmentInterleave 2, the next one that comes from this stream.
	Begin, EOR bool
}

// Message is a message as [Conn.Messages] and [Conn.ReadMessage] return it, whole.
type Message struct {
	RcvInfo
	Data []byte
}

// fill makes m, which is zero, the message that sends p as info says.
func (info *SndInfo) fill(m *assoc.Message, p []byte) {
	// Field by field: in one, it would be put together elsewhere and copied, which takes several times as long.
	m.Stream = info.Stream
	m.PPID = info.PPID
	m.Unordered = info.Unordered
	m.Immediate = info.Immediate
	m.Context = info.Context
	m.Path = info.To
	m.PR = info.PR.core()
	m.Key = info.AuthKey.number
	m.HasKey = info.AuthKey.named
	m.Data = p
}

// fill makes info, which is zero, say what i does.
func (info *RcvInfo) fill(i *assoc.RcvInfo) {
	info.Stream = i.Stream
	info.SSN = i.SSN
	info.MID = i.MID
	info.PPID = i.PPID
	info.TSN = i.TSN
	info.CumTSN = i.CumTSN
	info.Unordered = i.Unordered
	info.Begin = i.Begin
	info.EOR = i.EOR
}
