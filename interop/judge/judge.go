// Package judge lets tshark, whose SCTP dissector is nobody's stack, read a capture and say what is wrong with it.
package judge

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strings"
)

// Verdict is what tshark found.
type Verdict struct {
	// Packets is the number of SCTP packets, InUDP that of those inside UDP (RFC 6951), OverIPv6 that of those over IPv6.
	Packets, InUDP, OverIPv6 int
	// Faults are the malformed packets, wrong checksums and expert errors, in the order of the capture.
	Faults []Fault
}

// Fault is one complaint about one frame.
type Fault struct {
	Frame   string // its number in the capture
	Summary string // the packet in a line
	What    string
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

// Filters in tshark's language. ICMP is left out: it quotes packets cut short, whose checksums cannot be right.
const (
	packets = `sctp && !icmp && !icmpv6`
	// Severities below error are remarks: that a TSN is retransmitted, say.
	complaints = `(_ws.malformed || sctp.checksum.status == "Bad" || ip.checksum.status == "Bad" || udp.checksum.status == "Bad" || ` +
		`_ws.expert.severity == "Error") && !icmp && !icmpv6`
)

// Read judges a capture (pcap or pcapng).
func Read(ctx context.Context, file string) (*Verdict, error) {
	frames, err := tshark(ctx, file, "-Y", packets, "-T", "fields", "-e", "udp.port", "-e", "ipv6.src")
	if err != nil {
		return nil, err
	}
	faults, err := tshark(ctx, file, "-Y", complaints, "-T", "fields", "-E", "aggregator=;",
		"-e", "frame.number", "-e", "_ws.col.Info", "-e", "_ws.expert.message", "-e", "sctp.checksum.status", "-e", "_ws.malformed")
	if err != nil {
		return nil, err
	}
	v := &Verdict{Packets: len(frames)}
	for _, frame := range frames {
		udp, ipv6, _ := strings.Cut(frame, "\t")
		if udp != "" {
			v.InUDP++
		}
		if ipv6 != "" {
			v.OverIPv6++
		}
	}
	for _, line := range faults {
		fields := append(strings.Split(line, "\t"), "", "", "")
		v.Faults = append(v.Faults, Fault{Frame: fields[0], Summary: fields[1], What: strings.TrimRight(fields[2]+" "+fields[4], " ")})
	}
	return v, nil
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
