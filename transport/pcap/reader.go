package pcap

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"github.com/gosctp/sctp/transport"
)

// Packet is an SCTP packet of a capture.
type Packet struct {
	// Number is that of the frame in the file, from 1, as Wireshark counts.
	Number    int
	Time      time.Time
	Direction Direction
	Src, Dst  netip.Addr
	// SrcUDP and DstUDP are the UDP ports of an encapsulated packet (RFC 6951), zero otherwise.
	SrcUDP, DstUDP uint16
	ECN            transport.ECN
	// Data is the SCTP packet, valid until the next call of Next.
	Data []byte
	// Truncated: the capture does not have all of the packet.
	Truncated bool
}

// Path returns the packet's way as the carrier of the capturing host would: for a packet of unknown direction, as the
// sender's.
func (p *Packet) Path() transport.Path {
	if p.Direction == In {
		return transport.Path{Local: p.Dst, Remote: p.Src, EncapPort: p.SrcUDP}
	}
	return transport.Path{Local: p.Src, Remote: p.Dst, EncapPort: p.DstUDP}
}

// Reader reads the SCTP packets of a capture file, pcap or pcapng, and passes over everything else.
type Reader struct {
	next     func() ([]byte, gopacket.CaptureInfo, Direction, layers.LinkType, error)
	udpPorts []uint16
	number   int
}

// magicPcapng is the first word of a pcapng file, the same in either byte order.
const magicPcapng = 0x0a0d0d0a

// NewReader reads the start of a file. SCTP packets are found directly in IP, and in UDP if one of the ports is among udpPorts
// (9899 if there are none); on other UDP ports if the checksum is right, which is no accident but once in four billion times.
func NewReader(file io.Reader, udpPorts ...uint16) (*Reader, error) {
	if len(udpPorts) == 0 {
		udpPorts = []uint16{defaultUDPPort}
	}
	r := &Reader{udpPorts: udpPorts}
	b := bufio.NewReader(file)
	magic, err := b.Peek(4)
	if err != nil {
		return nil, fmt.Errorf("reading the start of a capture: %w", err)
	}
	if binary.BigEndian.Uint32(magic) == magicPcapng {
		err = r.openPcapng(b)
	} else {
		err = r.openPcap(b)
	}
	if err != nil {
		return nil, fmt.Errorf("not a capture: %w", err)
	}
	return r, nil
}

func (r *Reader) openPcap(b io.Reader) error {
	file, err := pcapgo.NewReader(b)
	if err != nil {
		return err
	}
	r.next = func() ([]byte, gopacket.CaptureInfo, Direction, layers.LinkType, error) {
		data, ci, err := file.ReadPacketData()
		return data, ci, Unknown, file.LinkType(), err
	}
	return nil
}

func (r *Reader) openPcapng(b io.Reader) error {
	file, err := pcapgo.NewNgReader(b, pcapgo.NgReaderOptions{WantMixedLinkType: true, SkipUnknownVersion: true})
	if err != nil {
		return err
	}
	r.next = func() ([]byte, gopacket.CaptureInfo, Direction, layers.LinkType, error) {
		data, ci, opts, err := file.ReadPacketDataWithOptions()
		if err != nil {
			return nil, ci, Unknown, 0, err
		}
		ifc, err := file.Interface(ci.InterfaceIndex)
		return data, ci, directionOf(opts.Flags), ifc.LinkType, err
	}
	return nil
}

func directionOf(flags *pcapgo.NgEpbFlags) Direction {
	switch {
	case flags == nil:
		return Unknown
	case flags.Direction == pcapgo.NgEpbFlagDirectionInbound:
		return In
	case flags.Direction == pcapgo.NgEpbFlagDirectionOutbound:
		return Out
	default:
		return Unknown
	}
}

// Next returns the next SCTP packet; the error is io.EOF after the last.
func (r *Reader) Next() (Packet, error) {
	for {
		data, ci, dir, link, err := r.next()
		if err != nil {
			return Packet{}, err
		}
		r.number++
		f := frame{data: data, direction: dir}
		if !f.link(link) || !f.ip() || !f.sctp(r.isUDPPort) {
			continue
		}
		return Packet{
			Number: r.number, Time: ci.Timestamp, Direction: f.direction,
			Src: f.src, Dst: f.dst, SrcUDP: f.srcUDP, DstUDP: f.dstUDP, ECN: f.ecn,
			Data: f.data, Truncated: f.truncated,
		}, nil
	}
}

func (r *Reader) isUDPPort(port uint16) bool { return slices.Contains(r.udpPorts, port) }
