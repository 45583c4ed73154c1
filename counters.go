package sctp

import (
	"time"

	"github.com/gosctp/sctp/internal/engine"
)

// Counters are the statistics of RFC 3873 (SCTP-MIB, sctpStats). Its other objects are elsewhere: sctpParams are fields of
// [Config]; sctpAssocTable and sctpAssocRemAddrTable are what [Status], [Stats] and [PathStatus] say of an association.
type Counters struct {
	// CurrEstab (sctpCurrEstab) is the number of associations in the states ESTABLISHED, SHUTDOWN-PENDING and
	// SHUTDOWN-RECEIVED now.
	CurrEstab uint64
	// ActiveEstabs (sctpActiveEstabs) are the associations that this side has set up, PassiveEstabs (sctpPassiveEstabs) those
	// that peers have.
	ActiveEstabs, PassiveEstabs uint64
	// Aborteds (sctpAborteds) are those that ended ungracefully: with an ABORT of either side, or because the peer did not answer.
	Aborteds uint64
	// Shutdowns (sctpShutdowns) are those that ended gracefully.
	Shutdowns uint64
	// OutOfBlues (sctpOutOfBlues) are packets that were whole and belonged to no association (RFC 9260 section 8.4).
	OutOfBlues uint64
	// ChecksumErrors (sctpChecksumErrors) are packets with a wrong checksum.
	ChecksumErrors uint64
	// OutCtrlChunks (sctpOutCtrlChunks) are chunks sent that are not DATA, without those that were sent again after a time-out.
	// OutOrderChunks (sctpOutOrderChunks) and OutUnorderChunks (sctpOutUnorderChunks) are DATA chunks that were sent, each once.
	OutCtrlChunks, OutOrderChunks, OutUnorderChunks uint64
	// InCtrlChunks (sctpInCtrlChunks), InOrderChunks (sctpInOrderChunks) and InUnorderChunks (sctpInUnorderChunks) are chunks
	// received, DATA without duplicates.
	InCtrlChunks, InOrderChunks, InUnorderChunks uint64
	// FragUsrMsgs (sctpFragUsrMsgs) are messages that were too large for one packet, ReasmUsrMsgs (sctpReasmUsrMsgs) those of
	// which the last of several fragments has arrived.
	FragUsrMsgs, ReasmUsrMsgs uint64
	// OutSCTPPacks (sctpOutSCTPPacks) and InSCTPPacks (sctpInSCTPPacks) are packets sent and received, whatever is in them.
	OutSCTPPacks, InSCTPPacks uint64
	// AuthFailures, which RFC 3873 does not have, are COOKIE ECHOs that made no association because they were not authentic, as with [Auth] a
	// peer's with another key (RFC 4895 section 6.3). What is discarded of associations that there are, Stats counts.
	AuthFailures uint64
	// InitsRefused, which RFC 3873 does not have either, are INITs to listeners that were answered with ABORT for what is in them: a peer that
	// would change addresses without authentication (RFC 5061), or wants something else that cannot be.
	InitsRefused uint64
	// DiscontinuityTime (sctpDiscontinuityTime) is when counters last lost count: never, so that it is zero.
	DiscontinuityTime time.Duration
}

// ReadCounters sums up what all carriers of this process have counted, those included that are closed.
func ReadCounters() Counters { return publicCounters(engine.ProcessCounters()) }

// Counters returns what was counted on the listener's carrier, which other users of it in this process may share.
func (l *Listener) Counters() Counters { return publicCounters(l.socket.Counters()) }

// Counters returns what was counted on the endpoint's carrier, which other users of it in this process may share.
func (e *Endpoint) Counters() Counters { return publicCounters(e.socket.Counters()) }

// Counters returns what was counted on the association's carrier, which other users of it in this process may share.
func (c *Conn) Counters() Counters { return publicCounters(c.assoc.Socket().Counters()) }

func publicCounters(c engine.Counters) Counters {
	return Counters{
		CurrEstab:        c.CurrEstab,
		ActiveEstabs:     c.ActiveEstabs,
		PassiveEstabs:    c.PassiveEstabs,
		Aborteds:         c.Aborteds,
		Shutdowns:        c.Shutdowns,
		OutOfBlues:       c.OutOfBlues,
		AuthFailures:     c.AuthFailures,
		InitsRefused:     c.InitsRefused,
		ChecksumErrors:   c.ChecksumErrors,
		OutCtrlChunks:    c.OutCtrlChunks,
		OutOrderChunks:   c.OutOrderChunks,
		OutUnorderChunks: c.OutUnorderChunks,
		InCtrlChunks:     c.InCtrlChunks,
		InOrderChunks:    c.InOrderChunks,
		InUnorderChunks:  c.InUnorderChunks,
		FragUsrMsgs:      c.FragUsrMsgs,
		ReasmUsrMsgs:     c.ReasmUsrMsgs,
		OutSCTPPacks:     c.OutSCTPPacks,
		InSCTPPacks:      c.InSCTPPacks,
	}
}
