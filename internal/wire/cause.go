package wire

import "github.com/gosctp/sctp/internal/seq"

// Cause is one error cause of an ERROR or ABORT chunk (RFC 9260 section 3.3.10). Its slices alias the packet.
type Cause struct {
	Code CauseCode
	// Value is the Cause-Specific Information, without padding.
	Value []byte
	// Raw is header and value, without padding.
	Raw []byte
}

const causeRule = "RFC 9260 section 3.3.10"

// maxCauseLen bounds a cause so that a chunk with nothing else can hold it.
const maxCauseLen = MaxLength&^3 - 2*tlvHeaderLen

// NextCause cuts the first cause off b, the causes of a chunk or what an earlier call left of them.
func NextCause(b []byte) (c Cause, rest []byte, err error) {
	if len(b) < tlvHeaderLen {
		return Cause{}, nil, &LengthError{"rest of causes", len(b), "a cause header of 4 or nothing", causeRule}
	}
	n := int(be.Uint16(b[2:]))
	if n < tlvHeaderLen || n > len(b) {
		return Cause{}, nil, causeLengthError(CauseCode(be.Uint16(b)), n, len(b))
	}
	c.Code = CauseCode(be.Uint16(b))
	c.Raw, rest = splitTLV(b, n)
	c.Value = c.Raw[tlvHeaderLen:]
	return c, rest, nil
}

func causeLengthError(code CauseCode, n, room int) error {
	want := "at least 4"
	if n >= tlvHeaderLen {
		want = atMost(room, "the chunk")
	}
	return &LengthError{code.String() + " cause", n, want, causeRule}
}

// AppendCause appends a cause with the given information, cut if a chunk could not hold it. Causes without structure have
// no function of their own: Out of Resource, Unrecognized Chunk Type (whose value is [Chunk].Raw), User-Initiated Abort, …
func AppendCause(b []byte, code CauseCode, value []byte) []byte {
	b, m := BeginCause(b, code)
	return EndCause(append(b, value...), m)
}

// BeginCause appends the header of a cause whose information the caller appends next, before [EndCause].
func BeginCause(b []byte, code CauseCode) ([]byte, Mark) { return begin(b, uint16(code)) }

// EndCause completes the cause begun at m: it fills in the length and pads with zeros.
func EndCause(b []byte, m Mark) []byte {
	items := 0
	switch CauseCode(be.Uint16(b[m:])) {
	case CauseUnrecognizedParams, CauseRestartNewAddresses:
		items = tlvHeaderLen
	}
	return end(b, m, maxCauseLen, items)
}

// AppendInvalidStream appends the cause for data on a stream that does not exist (RFC 9260 section 3.3.10.1).
func AppendInvalidStream(b []byte, sid uint16) []byte {
	b = appendHeader(b, uint16(CauseInvalidStream), 4)
	b = be.AppendUint16(b, sid)
	return be.AppendUint16(b, 0)
}

// ParseInvalidStream reads an Invalid Stream Identifier cause.
func ParseInvalidStream(c Cause) (sid uint16, err error) {
	v, err := parseUint32Cause(c, "RFC 9260 section 3.3.10.1")
	return uint16(v >> 16), err
}

// AppendMissingParams appends the cause for an INIT or INIT ACK that lacks parameters (RFC 9260 section 3.3.10.2).
func AppendMissingParams(b []byte, types ...ParamType) []byte {
	b, m := BeginCause(b, CauseMissingParam)
	b = be.AppendUint32(b, uint32(len(types)))
	return EndCause(appendUint16s(b, types), m)
}

// ParseMissingParams reads a Missing Mandatory Parameter cause; the elements are parameter types.
func ParseMissingParams(c Cause) (Uint16s, error) {
	const rule = "RFC 9260 section 3.3.10.2"
	if len(c.Value) < 4 {
		return Uint16s{}, c.badLength("at least 8", rule)
	}
	if n := uint64(be.Uint32(c.Value)); uint64(len(c.Value)) != 4+2*n {
		return Uint16s{}, c.badLength("8 + 2 for each parameter", rule)
	}
	return Uint16s{c.Value[4:]}, nil
}

// AppendStaleCookie appends the cause for a State Cookie that expired so many microseconds ago, or zero to keep that private
// (RFC 9260 section 3.3.10.3).
func AppendStaleCookie(b []byte, microseconds uint32) []byte {
	return appendUint32Cause(b, CauseStaleCookie, microseconds)
}

// ParseStaleCookie reads a Stale Cookie cause and returns the Measure of Staleness in microseconds.
func ParseStaleCookie(c Cause) (uint32, error) {
	return parseUint32Cause(c, "RFC 9260 section 3.3.10.3")
}

// AppendNoUserData appends the cause for a DATA chunk without user data (RFC 9260 section 3.3.10.9).
func AppendNoUserData(b []byte, tsn seq.TSN) []byte {
	return appendUint32Cause(b, CauseNoUserData, uint32(tsn))
}

// ParseNoUserData reads a No User Data cause.
func ParseNoUserData(c Cause) (seq.TSN, error) {
	v, err := parseUint32Cause(c, "RFC 9260 section 3.3.10.9")
	return seq.TSN(v), err
}

func appendUint32Cause(b []byte, code CauseCode, v uint32) []byte {
	return be.AppendUint32(appendHeader(b, uint16(code), 4), v)
}

func parseUint32Cause(c Cause, rule string) (uint32, error) {
	if len(c.Value) != 4 {
		return 0, c.badLength("8", rule)
	}
	return be.Uint32(c.Value), nil
}

// ParseRestartNewEncapPort reads a Restart of an Association with New Encapsulation Port cause
// (draft-tuexen-tsvwg-rfc6951-bis section 5.2.3).
func ParseRestartNewEncapPort(c Cause) (current, newPort uint16, err error) {
	v, err := parseUint32Cause(c, "draft-tuexen-tsvwg-rfc6951-bis section 5.2.3")
	return uint16(v >> 16), uint16(v), err
}

// AppendRestartNewEncapPort appends a Restart of an Association with New Encapsulation Port cause.
func AppendRestartNewEncapPort(b []byte, current, newPort uint16) []byte {
	return appendUint32Cause(b, CauseRestartNewEncapPort, uint32(current)<<16|uint32(newPort))
}
