package dtls

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"time"

	pion "github.com/pion/dtls/v3"
	"github.com/pion/logging"

	"github.com/gosctp/sctp/transport"
)

// Config says who this side is, whom it talks to, and how much strangers may cost. A server needs Certificates or PSK; a client
// verifies the server's certificate as crypto/tls does, unless it has a PSK.
type Config struct {
	// Certificates are this side's, with their private keys: ECDSA, Ed25519 or RSA.
	Certificates []tls.Certificate
	// RootCAs are whom a client believes about servers; nil stands for those of the host.
	RootCAs *x509.CertPool
	// ServerName is who the server has to be; empty stands for the host that is dialled.
	ServerName string
	// ClientAuth is what a server asks of its clients, and ClientCAs are whom it believes about them.
	ClientAuth tls.ClientAuthType
	ClientCAs  *x509.CertPool
	// InsecureSkipVerify lets a client believe any certificate, unless VerifyPeerCertificate refuses it.
	InsecureSkipVerify bool
	// VerifyPeerCertificate, if not nil, is asked as well, by clients and servers; see crypto/tls.
	VerifyPeerCertificate func(rawCerts [][]byte, verifiedChains [][]*x509.Certificate) error
	// PSK, if not nil, returns the key that both sides have (RFC 4279). A server is given the client's identity, a client the
	// server's hint. PSKIdentity is the identity of a client, which has to have one, or the hint of a server.
	PSK         func(identity []byte) ([]byte, error)
	PSKIdentity []byte
	// DisableConnectionIDs does without connection identifiers (RFC 9146): for middleboxes that do not let records of their type pass. A
	// client's connection then ends when its address changes.
	DisableConnectionIDs bool
	// KeyLogWriter, if not nil, gets the secrets of connections, with which Wireshark decrypts them. It is for debugging only.
	KeyLogWriter io.Writer

	// HandshakeTimeout bounds a handshake; zero stands for DefaultHandshakeTimeout.
	HandshakeTimeout time.Duration
	// IdleTimeout is how long a connection that a peer began may carry nothing before it is closed; zero stands for
	// DefaultIdleTimeout, a negative value keeps it. Associations are not idle: they send heartbeats, unless told not to.
	IdleTimeout time.Duration
	// MaxHandshakes bounds the handshakes of peers that are under way; zero stands for DefaultMaxHandshakes. When there are more, those
	// make room that have not shown yet that their address is theirs, the oldest first.
	MaxHandshakes int
	// MaxConnections bounds the connections that peers began; zero stands for DefaultMaxConnections. Further peers get no answer.
	MaxConnections int
	// OnHandshakeError, if not nil, is told why handshakes of peers fail, from goroutines of its own.
	OnHandshakeError func(peer netip.AddrPort, err error)
}

const (
	// DefaultHandshakeTimeout is enough for four repetitions of a flight, which come after 1, 2, 4 and 8 s.
	DefaultHandshakeTimeout = 20 * time.Second
	// DefaultIdleTimeout is longer than a path without data stays silent: HB.interval, half as much again, and RTO.Max.
	DefaultIdleTimeout = 2 * time.Minute
	// DefaultMaxHandshakes is for Config.MaxHandshakes.
	DefaultMaxHandshakes = 1024
	// DefaultMaxConnections is for Config.MaxConnections.
	DefaultMaxConnections = 10000
)

const (
	// cookieTime is how long a peer may take to return the cookie of HelloVerifyRequest (RFC 6347 section 4.2.1).
	cookieTime = 5 * time.Second
	// replayWindow is how many records may overtake one. The usual 64 are fewer than what one call hands to the network.
	replayWindow = 1024
	// idLength is the length of connection identifiers: none is guessed.
	idLength = 8
)

func (c Config) defaults() Config {
	if c.HandshakeTimeout <= 0 {
		c.HandshakeTimeout = DefaultHandshakeTimeout
	}
	if c.IdleTimeout == 0 {
		c.IdleTimeout = DefaultIdleTimeout
	}
	if c.MaxHandshakes <= 0 {
		c.MaxHandshakes = DefaultMaxHandshakes
	}
	if c.MaxConnections <= 0 {
		c.MaxConnections = DefaultMaxConnections
	}
	return c
}

var (
	errNoCredentials = errors.New("DTLS: a server needs Certificates or a PSK")
	errNoIdentity    = errors.New("DTLS: a client with a PSK needs a PSKIdentity")
)

// checkServer finds what no handshake could succeed with, checkClient for the other side.
func (c *Config) checkServer() error {
	if len(c.Certificates) == 0 && c.PSK == nil {
		return errNoCredentials
	}
	if _, err := c.server(newLink(nil, transport.Path{}), func() []byte { return nil }); err != nil {
		return fmt.Errorf("DTLS: %w", err)
	}
	return nil
}

func (c *Config) checkClient() error {
	if c.PSK != nil && len(c.PSKIdentity) == 0 {
		return errNoIdentity
	}
	return nil
}

// suites are the cipher suites in the order of preference: authenticated encryption only, with forward secrecy before those without. CBC
// costs more room and CCM more time.
func (c *Config) suites() []pion.CipherSuiteID {
	var s []pion.CipherSuiteID
	if c.PSK != nil {
		s = append(s,
			pion.TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256,
			pion.TLS_PSK_WITH_AES_128_GCM_SHA256,
			pion.TLS_PSK_WITH_CHACHA20_POLY1305_SHA256,
			pion.TLS_PSK_WITH_AES_128_CCM)
	}
	if c.PSK == nil || len(c.Certificates) > 0 {
		s = append(s,
			pion.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
			pion.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
			pion.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
			pion.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
			pion.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
			pion.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
			pion.TLS_ECDHE_ECDSA_WITH_AES_128_CCM)
	}
	return s
}

// options are those of both sides.
func (c *Config) options() []pion.Option {
	o := []pion.Option{
		pion.WithLoggerFactory(&logging.DefaultLoggerFactory{DefaultLogLevel: logging.LogLevelDisabled}),
		pion.WithReplayProtectionWindow(replayWindow),
		pion.WithCipherSuites(c.suites()...),
		pion.WithInsecureSkipVerify(c.InsecureSkipVerify),
	}
	if len(c.Certificates) > 0 {
		o = append(o, pion.WithCertificates(c.Certificates...))
	}
	if c.VerifyPeerCertificate != nil {
		o = append(o, pion.WithVerifyPeerCertificate(c.VerifyPeerCertificate))
	}
	if c.PSK != nil {
		o = append(o, pion.WithPSK(c.PSK))
		if c.PSKIdentity != nil {
			o = append(o, pion.WithPSKIdentityHint(c.PSKIdentity))
		}
	}
	if c.KeyLogWriter != nil {
		o = append(o, pion.WithKeyLogWriter(c.KeyLogWriter))
	}
	return o
}

// server makes the server's end of a connection; newID makes its connection identifier.
func (c *Config) server(l *link, newID func() []byte) (*pion.Conn, error) {
	var o []pion.ServerOption
	for _, option := range c.options() {
		o = append(o, option)
	}
	o = append(o, pion.WithClientAuth(pion.ClientAuthType(c.ClientAuth)))
	if !c.DisableConnectionIDs {
		o = append(o, pion.WithConnectionIDGenerator(newID))
	}
	if c.ClientCAs != nil {
		o = append(o, pion.WithClientCAs(c.ClientCAs))
	}
	return pion.ServerWithOptions(l, l.remote(), o...)
}

// client makes the client's end. It does as the server asks about connection identifiers, and asks for none: who dials is not dialled.
func (c *Config) client(l *link, serverName string) (*pion.Conn, error) {
	var o []pion.ClientOption
	for _, option := range c.options() {
		o = append(o, option)
	}
	o = append(o, pion.WithServerName(serverName))
	if !c.DisableConnectionIDs {
		o = append(o, pion.WithConnectionIDGenerator(pion.OnlySendCIDGenerator()))
	}
	if c.RootCAs != nil {
		o = append(o, pion.WithRootCAs(c.RootCAs))
	}
	return pion.ClientWithOptions(l, l.remote(), o...)
}
