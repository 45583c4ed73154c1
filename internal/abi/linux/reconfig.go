package linux

// Directions of [ResetStreams].
const (
	SCTP_STREAM_RESET_INCOMING = 1
	SCTP_STREAM_RESET_OUTGOING = 2
)

// Requests of the peer that SCTP_ENABLE_STREAM_RESET permits (RFC 6525 section 6.3.1).
const (
	SCTP_ENABLE_RESET_STREAM_REQ = 1
	SCTP_ENABLE_RESET_ASSOC_REQ  = 2
	SCTP_ENABLE_CHANGE_ASSOC_REQ = 4
	SCTP_ENABLE_STRRESET_MASK    = 7
)

// ResetStreams is struct sctp_reset_streams (RFC 6525 section 6.3.2); no stream stands for all.
type ResetStreams struct {
	AssocID AssocID
	Flags   uint16
	Streams []uint16
}

func (v *ResetStreams) layout(c *codec) {
	n := uint16(len(v.Streams))
	u32(c, &v.AssocID)
	u16(c, &v.Flags)
	u16(c, &n)
	list(c, &v.Streams, int(n), u16[uint16])
}

// AddStreams is struct sctp_add_streams (RFC 6525 section 6.3.4).
type AddStreams struct {
	AssocID               AssocID
	InStreams, OutStreams uint16
}

func (v *AddStreams) layout(c *codec) {
	u32(c, &v.AssocID)
	u16(c, &v.InStreams)
	u16(c, &v.OutStreams)
}

// ResetAssoc is the argument of SCTP_RESET_ASSOC, an sctp_assoc_t (RFC 6525 section 6.3.3).
type ResetAssoc struct{ AssocID AssocID }

func (v *ResetAssoc) layout(c *codec) { u32(c, &v.AssocID) }
