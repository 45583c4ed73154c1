package ladder

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"time"

	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// AppendText appends p as plain text: a line for the packet, with its time since start, and an indented one for each chunk.
func AppendText(b []byte, p Packet, start time.Time) []byte {
	h, err := wire.ParseHeader(p.Data)
	if err != nil {
		return fmt.Appendf(b, "%.6f %s > %s %v\n", p.Time.Sub(start).Seconds(), p.Src, p.Dst, err)
	}
	b = fmt.Appendf(b, "%.6f %s > %s", p.Time.Sub(start).Seconds(), hostPort(p.Src, h.SrcPort), hostPort(p.Dst, h.DstPort))
	if p.SrcUDP != 0 || p.DstUDP != 0 {
		b = fmt.Appendf(b, " udp %d > %d", p.SrcUDP, p.DstUDP)
	}
	b = fmt.Appendf(b, " tag=0x%08x %d bytes", h.Tag, len(p.Data))
	switch checksum(p.Data) {
	case checksumBad:
		b = append(b, " bad checksum"...)
	case checksumZero:
		b = append(b, " no checksum"...)
	case checksumGood:
	}
	b = append(b, [...]string{transport.NotECT: "", transport.ECT0: " ECT(0)", transport.ECT1: " ECT(1)", transport.CE: " CE"}[p.ECN&3]...)
	if p.Dropped {
		b = append(b, " dropped"...)
	}
	b = append(b, '\n')
	for line := range bytes.Lines(wire.AppendDescription(nil, p.Data)) {
		b = append(append(b, "    "...), bytes.TrimSuffix(line, []byte("\n"))...)
		b = append(b, '\n')
	}
	return b
}

// checksumState is what the checksum of a packet says.
type checksumState uint8

const (
	checksumGood checksumState = iota
	checksumBad
	checksumZero // left out, as RFC 9653 allows over carriers that detect errors themselves
)

func checksum(packet []byte) checksumState {
	switch h, err := wire.ParseHeader(packet); {
	case wire.ChecksumOK(packet):
		return checksumGood
	case err == nil && h.Checksum == 0:
		return checksumZero
	}
	return checksumBad
}

func hostPort(a netip.Addr, port uint16) string {
	return net.JoinHostPort(a.String(), strconv.Itoa(int(port)))
}
