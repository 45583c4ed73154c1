package judge

import (
	"encoding/binary"
	"hash/crc32"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/require"
)

// initChunk is a valid INIT (RFC 9260 section 3.3.2).
var initChunk = []byte{
	1, 0, 0, 20,
	0x11, 0x22, 0x33, 0x44, // Initiate Tag
	0, 1, 0, 0, // a_rwnd
	0, 4, 0, 4, // streams
	0, 0, 0, 1, // Initial TSN
}

// packet returns an SCTP packet with a right checksum around a chunk.
func packet(chunk []byte) []byte {
	p := append([]byte{0x13, 0x88, 0x13, 0x89, 0, 0, 0, 0, 0, 0, 0, 0}, chunk...)
	binary.LittleEndian.PutUint32(p[8:], crc32.Checksum(p, crc32.MakeTable(crc32.Castagnoli)))
	return p
}

// capture writes a pcap file with one IPv4 packet around each SCTP packet.
func capture(t *testing.T, packets ...[]byte) string {
	const (
		magic       = 0xa1b2c3d4
		linkTypeRaw = 101
	)
	var file []byte
	for _, word := range []uint32{magic, 2 | 4<<16, 0, 0, 65535, linkTypeRaw} {
		file = binary.LittleEndian.AppendUint32(file, word)
	}
	for i, p := range packets {
		size := uint32(20 + len(p))
		for _, word := range []uint32{uint32(i), 0, size, size} {
			file = binary.LittleEndian.AppendUint32(file, word)
		}
		header := []byte{0x45, 0, byte(size >> 8), byte(size), 0, 0, 0x40, 0, 64, 132, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2}
		binary.BigEndian.PutUint16(header[10:], internetChecksum(header))
		file = append(append(file, header...), p...)
	}
	name := filepath.Join(t.TempDir(), "capture.pcap")
	if err := os.WriteFile(name, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// internetChecksum is the checksum of an IPv4 header (RFC 1071).
func internetChecksum(b []byte) uint16 {
	var sum uint32
	for ; len(b) >= 2; b = b[2:] {
		sum += uint32(binary.BigEndian.Uint16(b))
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}

// TestJudge shows that a sound capture passes, and, as the canary of everything that relies on the judge, that others do not.
func TestJudge(t *testing.T) {
	require.Tool(t, "tshark")

	wrongChecksum := packet(initChunk)
	wrongChecksum[8] ^= 0xff

	zeroChecksum := packet(initChunk)
	copy(zeroChecksum[8:12], make([]byte, 4))

	malformed := append([]byte(nil), initChunk...)
	malformed[3] = 40 // the chunk claims to be longer than the packet

	notSound := append(append([]byte(nil), initChunk...), 0, 5, 0, 6, 192, 0) // an IPv4 Address parameter that has half an address
	notSound[3] += 6

	for _, test := range []struct {
		name   string
		packet []byte
		want   string // in the fault; empty for none
	}{
		{"a sound packet", packet(initChunk), ""},
		{"wrong checksum", wrongChecksum, "Bad SCTP checksum"},
		{"no checksum", zeroChecksum, "Bad SCTP checksum"},
		{"chunk longer than the packet", packet(malformed), "Malformed"},
		{"parameter with half an address", packet(append(notSound, 0, 0)), "Malformed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			verdict, err := Read(t.Context(), capture(t, packet(initChunk), test.packet))
			if err != nil {
				t.Fatal(err)
			}
			want := Packet{
				Time: time.Unix(0, 0), Source: "192.0.2.1", Destination: "192.0.2.2", Ports: [2]int{0x1388, 0x1389}, Chunks: []int{1},
			}
			if len(verdict.Packets) != 2 || !reflect.DeepEqual(verdict.Packets[0], want) {
				t.Errorf("packets %+v, want two, the first %+v", verdict.Packets, want)
			}
			if test.want == "" {
				if len(verdict.Faults) != 0 {
					t.Errorf("faults in a sound capture: %v", verdict.Faults)
				}
				return
			}
			if len(verdict.Faults) != 1 || verdict.Faults[0].Frame != "2" || !strings.Contains(verdict.Faults[0].String(), test.want) {
				t.Fatalf("faults %v, want one in frame 2 with %q", verdict.Faults, test.want)
			}
			fault := verdict.Faults[0]
			if fault.ChecksumOnly != strings.Contains(test.name, "checksum") || fault.ZeroChecksum != (test.name == "no checksum") {
				t.Errorf("fault %+v", fault)
			}
		})
	}
}

func TestSummaryNamesTheChunks(t *testing.T) {
	require.Tool(t, "tshark")
	lines, err := Summary(t.Context(), capture(t, packet(initChunk)))
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) != 1 || !strings.Contains(lines[0], "192.0.2.2") || !strings.Contains(lines[0], "INIT") {
		t.Errorf("Summary() = %q", lines)
	}
}
