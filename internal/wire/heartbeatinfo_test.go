package wire

import "testing"

func FuzzHeartbeatInfo(f *testing.F) {
	f.Add(uint32(3), uint64(1<<63|5), []byte("short"))
	f.Fuzz(func(t *testing.T, path uint32, nonce uint64, other []byte) {
		want := HeartbeatInfo{Path: path, Nonce: nonce}
		c, _, err := NextChunk(want.Append(nil))
		if err != nil {
			t.Fatal(err)
		}
		info, err := ParseHeartbeat(c)
		if got, ok := ParseHeartbeatInfo(info); err != nil || !ok || got != want {
			t.Errorf("%+v came back as %+v, %v, %v", want, got, ok, err)
		}
		if _, ok := ParseHeartbeatInfo(other); ok != (len(other) == HeartbeatInfoLen) {
			t.Errorf("%d bytes taken for ours: %v", len(other), ok)
		}
	})
}
