package tx

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// packet is a chunk under way: one of data, or a FORWARD TSN.
type packet struct {
	tsn        seq.TSN
	stream     uint16
	unordered  bool
	mid        seq.MID
	fsn        uint32
	begin, end bool
	data       []byte

	forward  bool
	skipped  []wire.SkippedStream
	messages []wire.SkippedMessage
}

type messageKey struct {
	stream    uint16
	unordered bool
	mid       seq.MID
}

// peer is a receiver that puts messages together in the plainest way.
type peer struct {
	t        *testing.T
	cum      seq.TSN
	got      map[seq.TSN]bool
	chunks   map[messageKey][]packet
	next     [4]seq.MID
	complete map[messageKey][]byte // that wait for those before them
	lost     map[uint16]seq.MID    // the last unordered message of a stream that was skipped
	// delivered are the messages, as the numbers in them.
	delivered []uint32
}

func (p *peer) receive(c packet) {
	if c.forward {
		p.skip(c)
		return
	}
	if c.tsn.LessEq(p.cum) || p.got[c.tsn] {
		return
	}
	p.got[c.tsn] = true
	p.advance()
	k := messageKey{c.stream, c.unordered, c.mid}
	if p.late(k) {
		return
	}
	p.chunks[k] = append(p.chunks[k], c)
	p.assemble(k)
}

// late reports whether a message was skipped of which something has just come. With I-DATA that happens if chunks of other messages lie
// between those that were skipped and those that were under way.
func (p *peer) late(k messageKey) bool {
	if k.unordered {
		last, ok := p.lost[k.stream]
		return ok && !last.Less(k.mid)
	}
	return k.mid.Less(p.next[k.stream])
}

func (p *peer) advance() {
	for p.got[p.cum+1] {
		p.cum++
		delete(p.got, p.cum)
	}
}

// assemble delivers a message if all its fragments are there.
func (p *peer) assemble(k messageKey) {
	list := p.chunks[k]
	slices.SortFunc(list, func(a, b packet) int { return int(a.fsn) - int(b.fsn) })
	var data []byte
	for i, c := range list {
		if int(c.fsn) != i || c.begin != (i == 0) {
			return
		}
		data = append(data, c.data...)
	}
	if !list[len(list)-1].end {
		return
	}
	delete(p.chunks, k)
	if k.unordered {
		p.deliver(data)
		return
	}
	p.complete[k] = data
	p.release(k.stream)
}

// release delivers what is in line.
func (p *peer) release(stream uint16) {
	for {
		k := messageKey{stream: stream, mid: p.next[stream]}
		data, ok := p.complete[k]
		if !ok {
			return
		}
		delete(p.complete, k)
		p.deliver(data)
		p.next[stream]++
	}
}

func (p *peer) deliver(data []byte) {
	id := binary.BigEndian.Uint32(data)
	for _, b := range data[4:] {
		if b != byte(id) {
			p.t.Fatalf("message %d has bytes of another", id)
		}
	}
	p.delivered = append(p.delivered, id)
}

// skip moves on over what will not come.
func (p *peer) skip(c packet) {
	if c.tsn.LessEq(p.cum) {
		return
	}
	p.cum = c.tsn
	for t := range p.got {
		if t.LessEq(p.cum) {
			delete(p.got, t)
		}
	}
	p.advance()
	for _, s := range c.skipped {
		// A receiver of DATA sees SSNs; the MID follows from what is in line.
		if next := p.next[s.StreamID]; !s.SSN.Less(seq.SSN(next)) {
			p.skipTo(s.StreamID, next+seq.MID(s.SSN-seq.SSN(next)))
		}
	}
	for _, m := range c.messages {
		if m.Unordered {
			p.lost[m.StreamID] = m.MID
		} else {
			p.skipTo(m.StreamID, m.MID)
		}
	}
	for k, list := range p.chunks {
		if c.messages != nil { // RFC 8260 section 2.3.1: all up to the MID named
			if slices.ContainsFunc(c.messages, func(m wire.SkippedMessage) bool {
				return m.StreamID == k.stream && m.Unordered == k.unordered && !m.MID.Less(k.mid)
			}) {
				delete(p.chunks, k)
			}
			continue
		}
		if slices.ContainsFunc(list, func(x packet) bool { return x.tsn.LessEq(c.tsn) }) && p.cannotComplete(list, c.tsn) {
			delete(p.chunks, k)
		}
	}
}

// cannotComplete reports whether a fragment is missing whose TSN was skipped: between two that are there, or after the last one if
// that is followed by a skipped TSN.
func (p *peer) cannotComplete(list []packet, skipped seq.TSN) bool {
	slices.SortFunc(list, func(a, b packet) int { return int(a.fsn) - int(b.fsn) })
	for i, c := range list {
		if int(c.fsn) != i && c.tsn.LessEq(skipped+1) {
			return true
		}
	}
	last := list[len(list)-1]
	return !last.end && last.tsn.Less(skipped)
}

func (p *peer) skipTo(stream uint16, mid seq.MID) {
	for !mid.Less(p.next[stream]) {
		k := messageKey{stream: stream, mid: p.next[stream]}
		if data, ok := p.complete[k]; ok {
			delete(p.complete, k)
			p.deliver(data)
		}
		p.next[stream]++
	}
	p.release(stream)
}

// gaps are the gap blocks of the receiver's SACK.
func (p *peer) gaps() wire.Gaps {
	var offsets []uint16
	for t := range p.got {
		offsets = append(offsets, uint16(t.Diff(p.cum)))
	}
	slices.Sort(offsets)
	var pairs []uint16
	for _, n := range offsets {
		pairs = append(pairs, n, n)
	}
	return blocks(pairs...)
}

// prWorld is a sender and a receiver with a network between them that loses, repeats and reorders.
type prWorld struct {
	t            *testing.T
	now          mono.Time
	q            *Queue
	o            *Outstanding
	peer         *peer
	network      []packet
	interleaving bool
	// promises: the receiver sends NR-SACKs.
	promises bool
	// Of each message: its policy, whether anything of it was sent, and whether it was given up. open is the message that is to be
	// continued, by stream.
	policy []PRPolicy
	sent   map[uint32]bool
	gone   map[uint32]bool
	open   [4]uint32
	// last is the fragment that was sent last for the first time.
	last Fragment
	tsn  seq.TSN
}

func newPRWorld(t *testing.T, interleaving bool) *prWorld {
	const first = seq.TSN(1<<32 - 20) // so that TSNs wrap
	w := &prWorld{t: t, now: 1, q: NewQueue(), o: NewOutstanding(first), interleaving: interleaving,
		policy: []PRPolicy{PRNone}, sent: map[uint32]bool{}, gone: map[uint32]bool{}, tsn: first - 1}
	w.q.SetInterleaving(interleaving)
	w.o.SetInterleaving(interleaving)
	w.peer = &peer{t: t, cum: first - 1, got: map[seq.TSN]bool{}, chunks: map[messageKey][]packet{}, complete: map[messageKey][]byte{}, lost: map[uint16]seq.MID{}}
	// So that sequence numbers wrap.
	for id := range uint16(2) {
		s := w.q.streams.use(id)
		s.ordered, s.unordered = 1<<32-3, 1<<32-3
		w.peer.next[id] = 1<<32 - 3
	}
	return w
}

func (w *prWorld) giveUp(m *Message) {
	id := m.Context
	if w.policy[id] == PRNone {
		w.t.Fatalf("message %d is reliable and was given up", id)
	}
	if len(m.Data) == 0 {
		w.t.Fatalf("message %d came back without data", id)
	}
	w.gone[id] = true
}

// noteBroken learns that a message cannot be continued; it may be that the peer has acknowledged all that was pushed of it, and that nothing
// comes back.
func (w *prWorld) noteBroken(stream uint16) {
	if w.q.Broken(stream) {
		w.gone[w.open[stream]] = true
		w.open[stream] = 0
	}
}

// push queues a message, or more of one.
func (w *prWorld) push(b, n int) {
	stream := uint16(b % 4)
	p := Properties{Stream: stream, Unordered: b&4 != 0, Partial: b&8 != 0}
	p.PR = PRInfo{PRPolicy(b >> 4 % 4), uint32(n % 4)}
	w.noteBroken(stream)
	var data []byte
	if id := w.open[stream]; id != 0 {
		p.Context = id
		data = make([]byte, n+1)
	} else {
		id = uint32(len(w.policy))
		w.policy = append(w.policy, p.PR.Policy)
		p.Context = id
		data = make([]byte, n+5)
		binary.BigEndian.PutUint32(data, id)
		data = slices.Replace(data, 4, len(data), make([]byte, n+1)...)
	}
	start := 0
	if w.open[stream] == 0 {
		start = 4
	}
	for i := start; i < len(data); i++ {
		data[i] = byte(p.Context)
	}
	w.q.Push(w.now, &p, data)
	w.open[stream] = 0
	if p.Partial {
		w.open[stream] = p.Context
	}
}

// send cuts and sends a fragment.
func (w *prWorld) send(most int) {
	w.q.Expire(w.now, w.o, w.giveUp)
	if w.q.Head() == nil {
		return
	}
	c := w.o.Add(w.now, w.q, most, 0)
	// Without interleaving the receiver tells messages apart by consecutive TSNs: none may begin where another goes on.
	if !w.interleaving && c.TSN == w.tsn+1 && w.last.Message != nil && c.Begin == !w.last.End {
		w.t.Fatalf("TSN %d begins a message: %v, and the one before ended one: %v", c.TSN, c.Begin, w.last.End)
	}
	w.last, w.tsn = c.Fragment, c.TSN
	w.sent[c.Message.Context] = true
	w.transmit(c)
}

func (w *prWorld) transmit(c *Chunk) {
	m := c.Message
	w.network = append(w.network, packet{
		tsn: c.TSN, stream: m.Stream, unordered: m.Unordered, mid: m.MID, fsn: c.FSN, begin: c.Begin, end: c.End, data: slices.Clone(c.Data),
	})
}

// sack tells the sender what has arrived, and has losses found.
func (w *prWorld) sack() {
	var r *Acked
	if w.promises {
		r = w.o.AckNR(w.peer.cum, noGaps, w.peer.gaps(), w.q)
	} else {
		r = w.o.Ack(w.peer.cum, w.peer.gaps(), w.q)
	}
	var marked [MaxPaths]bool
	if r.Any {
		w.o.Missing(r.Highest, &marked, nil)
	}
	w.q.GiveUpLost(w.now, w.o, w.giveUp)
	w.forward(2)
}

// forward sends a FORWARD TSN if there is something to skip.
func (w *prWorld) forward(most int) {
	if w.o.AdvancedPeerAckPoint() == w.o.CumTSNAck() {
		return
	}
	p := packet{forward: true}
	if w.interleaving {
		p.messages, p.tsn = w.o.AppendSkippedMessages(nil, most)
	} else {
		p.skipped, p.tsn = w.o.AppendSkipped(nil, most)
	}
	w.network = append(w.network, p)
}

func (w *prWorld) retransmit() {
	w.q.GiveUpLost(w.now, w.o, w.giveUp)
	if c := w.o.NextLost(); c != nil {
		w.o.Retransmitted(0, c, 0)
		w.transmit(c)
	}
}

func (w *prWorld) timeOut() {
	w.o.MarkTimedOut(0)
	w.q.GiveUpLost(w.now, w.o, w.giveUp)
	w.forward(10)
}

// arrive delivers a packet, or a copy of it.
func (w *prWorld) arrive(i int, keep bool) {
	if len(w.network) == 0 {
		return
	}
	i %= len(w.network)
	p := w.network[i]
	if !keep {
		w.network = slices.Delete(w.network, i, i+1)
	}
	w.peer.receive(p)
}

// finish lets everything arrive, and checks what came of it.
func (w *prWorld) finish() {
	for stream := range w.open {
		if w.noteBroken(uint16(stream)); w.open[stream] != 0 {
			w.push(stream, 1)
		}
	}
	for rounds := 0; !w.q.Empty() || w.o.Len() > 0; rounds++ {
		if rounds > 10000 {
			w.t.Fatalf("stuck: %d outstanding, %d bytes unsent", w.o.Len(), w.q.Unsent())
		}
		w.send(50)
		w.timeOut()
		w.retransmit()
		for len(w.network) > 0 {
			w.arrive(0, false)
		}
		w.sack()
	}
	if w.q.Held() != 0 || w.o.Flight(0) != 0 || w.o.Lost() != 0 || !w.o.NextDeadline().IsZero() || !w.q.NextDeadline().IsZero() {
		w.t.Fatalf("at the end: held %d, flight %d, lost %d", w.q.Held(), w.o.Flight(0), w.o.Lost())
	}
	if len(w.peer.chunks)+len(w.peer.complete) > 0 {
		w.t.Fatalf("the receiver waits for more of %d messages, and for what comes before %d", len(w.peer.chunks), len(w.peer.complete))
	}
	seen := make(map[uint32]bool)
	for _, id := range w.peer.delivered {
		if seen[id] {
			w.t.Fatalf("message %d arrived twice", id)
		}
		seen[id] = true
		if !w.sent[id] {
			w.t.Fatalf("message %d arrived without being sent", id)
		}
	}
	for id := uint32(1); id < uint32(len(w.policy)); id++ {
		if !seen[id] && !w.gone[id] {
			w.t.Fatalf("message %d of policy %d is lost", id, w.policy[id])
		}
	}
	q := w.q
	for s := range uint16(4) {
		if q.Outstanding(s) != 0 || q.HasData(s) {
			w.t.Fatalf("stream %d is still in use", s)
		}
	}
}

// runPR runs a list of operations.
func runPR(t *testing.T, ops []byte) {
	next := func() int {
		if len(ops) == 0 {
			return 0
		}
		b := ops[0]
		ops = ops[1:]
		return int(b)
	}
	kind := next()
	w := newPRWorld(t, kind%2 == 1)
	w.promises = kind%4 >= 2
	for len(ops) > 0 {
		switch next() % 10 {
		case 0:
			w.push(next(), next())
		case 1, 2:
			w.send(1 + next()%60)
		case 3:
			w.arrive(next(), false)
		case 4:
			w.arrive(next(), true)
		case 5:
			if i := next(); len(w.network) > 0 {
				i %= len(w.network)
				w.network = slices.Delete(w.network, i, i+1)
			}
		case 6:
			w.sack()
		case 7:
			w.retransmit()
		case 8:
			w.timeOut()
		case 9:
			n := next()
			w.now = w.now.Add(time.Duration(n%8) * time.Millisecond)
			w.q.Expire(w.now, w.o, w.giveUp)
			if n >= 128 {
				w.q.Evict(n-100, PRInfo{PRPrio, uint32(n % 4)}, w.o, w.giveUp)
			}
		}
	}
	w.finish()
}

// FuzzPartialReliability: whatever is given up and whatever the network does, every message arrives whole, once and not among others, or comes
// back to its sender; and nothing is left behind.
func FuzzPartialReliability(f *testing.F) {
	f.Add([]byte{0, 0, 0x20, 200, 1, 50, 1, 50, 8, 0, 1, 20, 6})
	f.Add([]byte{3, 0, 0, 0x20, 200, 1, 30, 1, 30, 3, 1, 6, 8, 0, 0, 9, 1, 50, 6})
	f.Add([]byte{1, 0, 0x11, 200, 1, 50, 0, 2, 100, 1, 30, 1, 30, 9, 7, 3, 1, 6, 8, 7})
	f.Fuzz(runPR)
}

func TestPartialReliabilityAtRandom(t *testing.T) {
	seed := uint64(0)
	defer func() {
		if t.Failed() {
			t.Logf("seed %d", seed)
		}
	}()
	for ; seed < 3000; seed++ {
		rnd := rand.New(rand.NewPCG(seed, 0))
		ops := make([]byte, 20+rnd.IntN(300))
		for i := range ops {
			ops[i] = byte(rnd.IntN(256))
			if rnd.IntN(2) == 0 {
				ops[i] = byte(rnd.IntN(10))
			}
		}
		runPR(t, ops)
	}
}
