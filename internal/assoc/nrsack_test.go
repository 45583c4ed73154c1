package assoc

import (
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/wire"
)

// keeping makes both ends use NR-SACK, which has to be asked for.
func keeping(t *testing.T, options ...option) *testAssoc {
	t.Helper()
	enable := with(func(c *Config) { c.Enable = NRSack })
	return established(t, append([]option{enable, peerHas(NRSack)}, options...)...)
}

// nrSack is an NR-SACK of the peer: gaps may be taken back, kept may not. Both are pairs of TSNs, first and last.
func nrSack(cum int, gaps, kept []int) chunk {
	return chunkFunc(func(ta *testAssoc, b []byte) []byte {
		blocks := func(list []int) (out []wire.GapBlock) {
			for i := 0; i < len(list); i += 2 {
				out = append(out, wire.GapBlock{Start: uint16(list[i] - cum), End: uint16(list[i+1] - cum)})
			}
			return out
		}
		return wire.AppendNRSack(b, ta.localTSN.Add(cum), 1<<20, blocks(gaps), blocks(kept), nil)
	})
}

// draft-natarajan-tsvwg-sctp-nrsack section 3: both have to announce it.
func TestNRSackTakesBothEnds(t *testing.T) {
	ta := keeping(t)
	ta.recv(data(0))
	ta.want("instead of SACK", "NR-SACK 0 gaps= kept= dups=0")
	ta = established(t, peerHas(NRSack))
	ta.recv(data(0))
	ta.want("we did not", "SACK 0")
	ta = established(t, with(func(c *Config) { c.Enable = NRSack }))
	ta.recv(data(0))
	ta.want("the peer did not", "SACK 0")
}

// Section 6.1 case 3: this side keeps everything.
func TestAllBlocksAreNonRenegable(t *testing.T) {
	ta := keeping(t)
	ta.recv(data(0))
	ta.forget()
	ta.recv(data(2), data(3), data(3))
	ta.want("", "NR-SACK 0 gaps= kept=2-3 dups=1")
	ta.recv(data(5))
	ta.want("", "NR-SACK 0 gaps= kept=2-3,5-5 dups=0")
	ta.recv(data(1))
	ta.want("", "NR-SACK 3 gaps= kept=5-5 dups=0")
}

// Section 6.1: as many blocks as fit into a packet.
func TestNRSackFitsIntoAPacket(t *testing.T) {
	ta := keeping(t)
	ta.recv(data(0))
	for i := range 500 {
		ta.deliver(localTag, ta.a.paths[0].Addr, data(2+2*i).ofSize(1))
	}
	ta.settle()
	var last sentPacket
	for _, p := range ta.forget() {
		last = p
		if p.size > testMTU {
			t.Errorf("a packet of %d bytes", p.size)
		}
	}
	s, err := wire.ParseNRSack(last.chunks[0])
	if err != nil || s.NRGaps.Len() != (testMTU-wire.HeaderLen-wire.NRSackHeaderLen)/4 {
		t.Errorf("%d blocks, %v", s.NRGaps.Len(), err)
	}
}

// Section 6.2: what the peer keeps needs no room in the send buffer, and is not sent again.
func TestWhatThePeerKeepsIsForgotten(t *testing.T) {
	ta := keeping(t, with(func(c *Config) { c.SendBuffer = 1000 }))
	for range 4 {
		ta.send(200)
	}
	ta.forget()
	ta.recv(nrSack(-1, []int{1, 1}, []int{2, 3}))
	if got := ta.a.SendSpace(); got != 600 {
		t.Errorf("send space %d, want 600: two messages of 200 bytes are held", got)
	}
	ta.advanceToTimer()
	ta.want("T3-rtx repeats what is missing alone", "DATA 0")
	ta.recv(nrSack(-1, nil, nil))
	ta.advanceToTimer()
	ta.want("and what was taken back, but nothing that was kept", "DATA 0", "DATA 1")
	ta.events = nil // of the time-outs
	ta.recv(nrSack(3, nil, nil))
	ta.wantEvent("the path works", "198.51.100.1 available")
	ta.wantEvent("everything has arrived", "dry")
	if got := ta.a.SendSpace(); got != 1000 {
		t.Errorf("send space %d at the end", got)
	}
}

// Missing reports count with either kind of block (RFC 9260 section 7.2.4).
func TestNRSackReportsMisses(t *testing.T) {
	ta := keeping(t)
	for range 6 {
		ta.send(100)
	}
	ta.forget()
	ta.recv(nrSack(-1, nil, []int{1, 1}))
	ta.recv(nrSack(-1, []int{2, 2}, []int{1, 1}))
	ta.wantIdle("two reports may be reordering")
	ta.recv(nrSack(-1, []int{2, 2}, []int{1, 1, 3, 3}))
	ta.want("fast retransmit", "DATA 0")
	ta.wantIdle("nothing else is missing")
}

// A message that the peer keeps is not given back when the association ends.
func TestKeptMessagesAreNoFailures(t *testing.T) {
	ta := keeping(t)
	ta.send(100)
	ta.send(200)
	ta.forget()
	ta.recv(nrSack(-1, nil, []int{1, 1}))
	ta.recv(abortChunk(0))
	ta.wantEvent("the one that may not have arrived", "send-failed sent=true len=100")
	ta.wantEvent("then the end", "lost")
	ta.wantNoEvent("the other one arrived")
}

func TestSackWhereNRSackIsExpected(t *testing.T) {
	ta := keeping(t)
	ta.send(100)
	ta.want("", "DATA 0")
	ta.recv(sack(0))
	ta.wantEvent("a SACK counts all the same", "dry")
}

func TestNRSackOfBadLengthEndsTheAssociation(t *testing.T) {
	for _, n := range []int{0, 4, 15, 17, 20} {
		ta := keeping(t)
		ta.recv(rawChunk(wire.ChunkNRSack, 0, make([]byte, n)...))
		ta.want("a wrong length", "ABORT Protocol Violation")
	}
	ta := keeping(t)
	ta.recv(nrSack(5, nil, nil))
	ta.want("a TSN never sent", "ABORT Protocol Violation")
}

func TestNRSackInOtherStates(t *testing.T) {
	ta := keeping(t)
	ta.a.Shutdown(ta.now)
	ta.settle()
	ta.want("", "SHUTDOWN")
	ta.recv(nrSack(-1, nil, nil))
	ta.wantIdle("discarded, as SACK is (RFC 9260 section 6)")
	ta.advance(time.Millisecond)
	ta.wantState("", StateShutdownSent)
}

func TestGapBlocksAreCounted(t *testing.T) {
	ta := flying(t, 6)
	ta.recv(sack(-1, 1, 2, 4, 4))
	if n := ta.a.Stats().GapsReceived; n != 2 {
		t.Errorf("%d Gap Ack Blocks, want 2", n)
	}
}
