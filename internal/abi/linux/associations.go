package linux

// Prim is struct sctp_prim (RFC 6458 section 8.1.9), packed.
type Prim struct {
	AssocID AssocID
	Address Storage
}

func (v *Prim) layout(c *codec) {
	u32(c, &v.AssocID)
	c.storage(&v.Address)
}

// SetPeerPrim is struct sctp_setpeerprim (RFC 6458 section 8.3.1), packed.
type SetPeerPrim struct {
	AssocID AssocID
	Address Storage
}

func (v *SetPeerPrim) layout(c *codec) {
	u32(c, &v.AssocID)
	c.storage(&v.Address)
}

// AssocIDs is struct sctp_assoc_ids (RFC 6458 section 8.2.6).
type AssocIDs struct{ IDs []AssocID }

func (v *AssocIDs) layout(c *codec) {
	n := uint32(len(v.IDs))
	u32(c, &n)
	list(c, &v.IDs, int(n), u32[AssocID])
}

// GetAddrs is struct sctp_getaddrs, behind sctp_getpaddrs and sctp_getladdrs (RFC 6458 sections 9.3 and 9.5): Addresses is a packed
// array of Count socket addresses. A program gives room for them, and ENOMEM answers
// too little.
type GetAddrs struct {
	AssocID   AssocID
	Count     uint32
	Addresses []byte
}

func (v *GetAddrs) layout(c *codec) {
	u32(c, &v.AssocID)
	u32(c, &v.Count)
	c.tail(&v.Addresses)
}

// GetAddrsOld is struct sctp_getaddrs_old, the argument of SCTP_SOCKOPT_CONNECTX3: Length bytes of socket addresses in the program's
// memory at Pointer. The answer is the AssocID alone, of 4 bytes, also when connecting has only begun (EINPROGRESS).
type GetAddrsOld struct {
	AssocID AssocID
	Length  int32 // addr_num
	Pointer uint64
}

func (v *GetAddrsOld) layout(c *codec) {
	u32(c, &v.AssocID)
	u32(c, &v.Length)
	u64(c, &v.Pointer)
}

// PeelOff is sctp_peeloff_arg_t (RFC 6458 section 9.2).
type PeelOff struct {
	AssocID    AssocID
	Descriptor int32 // the answer
}

func (v *PeelOff) layout(c *codec) {
	u32(c, &v.AssocID)
	u32(c, &v.Descriptor)
}

// PeelOffFlags is sctp_peeloff_flags_arg_t; Flags are SOCK_CLOEXEC and SOCK_NONBLOCK.
type PeelOffFlags struct {
	PeelOff
	Flags uint32
}

func (v *PeelOffFlags) layout(c *codec) {
	v.PeelOff.layout(c)
	u32(c, &v.Flags)
}

// Descriptor flags of [PeelOffFlags], of socket and of accept4.
const (
	SOCK_NONBLOCK = 0x800
	SOCK_CLOEXEC  = 0x80000
)
