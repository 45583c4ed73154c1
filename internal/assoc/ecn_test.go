package assoc

import (
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

var plain = Carrier{ECN: true}

// ecn makes both ends capable of ECN.
func ecn(t *testing.T, options ...option) *testAssoc {
	t.Helper()
	return established(t, append([]option{over(plain), peerHas(ECN)}, options...)...)
}

func ecne(tsn int) chunk {
	return chunkFunc(func(ta *testAssoc, b []byte) []byte { return wire.AppendECNE(b, ta.localTSN.Add(tsn)) })
}

func cwr(tsn int) chunk {
	return chunkFunc(func(ta *testAssoc, b []byte) []byte { return wire.AppendCWR(b, ta.peerTSN.Add(tsn)) })
}

// wantECN checks the ECN field of a packet.
func wantECN(t *testing.T, why string, p sentPacket, want transport.ECN) {
	t.Helper()
	if p.ecn != want {
		t.Errorf("%s: ECN field %d, want %d", why, p.ecn, want)
	}
}

// RFC 4960 appendix A: both ends have to say that they are capable, and the carrier has to know the field.
func TestECNTakesBothEndsAndTheCarrier(t *testing.T) {
	for _, test := range []struct {
		name    string
		options []option
		want    transport.ECN
	}{
		{"both", []option{over(plain), peerHas(ECN)}, transport.ECT0},
		{"the peer has none", []option{over(plain)}, transport.NotECT},
		{"disabled", []option{over(plain), peerHas(ECN), with(func(c *Config) { c.Disable = ECN })}, transport.NotECT},
		{"the carrier hides the field", []option{peerHas(ECN)}, transport.NotECT},
	} {
		ta := established(t, test.options...)
		ta.send(100)
		wantECN(t, test.name, ta.want("DATA", "DATA 0"), test.want)
		ta.recvMarked(data(0))
		if test.want == transport.ECT0 {
			ta.wantEchoed(test.name+": the mark is echoed", "ECNE 0", "SACK 0")
		} else {
			ta.want(test.name+": the mark means nothing", "SACK 0")
		}
	}
}

// RFC 3168 sections 6.1.4 to 6.1.6: what is ECN-capable.
func TestOnlyNewDataIsECNCapable(t *testing.T) {
	ta := newTestAssoc(t, activeSide, over(plain), peerHas(ECN))
	wantECN(t, "INIT", ta.want("INIT", "INIT"), transport.NotECT)
	ta.send(50)
	ta.recv(initAck())
	wantECN(t, "DATA with COOKIE ECHO, before ECN is in use", ta.want("cookie", "COOKIE-ECHO", "DATA 0"), transport.NotECT)
	ta.recv(cookieAck(), sack(0))
	ta.recv(data(0))
	wantECN(t, "SACK", ta.want("SACK", "SACK 0"), transport.NotECT)
	ta.send(100)
	wantECN(t, "new DATA", ta.want("DATA", "DATA 1"), transport.ECT0)
	ta.advanceToTimer()
	wantECN(t, "a retransmission", ta.want("T3-rtx", "DATA 1"), transport.NotECT)
	ta.recv(sack(1).withRwnd(0))
	ta.send(100)
	ta.wantIdle("the window is closed")
	ta.advanceToTimer()
	wantECN(t, "a zero window probe", ta.want("probe", "DATA 2"), transport.NotECT)
}

// A packet that is in part a retransmission is none that may be marked.
func TestRetransmissionWithNewDataIsNotECNCapable(t *testing.T) {
	ta := ecn(t)
	for range 5 {
		ta.send(100)
	}
	ta.forget()
	ta.recv(sack(-1, 1, 1))
	ta.recv(sack(-1, 1, 2))
	if err := ta.a.Send(ta.now, &Message{Data: make([]byte, 100)}); err != nil {
		t.Fatal(err)
	}
	ta.recv(sack(-1, 1, 3))
	wantECN(t, "both in one packet", ta.want("fast retransmit and new data", "DATA 0", "DATA 5"), transport.NotECT)
}

// wantEchoed wants a packet with ECNE and nothing behind it, which usrsctp would not see, and then one with the rest.
func (ta *testAssoc) wantEchoed(reason, ecne string, rest ...string) {
	ta.t.Helper()
	ta.want(reason, ecne)
	ta.want(reason, rest...)
}

// RFC 4960 appendix A with RFC 3168 section 6.1.3: ECNE is repeated until CWR, and names the lowest TSN of the packet.
func TestMarkIsEchoedUntilCWR(t *testing.T) {
	ta := ecn(t)
	ta.recv(data(0))
	ta.want("the first DATA", "SACK 0")
	ta.recv(data(1))
	ta.wantIdle("the SACK is delayed")
	ta.recvMarked(data(3), data(2), data(4))
	ta.wantEchoed("a mark is reported at once, with the lowest TSN of its packet", "ECNE 2", "SACK 4")
	ta.recv(data(5))
	ta.wantIdle("a mark that was reported delays as usual")
	ta.recv(data(6))
	ta.wantEchoed("with the next SACK again", "ECNE 2", "SACK 6")
	ta.recvMarked(data(7))
	ta.recv(data(8))
	ta.wantEchoed("a later mark takes its place", "ECNE 7", "SACK 8")
	ta.recv(cwr(2), data(9))
	ta.recv(data(10))
	ta.wantEchoed("CWR for the earlier one says nothing about it", "ECNE 7", "SACK 10")
	ta.recv(cwr(7), data(11))
	ta.recv(data(12))
	ta.want("CWR ends it", "SACK 12")
	ta.recv(cwr(7), cwr(100))
	ta.wantIdle("CWR that nobody waits for")
	if n := ta.a.Status().Stats.MarksReceived; n != 2 {
		t.Errorf("%d marks were counted, want 2", n)
	}
}

// What is skipped was not in the packet, and a mark that names an old TSN would be taken for one that was answered.
func TestMarkDoesNotNameWhatIsSkipped(t *testing.T) {
	ta := established(t, over(plain), peerHas(ECN|PartialReliability))
	ta.recv(data(0))
	ta.forget()
	ta.recvMarked(forwardTSN(1), data(3))
	ta.wantEchoed("the TSN of the DATA", "ECNE 3", "SACK 1 gaps=3-3 dups= rwnd=1048044")
	ta.recv(cwr(3))
	ta.recvMarked(forwardTSN(2))
	ta.want("a mark on nothing but FORWARD TSN says nothing", "SACK 3")
}

// Data that came before counts as well: that its packet was marked says the same of the way.
func TestMarkOfADuplicateIsEchoed(t *testing.T) {
	ta := ecn(t)
	ta.recv(data(0))
	ta.forget()
	ta.recvMarked(data(0))
	ta.wantEchoed("", "ECNE 0", "SACK 0 gaps= dups=0")
}

func TestMarkWithoutDataIsIgnored(t *testing.T) {
	ta := ecn(t)
	ta.recvMarked(heartbeat("x"), sack(-1))
	ta.want("the answer alone", "HEARTBEAT-ACK")
	if n := ta.a.Status().Stats.MarksReceived; n != 0 {
		t.Errorf("%d marks were counted", n)
	}
}

// In SHUTDOWN-SENT the SACK that goes with SHUTDOWN takes ECNE along.
func TestMarkInShutdownSent(t *testing.T) {
	ta := ecn(t)
	ta.a.Shutdown(ta.now)
	ta.settle()
	ta.want("", "SHUTDOWN -1")
	ta.recvMarked(data(0))
	ta.wantEchoed("DATA is answered", "ECNE 0", "SACK 0", "SHUTDOWN 0")
}

// wantReductions checks how often a mark has reduced the window of the first path.
func (ta *testAssoc) wantReductions(why string, want uint64) {
	ta.t.Helper()
	if got := ta.a.Status().Stats.MarksAnswered; got != want {
		ta.t.Errorf("%s: the window was reduced %d times, want %d", why, got, want)
	}
}

// RFC 3168 section 6.1.2: once for each window of data, and CWR says so every time that ECNE asks.
func TestECNEReducesTheWindowOnce(t *testing.T) {
	ta := ecn(t)
	for range 4 {
		ta.send(100)
	}
	ta.forget()
	ta.recv(ecne(1), sack(1))
	ta.want("CWR at once, though there is nothing to go with it", "CWR 1")
	ta.wantReductions("a mark", 1)
	if p := ta.a.Status().Paths[0]; p.Ssthresh != 4*(testMTU-12) || p.Cwnd > p.Ssthresh {
		t.Errorf("cwnd %d, ssthresh %d after a mark", p.Cwnd, p.Ssthresh)
	}
	ta.recv(ecne(1), sack(2))
	ta.want("the CWR was lost", "CWR 1")
	ta.recv(ecne(3), sack(3))
	ta.want("another mark in the same window", "CWR 3")
	ta.wantReductions("a window of data", 1)
	ta.send(100)
	ta.forget()
	ta.recv(ecne(4), sack(4))
	ta.want("a mark in the next window", "CWR 4")
	ta.wantReductions("two windows of data", 2)
}

func TestCWRGoesWithData(t *testing.T) {
	ta := ecn(t)
	ta.send(100)
	ta.forget()
	if err := ta.a.Send(ta.now, &Message{Data: make([]byte, 100)}); err != nil {
		t.Fatal(err)
	}
	ta.recv(ecne(0), sack(0))
	ta.want("", "CWR 0", "DATA 1")
}

// Several ECNEs in one batch are answered by one CWR, for the latest.
func TestOneCWRForABatch(t *testing.T) {
	ta := ecn(t)
	for range 3 {
		ta.send(100)
	}
	ta.forget()
	for _, tsn := range []int{2, 0, 1} {
		ta.deliver(localTag, transport.Path{Local: local1, Remote: peer1}, ecne(tsn))
	}
	ta.settle()
	ta.want("", "CWR 2")
	ta.wantIdle("one is enough")
	ta.wantReductions("one window", 1)
}

// Old news: what an ECNE of the past says has had its effect; one of the future is nonsense.
func TestECNEOfThePastAndTheFuture(t *testing.T) {
	ta := ecn(t)
	for range 3 {
		ta.send(100)
	}
	ta.forget()
	ta.recv(ecne(3))
	ta.recv(ecne(1 << 30))
	ta.wantIdle("TSNs that were never sent")
	ta.wantReductions("never sent", 0)
	ta.recv(ecne(2), sack(2))
	ta.want("", "CWR 2")
	for i := range 3 {
		ta.send(100)
		ta.forget()
		ta.recv(ecne(i), sack(3+i))
		ta.want("an old one is answered, since its sender waits", "CWR")
	}
	ta.wantReductions("old ones", 1)
}

// RFC 3168 section 6.1.2: losses and marks of one window of data count once.
func TestLossAndMarkInOneWindowReduceOnce(t *testing.T) {
	fly := func() *testAssoc {
		ta := ecn(t)
		for range 5 {
			ta.send(100)
		}
		ta.forget()
		return ta
	}
	lose := func(ta *testAssoc) {
		for i := 1; i <= 3; i++ {
			ta.recv(sack(-1, 1, i))
		}
	}
	ta := fly()
	ta.recv(ecne(0))
	ta.want("", "CWR 0")
	before := ta.a.Status().Paths[0].Ssthresh
	ta.a.paths[0].CC.Resize(500) // ssthresh of another loss would be seen
	lose(ta)
	ta.want("the lost chunk is sent again", "DATA 0")
	if got := ta.a.Status().Paths[0].Ssthresh; got != before {
		t.Errorf("a loss after the mark changed ssthresh from %d to %d", before, got)
	}

	ta = fly()
	lose(ta)
	ta.want("", "DATA 0")
	ta.recv(ecne(4))
	ta.want("the mark is answered", "CWR 4")
	ta.wantReductions("a mark after the loss", 0)

	ta = fly()
	ta.advanceToTimer()
	ta.forget()
	ta.recv(ecne(4))
	ta.want("the mark is answered", "CWR 4")
	ta.wantReductions("a mark after a time-out", 0)
	if got := ta.a.Status().Paths[0].Cwnd; got != testMTU-12 {
		t.Errorf("cwnd %d after a time-out and a mark, want one packet", got)
	}
}

// The window that a mark reduces is that of the path which the packet took.
func TestMarkIsOfItsPath(t *testing.T) {
	ta := ecn(t, multiHomed(peer1, peer2))
	ta.sendMessage(Message{Data: make([]byte, 100), Path: peer2})
	ta.wantTo(peer2, "the user's choice", "DATA 0")
	ta.send(100)
	ta.wantTo(peer1, "the primary path", "DATA 1")
	ta.recv(ecne(0))
	ta.want("", "CWR 0")
	for _, p := range ta.a.Status().Paths {
		if reduced := p.Ssthresh < 1<<20; reduced != (p.Path.Remote == peer2) {
			t.Errorf("the window of %v was reduced: %v", p.Path.Remote, reduced)
		}
	}
	ta.recv(ecne(1))
	ta.want("", "CWR 1")
	ta.wantReductions("a mark on each path", 2)
}

// Who restarts knows of no marks.
func TestARestartForgetsMarks(t *testing.T) {
	ta := ecn(t)
	ta.recvMarked(data(0))
	ta.send(100)
	ta.recv(ecne(0))
	ta.forget()
	ta.restart()
	ta.want("the new incarnation's cookie is good", "COOKIE-ACK")
	ta.recv(data(0))
	ta.want("no ECNE", "SACK 0")
	if got := ta.a.paths[0].Reduction; got != (path.Reduction{}) {
		t.Errorf("the window is still reduced: %+v", got)
	}
}

func TestMalformedECNChunksEndTheAssociation(t *testing.T) {
	for _, c := range []wire.ChunkType{wire.ChunkECNE, wire.ChunkCWR} {
		for _, n := range []int{0, 3, 5} {
			ta := ecn(t)
			ta.recv(rawChunk(c, 0, make([]byte, n)...))
			ta.want(c.String()+" of a wrong length", "ABORT Protocol Violation")
		}
	}
}

// Before the association is up, and while it shuts down, ECNE is as meaningless as SACK.
func TestECNEInOtherStates(t *testing.T) {
	ta := ecn(t)
	ta.send(100)
	ta.want("", "DATA 0")
	ta.recv(shutdown(0))
	ta.want("everything is acknowledged", "SHUTDOWN-ACK")
	ta.recv(ecne(0))
	ta.wantIdle("SHUTDOWN-ACK-SENT")
	ta.advance(time.Millisecond)
	ta.wantReductions("in SHUTDOWN-ACK-SENT", 0)
}
