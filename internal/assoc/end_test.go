package assoc

import (
	"testing"

	"github.com/gosctp/sctp/internal/wire"
)

func TestNothingOfACutMessageIsReadAfterTheEnd(t *testing.T) {
	ta := begun(t, with(func(c *Config) { c.PartialDeliveryPoint = 10 }))
	ta.receive(100)
	ta.recv(
		data(1).on(1, 0).withFlags(wire.FlagBegin).carrying("twenty bytes of text"),
		data(3).on(2, 0).carrying("whole"),
	)
	if text, eor, ok := ta.receive(6); text != "twenty" || eor || !ok {
		t.Fatalf("partial delivery begins: got %q, %v, %v", text, eor, ok)
	}
	ta.a.Abort(ta.now, nil)
	ta.settle()
	ta.wantEvent("the rest of the message will not come (RFC 6458 section 6.1.7)", "partial-delivery-aborted sid=1")
	ta.wantEvent("the association is over", "lost")
	if text, eor, ok := ta.receive(100); text != "whole" || !eor || !ok {
		t.Errorf("what came whole stays readable: got %q, %v, %v", text, eor, ok)
	}
	if text, _, ok := ta.receive(100); ok {
		t.Errorf("%q is left of a message whose user was told that nothing more comes", text)
	}
}

// A peer that sends messages in pieces may shut down before the last one.
func TestMessageThatItsSenderLeftUnfinishedIsCutByShutdown(t *testing.T) {
	ta := begun(t, with(func(c *Config) { c.PartialDeliveryPoint = 10 }))
	ta.receive(100)
	ta.recv(data(1).on(1, 0).withFlags(wire.FlagBegin).carrying("twenty bytes of text"))
	if text, eor, ok := ta.receive(6); text != "twenty" || eor || !ok {
		t.Fatalf("partial delivery begins: got %q, %v, %v", text, eor, ok)
	}
	ta.recv(shutdown(-1))
	ta.recv(shutdownComplete(0))
	ta.wantEvent("the peer sends nothing more", "shutdown")
	ta.wantEvent("the rest of the message will not come (RFC 6458 section 6.1.7)", "partial-delivery-aborted sid=1")
	ta.wantEvent("it is over", "shutdown-complete")
	if text, _, ok := ta.receive(100); ok {
		t.Errorf("%q is left of a message whose user was told that nothing more comes", text)
	}
}

func TestNoPartialDeliveryBeginsAfterTheEnd(t *testing.T) {
	ta := begun(t, with(func(c *Config) { c.PartialDeliveryPoint = 10 }))
	ta.receive(100)
	ta.recv(data(1).on(1, 0).withFlags(wire.FlagBegin).carrying("twenty bytes of text"))
	ta.a.Abort(ta.now, nil)
	ta.settle()
	ta.wantEvent("nothing was cut, as nothing was read", "lost")
	if text, _, ok := ta.receive(100); ok {
		t.Errorf("%q was handed out of a message that can never end", text)
	}
}

// RFC 9260 section 9.2: the reception of any packet clears the count of retransmissions, so that the peer can send what it has queued.
func TestPeerThatHeartbeatsIsNotGivenUpInShutdownSent(t *testing.T) {
	ta := inState(t, StateShutdownSent, with(func(c *Config) { c.AssocMaxRetrans = 2 }))
	for range 5 {
		ta.advanceToTimer() // T2-shutdown
		ta.want("T2 repeats SHUTDOWN", "SHUTDOWN")
		ta.recv(heartbeat("busy"))
		ta.want("HEARTBEAT is answered up to SHUTDOWN-SENT", "HEARTBEAT-ACK")
	}
	ta.wantState("the peer shows that it is there", StateShutdownSent)
	for range 3 {
		ta.advanceToTimer()
	}
	ta.wantState("three times in a row without a sign", StateClosed)
}

func TestReadingInShutdownSentOpensTheWindow(t *testing.T) {
	ta := begun(t, with(func(c *Config) { c.RecvBuffer = 4096 }))
	ta.receive(100)
	ta.recv(data(1).ofSize(1400))
	ta.recv(data(2).ofSize(1400))
	ta.want("every second packet is acknowledged, here with little window left", "SACK 2")
	ta.recv(data(3).ofSize(400))
	ta.a.Shutdown(ta.now)
	ta.settle()
	ta.forget()
	ta.wantState("nothing is outstanding", StateShutdownSent)
	for range 3 {
		ta.receive(2000)
	}
	ta.want("the peer may be waiting for room", "SACK 3")
}
