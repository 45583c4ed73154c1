package wire

import (
	"net/netip"
	"reflect"
	"testing"

	"github.com/gosctp/sctp/internal/seq"
)

func TestForwardTSN(t *testing.T) {
	b := unhex(t, "c0 00 0010 00000009 0001 0002 0003 ffff")
	f, err := ParseForwardTSN(theChunk(t, b))
	want := []SkippedStream{{1, 2}, {3, 65535}}
	if err != nil || f.NewCumTSN != 9 || !reflect.DeepEqual(list[SkippedStream](f.Streams), want) {
		t.Errorf("TSN %d, streams %v, error %v", f.NewCumTSN, list[SkippedStream](f.Streams), err)
	}
	wantBytes(t, "AppendForwardTSN", AppendForwardTSN(nil, 9, want), b)
	wantBytes(t, "Forward-TSN-Supported", AppendForwardTSNSupported(nil), unhex(t, "c000 0004"))
}

func TestIForwardTSN(t *testing.T) {
	b := unhex(t, "c2 00 0018 00000009 0001 0000 00010000 0001 0001 00000007")
	f, err := ParseIForwardTSN(theChunk(t, b))
	want := []SkippedMessage{{1, false, 65536}, {1, true, 7}}
	if err != nil || f.NewCumTSN != 9 || !reflect.DeepEqual(list[SkippedMessage](f.Messages), want) {
		t.Errorf("TSN %d, messages %v, error %v", f.NewCumTSN, list[SkippedMessage](f.Messages), err)
	}
	wantBytes(t, "AppendIForwardTSN", AppendIForwardTSN(nil, 9, want), b)
}

// The reserved bits beside U are ignored (RFC 8260 section 2.3.1).
func TestIForwardTSNReservedBits(t *testing.T) {
	f, err := ParseIForwardTSN(theChunk(t, unhex(t, "c2 00 0010 00000009 0001 fffe 00000001")))
	if err != nil || f.Messages.At(0).Unordered {
		t.Errorf("reserved bits were taken for U (error %v)", err)
	}
}

// The examples of RFC 5061 sections 4.2.1, 4.2.2 and 4.2.4.
func TestASCONF(t *testing.T) {
	b := unhex(t, `
		c1 00 0040
		01020304
		0005 0008 c0000202                      | the sender, 192.0.2.2
		c001 0010 01023474  0005 0008 c0000201  | add 192.0.2.1
		c002 0010 01023476  0005 0008 c0000201  | delete it
		c004 0010 01023479  0005 0008 c0000201  | make it primary`)
	a, err := ParseASCONF(theChunk(t, b))
	if err != nil || a.Seq != 0x01020304 || a.Addr != netip.MustParseAddr("192.0.2.2") {
		t.Fatalf("seq %d, address %s, error %v", a.Seq, a.Addr, err)
	}
	wantBytes(t, "Append", a.Append(nil), b)

	addr := netip.MustParseAddr("192.0.2.1")
	rest := a.Params
	for _, want := range []struct {
		typ ParamType
		req AddrRequest
	}{
		{ParamAddIP, AddrRequest{0x01023474, addr}},
		{ParamDeleteIP, AddrRequest{0x01023476, addr}},
		{ParamSetPrimary, AddrRequest{0x01023479, addr}},
	} {
		var p Param
		if p, rest, err = NextParam(rest); err != nil || p.Type != want.typ {
			t.Fatalf("got %s, error %v; want %s", p.Type, err, want.typ)
		}
		if got, err := ParseAddrRequest(p); err != nil || got != want.req {
			t.Errorf("%s: got %v, error %v", p.Type, got, err)
		}
		wantBytes(t, p.Type.String(), want.req.Append(nil, want.typ), p.Raw)
	}
}

// A host name must not be sent in an ASCONF (RFC 5061 section 4.1.1).
func TestASCONFNeedsAnAddress(t *testing.T) {
	for _, b := range []string{
		"c1 00 0010 00000001 000b 0008 61626300",
		"c1 00 0008 00000001",
		"c1 00 0010 00000001 0005 0009 01020304",
	} {
		if a, err := ParseASCONF(theChunk(t, unhex(t, b))); err == nil {
			t.Errorf("%s: address %s, want an error", b, a.Addr)
		}
	}
	if r, err := ParseAddrRequest(theParam(t, unhex(t, "c001 0014 00000001 0005 0008 01020304 00000000"))); err == nil {
		t.Errorf("a request with something after the address: %v, want an error", r)
	}
}

func TestASCONFAck(t *testing.T) {
	b := unhex(t, `
		80 00 001d
		01020304
		c005 0008 00000005                   | success
		c003 000d 00000006  00a0 0005 2a     | failure, with an odd cause
		000000`)
	a, err := ParseASCONFAck(theChunk(t, b))
	if err != nil || a.Seq != 0x01020304 {
		t.Fatalf("seq %d, error %v", a.Seq, err)
	}
	wantBytes(t, "Append", a.Append(nil), b)

	e := ErrorCauses{CorrelationID: 6, Causes: AppendCause(nil, CauseDeleteLastAddress, []byte{42})}
	a.Params = e.Append(AppendUint32Param(nil, ParamSuccess, 5))
	wantBytes(t, "from parts", a.Append(nil), b)
	got, err := ParseErrorCauses(theParam(t, a.Params[8:]))
	if err != nil || got.CorrelationID != 6 || theCause(t, got.Causes).Code != CauseDeleteLastAddress {
		t.Errorf("got %v, error %v", got, err)
	}
}

func TestAuth(t *testing.T) {
	b := unhex(t, "0f 00 000b 0001 0003 aabbcc 00")
	a, err := ParseAuth(theChunk(t, b))
	want := Auth{KeyID: 1, HMACID: HMACSHA256, HMAC: []byte{0xaa, 0xbb, 0xcc}}
	if err != nil || !reflect.DeepEqual(a, want) {
		t.Errorf("got %+v, error %v", a, err)
	}
	wantBytes(t, "Append", a.Append(nil), b)

	p := unhex(t, "8004 0006 0003 0000")
	ids, err := ParseHMACAlgos(theParam(t, p))
	if err != nil || !reflect.DeepEqual(list[uint16](ids), []uint16{HMACSHA256}) {
		t.Errorf("algorithms %v, error %v", list[uint16](ids), err)
	}
	wantBytes(t, "AppendHMACAlgos", AppendHMACAlgos(nil, HMACSHA256), p)
}

func TestECN(t *testing.T) {
	ecne, cwr := unhex(t, "0c 00 0008 00000007"), unhex(t, "0d 00 0008 00000007")
	if tsn, err := ParseECNE(theChunk(t, ecne)); err != nil || tsn != 7 {
		t.Errorf("ECNE: TSN %d, error %v", tsn, err)
	}
	if tsn, err := ParseCWR(theChunk(t, cwr)); err != nil || tsn != 7 {
		t.Errorf("CWR: TSN %d, error %v", tsn, err)
	}
	wantBytes(t, "AppendECNE", AppendECNE(nil, 7), ecne)
	wantBytes(t, "AppendCWR", AppendCWR(nil, 7), cwr)
	if tsn, err := ParseECNE(theChunk(t, unhex(t, "0c 00 000c 00000007 00000002"))); err != nil || tsn != 7 {
		t.Errorf("ECNE with a count: TSN %d, error %v", tsn, err)
	}
}

func TestPktDrop(t *testing.T) {
	b := unhex(t, "81 06 0013 00000001 00000002 05dc 0000 aabbcc 00")
	d, err := ParsePktDrop(theChunk(t, b))
	want := PktDrop{FlagBadCRC | FlagTruncated, 1, 2, 1500, []byte{0xaa, 0xbb, 0xcc}}
	if err != nil || !reflect.DeepEqual(d, want) {
		t.Errorf("got %+v, error %v", d, err)
	}
	wantBytes(t, "Append", d.Append(nil), b)
}

func TestSSNResets(t *testing.T) {
	b := unhex(t, "000d 0012 00000001 00000002 00000003 0005 0000")
	out, err := ParseOutSSNReset(theParam(t, b))
	if err != nil || out.ReqSeq != 1 || out.RespSeq != 2 || out.LastTSN != 3 || !reflect.DeepEqual(list[uint16](out.Streams), []uint16{5}) {
		t.Errorf("outgoing: %+v, error %v", out, err)
	}
	wantBytes(t, "outgoing", AppendOutSSNReset(nil, 1, 2, 3, []uint16{5}), b)

	b = unhex(t, "000e 000c 00000001 0005 0006")
	in, err := ParseInSSNReset(theParam(t, b))
	if err != nil || in.ReqSeq != 1 || !reflect.DeepEqual(list[uint16](in.Streams), []uint16{5, 6}) {
		t.Errorf("incoming: %+v, error %v", in, err)
	}
	wantBytes(t, "incoming", AppendInSSNReset(nil, 1, []uint16{5, 6}), b)

	both, err := ParseSSNTSNReset(theParam(t, AppendUint32Param(nil, ParamSSNTSNReset, 9)))
	if err != nil || both != seq.TSN(9) {
		t.Errorf("SSN/TSN: %d, error %v", both, err)
	}
}

func TestReconfigResponse(t *testing.T) {
	for _, c := range []struct {
		bytes string
		want  ReconfigResponse
	}{
		{"0010 000c 00000001 00000006", ReconfigResponse{RespSeq: 1, Result: ReconfigInProgress}},
		{"0010 0014 00000001 00000001 00000002 00000003",
			ReconfigResponse{RespSeq: 1, Result: ReconfigPerformed, HasTSNs: true, SenderNextTSN: 2, ReceiverNextTSN: 3}},
	} {
		b := unhex(t, c.bytes)
		got, err := ParseReconfigResponse(theParam(t, b))
		if err != nil || got != c.want {
			t.Errorf("got %+v, error %v; want %+v", got, err, c.want)
		}
		wantBytes(t, "Append", got.Append(nil), b)
	}
}

func TestAddStreams(t *testing.T) {
	b := unhex(t, "0011 000c 00000001 0003 0000")
	a, err := ParseAddStreams(theParam(t, b))
	if err != nil || a != (AddStreams{1, 3}) {
		t.Errorf("got %+v, error %v", a, err)
	}
	wantBytes(t, "Append", a.Append(nil, ParamAddOutStreams), b)
}

// The ten combinations of RFC 6525 section 3.1, and no other.
func TestReConfigCombinations(t *testing.T) {
	const none = ParamType(0)
	types := []ParamType{ParamOutSSNReset, ParamInSSNReset, ParamSSNTSNReset, ParamAddOutStreams, ParamAddInStreams,
		ParamReconfigResponse, ParamPadding}
	allowed := map[[2]ParamType]bool{
		{ParamOutSSNReset, none}:                       true,
		{ParamInSSNReset, none}:                        true,
		{ParamOutSSNReset, ParamInSSNReset}:            true,
		{ParamSSNTSNReset, none}:                       true,
		{ParamAddOutStreams, none}:                     true,
		{ParamAddInStreams, none}:                      true,
		{ParamAddOutStreams, ParamAddInStreams}:        true,
		{ParamReconfigResponse, none}:                  true,
		{ParamReconfigResponse, ParamOutSSNReset}:      true,
		{ParamReconfigResponse, ParamReconfigResponse}: true,
	}
	for _, first := range types {
		for _, second := range append([]ParamType{none}, types...) {
			value := AppendParam(nil, first, nil)
			if second != none {
				value = AppendParam(value, second, nil)
			}
			r, err := ParseReConfig(theChunk(t, AppendChunk(nil, ChunkReConfig, 0, value)))
			if want := allowed[[2]ParamType{first, second}]; err != nil || r.Allowed() != want {
				t.Errorf("%s with %s: allowed %t, error %v; want %t", first, second, r.Allowed(), err, want)
			}
		}
	}
	three := AppendUint32Param(AppendUint32Param(AppendUint32Param(nil, ParamSSNTSNReset, 1), ParamSSNTSNReset, 2), ParamSSNTSNReset, 3)
	if _, err := ParseReConfig(theChunk(t, AppendChunk(nil, ChunkReConfig, 0, three))); err == nil {
		t.Error("three parameters were accepted")
	}
}
