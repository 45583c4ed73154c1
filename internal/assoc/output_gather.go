package assoc

import (
	"github.com/gosctp/sctp/internal/tx"
	"github.com/gosctp/sctp/internal/wire"
)

// gatherLeast is the size from which user data is left where it is, and the carrier told of. With less, what is saved is lost again where the
// system copies pieces that begin anywhere in place of packets that begin where a cache line does.
const gatherLeast = 4096

// gathered is the pieces of a packet: user data, and what lies between.
type gathered struct {
	// rest are the pieces after the first one, as far as they are complete; its capacity is the room that there is.
	rest [][]byte
	// from is where the last piece of the builder's own bytes begins, bytes the length of the others.
	from, bytes int
	// first is the length of the first one, 0 as long as there is no other.
	first int
}

// gather reports whether the packet is to refer to the data of c, and lends it if so.
func (a *Association) gather(k *builder, c *tx.Chunk) bool {
	const most = 3 // pieces: what was there before, the data, what follows
	if len(c.Data) < gatherLeast || len(k.pieces.rest)+most > cap(k.pieces.rest) {
		return false
	}
	a.send.queue.Lend(c.Message)
	return true
}

// gather adds a chunk whose header is at the end of b, and its padding.
func (k *builder) gather(b, data []byte) {
	p := &k.pieces
	if p.first == 0 {
		p.first = len(b)
	} else {
		p.rest = append(p.rest, b[p.from:len(b):len(b)])
	}
	p.rest = append(p.rest, data)
	p.from, p.bytes = len(b), p.bytes+len(data)
	k.b = wire.AppendChunkPadding(b, len(data))
}

// gatherRest completes the pieces.
func (k *builder) gatherRest() {
	p := &k.pieces
	switch {
	case p.first == 0:
		p.rest = nil
		return
	case p.from < len(k.b):
		p.rest = append(p.rest, k.b[p.from:])
	}
	k.b = k.b[:p.first:p.first]
}

// Written tells that the packets that were built are written, or will not be: what they refer to may change.
func (a *Association) Written() { a.send.queue.Written() }
