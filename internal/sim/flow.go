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

// message is one user message of a flow, and what has become of it.
type message struct {
	stream    uint16
	unordered bool
	size      int
	choosy    bool
	payload   payload

	number  uint32 // its SSN or MID
	started bool   // it has one: some of it was sent
	acked   int    // bytes that the peer has acknowledged for good
	read    int    // bytes that the peer has read

	begun     bool // delivery has begun
	delivered bool // and has ended
	returned  bool // it came back as failed
	unsent    bool // and as never sent
	givenUp   bool // and because of its policy
	skipped   bool // the peer has acknowledged a part of it that it did not get
}

// flow is what one side of an association sends, and how much of it the other side has got. A new association and a
// restarted one begin a new flow.
type flow struct {
	generation uint32
	messages   []message
	accepted   int
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
	clear(f.next)
	for i := range f.messages[:f.accepted] {
		m := &f.messages[i]
		m.begun = false
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

// sent returns the message of a number that Send has taken, nil if there is none.
func (f *flow) sent(number int) *message {
	if number >= f.accepted {
		return nil
	}
	return &f.messages[number]
}

// first returns the number of the first accepted message that is so, -1 if there is none.
func (f *flow) first(is func(*message) bool) int {
	for i := range f.messages[:f.accepted] {
		if is(&f.messages[i]) {
			return i
		}
	}
	return -1
}

// missing returns the number of a message that was accepted, and neither delivered nor given up, -1 if there is none.
func (f *flow) missing() int {
	return f.first(func(m *message) bool { return !m.delivered && !m.givenUp })
}

// unaccounted returns the number of a message that was accepted, and neither acknowledged nor returned, -1 if there is none.
func (f *flow) unaccounted() int {
	return f.first(func(m *message) bool { return m.acked < m.size && !m.returned })
}

// begin notes that the delivery of a message begins, and says which rule that breaks.
func (f *flow) begin(number int, info *assoc.RcvInfo) (Rule, error) {
	m := f.sent(number)
	if m == nil {
		return RuleContent, fmt.Errorf("message %d was delivered, but only %d were sent", number, f.accepted)
	}
	if m.stream != info.Stream || m.unordered != info.Unordered {
		return RuleContent, fmt.Errorf("message %d of stream %d (unordered %v) was delivered as %+v", number, m.stream, m.unordered, *info)
	}
	if m.unsent {
		return RuleContent, fmt.Errorf("message %d was delivered, but its sender was told that it was never sent", number)
	}
	if m.begun {
		return RuleOnce, fmt.Errorf("message %d of stream %d was delivered before", number, m.stream)
	}
	m.begun = true
	if m.unordered {
		return 0, nil
	}
	queue := f.next[m.stream]
	for len(queue) > 0 && queue[0] < number && (f.broken || f.messages[queue[0]].givenUp) {
		queue = queue[1:]
	}
	if len(queue) == 0 || queue[0] != number {
		return RuleOrder, fmt.Errorf("message %d of stream %d was delivered, but the next one is %v", number, m.stream, queue[:min(1, len(queue))])
	}
	f.next[m.stream] = queue[1:]
	return 0, nil
}
