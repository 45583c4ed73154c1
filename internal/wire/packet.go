package wire

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// HeaderLen is the length of the common header.
const HeaderLen = 12

// Header is the common header of a packet (RFC 9260 section 3.1).
type Header struct {
	SrcPort, DstPort uint16
	// Tag is the Verification Tag.
	Tag uint32
	// Checksum is the CRC32c as received; Append ignores it.
	Checksum uint32
}

// ParseHeader reads the common header at the start of a packet.
func ParseHeader(b []byte) (Header, error) {
	if len(b) < HeaderLen {
		return Header{}, &LengthError{"packet", len(b), "at least 12", "RFC 9260 section 3.1"}
	}
	return Header{
		SrcPort:  be.Uint16(b[0:]),
		DstPort:  be.Uint16(b[2:]),
		Tag:      be.Uint32(b[4:]),
		Checksum: binary.LittleEndian.Uint32(b[8:]),
	}, nil
}

// Append appends the header with a checksum of zero, to be filled in by [Seal] once the packet is complete.
func (h Header) Append(b []byte) []byte {
	b = be.AppendUint16(b, h.SrcPort)
	b = be.AppendUint16(b, h.DstPort)
	b = be.AppendUint32(b, h.Tag)
	return append(b, zeros[:]...)
}

func (h Header) String() string {
	return fmt.Sprintf("%d > %d tag=0x%08x", h.SrcPort, h.DstPort, h.Tag)
}

// castagnoli selects the CRC32c; package hash/crc32 computes it with the processor's own instructions where there are any.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Seal fills in the checksum of a complete packet (RFC 9260 section 6.8). Appendix A has the bytes of the CRC on the wire in
// the order that makes it a little-endian number.
func Seal(packet []byte) {
	binary.LittleEndian.PutUint32(packet[8:HeaderLen], checksum(packet))
}

// ChecksumOK reports whether the packet carries the CRC32c of its contents. It only reads, so that several readers may
// share the packet.
func ChecksumOK(packet []byte) bool {
	return len(packet) >= HeaderLen && binary.LittleEndian.Uint32(packet[8:]) == checksum(packet)
}

// checksum computes the CRC32c with the checksum field taken as zero.
func checksum(packet []byte) uint32 {
	crc := crc32.Update(0, castagnoli, packet[:8])
	crc = crc32.Update(crc, castagnoli, zeros[:])
	return crc32.Update(crc, castagnoli, packet[HeaderLen:])
}
