package wire

import (
	"bytes"
	"errors"
	"testing"
)

func TestWalkChunks(t *testing.T) {
	b := unhex(t, `
		0a 00 0007  616263 00  | COOKIE ECHO "abc" and a byte of padding
		0e 01 0004             | SHUTDOWN COMPLETE with T
		bf 55 0008  01020304   | unknown
		84 00 0005  ff         | PAD, padding missing at the end of the packet`)
	want := []struct {
		typ   ChunkType
		flags uint8
		value string
	}{
		{ChunkCookieEcho, 0, "abc"},
		{ChunkShutdownComplete, FlagT, ""},
		{0xbf, 0x55, "\x01\x02\x03\x04"},
		{ChunkPad, 0, "\xff"},
	}
	for _, w := range want {
		c, rest, err := NextChunk(b)
		if err != nil {
			t.Fatalf("before %s: %v", w.typ, err)
		}
		if c.Type != w.typ || c.Flags != w.flags || string(c.Value) != w.value {
			t.Errorf("got %s flags %x value %q, want %s flags %x value %q", c.Type, c.Flags, c.Value, w.typ, w.flags, w.value)
		}
		wantBytes(t, "Raw", c.Raw, b[:4+len(w.value)])
		b = rest
	}
	if len(b) != 0 {
		t.Errorf("%x is left", b)
	}
}

// A length that says where the next chunk begins has to be credible (RFC 9260 section 3.2).
func TestChunkLengthsThatEndTheWalk(t *testing.T) {
	for _, c := range []struct{ name, chunk string }{
		{"nothing but a type", "00"},
		{"half a length", "00 00 00"},
		{"length 0", "0a 00 0000"},
		{"length less than the header", "0a 00 0003"},
		{"length beyond the packet", "0a 00 0009 01020304"},
	} {
		_, rest, err := NextChunk(unhex(t, c.chunk))
		if !errors.Is(err, ErrLength) || rest != nil {
			t.Errorf("%s: rest %x, error %v; want ErrLength", c.name, rest, err)
		}
	}
}

func TestAValueCannotGrowIntoItsNeighbour(t *testing.T) {
	b := unhex(t, "0a 00 0005 61 000000 0b 00 0004")
	c, _, err := NextChunk(b)
	if err != nil {
		t.Fatal(err)
	}
	before := bytes.Clone(b)
	_ = append(c.Value, "overwritten"...)
	wantBytes(t, "appending to a value copies it", b, before)
}

func TestAppendChunkPadsWithZeros(t *testing.T) {
	dirty := bytes.Repeat([]byte{0xee}, 16)[:0]
	got := AppendChunk(dirty, ChunkCookieEcho, 0, []byte{1, 2, 3, 4, 5})
	wantBytes(t, "COOKIE ECHO", got, unhex(t, "0a 00 0009 0102030405 000000"))
}

// The length of a chunk includes the padding of its parameters, except that of the last (RFC 9260 section 3.2).
func TestChunkLengthExcludesTheLastParametersPadding(t *testing.T) {
	b, m := BeginChunk(nil, ChunkReConfig, 0)
	b = AppendInSSNReset(b, 1, []uint16{7})
	b = AppendInSSNReset(b, 2, []uint16{8})
	b = EndChunk(b, m)
	wantBytes(t, "RE-CONFIG", b, unhex(t, `
		82 00 001a
		000e 000a 00000001 0007 0000
		000e 000a 00000002 0008 0000`))

	r, err := ParseReConfig(theChunk(t, b))
	if err != nil {
		t.Fatalf("without the padding in the length: %v", err)
	}
	b[3] += 2
	padded, err := ParseReConfig(theChunk(t, b))
	if err != nil {
		t.Fatalf("with the padding in the length: %v", err)
	}
	wantBytes(t, "a receiver takes both", padded.Second.Raw, r.Second.Raw)
}

// Bytes that only look like the end of a parameter belong to the value.
func TestMalformedParametersAreSentAsTheyAre(t *testing.T) {
	for _, value := range []string{"0001 0000", "0001 0009 01", "0001 0005 61 000000 ff", "ffff ff"} {
		v := unhex(t, value)
		c := theChunk(t, AppendChunk(nil, ChunkError, 0, v))
		wantBytes(t, "ERROR", c.Value, v)
	}
}

func TestOversizedQuotationIsCut(t *testing.T) {
	big := make([]byte, 1<<17)
	c := theChunk(t, AppendChunk(nil, ChunkCookieEcho, 0, big))
	if len(c.Raw) != MaxLength {
		t.Errorf("chunk of %d bytes, want %d", len(c.Raw), MaxLength)
	}
	cause := AppendCause(nil, CauseUnrecognizedChunk, big)
	c = theChunk(t, AppendChunk(nil, ChunkError, 0, cause))
	if got := theCause(t, c.Value); len(got.Raw) != maxCauseLen {
		t.Errorf("cause of %d bytes in its chunk, want %d", len(got.Raw), maxCauseLen)
	}
}

func TestOversizedChunkOfOurOwnIsABug(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a DATA chunk that the length field cannot describe was appended")
		}
	}()
	d := Data{UserData: make([]byte, MaxLength-DataHeaderLen+1)}
	d.Append(nil)
}

func TestUnknownChunkAction(t *testing.T) {
	for _, c := range []struct {
		typ          ChunkType
		stop, report bool
	}{{0x3e, true, false}, {0x7e, true, true}, {0xbe, false, false}, {0xfe, false, true}} {
		if stop, report := c.typ.UnknownAction(); stop != c.stop || report != c.report {
			t.Errorf("%s: stop %t report %t, want %t %t", c.typ, stop, report, c.stop, c.report)
		}
	}
}

func TestUnknownParamAction(t *testing.T) {
	for _, c := range []struct {
		typ          ParamType
		stop, report bool
	}{{0x3ffe, true, false}, {0x7ffe, true, true}, {0xbffe, false, false}, {0xfffe, false, true}} {
		if stop, report := c.typ.UnknownAction(); stop != c.stop || report != c.report {
			t.Errorf("%s: stop %t report %t, want %t %t", c.typ, stop, report, c.stop, c.report)
		}
	}
}

// Padding is no part of anything, whatever is in it (RFC 9260 sections 3.2 and 3.2.1).
func TestPaddingIsIgnored(t *testing.T) {
	c, rest, err := NextChunk(unhex(t, "0a 00 0005 61 aabbcc 0b 00 0004"))
	if err != nil || string(c.Value) != "a" || len(rest) != 4 {
		t.Errorf("value %q, rest %x, error %v", c.Value, rest, err)
	}
	p, rest, err := NextParam(unhex(t, "c0ff 0006 6162 aabb c0fe 0004"))
	if err != nil || string(p.Value) != "ab" || len(rest) != 4 {
		t.Errorf("value %q, rest %x, error %v", p.Value, rest, err)
	}
}
