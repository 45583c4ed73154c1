package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// freePort is a UDP port of loopback that nobody has.
func freePort(t *testing.T) int {
	t.Helper()
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).Port
}

// listening waits until a server over DTLS listens, and returns the lines before.
func (p *program) listening() string {
	p.t.Helper()
	var before strings.Builder
	for {
		line := p.line()
		if line == "listening at :7 (sctp/dtls)" {
			return before.String()
		}
		before.WriteString(line + "\n")
	}
}

// pemFiles makes a certificate that is its own authority, and returns its file and that of its key.
func pemFiles(t *testing.T) (cert, key string) {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, secret.Public(), secret)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for name, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: raw}, key: {Type: "PRIVATE KEY", Bytes: pkcs8}} {
		if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// A server without a certificate makes one, and says what clients have to believe.
func TestEchoOverDTLS(t *testing.T) {
	addr := fmt.Sprintf("127.0.0.1:7?udp=%d", freePort(t))
	server := start(t, "echo", "-l", "--dtls", addr)
	said := server.listening()
	m := regexp.MustCompile(`^certificate with fingerprint ([0-9a-f]{64})\nDTLS at UDP port \d+\n$`).FindStringSubmatch(said)
	if m == nil {
		t.Fatalf("the server says %q", said)
	}
	capture := filepath.Join(t.TempDir(), "inside.pcapng")
	client := start(t, "echo", "--dtls", "--fingerprint", m[1], "-w", capture, addr, "one", "two words")
	if got, want := client.wait(0), "one\ntwo words\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
	dump := start(t, "dump", capture)
	if got := dump.wait(0); !strings.Contains(got, "COOKIE ECHO") || !strings.Contains(got, "two words") && !strings.Contains(got, "9 bytes") {
		t.Errorf("the capture shows %q, want what is inside", got)
	}
	other := start(t, "echo", "--dtls", "--fingerprint", strings.Repeat("00:", 31)+"00", addr, "one")
	if line := other.line(); !strings.Contains(line, "another fingerprint") {
		t.Errorf("with another fingerprint: %q", line)
	}
	other.wait(1)
	if line := server.line(); !strings.Contains(line, "bad certificate") {
		t.Errorf("the server says %q", line)
	}
	server.interrupt()
}

// Both sides show certificates, of an authority that both believe.
func TestCatOverDTLSWithCertificates(t *testing.T) {
	cert, key := pemFiles(t)
	addr := fmt.Sprintf("127.0.0.1:7?udp=%d", freePort(t))
	server := start(t, "cat", "-l", "--dtls", "--cert", cert, "--key", key, "--ca", cert, addr)
	server.listening()
	client := start(t, "cat", "--dtls", "--cert", cert, "--key", key, "--ca", cert, addr)
	fmt.Fprint(client.stdin, "hello")
	client.stdin.Close()
	client.wait(0)
	if got := server.wait(0); got != "hello" {
		t.Errorf("the server has received %q", got)
	}
}

func TestPerfOverDTLSWithAKey(t *testing.T) {
	keys := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(keys, []byte("# two clients\nclient 1:00ff10\nclient 2:0102\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	addr := fmt.Sprintf("127.0.0.1:7?udp=%d", freePort(t))
	server := start(t, "perf", "-s", "--dtls", "--psk", keys, addr)
	server.listening()
	client := start(t, "perf", "--dtls", "--psk", keys, "-t", "100ms", "-P", "3", "--json", addr)
	if got := client.wait(0); !strings.Contains(got, "sctp/dtls") {
		t.Errorf("printed %q", got)
	}
	server.interrupt()
}

func TestWrongUseOfDTLS(t *testing.T) {
	cert, key := pemFiles(t)
	bad := filepath.Join(t.TempDir(), "bad")
	if err := os.WriteFile(bad, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, []byte("# nothing\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args   []string
		status int
		says   string
	}{
		"without --dtls":      {[]string{"--insecure"}, 2, "allowed: with --dtls"},
		"with --udp":          {[]string{"--dtls", "-u"}, 2, "another network"},
		"half a pair":         {[]string{"--dtls", "--cert", cert}, 2, "belong together"},
		"both kinds":          {[]string{"--dtls", "--psk", bad, "--ca", cert}, 2, "--psk and certificates"},
		"no fingerprint":      {[]string{"--dtls", "--fingerprint", "xy"}, 2, "64 hexadecimal digits"},
		"with --local":        {[]string{"--dtls", "--local", "127.0.0.1:0"}, 2, "--local and --dtls"},
		"no such file":        {[]string{"--dtls", "--psk", bad + "ly"}, 1, "no such file"},
		"no key":              {[]string{"--dtls", "--psk", bad}, 1, "not IDENTITY:HEX"},
		"nothing in it":       {[]string{"--dtls", "--psk", empty}, 1, "no key in"},
		"no such authority":   {[]string{"--dtls", "--ca", bad + "ly"}, 1, "no such file"},
		"no certificate":      {[]string{"--dtls", "--ca", bad}, 1, "no certificate in"},
		"no such certificate": {[]string{"--dtls", "--cert", bad, "--key", key}, 1, "--cert, --key"},
		"nobody there":        {[]string{"--dtls", "--insecure"}, 1, "nobody listens"},
	} {
		t.Run(name, func(t *testing.T) {
			addr := fmt.Sprintf("127.0.0.1:7?udp=%d", freePort(t))
			p := start(t, append(append([]string{"echo"}, c.args...), addr, "hello")...)
			if line := p.line(); !strings.Contains(line, c.says) {
				t.Errorf("says %q, want %q", line, c.says)
			}
			for range p.lines { // help that follows
			}
			if got := <-p.status; got != c.status {
				t.Errorf("exit status %d, want %d", got, c.status)
			}
		})
	}
	p := start(t, "echo", "--dtls", "--insecure", "127.0.0.1/127.0.0.2:7", "hello")
	if line := p.line(); !strings.Contains(line, "one path") {
		t.Errorf("two hosts: %q", line)
	}
}
