package linux

// AssocID is sctp_assoc_t, which names an association of a one-to-many socket; one-to-one sockets ignore it.
type AssocID int32

// AssocIDs that name no single association (RFC 6458 section 7.2). Real ones therefore begin at FirstAssocID.
const (
	SCTP_FUTURE_ASSOC  AssocID = 0
	SCTP_CURRENT_ASSOC AssocID = 1
	SCTP_ALL_ASSOC     AssocID = 2
	FirstAssocID       AssocID = 3
)

// Int is the value of options that are one int: switches, counts, sizes.
type Int int32

func (v *Int) layout(c *codec) { u32(c, v) }

// Uint64 is a value that is a 64-bit number, as that of SO_COOKIE.
type Uint64 uint64

func (v *Uint64) layout(c *codec) { u64(c, v) }

// AssocValue is struct sctp_assoc_value (RFC 6458 section 8.1.16).
type AssocValue struct {
	AssocID AssocID
	Value   uint32
}

func (v *AssocValue) layout(c *codec) {
	u32(c, &v.AssocID)
	u32(c, &v.Value)
}

// ParseAssocValueOrInt reads what SCTP_MAXSEG and SCTP_MAX_BURST take: the struct, or its value alone, which is for future associations.
func ParseAssocValueOrInt(b []byte) (v AssocValue, err error) {
	if len(b) == Size(new(Int)) {
		return AssocValue{SCTP_FUTURE_ASSOC, le.Uint32(b)}, nil
	}
	err = Parse(b, &v)
	return v, err
}

// StreamValue is struct sctp_stream_value (RFC 8260 section 4.3.3).
type StreamValue struct {
	AssocID  AssocID
	StreamID uint16
	Value    uint16
}

func (v *StreamValue) layout(c *codec) {
	u32(c, &v.AssocID)
	u16(c, &v.StreamID)
	u16(c, &v.Value)
}

// RTOInfo is struct sctp_rtoinfo (RFC 6458 section 8.1.1); times in milliseconds, 0 for no change.
type RTOInfo struct {
	AssocID           AssocID
	Initial, Max, Min uint32
}

func (v *RTOInfo) layout(c *codec) {
	u32(c, &v.AssocID)
	u32(c, &v.Initial)
	u32(c, &v.Max)
	u32(c, &v.Min)
}

// AssocParams is struct sctp_assocparams (RFC 6458 section 8.1.2); CookieLife in milliseconds.
type AssocParams struct {
	AssocID             AssocID
	MaxRetransmits      uint16
	PeerDestinations    uint16
	PeerRwnd, LocalRwnd uint32
	CookieLife          uint32
}

func (v *AssocParams) layout(c *codec) {
	u32(c, &v.AssocID)
	u16(c, &v.MaxRetransmits)
	u16(c, &v.PeerDestinations)
	u32(c, &v.PeerRwnd)
	u32(c, &v.LocalRwnd)
	u32(c, &v.CookieLife)
}

// InitMsg is struct sctp_initmsg (RFC 6458 section 5.3.1); MaxInitTimeout in milliseconds.
type InitMsg struct {
	OutStreams, MaxInStreams    uint16
	MaxAttempts, MaxInitTimeout uint16
}

func (v *InitMsg) layout(c *codec) {
	u16(c, &v.OutStreams)
	u16(c, &v.MaxInStreams)
	u16(c, &v.MaxAttempts)
	u16(c, &v.MaxInitTimeout)
}

// Adaptation is struct sctp_setadaptation (RFC 6458 section 8.1.10).
type Adaptation struct{ Indication uint32 }

func (v *Adaptation) layout(c *codec) { u32(c, &v.Indication) }

// SackInfo is struct sctp_sack_info (RFC 6458 section 8.1.19); Delay in milliseconds.
type SackInfo struct {
	AssocID   AssocID
	Delay     uint32
	Frequency uint32
}

func (v *SackInfo) layout(c *codec) {
	u32(c, &v.AssocID)
	u32(c, &v.Delay)
	u32(c, &v.Frequency)
}

// ParseSackInfo reads what SCTP_DELAYED_SACK takes: the struct, or struct sctp_assoc_value of the time when the option had no frequency,
// whose value is the delay and switches delaying off if it is 0.
func ParseSackInfo(b []byte) (v SackInfo, err error) {
	var old AssocValue
	if len(b) != Size(&old) {
		err = Parse(b, &v)
		return v, err
	}
	err = Parse(b, &old)
	v = SackInfo{AssocID: old.AssocID, Delay: old.Value}
	if v.Delay == 0 {
		v.Frequency = 1
	}
	return v, err
}
