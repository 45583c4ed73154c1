// Package rawip carries SCTP packets directly in IP, as protocol 132, the way that other SCTP implementations expect it.
//
// It takes raw sockets, which Linux gives to processes with CAP_NET_RAW; elsewhere, and without the privilege, [Open] fails
// with an error that names package udpencap's network, sctp/udp, as the alternative.
//
// Every raw socket on the host gets a copy of every SCTP packet. So the carrier discards packets to ports that are not this
// process's in the kernel, by a filter that [Transport.SetPorts] sets; until it is called nothing arrives.
package rawip

import (
	"net/netip"
	"time"
)

// Protocol is the IP protocol number of SCTP.
const Protocol = 132

// DefaultBufferSize is what Open asks for as size of the socket buffers: enough for some milliseconds at 10 Gbit/s, in which
// the reader may be busy elsewhere.
const DefaultBufferSize = 4 << 20

// Config says how to open a carrier. The zero value is for all addresses.
type Config struct {
	// LocalAddrs are the addresses to use; empty means all of both families, those added later included.
	LocalAddrs []netip.Addr
	// BufferSize is the size of the socket buffers to ask for, in bytes; zero means DefaultBufferSize, a negative value
	// leaves them alone.
	BufferSize int
	// Polled makes the carrier one of those whose user waits for packets: see transport.Polled.
	Polled bool
	// BusyPoll is how long the carrier, each time before it sleeps, keeps looking for packets, where the system allows it: up to 10 ms. Zero looks for
	// 50 µs, and only where packets go in turns, one there and one back, and answers come within that time. It takes most of what a wake-up costs off a round trip as long as answers come within that time, and pays for it with a
	// processor that is never idle while packets come and for BusyPoll after the last one; on a machine that has but one to spare it makes things slower.
	BusyPoll time.Duration
	// Queues is the number of receive queues, up to MaxQueues: a socket for each, which takes the packets whose verification tag leaves its number when
	// divided by Queues, so that an association's come over one. It pays for many associations on several cores: the system copies every packet for
	// each socket. Zero means one.
	Queues int
}

// MaxQueues bounds Config.Queues.
const MaxQueues = 16
