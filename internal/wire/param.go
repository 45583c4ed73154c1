package wire

// Param is one parameter of a chunk (RFC 9260 section 3.2.1). Its slices alias the packet.
type Param struct {
	Type ParamType
	// Value is what follows the parameter header, without padding.
	Value []byte
	// Raw is header and value, without padding: what a report of the parameter quotes.
	Raw []byte
}

const paramRule = "RFC 9260 section 3.2.1"

// NextParam cuts the first parameter off b, the parameters of a chunk or what an earlier call left of them. The last one
// may come without padding, because the length of a chunk need not include it (RFC 9260 section 3.2).
func NextParam(b []byte) (p Param, rest []byte, err error) {
	if len(b) < tlvHeaderLen {
		return Param{}, nil, &LengthError{"rest of parameters", len(b), "a parameter header of 4 or nothing", paramRule}
	}
	n := int(be.Uint16(b[2:]))
	if n < tlvHeaderLen || n > len(b) {
		return Param{}, nil, paramLengthError(ParamType(be.Uint16(b)), n, len(b))
	}
	p.Type = ParamType(be.Uint16(b))
	p.Raw, rest = splitTLV(b, n)
	p.Value = p.Raw[tlvHeaderLen:]
	return p, rest, nil
}

func paramLengthError(t ParamType, n, room int) error {
	want := "at least 4"
	if n >= tlvHeaderLen {
		want = atMost(room, "the chunk")
	}
	return &LengthError{t.String() + " parameter", n, want, paramRule}
}

// Append appends a copy of the parameter.
func (p Param) Append(b []byte) []byte { return appendPadding(append(b, p.Raw...), len(p.Raw)) }

// AppendParam appends a parameter with the given value.
func AppendParam(b []byte, t ParamType, value []byte) []byte {
	b, m := BeginParam(b, t)
	return EndParam(append(b, value...), m)
}

// BeginParam appends the header of a parameter whose value the caller appends next, before [EndParam].
func BeginParam(b []byte, t ParamType) ([]byte, Mark) { return begin(b, uint16(t)) }

// EndParam completes the parameter begun at m: it fills in the length and pads with zeros.
func EndParam(b []byte, m Mark) []byte {
	items := 0
	if ParamType(be.Uint16(b[m:])) == ParamErrorCause {
		items = errorCauseFixedLen
	}
	return end(b, m, MaxLength, items)
}

// ParseUint32Param reads a parameter that is one number: Cookie Preservative, Zero Checksum Acceptable, SSN/TSN Reset
// Request, Success Indication, Adaptation Layer Indication.
func ParseUint32Param(p Param) (uint32, error) {
	if len(p.Value) != 4 {
		return 0, p.badLength("8", p.Type.rule())
	}
	return be.Uint32(p.Value), nil
}

// AppendUint32Param appends such a parameter.
func AppendUint32Param(b []byte, t ParamType, v uint32) []byte {
	return be.AppendUint32(appendHeader(b, uint16(t), 4), v)
}

// rule names the section that defines a parameter of one number.
func (t ParamType) rule() string {
	switch t {
	case ParamCookiePreservative:
		return "RFC 9260 section 3.3.2.1.3"
	case ParamSSNTSNReset:
		return "RFC 6525 section 4.3"
	case ParamZeroChecksum:
		return "RFC 9653 section 4"
	case ParamSuccess:
		return "RFC 5061 section 4.2.5"
	case ParamAdaptation:
		return "RFC 5061 section 4.2.6"
	default:
		return paramRule
	}
}

// AppendCookiePreservative appends a Cookie Preservative: the wish for a State Cookie that lives ms milliseconds longer (RFC
// 9260 section 3.3.2.1.3).
func AppendCookiePreservative(b []byte, ms uint32) []byte {
	return AppendUint32Param(b, ParamCookiePreservative, ms)
}

// ParseCookiePreservative reads a Cookie Preservative.
func ParseCookiePreservative(p Param) (ms uint32, err error) { return ParseUint32Param(p) }
