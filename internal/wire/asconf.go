package wire

import (
	"bytes"
	"net/netip"

	"github.com/gosctp/sctp/internal/seq"
)

const (
	// asconfFixedLen is the length of an ASCONF or ASCONF-ACK chunk up to its first parameter.
	asconfFixedLen = 8
	// errorCauseFixedLen is the length of an Error Cause Indication up to its first cause.
	errorCauseFixedLen = 8
)

// ASCONF is an ASCONF chunk (RFC 5061 section 4.1.1):
//
//	| Type = 0xC1 |   Flags   |         Length          |
//	|                  Sequence Number                  |
//	|                 Address Parameter                 |
//	|                 ASCONF Parameters                 |
type ASCONF struct {
	Seq seq.TSN
	// Addr is an address of the sender that the association already has, or the wildcard.
	Addr netip.Addr
	// Params are the requests, walked with NextParam.
	Params []byte
}

// ParseASCONF reads an ASCONF chunk.
func ParseASCONF(c Chunk) (ASCONF, error) {
	if len(c.Value) < asconfFixedLen-tlvHeaderLen {
		return ASCONF{}, c.badLength("at least 16", "RFC 5061 section 4.1.1")
	}
	addr, rest, err := nextAddress(c.Value[4:])
	if err != nil {
		return ASCONF{}, err
	}
	return ASCONF{seq.TSN(be.Uint32(c.Value)), addr, rest}, nil
}

// Append appends the chunk.
func (a *ASCONF) Append(b []byte) []byte {
	b, m := BeginChunk(b, ChunkASCONF, 0)
	b = be.AppendUint32(b, uint32(a.Seq))
	b = AppendAddress(b, a.Addr)
	return EndChunk(append(b, a.Params...), m)
}

// ASCONFAck is an ASCONF-ACK chunk (RFC 5061 section 4.1.2):
//
//	| Type = 0x80 |   Flags   |         Length          |
//	|                  Sequence Number                  |
//	|            ASCONF Parameter Responses             |
type ASCONFAck struct {
	Seq seq.TSN
	// Params are the responses, walked with NextParam; a request without response has succeeded.
	Params []byte
}

// ParseASCONFAck reads an ASCONF-ACK chunk.
func ParseASCONFAck(c Chunk) (ASCONFAck, error) {
	if len(c.Value) < asconfFixedLen-tlvHeaderLen {
		return ASCONFAck{}, c.badLength("at least 8", "RFC 5061 section 4.1.2")
	}
	return ASCONFAck{seq.TSN(be.Uint32(c.Value)), c.Value[4:]}, nil
}

// Append appends the chunk.
func (a *ASCONFAck) Append(b []byte) []byte {
	b, m := BeginChunk(b, ChunkASCONFAck, 0)
	b = be.AppendUint32(b, uint32(a.Seq))
	return EndChunk(append(b, a.Params...), m)
}

// AddrRequest is the value of Add IP Address, Delete IP Address and Set Primary Address (RFC 5061 sections 4.2.1, 4.2.2 and
// 4.2.4).
type AddrRequest struct {
	// CorrelationID comes back in the response.
	CorrelationID uint32
	Addr          netip.Addr
}

// ParseAddrRequest reads one of those three parameters.
func ParseAddrRequest(p Param) (AddrRequest, error) {
	const want, rule = "16 or 28", "RFC 5061 sections 4.2.1, 4.2.2 and 4.2.4"
	if len(p.Value) < 4 {
		return AddrRequest{}, p.badLength(want, rule)
	}
	addr, rest, err := nextAddress(p.Value[4:])
	if err != nil {
		return AddrRequest{}, err
	}
	if len(rest) > 0 {
		return AddrRequest{}, p.badLength(want, rule)
	}
	return AddrRequest{be.Uint32(p.Value), addr}, nil
}

// CorrelationID is the first number of a request, which those of any kind have (RFC 5061 section 4.2), understood or not.
func CorrelationID(p Param) (id uint32, ok bool) {
	if len(p.Value) < 4 {
		return 0, false
	}
	return be.Uint32(p.Value), true
}

// Append appends the parameter as t: ParamAddIP, ParamDeleteIP or ParamSetPrimary.
func (r AddrRequest) Append(b []byte, t ParamType) []byte {
	b, m := BeginParam(b, t)
	b = be.AppendUint32(b, r.CorrelationID)
	return EndParam(AppendAddress(b, r.Addr), m)
}

// ErrorCauses is an Error Cause Indication (RFC 5061 section 4.2.3): the request with this correlation id failed.
type ErrorCauses struct {
	CorrelationID uint32
	// Causes are walked with NextCause.
	Causes []byte
}

// ParseErrorCauses reads an Error Cause Indication. Its counterpart, Success Indication, is a parameter of one number.
func ParseErrorCauses(p Param) (ErrorCauses, error) {
	if len(p.Value) < 4 {
		return ErrorCauses{}, p.badLength("at least 8", "RFC 5061 section 4.2.3")
	}
	return ErrorCauses{be.Uint32(p.Value), p.Value[4:]}, nil
}

// Append appends the parameter.
func (e ErrorCauses) Append(b []byte) []byte {
	b, m := BeginParam(b, ParamErrorCause)
	b = be.AppendUint32(b, e.CorrelationID)
	return EndParam(append(b, e.Causes...), m)
}

// nextAddress cuts an address parameter off the front of b.
func nextAddress(b []byte) (addr netip.Addr, rest []byte, err error) {
	p, rest, err := NextParam(b)
	if err != nil {
		return netip.Addr{}, nil, err
	}
	addr, err = ParseAddress(p)
	return addr, rest, err
}

// ChunkTypes is a list of chunk types, read where it lies in the packet.
type ChunkTypes struct{ b []byte }

// Len returns the number of types.
func (l ChunkTypes) Len() int { return len(l.b) }

// At returns the i-th type.
func (l ChunkTypes) At(i int) ChunkType { return ChunkType(l.b[i]) }

// Has reports whether the list has t.
func (l ChunkTypes) Has(t ChunkType) bool { return bytes.IndexByte(l.b, byte(t)) >= 0 }

// ParseChunkTypes reads a Supported Extensions or a Chunk List parameter (RFC 5061 section 4.2.7, RFC 4895 section 3.2). Any
// length is possible.
func ParseChunkTypes(p Param) ChunkTypes { return ChunkTypes{p.Value} }

// AppendChunkTypes appends a list of chunk types as t: ParamSupportedExtensions or ParamChunkList.
func AppendChunkTypes(b []byte, t ParamType, types ...ChunkType) []byte {
	b, m := BeginParam(b, t)
	for _, typ := range types {
		b = append(b, byte(typ))
	}
	return EndParam(b, m)
}
