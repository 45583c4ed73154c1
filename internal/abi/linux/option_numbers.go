package linux

import "strconv"

// Levels of socket options and of ancillary data.
const (
	SOL_IP       = 0
	SOL_SOCKET   = 1
	SOL_IPV6     = 41
	SOL_SCTP     = 132
	IPPROTO_SCTP = 132
)

// OptName is the number of a socket option of level SOL_SCTP.
type OptName int

// Socket options of RFC 6458 and of the RFCs that extend it, with Linux' numbers.
const (
	SCTP_RTOINFO                OptName = 0
	SCTP_ASSOCINFO              OptName = 1
	SCTP_INITMSG                OptName = 2
	SCTP_NODELAY                OptName = 3
	SCTP_AUTOCLOSE              OptName = 4
	SCTP_SET_PEER_PRIMARY_ADDR  OptName = 5
	SCTP_PRIMARY_ADDR           OptName = 6
	SCTP_ADAPTATION_LAYER       OptName = 7
	SCTP_DISABLE_FRAGMENTS      OptName = 8
	SCTP_PEER_ADDR_PARAMS       OptName = 9
	SCTP_DEFAULT_SEND_PARAM     OptName = 10
	SCTP_EVENTS                 OptName = 11
	SCTP_I_WANT_MAPPED_V4_ADDR  OptName = 12
	SCTP_MAXSEG                 OptName = 13
	SCTP_STATUS                 OptName = 14
	SCTP_GET_PEER_ADDR_INFO     OptName = 15
	SCTP_DELAYED_SACK           OptName = 16
	SCTP_CONTEXT                OptName = 17
	SCTP_FRAGMENT_INTERLEAVE    OptName = 18
	SCTP_PARTIAL_DELIVERY_POINT OptName = 19
	SCTP_MAX_BURST              OptName = 20
	SCTP_AUTH_CHUNK             OptName = 21
	SCTP_HMAC_IDENT             OptName = 22
	SCTP_AUTH_KEY               OptName = 23
	SCTP_AUTH_ACTIVE_KEY        OptName = 24
	SCTP_AUTH_DELETE_KEY        OptName = 25
	SCTP_PEER_AUTH_CHUNKS       OptName = 26
	SCTP_LOCAL_AUTH_CHUNKS      OptName = 27
	SCTP_GET_ASSOC_NUMBER       OptName = 28
	SCTP_GET_ASSOC_ID_LIST      OptName = 29
	SCTP_AUTO_ASCONF            OptName = 30
	SCTP_PEER_ADDR_THLDS        OptName = 31
	SCTP_RECVRCVINFO            OptName = 32
	SCTP_RECVNXTINFO            OptName = 33
	SCTP_DEFAULT_SNDINFO        OptName = 34
	SCTP_AUTH_DEACTIVATE_KEY    OptName = 35
	SCTP_REUSE_PORT             OptName = 36
	SCTP_PEER_ADDR_THLDS_V2     OptName = 37

	SCTP_PR_SUPPORTED                    OptName = 113
	SCTP_DEFAULT_PRINFO                  OptName = 114
	SCTP_PR_ASSOC_STATUS                 OptName = 115
	SCTP_PR_STREAM_STATUS                OptName = 116
	SCTP_RECONFIG_SUPPORTED              OptName = 117
	SCTP_ENABLE_STREAM_RESET             OptName = 118
	SCTP_RESET_STREAMS                   OptName = 119
	SCTP_RESET_ASSOC                     OptName = 120
	SCTP_ADD_STREAMS                     OptName = 121
	SCTP_STREAM_SCHEDULER                OptName = 123
	SCTP_STREAM_SCHEDULER_VALUE          OptName = 124
	SCTP_INTERLEAVING_SUPPORTED          OptName = 125
	SCTP_EVENT                           OptName = 127
	SCTP_ASCONF_SUPPORTED                OptName = 128
	SCTP_AUTH_SUPPORTED                  OptName = 129
	SCTP_ECN_SUPPORTED                   OptName = 130
	SCTP_EXPOSE_POTENTIALLY_FAILED_STATE OptName = 131
	SCTP_REMOTE_UDP_ENCAPS_PORT          OptName = 132
	SCTP_PLPMTUD_PROBE_INTERVAL          OptName = 133
)

// What the functions of libsctp use instead of system calls of their own, and options that only Linux has. SCTP_SENDMSG_CONNECT is
// no option but what Linux asks its security modules about; it keeps its number from being used for one.
const (
	SCTP_SOCKOPT_BINDX_ADD     OptName = 100
	SCTP_SOCKOPT_BINDX_REM     OptName = 101
	SCTP_SOCKOPT_PEELOFF       OptName = 102
	SCTP_SOCKOPT_CONNECTX_OLD  OptName = 107
	SCTP_GET_PEER_ADDRS        OptName = 108
	SCTP_GET_LOCAL_ADDRS       OptName = 109
	SCTP_SOCKOPT_CONNECTX      OptName = 110
	SCTP_SOCKOPT_CONNECTX3     OptName = 111
	SCTP_GET_ASSOC_STATS       OptName = 112
	SCTP_SOCKOPT_PEELOFF_FLAGS OptName = 122
	SCTP_SENDMSG_CONNECT       OptName = 126
)

// Options that Linux does not have, with FreeBSD's numbers where Linux has not given those to others, which are 38 to 99. FreeBSD's
// SCTP_EXPLICIT_EOR is 27, Linux' SCTP_LOCAL_AUTH_CHUNKS; it is moved out of the way by [ownOption]. SCTP_USE_EXT_RCVINFO (RFC 6458
// section 8.1.22) is left out: it is deprecated, and the cmsg type that it asks for is Linux' SCTP_RCVINFO; SCTP_RECVNXTINFO is its successor.
const (
	SCTP_NRSACK_SUPPORTED     OptName = 48
	SCTP_PKTDROP_SUPPORTED    OptName = 49
	SCTP_ACCEPT_ZERO_CHECKSUM OptName = 51
	SCTP_EXPLICIT_EOR         OptName = ownOption + 27
)

// ownOption is where options begin whose numbers are ours, far from those that either system is likely to give out next.
const ownOption = 0x4000

// String returns the name in C.
func (n OptName) String() string {
	if o := Lookup(SOL_SCTP, int(n)); o != nil {
		return o.Name
	}
	return "SCTP option " + strconv.Itoa(int(n))
}
