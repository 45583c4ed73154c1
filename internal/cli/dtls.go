package cli

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/pflag"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/dtls"
)

// wrapFunc puts something round a carrier, such as a recorder.
type wrapFunc = func(transport.Transport) transport.Transport

// secure is SCTP over DTLS, as the flags say.
type secure struct {
	on            bool
	cert, key, ca string
	psk           string
	fingerprint   string
	insecure      bool

	mu sync.Mutex
	// carrier and the peer that was dialled on it live as long as the command.
	carrier transport.Transport
	peer    *dtls.Peer
}

func (s *secure) flags(fs *pflag.FlagSet) {
	fs.BoolVar(&s.on, "dtls", false, "carry SCTP in DTLS (RFC 8261), at UDP port 9904 or ?udp=PORT")
	fs.StringVar(&s.cert, "cert", "", "with --dtls, show the certificate in this PEM `FILE`; a server without one makes one")
	fs.StringVar(&s.key, "key", "", "the key of --cert is in this PEM `FILE`")
	fs.StringVar(&s.ca, "ca", "", "with --dtls, believe the authorities in this PEM `FILE`; a server then wants certificates of its clients")
	fs.StringVar(&s.fingerprint, "fingerprint", "", "with --dtls, believe the certificate with this SHA-256 fingerprint (`HEX`) and no other")
	fs.StringVar(&s.psk, "psk", "", "with --dtls, use the keys in this `FILE`, lines of IDENTITY:HEX; a client uses the first")
	fs.BoolVar(&s.insecure, "insecure", false, "with --dtls, believe any certificate")
}

// check finds flags that contradict each other.
func (s *secure) check(network string, udp bool) error {
	switch {
	case !s.on && s.cert+s.key+s.ca+s.psk+s.fingerprint != "" || !s.on && s.insecure:
		return Usagef("--cert, --key, --ca, --fingerprint, --psk and --insecure say how DTLS is used; allowed: with --dtls")
	case !s.on:
		return nil
	case udp || network != "sctp":
		return Usagef("--dtls and another network given; allowed: one of them")
	case (s.cert == "") != (s.key == ""):
		return Usagef("a certificate and its key belong together; allowed: --cert and --key, or neither")
	case s.psk != "" && s.cert+s.ca+s.fingerprint != "":
		return Usagef("--psk and certificates given; allowed: one of them")
	}
	return nil
}

// config reads the files. w is told what a server shows that has no certificate.
func (s *secure) config(server bool, w io.Writer) (dtls.Config, error) {
	c := dtls.Config{InsecureSkipVerify: s.insecure || s.fingerprint != ""}
	if s.psk != "" {
		return c, s.readKeys(&c, server)
	}
	if s.cert != "" {
		pair, err := tls.LoadX509KeyPair(s.cert, s.key)
		if err != nil {
			return c, fmt.Errorf("--cert, --key: %w", err)
		}
		c.Certificates = append(c.Certificates, pair)
	} else if server {
		pair, err := selfSigned()
		if err != nil {
			return c, err
		}
		c.Certificates = append(c.Certificates, pair)
		fmt.Fprintf(w, "certificate with fingerprint %x\n", sha256.Sum256(pair.Certificate[0]))
	}
	if s.ca != "" {
		pem, err := os.ReadFile(s.ca)
		if err != nil {
			return c, fmt.Errorf("--ca: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return c, fmt.Errorf("--ca: no certificate in %s", s.ca)
		}
		if c.ClientCAs = c.RootCAs; server {
			c.ClientAuth = tls.RequireAndVerifyClientCert
		}
	}
	if s.fingerprint != "" {
		want, err := hex.DecodeString(strings.ReplaceAll(s.fingerprint, ":", ""))
		if err != nil || len(want) != sha256.Size {
			return c, Usagef("--fingerprint %q is none; allowed: 64 hexadecimal digits, colons between them", s.fingerprint)
		}
		if server {
			c.ClientAuth = tls.RequireAnyClientCert
		}
		c.VerifyPeerCertificate = func(raw [][]byte, _ [][]*x509.Certificate) error {
			if len(raw) > 0 {
				if got := sha256.Sum256(raw[0]); bytes.Equal(got[:], want) {
					return nil
				}
			}
			return errors.New("the certificate has another fingerprint than --fingerprint says")
		}
	}
	return c, nil
}

// selfSigned makes a certificate for a server that was given none.
func selfSigned() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0)}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}, err
}

// readKeys reads the file of --psk, which has the form that GnuTLS' psktool writes.
func (s *secure) readKeys(c *dtls.Config, server bool) error {
	file, err := os.Open(s.psk)
	if err != nil {
		return fmt.Errorf("--psk: %w", err)
	}
	defer file.Close()
	keys := make(map[string][]byte)
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		colon := strings.LastIndexByte(line, ':')
		key, err := hex.DecodeString(line[colon+1:])
		if colon < 1 || err != nil || len(key) == 0 {
			return fmt.Errorf("--psk: %s has a line that is not IDENTITY:HEX", s.psk)
		}
		if len(keys) == 0 && !server {
			c.PSKIdentity = []byte(line[:colon])
		}
		keys[line[:colon]] = key
	}
	if len(keys) == 0 {
		return fmt.Errorf("--psk: no key in %s", s.psk)
	}
	first := string(c.PSKIdentity)
	c.PSK = func(identity []byte) ([]byte, error) {
		if !server { // It is given what the server says of itself.
			return keys[first], nil
		}
		if key := keys[string(identity)]; key != nil {
			return key, nil
		}
		return nil, fmt.Errorf("no key for %q", identity)
	}
	return nil
}

// target cuts an address into where the DTLS connection goes to and the SCTP port.
func target(addr string) (host string, udp, port uint16, err error) {
	rest, query, _ := strings.Cut(addr, "?udp=")
	if strings.ContainsRune(rest, '/') {
		return "", 0, 0, Usagef("address %q: several hosts; allowed with --dtls: one, as DTLS has one path", addr)
	}
	host, service, err := net.SplitHostPort(rest)
	if err != nil {
		return "", 0, 0, err
	}
	n, err := strconv.ParseUint(service, 10, 16)
	if err != nil {
		return "", 0, 0, err
	}
	to := uint64(dtls.DefaultPort)
	if query != "" {
		if to, err = strconv.ParseUint(query, 10, 16); err != nil {
			return "", 0, 0, err
		}
	}
	return host, uint16(to), uint16(n), nil
}

// dial sets up an association over the connection of the command, which it makes first.
func (s *secure) dial(ctx context.Context, d sctp.Dialer, wrap wrapFunc, addr string) (*sctp.Conn, error) {
	host, udp, port, err := target(addr)
	if err != nil {
		return nil, err
	}
	if host == "" {
		host = "127.0.0.1" // as on other networks, this one
	}
	ctx, cancel := context.WithTimeout(ctx, d.Timeout)
	defer cancel()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.carrier == nil {
		c, err := s.config(false, nil)
		if err != nil {
			return nil, err
		}
		carrier, peer, err := dtls.Dial(ctx, net.JoinHostPort(host, strconv.Itoa(int(udp))), c)
		if err != nil {
			return nil, err
		}
		s.carrier, s.peer = wrap(carrier), peer
	}
	d.Carrier = s.carrier
	return d.DialSCTP(ctx, "sctp", s.peer.Addr(port))
}

// listen listens on a carrier of the command's own.
func (s *secure) listen(ctx context.Context, config sctp.Config, wrap wrapFunc, addr string, w io.Writer) (*sctp.Listener, error) {
	host, udp, port, err := target(addr)
	if err != nil {
		return nil, err
	}
	c, err := s.config(true, w)
	if err != nil {
		return nil, err
	}
	c.OnHandshakeError = func(_ netip.AddrPort, err error) { fmt.Fprintln(w, err) }
	carrier, err := dtls.Listen(net.JoinHostPort(host, strconv.Itoa(int(udp))), c)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(w, "DTLS at UDP port %d\n", carrier.LocalPort())
	s.carrier = wrap(carrier)
	lc := sctp.ListenConfig{Config: config, Carrier: s.carrier}
	return lc.Listen(ctx, "sctp", net.JoinHostPort("", strconv.Itoa(int(port))))
}

// close ends the connections.
func (s *secure) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.carrier != nil {
		s.carrier.Close() // Nobody waits for the outcome.
	}
}
