package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"
)

func TestHeader(t *testing.T) {
	b := unhex(t, `
		0f1c 9c40  | ports 3868, 40000
		deadbeef   | Verification Tag
		04030201   | checksum`)
	h, err := ParseHeader(b)
	if err != nil {
		t.Fatal(err)
	}
	want := Header{SrcPort: 3868, DstPort: 40000, Tag: 0xdeadbeef, Checksum: 0x01020304}
	if h != want {
		t.Errorf("got %+v, want %+v", h, want)
	}
	clear(b[8:])
	wantBytes(t, "Append leaves the checksum to Seal", h.Append(nil), b)
	if got := h.String(); got != "3868 > 40000 tag=0xdeadbeef" {
		t.Errorf("String() = %q", got)
	}
}

func TestHeaderTooShort(t *testing.T) {
	for n := range HeaderLen {
		if _, err := ParseHeader(make([]byte, n)); !errors.Is(err, ErrLength) {
			t.Errorf("%d bytes: %v, want ErrLength", n, err)
		}
		if ChecksumOK(make([]byte, n)) {
			t.Errorf("%d bytes have a good checksum", n)
		}
	}
}

// A few entries of the table in RFC 9260 appendix A.
func TestCRCTableIsThatOfTheRFC(t *testing.T) {
	for i, want := range map[int]uint32{0: 0, 1: 0xF26B8303, 2: 0xE13B70F7, 3: 0x1350F3F4} {
		if got := castagnoli[i]; got != want {
			t.Errorf("entry %d is %08X, want %08X", i, got, want)
		}
	}
}

// crcByTheBook is the procedure of RFC 9260 appendix A, a bit at a time: the register starts with all ones, the lowest bit
// of each byte goes in first, the result is complemented, and its bytes leave with the lowest first.
func crcByTheBook(packet []byte) [4]byte {
	const mirroredPolynomial = 0x82F63B78 // of x^32+x^28+x^27+...+x^6+1 = 0x1EDC6F41
	reg := ^uint32(0)
	for _, v := range packet {
		reg ^= uint32(v)
		for range 8 {
			odd := reg & 1
			reg >>= 1
			if odd != 0 {
				reg ^= mirroredPolynomial
			}
		}
	}
	return [4]byte(binary.LittleEndian.AppendUint32(nil, ^reg))
}

func TestSealFollowsTheBook(t *testing.T) {
	packet := make([]byte, 0, 64)
	for n := 0; n < 64; n++ {
		packet = append(packet, byte(n*37+1))
		if n < HeaderLen {
			continue
		}
		clear(packet[8:HeaderLen])
		want := crcByTheBook(packet)
		Seal(packet)
		if got := [4]byte(packet[8:]); got != want {
			t.Errorf("%d bytes: checksum %x, want %x", len(packet), got, want)
		}
		if !ChecksumOK(packet) {
			t.Errorf("%d bytes: ChecksumOK denies what Seal wrote", len(packet))
		}
	}
}

// The examples of RFC 3720 appendix B.4, which uses the same CRC.
func TestKnownCRCs(t *testing.T) {
	up := make([]byte, 32)
	for i := range up {
		up[i] = byte(i)
	}
	for _, c := range []struct {
		name string
		in   []byte
		want string
	}{
		{"zeros", make([]byte, 32), "aa36918a"},
		{"ones", bytes.Repeat([]byte{0xff}, 32), "43aba862"},
		{"incrementing", up, "4e79dd46"},
	} {
		crc := crcByTheBook(c.in)
		wantBytes(t, c.name, crc[:], unhex(t, c.want))
	}
}

func TestEveryFlippedBitIsSeen(t *testing.T) {
	packet := AppendShutdown(Header{SrcPort: 1, DstPort: 2, Tag: 3}.Append(nil), 4)
	Seal(packet)
	sealed := bytes.Clone(packet)
	for bit := range 8 * len(packet) {
		packet[bit/8] ^= 1 << (bit % 8)
		if ChecksumOK(packet) {
			t.Errorf("bit %d flipped unseen", bit)
		}
		packet[bit/8] ^= 1 << (bit % 8)
	}
	wantBytes(t, "ChecksumOK only reads", packet, sealed)
}

// RFC 9653 has packets with a checksum of zero. They are a matter of negotiation, not of arithmetic.
func TestZeroChecksumIsNotOK(t *testing.T) {
	packet := AppendShutdown(Header{SrcPort: 1, DstPort: 2, Tag: 3}.Append(nil), 4)
	if ChecksumOK(packet) {
		t.Error("a checksum of zero was taken for the CRC32c")
	}
}
