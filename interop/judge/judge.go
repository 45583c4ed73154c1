// Package judge lets tshark, whose SCTP dissector is nobody's stack, read a capture and say what is wrong with it.
package judge

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Verdict is what tshark found.
type Verdict struct {
	// Packets are the SCTP packets, in the order of the capture.
	Packets []Packet
	// Faults are the malformed packets, wrong checksums and expert errors, in the order of the capture.
	Faults []Fault
}

// Packet is an SCTP packet.
type Packet struct {
	Time                time.Time // when it was captured
	Source, Destination string    // its IP addresses
	Ports               [2]int    // of SCTP, the source's first
	InUDP               bool      // RFC 6951
	IPv6                bool
	ECN                 int   // the ECN field of the IP header
	Chunks              []int // their types
}

// Fault is one complaint about one frame.
type Fault struct {
	Frame   string // its number in the capture
	Summary string // the packet in a line
	What    string
	// ChecksumOnly: nothing but the SCTP checksum is wrong, of the packet or of one that it quotes; it is ZeroChecksum if the packet's
	// was not even computed (RFC 9653).
	ChecksumOnly, ZeroChecksum bool
}

func (f Fault) String() string { return fmt.Sprintf("frame %s (%s): %s", f.Frame, f.Summary, f.What) }

// settings make tshark verify the checksums of every layer. Payload is left alone: our PPIDs are numbers of messages, and
// tshark would try the protocol to which such a PPID is assigned.
var settings = []string{
	"-o", "sctp.checksum:CRC 32c",
	"-o", "ip.check_checksum:TRUE",
	"-o", "udp.check_checksum:TRUE",
	"-o", "sctp.ulp_dissection:FALSE",
	"-o", "sctp.try_heuristic_first:FALSE",
}

// ICMP is left out: it quotes packets cut short, whose checksums cannot be right.
const (
	notQuoted = `!icmp && !icmpv6`
	packets   = `sctp && ` + notQuoted
)

// Fields of tshark that are read of every frame, and how tshark numbers what counts as a fault. Severities below error are remarks:
// that a TSN is retransmitted, say.
const (
	frameNumber = iota
	summary
	arrival
	sourceV4
	sourceV6
	destinationV4
	destinationV6
	udpPort
	ecnV4
	ecnV6
	sourcePort
	destinationPort
	chunkTypes
	checksum
	sctpChecksum
	ipChecksum
	udpChecksum
	severity
	message
	malformed
	fieldCount

	badChecksum   = "0"
	severityError = "8388608"
)

var fieldNames = [fieldCount]string{
	"frame.number", "_ws.col.Info", "frame.time_epoch", "ip.src", "ipv6.src", "ip.dst", "ipv6.dst", "udp.port",
	"ip.dsfield.ecn", "ipv6.tclass.ecn", "sctp.srcport", "sctp.dstport", "sctp.chunk_type",
	"sctp.checksum", "sctp.checksum.status", "ip.checksum.status", "udp.checksum.status", "_ws.expert.severity", "_ws.expert.message",
	"_ws.malformed",
}

// Read judges a capture (pcap or pcapng).
func Read(ctx context.Context, file string) (*Verdict, error) {
	args := []string{"-Y", notQuoted, "-T", "fields", "-E", "aggregator=;"}
	for _, name := range fieldNames {
		args = append(args, "-e", name)
	}
	frames, err := tshark(ctx, file, args...)
	if err != nil {
		return nil, err
	}
	v := new(Verdict)
	for _, frame := range frames {
		fields := strings.Split(frame, "\t")
		if len(fields) != int(fieldCount) {
			return nil, fmt.Errorf("tshark %s: %d fields in %q", file, len(fields), frame)
		}
		if fields[sourcePort] != "" {
			v.Packets = append(v.Packets, readPacket(fields))
		}
		if atFault(fields) {
			what := strings.TrimRight(fields[message]+" "+fields[malformed], " ")
			v.Faults = append(v.Faults, Fault{
				Frame: fields[frameNumber], Summary: fields[summary], What: what,
				ChecksumOnly: checksumOnly(fields),
				ZeroChecksum: number(fields[checksum]) == 0,
			})
		}
	}
	return v, nil
}

// readPacket makes an SCTP packet of its fields.
func readPacket(fields []string) Packet {
	p := Packet{
		Time:        moment(fields[arrival]),
		Source:      fields[sourceV4] + fields[sourceV6],
		Destination: fields[destinationV4] + fields[destinationV6],
		Ports:       [2]int{number(fields[sourcePort]), number(fields[destinationPort])},
		InUDP:       fields[udpPort] != "",
		IPv6:        fields[sourceV6] != "",
		ECN:         number(fields[ecnV4] + fields[ecnV6]),
	}
	for field := range strings.SplitSeq(fields[chunkTypes], ";") {
		p.Chunks = append(p.Chunks, number(field))
	}
	return p
}

// moment reads seconds since 1970 with nine places; a field of another form is the zero time.
func moment(field string) time.Time {
	var sec, nsec int64
	if n, err := fmt.Sscanf(field, "%d.%9d", &sec, &nsec); n != 2 || err != nil {
		return time.Time{}
	}
	return time.Unix(sec, nsec)
}

// number reads a field of digits, decimal or hexadecimal; what is none is -1.
func number(field string) int {
	n, err := strconv.ParseInt(field, 0, 64)
	if err != nil {
		return -1
	}
	return int(n)
}

// checksumOnly tells whether every error of a frame that is at fault is a wrong SCTP checksum.
func checksumOnly(fields []string) bool {
	severities := strings.Split(fields[severity], ";")
	for i, text := range strings.Split(fields[message], ";") {
		if i < len(severities) && severities[i] == severityError && !strings.HasPrefix(text, "Bad SCTP checksum") {
			return false
		}
	}
	return fields[malformed] == ""
}

// atFault tells whether tshark complains about a frame.
func atFault(fields []string) bool {
	for _, status := range []int{sctpChecksum, ipChecksum, udpChecksum} {
		if slices.Contains(strings.Split(fields[status], ";"), badChecksum) {
			return true
		}
	}
	return fields[malformed] != "" || slices.Contains(strings.Split(fields[severity], ";"), severityError)
}

// Summary returns the capture as text, a line for each packet: time, source, destination and chunks.
func Summary(ctx context.Context, file string) ([]string, error) {
	return tshark(ctx, file, "-Y", packets, "-t", "r", "-T", "fields", "-e", "_ws.col.Time", "-e", "_ws.col.Source", "-e", "_ws.col.Destination",
		"-e", "_ws.col.Info")
}

// tshark runs tshark on a capture and returns the lines of its output.
func tshark(ctx context.Context, file string, args ...string) ([]string, error) {
	cmd := exec.CommandContext(ctx, "tshark", append(append([]string{"-n", "-r", file}, settings...), args...)...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("tshark %s: %w: %s", file, err, stderr.String())
	}
	var lines []string
	for line := range strings.Lines(stdout.String()) {
		lines = append(lines, strings.TrimRight(line, "\n"))
	}
	return lines, nil
}
