// Package transport is all that a carrier of SCTP packets has to implement.
//
// A carrier moves whole SCTP packets (from the common header of RFC 9260 section 3.1 on) between this host and others: over
// raw IP, inside UDP, inside DTLS, or through memory. To write one, implement [Transport]; wrappers such as package pcap
// take a Transport and are one.
//
// # Duties of a carrier
//
// Reads come in batches, from one or more queues; each queue is read by one goroutine at a time. Writes come in batches
// too and never block: what does not fit is left to the caller, who asks [Transport.WaitWritable] when to go on. Reads and
// writes of one carrier happen concurrently, and as many writes at a time as Caps.Writers says. The carrier neither looks into a packet nor checks its checksum.
package transport

import (
	"errors"
	"net/netip"
)

// Path names the way of a packet: an address of this host, an address of the peer, and the peer's encapsulation port.
// It is comparable, and the same for packets in both directions.
type Path struct {
	// Local is this host's address. The zero Addr in a Datagram to be written lets the carrier choose.
	Local netip.Addr
	// Remote is the peer's address, never an IPv4-mapped one; link-local addresses carry their zone.
	Remote netip.Addr
	// EncapPort is the peer's UDP port (RFC 6951) as last seen; zero on carriers without ports, and in a Datagram to be
	// written it stands for the carrier's default.
	EncapPort uint16
}

// Kind says what a received Datagram is.
type Kind uint8

const (
	// Packet is an SCTP packet.
	Packet Kind = iota
	// PacketTooBig is an ICMP report that a packet of ours did not fit (RFC 9260 section 10). Data is the start of that
	// packet as the report quotes it, MTU the size that the next hop allows.
	PacketTooBig
	// ProtocolUnreachable is an ICMP report that the peer's host has no SCTP; Data as for PacketTooBig.
	ProtocolUnreachable
	// Unreachable is any other ICMP report that a packet of ours did not arrive; Data as for PacketTooBig.
	Unreachable
	// Damaged is an SCTP packet whose checksum is wrong. Carriers do not look; it is for those who do.
	Damaged
	// Disconnected is the word of a carrier that has a connection below it to each peer: there is none to Path.Remote any more. Data
	// says why, in words. What the peer sent before comes before it.
	Disconnected
	// Rerouted is the word of a carrier below which addresses change without SCTP's knowledge: packets to Path.Remote take another way
	// now (RFC 8261 section 6.1).
	Rerouted
)

// ECN is the Explicit Congestion Notification field of the IP header (RFC 3168 section 5).
type ECN uint8

const (
	NotECT ECN = 0
	ECT1   ECN = 1
	ECT0   ECN = 2
	CE     ECN = 3
)

// Datagram is one SCTP packet on its way, or an ICMP report about one.
type Datagram struct {
	Path Path
	// Data is the packet. What ReadBatch put here stays valid until the next ReadBatch of the same queue; what WriteBatch
	// was given belongs to the caller again when WriteBatch returns.
	Data []byte
	// Rest is what follows Data in a packet for a [Gatherer]: further pieces of it. It is nil for all other carriers, and in what is
	// received.
	Rest [][]byte
	Kind Kind
	// MTU is, in a PacketTooBig report, the largest SCTP packet (common header included, carrier's headers excluded) that now
	// fits; zero if the report does not say. In a packet to be written that MayFragment, it is what is known to get through: IP is to
	// cut the packet here, where the carrier can, into pieces that are no larger; zero leaves the size to the system.
	MTU int
	// ECN is the ECN field of the IP header, where Caps.ECN says that the carrier knows it.
	ECN ECN
	// DSCP is, of a packet to be written, the differentiated services field of its IP header (RFC 2474), 6 bits, and FlowLabel the flow
	// label of IPv6 (RFC 6437), 20 bits; 0 leaves them to the system. A carrier puts in what it can.
	DSCP      uint8
	FlowLabel uint32
	// MayFragment asks the carrier to let IP fragment this packet (RFC 9260 section 7.3: a chunk built for a larger path MTU
	// has to get through all the same). Otherwise packets leave with DF set where the carrier can.
	MayFragment bool
	// Probe: this packet is to show whether one of its size gets through (RFC 8899). It leaves by itself: together with others it may be
	// forwarded as what it would not be alone.
	Probe bool
}

// Input is a descriptor that poll(2) shows as readable when Queue has something.
type Input struct{ Descriptor, Queue int }

// Polled is a carrier whose user may wait for packets together with other things, in one call of poll(2). Either the user does that, or
// goroutines wait in ReadBatch.
type Polled interface {
	Transport
	// Inputs is what to wait for, nothing if the carrier was not opened for that. It stays the same until Close.
	Inputs() []Input
	// TryReadBatch is ReadBatch that does not wait: when there is nothing it returns 0. What it returns is all, unless ds is full: then
	// there may be more that poll does not show.
	TryReadBatch(queue int, ds []Datagram) (int, error)
}

// Interrupter is a carrier of which another goroutine can end a ReadBatch that waits: so a user who has nothing else to do but wait for a
// packet may call ReadBatch himself, which spares a change of goroutines, and is called back when something else has come up.
type Interrupter interface {
	Transport
	// Interrupt makes the ReadBatch of a queue return 0, the next one if there is none.
	Interrupt(queue int)
}

// Caps are the properties of a carrier.
type Caps struct {
	// MultiHomed: packets can be sent from and to several addresses.
	MultiHomed bool
	// Encapsulated: Path.EncapPort means something here.
	Encapsulated bool
	// Shared: the carrier also carries packets of other processes' ports, so that an out-of-the-blue packet may be
	// somebody else's and an answer takes a right to give it (raw IP).
	Shared bool
	// ECN: Datagram.ECN is put into the IP header of what is sent, and is what the IP header of what is received says.
	// Otherwise it is neither looked at nor filled in.
	ECN bool
	// FirstHopMTU: MTU is what the first hop takes, as far as the carrier knows, and packets of that size may vanish behind it. An
	// association begins with smaller ones there, and finds out (RFC 8899). Otherwise MTU holds for the whole path.
	FirstHopMTU bool
	// ErrorDetection identifies the method by which the carrier itself finds damaged packets, and drops them (RFC 9653
	// section 3): a number of IANA's registry, such as [DTLS]; 0 if it has none that is as good as the CRC32c.
	ErrorDetection uint32
	// Writers is how many goroutines WriteBatch serves at a time without one waiting for another; 0 means one, and then there is never more than one
	// at a time. With several, queue i brings packets for the work of the one with number i modulo Writers.
	Writers int
}

// DTLS is the error detection method of a carrier over DTLS (RFC 9653 section 8, RFC 8261).
const DTLS = 1

// Transport is a carrier.
type Transport interface {
	// Queues is the number of receive queues, at least 1 and constant.
	Queues() int
	// ReadBatch blocks until queue has something, fills ds from the front and returns how many. It returns an error that
	// unwraps to net.ErrClosed once the carrier is closed; any other error is final as well.
	ReadBatch(queue int, ds []Datagram) (int, error)
	// WriteBatch sends ds in order without blocking and returns how many were taken. Fewer than len(ds) with a nil error
	// means that the carrier is full: wait with WaitWritable, then offer the rest. A packet that the host refuses for
	// good (no route, too big, no such source) counts as taken: like one that the network lost.
	WriteBatch(ds []Datagram) (int, error)
	// WaitWritable blocks until WriteBatch can take something again, or the carrier is closed.
	WaitWritable() error
	// LocalAddrs returns the addresses that this host can be reached at through the carrier, most global first.
	LocalAddrs() ([]netip.Addr, error)
	// AddrChanges delivers a value after LocalAddrs may have changed; nil if that never happens.
	AddrChanges() <-chan struct{}
	// MTU returns the largest SCTP packet (common header included, carrier's headers excluded) that the first hop of the
	// path takes.
	MTU(Path) int
	Caps() Caps
	// Close ends all blocked calls.
	Close() error
}

// PortFilter is implemented by carriers that can discard packets to other ports early. The engine calls it whenever the set
// of SCTP ports in use changes; ootb asks for packets to every port, so as to answer those that nobody holds.
type PortFilter interface {
	SetPorts(ports []uint16, ootb bool) error
}

// ErrNotPermitted is wrapped by errors of carriers that need a privilege this process lacks; the message names it.
var ErrNotPermitted = errors.New("operation not permitted")
