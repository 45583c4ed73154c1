package tx

import (
	"net/netip"

	"github.com/gosctp/sctp/internal/seq"
)

// Message is a user message from Push until its last chunk has been acknowledged cumulatively.
type Message struct {
	Stream    uint16
	SSN       seq.SSN // assigned when the first fragment is taken
	PPID      uint32
	Unordered bool
	Immediate bool
	Context   uint32
	// Path, if valid, is where the user wants the first transmission to go.
	Path netip.Addr
	// Data is the message whole, in a buffer of the queue's pool.
	Data []byte

	taken int // bytes already cut into fragments
	held  int // chunks of it that are outstanding
}

// Sent reports whether a part of the message was cut off and given to the network.
func (m *Message) Sent() bool { return m.taken > 0 }

// Fragment is a piece of a message that becomes one DATA chunk.
type Fragment struct {
	Message *Message
	Data    []byte
	// Begin and End: the piece is the first, the last of its message.
	Begin, End bool
}
