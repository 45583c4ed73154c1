package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gosctp/sctp/internal/require"
	"github.com/gosctp/sctp/transport/pcap"
)

// TestCapturesPleaseTshark has an independent reader look at what -w recorded: every packet is SCTP, none is malformed, every
// checksum is right, and nothing deserves a warning.
func TestCapturesPleaseTshark(t *testing.T) {
	tshark := require.Tool(t, "tshark")
	dir := t.TempDir()
	demo, echo := filepath.Join(dir, "demo.pcapng"), filepath.Join(dir, "echo.pcapng")
	start(t, "demo", "-w", demo).wait(0)
	// The client is a process of its own: in this one it would share the carrier of the server, which nobody records.
	server := start(t, "echo", "-u", "-l", anyPort)
	if out, err := exec.Command("sctp", "echo", "-u", "-w", echo, server.address(), "recorded").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	server.interrupt()
	// I-DATA, RE-CONFIG and NR-SACK.
	extended := filepath.Join(dir, "extended.pcapng")
	server = start(t, "cat", "-u", "-l", "--enable", "all", anyPort)
	client := exec.Command("sctp", "cat", "-u", "-w", extended, "--enable", "all", "--lines", "--reset", server.address())
	client.Stdin = strings.NewReader("one\ntwo\n" + strings.Repeat("a long line", 1000) + "\n")
	if out, err := client.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	server.wait(0)
	for _, file := range []string{demo, echo, extended} {
		t.Run(filepath.Base(file), func(t *testing.T) {
			packets, decode := survey(t, file)
			args := append([]string{"-r", file, "-o", "sctp.checksum:CRC-32C"}, decode...)
			for _, c := range []struct {
				what, filter string
				want         int
			}{
				{"SCTP packets", "sctp", packets},
				{"malformed packets", "_ws.malformed", 0},
				{"bad SCTP checksums", "sctp && !(sctp.checksum.status == 1)", 0},
				{"packets with warnings or errors", "_ws.expert.severity >= 0x600000", 0},
			} {
				out, err := exec.Command(tshark, append(args, "-Y", c.filter)...).Output()
				if err != nil {
					t.Fatalf("tshark: %v", err)
				}
				if got := bytes.Count(out, []byte("\n")); got != c.want {
					t.Errorf("%d %s, want %d:\n%s", got, c.what, c.want, out)
				}
			}
		})
	}
}

// survey counts the packets of a capture, and tells tshark which UDP ports are SCTP's.
func survey(t *testing.T, name string) (packets int, decode []string) {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r, err := pcap.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	for p, err := r.Next(); err == nil; p, err = r.Next() {
		packets++
		for _, port := range []uint16{p.SrcUDP, p.DstUDP} {
			seen = append(seen, fmt.Sprintf("udp.port==%d,sctp", port))
		}
	}
	if packets == 0 {
		t.Fatalf("no packets in %s", name)
	}
	return packets, []string{"-d", seen[0], "-d", seen[1]}
}
