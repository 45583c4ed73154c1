//go:build linux

package interop

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/internal/require"
	"github.com/gosctp/sctp/interop/judge"
	"github.com/gosctp/sctp/transport/dtls"
	"github.com/gosctp/sctp/transport/pcap"
	"github.com/gosctp/sctp/transport/udpencap"
)

// pionPort is the SCTP port of both sides: pion has no other.
const pionPort = 5000

// ownCertificate is how both sides show who they are, as in WebRTC.
func ownCertificate(t *testing.T) dtls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return dtls.Config{
		Certificates:       []tls.Certificate{{Certificate: [][]byte{raw}, PrivateKey: key}},
		ClientAuth:         tls.RequireAnyClientCert,
		InsecureSkipVerify: true,
	}
}

// capturing opens a file that a carrier's packets are recorded to.
func capturing(t *testing.T, name string) (*pcap.Writer, string) {
	t.Helper()
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	w, err := pcap.NewWriter(file, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return w, name
}

// pionOverDTLS starts pion, which sends back what it receives, and returns its lines.
func pionOverDTLS(t *testing.T, args ...string) *bufio.Scanner {
	t.Helper()
	program, err := pionPeer()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(bench.ctx, program, append([]string{"net=dtls", "echo=1", "local=127.0.0.1", "offer=zero,idata"}, args...)...)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close() // which ends it
		io.Copy(io.Discard, out)
		c.Wait()
	})
	return bufio.NewScanner(out)
}

// until reads lines up to the first with a prefix, and returns what follows it.
func until(t *testing.T, lines *bufio.Scanner, prefix string) string {
	t.Helper()
	for lines.Scan() {
		if rest, ok := strings.CutPrefix(lines.Text(), prefix); ok {
			return strings.TrimSpace(rest)
		}
		if strings.HasPrefix(lines.Text(), "fail") {
			t.Fatalf("pion says %q", lines.Text())
		}
	}
	t.Fatalf("pion has ended without %q", prefix)
	return ""
}

// TestPionOverDTLS is SCTP over DTLS as WebRTC stacks have it: both implementations in both roles, certificates on both sides, and tshark
// as the judge: of the packets inside, which our carrier records, and of the records outside, which it decrypts.
func TestPionOverDTLS(t *testing.T) {
	require.Tool(t, "tshark")
	for _, role := range []string{"server", "client"} {
		t.Run("pion is the "+role, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(bench.ctx, scenarioTime*5)
			defer cancel()
			dir := t.TempDir()
			keys, err := os.Create(filepath.Join(dir, "keys"))
			if err != nil {
				t.Fatal(err)
			}
			defer keys.Close()
			config := ownCertificate(t)
			config.KeyLogWriter = keys
			udp, err := udpencap.Open(udpencap.Config{FreePort: true, LocalAddrs: []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}})
			if err != nil {
				t.Fatal(err)
			}
			outside, outsideFile := capturing(t, filepath.Join(dir, "outside.pcapng"))
			inside, insideFile := capturing(t, filepath.Join(dir, "inside.pcapng"))
			secure := dtls.New(pcap.Wrap(udp, outside), config, role == "client")
			carrier := pcap.Wrap(secure, inside)
			defer carrier.Close()

			var conn *sctp.Conn
			var lines *bufio.Scanner
			options := sctp.Config{FragmentInterleave: 2}
			if role == "server" {
				lines = pionOverDTLS(t, "role=server")
				peer, err := secure.Dial(ctx, until(t, lines, "at "))
				if err != nil {
					t.Fatal(err)
				}
				until(t, lines, "listening")
				d := sctp.Dialer{Carrier: carrier, Config: options, LocalAddr: &sctp.Addr{Port: pionPort}}
				if conn, err = d.DialSCTP(ctx, "sctp", peer.Addr(pionPort)); err != nil {
					t.Fatal(err)
				}
			} else {
				lc := sctp.ListenConfig{Carrier: carrier, Config: options}
				l, err := lc.Listen(ctx, "sctp", fmt.Sprintf(":%d", pionPort))
				if err != nil {
					t.Fatal(err)
				}
				defer l.Close()
				lines = pionOverDTLS(t, "role=client", fmt.Sprintf("remote=127.0.0.1:%d", udp.LocalPort()))
				if conn, err = l.AcceptContext(ctx); err != nil {
					t.Fatal(err)
				}
			}
			until(t, lines, "up")
			if len(secure.Peers()) != 1 || len(secure.Peers()[0].Certificates()) != 1 {
				t.Errorf("%d peers", len(secure.Peers()))
			}
			for _, x := range []sctp.Extensions{sctp.ZeroChecksum, sctp.Interleaving, sctp.PartialReliability} {
				if got := conn.Status().Extensions; !got.Has(x) {
					t.Errorf("extensions in use are %v, without %v", got, x)
				}
			}
			for i, size := range []int{1, 1000, 20_000, 300_000} {
				stream := uint16(i % 3)
				m := bytes.Repeat([]byte{byte(i), 1, 2, 3}, size/4+1)[:size]
				if _, err := conn.WriteMsgContext(ctx, m, &sctp.SndInfo{Stream: stream, PPID: 51}); err != nil {
					t.Fatal(err)
				}
				got, err := conn.ReadMessage(ctx, size)
				if err != nil {
					t.Fatalf("of %d bytes: %v", size, err)
				}
				if !bytes.Equal(got.Data, m) || got.Stream != stream || got.PPID != 51 {
					t.Errorf("%d bytes came back as %d, on stream %d with PPID %d", size, len(got.Data), got.Stream, got.PPID)
				}
			}
			if err := conn.Shutdown(ctx); err != nil {
				t.Error(err)
			}
			if end := until(t, lines, "end"); end != "shutdown" {
				t.Errorf("pion says that the end was %q", end)
			}
			carrier.Close()
			judgeInside(t, ctx, insideFile)
			judgeOutside(t, ctx, outsideFile, keys.Name(), udp.LocalPort())
		})
	}
}

// judgeInside looks at the packets without DTLS.
func judgeInside(t *testing.T, ctx context.Context, file string) {
	t.Helper()
	v, err := judge.Read(ctx, file)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range v.Packets {
		if addr, err := netip.ParseAddr(p.Source); err != nil || !addr.IsLinkLocalUnicast() {
			t.Errorf("a packet from %q", p.Source)
		}
	}
	withoutChecksum := 0
	for _, f := range v.Faults {
		if f.ChecksumOnly && f.ZeroChecksum {
			withoutChecksum++
			continue
		}
		t.Errorf("tshark: %v", f)
	}
	if len(v.Packets) < 20 || withoutChecksum < len(v.Packets)/2 || withoutChecksum == len(v.Packets) {
		t.Errorf("%d of %d packets have no checksum", withoutChecksum, len(v.Packets))
	}
}

// judgeOutside has tshark decrypt the records with the keys. It does not look for SCTP in DTLS, and shows the bytes.
func judgeOutside(t *testing.T, ctx context.Context, file, keys string, port uint16) {
	t.Helper()
	out, err := exec.CommandContext(ctx, "tshark", "-r", file, "-o", "tls.keylog_file:"+keys,
		"-d", fmt.Sprintf("udp.port==%d,dtls", port), "-d", fmt.Sprintf("dtls.port==%d,data", port),
		"-Y", "data", "-T", "fields", "-e", "data.data").CombinedOutput()
	if err != nil {
		t.Fatalf("tshark: %v\n%s", err, out)
	}
	header := fmt.Sprintf("\n%04x%04x", pionPort, pionPort)
	if n := bytes.Count(out, []byte(header)); n < 20 {
		t.Errorf("tshark has decrypted %d packets of SCTP:\n%.500s", n, out)
	}
}
