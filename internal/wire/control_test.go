package wire

import (
	"reflect"
	"testing"

	"github.com/gosctp/sctp/internal/seq"
)

func TestInit(t *testing.T) {
	b := unhex(t, `
		01 00 001e            | INIT; the last parameter's padding is not counted
		89abcdef  00010000    | tag, a_rwnd
		000a ffff  00000001   | OS, MIS, TSN
		8000 0004             | ECN Capable
		000c 0006 0005 0000   | Supported Address Types: IPv4`)
	i, err := ParseInit(theChunk(t, b))
	if err != nil {
		t.Fatal(err)
	}
	want := Init{Tag: 0x89abcdef, ARwnd: 1 << 16, OutStreams: 10, InStreams: 65535, InitialTSN: 1, Params: b[20:30]}
	if !reflect.DeepEqual(i, want) {
		t.Errorf("got %+v, want %+v", i, want)
	}
	wantBytes(t, "as INIT", i.Append(nil, ChunkInit), b)
	b[0] = byte(ChunkInitAck)
	wantBytes(t, "as INIT ACK", i.Append(nil, ChunkInitAck), b)

	i.Params = AppendSupportedAddressTypes(AppendParam(nil, ParamECNCapable, nil), true, false)
	wantBytes(t, "with parameters that are padded", i.Append(nil, ChunkInitAck), b)
}

func TestSack(t *testing.T) {
	b := unhex(t, `
		03 00 001c            | SACK
		00000006  00001000    | cumulative TSN, a_rwnd
		0002 0001             | two gaps, one duplicate
		0002 0002  0004 0009
		00000005`)
	s, err := ParseSack(theChunk(t, b))
	if err != nil {
		t.Fatal(err)
	}
	gaps, dups := list[GapBlock](s.Gaps), list[seq.TSN](s.Dups)
	if s.CumTSN != 6 || s.ARwnd != 4096 {
		t.Errorf("cumulative TSN %d, a_rwnd %d; want 6, 4096", s.CumTSN, s.ARwnd)
	}
	if want := []GapBlock{{2, 2}, {4, 9}}; !reflect.DeepEqual(gaps, want) {
		t.Errorf("gaps %v, want %v", gaps, want)
	}
	if want := []seq.TSN{5}; !reflect.DeepEqual(dups, want) {
		t.Errorf("duplicates %v, want %v", dups, want)
	}
	wantBytes(t, "AppendSack", AppendSack(nil, 6, 4096, gaps, dups), b)
	wantBytes(t, "AppendSack without lists", AppendSack(nil, 6, 4096, nil, nil),
		unhex(t, "03 00 0010 00000006 00001000 0000 0000"))
}

func TestNRSack(t *testing.T) {
	b := unhex(t, `
		10 00 0024
		00000006  00001000
		0001 0002             | one gap that may be dropped, two that will not
		0001 0000
		0002 0002
		0004 0009  000b 000c
		00000005`)
	s, err := ParseNRSack(theChunk(t, b))
	if err != nil {
		t.Fatal(err)
	}
	gaps, nr, dups := list[GapBlock](s.Gaps), list[GapBlock](s.NRGaps), list[seq.TSN](s.Dups)
	if want := []GapBlock{{2, 2}}; !reflect.DeepEqual(gaps, want) {
		t.Errorf("gaps %v, want %v", gaps, want)
	}
	if want := []GapBlock{{4, 9}, {11, 12}}; !reflect.DeepEqual(nr, want) {
		t.Errorf("non-renegable gaps %v, want %v", nr, want)
	}
	wantBytes(t, "AppendNRSack", AppendNRSack(nil, s.CumTSN, s.ARwnd, gaps, nr, dups), b)
}

func TestShutdown(t *testing.T) {
	b := unhex(t, "07 00 0008 01020304")
	tsn, err := ParseShutdown(theChunk(t, b))
	if err != nil || tsn != 0x01020304 {
		t.Errorf("TSN %d, error %v", tsn, err)
	}
	wantBytes(t, "AppendShutdown", AppendShutdown(nil, tsn), b)
}

func TestHeartbeat(t *testing.T) {
	for _, typ := range []ChunkType{ChunkHeartbeat, ChunkHeartbeatAck} {
		b := unhex(t, "04 00 000d 0001 0009 0102030405 000000")
		b[0] = byte(typ)
		info, err := ParseHeartbeat(theChunk(t, b))
		if err != nil {
			t.Fatalf("%s: %v", typ, err)
		}
		wantBytes(t, typ.String(), info, []byte{1, 2, 3, 4, 5})
		wantBytes(t, typ.String(), AppendHeartbeat(nil, typ, info), b)
	}
}

func TestHeartbeatNeedsItsParameter(t *testing.T) {
	for _, b := range []string{
		"04 00 0004",                // none
		"04 00 0008 0002 0004",      // another one
		"04 00 0008 0001 0003",      // shorter than its header
		"04 00 000a 0001 0007 0102", // longer than the chunk
	} {
		if info, err := ParseHeartbeat(theChunk(t, unhex(t, b))); err == nil {
			t.Errorf("%s: info %x, want an error", b, info)
		}
	}
}

func TestEmptyChunks(t *testing.T) {
	for _, typ := range []ChunkType{ChunkShutdownAck, ChunkCookieAck, ChunkShutdownComplete} {
		if err := ParseEmpty(theChunk(t, AppendChunk(nil, typ, 0, nil))); err != nil {
			t.Errorf("%s: %v", typ, err)
		}
	}
}
