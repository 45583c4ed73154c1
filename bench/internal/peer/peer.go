// Package peer puts every transport under comparison behind one message-oriented interface, so that the workloads of
// package load run unchanged over all of them.
package peer

import (
	"fmt"
	"maps"
	"slices"

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

// Buffer is the size of every transport's send and receive buffers, in bytes: enough for none to wait for the other.
const Buffer = 4_000_000

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

// peers makes each transport, by name.
var peers = map[string]func(Options) Peer{
	"gosctp-udp":    func(Options) Peer { return gosctp{network: "sctp/udp4"} },
	"gosctp-raw":    func(Options) Peer { return gosctp{network: "sctp4"} },
	"pion":          func(o Options) Peer { return pion{mtu: o.MTU} },
	"pion-listener": func(o Options) Peer { return pion{mtu: o.MTU, shared: true} },
	"tcp":           func(Options) Peer { return tcp{} },
	"skeleton-udp":  func(o Options) Peer { return newSkeleton(skeleton.UDP, o) },
	"skeleton-raw":  func(o Options) Peer { return newSkeleton(skeleton.Raw, o) },
}

// New returns the transport of that name.
func New(name string, o Options) (Peer, error) {
	f, ok := peers[name]
	if !ok {
		return nil, fmt.Errorf("unknown peer %q: there are %v", name, slices.Sorted(maps.Keys(peers)))
	}
	return f(o), nil
}
