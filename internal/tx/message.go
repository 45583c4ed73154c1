package tx

import (
	"net/netip"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/seq"
)

// Properties are what the user asks for with a message.
type Properties struct {
	Stream    uint16
	PPID      uint32
	Unordered bool
	Immediate bool
	// Partial: more of the message follows with the next Push on the stream (explicit EOR, RFC 6458 section 8.1.26). What continues a
	// message takes PPID, Unordered and PR from its beginning.
	Partial bool
	Context uint32
	// Path, if valid, is where the user wants the first transmission to go.
	Path netip.Addr
	// PR says when the message is given up.
	PR PRInfo
	// Key is the number of the key that the message is authenticated with (RFC 4895), if it is. What continues a message has that of its beginning.
	Key uint16
}

// set copies o one by one: it was written so a moment ago, and processors wait where more is read at once than was written.
func (p *Properties) set(o *Properties) {
	p.Stream, p.PPID = o.Stream, o.PPID
	p.Unordered, p.Immediate, p.Partial = o.Unordered, o.Immediate, o.Partial
	p.Context, p.Path, p.Key = o.Context, o.Path, o.Key
	p.PR.Policy, p.PR.Value = o.PR.Policy, o.PR.Value
}

// Message is a user message, or with explicit EOR a piece of one, from Push until its last chunk has been acknowledged cumulatively.
type Message struct {
	Properties
	// SSN and MID are assigned when the first fragment is taken. The SSN is that of an ordered message.
	SSN seq.SSN
	MID seq.MID
	// Data is what was given to Push, in a buffer of the queue's pool.
	Data []byte

	stream *stream
	// arrival numbers the messages in the order of Push.
	arrival uint64
	taken   int // bytes already cut into fragments
	held    int // chunks of it that are outstanding
	// round is when its data was lent last.
	round uint32
	// gone: it went back to the user.
	gone bool
	// whole is the beginning of the user message that this is a piece of: itself, unless it continues one.
	whole *Message
	// before and after are its neighbours in the stream's list.
	before, after *Message

	// Of the beginning of a user message only: the FSN of its next fragment, the TSN of the last one, how many pieces refer to it and the
	// bytes of those that are alive, when its lifetime ends, and its place in the order in which messages may be given up, 0 if it has none.
	fsn      uint32
	last     seq.TSN
	refs     int
	alive    int
	deadline mono.Time
	place    int
}

// Sent reports whether a part of the message was cut off and given to the network.
func (m *Message) Sent() bool { return m.taken > 0 }

// Left is how many bytes of the message were not cut off yet.
func (m *Message) Left() int { return len(m.Data) - m.taken }

// begun reports whether a part of the user message that m belongs to was sent.
func (m *Message) begun() bool { return m.whole.taken > 0 }

// Fragment is a piece of a message that becomes one DATA or I-DATA chunk.
type Fragment struct {
	Message *Message
	Data    []byte
	// Begin and End: the piece is the first, the last of the user message.
	Begin, End bool
	// FSN counts the fragments of a user message from 0 (RFC 8260 section 2.1).
	FSN uint32
}
