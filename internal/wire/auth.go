package wire

// Identifiers of HMAC algorithms (RFC 4895 section 3.3).
const (
	HMACSHA1   uint16 = 1
	HMACSHA256 uint16 = 3
)

// authFixedLen is the length of an AUTH chunk without HMAC.
const authFixedLen = 8

// Auth is an AUTH chunk (RFC 4895 section 5.1):
//
//	| Type = 0x0F |   Flags   |         Length          |
//	|  Shared Key Identifier  |     HMAC Identifier     |
//	|                       HMAC                        |
type Auth struct {
	KeyID, HMACID uint16
	HMAC          []byte
}

// ParseAuth reads an AUTH chunk. How long the HMAC has to be depends on its algorithm, which this package does not know.
func ParseAuth(c Chunk) (Auth, error) {
	if len(c.Value) < authFixedLen-tlvHeaderLen {
		return Auth{}, c.badLength("at least 8", "RFC 4895 section 5.1")
	}
	return Auth{be.Uint16(c.Value), be.Uint16(c.Value[2:]), c.Value[4:]}, nil
}

// Append appends the chunk. The HMAC is computed over the chunk with an HMAC of zeros and all that follows it (RFC 4895
// section 6.2), so what is appended first is usually that many zeros.
func (a *Auth) Append(b []byte) []byte {
	b = appendHeader(b, uint16(ChunkAuth)<<8, authFixedLen-tlvHeaderLen+len(a.HMAC))
	b = be.AppendUint16(b, a.KeyID)
	b = be.AppendUint16(b, a.HMACID)
	return appendPadding(append(b, a.HMAC...), len(a.HMAC))
}

// ParseHMACAlgos reads a Requested HMAC Algorithm parameter (RFC 4895 section 3.3): identifiers, the preferred first.
func ParseHMACAlgos(p Param) (Uint16s, error) { return parseUint16s(p, "RFC 4895 section 3.3") }

// AppendHMACAlgos appends a Requested HMAC Algorithm parameter.
func AppendHMACAlgos(b []byte, ids ...uint16) []byte {
	b, m := BeginParam(b, ParamHMACAlgo)
	return EndParam(appendUint16s(b, ids), m)
}

// ParseUnsupportedHMAC reads an Unsupported HMAC Identifier cause (RFC 4895 section 4.1).
func ParseUnsupportedHMAC(c Cause) (id uint16, err error) {
	if len(c.Value) != 2 {
		return 0, c.badLength("6", "RFC 4895 section 4.1")
	}
	return be.Uint16(c.Value), nil
}

// AppendUnsupportedHMAC appends an Unsupported HMAC Identifier cause.
func AppendUnsupportedHMAC(b []byte, id uint16) []byte {
	b, m := BeginCause(b, CauseUnsupportedHMAC)
	return EndCause(be.AppendUint16(b, id), m)
}

// AuthLen is the length of an AUTH chunk whose HMAC has n bytes, with its padding.
func AuthLen(n int) int { return authFixedLen + Padded(n) }

// ParamLength is the length of the first parameter in b, without padding, for who keeps parameters without it (RFC 4895 section 6.1).
func ParamLength(b []byte) (n int, ok bool) {
	if len(b) < tlvHeaderLen {
		return 0, false
	}
	n = int(be.Uint16(b[2:]))
	return n, n >= tlvHeaderLen && n <= len(b)
}
