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
