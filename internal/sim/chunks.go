package sim

import (
	"fmt"
	"hash/crc32"

	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// dataChunk is a DATA or an I-DATA chunk.
type dataChunk struct {
	interleaved           bool
	tsn                   seq.TSN
	key                   numberKey
	number, fragment      uint32 // SSN or MID, and FSN
	ppid                  uint32
	begin, end, immediate bool
	size                  int
	// sum covers all but the I bit, which a retransmission may lack.
	sum uint32
}

func parseData(c wire.Chunk) (dataChunk, error) {
	sum := crc32.Update(uint32(c.Flags&^wire.FlagImmediate), crc32.IEEETable, c.Value)
	if c.Type == wire.ChunkIData {
		d, err := wire.ParseIData(c)
		return dataChunk{
			interleaved: true, tsn: d.TSN, key: numberKey{d.StreamID, d.Unordered()}, number: uint32(d.MID), fragment: d.FSN, ppid: d.PPID,
			begin: d.Begin(), end: d.End(), immediate: d.Immediate(), size: len(d.UserData), sum: sum,
		}, err
	}
	d, err := wire.ParseData(c)
	return dataChunk{
		tsn: d.TSN, key: numberKey{d.StreamID, d.Unordered()}, number: uint32(d.SSN), ppid: d.PPID,
		begin: d.Begin(), end: d.End(), immediate: d.Immediate(), size: len(d.UserData), sum: sum,
	}, err
}

// sentChunk is what is remembered of a chunk that was sent.
type sentChunk struct {
	dataChunk
	message *message
	sends   int
	// reported: a Gap Ack Block of the peer covers it; kept: one that promises to keep it.
	reported, kept bool
}

// sentData judges a chunk with user data.
func (m *monitor) sentData(u *user, c wire.Chunk) {
	d, err := parseData(c)
	if err != nil {
		u.fail(RuleContent, "a malformed chunk: %v", err)
		return
	}
	if !m.started {
		m.started, m.cum, m.last = true, d.tsn.Add(-1), d.tsn.Add(-1)
	}
	if !m.last.Less(d.tsn) {
		m.sentAgain(u, &d)
		return
	}
	m.takePhantoms(u, func() bool { return m.last.Add(1).Less(d.tsn) })
	if d.tsn != m.last.Add(1) {
		u.fail(RuleNumbers, "TSN %d follows TSN %d", d.tsn, m.last)
		return
	}
	m.last = d.tsn
	if m.reconfigs.resetting(d.key.stream) {
		u.fail(RuleReset, "TSN %d is new on stream %d, which is being reset", d.tsn, d.key.stream)
	}
	msg, err := m.numbers.count(&d, u.messageOf)
	if d.begin && msg != nil {
		msg.sentAt, msg.sentAfter = u.w.now, u.w.result.Packets
	}
	if err != nil {
		u.fail(RuleNumbers, "TSN %d: %v", d.tsn, err)
		return
	}
	m.chunks[d.tsn] = &sentChunk{dataChunk: d, message: msg, sends: 1}
	msg.sends = max(msg.sends, 1)
}

// sentAgain judges a retransmission.
func (m *monitor) sentAgain(u *user, d *dataChunk) {
	u.w.result.Repeated++
	was := m.chunks[d.tsn]
	if was == nil {
		was = m.done[d.tsn]
	}
	if was == nil {
		return
	}
	was.sends++
	was.message.sends = max(was.message.sends, was.sends)
	if was.message.givenUp {
		u.fail(RuleGivenUp, "TSN %d is sent again, though its message was given up", d.tsn)
	}
	if was.sum != d.sum || was.interleaved != d.interleaved {
		u.fail(RuleRepeat, "TSN %d was %+v and is now %+v", d.tsn, was.dataChunk, *d)
	}
}

// messageOf returns the message that a PPID stands for, nil if u has sent none such.
func (u *user) messageOf(ppid uint32) *message {
	f := u.talk.flow(u.side, ppid>>numberBits)
	if f == nil {
		return nil
	}
	return f.sent(int(ppid & (maxMessages - 1)))
}

// numberKey is what has SSNs or MIDs of its own.
type numberKey struct {
	stream    uint16
	unordered bool
}

// numbering checks that SSNs, MIDs and FSNs count without a gap, and that messages are cut as RFC 9260 section 6.9 and RFC 8260 section
// 2.2.2 say: DATA chunks of a message have consecutive TSNs, of I-DATA there is one message under way in each stream.
type numbering struct {
	next map[numberKey]uint32
	open map[int]*openMessage // by stream, or of DATA the only one
	gone map[numbered]bool    // those of messages that were given up
}

// numbered is a message by its number.
type numbered struct {
	key    numberKey
	number uint32
}

// openMessage is one whose last fragment was not sent yet.
type openMessage struct {
	message *message
	last    dataChunk
}

func newNumbering() numbering {
	return numbering{next: make(map[numberKey]uint32), open: make(map[int]*openMessage), gone: make(map[numbered]bool)}
}

// count takes the next chunk, which is sent for the first time, and returns its message.
func (n *numbering) count(d *dataChunk, messageOf func(ppid uint32) *message) (*message, error) {
	place := -1
	if d.interleaved {
		place = int(d.key.stream)
	}
	under := n.open[place]
	if !d.begin {
		if under == nil || under.last.key != d.key || under.last.number != d.number {
			return nil, fmt.Errorf("%+v goes on with a message that is not under way", *d)
		}
		if d.interleaved && d.fragment != under.last.fragment+1 || !d.interleaved && d.ppid != under.last.ppid {
			return nil, fmt.Errorf("%+v follows %+v", *d, under.last)
		}
		under.last = *d
		if d.end {
			delete(n.open, place)
		}
		return under.message, nil
	}
	message := messageOf(d.ppid)
	switch {
	case message == nil:
		return nil, fmt.Errorf("PPID %#x stands for no message", d.ppid)
	case message.stream != d.key.stream || message.unordered != d.key.unordered:
		return nil, fmt.Errorf("a message of stream %d (unordered %v) is sent as %+v", message.stream, message.unordered, *d)
	case under != nil && !under.message.returned:
		return nil, fmt.Errorf("%+v begins before the end of %+v", *d, under.last)
	}
	message.number, message.started = d.number, true
	delete(n.open, place)
	if !d.end {
		n.open[place] = &openMessage{message, *d}
	}
	return message, n.begin(d)
}

// begin checks the number of a message.
func (n *numbering) begin(d *dataChunk) error {
	if d.key.unordered && !d.interleaved {
		return nil // RFC 9260 section 6.6: the SSN has no meaning
	}
	want := n.next[d.key]
	n.next[d.key] = want + 1
	if !d.interleaved {
		want = uint32(uint16(want))
	}
	if d.number != want {
		return fmt.Errorf("message %d of %+v, the next is %d", d.number, d.key, want)
	}
	return nil
}

// reset makes streams begin with 0 again; none stands for all of them.
func (n *numbering) reset(streams []uint16) {
	if len(streams) == 0 {
		clear(n.next)
	}
	for _, s := range streams {
		delete(n.next, numberKey{s, false})
		delete(n.next, numberKey{s, true})
	}
}
