package linux

// SndRcvInfo is struct sctp_sndrcvinfo (RFC 6458 section 5.3.2), for both directions. PPID is opaque: its four bytes go over the wire as
// they are in memory, so as a number it is byte-swapped.
type SndRcvInfo struct {
	Stream     uint16
	SSN        uint16
	Flags      SendFlags
	PPID       uint32
	Context    uint32
	TimeToLive uint32 // milliseconds, or what the policy in Flags makes of it
	TSN        uint32
	CumTSN     uint32
	AssocID    AssocID
}

func (v *SndRcvInfo) layout(c *codec) {
	u16(c, &v.Stream)
	u16(c, &v.SSN)
	u16(c, &v.Flags)
	c.pad(2)
	u32(c, &v.PPID)
	u32(c, &v.Context)
	u32(c, &v.TimeToLive)
	u32(c, &v.TSN)
	u32(c, &v.CumTSN)
	u32(c, &v.AssocID)
}

// SndInfo is struct sctp_sndinfo (RFC 6458 section 5.3.4); PPID as in [SndRcvInfo].
type SndInfo struct {
	Stream  uint16
	Flags   SendFlags
	PPID    uint32
	Context uint32
	AssocID AssocID
}

func (v *SndInfo) layout(c *codec) {
	u16(c, &v.Stream)
	u16(c, &v.Flags)
	u32(c, &v.PPID)
	u32(c, &v.Context)
	u32(c, &v.AssocID)
}

// RcvInfo is struct sctp_rcvinfo (RFC 6458 section 5.3.5); PPID as in [SndRcvInfo].
type RcvInfo struct {
	Stream  uint16
	SSN     uint16
	Flags   SendFlags
	PPID    uint32
	TSN     uint32
	CumTSN  uint32
	Context uint32
	AssocID AssocID
}

func (v *RcvInfo) layout(c *codec) {
	u16(c, &v.Stream)
	u16(c, &v.SSN)
	u16(c, &v.Flags)
	c.pad(2)
	u32(c, &v.PPID)
	u32(c, &v.TSN)
	u32(c, &v.CumTSN)
	u32(c, &v.Context)
	u32(c, &v.AssocID)
}

// NxtInfo is struct sctp_nxtinfo (RFC 6458 section 5.3.6): what the next receive call would give.
type NxtInfo struct {
	Stream  uint16
	Flags   SendFlags // with SCTP_NOTIFICATION for a notification
	PPID    uint32
	Length  uint32
	AssocID AssocID
}

func (v *NxtInfo) layout(c *codec) {
	u16(c, &v.Stream)
	u16(c, &v.Flags)
	u32(c, &v.PPID)
	u32(c, &v.Length)
	u32(c, &v.AssocID)
}

// PRInfo is struct sctp_prinfo (RFC 6458 section 5.3.7).
type PRInfo struct {
	Policy PRPolicy
	Value  uint32
}

func (v *PRInfo) layout(c *codec) {
	u16(c, &v.Policy)
	c.pad(2)
	u32(c, &v.Value)
}

// AuthInfo is struct sctp_authinfo (RFC 6458 section 5.3.8).
type AuthInfo struct{ KeyNumber uint16 }

func (v *AuthInfo) layout(c *codec) { u16(c, &v.KeyNumber) }
