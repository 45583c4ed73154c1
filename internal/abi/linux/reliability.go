package linux

// DefaultPRInfo is struct sctp_default_prinfo (RFC 6458 section 8.1.32), whose fields Linux has in another order.
type DefaultPRInfo struct {
	AssocID AssocID
	Value   uint32
	Policy  PRPolicy
}

func (v *DefaultPRInfo) layout(c *codec) {
	u32(c, &v.AssocID)
	u32(c, &v.Value)
	u16(c, &v.Policy)
	c.pad(2)
}

// PRStatus is struct sctp_prstatus (RFC 7496 sections 4.3 and 4.4).
type PRStatus struct {
	AssocID         AssocID
	StreamID        uint16
	Policy          PRPolicy
	AbandonedUnsent uint64
	AbandonedSent   uint64
}

func (v *PRStatus) layout(c *codec) {
	u32(c, &v.AssocID)
	u16(c, &v.StreamID)
	u16(c, &v.Policy)
	u64(c, &v.AbandonedUnsent)
	u64(c, &v.AbandonedSent)
}
