package linux

import "fmt"

// HMACs of AUTH (RFC 4895 section 3.3).
const (
	SCTP_AUTH_HMAC_ID_SHA1   = 1
	SCTP_AUTH_HMAC_ID_SHA256 = 3
)

// AuthChunk is struct sctp_authchunk (RFC 6458 section 8.3.2).
type AuthChunk struct{ Chunk uint8 }

func (v *AuthChunk) layout(c *codec) { u8(c, &v.Chunk) }

// HMACAlgo is struct sctp_hmacalgo (RFC 6458 section 8.1.17).
type HMACAlgo struct{ Idents []uint16 }

func (v *HMACAlgo) layout(c *codec) {
	n := uint32(len(v.Idents))
	u32(c, &n)
	if c.mode == reading && (n == 0 || n > maxHMACs) {
		c.bad, n = true, 0
	}
	list(c, &v.Idents, int(n), u16[uint16])
}

// maxHMACs is how many HMACs Linux takes, its SCTP_AUTH_NUM_HMACS.
const maxHMACs = 4

// AuthKey is struct sctp_authkey (RFC 6458 section 8.3.3).
type AuthKey struct {
	AssocID   AssocID
	KeyNumber uint16
	Key       []byte
}

func (v *AuthKey) layout(c *codec) {
	n := uint16(len(v.Key))
	u32(c, &v.AssocID)
	u16(c, &v.KeyNumber)
	u16(c, &n)
	c.tail(&v.Key)
	if c.mode != reading {
		return
	}
	if int(n) > len(v.Key) {
		c.bad, n = true, 0
	}
	v.Key = v.Key[:n]
}

// String leaves the key out, because it is for traces.
func (v *AuthKey) String() string {
	return fmt.Sprintf("{AssocID:%d KeyNumber:%d Key:%d bytes}", v.AssocID, v.KeyNumber, len(v.Key))
}

// AuthKeyID is struct sctp_authkeyid (RFC 6458 sections 8.1.18, 8.3.4, 8.3.5).
type AuthKeyID struct {
	AssocID   AssocID
	KeyNumber uint16
}

func (v *AuthKeyID) layout(c *codec) {
	u32(c, &v.AssocID)
	u16(c, &v.KeyNumber)
	c.pad(2)
}

// AuthChunks is struct sctp_authchunks (RFC 6458 sections 8.2.3 and 8.2.4).
type AuthChunks struct {
	AssocID AssocID
	Chunks  []byte
}

func (v *AuthChunks) layout(c *codec) {
	n := uint32(len(v.Chunks))
	u32(c, &v.AssocID)
	u32(c, &n)
	c.tail(&v.Chunks)
	if c.mode == reading {
		v.Chunks = v.Chunks[:min(int(n), len(v.Chunks))]
	}
}
