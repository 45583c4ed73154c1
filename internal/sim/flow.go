package sim

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"net/netip"

	"github.com/gosctp/sctp/internal/assoc"
)

// A PPID carries the number of the message in its flow, above it the flow's generation: the receiver finds out which
// message it has got whatever happened to the order.
const (
	numberBits  = 20
	maxMessages = 1 << numberBits
)

// message is one user message of a flow.
type message struct {
	stream    uint16
	unordered bool
	size      int
	choosy    bool
	payload   payload
}

// flow is what one side of an association sends, and how much of it the other side has got. A new association and a
// restarted one begin a new flow.
type flow struct {
	generation uint32
	messages   []message
	accepted   int
	begun      []bool // delivery of the message has begun
	delivered  []bool // and has ended
	acked      []bool // the peer has acknowledged all of it
	returned   []bool // the message came back as failed
	unsent     []bool // and as never sent
	// next has, for each stream, the ordered messages that are accepted and not yet begun, in order.
	next [][]int
	// broken: one end lost its state, so messages may be missing. What arrives is still in order.
	broken bool
}

func newFlow(generation uint32, l Load, key uint64, rng *rand.Rand) *flow {
	f := &flow{generation: generation, next: make([][]int, max(1, l.Streams))}
	for i := range l.Messages {
		f.messages = append(f.messages, message{
			stream:    uint16(rng.IntN(max(1, l.Streams))),
			unordered: rng.Float64() < l.Unordered,
			size:      skewed(rng, l.MinSize, l.MaxSize),
			choosy:    rng.Float64() < l.Choosy,
			payload:   payload(mix(key ^ mix(uint64(generation)<<32|uint64(i)))),
		})
	}
	for _, flags := range []*[]bool{&f.begun, &f.delivered, &f.acked, &f.returned, &f.unsent} {
		*flags = make([]bool, len(f.messages))
	}
	return f
}

// skewed draws a size in which small ones are likelier: every power of two between the limits is as likely as the next.
func skewed(rng *rand.Rand, low, high int) int {
	ceiling := low << rng.IntN(1+bits.Len(uint(high/max(1, low))))
	return low + rng.IntN(min(ceiling, high)-low+1)
}

// orphan notes that the receiver lost its state. What the sender had in its queue may go to the next receiver, also if the
// one before had it already.
func (f *flow) orphan() {
	f.broken = true
	clear(f.begun)
	clear(f.next)
	for i, m := range f.messages[:f.accepted] {
		if !m.unordered {
			f.next[m.stream] = append(f.next[m.stream], i)
		}
	}
}

// pending reports whether there is a message not yet accepted.
func (f *flow) pending() bool { return f.accepted < len(f.messages) }

// head fills in the next message to send; data is the buffer for its content, path one that it may ask for.
func (f *flow) head(m *assoc.Message, data []byte, path netip.Addr) {
	h := &f.messages[f.accepted]
	h.payload.fill(data[:h.size], 0)
	*m = assoc.Message{
		Stream:    h.stream,
		PPID:      f.generation<<numberBits | uint32(f.accepted),
		Unordered: h.unordered,
		Context:   uint32(f.accepted),
		Data:      data[:h.size],
	}
	if h.choosy {
		m.Path, m.Immediate = path, true
	}
}

// accept notes that Send took the message of head.
func (f *flow) accept() {
	if m := &f.messages[f.accepted]; !m.unordered {
		f.next[m.stream] = append(f.next[m.stream], f.accepted)
	}
	f.accepted++
}

// missing returns the number of a message that was accepted and not delivered, -1 if there is none.
func (f *flow) missing() int {
	for i := range f.accepted {
		if !f.delivered[i] {
			return i
		}
	}
	return -1
}

// unaccounted returns the number of a message that was accepted, and neither acknowledged nor returned, -1 if there is none.
func (f *flow) unaccounted() int {
	for i := range f.accepted {
		if !f.acked[i] && !f.returned[i] {
			return i
		}
	}
	return -1
}

// begin notes that the delivery of a message begins, and says which rule that breaks.
func (f *flow) begin(number int, info *assoc.RcvInfo) (Rule, error) {
	if number >= f.accepted {
		return RuleContent, fmt.Errorf("message %d was delivered, but only %d were sent", number, f.accepted)
	}
	m := &f.messages[number]
	if m.stream != info.Stream || m.unordered != info.Unordered {
		return RuleContent, fmt.Errorf("message %d of stream %d (unordered %v) was delivered as %+v", number, m.stream, m.unordered, *info)
	}
	if f.unsent[number] {
		return RuleContent, fmt.Errorf("message %d was delivered, but its sender was told that it was never sent", number)
	}
	if f.begun[number] {
		return RuleOnce, fmt.Errorf("message %d of stream %d was delivered before", number, m.stream)
	}
	f.begun[number] = true
	if m.unordered {
		return 0, nil
	}
	queue := f.next[m.stream]
	for f.broken && len(queue) > 0 && queue[0] < number {
		queue = queue[1:]
	}
	if len(queue) == 0 || queue[0] != number {
		return RuleOrder, fmt.Errorf("message %d of stream %d was delivered, but the next one is %v", number, m.stream, queue[:min(1, len(queue))])
	}
	f.next[m.stream] = queue[1:]
	return 0, nil
}
