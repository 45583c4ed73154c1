package assoc

import (
	"testing"

	"github.com/gosctp/sctp/internal/wire"
)

func TestSmallMessagesShareAPacket(t *testing.T) {
	ta := established(t)
	for range 3 {
		if err := ta.a.Send(ta.now, &Message{Data: make([]byte, 100)}); err != nil {
			t.Fatal(err)
		}
	}
	ta.settle()
	ta.want("bundling (section 6.10)", "DATA 0 BE", "DATA 1 BE", "DATA 2 BE")
}

func TestLongMessagesAreCutAtTheAMDCS(t *testing.T) {
	ta := established(t)
	ta.send(2*fragment + 1)
	for i, want := range []string{"DATA 0 B sid=0 ssn=0", "DATA 1 middle sid=0 ssn=0", "DATA 2 E sid=0 ssn=0 len=1"} {
		p := ta.want("fragments have consecutive TSNs and one SSN (section 6.9)", want)
		if i < 2 && p.size != testMTU {
			t.Errorf("fragment %d makes a packet of %d bytes, want %d", i, p.size, testMTU)
		}
	}
}

func TestMaxSegBoundsTheFragments(t *testing.T) {
	ta := established(t, with(func(c *Config) { c.MaxSeg = 500 }))
	ta.send(1200)
	ta.want("fragments of 500 bytes, bundled as they fit", "DATA 0 B sid=0 ssn=0 len=500", "DATA 1 middle sid=0 ssn=0 len=500",
		"DATA 2 E sid=0 ssn=0 len=200")
}

func TestDisableFragmentsRefusesWhatDoesNotFit(t *testing.T) {
	ta := established(t, with(func(c *Config) { c.DisableFragments = true }))
	ta.send(fragment)
	ta.want("a full packet", "DATA 0 BE")
	if err := ta.a.Send(ta.now, &Message{Data: make([]byte, fragment+1)}); err == nil {
		t.Error("a message that needs two packets was taken")
	}
}

// A chunk that fills a packet leaves no room for the SACK that would like to go along; it may not wait for the delay to end.
func TestFullChunkDoesNotWaitForADelayedSack(t *testing.T) {
	ta := begun(t)
	ta.recv(data(1))
	ta.wantIdle("the acknowledgement is delayed")
	ta.send(fragment)
	ta.want("DATA leaves at once, without SACK", "DATA 0 BE")
	ta.recv(data(2))
	ta.want("the SACK comes with the second packet", "SACK 2")
}

func TestSackGoesEarlyWithData(t *testing.T) {
	ta := begun(t)
	ta.recv(data(1))
	ta.wantIdle("the acknowledgement is delayed")
	ta.send(100)
	ta.want("DATA takes the SACK along (section 6.1)", "SACK 1", "DATA 0 BE")
	ta.recv(data(2))
	ta.wantIdle("and the count of packets begins anew")
}

// Chunks in flight keep their size; IP has to fragment them when they are sent again (RFC 9260 section 7.3).
func TestChunksTooLargeForANewPMTUMayBeFragmented(t *testing.T) {
	ta := established(t)
	ta.send(fragment)
	if p := ta.want("a full packet", "DATA 0"); p.mayFragment {
		t.Error("a packet of the path MTU needs no fragmentation by IP")
	}
	ta.a.SetMTU(ta.now, peer1, 1000)
	ta.mtu = 1000
	ta.advanceToTimer()
	if p := ta.want("the chunk goes again, whole", "DATA 0 BEI"); !p.mayFragment {
		t.Error("the packet is larger than the path MTU and has DF set")
	}
	ta.recv(sack(0))
	ta.send(2000)
	if p := ta.want("new chunks are cut for the new path MTU", "DATA 1 B"); p.size > 1000 {
		t.Errorf("a packet of %d bytes", p.size)
	}
}

func TestErrorsLeaveThoughThePathMTUIsSmall(t *testing.T) {
	ta := established(t, with(func(c *Config) { c.MaxPMTU = 556 }))
	unknown := rawChunk(0xfe, 0, make([]byte, MaxErrorBytes/4)...)
	ta.recv(unknown, unknown, unknown)
	p := ta.want("a packet larger than the path MTU is better than none", "ERROR Unrecognized Chunk Type Unrecognized Chunk Type Unrecognized Chunk Type")
	if !p.mayFragment {
		t.Error("IP may not fragment it")
	}
	ta.send(10)
	ta.want("life goes on", "DATA 0")
}

func TestNagleHoldsSmallMessagesButNeverForADelayedSack(t *testing.T) {
	ta := established(t, with(func(c *Config) { c.Nagle = true }))
	ta.send(10)
	ta.want("nothing is in flight; the I bit asks for a prompt SACK, which others wait for", "DATA 0 BEI")
	ta.send(10)
	ta.send(10)
	ta.wantIdle("small messages wait while data is in flight (section 6.1)")
	ta.recv(sack(0))
	ta.want("they share a packet, of which the last one has the I bit", "DATA 1 BE", "DATA 2 BEI")
	ta.send(fragment)
	ta.want("a full packet does not wait", "DATA 3 BEI")
	ta.sendMessage(Message{Data: []byte("now"), Immediate: true})
	ta.want("nor does a message that the user wants acknowledged", "DATA 4 BEI")
	ta.send(fragment + 10)
	ta.want("nor does a large message", "DATA 5 BI")
	ta.want("with its rest", "DATA 6 EI")
}

func TestMoreToComeIsWaitedFor(t *testing.T) {
	ta := established(t)
	more := func(n int) Message { return Message{Data: make([]byte, n), More: true} }
	ta.sendMessage(more(10))
	ta.wantIdle("the user said that there is more to come")
	ta.send(10)
	ta.want("it came, and they share a packet", "DATA 0 BE", "DATA 1 BE")
	ta.sendMessage(more(fragment))
	ta.want("a full packet does not wait", "DATA 2 BE")
	ta.sendMessage(more(10))
	ta.a.Shutdown(ta.now)
	ta.settle()
	ta.want("nothing comes after this", "DATA 3 BEI")
}

func TestImmediateBit(t *testing.T) {
	ta := established(t)
	ta.sendMessage(Message{Data: make([]byte, fragment+1), Immediate: true})
	ta.want("not on the first fragment", "DATA 0 B")
	ta.want("on the last one (RFC 9260 section 3.3.1)", "DATA 1 EI")
	ta.recv(sack(1))
	ta.send(10)
	ta.want("not unasked", "DATA 2 BE")
	ta.recv(sack(2))
	if err := ta.a.Send(ta.now, &Message{Data: []byte("last")}); err != nil {
		t.Fatal(err)
	}
	ta.a.Shutdown(ta.now)
	ta.settle()
	ta.want("before SHUTDOWN (section 6.1)", "DATA 3 BEI")
}

// What is in flight fills the send buffer: the user waits for the SACK, and the peer would delay it for want of a second packet.
func TestAFullSendBufferAsksForAPromptSACK(t *testing.T) {
	ta := established(t, with(func(c *Config) { c.SendBuffer = 2000 }))
	ta.send(900)
	ta.want("there is room for more", "DATA 0 BE")
	ta.send(900)
	if p := ta.want("nothing more can be queued", "DATA 1 BEI"); len(p.chunks) != 1 {
		t.Errorf("%d chunks", len(p.chunks))
	}
}

func TestMessagesKeepTheirPropertiesOnTheWire(t *testing.T) {
	ta := established(t)
	ta.sendMessage(Message{Stream: 3, PPID: 0x01020304, Unordered: true, Data: []byte("abc")})
	d, err := wire.ParseData(ta.want("unordered on stream 3", "DATA 0 BEU sid=3").chunks[0])
	if err != nil || d.PPID != 0x01020304 || string(d.UserData) != "abc" {
		t.Errorf("DATA with PPID %#x, %q, %v", d.PPID, d.UserData, err)
	}
	ta.sendMessage(Message{Stream: 3, Data: []byte("x")})
	ta.want("unordered messages take no SSN (section 6.6)", "DATA 1 BE sid=3 ssn=0")
	ta.sendMessage(Message{Stream: 3, Data: []byte("x")})
	ta.want("ordered ones count", "DATA 2 BE sid=3 ssn=1")
}

func TestFragmentsOfAnUnorderedMessage(t *testing.T) {
	ta := established(t)
	ta.sendMessage(Message{Stream: 2, PPID: 46, Unordered: true, Data: make([]byte, 2*fragment+1)})
	for _, want := range []string{"DATA 0 BU sid=2", "DATA 1 U sid=2", "DATA 2 EU sid=2"} {
		d, err := wire.ParseData(ta.want("each has the U bit (section 3.3.1)", want).chunks[0])
		if err != nil || d.PPID != 46 {
			t.Errorf("%s with PPID %d, %v: each fragment has it", want, d.PPID, err)
		}
	}
}

// RFC 9260 section 7.3: a path MTU for each destination, and fragments that the smallest of them takes.
func TestFragmentsFitTheSmallestPath(t *testing.T) {
	ta := dual(t, nil)
	ta.a.SetMTU(ta.now, peer2, 1000)
	if s := ta.a.Status(); s.Paths[0].PMTU != testMTU || s.Paths[1].PMTU != 1000 {
		t.Errorf("path MTUs %d and %d", s.Paths[0].PMTU, s.Paths[1].PMTU)
	}
	ta.send(3000)
	for _, p := range ta.forget() {
		for _, c := range p.chunks {
			if n := len(c.Raw); n > 1000-wire.HeaderLen {
				t.Errorf("a chunk of %d bytes, which the other path does not take", n)
			}
		}
	}
}
