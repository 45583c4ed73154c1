package assoc

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/rx"
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// Section 5.1.4, and 5.2.7 H5: this side asks, and goes on with the TSNs that the peer gives it.
func TestResetOfTheAssociation(t *testing.T) {
	ta := reconfigurable(t)
	ta.sendOn(1)
	ta.recv(data(0).on(1, 0))
	ta.forget()
	ta.resetAssociation()
	ta.sendOn(1)
	ta.wantIdle("C2: with a chunk outstanding the request waits, and what is new too")
	ta.recv(sack(0))
	ta.want("the request", "SACK 0", "RE-CONFIG TSN 0")
	ta.events = nil
	ta.recv(reconfig(responseTSNs(0, ta.peerTSN+1, ta.localTSN+5000)))
	ta.want("H5: the TSN that the peer wants, SSN 0, and the peer's TSNs acknowledged", "SACK 0", "DATA 5000 BE sid=1 ssn=0")
	ta.wantEvent("the user is told", "assoc-reset #1")
	ta.recv(data(1).on(1, 0))
	ta.recv(data(2).on(1, 1))
	ta.want("the peer's streams begin again too", "SACK 2")
	ta.recv(sack(0), sack(-3))
	ta.wantState("acknowledgements from before are no violation", StateEstablished)
	ta.recv(sack(5000))
	ta.wantEvent("the new TSN is acknowledged", "dry")
}

// What has arrived is acknowledged while both sides know what the numbers mean, by each copy of the request: the one before may be lost.
func TestResetOfTheAssociationAcknowledgesBefore(t *testing.T) {
	ta := reconfigurable(t)
	ta.recv(data(0).on(1, 0))
	ta.want("the first DATA", "SACK 0")
	ta.recv(data(1).on(1, 1))
	ta.wantIdle("the SACK is delayed")
	ta.resetAssociation()
	ta.want("the SACK, then the request", "SACK 1", "RE-CONFIG TSN 0")
	ta.wantIdle("acknowledged once")
	ta.advance(time.Second)
	ta.want("the request again", "SACK 1", "RE-CONFIG TSN 0")
}

func TestResetOfTheAssociationTellsTheNewTSNs(t *testing.T) {
	ta := begun(t, peerHas(Reconfiguration))
	ta.resetAssociation()
	ta.deliver(localTag, way1, reconfig(responseTSNs(0, ta.peerTSN+1, 77)))
	e, _ := ta.a.NextEvent()
	if r, ok := e.(AssocReset); !ok || r.LocalTSN != 77 || r.PeerTSN != uint32(ta.peerTSN+1) || r.Request != 1 {
		t.Errorf("got %+v", e)
	}
}

func TestResetOfTheAssociationThatIsRefused(t *testing.T) {
	for result, event := range map[wire.ReconfigResult]string{
		wire.ReconfigDenied:            "assoc-reset #1 denied",
		wire.ReconfigNothingToDo:       "assoc-reset #1 failed (Success - Nothing to do)",
		wire.ReconfigAlreadyInProgress: "assoc-reset #1 failed (Error - Request already in progress)",
	} {
		ta := reconfigurable(t)
		ta.resetAssociation()
		ta.want("the request", "RE-CONFIG TSN 0")
		ta.sendOn(1)
		ta.wantIdle("nothing is sent meanwhile")
		ta.recv(reconfig(response(0, result)))
		ta.want("all goes on as it was", "DATA 0 BE sid=1 ssn=0")
		ta.wantEvent(result.String(), event)
	}
}

// Without the TSNs nobody knows what the next one means.
func TestAnswerWithoutTSNsEndsTheAssociation(t *testing.T) {
	ta := reconfigurable(t)
	ta.resetAssociation()
	ta.want("the request", "RE-CONFIG TSN 0")
	ta.recv(reconfig(response(0, wire.ReconfigPerformed)))
	ta.want("a violation", "ABORT Protocol Violation")
	ta.wantState("a violation", StateClosed)
}

// Section 5.1.4: one request in 30 s, so that no old TSN is left in the network.
func TestAssociationIsResetOnceInThirtySeconds(t *testing.T) {
	ta := reconfigurable(t)
	ta.resetAssociation()
	if err := resetAll(ta); !errors.Is(err, ErrReconfigBusy) {
		t.Errorf("while one is under way: %v", err)
	}
	ta.recv(reconfig(response(0, wire.ReconfigDenied)))
	ta.advance(30*time.Second - time.Millisecond)
	if err := resetAll(ta); !errors.Is(err, ErrReconfigTooSoon) {
		t.Errorf("after less than 30 s: %v", err)
	}
	ta.advance(time.Millisecond)
	if err := resetAll(ta); err != nil {
		t.Errorf("after 30 s: %v", err)
	}
}

// A message of which a part was sent is finished first: its rest could not follow with other TSNs.
func TestResetOfTheAssociationFinishesMessages(t *testing.T) {
	ta := reconfigurable(t)
	if err := ta.a.Send(ta.now, &Message{Data: make([]byte, 10*fragment)}); err != nil {
		t.Fatal(err)
	}
	ta.settle()
	ta.sendOn(1)
	first := len(ta.forget())
	ta.resetAssociation()
	for tsn := first - 1; tsn < 9; tsn += len(ta.forget()) {
		ta.recv(sack(tsn))
	}
	ta.recv(sack(9))
	ta.want("now", "RE-CONFIG TSN 0")
	ta.recv(reconfig(responseTSNs(0, ta.peerTSN, ta.localTSN+10)))
	ta.want("the message that had not begun comes after it", "SACK -1", "DATA 10 BE sid=1 ssn=0")
}

// Section 5.2.4: the peer asks.
func TestPeersResetOfTheAssociation(t *testing.T) {
	ta := reconfigurable(t)
	ta.recv(data(0).on(1, 0))
	ta.sendOn(1)
	ta.recv(sack(0))
	ta.forget()
	ta.events = nil
	ta.recv(reconfig(tsnReset(0)))
	// G1, G2: the peer goes on 2^31 TSNs later, this side does not move.
	ta.want("the answer comes before the SACK that it explains", "RE-CONFIG RESP 0 performed next=1,2147483649", "SACK")
	ta.wantEvent("the user is told", "assoc-reset #0")
	ta.peerTSN += 1 + 1<<31
	ta.sendOn(1)
	p := ta.want("G5: SSN 0, and the answer again, as the first may be lost", "RE-CONFIG RESP", "DATA 1 BE sid=1 ssn=0")
	if got := ta.text(p.chunks[0]); !beginsWith(got, "RE-CONFIG RESP 2147483647 performed") {
		t.Errorf("the answer is repeated as %q", got)
	}
	ta.recv(data(0).on(1, 0).carrying("again"))
	ta.wantIdle("the peer uses its new TSNs, so it has the answer")
	ta.sendOn(1)
	ta.want("from then on it is left out", "SACK 0", "DATA 2 BE sid=1 ssn=1")
	ta.receive(100)
	if text, _, _ := ta.receive(100); text != "again" {
		t.Errorf("read %q", text)
	}
}

// usrsctp as the asker counts as acknowledged what is before the Sender's Next TSN: what it sends then must lie behind that, out of reach of what
// it has sent before, and as near to G1's half of the number space as that allows.
func TestNewTSNsOfThePeerAreNotBeforeOwnOnes(t *testing.T) {
	const eighth = 1 << 29
	for _, c := range []struct {
		name string
		own  seq.TSN // this side's next TSN, after the peer's
		want seq.TSN // the peer's new one, likewise
	}{
		{"half, which is the own TSN", 4 * eighth, 4 * eighth},
		{"half, as the own TSN is long before", 1 * eighth, 4 * eighth},
		{"half, with room for all that may be in flight", rx.MaxGapTSNs + 1, 4 * eighth},
		{"no room", rx.MaxGapTSNs, 3 * eighth},
		{"three eighths", 0, 3 * eighth},
		{"the own TSN is just behind half", 4*eighth + 1, 5 * eighth},
		{"five eighths", 5 * eighth, 5 * eighth},
		{"six eighths", 6 * eighth, 6 * eighth},
		{"two eighths", 7 * eighth, 2 * eighth},
		{"the own TSN is just before those of the peer", 1<<32 - 1, 3 * eighth},
		{"two eighths, just so", 6*eighth + rx.MaxGapTSNs + 1, 2 * eighth},
		{"an eighth", 6*eighth + rx.MaxGapTSNs, 1 * eighth},
	} {
		ta := reconfigurable(t)
		ta.a.send.start(ta.a.receive.tsns.CumTSN() + 1 + c.own)
		if got := ta.a.newPeerTSN() - ta.a.receive.tsns.CumTSN() - 1; got != c.want {
			t.Errorf("%s: %d eighths and %d", c.name, got/eighth, got%eighth)
		}
	}
}

func TestAnswerIsRepeatedUntilDataAreAcknowledged(t *testing.T) {
	ta := reconfigurable(t)
	ta.recv(reconfig(tsnReset(0)))
	ta.want("the answer", "RE-CONFIG RESP 0 performed", "SACK")
	ta.sendOn(1)
	ta.want("with data", "RE-CONFIG RESP 0 performed", "DATA 0 BE sid=1 ssn=0")
	ta.advance(time.Second)
	ta.want("with data sent again", "RE-CONFIG RESP 0 performed", "DATA 0 BEI sid=1 ssn=0")
	ta.advance(time.Minute)
	ta.forget()
	ta.recv(heartbeat("x"))
	ta.want("with anything else", "HEARTBEAT-ACK", "RE-CONFIG RESP 0 performed")
	ta.recv(sack(0))
	ta.sendOn(1)
	ta.want("until something from after the reset is acknowledged", "DATA 1 BE sid=1 ssn=1")
}

// A packet that has no room for the answer has none for what it explains.
func TestNothingIsSentWithoutTheRepeatedAnswer(t *testing.T) {
	ta := reconfigurable(t)
	ta.recv(reconfig(tsnReset(0)))
	ta.forget()
	const left = 20 // for a DATA chunk with a byte, but not for the answer
	const second = testMTU - wire.HeaderLen - left - (8 + 1000) - 8
	ta.deliver(localTag, way1, heartbeat(strings.Repeat("x", 1000)))
	ta.deliver(localTag, way1, heartbeat(strings.Repeat("x", second)))
	ta.sendMessage(Message{Stream: 1, Data: []byte("x")})
	if p := ta.want("no room", "HEARTBEAT-ACK", "HEARTBEAT-ACK"); p.size != testMTU-left {
		t.Errorf("%d bytes are left", testMTU-p.size)
	}
	ta.want("another packet", "RE-CONFIG RESP 0 performed", "DATA 0")
}

// What the peer gave up before the reset says nothing about the streams after it.
func TestForwardTSNFromBeforeTheReset(t *testing.T) {
	ta := reconfigurable(t, peerHas(Reconfiguration|PartialReliability))
	ta.recv(data(0).on(1, 0))
	ta.recv(data(1).on(1, 1))
	late := forwardTSN(1, 1, 4)
	ta.recv(late)
	ta.receive(100)
	ta.receive(100)
	ta.forget()
	ta.recv(reconfig(tsnReset(0)))
	ta.want("the answer", "RE-CONFIG RESP 0 performed", "SACK")
	ta.recv(late)
	if ta.a.reconfig.peer.repeat == nil {
		t.Error("taken for something new")
	}
	ta.forget()
	ta.peerTSN += 2 + 1<<31
	ta.recv(data(0).on(1, 0))
	if _, info, ok := ta.a.Peek(); !ok || info.SSN != 0 || info.Stream != 1 {
		t.Errorf("the stream goes on with %+v, %v", info, ok)
	}
}

// The repetition needs room: full packets are a little less full.
func TestRepeatedAnswerLeavesRoomForData(t *testing.T) {
	ta := reconfigurable(t)
	ta.recv(reconfig(tsnReset(0)))
	ta.forget()
	ta.send(2 * fragment)
	ta.want("the first", "RE-CONFIG RESP 0 performed", "DATA 0 B sid=0 ssn=0 len=1428")
	ta.want("the second", "RE-CONFIG RESP 0 performed", "DATA 1 middle sid=0 ssn=0 len=1428")
	ta.want("the rest", "RE-CONFIG RESP 0 performed", "DATA 2 E sid=0")
}

// What is outstanding is delivered first: to count it as acknowledged, as G3 has it, would lose it.
func TestPeersResetOfTheAssociationWaitsForData(t *testing.T) {
	ta := reconfigurable(t)
	ta.sendOn(1)
	ta.want("DATA", "DATA 0")
	ta.recv(reconfig(tsnReset(0)))
	ta.want("a chunk is outstanding: no answer, as usrsctp would take In progress for the last word", "SACK -1")
	ta.recv(reconfig(tsnReset(0)))
	ta.want("but to a request that comes again", "RE-CONFIG RESP 0 in-progress", "SACK -1")
	ta.sendOn(1)
	ta.wantIdle("nothing new begins")
	ta.resetOut(2)
	ta.wantIdle("nor does a request")
	ta.recv(sack(0))
	p := ta.want("all of it", "RE-CONFIG RESP 0 performed", "SACK", "DATA 1 BE sid=1 ssn=0")
	if got, want := ta.text(p.chunks[0]), "RE-CONFIG RESP 0 performed next=1,2147483648 | OUT 0 answers=0 last=0 streams=2"; got != want {
		t.Errorf("the request goes along as %q, want %q", got, want)
	}
}

// Both sides at once: each would wait for the other.
func TestResetsOfTheAssociationThatMeet(t *testing.T) {
	ta := reconfigurable(t)
	ta.resetAssociation()
	ta.want("this side's request", "RE-CONFIG TSN 0")
	ta.recv(reconfig(tsnReset(0)))
	ta.want("the peer's is refused", "RE-CONFIG RESP 0 already-in-progress", "SACK -1")
}

// The answer may be lost, and a peer that sends new data all the same contradicts what its streams had before.
func TestDataThatOvertakeTheAnswer(t *testing.T) {
	ta := reconfigurable(t)
	ta.recv(data(0).on(1, 0))
	ta.recv(data(1).on(1, 1))
	ta.forget()
	ta.resetAssociation()
	ta.want("the request", "SACK 1", "RE-CONFIG TSN 0")
	ta.recv(data(2).on(1, 0))
	ta.want("the number was used before: the chunk is not taken", "SACK 1")
	ta.wantState("it is no violation", StateEstablished)
	ta.recv(data(2).on(2, 0))
	ta.wantIdle("a stream that was not used before")
	ta.recv(reconfig(responseTSNs(0, ta.peerTSN+2, 5)))
	ta.want("what has arrived is not asked for again", "SACK 2")
}

// With partial reliability a number of the past would count as received, as that of a message which was given up.
func TestDataThatOvertakeTheAnswerAreNotGivenUp(t *testing.T) {
	for _, e := range []Extensions{Reconfiguration | PartialReliability, Reconfiguration | PartialReliability | Interleaving} {
		ta := reconfigurable(t, peerHas(e), with(func(c *Config) { c.FragmentInterleave = 2 }))
		message := func(tsn, number int) chunk {
			if e.Has(Interleaving) {
				return idata(tsn).fragment(1, number, 0, wire.FlagBegin|wire.FlagEnd)
			}
			return data(tsn).on(1, number)
		}
		ta.recv(message(0, 0))
		ta.recv(message(1, 1))
		ta.forget()
		ta.resetAssociation()
		ta.want("the request", "SACK 1", "RE-CONFIG TSN 0")
		ta.recv(message(2, 0))
		ta.want("not taken", "SACK 1")
		ta.recv(reconfig(responseTSNs(0, ta.peerTSN+2, 5)))
		ta.want("the answer", "SACK 1")
		ta.recv(message(2, 0))
		ta.recv(message(3, 1))
		ta.want("now it counts", "SACK 3")
		for range 3 {
			if _, eor, ok := ta.receive(100); !eor || !ok {
				t.Errorf("%v: a message is lost", e)
			}
		}
	}
}

// The peer's request waits behind this side's own and the other way round, without an end to either.
func TestRenumberingAndOtherRequests(t *testing.T) {
	ta := reconfigurable(t)
	ta.resetOut(1)
	ta.want("this side's request", "RE-CONFIG OUT 0")
	ta.recv(reconfig(tsnReset(0)))
	ta.want("one after the other", "SACK -1")
	ta.recv(reconfig(response(0, wire.ReconfigPerformed)))
	ta.want("its turn", "RE-CONFIG RESP 0 performed", "SACK")

	ta = reconfigurable(t)
	ta.sendOn(1)
	ta.sendOn(2)
	ta.want("DATA", "DATA 0")
	ta.want("DATA", "DATA 1")
	ta.resetAssociation()
	ta.sendOn(1)
	ta.recv(reconfig(inReset(0, 1)))
	ta.want("what the peer waits for comes first, with what is in front of it", "RE-CONFIG RESP 0 in-progress", "SACK -1", "DATA 2 BEI sid=1 ssn=1")
	ta.recv(sack(2))
	ta.want("the induced request", "RE-CONFIG OUT 0 answers=0 last=2 streams=1")
	ta.recv(reconfig(response(0, wire.ReconfigPerformed)))
	ta.want("then the own one", "RE-CONFIG TSN 1")
}

// A reset of the association includes what is deferred.
func TestRenumberingPerformsADeferredReset(t *testing.T) {
	ta := begun(t, peerHas(Reconfiguration))
	ta.resetAssociation()
	ta.want("the request", "SACK 0", "RE-CONFIG TSN 0")
	ta.recv(reconfig(outReset(0, -1, 5, 1)))
	ta.want("deferred", "RE-CONFIG RESP 0 in-progress", "SACK 0")
	ta.recv(reconfig(responseTSNs(0, ta.peerTSN+6, 5)))
	ta.want("the data are given up", "RE-CONFIG RESP 0 performed", "SACK 5")
}

func TestResetOfTheAssociationCutsAPartialDelivery(t *testing.T) {
	ta := reconfigurable(t, with(func(c *Config) { c.PartialDeliveryPoint = 10 }))
	ta.recv(data(0).withFlags(wire.FlagBegin).ofSize(100))
	ta.receive(1000)
	ta.forget()
	ta.resetAssociation()
	ta.want("the request", "SACK 0", "RE-CONFIG TSN 0")
	ta.recv(reconfig(responseTSNs(0, ta.peerTSN+9, 5)))
	ta.wantEvent("the rest will not come", "partial-delivery-aborted sid=0")
	ta.wantEvent("the reset", "assoc-reset #1")
}
