package engine

import "github.com/gosctp/sctp/transport"

// packetPieces is how many pieces a packet may have after its first: two for each large chunk.
const packetPieces = 8

// roomFor is the room for the pieces of packet n of the batch.
func (w *writer) roomFor(n int) [][]byte {
	if w.pieces == nil {
		return nil
	}
	return w.pieces[n*packetPieces : n*packetPieces : (n+1)*packetPieces]
}

// letGo forgets the pieces of a batch that was written: buffers of messages, which may have no other use any more.
func (w *writer) letGo(batch []transport.Datagram) {
	if w.pieces == nil {
		return
	}
	for i := range batch {
		clear(batch[i].Rest)
		batch[i].Rest = nil
	}
}

// begin tells the core that the batches before this one are gone, and with them the packets of a. It may be pulled from more than once for one
// batch. a.mu is held.
func (a *Assoc) begin(w *writer) {
	if a.round != w.round {
		a.round = w.round
		a.core.Written()
	}
}
