// Package udpencap carries SCTP packets in UDP (RFC 6951), which needs no privilege and passes NATs.
//
// [Open] gives a transport.Transport. The UDP port that a packet came from is in its Path, so that whoever owns the
// association can send there from then on (RFC 6951 section 5.4), through a NAT that changes its mind too.
//
// On Linux packets travel in batches, and trains of packets to one peer in one system call and through the stack as one
// (UDP_SEGMENT, UDP_GRO). Elsewhere they travel one by one through package net.
package udpencap

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/gosctp/sctp/transport"
)

// DefaultPort is the UDP port that IANA assigned to SCTP tunneling (RFC 6951 section 6.1).
const DefaultPort = 9899

// DefaultBufferSize is what Open asks for as size of the socket buffers: enough for some milliseconds at 10 Gbit/s, in which the
// reader may be busy elsewhere. The system may allow less.
const DefaultBufferSize = 4 << 20

// Config says how to open a carrier. The zero value is for the peer-to-peer use of RFC 6951: port 9899 on all addresses.
type Config struct {
	// Port is the local UDP port; zero means DefaultPort.
	Port uint16
	// AnyPort takes a port of the system's choice where Port is in use. Peers learn it from the packets that they get.
	AnyPort bool
	// FreePort takes a port of the system's choice in the first place, for clients and for what is not RFC 6951 above.
	FreePort bool
	// LocalAddrs are the addresses to use; empty means all of both families, those added later included.
	LocalAddrs []netip.Addr
	// PeerPort is where packets go of which the Path does not know the peer's port; zero means DefaultPort.
	PeerPort uint16
	// BufferSize is the size of the socket buffers to ask for, in bytes; zero means DefaultBufferSize, a negative value
	// leaves them alone.
	BufferSize int
	// NoSegmentation turns UDP_SEGMENT and UDP_GRO off, for comparison or for a kernel that has them wrong.
	NoSegmentation bool
	// Polled makes the carrier one of those whose user waits for packets, where the system allows it: see transport.Polled.
	Polled bool
	// BusyPoll is how long the carrier, each time before it sleeps, keeps looking for packets, where the system allows it: up to 10 ms. Zero looks for
	// 50 µs, and only where packets go in turns, one there and one back, and answers come within that time. It takes most of what a wake-up costs off a round trip as long as answers come within that time, and pays for it with a
	// processor that is never idle while packets come and for BusyPoll after the last one; on a machine that has but one to spare it makes things slower.
	BusyPoll time.Duration
	// Queues is the number of receive queues of each address, up to MaxQueues, on Linux: a socket for each, of which the system gives all packets between
	// two UDP ports to the same one (SO_REUSEPORT), so that packets of several peers are received on several cores. As many write at a time. Zero means one.
	Queues int
}

// MaxQueues bounds Config.Queues.
const MaxQueues = 16

// Transport is a carrier over UDP. It implements transport.Transport.
type Transport struct {
	sockets
	port uint16
}

var _ transport.Transport = (*Transport)(nil)

// Open opens the sockets.
func Open(c Config) (*Transport, error) {
	if c.Port == 0 {
		c.Port = DefaultPort
	}
	if c.PeerPort == 0 {
		c.PeerPort = DefaultPort
	}
	if c.BufferSize == 0 {
		c.BufferSize = DefaultBufferSize
	}
	port := c.Port
	if c.FreePort {
		port, c.AnyPort = 0, true
	}
	t, err := open(c, port)
	for try := 0; err != nil && c.AnyPort && try < maxTries; try++ {
		t, err = open(c, 0)
	}
	if err != nil {
		return nil, fmt.Errorf("SCTP over UDP: %w", err)
	}
	return t, nil
}

// maxTries is how often Open asks the system for a port: one that is free for the first socket may be taken for the next.
const maxTries = 8

// LocalPort returns the UDP port that packets come from and are received at.
func (t *Transport) LocalPort() uint16 { return t.port }

// Caps are the properties of this carrier.
func (t *Transport) Caps() transport.Caps {
	return transport.Caps{MultiHomed: true, Encapsulated: true, FirstHopMTU: true, ECN: t.ECN(), Writers: t.writers()}
}
