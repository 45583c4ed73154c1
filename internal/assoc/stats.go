package assoc

// Stats counts what happened since the association began (after RFC 3873 and Linux' SCTP_GET_ASSOC_STATS).
type Stats struct {
	Traffic
	Incidents
}

// Traffic is what every association counts.
type Traffic struct {
	PacketsSent, PacketsReceived   uint64
	ControlSent, ControlReceived   uint64 // chunks other than DATA
	OrderedSent, UnorderedSent     uint64 // DATA chunks, first transmissions
	OrderedRcvd, UnorderedRcvd     uint64
	BytesSent, BytesReceived       uint64 // user data, first transmissions
	SacksSent, SacksReceived       uint64
	MessagesSent, MessagesReceived uint64
	Fragmented, Reassembled        uint64 // messages cut into several DATA chunks, and put together from several
	AcksDelayed                    uint64 // SACKs for which the timer was waited
}

// Incidents are what many an association never counts.
type Incidents struct {
	ControlRepeated            uint64 // chunks of ControlSent that repeated one after a time-out, or to the next address of a race
	Retransmitted              uint64 // DATA chunks
	RetransmittedByT3          uint64 // of Retransmitted, those for which T3-rtx had expired
	FastRetransmits            uint64 // times fast recovery was entered
	Timeouts                   uint64 // T3-rtx expirations
	RecoveriesUndone           uint64 // of FastRetransmits, those after which nothing turned out to have been lost
	TimeoutsUndone             uint64 // of Timeouts, those that turned out to have been too early
	TailProbes                 uint64 // packets sent to hear of what is in flight, before T3-rtx expired (RFC 8985 section 7)
	TailLosses                 uint64 // losses that such a packet has repaired
	MarksReceived              uint64 // packets with DATA that the network marked
	MarksAnswered              uint64 // times a congestion window was reduced for a mark
	DropsReported, DropsHeard  uint64 // PKTDROP chunks sent, and received about packets of this side
	DuplicateTSNs              uint64
	OutOfOrderTSNs             uint64
	GapsReceived               uint64 // Gap Ack Blocks
	Dropped                    uint64 // DATA chunks dropped for lack of buffer or beyond a limit
	T1Expired, T2Expired       uint64
	T1CookieExpired            uint64 // of T1Expired, those that repeated COOKIE ECHO
	T5Expired                  uint64
	PortChanges                uint64 // times packets of the peer began to come from another UDP port
	BlackHoles                 uint64 // times packets of the path MTU were found to vanish
	Stalls                     uint64 // times that the user was told that nothing gets done
	AuthSent, AuthReceived     uint64 // AUTH chunks; of the latter, those that were verified
	AuthMismatches             uint64 // AUTH chunks with a wrong HMAC: another key, or another sender
	AuthUnknownKeys            uint64 // AUTH chunks with a key or an algorithm that this side does not have
	AuthMissing                uint64 // chunks that were discarded because they were not authenticated
	ASCONFSent, ASCONFReceived uint64 // chunks; of the latter, those whose requests were looked at
	ASCONFRepeated             uint64 // ASCONF chunks that had been answered, and were so again without being performed
	ASCONFDiscarded            uint64 // ASCONF chunks out of sequence: stale, or forged
	AddrsRefused               uint64 // requests of the peer that were refused, to add, remove or prefer an address
	InitsRefused               uint64 // INIT chunks in the peer's name that were answered with ABORT: they list addresses that it has not
	StrangersDiscarded         uint64 // chunks from addresses that are not the peer's
}

// Stats are the counters.
func (a *Association) Stats() Stats {
	s := Stats{Traffic: a.stats}
	if a.happened != nil {
		s.Incidents = *a.happened
	}
	return s
}

// incidents are there from the first one on.
func (a *Association) incidents() *Incidents {
	if a.happened == nil {
		a.happened = new(Incidents)
	}
	return a.happened
}
