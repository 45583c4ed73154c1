package pcap

import (
	"encoding/binary"
	"hash/crc32"
	"net/netip"

	"github.com/gopacket/gopacket/layers"

	"github.com/gosctp/sctp/transport"
)

// frame is a captured frame on its way to become an SCTP packet: data is what is left of it.
type frame struct {
	data           []byte
	direction      Direction
	src, dst       netip.Addr
	proto          byte
	srcUDP, dstUDP uint16
	ecn            transport.ECN
	truncated      bool
}

// Ethernet types (IEEE 802).
const (
	etherIPv4 = 0x0800
	etherIPv6 = 0x86dd
	etherVLAN = 0x8100
	etherQinQ = 0x88a8
)

// Lengths of link headers, and where they tell the type of what follows. See https://www.tcpdump.org/linktypes.html.
const (
	etherLen, etherOffType = 14, 12
	vlanLen, vlanOffType   = 4, 2
	sllLen, sllOffType     = 16, 14
	sll2Len, sll2OffType   = 20, 0
	sll2OffPacketType      = 10
	nullLen                = 4

	// sllOutgoing is the packet type of Linux cooked captures for packets that the host sent.
	sllOutgoing = 4
)

// Link types that some systems write for LinkTypeRaw.
const (
	linkRawBSD     layers.LinkType = 12
	linkRawOpenBSD layers.LinkType = 14
	linkSLL2       layers.LinkType = 276
)

// link strips the link header. It says false if no IP packet follows.
func (f *frame) link(t layers.LinkType) bool {
	switch t {
	case layers.LinkTypeRaw, linkRawBSD, linkRawOpenBSD, layers.LinkTypeIPv4, layers.LinkTypeIPv6:
		return true
	case layers.LinkTypeNull, layers.LinkTypeLoop:
		return f.skip(nullLen) // An address family whose number depends on the system; the IP header has a version.
	case layers.LinkTypeEthernet:
		return f.ethernet()
	case layers.LinkTypeLinuxSLL:
		return f.cooked(sllLen, sllOffType, func(b []byte) uint16 { return binary.BigEndian.Uint16(b) })
	case linkSLL2:
		return f.cooked(sll2Len, sll2OffType, func(b []byte) uint16 { return uint16(b[sll2OffPacketType]) })
	default:
		return false
	}
}

func (f *frame) ethernet() bool {
	if len(f.data) < etherLen {
		return false
	}
	typ := binary.BigEndian.Uint16(f.data[etherOffType:])
	f.skip(etherLen)
	for typ == etherVLAN || typ == etherQinQ {
		if len(f.data) < vlanLen {
			return false
		}
		typ = binary.BigEndian.Uint16(f.data[vlanOffType:])
		f.skip(vlanLen)
	}
	return typ == etherIPv4 || typ == etherIPv6
}

// cooked strips a header of Linux cooked captures, which tells the direction too.
func (f *frame) cooked(length, offType int, packetType func([]byte) uint16) bool {
	if len(f.data) < length {
		return false
	}
	if f.direction == Unknown {
		f.direction = In
		if packetType(f.data) == sllOutgoing {
			f.direction = Out
		}
	}
	typ := binary.BigEndian.Uint16(f.data[offType:])
	f.skip(length)
	return typ == etherIPv4 || typ == etherIPv6
}

// ip strips the IP headers. Of a fragmented packet it takes the first fragment.
func (f *frame) ip() bool {
	if len(f.data) == 0 {
		return false
	}
	switch f.data[0] >> 4 {
	case 4:
		return f.ipv4()
	case 6:
		return f.ipv6()
	default:
		return false
	}
}

// ipv4 strips a header of RFC 791 section 3.1.
func (f *frame) ipv4() bool {
	b := f.data
	if len(b) < ipv4Len {
		return false
	}
	header := int(b[0]&0xf) * 4
	total := int(binary.BigEndian.Uint16(b[2:]))
	if total == 0 {
		total = len(b) // The network card was to fill it in (segmentation offload).
	}
	if header < ipv4Len || total < header {
		return false
	}
	const moreFragments, offset = 0x2000, 0x1fff
	fragment := binary.BigEndian.Uint16(b[6:])
	if fragment&offset != 0 {
		return false
	}
	f.truncated = fragment&moreFragments != 0
	f.ecn = transport.ECN(b[1] & 3)
	f.proto = b[9]
	f.src, f.dst = netip.AddrFrom4([4]byte(b[12:16])), netip.AddrFrom4([4]byte(b[16:20]))
	f.limit(total)
	return f.skip(header)
}

// IPv6 extension headers that may come before SCTP or UDP (RFC 8200 section 4.1).
const (
	extHopByHop    = 0
	extRouting     = 43
	extFragment    = 44
	extDestination = 60
)

// ipv6 strips a header of RFC 8200 section 3 and the extension headers.
func (f *frame) ipv6() bool {
	b := f.data
	if len(b) < ipv6Len {
		return false
	}
	f.ecn = transport.ECN(binary.BigEndian.Uint32(b) >> 20 & 3)
	f.proto = b[6]
	f.src, f.dst = netip.AddrFrom16([16]byte(b[8:24])), netip.AddrFrom16([16]byte(b[24:40]))
	if payload := int(binary.BigEndian.Uint16(b[4:])); payload > 0 {
		f.limit(ipv6Len + payload)
	}
	f.skip(ipv6Len)
	for {
		const smallest = 8
		isExtension := f.proto == extHopByHop || f.proto == extRouting || f.proto == extFragment || f.proto == extDestination
		if !isExtension {
			return true
		}
		if len(f.data) < smallest {
			return false
		}
		length := smallest * (1 + int(f.data[1]))
		if f.proto == extFragment {
			length = smallest
			const offset, more = 0xfff8, 1
			fragment := binary.BigEndian.Uint16(f.data[2:])
			if fragment&offset != 0 {
				return false
			}
			f.truncated = f.truncated || fragment&more != 0
		}
		f.proto = f.data[0]
		if !f.skip(length) {
			return false
		}
	}
}

// commonHeaderLen is the length of the common header (RFC 9260 section 3.1).
const commonHeaderLen = 12

// sctp strips a UDP header, and says whether the rest is an SCTP packet.
func (f *frame) sctp(isPort func(uint16) bool) bool {
	if f.proto == protoSCTP {
		return len(f.data) >= commonHeaderLen
	}
	if f.proto != protoUDP || len(f.data) < udpLen {
		return false
	}
	f.srcUDP, f.dstUDP = binary.BigEndian.Uint16(f.data), binary.BigEndian.Uint16(f.data[2:])
	if length := int(binary.BigEndian.Uint16(f.data[4:])); length >= udpLen {
		f.limit(length)
	}
	f.skip(udpLen)
	if len(f.data) < commonHeaderLen {
		return false
	}
	return isPort(f.srcUDP) || isPort(f.dstUDP) || hasChecksum(f.data)
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// hasChecksum reports whether b has the checksum of an SCTP packet (RFC 9260 section 6.8), which goes as if it were zero
// itself, and is sent low byte first.
func hasChecksum(b []byte) bool {
	var zero [4]byte
	c := crc32.Update(0, castagnoli, b[:8])
	c = crc32.Update(c, castagnoli, zero[:])
	c = crc32.Update(c, castagnoli, b[12:])
	return c == binary.LittleEndian.Uint32(b[8:])
}

// skip cuts n bytes off the front; it says false if there are fewer.
func (f *frame) skip(n int) bool {
	if len(f.data) < n {
		return false
	}
	f.data = f.data[n:]
	return true
}

// limit cuts off what follows the first n bytes, such as padding of short Ethernet frames, and notes if there are fewer.
func (f *frame) limit(n int) {
	if len(f.data) < n {
		f.truncated = true
		return
	}
	f.data = f.data[:n]
}
