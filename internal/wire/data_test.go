package wire

import (
	"errors"
	"reflect"
	"testing"
)

func TestData(t *testing.T) {
	b := unhex(t, `
		00 0b 0015     | I, B, E; 16 + 5 bytes
		fffffffe       | TSN
		0102 0304      | stream, SSN
		0000002e       | PPID 46, Diameter
		68656c6c6f     | "hello"
		000000`)
	d, err := ParseData(theChunk(t, b))
	if err != nil {
		t.Fatal(err)
	}
	want := Data{TSN: 0xfffffffe, StreamID: 0x102, SSN: 0x304, PPID: 46, Flags: 0x0b, UserData: []byte("hello")}
	if !reflect.DeepEqual(d, want) {
		t.Errorf("got %+v, want %+v", d, want)
	}
	if !d.Begin() || !d.End() || !d.Immediate() || d.Unordered() {
		t.Errorf("flags %x read as B=%t E=%t I=%t U=%t", d.Flags, d.Begin(), d.End(), d.Immediate(), d.Unordered())
	}
	wantBytes(t, "Append", d.Append(nil), b)
	wantBytes(t, "AppendHeader", d.AppendHeader(nil), b[:DataHeaderLen])
}

func TestIData(t *testing.T) {
	for _, c := range []struct {
		name, bytes string
		want        IData
	}{
		{"first fragment has a PPID", `
			40 06 0016
			00000001  0002 0000  00000003  00000033
			6869 0000`,
			IData{TSN: 1, StreamID: 2, MID: 3, PPID: 51, Flags: FlagUnordered | FlagBegin, UserData: []byte("hi")}},
		{"others have an FSN", `
			40 01 0018
			00000002  0002 0000  00000003  00000001
			74616f21`,
			IData{TSN: 2, StreamID: 2, MID: 3, FSN: 1, Flags: FlagEnd, UserData: []byte("tao!")}},
	} {
		b := unhex(t, c.bytes)
		d, err := ParseIData(theChunk(t, b))
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if !reflect.DeepEqual(d, c.want) {
			t.Errorf("%s: got %+v, want %+v", c.name, d, c.want)
		}
		wantBytes(t, c.name, d.Append(nil), b)
		if d.Begin() != (c.want.FSN == 0) || d.End() != (c.want.FSN == 1) || d.Unordered() == d.End() || d.Immediate() {
			t.Errorf("%s: flags %x misread", c.name, d.Flags)
		}
	}
}

// The ABORT that answers has to name the TSN (RFC 9260 section 6.2).
func TestDataWithoutUserDataStillHasATSN(t *testing.T) {
	d, err := ParseData(theChunk(t, unhex(t, "00 03 0010 00000007 0000 0000 00000000")))
	if !errors.Is(err, ErrNoUserData) || d.TSN != 7 {
		t.Errorf("DATA: TSN %d, error %v; want 7 and ErrNoUserData", d.TSN, err)
	}
	i, err := ParseIData(theChunk(t, unhex(t, "40 03 0014 00000008 0000 0000 00000000 00000000")))
	if !errors.Is(err, ErrNoUserData) || i.TSN != 8 {
		t.Errorf("I-DATA: TSN %d, error %v; want 8 and ErrNoUserData", i.TSN, err)
	}
}

// RFC 8260 sections 2.1 and 2.3.1: what is reserved means nothing yet.
func TestReservedFieldsOfInterleavingAreIgnored(t *testing.T) {
	d, err := ParseIData(theChunk(t, unhex(t, "40 f3 0015 00000001 0002 ffff 00000003 00000033 68 000000")))
	if err != nil || d.StreamID != 2 || d.MID != 3 || d.PPID != 51 || !d.Begin() || !d.End() || d.Unordered() || d.Immediate() {
		t.Errorf("I-DATA with all reserved bits: %+v, %v", d, err)
	}
	f, err := ParseIForwardTSN(theChunk(t, unhex(t, "c2 ff 0010 00000009 0001 0001 00000007")))
	if err != nil || f.NewCumTSN != 9 || f.Messages.At(0) != (SkippedMessage{StreamID: 1, Unordered: true, MID: 7}) {
		t.Errorf("I-FORWARD-TSN with all flags: %+v, %v", f, err)
	}
}
