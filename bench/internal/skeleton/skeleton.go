// Package skeleton is the least that an SCTP in Go can do and still be one on the wire: common headers, DATA and SACK chunks, CRC32c
// both ways, TSNs that are checked, fragmentation, reassembly and bundling, a window, buffers that are kept until they are
// acknowledged, Send and Recv that block, and no allocation. It has no handshake, no timers, no congestion control and nothing against
// loss, so what it reaches bounds what a complete stack in the same language can. A lost packet ends it.
package skeleton

import (
	"encoding/binary"
	"fmt"
	"sync"
	"sync/atomic"
)

// Carrier is how packets travel.
type Carrier uint8

const (
	// UDP sends trains by UDP_SEGMENT and receives them by UDP_GRO.
	UDP Carrier = iota
	// Raw is IP protocol 132 by sendmmsg and recvmmsg.
	Raw
)

// Config is both sides' configuration.
type Config struct {
	Carrier Carrier
	// MTU is the largest SCTP packet.
	MTU int
	// OneWay says that data goes from the client to the server only: SACKs travel alone then.
	OneWay bool
	// Window is how many bytes of an association may be in flight.
	Window int
}

// Lengths of headers and chunks.
const (
	commonHeaderLen = 12
	dataHeaderLen   = 16
	sackLen         = 16
)

// Endpoint has the associations of a socket.
type Endpoint struct {
	Config
	server bool
	socket

	// mu guards what is being sent: the trains and all associations' flights.
	mu      sync.Mutex
	packing // the train under construction
	ready   []*train
	quiet   *sync.Cond // of the writer, which waits for work

	// pending counts messages, so that the writer sees when callers of Send pause.
	pending atomic.Uint64
	// busy is how many associations the last batch was for.
	busy atomic.Int32

	// writing guards the socket's writer; it is taken before mu is left, so that trains leave in order.
	writing sync.Mutex
	queue   []*train

	spareTrains  chan *train
	spareBuffers chan *buffer

	tags      atomic.Pointer[map[uint32]*Assoc]
	dialing   sync.Mutex
	accepting chan *Assoc
	err       atomic.Pointer[error]
}

// Assoc is one association.
type Assoc struct {
	e   *Endpoint
	tag uint32

	// Guarded by e.mu.
	nextTSN    uint32
	inFlight   int
	flight     []sent
	acked      int // of flight
	windowOpen *sync.Cond

	mu       sync.Mutex
	expected uint32
	sackDue  bool
	received []fragment
	arrived  *sync.Cond

	// The caller of Recv's.
	taken   []fragment
	takenAt int
}

// sent is a chunk that has not been acknowledged.
type sent struct {
	tsn   uint32
	bytes int
	in    *train
}

// fragment is a chunk that has not been received.
type fragment struct {
	in   *buffer
	data []byte
	last bool
}

func newEndpoint(c Config, server bool) *Endpoint {
	e := &Endpoint{
		Config: c, server: server,
		packing:     packing{open: closed},
		spareTrains: make(chan *train, 4096), spareBuffers: make(chan *buffer, 8192),
		accepting: make(chan *Assoc, 1<<16),
	}
	e.quiet = sync.NewCond(&e.mu)
	e.tags.Store(&map[uint32]*Assoc{})
	return e
}

// add makes an association.
func (e *Endpoint) add(tag uint32) *Assoc {
	a := &Assoc{e: e, tag: tag, nextTSN: 1, expected: 1}
	a.windowOpen, a.arrived = sync.NewCond(&e.mu), sync.NewCond(&a.mu)
	e.dialing.Lock()
	defer e.dialing.Unlock()
	tags := make(map[uint32]*Assoc)
	for t, other := range *e.tags.Load() {
		tags[t] = other
	}
	if tag == 0 {
		a.tag = uint32(len(tags) + 1)
	}
	tags[a.tag] = a
	e.tags.Store(&tags)
	return a
}

// Dial makes an association that the server hears of with its first message.
func (e *Endpoint) Dial() *Assoc { return e.add(0) }

// Accept waits for the next association.
func (e *Endpoint) Accept() *Assoc { return <-e.accepting }

// fail ends all associations.
func (e *Endpoint) fail(err error) {
	e.err.CompareAndSwap(nil, &err)
	for _, a := range *e.tags.Load() {
		e.mu.Lock()
		a.windowOpen.Broadcast()
		e.mu.Unlock()
		a.mu.Lock()
		a.arrived.Broadcast()
		a.mu.Unlock()
	}
}

func (e *Endpoint) failure() error {
	if err := e.err.Load(); err != nil {
		return *err
	}
	return nil
}

// order is SCTP's.
var order = binary.BigEndian

func pad(n int) int { return (n + 3) &^ 3 }

// String names the carrier.
func (c Carrier) String() string {
	switch c {
	case UDP:
		return "UDP"
	case Raw:
		return "raw IP"
	}
	return fmt.Sprintf("Carrier(%d)", uint8(c))
}
