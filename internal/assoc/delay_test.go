package assoc

import (
	"fmt"
	"testing"

	"github.com/gosctp/sctp/internal/sched"
	"github.com/gosctp/sctp/internal/wire"
)

// crowd is a sender with messages without end on several streams, whose carrier takes a packet at a time, and a peer that reads all.
type crowd struct {
	*pair
	t *testing.T
	// endless are the streams with messages without end: 1 and those after it. Stream 0 has the message that is in a hurry.
	endless int
	part    []byte
}

func newCrowd(t *testing.T, endless int, s sched.Scheduler, interleave bool) *crowd {
	p := newPair(t, func(c *Config) {
		c.OutStreams, c.SendBuffer, c.RecvBuffer, c.SACKDelay = 200, 16<<20, 16<<20, -1
		if interleave {
			c.FragmentInterleave = 2
		}
	})
	c := &crowd{pair: p, t: t, endless: endless, part: make([]byte, 16<<10)}
	p.ends[0].SetScheduler(s)
	for id := range endless + 1 {
		if err := p.ends[0].SetStreamValue(uint16(id), uint16(min(id, 1))); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// feed keeps all streams but stream 0 busy.
func (c *crowd) feed() {
	a := c.ends[0]
	for id := 1; id <= c.endless; id++ {
		if a.SendSpace() < 8<<20 && a.send.queue.HasData(uint16(id)) {
			return
		}
		m := Message{Stream: uint16(id), Partial: true, Data: c.part}
		if err := a.Send(c.now, &m); err != nil {
			c.t.Fatal(err)
		}
	}
}

// packet carries one packet, and all answers to it. It reports whether the packet had something of stream 0.
func (c *crowd) packet() (urgent bool) {
	a, z := c.ends[0], c.ends[1]
	c.feed()
	if !a.NextPacket(c.now, c.buf, &c.d) {
		c.t.Fatal("nothing was sent")
	}
	for rest := c.d.Data[wire.HeaderLen:]; len(rest) > 0; {
		chunk, more, err := wire.NextChunk(rest)
		if err != nil {
			c.t.Fatal(err)
		}
		switch chunk.Type {
		case wire.ChunkData:
			d, _ := wire.ParseData(chunk)
			urgent = urgent || d.StreamID == 0
		case wire.ChunkIData:
			d, _ := wire.ParseIData(chunk)
			urgent = urgent || d.StreamID == 0
		}
		rest = more
	}
	c.deliver(0)
	for ok := true; ok; {
		_, _, ok = z.Receive(c.now, c.scratch)
	}
	for z.NextPacket(c.now, c.buf, &c.d) {
		c.deliver(1)
	}
	c.now++
	return urgent
}

func (c *crowd) deliver(from int) {
	to := c.ends[1-from]
	c.d.Path.Local, c.d.Path.Remote = c.d.Path.Remote, addrOf[from]
	to.Deliver(c.now, &c.d)
	c.drain(to)
	c.drain(c.ends[from])
}

// worst is the largest number of packets that leave between a message of 64 bytes on stream 0 and that message.
func (c *crowd) worst(limit int) (worst int) {
	for trial := range 60 {
		for range 100 + trial%(c.endless+1) {
			c.packet()
		}
		m := Message{Data: c.part[:64]}
		if err := c.ends[0].Send(c.now, &m); err != nil {
			c.t.Fatal(err)
		}
		n := 0
		for !c.packet() {
			if n++; n == limit {
				return n
			}
		}
		worst = max(worst, n)
	}
	return worst
}

// A message of 64 bytes waits for one packet of each stream with an endless message at most, and for none if it is more urgent; without
// interleaving, or first come, first served, it waits for the end (RFC 8260 section 1.1).
func TestEndlessMessagesDelayAnotherByAPacketEach(t *testing.T) {
	const never = 2000
	for _, test := range []struct {
		name      string
		scheduler func() sched.Scheduler
		worst     func(streams int) int
	}{
		{"FCFS", sched.FCFS, func(int) int { return never }},
		{"RoundRobin", sched.RoundRobin, func(n int) int { return n }},
		{"RoundRobinPacket", sched.RoundRobinPacket, func(n int) int { return n }},
		{"Priority", sched.Priority, func(int) int { return 0 }},
		{"FairCapacity", sched.FairCapacity, func(n int) int { return n }},
		{"WeightedFair", sched.WeightedFair, func(n int) int { return n }},
	} {
		for _, streams := range []int{1, 4, 50} {
			t.Run(fmt.Sprintf("%s/%d", test.name, streams), func(t *testing.T) {
				got := newCrowd(t, streams, test.scheduler(), true).worst(never)
				if want := test.worst(streams); got > want || want == never && got < never {
					t.Errorf("%d packets left first, want at most %d", got, want)
				}
				t.Logf("%d packets", got)
			})
		}
	}
	if got := newCrowd(t, 1, sched.Priority(), false).worst(never); got < never {
		t.Errorf("without interleaving %d packets left first, want it to wait for the end", got)
	}
}
