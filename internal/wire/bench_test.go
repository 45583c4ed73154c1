package wire

import (
	"bytes"
	"testing"

	"github.com/gosctp/sctp/internal/seq"
)

// fullPacket is a packet of 1,452 bytes, as a loaded association sends it: a SACK with gaps, and DATA.
func fullPacket() []byte {
	b := Header{SrcPort: 1, DstPort: 2, Tag: 3}.Append(nil)
	b = AppendSack(b, 1, 65536, []GapBlock{{2, 3}, {5, 9}}, []seq.TSN{1})
	d := Data{TSN: 1, Flags: FlagBegin | FlagEnd, UserData: make([]byte, 64)}
	for len(b)+DataHeaderLen+len(d.UserData) < 1400 {
		b = d.Append(b)
		d.TSN++
	}
	d.UserData = make([]byte, 1452-DataHeaderLen-len(b))
	b = d.Append(b)
	Seal(b)
	return b
}

// walk reads a packet as an association does: every chunk parsed, every parameter, cause and list element looked at.
func walk(packet []byte) (sum int) {
	if _, err := ParseHeader(packet); err != nil || !ChecksumOK(packet) {
		return -1
	}
	for rest := packet[HeaderLen:]; len(rest) > 0; {
		c, next, err := NextChunk(rest)
		if err != nil {
			return -1
		}
		switch c.Type {
		case ChunkData:
			d, _ := ParseData(c)
			sum += len(d.UserData)
		case ChunkIData:
			d, _ := ParseIData(c)
			sum += len(d.UserData)
		case ChunkSack:
			s, _ := ParseSack(c)
			for i := range s.Gaps.Len() {
				sum += int(s.Gaps.At(i).End)
			}
			for i := range s.Dups.Len() {
				sum += int(s.Dups.At(i))
			}
		case ChunkInit, ChunkInitAck:
			i, _ := ParseInit(c)
			for p, params, err := NextParam(i.Params); err == nil; p, params, err = NextParam(params) {
				a, _ := ParseAddress(p)
				sum += a.BitLen()
				if len(params) == 0 {
					break
				}
			}
		case ChunkAbort, ChunkError:
			for c, causes, err := NextCause(c.Value); err == nil; c, causes, err = NextCause(causes) {
				sum += int(c.Code)
				if len(causes) == 0 {
					break
				}
			}
		case ChunkForwardTSN:
			f, _ := ParseForwardTSN(c)
			sum += f.Streams.Len()
		default:
			sum += len(c.Value)
		}
		rest = next
	}
	return sum
}

func TestWalkingAPacketAllocatesNothing(t *testing.T) {
	_, params, causes := samples()
	addr := bytes.Join(params[1:3], nil)
	init := Init{Params: addr}
	control := init.Append(Header{}.Append(nil), ChunkInit)
	control = AppendChunk(control, ChunkError, 0, bytes.Join(causes, nil))
	control = AppendForwardTSN(control, 1, []SkippedStream{{1, 2}})
	first := IData{Flags: FlagBegin, UserData: []byte("hello")}
	control = first.Append(control)
	Seal(control)
	for name, packet := range map[string][]byte{"data": fullPacket(), "control": control} {
		if walk(packet) <= 0 {
			t.Fatalf("%s packet was not walked to its end", name)
		}
		if n := testing.AllocsPerRun(100, func() { walk(packet) }); n != 0 {
			t.Errorf("%s packet: %v allocations", name, n)
		}
	}
}

func TestAppendingToABufferWithRoomAllocatesNothing(t *testing.T) {
	buf := make([]byte, 0, 1500)
	data := Data{TSN: 1, UserData: make([]byte, 101)}
	gaps, dups := []GapBlock{{2, 3}}, []seq.TSN{1}
	n := testing.AllocsPerRun(100, func() {
		b := Header{Tag: 1}.Append(buf)
		b = AppendSack(b, 1, 2, gaps, dups)
		b = AppendHeartbeat(b, ChunkHeartbeatAck, data.UserData)
		b = AppendPad(b, 64)
		b = data.Append(b)
		Seal(b)
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkWalk(b *testing.B) {
	packet := fullPacket()
	b.SetBytes(int64(len(packet)))
	b.ReportAllocs()
	for b.Loop() {
		walk(packet)
	}
}

func BenchmarkChecksum(b *testing.B) {
	packet := fullPacket()
	b.SetBytes(int64(len(packet)))
	for b.Loop() {
		if !ChecksumOK(packet) {
			b.Fatal("bad checksum")
		}
	}
}

func BenchmarkBuild(b *testing.B) {
	buf := make([]byte, 0, 1500)
	gaps := []GapBlock{{2, 3}, {5, 9}}
	d := Data{TSN: 1, Flags: FlagBegin | FlagEnd, UserData: make([]byte, 1400)}
	b.ReportAllocs()
	for b.Loop() {
		p := Header{SrcPort: 1, DstPort: 2, Tag: 3}.Append(buf)
		p = AppendSack(p, 1, 65536, gaps, nil)
		p = d.Append(p)
		Seal(p)
		b.SetBytes(int64(len(p)))
	}
}
