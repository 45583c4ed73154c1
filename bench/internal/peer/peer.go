// Package peer puts every transport under comparison behind one message-oriented interface, so that the workloads of
// package load run unchanged over all of them.
package peer

import (
	"fmt"
	"maps"
	"slices"
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

// peers makes each transport, by name; the argument is the largest SCTP packet that the link carries in UDP.
var peers = map[string]func(mtu int) Peer{
	"gosctp-udp":    func(int) Peer { return gosctp{network: "sctp/udp4"} },
	"gosctp-raw":    func(int) Peer { return gosctp{network: "sctp4"} },
	"pion":          func(mtu int) Peer { return pion{mtu: mtu} },
	"pion-listener": func(mtu int) Peer { return pion{mtu: mtu, shared: true} },
	"tcp":           func(int) Peer { return tcp{} },
}

// New returns the transport of that name.
func New(name string, mtu int) (Peer, error) {
	f, ok := peers[name]
	if !ok {
		return nil, fmt.Errorf("unknown peer %q: there are %v", name, slices.Sorted(maps.Keys(peers)))
	}
	return f(mtu), nil
}
