package linux

import (
	"strconv"
	"strings"
)

// SendFlags are sinfo_flags, snd_flags, rcv_flags and nxt_flags (RFC 6458 sections 5.3.2 and 5.3.4).
type SendFlags uint16

// Flags of messages. SCTP_EOR, which ends a message under SCTP_EXPLICIT_EOR, Linux does not have: the number is FreeBSD's.
const (
	SCTP_UNORDERED        SendFlags = 0x0001
	SCTP_ADDR_OVER        SendFlags = 0x0002
	SCTP_ABORT            SendFlags = 0x0004
	SCTP_SACK_IMMEDIATELY SendFlags = 0x0008 // RFC 7053 section 6
	SCTP_PR_SCTP_MASK     SendFlags = 0x0030
	SCTP_SENDALL          SendFlags = 0x0040
	SCTP_PR_SCTP_ALL      SendFlags = 0x0080
	SCTP_EOF              SendFlags = 0x0200
	SCTP_EOR              SendFlags = 0x2000
	SCTP_NOTIFICATION     SendFlags = 0x8000
)

// sendable are the flags that Linux lets a program give; SCTP_EOR is beside them.
const sendable = SCTP_UNORDERED | SCTP_ADDR_OVER | SCTP_ABORT | SCTP_SACK_IMMEDIATELY | SCTP_PR_SCTP_MASK | SCTP_SENDALL | SCTP_EOF

// Policy returns the policy of partial reliability in f.
func (f SendFlags) Policy() PRPolicy { return PRPolicy(f & SCTP_PR_SCTP_MASK) }

// WithPolicy returns f with the policy p.
func (f SendFlags) WithPolicy(p PRPolicy) SendFlags { return f&^SCTP_PR_SCTP_MASK | SendFlags(p) }

func (f SendFlags) String() string {
	rest := f &^ SCTP_PR_SCTP_MASK
	s := flagNames(uint64(rest), sendFlagNames)
	if p := f.Policy(); p != SCTP_PR_SCTP_NONE {
		s = strings.TrimPrefix(s+"|"+p.String(), "0|")
	}
	return s
}

var sendFlagNames = []flagName{
	{uint64(SCTP_UNORDERED), "SCTP_UNORDERED"}, {uint64(SCTP_ADDR_OVER), "SCTP_ADDR_OVER"}, {uint64(SCTP_ABORT), "SCTP_ABORT"},
	{uint64(SCTP_SACK_IMMEDIATELY), "SCTP_SACK_IMMEDIATELY"}, {uint64(SCTP_SENDALL), "SCTP_SENDALL"},
	{uint64(SCTP_PR_SCTP_ALL), "SCTP_PR_SCTP_ALL"}, {uint64(SCTP_EOF), "SCTP_EOF"}, {uint64(SCTP_EOR), "SCTP_EOR"},
	{uint64(SCTP_NOTIFICATION), "SCTP_NOTIFICATION"},
}

// PRPolicy is a policy of partial reliability (RFC 6458 section 5.3.7, RFC 7496 section 4.2).
type PRPolicy uint16

// Policies of partial reliability.
const (
	SCTP_PR_SCTP_NONE PRPolicy = 0x00
	SCTP_PR_SCTP_TTL  PRPolicy = 0x10
	SCTP_PR_SCTP_RTX  PRPolicy = 0x20
	SCTP_PR_SCTP_PRIO PRPolicy = 0x30
)

var prPolicyNames = []string{"SCTP_PR_SCTP_NONE", "SCTP_PR_SCTP_TTL", "SCTP_PR_SCTP_RTX", "SCTP_PR_SCTP_PRIO"}

func (p PRPolicy) String() string {
	if p&^PRPolicy(SCTP_PR_SCTP_MASK) != 0 {
		return "0x" + strconv.FormatUint(uint64(p), 16)
	}
	return prPolicyNames[p>>4]
}

// MsgFlags are the flags of sendmsg and recvmsg, given and returned.
type MsgFlags uint32

// Flags of sendmsg and recvmsg that mean something on an SCTP socket.
const (
	MSG_OOB          MsgFlags = 0x1
	MSG_PEEK         MsgFlags = 0x2
	MSG_DONTROUTE    MsgFlags = 0x4
	MSG_CTRUNC       MsgFlags = 0x8
	MSG_TRUNC        MsgFlags = 0x20
	MSG_DONTWAIT     MsgFlags = 0x40
	MSG_EOR          MsgFlags = 0x80
	MSG_WAITALL      MsgFlags = 0x100
	MSG_FIN          MsgFlags = 0x200 // MSG_EOF of RFC 6458 on Linux
	MSG_ERRQUEUE     MsgFlags = 0x2000
	MSG_NOSIGNAL     MsgFlags = 0x4000
	MSG_MORE         MsgFlags = 0x8000 // given
	MSG_NOTIFICATION MsgFlags = 0x8000 // returned
	MSG_CMSG_CLOEXEC MsgFlags = 0x40000000
)

// String names the flags as they are returned, which shows MSG_MORE, only given and without meaning here, as MSG_NOTIFICATION.
func (f MsgFlags) String() string { return flagNames(uint64(f), msgFlagNames) }

var msgFlagNames = []flagName{
	{uint64(MSG_OOB), "MSG_OOB"}, {uint64(MSG_PEEK), "MSG_PEEK"}, {uint64(MSG_DONTROUTE), "MSG_DONTROUTE"},
	{uint64(MSG_CTRUNC), "MSG_CTRUNC"}, {uint64(MSG_TRUNC), "MSG_TRUNC"}, {uint64(MSG_DONTWAIT), "MSG_DONTWAIT"},
	{uint64(MSG_EOR), "MSG_EOR"}, {uint64(MSG_WAITALL), "MSG_WAITALL"}, {uint64(MSG_FIN), "MSG_FIN"},
	{uint64(MSG_ERRQUEUE), "MSG_ERRQUEUE"}, {uint64(MSG_NOSIGNAL), "MSG_NOSIGNAL"},
	{uint64(MSG_NOTIFICATION), "MSG_NOTIFICATION"}, {uint64(MSG_CMSG_CLOEXEC), "MSG_CMSG_CLOEXEC"},
}

type flagName struct {
	bit  uint64
	name string
}

// flagNames writes flags as C has them, those without a name as one number.
func flagNames(flags uint64, names []flagName) string {
	var all []string
	for _, n := range names {
		if flags&n.bit != 0 {
			all = append(all, n.name)
			flags &^= n.bit
		}
	}
	switch {
	case len(all) == 0 && flags == 0:
		return "0"
	case flags != 0:
		all = append(all, "0x"+strconv.FormatUint(flags, 16))
	}
	return strings.Join(all, "|")
}

// Schedulers of SCTP_STREAM_SCHEDULER (RFC 8260 section 4.3.2) with Linux' numbers; SCTP_SS_FC is the RFC's SCTP_SS_FB. SCTP_SS_RR_PKT
// is not in Linux.
const (
	SCTP_SS_FCFS = iota
	SCTP_SS_PRIO
	SCTP_SS_RR
	SCTP_SS_FC
	SCTP_SS_WFQ
	SCTP_SS_MAX = SCTP_SS_WFQ

	SCTP_SS_RR_PKT = ownOption
)

// Values of SCTP_ACCEPT_ZERO_CHECKSUM (RFC 9653 section 7.1).
const (
	SCTP_EDMID_NONE             = 0
	SCTP_EDMID_LOWER_LAYER_DTLS = 1
)
