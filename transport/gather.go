package transport

// Gatherer is a carrier that takes packets in pieces, and so spares them from being put together: WriteBatch of one for which Gathers is
// true sends Data and, as part of the same packet, what Datagram.Rest has. As with Data, the pieces are the caller's again when
// WriteBatch returns.
//
// Rest has at most [MaxPieces].
//
// A carrier that is none never sees a packet in pieces. One that wraps another has to say so for itself.
type Gatherer interface {
	Transport
	// Gathers is constant.
	Gathers() bool
}

// MaxPieces is how many pieces Datagram.Rest has at most.
const MaxPieces = 64

// Len is the length of the packet, all pieces together.
func (d *Datagram) Len() int {
	n := len(d.Data)
	for _, piece := range d.Rest {
		n += len(piece)
	}
	return n
}

// Append appends the packet to b, all pieces together.
func (d *Datagram) Append(b []byte) []byte {
	b = append(b, d.Data...)
	for _, piece := range d.Rest {
		b = append(b, piece...)
	}
	return b
}
