package wire

import "testing"

func TestQuotedChunks(t *testing.T) {
	data := Data{TSN: 7, StreamID: 3, UserData: []byte("hello")}
	idata := IData{TSN: 8, StreamID: 4, UserData: []byte("hello, world")}
	b := AppendShutdown(idata.Append(data.Append(nil)), 1)
	for cut, want := range map[int][]QuotedChunk{
		len(b): {{ChunkData, 21, 7, 3}, {ChunkIData, 32, 8, 4}, {ChunkShutdown, 8, 0, 0}},
		50:     {{ChunkData, 21, 7, 3}, {ChunkIData, 32, 8, 4}},
		40:     {{ChunkData, 21, 7, 3}, {ChunkIData, 32, 8, 4}},
		39:     {{ChunkData, 21, 7, 3}},
		22:     {{ChunkData, 21, 7, 3}},
		16:     {{ChunkData, 21, 7, 3}},
		15:     nil,
		3:      nil,
	} {
		var got []QuotedChunk
		for rest := b[:cut]; len(rest) > 0; {
			q, more, ok := NextQuotedChunk(rest)
			if !ok {
				break
			}
			got, rest = append(got, q), more
		}
		if len(got) != len(want) {
			t.Errorf("%d bytes: %v, want %v", cut, got, want)
			continue
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%d bytes: %v, want %v", cut, got, want)
			}
		}
	}
	for _, n := range []uint16{0, 3, 16} {
		be.PutUint16(b[2:], n)
		if q, _, ok := NextQuotedChunk(b); ok {
			t.Errorf("a DATA chunk of length %d is %v", n, q)
		}
	}
}
