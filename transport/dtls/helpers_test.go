package dtls

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/transport/internal/carriertest"
)

func TestMain(m *testing.M) { carriertest.Main(m) }

// patience bounds what has to happen; it is for failing tests only.
const patience = time.Minute

func within(tb testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	tb.Cleanup(cancel)
	return ctx
}

// authority makes certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newKey(tb testing.TB) *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return key
}

func newAuthority(tb testing.TB) *authority {
	tb.Helper()
	a := &authority{key: newKey(tb)}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, a.key.Public(), a.key)
	if err != nil {
		tb.Fatal(err)
	}
	if a.cert, err = x509.ParseCertificate(raw); err != nil {
		tb.Fatal(err)
	}
	return a
}

// issue makes the certificate of a host.
func (a *authority) issue(tb testing.TB, name string) tls.Certificate {
	tb.Helper()
	key := newKey(tb)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback, net.IPv4(192, 0, 2, 2)},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		tb.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}
}

func (a *authority) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.cert)
	return p
}

// pair are configurations that fit.
func (a *authority) pair(tb testing.TB) (server, client Config) {
	return Config{Certificates: []tls.Certificate{a.issue(tb, "server")}}, Config{RootCAs: a.pool()}
}

// withKey is a Config with a PSK.
func withKey(identity, key string) Config {
	return Config{PSKIdentity: []byte(identity), PSK: func([]byte) ([]byte, error) { return []byte(key), nil }}
}

// listen makes a listening carrier on loopback and returns where it is.
func listen(tb testing.TB, c Config) (*Transport, string) {
	tb.Helper()
	t, err := Listen("127.0.0.1:0", c)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { t.Close() })
	return t, at(t)
}

func at(t interface{ LocalPort() uint16 }) string {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), t.LocalPort()).String()
}

func dial(tb testing.TB, to string, c Config) (*Transport, *Peer) {
	tb.Helper()
	t, p, err := Dial(within(tb), to, c)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { t.Close() })
	return t, p
}

// serve listens for associations at port 7 and sends back what they say.
func serve(tb testing.TB, t *Transport) *sctp.Listener {
	tb.Helper()
	lc := sctp.ListenConfig{Carrier: t}
	l, err := lc.Listen(context.Background(), "sctp", ":7")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.AcceptSCTP()
			if err != nil {
				return
			}
			go echo(c)
		}
	}()
	return l
}

func echo(c *sctp.Conn) {
	defer c.Close()
	for m, err := range c.Messages(context.Background()) {
		if err != nil {
			return
		}
		if _, err := c.WriteMsg(m.Data, &sctp.SndInfo{Stream: m.Stream}); err != nil {
			return
		}
	}
}

// connect sets up an association with port 7 of a peer.
func connect(tb testing.TB, t *Transport, p *Peer) *sctp.Conn {
	tb.Helper()
	d := sctp.Dialer{Carrier: t}
	c, err := d.DialSCTP(within(tb), "sctp", p.Addr(7))
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// exchange sends a message and wants it back.
func exchange(tb testing.TB, c *sctp.Conn, size int) {
	tb.Helper()
	m := bytes.Repeat([]byte{byte(size), byte(size >> 8), 7}, size/3+1)[:size]
	ctx := within(tb)
	if _, err := c.WriteMsgContext(ctx, m, nil); err != nil {
		tb.Fatalf("a message of %d bytes: %v", size, err)
	}
	got, err := c.ReadMessage(ctx, size)
	if err != nil {
		tb.Fatalf("the echo of %d bytes: %v", size, err)
	}
	if !bytes.Equal(got.Data, m) {
		tb.Fatalf("%d bytes came back as %d others", size, len(got.Data))
	}
}

// eventually waits for a condition that events bring about, and says at the end what was seen.
func eventually(tb testing.TB, what string, f func() bool, seen func() string) {
	tb.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !f() {
		select {
		case <-deadline.C:
			tb.Fatalf("%s: not in %v; %s", what, patience, seen())
		case <-tick.C:
		}
	}
}

func seen(t *Transport) func() string {
	return func() string { return fmt.Sprintf("%+v", t.Counters()) }
}

func dialer(t *Transport) *sctp.Dialer { return &sctp.Dialer{Carrier: t} }
