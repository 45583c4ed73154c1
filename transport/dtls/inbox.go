package dtls

import (
	"net/netip"
	"sync"

	"github.com/gosctp/sctp/transport"
)

const (
	// maxRecord is the largest datagram that is received whole: the room that the DTLS implementation has for one.
	maxRecord = 8192
	// maxArrived is how many decrypted packets wait for the reader, before connections have to wait.
	maxArrived = 1024
	// maxQueued is how many datagrams of one connection wait for being decrypted, maxFlight during its handshake; more are lost.
	maxQueued, maxFlight = 512, 32
	// usualRecord is the room that nearly all datagrams need.
	usualRecord = 2048
)

// buffer is room for a datagram.
type buffer struct {
	data []byte
	n    int
	pool *sync.Pool
}

// Pools of buffers of both sizes.
var (
	usualBuffers = newPool(usualRecord)
	largeBuffers = newPool(maxRecord)
)

func newPool(size int) *sync.Pool {
	p := new(sync.Pool)
	p.New = func() any { return &buffer{data: make([]byte, size), pool: p} }
	return p
}

// bufferFor returns a buffer with room for n bytes.
func bufferFor(n int) *buffer {
	if n <= usualRecord {
		return usualBuffers.Get().(*buffer)
	}
	return largeBuffers.Get().(*buffer)
}

// free gives the buffer back.
func (b *buffer) free() { b.pool.Put(b) }

// inbox has the packets of all connections in the order in which they were decrypted, with the ends of connections in their places.
type inbox struct {
	mu sync.Mutex
	// changed is broadcast with every change.
	changed sync.Cond
	queue   []arrival
	// lent are the buffers of the last batch.
	lent []*buffer
	err  error
}

// arrival is a packet, or a word about a connection without a buffer.
type arrival struct {
	d   transport.Datagram
	buf *buffer
}

// add adds a packet when there is room, and reports whether the carrier still runs.
func (in *inbox) add(d transport.Datagram, buf *buffer) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	for len(in.queue) >= maxArrived && in.err == nil {
		in.changed.Wait()
	}
	if in.err != nil {
		return false
	}
	in.queue = append(in.queue, arrival{d, buf})
	in.changed.Broadcast()
	return true
}

// notice adds a word about a connection. There are few: each connection ends once.
func (in *inbox) notice(d transport.Datagram) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.queue = append(in.queue, arrival{d: d})
	in.changed.Broadcast()
}

// tryAdd is notice for what comes again if it is lost.
func (in *inbox) tryAdd(d transport.Datagram) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if len(in.queue) < maxArrived {
		in.queue = append(in.queue, arrival{d: d})
		in.changed.Broadcast()
	}
}

// read is ReadBatch.
func (in *inbox) read(ds []transport.Datagram) (int, error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, b := range in.lent {
		b.free()
	}
	in.lent = in.lent[:0]
	for len(in.queue) == 0 && in.err == nil && len(ds) > 0 {
		in.changed.Wait()
	}
	if in.err != nil {
		return 0, in.err
	}
	n := min(len(ds), len(in.queue))
	for i, a := range in.queue[:n] {
		ds[i] = a.d
		if a.buf != nil {
			in.lent = append(in.lent, a.buf)
		}
	}
	left := copy(in.queue, in.queue[n:])
	clear(in.queue[left:])
	in.queue = in.queue[:left]
	in.changed.Broadcast()
	return n, nil
}

// close makes every call return err, or what was given before.
func (in *inbox) close(err error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.err == nil {
		in.err = err
	}
	in.changed.Broadcast()
}

// disconnected is the word that there is no connection to ip any more.
func disconnected(ip netip.Addr, why string) transport.Datagram {
	return transport.Datagram{Kind: transport.Disconnected, Path: pathTo(ip), Data: []byte(why)}
}

// pathTo is the only path to a peer.
func pathTo(ip netip.Addr) transport.Path { return transport.Path{Local: LocalAddr(), Remote: ip} }
