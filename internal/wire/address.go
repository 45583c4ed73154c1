package wire

import "net/netip"

// AppendAddress appends an IPv4 or IPv6 Address parameter (RFC 9260 sections 3.3.2.1.1 and 3.3.2.1.2). An IPv4-mapped IPv6
// address is sent as the IPv4 address that it stands for, as the latter section asks.
func AppendAddress(b []byte, a netip.Addr) []byte {
	if a = a.Unmap(); a.Is4() {
		v4 := a.As4()
		return append(appendHeader(b, uint16(ParamIPv4), len(v4)), v4[:]...)
	}
	v6 := a.As16()
	return append(appendHeader(b, uint16(ParamIPv6), len(v6)), v6[:]...)
}

// ParseAddress reads an IPv4 or IPv6 Address parameter. A peer that sends an IPv4-mapped address in spite of RFC 9260 section
// 3.3.2.1.2 is understood, so that no address has two names here.
func ParseAddress(p Param) (netip.Addr, error) {
	switch p.Type {
	case ParamIPv4:
		if len(p.Value) != 4 {
			return netip.Addr{}, p.badLength("8", "RFC 9260 section 3.3.2.1.1")
		}
		return netip.AddrFrom4([4]byte(p.Value)), nil
	case ParamIPv6:
		if len(p.Value) != 16 {
			return netip.Addr{}, p.badLength("20", "RFC 9260 section 3.3.2.1.2")
		}
		return netip.AddrFrom16([16]byte(p.Value)).Unmap(), nil
	default:
		return netip.Addr{}, &ParamTypeError{p.Type, "IPv4 Address or IPv6 Address", "RFC 9260 section 3.3.2.1"}
	}
}

// AppendSupportedAddressTypes appends a Supported Address Types parameter (RFC 9260 section 3.3.2.1.5).
func AppendSupportedAddressTypes(b []byte, v4, v6 bool) []byte {
	b, m := BeginParam(b, ParamSupportedAddressTypes)
	if v4 {
		b = be.AppendUint16(b, uint16(ParamIPv4))
	}
	if v6 {
		b = be.AppendUint16(b, uint16(ParamIPv6))
	}
	return EndParam(b, m)
}

// ParseSupportedAddressTypes reads a Supported Address Types parameter. Types other than the two are ignored.
func ParseSupportedAddressTypes(p Param) (v4, v6 bool, err error) {
	types, err := parseUint16s(p, "RFC 9260 section 3.3.2.1.5")
	for i := range types.Len() {
		switch ParamType(types.At(i)) {
		case ParamIPv4:
			v4 = true
		case ParamIPv6:
			v6 = true
		}
	}
	return v4, v6, err
}

// parseUint16s reads a parameter that is a list of 16-bit numbers.
func parseUint16s(p Param, rule string) (Uint16s, error) {
	if len(p.Value)%2 != 0 {
		return Uint16s{}, p.badLength("4 + 2 for each element", rule)
	}
	return Uint16s{p.Value}, nil
}
