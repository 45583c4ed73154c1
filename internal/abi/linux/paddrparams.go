package linux

import "syscall"

// PaddrFlags are spp_flags.
type PaddrFlags uint32

// Flags of [PaddrParams].
const (
	SPP_HB_ENABLE         PaddrFlags = 1 << 0
	SPP_HB_DISABLE        PaddrFlags = 1 << 1
	SPP_HB                           = SPP_HB_ENABLE | SPP_HB_DISABLE
	SPP_HB_DEMAND         PaddrFlags = 1 << 2
	SPP_PMTUD_ENABLE      PaddrFlags = 1 << 3
	SPP_PMTUD_DISABLE     PaddrFlags = 1 << 4
	SPP_PMTUD                        = SPP_PMTUD_ENABLE | SPP_PMTUD_DISABLE
	SPP_SACKDELAY_ENABLE  PaddrFlags = 1 << 5
	SPP_SACKDELAY_DISABLE PaddrFlags = 1 << 6
	SPP_SACKDELAY                    = SPP_SACKDELAY_ENABLE | SPP_SACKDELAY_DISABLE
	SPP_HB_TIME_IS_ZERO   PaddrFlags = 1 << 7
	SPP_IPV6_FLOWLABEL    PaddrFlags = 1 << 8
	SPP_DSCP              PaddrFlags = 1 << 9
)

var paddrFlagNames = []flagName{
	{uint64(SPP_HB_ENABLE), "SPP_HB_ENABLE"}, {uint64(SPP_HB_DISABLE), "SPP_HB_DISABLE"}, {uint64(SPP_HB_DEMAND), "SPP_HB_DEMAND"},
	{uint64(SPP_PMTUD_ENABLE), "SPP_PMTUD_ENABLE"}, {uint64(SPP_PMTUD_DISABLE), "SPP_PMTUD_DISABLE"},
	{uint64(SPP_SACKDELAY_ENABLE), "SPP_SACKDELAY_ENABLE"}, {uint64(SPP_SACKDELAY_DISABLE), "SPP_SACKDELAY_DISABLE"},
	{uint64(SPP_HB_TIME_IS_ZERO), "SPP_HB_TIME_IS_ZERO"}, {uint64(SPP_IPV6_FLOWLABEL), "SPP_IPV6_FLOWLABEL"}, {uint64(SPP_DSCP), "SPP_DSCP"},
}

func (f PaddrFlags) String() string { return flagNames(uint64(f), paddrFlagNames) }

// PaddrParams is struct sctp_paddrparams (RFC 6458 section 8.1.12), packed: fields follow each other without padding. Times in milliseconds.
type PaddrParams struct {
	AssocID           AssocID
	Address           Storage
	HeartbeatInterval uint32
	MaxRetransmits    uint16
	PathMTU           uint32
	SackDelay         uint32
	Flags             PaddrFlags
	FlowLabel         uint32
	DSCP              uint8
}

func (v *PaddrParams) layout(c *codec) {
	v.oldLayout(c)
	u32(c, &v.FlowLabel)
	u8(c, &v.DSCP)
	c.pad(1)
}

// oldLayout is the struct without its last fields, as old headers had it.
func (v *PaddrParams) oldLayout(c *codec) {
	u32(c, &v.AssocID)
	c.storage(&v.Address)
	u32(c, &v.HeartbeatInterval)
	u16(c, &v.MaxRetransmits)
	u32(c, &v.PathMTU)
	u32(c, &v.SackDelay)
	u32(c, &v.Flags)
}

// sizeofOldPaddrParams is the size of struct sctp_paddrparams before it had a flow label and a DSCP.
const sizeofOldPaddrParams = 152

// ParsePaddrParams reads struct sctp_paddrparams or its older form, which must not have the flags of fields that it lacks.
func ParsePaddrParams(b []byte) (v PaddrParams, err error) {
	if len(b) != sizeofOldPaddrParams {
		err = Parse(b, &v)
		return v, err
	}
	c := codec{mode: reading, b: b}
	v.oldLayout(&c)
	if c.bad || v.Flags&(SPP_DSCP|SPP_IPV6_FLOWLABEL) != 0 {
		return v, syscall.EINVAL
	}
	return v, nil
}

// PaddrThresholds is struct sctp_paddrthlds: what RFC 7829 section 7.2 has, but for its third threshold. Linux answers with that one too,
// in the padding at the end.
type PaddrThresholds struct {
	AssocID        AssocID
	Address        Storage
	MaxRetransmits uint16
	PFThreshold    uint16 // spt_pathpfthld
	PSThreshold    uint16
}

func (v *PaddrThresholds) layout(c *codec) {
	u32(c, &v.AssocID)
	c.pad(4)
	c.storage(&v.Address)
	u16(c, &v.MaxRetransmits)
	u16(c, &v.PFThreshold)
	u16(c, &v.PSThreshold)
	c.unnamed()
	c.pad(2)
}

// PaddrThresholdsV2 is struct sctp_paddrthlds_v2, all of RFC 7829 section 7.2; Linux came to the third threshold late and gave it a
// struct of its own.
type PaddrThresholdsV2 struct {
	AssocID        AssocID
	Address        Storage
	MaxRetransmits uint16
	PFThreshold    uint16 // spt_pathpfthld
	PSThreshold    uint16 // spt_pathcpthld
}

func (v *PaddrThresholdsV2) layout(c *codec) {
	u32(c, &v.AssocID)
	c.pad(4)
	c.storage(&v.Address)
	u16(c, &v.MaxRetransmits)
	u16(c, &v.PFThreshold)
	u16(c, &v.PSThreshold)
	c.pad(2)
}

// UDPEncaps is struct sctp_udpencaps (RFC 6951 section 6.1); Port is in network byte order in memory.
type UDPEncaps struct {
	AssocID AssocID
	Address Storage
	Port    uint16
}

func (v *UDPEncaps) layout(c *codec) {
	u32(c, &v.AssocID)
	c.pad(4) // sockaddr_storage is aligned to 8
	c.storage(&v.Address)
	be16(c, &v.Port)
	c.pad(6)
}

// ProbeInterval is struct sctp_probeinterval, Linux' own; Interval in milliseconds.
type ProbeInterval struct {
	AssocID  AssocID
	Address  Storage
	Interval uint32
}

func (v *ProbeInterval) layout(c *codec) {
	u32(c, &v.AssocID)
	c.pad(4)
	c.storage(&v.Address)
	u32(c, &v.Interval)
	c.pad(4)
}
