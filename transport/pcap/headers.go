package pcap

import (
	"encoding/binary"
	"net/netip"

	"github.com/gosctp/sctp/transport"
)

// endpoint is an address with a UDP port, which is zero if packets are not in UDP.
type endpoint struct {
	addr netip.Addr
	port uint16
}

// Numbers of IP headers.
const (
	protoUDP  = 17
	protoSCTP = 132

	ipv4Len = 20
	ipv6Len = 40
	udpLen  = 8

	ttl = 64
	df  = 0x4000 // the Don't Fragment bit, in the word that it shares with the fragment offset

	// defaultUDPPort is the UDP port of SCTP (RFC 6951 section 6.1).
	defaultUDPPort = 9899
)

// appendPacket appends the IP packet that carried d.
func appendPacket(b []byte, src, dst endpoint, d *transport.Datagram) []byte {
	payload := len(d.Data)
	proto := byte(protoSCTP)
	if src.port != 0 {
		payload += udpLen
		proto = protoUDP
	}
	if src.addr.Is4() && dst.addr.Is4() {
		b = appendIPv4(b, src.addr, dst.addr, proto, payload, d)
	} else {
		b = appendIPv6(b, src.addr, dst.addr, proto, payload, d)
	}
	if src.port != 0 {
		b = appendUDP(b, src, dst, d.Data)
	}
	return append(b, d.Data...)
}

// appendIPv4 appends a header of RFC 791 section 3.1.
func appendIPv4(b []byte, src, dst netip.Addr, proto byte, payload int, d *transport.Datagram) []byte {
	start := len(b)
	b = append(b, 0x45, d.DSCP<<2|byte(d.ECN))
	b = binary.BigEndian.AppendUint16(b, uint16(ipv4Len+payload))
	b = binary.BigEndian.AppendUint16(b, 0) // identification
	fragment := uint16(df)
	if d.MayFragment {
		fragment = 0
	}
	b = binary.BigEndian.AppendUint16(b, fragment)
	b = append(b, ttl, proto, 0, 0)
	s, t := src.As4(), dst.As4()
	b = append(append(b, s[:]...), t[:]...)
	binary.BigEndian.PutUint16(b[start+10:], ^fold(sum(0, b[start:])))
	return b
}

// appendIPv6 appends a header of RFC 8200 section 3.
func appendIPv6(b []byte, src, dst netip.Addr, proto byte, payload int, d *transport.Datagram) []byte {
	b = binary.BigEndian.AppendUint32(b, 6<<28|(uint32(d.DSCP)<<2|uint32(d.ECN))<<20|d.FlowLabel)
	b = binary.BigEndian.AppendUint16(b, uint16(payload))
	b = append(b, proto, ttl)
	s, t := src.As16(), dst.As16()
	return append(append(b, s[:]...), t[:]...)
}

// appendUDP appends a header of RFC 768.
func appendUDP(b []byte, src, dst endpoint, data []byte) []byte {
	start := len(b)
	length := udpLen + len(data)
	b = binary.BigEndian.AppendUint16(b, src.port)
	b = binary.BigEndian.AppendUint16(b, dst.port)
	b = binary.BigEndian.AppendUint16(b, uint16(length))
	b = binary.BigEndian.AppendUint16(b, 0)

	// The pseudo header: addresses, protocol, length. Written as 4 or as 16 bytes, addresses add up to what they should.
	total := uint32(protoUDP + length)
	total = sum(sum(total, src.addr.AsSlice()), dst.addr.AsSlice())
	checksum := ^fold(sum(sum(total, b[start:]), data))
	if checksum == 0 {
		checksum = 0xffff // Zero says that there is none (RFC 768).
	}
	binary.BigEndian.PutUint16(b[start+6:], checksum)
	return b
}

// sum adds the 16-bit words of b to total, as the checksums of RFC 1071 do.
func sum(total uint32, b []byte) uint32 {
	for len(b) >= 2 {
		total += uint32(binary.BigEndian.Uint16(b))
		b = b[2:]
	}
	if len(b) == 1 {
		total += uint32(b[0]) << 8
	}
	return total
}

// fold adds the carries of a sum. Packets are at most 64 KiB, so that the sum itself does not overflow.
func fold(total uint32) uint16 {
	for total > 0xffff {
		total = total>>16 + total&0xffff
	}
	return uint16(total)
}
