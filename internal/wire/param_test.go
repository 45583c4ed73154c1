package wire

import (
	"bytes"
	"net/netip"
	"reflect"
	"testing"
)

func TestAddresses(t *testing.T) {
	for _, c := range []struct{ addr, bytes string }{
		{"192.0.2.1", "0005 0008 c0000201"},
		{"2001:db8::1", "0006 0014 20010db8 00000000 00000000 00000001"},
		{"0.0.0.0", "0005 0008 00000000"},
	} {
		want, b := netip.MustParseAddr(c.addr), unhex(t, c.bytes)
		got, err := ParseAddress(theParam(t, b))
		if err != nil || got != want {
			t.Errorf("%s: got %s, error %v", c.addr, got, err)
		}
		wantBytes(t, c.addr, AppendAddress(nil, want), b)
	}
}

// An address has one name, whichever way it was written (RFC 9260 section 3.3.2.1.2).
func TestMappedAddressIsTheIPv4Address(t *testing.T) {
	v4 := netip.MustParseAddr("192.0.2.1")
	mapped := netip.AddrFrom16(v4.As16())
	wantBytes(t, "sent", AppendAddress(nil, mapped), AppendAddress(nil, v4))
	got, err := ParseAddress(theParam(t, unhex(t, "0006 0014 00000000 00000000 0000ffff c0000201")))
	if err != nil || got != v4 {
		t.Errorf("received: got %s, error %v; want %s", got, err, v4)
	}
}

func TestZonesStayHome(t *testing.T) {
	b := AppendAddress(nil, netip.MustParseAddr("fe80::1%eth0"))
	if got, err := ParseAddress(theParam(t, b)); err != nil || got != netip.MustParseAddr("fe80::1") {
		t.Errorf("got %s, error %v", got, err)
	}
}

func TestSupportedAddressTypes(t *testing.T) {
	for _, c := range []struct {
		v4, v6 bool
		bytes  string
	}{
		{true, false, "000c 0006 0005 0000"},
		{false, true, "000c 0006 0006 0000"},
		{true, true, "000c 0008 0005 0006"},
		{false, false, "000c 0004"},
	} {
		b := unhex(t, c.bytes)
		v4, v6, err := ParseSupportedAddressTypes(theParam(t, b))
		if err != nil || v4 != c.v4 || v6 != c.v6 {
			t.Errorf("%s: IPv4 %t, IPv6 %t, error %v", c.bytes, v4, v6, err)
		}
		wantBytes(t, "AppendSupportedAddressTypes", AppendSupportedAddressTypes(nil, c.v4, c.v6), b)
	}
	v4, v6, err := ParseSupportedAddressTypes(theParam(t, unhex(t, "000c 000a 000b 0006 7777 0000")))
	if v4 || !v6 || err != nil {
		t.Errorf("with other types: IPv4 %t, IPv6 %t, error %v", v4, v6, err)
	}
}

func TestNumberParams(t *testing.T) {
	b := AppendCookiePreservative(nil, 1500)
	wantBytes(t, "Cookie Preservative", b, unhex(t, "0009 0008 000005dc"))
	if ms, err := ParseCookiePreservative(theParam(t, b)); err != nil || ms != 1500 {
		t.Errorf("Cookie Preservative: %d ms, error %v", ms, err)
	}
	for _, c := range []struct {
		typ   ParamType
		bytes string
	}{
		{ParamZeroChecksum, "8001 0008 00000001"},
		{ParamAdaptation, "c006 0008 00000001"},
		{ParamSuccess, "c005 0008 00000001"},
		{ParamSSNTSNReset, "000f 0008 00000001"},
	} {
		b := unhex(t, c.bytes)
		if v, err := ParseUint32Param(theParam(t, b)); err != nil || v != 1 {
			t.Errorf("%s: %d, error %v", c.typ, v, err)
		}
		wantBytes(t, c.typ.String(), AppendUint32Param(nil, c.typ, 1), b)
	}
}

func TestChunkTypes(t *testing.T) {
	b := unhex(t, "8008 0007 c1 80 0f 00")
	l := ParseChunkTypes(theParam(t, b))
	want := []ChunkType{ChunkASCONF, ChunkASCONFAck, ChunkAuth}
	if got := list[ChunkType](l); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if !l.Has(ChunkAuth) || l.Has(ChunkData) {
		t.Error("Has is wrong, about the padding perhaps")
	}
	wantBytes(t, "AppendChunkTypes", AppendChunkTypes(nil, ParamSupportedExtensions, want...), b)
}

func TestParamAppendCopiesAndPads(t *testing.T) {
	dirty := bytes.Repeat([]byte{0xee}, 16)[:0]
	p := theParam(t, unhex(t, "c0ff 0005 61"))
	wantBytes(t, "copy", p.Append(dirty), unhex(t, "c0ff 0005 61 000000"))
}

// How an INIT ACK reports a parameter (RFC 9260 section 3.3.3.1.2).
func TestUnrecognizedParameterIsQuotedWhole(t *testing.T) {
	p := theParam(t, unhex(t, "c0ff 0005 61 000000"))
	b := AppendParam(nil, ParamUnrecognized, p.Raw)
	wantBytes(t, "Unrecognized Parameter", b, unhex(t, "0008 0009 c0ff 0005 61 000000"))
	quoted := theParam(t, theParam(t, b).Value)
	wantBytes(t, "quoted", quoted.Raw, p.Raw)
}

func TestPad(t *testing.T) {
	wantBytes(t, "PAD of 4", AppendPad(nil, 4), unhex(t, "84 00 0004"))
	wantBytes(t, "PAD of 12", AppendPad(nil, 12), unhex(t, "84 00 000c 00000000 00000000"))
	wantBytes(t, "Padding of 8", AppendPadding(nil, 8), unhex(t, "8005 0008 00000000"))

	// The largest PAD is one byte longer than its length field can say (RFC 4820 section 3).
	largest := AppendPad(nil, 1<<16)
	if c := theChunk(t, largest); len(largest) != 1<<16 || len(c.Raw) != MaxLength {
		t.Errorf("the largest PAD takes %d bytes and says %d", len(largest), len(c.Raw))
	}
}
