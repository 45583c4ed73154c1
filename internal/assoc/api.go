// Package assoc is one SCTP association (RFC 9260) as a state machine without input or output.
//
// # The contract
//
// A driver feeds inputs (Deliver, DeliverICMP, Expire, Send, Receive, Shutdown, Abort, …), each with the time at which it
// happens. After each input it drains NextEvent and reads NextDeadline before it gives the next one. Packets may be pulled later,
// with NextPacket until it says false: they are built from the state of that moment, so a late pull merges them and never
// contradicts the state. Messages that are to be given up are so before a packet is built: pulling may make events too. An Association is not safe for concurrent use; nothing in it blocks, sleeps or calls back.
package assoc

import (
	"net/netip"
	"time"

	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/tx"
	"github.com/gosctp/sctp/transport"
)

// Message is a user message to send.
type Message struct {
	Stream    uint16
	PPID      uint32 // passed through in host order, on the wire in network order
	Unordered bool
	// Immediate asks for the I bit on the last DATA chunk (RFC 9260 section 3.3.1).
	Immediate bool
	// Partial: more of the message follows with the next Send on the stream (explicit EOR, RFC 6458 section 8.1.26).
	Partial bool
	// More: another message follows soon, and a packet that is not full may wait for it.
	More bool
	// Context comes back in SendFailed.
	Context uint32
	// Path, if valid, overrides the primary path for the first transmission (RFC 9260 section 11.1.5).
	Path netip.Addr
	// PR says when the message is given up (RFC 3758, RFC 7496), if the peer can be told.
	PR tx.PRInfo
	// Key, with HasKey, is the number of the key that authenticates the message where the peer wants DATA authenticated, in place of the one that is
	// active when it is sent (SCTP_AUTHINFO, RFC 6458 section 5.3.8).
	Key    uint16
	HasKey bool
	// Data is copied by Send.
	Data []byte
}

// RcvInfo describes received data (RFC 6458 section 5.3.5).
type RcvInfo struct {
	Stream uint16
	SSN    uint16 // with I-DATA the low bits of the MID (RFC 8260 section 4.1)
	MID    uint32 // zero without I-DATA
	PPID   uint32
	TSN    uint32
	CumTSN uint32
	// Source is the number of the address that the bytes came from: see Association.Source.
	Source    uint8
	Unordered bool
	// Begin: the bytes read begin a message.
	Begin bool
	// EOR: the bytes read end a message; false when the buffer was too small for the rest or the rest has not arrived.
	EOR bool
}

// PathStatus describes one path (RFC 6458 section 8.2.2).
type PathStatus struct {
	Path       transport.Path
	State      AddrState // AddrAvailable, AddrUnreachable or AddrPotentiallyFailed; Confirmed tells unconfirmed ones apart
	Confirmed  bool
	Primary    bool
	SRTT, RTO  time.Duration
	Cwnd       int
	Ssthresh   int
	FlightSize int
	PMTU       int
	Search     path.SearchState // of a larger or smaller PMTU
	// Retransmitted counts DATA chunks that were sent again, to this path.
	Retransmitted uint64
	Errors        int
}

// Status describes the association (RFC 6458 section 8.2.1).
type Status struct {
	State                 State
	LocalTag, PeerTag     uint32
	PeerRwnd              int
	LocalRwnd             int
	Unacked               int // DATA chunks in flight
	Unsent                int // messages, or parts, not yet sent once, in bytes
	Pending               int // bytes received and not yet read
	Missing               int // TSNs that the peer has sent, and that have not arrived
	InStreams, OutStreams uint16
	FragmentationPoint    int
	Extensions            Extensions // in use
	Paths                 []PathStatus
	Stats                 Stats
}
