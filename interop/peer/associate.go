package main

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/pipe"
)

// encapsPort is the UDP port of both ends of a pipe. It is that of RFC 6951, so that captures can be judged.
const encapsPort = 9899

// associate listens for one association, or dials one, over a carrier if there is one.
func associate(ctx context.Context, opts *options, carrier transport.Transport) (*sctp.Conn, error) {
	config, err := opts.config()
	if err != nil {
		return nil, err
	}
	network, localAddr, remoteAddr := opts.network(), opts.local, opts.remote
	if carrier != nil {
		network, localAddr, remoteAddr = "sctp", "", pipe.RemoteAddr().String()
	}
	if opts.role == "server" {
		lc := sctp.ListenConfig{Config: config, Carrier: carrier}
		l, err := lc.Listen(ctx, network, localAddr+":"+opts.port)
		if err != nil {
			return nil, err
		}
		defer l.Close()
		say("listening")
		return l.AcceptContext(ctx)
	}
	d := sctp.Dialer{Config: config, Carrier: carrier}
	if localAddr != "" {
		if d.LocalAddr, err = sctp.ParseAddr(localAddr + ":" + opts.from); err != nil {
			return nil, err
		}
	}
	return d.DialSCTP(ctx, network, remoteAddr+":"+opts.port)
}

// openCarrier makes a carrier of a UDP socket that is connected to the other side, if the arguments ask for one. What is offered decides whether it counts as one that finds
// errors itself: UDP does not, but a link between two namespaces makes none.
func openCarrier(opts *options) (transport.Transport, error) {
	if opts.net != "pipe" {
		return nil, nil
	}
	var ends [2]*net.UDPAddr
	for i, addr := range []string{opts.local, opts.remote} {
		ip, err := netip.ParseAddr(strings.Trim(addr, "[]"))
		if err != nil {
			return nil, err
		}
		ends[i] = net.UDPAddrFromAddrPort(netip.AddrPortFrom(ip, encapsPort))
	}
	conn, err := net.DialUDP("udp", ends[0], ends[1])
	if err != nil {
		return nil, err
	}
	var c pipe.Config
	if slices.Contains(opts.offer, "zero") {
		c.ErrorDetection = transport.DTLS
	}
	return pipe.New(conn, c), nil
}
