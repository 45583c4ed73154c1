package assoc

import (
	"fmt"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// RFC 3758 section 3.5, notes to F2: not with every SACK, but a round trip later, or when there is more to skip.
func TestForwardTSNIsNotRepeatedWithEverySack(t *testing.T) {
	ta := unreliable(t)
	ta.send(100)
	ta.forget()
	ta.advance(100 * time.Millisecond)
	ta.recv(sack(0)) // the round trip is measured
	ta.sendMessage(limited(100, 0))
	for range 4 {
		ta.send(100)
	}
	ta.sendMessage(limited(100, 0))
	for range 4 {
		ta.send(100)
	}
	ta.forget()
	for i := 2; i <= 4; i++ {
		ta.recv(sack(0, 2, i))
	}
	ta.want("the first is lost", "FORWARD-TSN 1 0:1")
	ta.advance(ta.a.Status().Paths[0].SRTT - 1)
	ta.recv(sack(0, 2, 5))
	ta.wantIdle("the FORWARD TSN is under way")
	ta.advance(1)
	ta.recv(sack(0, 2, 5))
	ta.want("it seems to be lost", "FORWARD-TSN 1 0:1")
	ta.recv(sack(5, 7, 7))
	ta.recv(sack(5, 7, 8))
	ta.recv(sack(5, 7, 9))
	ta.want("there is more to skip", "FORWARD-TSN 6 0:6")
}

// What is given up message by message, perhaps with every Send, is told once in a round trip, and not later than after 200 ms (section 3.5
// F3).
func TestForwardTSNsAreNotSentOneByOne(t *testing.T) {
	for _, rtt := range []time.Duration{80 * time.Millisecond, 8 * time.Second} {
		ta := unreliable(t, with(func(c *Config) { c.SendBuffer, c.RTOMin = 1000, time.Minute }))
		ta.send(100)
		ta.forget()
		ta.advance(rtt)
		ta.recv(sack(0))
		srtt := ta.a.Status().Paths[0].SRTT
		pause := min(srtt, maxForwardDelay)
		if (srtt > pause) != (rtt == 8*time.Second) {
			t.Fatalf("SRTT is %v", srtt)
		}
		for range 10 {
			ta.sendMessage(ranked(100, 5))
		}
		ta.forget()
		ta.sendMessage(ranked(100, 1))
		ta.want("the first at once", "FORWARD-TSN 1 0:1", "DATA 11")
		ta.advance(pause / 2)
		for tsn := range 3 {
			ta.sendMessage(ranked(100, 1))
			ta.want("others wait", fmt.Sprintf("DATA %d", 12+tsn))
		}
		if d := ta.advanceToTimer(); d != pause-pause/2 {
			t.Errorf("they waited %v longer, want %v", d, pause-pause/2)
		}
		ta.want("together", "FORWARD-TSN 4 0:4")
	}
}

// RFC 8260 section 2.3.1.
func TestIForwardTSN(t *testing.T) {
	ta := unreliable(t, peerHas(PartialReliability|Interleaving), with(func(c *Config) { c.FragmentInterleave = 2 }))
	for _, m := range []Message{limited(100, 0), limited(100, 0), limited(100, 0)} {
		m.Unordered = len(ta.sent) == 1
		ta.sendMessage(m)
	}
	ta.forget()
	ta.advanceToTimer()
	ta.want("unordered messages are named too", "I-FORWARD-TSN 2 0:1 0:0U")
	ta.recv(sack(2))
	ta.sendMessage(Message{Data: make([]byte, 10)})
	ta.want("MIDs go on", "I-DATA 3 BEI sid=0 mid=2")
}

// Another path carries a FORWARD TSN whose path failed.
func TestForwardTSNGoesToAnotherAddress(t *testing.T) {
	ta := unreliable(t, multiHomed(peer1, peer2), with(func(c *Config) { c.PFMaxRetrans = 0 }))
	ta.sendMessage(limited(100, 0))
	ta.wantTo(peer1, "to the primary", "DATA 0")
	ta.advanceToTimer()
	ta.wantTo(peer2, "T3-rtx has shown that the primary may have failed", "FORWARD-TSN 0 0:0")
	ta.advanceToTimer()
	ta.wantTo(peer1, "and so may the other", "FORWARD-TSN 0 0:0")
	ta.recv(sack(0))
	if p := ta.a.Status().Paths[0]; p.Errors != 0 {
		t.Errorf("%d errors of the path that was answered", p.Errors)
	}
}

// A FORWARD TSN that goes with something else, or again, takes its timer along.
func TestForwardTSNTakesItsTimerAlong(t *testing.T) {
	ta := unreliable(t, multiHomed(peer1, peer2))
	ta.sendMessage(limited(100, 0))
	for range 4 {
		ta.send(100)
	}
	ta.forget()
	for i := 1; i <= 4; i++ {
		ta.recv(sack(-1, 1, i))
	}
	ta.wantTo(peer1, "fast retransmit: there is no doubt about the path", "FORWARD-TSN 0 0:0")
	ta.advance(time.Millisecond)
	ta.recv(sack(-1, 1, 4))
	ta.wantTo(peer1, "a round trip later again", "FORWARD-TSN 0 0:0")
	if ta.a.paths[0].T3.IsZero() || ta.a.send.outstanding.Flight(0) != 0 {
		t.Errorf("nothing is in flight but the FORWARD TSN, and T3-rtx has to run")
	}
	if err := ta.a.SetPrimary(ta.now, peer2); err != nil {
		t.Fatal(err)
	}
	ta.advance(time.Millisecond)
	ta.recv(sack(-1, 1, 4))
	ta.wantTo(peer2, "and again, to the new primary", "FORWARD-TSN 0 0:0")
	if !ta.a.paths[0].T3.IsZero() || ta.a.paths[1].T3.IsZero() {
		t.Errorf("T3-rtx runs on the wrong path")
	}
	ta.recv(sack(4))
	if !ta.a.NextDeadline().IsZero() {
		t.Errorf("a timer runs for nothing")
	}
}

// The time-out that repeats a FORWARD TSN may give up more. That it is to be sent again is not forgotten then: nothing else would (section 3.5 A5).
func TestForwardTSNIsRepeatedWhenMoreIsGivenUp(t *testing.T) {
	ta := unreliable(t, multiHomed(peer1, peer2), with(func(c *Config) { c.PFMaxRetrans = 0 }))
	ta.sendMessage(limited(100, 0))
	ta.send(100)
	ta.sendMessage(limited(100, 1))
	ta.forget()
	ta.advanceToTimer()
	ta.wantTo(peer2, "the first is given up", "FORWARD-TSN 0 0:0", "DATA 1 BE", "DATA 2 BE")
	ta.advanceToTimer()
	ta.wantTo(peer1, "and so is the last", "FORWARD-TSN 0 0:0", "DATA 1 BEI")
	ta.recv(sack(-1, 1, 1))
	ta.advanceToTimer()
	ta.wantTo(peer2, "the reliable one has arrived, the first is in the way", "FORWARD-TSN 0 0:0")
	ta.recv(sack(1))
	ta.want("now the last", "FORWARD-TSN 2 0:2")
}

// A list that does not fit into a packet is sent in parts (RFC 3758 section 3.5 C4).
func TestLongListOfSkippedStreams(t *testing.T) {
	const streams, mtu = 200, 600
	ta := newTestAssoc(t, activeSide, peerHas(PartialReliability), with(func(c *Config) { c.OutStreams, c.MaxBurst = streams, 1000 }))
	ta.recv(initAck(func(in *wire.Init) { in.InStreams = 65535 }))
	ta.recv(cookieAck())
	ta.forget()
	for s := range streams {
		m := limited(1, 0)
		m.Stream = uint16(s)
		ta.sendMessage(m)
		ta.forget()
	}
	ta.mtu = mtu
	ta.setMTUs()
	ta.advanceToTimer()
	skipped := 0
	for acked := -1; acked < streams-1; {
		sent := ta.forget()
		if len(sent) != 1 {
			t.Fatalf("%d packets after TSN %d", len(sent), acked)
		}
		f, err := wire.ParseForwardTSN(sent[0].chunks[0])
		if err != nil || sent[0].size > mtu {
			t.Fatalf("%d bytes, %v", sent[0].size, err)
		}
		skipped += f.Streams.Len()
		acked = f.NewCumTSN.Diff(ta.localTSN)
		ta.recv(sack(acked))
	}
	if skipped != streams {
		t.Errorf("%d streams were named, want each once", skipped)
	}
}

// A FORWARD TSN goes with what else there is to send (F2).
func TestForwardTSNIsBundled(t *testing.T) {
	ta := unreliable(t)
	ta.sendMessage(limited(100, 0))
	ta.forget()
	ta.deliver(ta.a.LocalTag(), transport.Path{Local: local1, Remote: peer1}, data(0))
	ta.now = ta.a.NextDeadline()
	ta.a.Expire(ta.now)
	m := Message{Data: make([]byte, 10)}
	if err := ta.a.Send(ta.now, &m); err != nil {
		t.Fatal(err)
	}
	ta.settle()
	ta.want("a SACK and a message", "FORWARD-TSN 0 0:0", "SACK 0", "DATA 1")
}
