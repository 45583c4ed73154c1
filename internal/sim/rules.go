package sim

import (
	"fmt"

	"github.com/gosctp/sctp/internal/mono"
)

// Rule is something that has to hold at every step.
type Rule uint8

const (
	// RuleContent: what is delivered was sent so: stream, PPID, order flag, length and every byte.
	RuleContent Rule = iota + 1
	// RuleOnce: nothing is delivered twice.
	RuleOnce
	// RuleOrder: ordered messages of a stream arrive in the order in which they were sent, without a gap.
	RuleOrder
	// RuleComplete: after a graceful end everything that was accepted has been delivered.
	RuleComplete
	// RuleReturned: when an association ends, what the peer has not acknowledged comes back as failed.
	RuleReturned
	// RuleCwnd: nothing is sent to a path whose window is full (RFC 9260 section 6.1 rule B).
	RuleCwnd
	// RuleWindow: a SACK advertises no more than the receive buffer has room for (RFC 9260 section 6.2), and all of it when every message
	// has been read or skipped.
	RuleWindow
	// RuleAck: a SACK acknowledges only what was sent, and never takes anything back below the cumulative TSN.
	RuleAck
	// RuleRepeat: a TSN is sent again as it was sent first.
	RuleRepeat
	// RuleMTU: packets fit into the path MTU that was reported, unless they may be fragmented.
	RuleMTU
	// RuleBuffer: the send buffer holds no more than it was given, but for a piece of a message that everything waits for; and the receive
	// buffer no more than twice that and some slack, what chunks cost besides their data included.
	RuleBuffer
	// RuleProgress: no deadline stays in the past, and no output flows without end.
	RuleProgress
	// RuleEnd: every association ends, within a bound.
	RuleEnd
	// RuleError: no association ends with an error that nothing in the scenario explains.
	RuleError
	// RuleAgreed: extensions are used where both sides offered them, and only there.
	RuleAgreed
	// RuleNumbers: TSNs, SSNs, MIDs and FSNs count without a gap, SSNs and MIDs from 0 after a reset.
	RuleNumbers
	// RuleGivenUp: a message is given up only as its policy allows. Then nothing of it is sent again, and it is not delivered unless all
	// of it had arrived before the receiver was told to skip it.
	RuleGivenUp
	// RuleForward: FORWARD TSN and I-FORWARD-TSN skip what was given up or acknowledged, nothing else, and list it in full.
	RuleForward
	// RuleParts: parts of several messages alternate only where the application asked for that, and each message that began ends, or
	// is reported as cut.
	RuleParts
	// RuleECN: ECNE is for packets that were marked, CWR for ECNE.
	RuleECN
	// RuleDamage: PKTDROP is for packets that came damaged.
	RuleDamage
	// RuleReset: requests to reset and to add streams are answered once and for all, both sides are told the same about them, and what is
	// sent waits meanwhile.
	RuleReset
	// RuleAddresses: when a change of addresses is done, the peer has those that were added and none that were removed.
	RuleAddresses
	// RuleStall: an association that gets nothing done says so once, and when it does again.
	RuleStall
	// RuleAuthentic: what the peer wants authenticated stands behind AUTH, and what both sides have keys for is believed.
	RuleAuthentic
	// RuleFailover: as long as one path works, data goes on within the time-outs of the others.
	RuleFailover
	// RuleEvents: events come in an order that makes sense: up once, then ended once, then nothing.
	RuleEvents
)

var ruleNames = [...]string{
	RuleContent: "content", RuleOnce: "delivered once", RuleOrder: "order within a stream", RuleComplete: "complete",
	RuleReturned: "returned to the sender",
	RuleCwnd:     "congestion window", RuleWindow: "advertised window", RuleAck: "acknowledgement", RuleRepeat: "retransmission",
	RuleMTU: "path MTU", RuleBuffer: "buffer size", RuleProgress: "progress", RuleEnd: "end in time",
	RuleError: "unexplained error", RuleAgreed: "agreed extensions", RuleNumbers: "sequence numbers",
	RuleGivenUp: "messages given up", RuleForward: "skipped messages", RuleParts: "messages in parts", RuleECN: "congestion notification",
	RuleDamage: "reports of damage", RuleReset: "reconfiguration", RuleStall: "reports of stalls", RuleAddresses: "changing addresses", RuleEvents: "sequence of events",
	RuleAuthentic: "authentication", RuleFailover: "failover",
}

func (r Rule) String() string { return ruleNames[r] }

// Violation says that a rule was broken.
type Violation struct {
	Rule   Rule
	Time   mono.Time
	Detail string
}

func (v *Violation) Error() string {
	return fmt.Sprintf("%v broken after %v: %s", v.Rule, v.Time.Sub(epoch), v.Detail)
}
