package sctp

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
)

// State is the state of an association (RFC 9260 section 4).
type State uint8

const (
	Closed           = State(assoc.StateClosed)           // there is no association any more
	CookieWait       = State(assoc.StateCookieWait)       // INIT is sent
	CookieEchoed     = State(assoc.StateCookieEchoed)     // COOKIE ECHO is sent
	Established      = State(assoc.StateEstablished)      // data flows
	ShutdownPending  = State(assoc.StateShutdownPending)  // to be shut down once everything is acknowledged
	ShutdownSent     = State(assoc.StateShutdownSent)     // SHUTDOWN is sent
	ShutdownReceived = State(assoc.StateShutdownReceived) // the peer has sent SHUTDOWN
	ShutdownAckSent  = State(assoc.StateShutdownAckSent)  // SHUTDOWN ACK is sent
)

func (s State) String() string {
	names := [...]string{
		Closed: "CLOSED", CookieWait: "COOKIE-WAIT", CookieEchoed: "COOKIE-ECHOED", Established: "ESTABLISHED",
		ShutdownPending: "SHUTDOWN-PENDING", ShutdownSent: "SHUTDOWN-SENT", ShutdownReceived: "SHUTDOWN-RECEIVED",
		ShutdownAckSent: "SHUTDOWN-ACK-SENT",
	}
	if int(s) < len(names) {
		return names[s]
	}
	return fmt.Sprintf("State(%d)", uint8(s))
}

// Status describes an association (RFC 6458 section 8.2.1).
type Status struct {
	State State
	// LocalTag is in every packet to this side, PeerTag in every one to the peer (RFC 9260 section 3.1).
	LocalTag, PeerTag uint32
	// PeerRwnd and LocalRwnd are the receive windows, in bytes.
	PeerRwnd, LocalRwnd int
	// Unacked is the number of DATA chunks in flight.
	Unacked int
	// Unsent is what was written and not sent yet, in bytes.
	Unsent int
	// Pending is what was received and not read yet, in bytes.
	Pending               int
	InStreams, OutStreams uint16
	// FragmentationPoint is the user data that one packet takes, in bytes.
	FragmentationPoint int
	// Extensions are those in use: both sides offered them.
	Extensions Extensions
	// Paths are the addresses of the peer, the primary one first.
	Paths []PathStatus
	Stats Stats
	// LostNotifications counts what NextNotification did not take in time.
	LostNotifications uint64
}

// PathStatus describes one address of the peer (RFC 6458 section 8.2.2).
type PathStatus struct {
	Local, Remote netip.Addr
	// EncapPort is the peer's UDP port, 0 if there is none.
	EncapPort uint16
	// State is AddrAvailable, AddrPotentiallyFailed or AddrUnreachable.
	State AddrState
	// Confirmed: the peer has been shown to have this address (RFC 9260 section 5.4).
	Confirmed bool
	Primary   bool
	SRTT, RTO time.Duration
	// Cwnd, Ssthresh and FlightSize are in bytes.
	Cwnd, Ssthresh, FlightSize int
	// PMTU is the largest packet, common header included.
	PMTU int
	// Search is how far the search for the path MTU is (RFC 8899).
	Search SearchState
	// Errors is the number of time-outs in a row.
	Errors int
	// Retransmitted counts DATA chunks that were sent again, to this address.
	Retransmitted uint64
}

// Stats counts what happened since the association began.
type Stats struct {
	PacketsSent, PacketsReceived   uint64
	ControlSent, ControlReceived   uint64 // chunks other than DATA
	ControlRepeated                uint64 // chunks of ControlSent that repeated one after T1 or T2 had expired, or to the next address (Dialer.RaceDelay)
	OrderedSent, UnorderedSent     uint64 // DATA chunks, the first time
	OrderedRcvd, UnorderedRcvd     uint64
	BytesSent, BytesReceived       uint64 // user data, the first time
	Retransmitted                  uint64 // DATA chunks
	RetransmittedByT3              uint64 // of Retransmitted, those for which T3-rtx had expired
	FastRetransmits                uint64 // entries into fast recovery (RFC 9260 section 7.2.4)
	Timeouts                       uint64 // of T3-rtx
	RecoveriesUndone               uint64 // of FastRetransmits, those after which nothing turned out to have been lost
	TimeoutsUndone                 uint64 // of Timeouts, those that turned out to have been too early
	TailProbes                     uint64 // packets sent to hear of what is in flight, before T3-rtx expired (RFC 8985 section 7)
	TailLosses                     uint64 // losses that such a packet has repaired
	MarksReceived                  uint64 // packets with data that the network marked (RFC 3168)
	MarksAnswered                  uint64 // reductions of a congestion window for the peer's report of a mark
	DropsReported, DropsHeard      uint64 // damaged packets that the peer was told of, and told of
	DuplicateTSNs                  uint64
	OutOfOrderTSNs                 uint64
	SacksSent, SacksReceived       uint64
	GapsReceived                   uint64 // Gap Ack Blocks
	Dropped                        uint64 // DATA chunks for which there was no room
	MessagesSent, MessagesReceived uint64
	Fragmented, Reassembled        uint64 // messages cut into several DATA chunks, and put together from several
	T1Expired, T2Expired           uint64
	T1CookieExpired                uint64 // of T1Expired, those that repeated COOKIE ECHO
	T5Expired                      uint64
	PortChanges                    uint64 // times a NAT gave the peer another UDP port (RFC 6951 section 5.4)
	BlackHoles                     uint64 // times packets of the path MTU were found to vanish without a report (RFC 8899 section 4.3)
	Stalls                         uint64 // times nothing was acknowledged for Config.StallTime, though the peer answered
	AcksDelayed                    uint64 // SACKs for which the timer was waited
	AuthSent, AuthReceived         uint64 // AUTH chunks (RFC 4895); of the latter, those that were right
	AuthMismatches                 uint64 // AUTH chunks that were wrong: made with another key, or by somebody else
	AuthUnknownKeys                uint64 // AUTH chunks with a key or an algorithm that this side does not have
	AuthMissing                    uint64 // chunks discarded because they should have been authenticated
	ASCONFSent, ASCONFReceived     uint64 // chunks that change addresses (RFC 5061); of the latter, those whose requests were looked at
	ASCONFRepeated                 uint64 // ASCONF chunks that had been answered, and were so again without being performed
	ASCONFDiscarded                uint64 // ASCONF chunks out of sequence: stale, or forged
	AddrsRefused                   uint64 // requests of the peer that were refused, to add, remove or prefer an address
	InitsRefused                   uint64 // INIT chunks in the peer's name that were answered with ABORT: they list addresses that it has not
	StrangersDiscarded             uint64 // chunks from addresses that are not the peer's
}

// publicStats is as the association has them, where they are in two parts.
func publicStats(s *assoc.Stats) Stats {
	return Stats{
		PacketsSent:        s.PacketsSent,
		PacketsReceived:    s.PacketsReceived,
		ControlSent:        s.ControlSent,
		ControlReceived:    s.ControlReceived,
		ControlRepeated:    s.ControlRepeated,
		OrderedSent:        s.OrderedSent,
		UnorderedSent:      s.UnorderedSent,
		OrderedRcvd:        s.OrderedRcvd,
		UnorderedRcvd:      s.UnorderedRcvd,
		BytesSent:          s.BytesSent,
		BytesReceived:      s.BytesReceived,
		Retransmitted:      s.Retransmitted,
		RetransmittedByT3:  s.RetransmittedByT3,
		FastRetransmits:    s.FastRetransmits,
		Timeouts:           s.Timeouts,
		RecoveriesUndone:   s.RecoveriesUndone,
		TimeoutsUndone:     s.TimeoutsUndone,
		TailProbes:         s.TailProbes,
		TailLosses:         s.TailLosses,
		MarksReceived:      s.MarksReceived,
		MarksAnswered:      s.MarksAnswered,
		DropsReported:      s.DropsReported,
		DropsHeard:         s.DropsHeard,
		DuplicateTSNs:      s.DuplicateTSNs,
		OutOfOrderTSNs:     s.OutOfOrderTSNs,
		SacksSent:          s.SacksSent,
		SacksReceived:      s.SacksReceived,
		GapsReceived:       s.GapsReceived,
		Dropped:            s.Dropped,
		MessagesSent:       s.MessagesSent,
		MessagesReceived:   s.MessagesReceived,
		Fragmented:         s.Fragmented,
		Reassembled:        s.Reassembled,
		T1Expired:          s.T1Expired,
		T2Expired:          s.T2Expired,
		T1CookieExpired:    s.T1CookieExpired,
		T5Expired:          s.T5Expired,
		PortChanges:        s.PortChanges,
		BlackHoles:         s.BlackHoles,
		Stalls:             s.Stalls,
		AcksDelayed:        s.AcksDelayed,
		AuthSent:           s.AuthSent,
		AuthReceived:       s.AuthReceived,
		AuthMismatches:     s.AuthMismatches,
		AuthUnknownKeys:    s.AuthUnknownKeys,
		AuthMissing:        s.AuthMissing,
		ASCONFSent:         s.ASCONFSent,
		ASCONFReceived:     s.ASCONFReceived,
		ASCONFRepeated:     s.ASCONFRepeated,
		ASCONFDiscarded:    s.ASCONFDiscarded,
		AddrsRefused:       s.AddrsRefused,
		InitsRefused:       s.InitsRefused,
		StrangersDiscarded: s.StrangersDiscarded,
	}
}

func publicStatus(s *assoc.Status, lost uint64) Status {
	p := Status{
		State:              State(s.State),
		LocalTag:           s.LocalTag,
		PeerTag:            s.PeerTag,
		PeerRwnd:           s.PeerRwnd,
		LocalRwnd:          s.LocalRwnd,
		Unacked:            s.Unacked,
		Unsent:             s.Unsent,
		Pending:            s.Pending,
		InStreams:          s.InStreams,
		OutStreams:         s.OutStreams,
		FragmentationPoint: s.FragmentationPoint,
		Extensions:         Extensions(s.Extensions),
		Stats:              publicStats(&s.Stats),
		LostNotifications:  lost,
	}
	for _, path := range s.Paths {
		p.Paths = append(p.Paths, PathStatus{
			Local:      path.Path.Local,
			Remote:     path.Path.Remote,
			EncapPort:  path.Path.EncapPort,
			State:      AddrState(path.State),
			Confirmed:  path.Confirmed,
			Primary:    path.Primary,
			SRTT:       path.SRTT,
			RTO:        path.RTO,
			Cwnd:       path.Cwnd,
			Ssthresh:   path.Ssthresh,
			FlightSize: path.FlightSize,
			PMTU:       path.PMTU,
			Search:     SearchState(path.Search),
			Errors:     path.Errors,

			Retransmitted: path.Retransmitted,
		})
	}
	slices.SortStableFunc(p.Paths, func(a, b PathStatus) int {
		switch {
		case a.Primary:
			return -1
		case b.Primary:
			return 1
		}
		return 0
	})
	return p
}
