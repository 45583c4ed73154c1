package linux

import "syscall"

// options is the table: what Linux 6.12 does with each option, and at the places of their numbers the options that it lacks. The
// lengths of those are what their like has elsewhere.
var options = []Option{
	{
		Number: SCTP_RTOINFO, Name: "SCTP_RTOINFO", RFC: "RFC 6458 section 8.1.1", Struct: "struct sctp_rtoinfo",
		Value: newValue[RTOInfo], Set: Lengths{exactly, 16, 0}, Get: Lengths{atLeast, 16, 0}, Reads: true,
	},
	{
		Number: SCTP_ASSOCINFO, Name: "SCTP_ASSOCINFO", RFC: "RFC 6458 section 8.1.2", Struct: "struct sctp_assocparams",
		Value: newValue[AssocParams], Set: Lengths{exactly, 20, 0}, Get: Lengths{atLeast, 20, 0}, Reads: true,
	},
	{
		Number: SCTP_INITMSG, Name: "SCTP_INITMSG", RFC: "RFC 6458 section 8.1.3", Struct: "struct sctp_initmsg",
		Value: newValue[InitMsg], Set: Lengths{exactly, 8, 0}, Get: Lengths{atLeast, 8, 0},
	},
	{
		Number: SCTP_NODELAY, Name: "SCTP_NODELAY", RFC: "RFC 6458 section 8.1.5", Struct: "int",
		Value: newValue[Int], Set: Lengths{atLeast, 4, 0}, Get: Lengths{atLeast, 4, 0},
	},
	{
		Number: SCTP_AUTOCLOSE, Name: "SCTP_AUTOCLOSE", RFC: "RFC 6458 section 8.1.8", Struct: "int",
		Value: newValue[Int], Set: Lengths{exactly, 4, 0}, Get: Lengths{atLeast, 4, 0}, SetStyle: OneToMany, GetStyle: OneToMany,
	},
	{
		Number: SCTP_SET_PEER_PRIMARY_ADDR, Name: "SCTP_SET_PEER_PRIMARY_ADDR", RFC: "RFC 6458 section 8.3.1", Struct: "struct sctp_setpeerprim",
		Value: newValue[SetPeerPrim], Set: Lengths{exactly, 132, 0}, Needs: NeedsASCONF,
	},
	{
		Number: SCTP_PRIMARY_ADDR, Name: "SCTP_PRIMARY_ADDR", RFC: "RFC 6458 section 8.1.9", Struct: "struct sctp_prim",
		Value: newValue[Prim], Set: Lengths{exactly, 132, 0}, Get: Lengths{atLeast, 132, 0}, Reads: true,
	},
	{
		Number: SCTP_ADAPTATION_LAYER, Name: "SCTP_ADAPTATION_LAYER", RFC: "RFC 6458 section 8.1.10", Struct: "struct sctp_setadaptation",
		Value: newValue[Adaptation], Set: Lengths{exactly, 4, 0}, Get: Lengths{atLeast, 4, 0},
	},
	{
		Number: SCTP_DISABLE_FRAGMENTS, Name: "SCTP_DISABLE_FRAGMENTS", RFC: "RFC 6458 section 8.1.11", Struct: "int",
		Value: newValue[Int], Set: Lengths{atLeast, 4, 0}, Get: Lengths{atLeast, 4, 0},
	},
	{
		Number: SCTP_PEER_ADDR_PARAMS, Name: "SCTP_PEER_ADDR_PARAMS", RFC: "RFC 6458 section 8.1.12", Struct: "struct sctp_paddrparams",
		Value: newValue[PaddrParams], Set: Lengths{exactly, 156, sizeofOldPaddrParams}, Get: Lengths{atLeastEither, 156, sizeofOldPaddrParams}, Reads: true,
	},
	{
		Number: SCTP_DEFAULT_SEND_PARAM, Name: "SCTP_DEFAULT_SEND_PARAM", RFC: "RFC 6458 section 8.1.13", Struct: "struct sctp_sndrcvinfo",
		Value: newValue[SndRcvInfo], Set: Lengths{exactly, 32, 0}, Get: Lengths{atLeast, 32, 0}, Reads: true,
	},
	{
		Number: SCTP_EVENTS, Name: "SCTP_EVENTS", RFC: "RFC 6458 section 6.2.1", Struct: "struct sctp_event_subscribe",
		Value: newValue[EventSubscribe], Set: Lengths{atMost, 14, 0}, Get: Lengths{clipped, 14, 1},
	},
	{
		Number: SCTP_I_WANT_MAPPED_V4_ADDR, Name: "SCTP_I_WANT_MAPPED_V4_ADDR", RFC: "RFC 6458 section 8.1.15", Struct: "int",
		Value: newValue[Int], Set: Lengths{atLeast, 4, 0}, Get: Lengths{atLeast, 4, 0},
	},
	{
		Number: SCTP_MAXSEG, Name: "SCTP_MAXSEG", RFC: "RFC 6458 section 8.1.16", Struct: "struct sctp_assoc_value",
		Value: newValue[AssocValue], Set: Lengths{exactly, 8, 4}, Get: Lengths{atLeast, 8, 4}, Reads: true,
	},
	{
		Number: SCTP_STATUS, Name: "SCTP_STATUS", RFC: "RFC 6458 section 8.2.1", Struct: "struct sctp_status",
		Value: newValue[Status], Get: Lengths{atLeast, 176, 0}, Reads: true,
	},
	{
		Number: SCTP_GET_PEER_ADDR_INFO, Name: "SCTP_GET_PEER_ADDR_INFO", RFC: "RFC 6458 section 8.2.2", Struct: "struct sctp_paddrinfo",
		Value: newValue[PaddrInfo], Get: Lengths{atLeast, 152, 0}, Reads: true,
	},
	{
		Number: SCTP_DELAYED_SACK, Name: "SCTP_DELAYED_SACK", RFC: "RFC 6458 section 8.1.19", Struct: "struct sctp_sack_info",
		Value: newValue[SackInfo], Set: Lengths{exactly, 12, 8}, Get: Lengths{atLeast, 12, 8}, Reads: true,
	},
	{
		Number: SCTP_CONTEXT, Name: "SCTP_CONTEXT", RFC: "RFC 6458 section 8.1.25", Struct: "struct sctp_assoc_value",
		Value: newValue[AssocValue], Set: Lengths{exactly, 8, 0}, Get: Lengths{atLeast, 8, 0}, Reads: true,
	},
	{
		Number: SCTP_FRAGMENT_INTERLEAVE, Name: "SCTP_FRAGMENT_INTERLEAVE", RFC: "RFC 6458 section 8.1.20", Struct: "int",
		Value: newValue[Int], Set: Lengths{exactly, 4, 0}, Get: Lengths{atLeast, 4, 0},
	},
	{
		Number: SCTP_PARTIAL_DELIVERY_POINT, Name: "SCTP_PARTIAL_DELIVERY_POINT", RFC: "RFC 6458 section 8.1.21", Struct: "int",
		Value: newValue[Int], Set: Lengths{exactly, 4, 0}, Get: Lengths{atLeast, 4, 0},
	},
	{
		Number: SCTP_MAX_BURST, Name: "SCTP_MAX_BURST", RFC: "RFC 6458 section 8.1.24", Struct: "struct sctp_assoc_value",
		Value: newValue[AssocValue], Set: Lengths{exactly, 8, 4}, Get: Lengths{atLeast, 8, 4}, Reads: true, LengthKept: true,
	},
	{
		Number: SCTP_AUTH_CHUNK, Name: "SCTP_AUTH_CHUNK", RFC: "RFC 6458 section 8.3.2", Struct: "struct sctp_authchunk",
		Value: newValue[AuthChunk], Set: Lengths{exactly, 1, 0}, Needs: NeedsAuth, NoGet: syscall.EOPNOTSUPP,
	},
	{
		Number: SCTP_HMAC_IDENT, Name: "SCTP_HMAC_IDENT", RFC: "RFC 6458 section 8.1.17", Struct: "struct sctp_hmacalgo",
		Value: newValue[HMACAlgo], Set: Lengths{open, 4, 0}, Get: Lengths{open, 4, 0}, Needs: NeedsAuth,
	},
	{
		Number: SCTP_AUTH_KEY, Name: "SCTP_AUTH_KEY", RFC: "RFC 6458 section 8.3.3", Struct: "struct sctp_authkey",
		Value: newValue[AuthKey], Set: Lengths{open, 8 + 1, 0}, NoGet: syscall.EOPNOTSUPP,
	},
	{
		Number: SCTP_AUTH_ACTIVE_KEY, Name: "SCTP_AUTH_ACTIVE_KEY", RFC: "RFC 6458 section 8.1.18", Struct: "struct sctp_authkeyid",
		Value: newValue[AuthKeyID], Set: Lengths{exactly, 8, 0}, Get: Lengths{atLeast, 8, 0}, Reads: true,
	},
	{
		Number: SCTP_AUTH_DELETE_KEY, Name: "SCTP_AUTH_DELETE_KEY", RFC: "RFC 6458 section 8.3.5", Struct: "struct sctp_authkeyid",
		Value: newValue[AuthKeyID], Set: Lengths{exactly, 8, 0}, NoGet: syscall.EOPNOTSUPP,
	},
	{
		Number: SCTP_PEER_AUTH_CHUNKS, Name: "SCTP_PEER_AUTH_CHUNKS", RFC: "RFC 6458 section 8.2.3", Struct: "struct sctp_authchunks",
		Value: newValue[AuthChunks], Get: Lengths{open, 8, 0}, Reads: true,
	},
	{
		Number: SCTP_LOCAL_AUTH_CHUNKS, Name: "SCTP_LOCAL_AUTH_CHUNKS", RFC: "RFC 6458 section 8.2.4", Struct: "struct sctp_authchunks",
		Value: newValue[AuthChunks], Get: Lengths{open, 8, 0}, Reads: true,
	},
	{
		Number: SCTP_GET_ASSOC_NUMBER, Name: "SCTP_GET_ASSOC_NUMBER", RFC: "RFC 6458 section 8.2.5", Struct: "int",
		Value: newValue[Int], Get: Lengths{atLeast, 4, 0}, GetStyle: OneToMany,
	},
	{
		Number: SCTP_GET_ASSOC_ID_LIST, Name: "SCTP_GET_ASSOC_ID_LIST", RFC: "RFC 6458 section 8.2.6", Struct: "struct sctp_assoc_ids",
		Value: newValue[AssocIDs], Get: Lengths{open, 4, 0}, GetStyle: OneToMany,
	},
	{
		Number: SCTP_AUTO_ASCONF, Name: "SCTP_AUTO_ASCONF", RFC: "RFC 6458 section 8.1.23", Struct: "int",
		Value: newValue[Int], Set: Lengths{atLeast, 4, 0}, Get: Lengths{atLeast, 4, 0},
	},
	{
		Number: SCTP_PEER_ADDR_THLDS, Name: "SCTP_PEER_ADDR_THLDS", RFC: "RFC 7829 section 7.2", Struct: "struct sctp_paddrthlds",
		Value: newValue[PaddrThresholds], Set: Lengths{atLeast, 144, 0}, Get: Lengths{atLeast, 144, 0}, Reads: true,
	},
	{
		Number: SCTP_RECVRCVINFO, Name: "SCTP_RECVRCVINFO", RFC: "RFC 6458 section 8.1.29", Struct: "int",
		Value: newValue[Int], Set: Lengths{atLeast, 4, 0}, Get: Lengths{atLeast, 4, 0},
	},
	{
		Number: SCTP_RECVNXTINFO, Name: "SCTP_RECVNXTINFO", RFC: "RFC 6458 section 8.1.30", Struct: "int",
		Value: newValue[Int], Set: Lengths{atLeast, 4, 0}, Get: Lengths{atLeast, 4, 0},
	},
	{
		Number: SCTP_DEFAULT_SNDINFO, Name: "SCTP_DEFAULT_SNDINFO", RFC: "RFC 6458 section 8.1.31", Struct: "struct sctp_sndinfo",
		Value: newValue[SndInfo], Set: Lengths{exactly, 16, 0}, Get: Lengths{atLeast, 16, 0}, Reads: true,
	},
	{
		Number: SCTP_AUTH_DEACTIVATE_KEY, Name: "SCTP_AUTH_DEACTIVATE_KEY", RFC: "RFC 6458 section 8.3.4", Struct: "struct sctp_authkeyid",
		Value: newValue[AuthKeyID], Set: Lengths{exactly, 8, 0}, NoGet: syscall.EOPNOTSUPP,
	},
	{
		Number: SCTP_REUSE_PORT, Name: "SCTP_REUSE_PORT", RFC: "RFC 6458 section 8.1.27", Struct: "int",
		Value: newValue[Int], Set: Lengths{atLeast, 4, 0}, Get: Lengths{atLeast, 4, 0}, SetStyle: OneToOne,
	},
	{
		Number: SCTP_PEER_ADDR_THLDS_V2, Name: "SCTP_PEER_ADDR_THLDS_V2", RFC: "RFC 7829 section 7.2", Struct: "struct sctp_paddrthlds_v2",
		Value: newValue[PaddrThresholdsV2], Set: Lengths{atLeast, 144, 0}, Get: Lengths{atLeast, 144, 0}, Reads: true,
	},
	{
		Number: SCTP_NRSACK_SUPPORTED, Name: "SCTP_NRSACK_SUPPORTED", RFC: "FreeBSD", Struct: "struct sctp_assoc_value",
		Value: newValue[AssocValue], Set: Lengths{exactly, 8, 0}, Get: Lengths{atLeast, 8, 0}, Reads: true,
	},
	{
		Number: SCTP_PKTDROP_SUPPORTED, Name: "SCTP_PKTDROP_SUPPORTED", RFC: "FreeBSD", Struct: "struct sctp_assoc_value",
		Value: newValue[AssocValue], Set: Lengths{exactly, 8, 0}, Get: Lengths{atLeast, 8, 0}, Reads: true,
	},
	{
		Number: SCTP_ACCEPT_ZERO_CHECKSUM, Name: "SCTP_ACCEPT_ZERO_CHECKSUM", RFC: "RFC 9653 section 7.1", Struct: "int",
		Value: newValue[Int], Set: Lengths{exactly, 4, 0},
	},
	{
		Number: SCTP_SOCKOPT_BINDX_ADD, Name: "SCTP_SOCKOPT_BINDX_ADD", RFC: "RFC 6458 section 9.1", Struct: "struct sockaddr[]",
		Set: Lengths{open, 1, 0},
	},
	{
		Number: SCTP_SOCKOPT_BINDX_REM, Name: "SCTP_SOCKOPT_BINDX_REM", RFC: "RFC 6458 section 9.1", Struct: "struct sockaddr[]",
		Set: Lengths{open, 1, 0},
	},
	{
		Number: SCTP_SOCKOPT_PEELOFF, Name: "SCTP_SOCKOPT_PEELOFF", RFC: "RFC 6458 section 9.2", Struct: "sctp_peeloff_arg_t",
		Value: newValue[PeelOff], Get: Lengths{atLeast, 8, 0}, Reads: true,
	},
	{
		Number: SCTP_SOCKOPT_CONNECTX_OLD, Name: "SCTP_SOCKOPT_CONNECTX_OLD", RFC: "RFC 6458 section 9.9", Struct: "struct sockaddr[]",
		Set: Lengths{open, sizeofFamily, 0},
	},
	{
		Number: SCTP_GET_PEER_ADDRS, Name: "SCTP_GET_PEER_ADDRS", RFC: "RFC 6458 section 9.3", Struct: "struct sctp_getaddrs",
		Value: newValue[GetAddrs], Get: Lengths{open, 8, 0}, Reads: true,
	},
	{
		Number: SCTP_GET_LOCAL_ADDRS, Name: "SCTP_GET_LOCAL_ADDRS", RFC: "RFC 6458 section 9.5", Struct: "struct sctp_getaddrs",
		Value: newValue[GetAddrs], Get: Lengths{open, 8, 0}, Reads: true, LengthLess: 8,
	},
	{
		Number: SCTP_SOCKOPT_CONNECTX, Name: "SCTP_SOCKOPT_CONNECTX", RFC: "RFC 6458 section 9.9", Struct: "struct sockaddr[]",
		Set: Lengths{open, sizeofFamily, 0},
	},
	{
		Number: SCTP_SOCKOPT_CONNECTX3, Name: "SCTP_SOCKOPT_CONNECTX3", RFC: "RFC 6458 section 9.9", Struct: "struct sctp_getaddrs_old",
		Value: newValue[GetAddrsOld], Get: Lengths{atLeast, 16, 0}, Reads: true,
	},
	{
		Number: SCTP_GET_ASSOC_STATS, Name: "SCTP_GET_ASSOC_STATS", RFC: "Linux", Struct: "struct sctp_assoc_stats",
		Value: newValue[AssocStats], Get: Lengths{clipped, 256, 4}, Reads: true,
	},
	{
		Number: SCTP_PR_SUPPORTED, Name: "SCTP_PR_SUPPORTED", RFC: "RFC 7496 section 4.5", Struct: "struct sctp_assoc_value",
		Value: newValue[AssocValue], Set: Lengths{exactly, 8, 0}, Get: Lengths{atLeast, 8, 0}, Reads: true,
	},
	{
		Number: SCTP_DEFAULT_PRINFO, Name: "SCTP_DEFAULT_PRINFO", RFC: "RFC 6458 section 8.1.32", Struct: "struct sctp_default_prinfo",
		Value: newValue[DefaultPRInfo], Set: Lengths{exactly, 12, 0}, Get: Lengths{atLeast, 12, 0}, Reads: true,
	},
	{
		Number: SCTP_PR_ASSOC_STATUS, Name: "SCTP_PR_ASSOC_STATUS", RFC: "RFC 7496 section 4.4", Struct: "struct sctp_prstatus",
		Value: newValue[PRStatus], Get: Lengths{atLeast, 24, 0}, Reads: true,
	},
	{
		Number: SCTP_PR_STREAM_STATUS, Name: "SCTP_PR_STREAM_STATUS", RFC: "RFC 7496 section 4.3", Struct: "struct sctp_prstatus",
		Value: newValue[PRStatus], Get: Lengths{atLeast, 24, 0}, Reads: true,
	},
	{
		Number: SCTP_RECONFIG_SUPPORTED, Name: "SCTP_RECONFIG_SUPPORTED", RFC: "Linux", Struct: "struct sctp_assoc_value",
		Value: newValue[AssocValue], Set: Lengths{exactly, 8, 0}, Get: Lengths{atLeast, 8, 0}, Reads: true,
	},
	{
		Number: SCTP_ENABLE_STREAM_RESET, Name: "SCTP_ENABLE_STREAM_RESET", RFC: "RFC 6525 section 6.3.1", Struct: "struct sctp_assoc_value",
		Value: newValue[AssocValue], Set: Lengths{exactly, 8, 0}, Get: Lengths{atLeast, 8, 0}, Reads: true,
	},
	{
		Number: SCTP_RESET_STREAMS, Name: "SCTP_RESET_STREAMS", RFC: "RFC 6525 section 6.3.2", Struct: "struct sctp_reset_streams",
		Value: newValue[ResetStreams], Set: Lengths{open, 8, 0},
	},
	{
		Number: SCTP_RESET_ASSOC, Name: "SCTP_RESET_ASSOC", RFC: "RFC 6525 section 6.3.3", Struct: "sctp_assoc_t",
		Value: newValue[ResetAssoc], Set: Lengths{exactly, 4, 0},
	},
	{
		Number: SCTP_ADD_STREAMS, Name: "SCTP_ADD_STREAMS", RFC: "RFC 6525 section 6.3.4", Struct: "struct sctp_add_streams",
		Value: newValue[AddStreams], Set: Lengths{exactly, 8, 0},
	},
	{
		Number: SCTP_SOCKOPT_PEELOFF_FLAGS, Name: "SCTP_SOCKOPT_PEELOFF_FLAGS", RFC: "Linux", Struct: "sctp_peeloff_flags_arg_t",
		Value: newValue[PeelOffFlags], Get: Lengths{atLeast, 12, 0}, Reads: true,
	},
	{
		Number: SCTP_STREAM_SCHEDULER, Name: "SCTP_STREAM_SCHEDULER", RFC: "RFC 8260 section 4.3.2", Struct: "struct sctp_assoc_value",
		Value: newValue[AssocValue], Set: Lengths{atLeast, 8, 0}, Get: Lengths{atLeast, 8, 0}, Reads: true,
	},
	{
		Number: SCTP_STREAM_SCHEDULER_VALUE, Name: "SCTP_STREAM_SCHEDULER_VALUE", RFC: "RFC 8260 section 4.3.3", Struct: "struct sctp_stream_value",
		Value: newValue[StreamValue], Set: Lengths{atLeast, 8, 0}, Get: Lengths{atLeast, 8, 0}, Reads: true,
	},
	{
		Number: SCTP_INTERLEAVING_SUPPORTED, Name: "SCTP_INTERLEAVING_SUPPORTED", RFC: "RFC 8260 section 4.3.1", Struct: "struct sctp_assoc_value",
		Value: newValue[AssocValue], Set: Lengths{atLeast, 8, 0}, Get: Lengths{atLeast, 8, 0}, Reads: true,
	},
	{
		Number: SCTP_EVENT, Name: "SCTP_EVENT", RFC: "RFC 6458 section 6.2.2", Struct: "struct sctp_event",
		Value: newValue[Event], Set: Lengths{atLeast, 8, 0}, Get: Lengths{atLeast, 8, 0}, Reads: true,
	},
	{
		Number: SCTP_ASCONF_SUPPORTED, Name: "SCTP_ASCONF_SUPPORTED", RFC: "Linux", Struct: "struct sctp_assoc_value",
		Value: newValue[AssocValue], Set: Lengths{exactly, 8, 0}, Get: Lengths{atLeast, 8, 0}, Reads: true,
	},
	{
		Number: SCTP_AUTH_SUPPORTED, Name: "SCTP_AUTH_SUPPORTED", RFC: "Linux", Struct: "struct sctp_assoc_value",
		Value: newValue[AssocValue], Set: Lengths{exactly, 8, 0}, Get: Lengths{atLeast, 8, 0}, Reads: true,
	},
	{
		Number: SCTP_ECN_SUPPORTED, Name: "SCTP_ECN_SUPPORTED", RFC: "Linux", Struct: "struct sctp_assoc_value",
		Value: newValue[AssocValue], Set: Lengths{exactly, 8, 0}, Get: Lengths{atLeast, 8, 0}, Reads: true,
	},
	{
		Number: SCTP_EXPOSE_POTENTIALLY_FAILED_STATE, Name: "SCTP_EXPOSE_POTENTIALLY_FAILED_STATE", RFC: "RFC 7829 section 7.3", Struct: "struct sctp_assoc_value",
		Value: newValue[AssocValue], Set: Lengths{exactly, 8, 0}, Get: Lengths{atLeast, 8, 0}, Reads: true,
	},
	{
		Number: SCTP_REMOTE_UDP_ENCAPS_PORT, Name: "SCTP_REMOTE_UDP_ENCAPS_PORT", RFC: "RFC 6951 section 6.1", Struct: "struct sctp_udpencaps",
		Value: newValue[UDPEncaps], Set: Lengths{exactly, 144, 0}, Get: Lengths{atLeast, 144, 0}, Reads: true,
	},
	{
		Number: SCTP_PLPMTUD_PROBE_INTERVAL, Name: "SCTP_PLPMTUD_PROBE_INTERVAL", RFC: "Linux", Struct: "struct sctp_probeinterval",
		Value: newValue[ProbeInterval], Set: Lengths{exactly, 144, 0}, Get: Lengths{atLeast, 144, 0}, Reads: true,
	},
	{
		Number: SCTP_EXPLICIT_EOR, Name: "SCTP_EXPLICIT_EOR", RFC: "RFC 6458 section 8.1.26", Struct: "int",
		Value: newValue[Int], Set: Lengths{exactly, 4, 0}, Get: Lengths{atLeast, 4, 0},
	},
}

// newValue is Value of the options with a T.
func newValue[T any, P interface {
	*T
	Struct
}]() Struct {
	return P(new(T))
}
