package main

import (
	"net"

	"github.com/pion/dtls/v3"
	"github.com/pion/dtls/v3/pkg/crypto/selfsign"
)

// secure makes a DTLS connection as WebRTC stacks have them: both sides show a certificate of their own making. The remote address
// of a client has a port, and the server says at which one it is.
func secure(opts *options) (net.Conn, error) {
	cert, err := selfsign.GenerateSelfSigned()
	if err != nil {
		return nil, err
	}
	both := []dtls.Option{dtls.WithCertificates(cert), dtls.WithInsecureSkipVerify(true)}
	if opts.role == "server" {
		o := []dtls.ServerOption{dtls.WithClientAuth(dtls.RequireAnyClientCert)}
		for _, option := range both {
			o = append(o, option)
		}
		l, err := dtls.ListenWithOptions("udp4", &net.UDPAddr{IP: net.ParseIP(opts.local)}, o...)
		if err != nil {
			return nil, err
		}
		say("at %v", l.Addr())
		return l.Accept()
	}
	to, err := net.ResolveUDPAddr("udp4", opts.remote)
	if err != nil {
		return nil, err
	}
	var o []dtls.ClientOption
	for _, option := range both {
		o = append(o, option)
	}
	return dtls.DialWithOptions("udp4", to, o...)
}
