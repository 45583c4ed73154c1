// Package peer puts every transport under comparison behind one message-oriented interface, so that the workloads of
// package load run unchanged over all of them.
package peer

import (
	"fmt"
	"maps"
	"slices"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/bench/internal/skeleton"
)

// Conn carries whole messages both ways.
type Conn interface {
	// Send queues one message; it blocks while the transport's buffer is full.
	Send(message []byte) error
	// Recv reads one message into buf and returns its length.
	Recv(buf []byte) (int, error)
	// Close ends the connection at once, without a closing handshake where the transport can.
	Close() error
}

// Listener hands out established connections.
type Listener interface {
	Accept() (Conn, error)
}

// Peer is one transport.
type Peer interface {
	Listen(addr string) (Listener, error)
	Dial(addr string) (Conn, error)
}

// oneBuffer is the size of every transport's send and receive buffers, in bytes: enough for none to wait for the other. Those of TCP grow by
// themselves, and those of gosctp with BBR, which has several round trips of data waiting for one lost packet.
const oneBuffer = 4_000_000

// manyBuffer is the same where there are many connections, whose messages otherwise fill the memory before any is sent.
const manyBuffer = 64 << 10

// MaxMessage is the largest message of any workload.
const MaxMessage = 64 << 10

// Options are what a transport is to know of the run.
type Options struct {
	// MTU is the largest SCTP packet that the link carries in UDP.
	MTU int
	// OneWay says that the client sends and the server receives.
	OneWay bool
	// Conns is how many connections there will be.
	Conns int
}

// Buffer is the size of each connection's buffers.
func (o Options) Buffer() int {
	if o.Conns > 1 {
		return manyBuffer
	}
	return oneBuffer
}

// peers makes each transport, by name.
var peers = map[string]func(Options) Peer{
	"gosctp-udp":    func(Options) Peer { return gosctp{network: "sctp/udp4"} },
	"gosctp-raw":    func(Options) Peer { return gosctp{network: "sctp4"} },
	"gosctp-spin":   func(Options) Peer { return newSpinning("sctp/udp4") },
	"gosctp-bbr":    func(Options) Peer { return gosctp{"sctp/udp4", sctp.Config{CongestionControl: sctp.BBR}} },
	"pion":          func(o Options) Peer { return newPion(o, false) },
	"pion-listener": func(o Options) Peer { return newPion(o, true) },
	"skeleton-udp":  func(o Options) Peer { return newSkeleton(skeleton.UDP, o) },
	"skeleton-raw":  func(o Options) Peer { return newSkeleton(skeleton.Raw, o) },
	"udp":           func(Options) Peer { return udp{inPoller} },
	"udp-thread":    func(Options) Peer { return udp{inThread} },
	"udp-spin":      func(Options) Peer { return udp{spinning} },
	"udp-limit":     newLimit,
	"tcp":           func(Options) Peer { return tcp{congestion: cubic} },
	"tcp-buffered":  func(Options) Peer { return tcp{congestion: cubic, buffered: true} },
	"tcp-reno":      func(Options) Peer { return tcp{congestion: "reno"} },
	"tcp-bbr":       func(Options) Peer { return tcp{congestion: "bbr"} },
	"tls":           func(Options) Peer { return tcp{congestion: cubic, tls: true} },
	"quic":          func(o Options) Peer { return &quicGo{mtu: o.MTU} },
	"quic-buffered": func(o Options) Peer { return &quicGo{mtu: o.MTU, buffered: true} },
	"quic-datagram": func(o Options) Peer { return &quicGo{mtu: o.MTU, datagrams: true} },
}

// New returns the transport of that name.
func New(name string, o Options) (Peer, error) {
	f, ok := peers[name]
	if !ok {
		return nil, fmt.Errorf("unknown peer %q: there are %v", name, slices.Sorted(maps.Keys(peers)))
	}
	return f(o), nil
}
