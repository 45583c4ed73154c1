package linux

import "strconv"

// AssocState is sstat_state of [Status]; the numbers are those of Linux, not those of RFC 6458 section 8.2.1, which gives none.
type AssocState int32

// States of an association.
const (
	SCTP_EMPTY AssocState = iota
	SCTP_CLOSED
	SCTP_COOKIE_WAIT
	SCTP_COOKIE_ECHOED
	SCTP_ESTABLISHED
	SCTP_SHUTDOWN_PENDING
	SCTP_SHUTDOWN_SENT
	SCTP_SHUTDOWN_RECEIVED
	SCTP_SHUTDOWN_ACK_SENT
)

var assocStateNames = []string{
	"SCTP_EMPTY", "SCTP_CLOSED", "SCTP_COOKIE_WAIT", "SCTP_COOKIE_ECHOED", "SCTP_ESTABLISHED", "SCTP_SHUTDOWN_PENDING",
	"SCTP_SHUTDOWN_SENT", "SCTP_SHUTDOWN_RECEIVED", "SCTP_SHUTDOWN_ACK_SENT",
}

func (s AssocState) String() string { return nameAt(assocStateNames, int(s)) }

// nameAt returns names[n], or n itself where there is no name.
func nameAt(names []string, n int) string {
	if n < 0 || n >= len(names) {
		return strconv.Itoa(n)
	}
	return names[n]
}

// PathState is spinfo_state of [PaddrInfo].
type PathState int32

// States of a peer's address. SCTP_UNKNOWN is one that the program gave and nothing was heard from; Linux shows it as SCTP_ACTIVE.
const (
	SCTP_INACTIVE    PathState = 0
	SCTP_PF          PathState = 1
	SCTP_ACTIVE      PathState = 2
	SCTP_UNCONFIRMED PathState = 3
	SCTP_UNKNOWN     PathState = 0xffff
)

var pathStateNames = []string{"SCTP_INACTIVE", "SCTP_PF", "SCTP_ACTIVE", "SCTP_UNCONFIRMED"}

func (s PathState) String() string {
	if s == SCTP_UNKNOWN {
		return "SCTP_UNKNOWN"
	}
	return nameAt(pathStateNames, int(s))
}

// PaddrInfo is struct sctp_paddrinfo (RFC 6458 section 8.2.2), packed; RTO and SRTT in milliseconds.
type PaddrInfo struct {
	AssocID AssocID
	Address Storage
	State   PathState
	Cwnd    uint32
	SRTT    uint32
	RTO     uint32
	MTU     uint32
}

func (v *PaddrInfo) layout(c *codec) {
	u32(c, &v.AssocID)
	c.storage(&v.Address)
	u32(c, &v.State)
	u32(c, &v.Cwnd)
	u32(c, &v.SRTT)
	u32(c, &v.RTO)
	u32(c, &v.MTU)
}

// Status is struct sctp_status (RFC 6458 section 8.2.1).
type Status struct {
	AssocID               AssocID
	State                 AssocState
	Rwnd                  uint32
	Unacked, Pending      uint16
	InStreams, OutStreams uint16
	FragmentationPoint    uint32
	Primary               PaddrInfo
}

func (v *Status) layout(c *codec) {
	u32(c, &v.AssocID)
	u32(c, &v.State)
	u32(c, &v.Rwnd)
	u16(c, &v.Unacked)
	u16(c, &v.Pending)
	u16(c, &v.InStreams)
	u16(c, &v.OutStreams)
	u32(c, &v.FragmentationPoint)
	v.Primary.layout(c)
}

// AssocStats is struct sctp_assoc_stats, Linux' own. Counters are since the last call; MaxRTO, in milliseconds, is of the path ObservedRTOAddress.
type AssocStats struct {
	AssocID                           AssocID
	ObservedRTOAddress                Storage
	MaxRTO                            uint64
	InSacks, OutSacks                 uint64
	OutPackets, InPackets             uint64
	Retransmitted                     uint64
	OutOfSequence                     uint64
	Duplicates                        uint64
	GapAcks                           uint64
	OutUnordered, InUnordered         uint64
	OutOrdered, InOrdered             uint64
	OutControlChunks, InControlChunks uint64
}

func (v *AssocStats) layout(c *codec) {
	u32(c, &v.AssocID)
	c.pad(4)
	c.storage(&v.ObservedRTOAddress)
	for _, n := range []*uint64{
		&v.MaxRTO, &v.InSacks, &v.OutSacks, &v.OutPackets, &v.InPackets, &v.Retransmitted, &v.OutOfSequence, &v.Duplicates,
		&v.GapAcks, &v.OutUnordered, &v.InUnordered, &v.OutOrdered, &v.InOrdered, &v.OutControlChunks, &v.InControlChunks,
	} {
		u64(c, n)
	}
}
