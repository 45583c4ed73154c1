package wire

import (
	"reflect"
	"testing"
)

// FuzzParseWhole compares ParseWhole with the general way.
func FuzzParseWhole(f *testing.F) {
	d := Data{TSN: 1, StreamID: 2, SSN: 3, PPID: 4, Flags: FlagBegin | FlagEnd | FlagImmediate, UserData: []byte("text!")}
	f.Add(d.Append(nil))
	f.Add(append(d.Append(nil), d.Append(nil)...))
	f.Add(d.Append(nil)[:21]) // without padding
	f.Add(d.Append(nil)[:20]) // too short
	f.Add([]byte{0, 3, 0, 16, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		var got Data
		n := got.ParseWhole(b)
		c, rest, err := NextChunk(b)
		var want Data
		if err == nil && c.Type == ChunkData {
			want, err = ParseData(c)
		}
		usual := err == nil && c.Type == ChunkData && want.Begin() && want.End() && !want.Unordered() && len(want.UserData) > 0
		if usual != (n > 0) {
			t.Fatalf("ParseWhole takes %d bytes; NextChunk and ParseData find %+v, %v", n, want, err)
		}
		if usual && (n != len(b)-len(rest) || !reflect.DeepEqual(got, want)) {
			t.Fatalf("ParseWhole takes %d bytes for %+v; NextChunk and ParseData %d for %+v", n, got, len(b)-len(rest), want)
		}
	})
}
