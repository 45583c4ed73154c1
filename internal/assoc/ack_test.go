package assoc

import (
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/wire"
)

// RFC 9260 section 6.2: an acknowledgement for every second packet, within 200 ms.
func TestEverySecondPacketIsAcknowledged(t *testing.T) {
	ta := begun(t)
	ta.recv(data(1))
	ta.wantIdle("the first of two waits")
	ta.recv(data(2), data(3))
	ta.want("packets count, not chunks", "SACK 3 gaps= dups=")
	ta.recv(data(4))
	ta.wantIdle("the count begins anew")
	if d := ta.advanceToTimer(); d != 200*time.Millisecond {
		t.Errorf("the acknowledgement came after %v, want SACK.Delay", d)
	}
	ta.want("the delay ends", "SACK 4 gaps= dups=")
}

func TestSackFrequencyAndDelayAreConfigurable(t *testing.T) {
	ta := begun(t, with(func(c *Config) { c.SACKFrequency, c.SACKDelay = 3, 50*time.Millisecond }))
	ta.recv(data(1))
	ta.recv(data(2))
	ta.wantIdle("three packets share a SACK")
	ta.recv(data(3))
	ta.want("the third", "SACK 3")
	ta.recv(data(4))
	if d := ta.advanceToTimer(); d != 50*time.Millisecond {
		t.Errorf("SACK after %v", d)
	}
	ta = begun(t, with(func(c *Config) { c.SACKDelay = -1 }))
	ta.recv(data(1))
	ta.want("no delay at all", "SACK 1")
}

func TestGapsAreReportedAtOnceUntilTheyClose(t *testing.T) {
	ta := begun(t)
	ta.recv(data(2))
	ta.want("a gap", "SACK 0 gaps=2-2 dups=")
	ta.recv(data(4))
	ta.want("another one", "SACK 0 gaps=2-2,4-4 dups=")
	ta.recv(data(5))
	ta.want("packets after a gap are acknowledged at once (section 6.7)", "SACK 0 gaps=2-2,4-5 dups=")
	ta.recv(data(1))
	ta.want("the first gap is closed", "SACK 2 gaps=4-5 dups=")
	ta.recv(data(3))
	ta.want("all gaps are closed", "SACK 5 gaps= dups=")
	ta.recv(data(6))
	ta.wantIdle("back to delayed acknowledgement")
}

func TestDuplicatesAreReportedAtOnce(t *testing.T) {
	ta := begun(t)
	ta.recv(data(0))
	ta.want("a duplicate (section 6.2)", "SACK 0 gaps= dups=0")
	ta.recv(data(1), data(1), data(0))
	ta.want("each time it came", "SACK 1 gaps= dups=1,0")
	ta.recv(data(2))
	ta.recv(data(3))
	ta.want("once", "SACK 3 gaps= dups=")
	for want := range 4 {
		if text, _, ok := ta.receive(100); text != "0123456789" || !ok {
			t.Errorf("message %d: %q, %v", want, text, ok)
		}
	}
	if _, _, ok := ta.receive(100); ok {
		t.Error("a duplicate was delivered")
	}
}

func TestImmediateBitOfThePeerIsHonoured(t *testing.T) {
	ta := begun(t)
	ta.recv(data(1).withFlags(wire.FlagBegin | wire.FlagEnd | wire.FlagImmediate))
	ta.want("the I bit (section 6.2)", "SACK 1")
}

func TestSackGoesToWhereDataCameFrom(t *testing.T) {
	ta := established(t, multiHomed(peer1, peer2))
	ta.recvFrom(peer2, data(0))
	ta.wantTo(peer2, "section 6.4", "SACK 0")
	ta.recvFrom(peer2, data(0))
	ta.wantTo(peer2, "a duplicate, from the same source", "SACK 0 gaps= dups=0")
	ta.wantTo(peer1, "the first SACK may have been lost on its way (section 6.4)", "SACK 0 gaps= dups=")
	ta.wantIdle("nothing more")
}

func TestInvalidStreamIsReportedAndAcknowledged(t *testing.T) {
	ta := begun(t, with(func(c *Config) { c.MaxInStreams = 5 }))
	ta.recv(data(1).on(5, 0))
	ta.want("ERROR comes before SACK (section 6.5)", "ERROR Invalid Stream Identifier")
	ta.recv(data(2).on(4, 0))
	ta.want("the chunk counts as received", "SACK 2 gaps= dups=")
	ta.receive(100)
	if text, _, _ := ta.receive(100); text != "0123456789" {
		t.Errorf("stream 4 gave %q", text)
	}
}

// RFC 9260 section 5.1.1: the smaller of what one side asks for and the other allows.
func TestStreamsThatThePeerDidNotAskForAreInvalid(t *testing.T) {
	ta := begun(t)
	ta.recv(data(1).on(9, 0))
	ta.recv(data(2).on(10, 0))
	ta.want("the peer asked for ten", "ERROR Invalid Stream Identifier", "SACK 2 gaps= dups=")
}

func TestDataWithoutUserDataAborts(t *testing.T) {
	ta := begun(t)
	ta.recv(data(1).carrying(""))
	p := ta.want("section 6.2", "ABORT No User Data")
	cause, _, _ := wire.NextCause(p.chunks[0].Value)
	if tsn, err := wire.ParseNoUserData(cause); err != nil || tsn != ta.peerTSN.Add(1) {
		t.Errorf("the cause names TSN %d, %v", tsn, err)
	}
	ta.wantEvent("it is over", "lost (aborted by this side: No User Data)")
}

func TestContradictionsAbort(t *testing.T) {
	tests := map[string][]chunk{
		"a message that begins inside another": {data(1).withFlags(wire.FlagBegin), data(2).withFlags(wire.FlagBegin)},
		"a fragment without beginning":         {data(1).withFlags(wire.FlagEnd)},
		"two messages with one SSN":            {data(2).on(1, 3), data(3).on(1, 3)},
		"a SACK with wrong length":             {rawChunk(wire.ChunkSack, 0, 1, 2, 3)},
		"a DATA chunk that is too short":       {rawChunk(wire.ChunkData, 3, 1, 2, 3)},
		"a HEARTBEAT without info":             {rawChunk(wire.ChunkHeartbeat, 0)},
		"a SHUTDOWN without TSN":               {rawChunk(wire.ChunkShutdown, 0)},
		"a chunk longer than its packet": {heartbeat("x"), chunkFunc(func(_ *testAssoc, b []byte) []byte {
			return append(b, 3, 0, 0, 200)
		})},
	}
	for name, chunks := range tests {
		t.Run(name, func(t *testing.T) {
			ta := begun(t)
			ta.recv(chunks...)
			ta.want("section 3.3.10.13", "ABORT Protocol Violation")
			ta.wantState("it is over", StateClosed)
		})
	}
}

// The window that is advertised is what the buffer has left, and opens in steps of a quarter (RFC 9260 section 6.2).
func TestWindowClosesAndOpensByQuarters(t *testing.T) {
	ta := begun(t, with(func(c *Config) { c.RecvBuffer = 20000 }))
	ta.receive(100)
	tsn := 1
	for ta.a.Status().LocalRwnd > 0 {
		ta.recv(data(tsn).ofSize(1000))
		tsn++
	}
	ta.forget()
	ta.advance(time.Second)
	ta.forget()
	ta.recv(data(tsn))
	if p := ta.want("DATA into a closed window is not acknowledged (section 6.2)", "SACK"); !strings.Contains(ta.text(p.chunks[0]), "rwnd=0") {
		t.Errorf("%s, want a closed window", ta.text(p.chunks[0]))
	}
	reads := 0
	for len(ta.sent) == 0 {
		if _, _, ok := ta.receive(2000); !ok {
			t.Fatal("everything is read and the window still closed")
		}
		reads++
	}
	if reads < 4 || reads > 6 {
		t.Errorf("the window was announced after %d kB, want a quarter of 20 kB", reads)
	}
	ta.want("a window update", "SACK")
	ta.recv(data(tsn))
	ta.recv(data(tsn + 1))
	ta.want("and it is true", "SACK")
}

// The peer may wait with the rest of a message that fills what a reader has left of the window, and there is nothing more to read.
func TestAPeerThatWaitsHearsOfALittleRoom(t *testing.T) {
	ta := begun(t, with(func(c *Config) { c.RecvBuffer, c.PartialDeliveryPoint = 20000, 1<<20 }))
	ta.receive(100)
	ta.recv(data(1).ofSize(1000))
	ta.recv(data(2).ofSize(1000).withFlags(wire.FlagBegin))
	for tsn := 3; ta.a.Status().LocalRwnd > 1000; tsn++ {
		ta.recv(data(tsn).on(0, 2).ofSize(1000).withFlags(0))
	}
	ta.advance(time.Second)
	ta.forget()
	if _, eor, ok := ta.receive(2000); !ok || !eor {
		t.Fatal("the message before cannot be read")
	}
	ta.want("a window update, of much less than a quarter", "SACK")
	ta.wantIdle("that is all")
}

func TestPartialDeliveryThroughATinyBuffer(t *testing.T) {
	ta := begun(t, with(func(c *Config) { c.PartialDeliveryPoint = 10 }))
	ta.receive(100)
	ta.recv(data(1).withFlags(wire.FlagBegin).carrying("hello, world"))
	var got string
	read := func() (eor bool) {
		for {
			text, eor, ok := ta.receive(5)
			got += text
			if eor || !ok {
				return eor
			}
		}
	}
	if read() || got != "hello, world" {
		t.Fatalf("read %q before the message was complete", got)
	}
	ta.recv(data(2).on(0, 1).withFlags(wire.FlagEnd).carrying("; goodbye"))
	if !read() || got != "hello, world; goodbye" {
		t.Errorf("read %q", got)
	}
}
