package wire

import "testing"

func TestParseQuoted(t *testing.T) {
	in := Init{Tag: 0xdecaf, ARwnd: 1500, OutStreams: 1, InStreams: 1}
	packet := in.Append(Header{SrcPort: 5, DstPort: 6}.Append(nil), ChunkInit)
	q, ok := ParseQuoted(packet)
	if want := (Quoted{SrcPort: 5, DstPort: 6, Init: true, InitiateTag: 0xdecaf}); !ok || q != want {
		t.Errorf("an INIT quoted whole: %+v, %v, want %+v", q, ok, want)
	}
	if q, ok := ParseQuoted(packet[:8]); !ok || q.Init || q.SrcPort != 5 {
		t.Errorf("eight bytes quoted: %+v, %v", q, ok)
	}
	if q, ok := ParseQuoted(packet[:19]); !ok || q.Init {
		t.Errorf("the Initiate Tag is cut off: %+v, %v", q, ok)
	}
	if _, ok := ParseQuoted(packet[:7]); ok {
		t.Error("seven bytes are no quotation")
	}
}

func FuzzQuoted(f *testing.F) {
	f.Add([]byte{0, 5, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 20, 1, 2, 3, 4})
	f.Fuzz(func(t *testing.T, b []byte) {
		if q, ok := ParseQuoted(b); ok != (len(b) >= 8) || q.Init && len(b) < 20 {
			t.Errorf("%d bytes: %+v, %v", len(b), q, ok)
		}
	})
}
