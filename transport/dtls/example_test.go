package dtls_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/transport/dtls"
)

// selfSigned makes a certificate that is its own authority.
func selfSigned() (tls.Certificate, *x509.CertPool) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		log.Fatal(err)
	}
	cert, err := x509.ParseCertificate(raw)
	if err != nil {
		log.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}, pool
}

// A client and a server with a certificate. The server greets each client by the address that it comes from.
func Example() {
	cert, authorities := selfSigned()

	server, err := dtls.Listen("127.0.0.1:0", dtls.Config{Certificates: []tls.Certificate{cert}})
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	lc := sctp.ListenConfig{Carrier: server}
	l, err := lc.Listen(context.Background(), "sctp", ":5000")
	if err != nil {
		log.Fatal(err)
	}
	defer l.Close()
	go func() {
		c, err := l.AcceptSCTP()
		if err != nil {
			log.Fatal(err)
		}
		defer c.Close()
		peer := server.Peer(c.RemoteAddr().(*sctp.Addr).IPs[0])
		fmt.Fprintf(c, "hello, client at %v", peer.UDPAddr().Addr())
		io.Copy(io.Discard, c) // until the client has gone
	}()

	to := fmt.Sprintf("127.0.0.1:%d", server.LocalPort())
	client, peer, err := dtls.Dial(context.Background(), to, dtls.Config{RootCAs: authorities})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	d := sctp.Dialer{Carrier: client}
	c, err := d.DialSCTP(context.Background(), "sctp", peer.Addr(5000))
	if err != nil {
		log.Fatal(err)
	}
	m, err := c.ReadMessage(context.Background(), 1000)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", m.Data)
	c.Shutdown(context.Background())
	// Output: hello, client at 127.0.0.1
}

// Small devices often have a key instead of a certificate. The server knows a key for each identity.
func Example_key() {
	keys := map[string]string{"sensor 7": "not so secret"}
	server, err := dtls.Listen("127.0.0.1:0", dtls.Config{
		PSK: func(identity []byte) ([]byte, error) {
			key, ok := keys[string(identity)]
			if !ok {
				return nil, fmt.Errorf("no key for %q", identity)
			}
			return []byte(key), nil
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()

	client, peer, err := dtls.Dial(context.Background(), fmt.Sprintf("127.0.0.1:%d", server.LocalPort()), dtls.Config{
		PSKIdentity: []byte("sensor 7"),
		PSK:         func([]byte) ([]byte, error) { return []byte("not so secret"), nil },
	})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	fmt.Println(peer.CipherSuite())
	// Output: TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256
}

// Package net/http runs over it: requests and answers are streams of bytes, and each connection is an association.
func Example_http() {
	cert, authorities := selfSigned()
	carrier, err := dtls.Listen("127.0.0.1:0", dtls.Config{Certificates: []tls.Certificate{cert}})
	if err != nil {
		log.Fatal(err)
	}
	defer carrier.Close()
	lc := sctp.ListenConfig{Carrier: carrier}
	l, err := lc.Listen(context.Background(), "sctp", ":80")
	if err != nil {
		log.Fatal(err)
	}
	server := http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "you want %s", r.URL.Path)
	})}
	go server.Serve(l)
	defer server.Close()

	ours, peer, err := dtls.Dial(context.Background(), fmt.Sprintf("127.0.0.1:%d", carrier.LocalPort()), dtls.Config{RootCAs: authorities})
	if err != nil {
		log.Fatal(err)
	}
	defer ours.Close()
	d := sctp.Dialer{Carrier: ours}
	client := http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return d.DialContext(ctx, "sctp", peer.Addr(80))
		},
	}}
	defer client.CloseIdleConnections()
	response, err := client.Get("http://server.example/index.html")
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s\n", body)
	// Output: you want /index.html
}
