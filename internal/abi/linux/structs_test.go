package linux

// cStruct is a struct of this package under its name in C, with the names of its fields there in the order of layout; no name where
// the kernel's header has none for the place.
type cStruct struct {
	name   string
	fields string // separated by spaces
	value  func() Struct
}

// cStructs are all structs of linux/sctp.h, and what else programs pass.
var cStructs = []cStruct{
	{"struct sctp_initmsg", "sinit_num_ostreams sinit_max_instreams sinit_max_attempts sinit_max_init_timeo", newValue[InitMsg]},
	{"struct sctp_sndrcvinfo", "sinfo_stream sinfo_ssn sinfo_flags sinfo_ppid sinfo_context sinfo_timetolive sinfo_tsn sinfo_cumtsn sinfo_assoc_id", newValue[SndRcvInfo]},
	{"struct sctp_sndinfo", "snd_sid snd_flags snd_ppid snd_context snd_assoc_id", newValue[SndInfo]},
	{"struct sctp_rcvinfo", "rcv_sid rcv_ssn rcv_flags rcv_ppid rcv_tsn rcv_cumtsn rcv_context rcv_assoc_id", newValue[RcvInfo]},
	{"struct sctp_nxtinfo", "nxt_sid nxt_flags nxt_ppid nxt_length nxt_assoc_id", newValue[NxtInfo]},
	{"struct sctp_prinfo", "pr_policy pr_value", newValue[PRInfo]},
	{"struct sctp_authinfo", "auth_keynumber", newValue[AuthInfo]},

	{"struct sctp_assoc_change", "sac_type sac_flags sac_length sac_state sac_error sac_outbound_streams sac_inbound_streams sac_assoc_id sac_info", newValue[AssocChange]},
	{"struct sctp_paddr_change", "spc_type spc_flags spc_length spc_aaddr spc_state spc_error spc_assoc_id", newValue[PaddrChange]},
	{"struct sctp_remote_error", "sre_type sre_flags sre_length sre_error sre_assoc_id sre_data", newValue[RemoteError]},
	{"struct sctp_send_failed", "ssf_type ssf_flags ssf_length ssf_error ssf_info.sinfo_stream ssf_info.sinfo_ssn ssf_info.sinfo_flags " +
		"ssf_info.sinfo_ppid ssf_info.sinfo_context ssf_info.sinfo_timetolive ssf_info.sinfo_tsn ssf_info.sinfo_cumtsn " +
		"ssf_info.sinfo_assoc_id ssf_assoc_id ssf_data", newValue[SendFailed]},
	{"struct sctp_send_failed_event", "ssf_type ssf_flags ssf_length ssf_error ssfe_info.snd_sid ssfe_info.snd_flags ssfe_info.snd_ppid " +
		"ssfe_info.snd_context ssfe_info.snd_assoc_id ssf_assoc_id ssf_data", newValue[SendFailedEvent]},
	{"struct sctp_shutdown_event", "sse_type sse_flags sse_length sse_assoc_id", newValue[ShutdownEvent]},
	{"struct sctp_adaptation_event", "sai_type sai_flags sai_length sai_adaptation_ind sai_assoc_id", newValue[AdaptationEvent]},
	{"struct sctp_pdapi_event", "pdapi_type pdapi_flags pdapi_length pdapi_indication pdapi_assoc_id pdapi_stream pdapi_seq", newValue[PartialDelivery]},
	{"struct sctp_authkey_event", "auth_type auth_flags auth_length auth_keynumber auth_altkeynumber auth_indication auth_assoc_id", newValue[AuthKeyEvent]},
	{"struct sctp_sender_dry_event", "sender_dry_type sender_dry_flags sender_dry_length sender_dry_assoc_id", newValue[SenderDry]},
	{"struct sctp_stream_reset_event", "strreset_type strreset_flags strreset_length strreset_assoc_id strreset_stream_list", newValue[StreamReset]},
	{"struct sctp_assoc_reset_event", "assocreset_type assocreset_flags assocreset_length assocreset_assoc_id assocreset_local_tsn assocreset_remote_tsn", newValue[AssocReset]},
	{"struct sctp_stream_change_event", "strchange_type strchange_flags strchange_length strchange_assoc_id strchange_instrms strchange_outstrms", newValue[StreamChange]},

	{"struct sctp_event_subscribe", "sctp_data_io_event sctp_association_event sctp_address_event sctp_send_failure_event sctp_peer_error_event " +
		"sctp_shutdown_event sctp_partial_delivery_event sctp_adaptation_layer_event sctp_authentication_event sctp_sender_dry_event " +
		"sctp_stream_reset_event sctp_assoc_reset_event sctp_stream_change_event sctp_send_failure_event_event", newValue[EventSubscribe]},
	{"struct sctp_event", "se_assoc_id se_type se_on", newValue[Event]},

	{"struct sctp_rtoinfo", "srto_assoc_id srto_initial srto_max srto_min", newValue[RTOInfo]},
	{"struct sctp_assocparams", "sasoc_assoc_id sasoc_asocmaxrxt sasoc_number_peer_destinations sasoc_peer_rwnd sasoc_local_rwnd sasoc_cookie_life", newValue[AssocParams]},
	{"struct sctp_setpeerprim", "sspp_assoc_id sspp_addr", newValue[SetPeerPrim]},
	{"struct sctp_prim", "ssp_assoc_id ssp_addr", newValue[Prim]},
	{"struct sctp_setadaptation", "ssb_adaptation_ind", newValue[Adaptation]},
	{"struct sctp_paddrparams", "spp_assoc_id spp_address spp_hbinterval spp_pathmaxrxt spp_pathmtu spp_sackdelay spp_flags spp_ipv6_flowlabel spp_dscp", newValue[PaddrParams]},
	{"struct sctp_authchunk", "sauth_chunk", newValue[AuthChunk]},
	{"struct sctp_hmacalgo", "shmac_num_idents shmac_idents", newValue[HMACAlgo]},
	{"struct sctp_authkey", "sca_assoc_id sca_keynumber sca_keylength sca_key", newValue[AuthKey]},
	{"struct sctp_authkeyid", "scact_assoc_id scact_keynumber", newValue[AuthKeyID]},
	{"struct sctp_sack_info", "sack_assoc_id sack_delay sack_freq", newValue[SackInfo]},
	{"struct sctp_assoc_value", "assoc_id assoc_value", newValue[AssocValue]},
	{"struct sctp_stream_value", "assoc_id stream_id stream_value", newValue[StreamValue]},
	{"struct sctp_paddrinfo", "spinfo_assoc_id spinfo_address spinfo_state spinfo_cwnd spinfo_srtt spinfo_rto spinfo_mtu", newValue[PaddrInfo]},
	{"struct sctp_status", "sstat_assoc_id sstat_state sstat_rwnd sstat_unackdata sstat_penddata sstat_instrms sstat_outstrms " +
		"sstat_fragmentation_point sstat_primary.spinfo_assoc_id sstat_primary.spinfo_address sstat_primary.spinfo_state " +
		"sstat_primary.spinfo_cwnd sstat_primary.spinfo_srtt sstat_primary.spinfo_rto sstat_primary.spinfo_mtu", newValue[Status]},
	{"struct sctp_authchunks", "gauth_assoc_id gauth_number_of_chunks gauth_chunks", newValue[AuthChunks]},
	{"struct sctp_assoc_ids", "gaids_number_of_ids gaids_assoc_id", newValue[AssocIDs]},
	{"struct sctp_getaddrs_old", "assoc_id addr_num addrs", newValue[GetAddrsOld]},
	{"struct sctp_getaddrs", "assoc_id addr_num addrs", newValue[GetAddrs]},
	{"struct sctp_assoc_stats", "sas_assoc_id sas_obs_rto_ipaddr sas_maxrto sas_isacks sas_osacks sas_opackets sas_ipackets sas_rtxchunks " +
		"sas_outofseqtsns sas_idupchunks sas_gapcnt sas_ouodchunks sas_iuodchunks sas_oodchunks sas_iodchunks sas_octrlchunks sas_ictrlchunks", newValue[AssocStats]},
	{"sctp_peeloff_arg_t", "associd sd", newValue[PeelOff]},
	{"sctp_peeloff_flags_arg_t", "p_arg.associd p_arg.sd flags", newValue[PeelOffFlags]},
	{"struct sctp_paddrthlds", "spt_assoc_id spt_address spt_pathmaxrxt spt_pathpfthld", newValue[PaddrThresholds]},
	{"struct sctp_paddrthlds_v2", "spt_assoc_id spt_address spt_pathmaxrxt spt_pathpfthld spt_pathcpthld", newValue[PaddrThresholdsV2]},
	{"struct sctp_prstatus", "sprstat_assoc_id sprstat_sid sprstat_policy sprstat_abandoned_unsent sprstat_abandoned_sent", newValue[PRStatus]},
	{"struct sctp_default_prinfo", "pr_assoc_id pr_value pr_policy", newValue[DefaultPRInfo]},
	{"struct sctp_reset_streams", "srs_assoc_id srs_flags srs_number_streams srs_stream_list", newValue[ResetStreams]},
	{"struct sctp_add_streams", "sas_assoc_id sas_instrms sas_outstrms", newValue[AddStreams]},
	{"struct sctp_udpencaps", "sue_assoc_id sue_address sue_port", newValue[UDPEncaps]},
	{"struct sctp_probeinterval", "spi_assoc_id spi_address spi_interval", newValue[ProbeInterval]},

	{"struct linger", "l_onoff l_linger", newValue[Linger]},
	{"struct ucred", "pid uid gid", newValue[Ucred]},
	{"struct timeval", "tv_sec tv_usec", newValue[Timeval]},
	{"int", "", newValue[Int]},
	{"uint64_t", "", newValue[Uint64]},
	{"sctp_assoc_t", "", newValue[ResetAssoc]},
}
