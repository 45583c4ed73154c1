package sim

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"net/netip"
	"slices"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/tx"
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
	pieces    int // in which it is given to Send
	pr        tx.PRInfo
	cancel    bool // it is given up after the first piece
	payload   payload

	given []int // the sizes of those that Send took
	taken int   // their sum
	// When Send took the first piece, the first part was sent and the last was read; and how many packets there had been in the run.
	takenAt, sentAt, readAt mono.Time
	takenAfter, sentAfter   int
	number                  uint32 // its SSN or MID
	started                 bool   // it has one: some of it was sent
	sends                   int    // how often the chunk of it was sent that was sent most often
	acked                   int    // bytes that the peer has acknowledged for good
	held                    int    // bytes that arrived and that the peer has acknowledged cumulatively
	read                    int    // bytes that the peer has read
	reader                  *user  // the peer

	begun     bool // delivery has begun
	delivered bool // and has ended
	returned  bool // it came back as failed
	unsent    bool // and as never sent
	cancelled bool // the sender wanted it to be given up
	givenUp   bool // and because of its policy
	blocked   bool // because another one, which had to be sent to its end before, has none
	skipped   bool // the peer has acknowledged a part of it that it did not get
}

// flow is what one side of an association sends, and how much of it the other side has got. A new association and a
// restarted one begin a new flow.
type flow struct {
	generation uint32
	// messages are first those that are sent one after the other, then those that are sent in the background.
	messages []message
	// inTurn is the number of the former, begun how many of these Send has taken, at least a piece of them.
	inTurn, begun int
	// open are the messages of which Send has not taken the last piece yet, and those in the background of which it has taken none.
	open []int
	// chosen is the message of the piece that head has filled in.
	chosen int
	rng    *rand.Rand
	// next has, for each stream, the ordered messages that are accepted and not yet begun, in order.
	next [][]int
	// broken: one end lost its state, so messages may be missing. What arrives is still in order.
	broken bool
}

func newFlow(generation uint32, l Load, key uint64, rng *rand.Rand) *flow {
	streams := max(1, l.Streams)
	f := &flow{generation: generation, next: make([][]int, streams+l.Background), inTurn: l.Messages, rng: rng}
	for range l.Messages {
		m := message{
			stream:    uint16(rng.IntN(streams)),
			unordered: rng.Float64() < l.Unordered,
			size:      skewed(rng, l.MinSize, l.MaxSize),
			choosy:    rng.Float64() < l.Choosy,
			pieces:    1,
		}
		if rng.Float64() < l.InPieces {
			m.pieces = min(m.size, 2+rng.IntN(maxPieces-1))
			m.cancel = rng.Float64() < l.Cancelled
		}
		if rng.Float64() < l.MayGiveUp {
			m.pr = somePolicy(rng)
		}
		f.messages = append(f.messages, m)
	}
	for i := range l.Background {
		f.open = append(f.open, len(f.messages))
		f.messages = append(f.messages, message{
			stream: uint16(streams + i), size: l.BackgroundSize, pieces: min(maxGiven, 1+l.BackgroundSize/backgroundPiece),
		})
	}
	for i := range f.messages {
		f.messages[i].payload = payload(mix(key ^ mix(uint64(generation)<<32|uint64(i))))
	}
	return f
}

// A message in turn is given to Send in at most maxPieces, one in the background in pieces of about backgroundPiece bytes, but not in more than
// can be told apart by a Context.
const (
	maxPieces       = 8
	backgroundPiece = 8 << 10
	maxGiven        = 1 << (32 - numberBits)
)

// somePolicy draws when a message may be given up.
func somePolicy(rng *rand.Rand) tx.PRInfo {
	switch rng.IntN(3) {
	case 0:
		return tx.PRInfo{Policy: tx.PRTTL, Value: uint32(skewed(rng, 1, 5000))}
	case 1:
		return tx.PRInfo{Policy: tx.PRRTX, Value: uint32(rng.IntN(4))}
	default:
		return tx.PRInfo{Policy: tx.PRPrio, Value: uint32(rng.IntN(4))}
	}
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
	for i := range f.messages {
		m := &f.messages[i]
		m.begun = false
		if m.taken > 0 && !m.unordered {
			f.next[m.stream] = append(f.next[m.stream], i)
		}
	}
}

// spread has the messages still to come use as many streams.
func (f *flow) spread(streams int) {
	for len(f.next) < streams {
		f.next = append(f.next, nil)
	}
	for i := f.begun; i < f.inTurn; i++ {
		f.messages[i].stream = uint16(f.rng.IntN(streams))
	}
}

// unfinished ends the flow but for the messages that Send has taken in part.
func (f *flow) unfinished() *flow {
	f.inTurn = f.begun
	f.open = slices.DeleteFunc(f.open, func(i int) bool { return f.messages[i].taken == 0 })
	return f
}

// pending reports whether there is something not yet accepted.
func (f *flow) pending() bool { return f.begun < f.inTurn || len(f.open) > 0 }

// choose picks the message that the next piece is of, -1 if none is due: one in turn only if it is time for it, one in the background only if
// there is room enough. Where messages may alternate, others begin before one has ended.
func (f *flow) choose(turn, alternate, room bool) int {
	next := -1
	if turn && f.begun < f.inTurn && (len(f.open) == 0 || alternate && !f.isOpen(f.messages[f.begun].stream)) {
		next = f.begun
	}
	if len(f.open) == 0 || next >= 0 && f.rng.IntN(2) == 0 {
		return next
	}
	i := f.open[f.rng.IntN(len(f.open))]
	if !alternate {
		i = f.open[max(0, slices.IndexFunc(f.open, func(i int) bool { return f.messages[i].taken > 0 }))]
	}
	if i >= f.inTurn && !room {
		return next
	}
	return i
}

// isOpen reports whether a message of the stream has begun and not ended.
func (f *flow) isOpen(stream uint16) bool {
	return slices.ContainsFunc(f.open, func(i int) bool { return f.messages[i].stream == stream })
}

// head fills in the next piece of a message to send; data is the buffer for its content, path one that the message may ask for.
func (f *flow) head(number int, m *assoc.Message, data []byte, path netip.Addr) {
	f.chosen = number
	h := &f.messages[number]
	n := h.size - h.taken
	if left := h.pieces - len(h.given); left > 1 {
		n = max(1, n/left)
	}
	h.payload.fill(data[:n], h.taken)
	*m = assoc.Message{
		Stream:    h.stream,
		PPID:      f.generation<<numberBits | uint32(number),
		Unordered: h.unordered,
		Context:   uint32(len(h.given))<<numberBits | uint32(number),
		Partial:   h.taken+n < h.size,
		PR:        h.pr,
		Data:      data[:n],
	}
	if h.choosy {
		m.Path, m.Immediate = path, true
	}
}

// accept notes that Send took what head filled in, after so many packets.
func (f *flow) accept(now mono.Time, packets int, m *assoc.Message) {
	h := &f.messages[f.chosen]
	if h.taken == 0 {
		h.takenAt, h.takenAfter = now, packets
	}
	if f.chosen == f.begun && f.begun < f.inTurn {
		f.begun++
		f.open = append(f.open, f.chosen)
	}
	if h.taken == 0 && !h.unordered {
		f.next[h.stream] = append(f.next[h.stream], f.chosen)
	}
	h.given = append(h.given, len(m.Data))
	h.taken += len(m.Data)
	if !m.Partial {
		f.close(f.chosen)
	}
}

// close notes that no more of a message is sent.
func (f *flow) close(number int) {
	f.open = slices.DeleteFunc(f.open, func(i int) bool { return i == number })
}

// whole reports whether Send has taken all of the message.
func (m *message) whole() bool { return m.taken == m.size }

// piece returns where a piece of the message begins and ends.
func (m *message) piece(i int) (begin, end int) {
	for _, n := range m.given[:i] {
		begin += n
	}
	return begin, begin + m.given[i]
}

// sent returns the message of a number if Send has taken any of it, else nil.
func (f *flow) sent(number int) *message {
	if number >= len(f.messages) || f.messages[number].taken == 0 {
		return nil
	}
	return &f.messages[number]
}

// first returns the number of the first message that Send has taken any of and that is so, -1 if there is none.
func (f *flow) first(is func(*message) bool) int {
	return slices.IndexFunc(f.messages, func(m message) bool { return m.taken > 0 && is(&m) })
}

// missing returns the number of a message that was accepted whole, and neither delivered nor given up nor blocked, -1 if there is none.
func (f *flow) missing() int {
	return f.first(func(m *message) bool { return m.whole() && !m.delivered && !m.givenUp && !m.blocked })
}

// unaccounted returns the number of a message that was accepted, and neither acknowledged nor returned, -1 if there is none.
func (f *flow) unaccounted() int {
	return f.first(func(m *message) bool { return m.acked < m.taken && !m.returned })
}

// begin notes that the delivery of a message begins, and says which rule that breaks.
func (f *flow) begin(number int, info *assoc.RcvInfo) (Rule, error) {
	m := f.sent(number)
	if m == nil {
		return RuleContent, fmt.Errorf("message %d was delivered, but was not sent", number)
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
