package sctp

import (
	"fmt"
	"math"
	"time"

	"github.com/gosctp/sctp/internal/tx"
)

// PRPolicy says when a message that is not acknowledged yet may be given up (RFC 3758, RFC 7496).
type PRPolicy uint8

const (
	// Reliable messages are never given up: the association fails sooner.
	Reliable = PRPolicy(tx.PRNone)
	// Timed messages are given up when their lifetime is over (RFC 3758 section 4.1); see [Lifetime].
	Timed = PRPolicy(tx.PRTTL)
	// LimitedRetransmits are given up when they would be sent once too often (RFC 7496 section 3.1); see [MaxRetransmits].
	LimitedRetransmits = PRPolicy(tx.PRRTX)
	// ByPriority are given up when a message that is more important needs their place in the send buffer (RFC 7496 section
	// 3.2); see [PriorityPolicy].
	ByPriority = PRPolicy(tx.PRPrio)
	// AnyPolicy stands for all of them together, for counters.
	AnyPolicy = PRPolicy(tx.PRAll)
)

// String returns what the policy is called.
func (p PRPolicy) String() string {
	switch p {
	case Reliable:
		return "reliable"
	case Timed:
		return "timed"
	case LimitedRetransmits:
		return "limited retransmissions"
	case ByPriority:
		return "by priority"
	case AnyPolicy:
		return "any policy"
	}
	return fmt.Sprintf("PRPolicy(%d)", uint8(p))
}

// PRInfo is the reliability of a message: a policy and its parameter. The zero value is reliable. Make others with
// [Lifetime], [MaxRetransmits] and [PriorityPolicy].
//
// A policy takes an association with [PartialReliability] in use; without it messages are reliable whatever their policy
// says (RFC 3758 section 3.3.1). A message that was given up comes back in [SendFailed] with [ErrAbandoned].
type PRInfo struct {
	Policy PRPolicy
	// Value is in milliseconds for Timed, a number of retransmissions for LimitedRetransmits, and a priority for
	// ByPriority.
	Value uint32
}

// Lifetime gives a message up that is not acknowledged after d, counted from the call that sends it. It is rounded up to
// milliseconds, of which there may be 2³²-1 (49 days). A message of which nothing was sent yet by then never is; of the
// others nothing is sent again.
func Lifetime(d time.Duration) PRInfo {
	ms := (max(d, 0) + time.Millisecond - 1) / time.Millisecond
	return PRInfo{Timed, uint32(min(ms, math.MaxUint32))}
}

// MaxRetransmits gives a message up instead of sending any part of it more than n times again. With 0 everything is sent
// once.
func MaxRetransmits(n uint32) PRInfo { return PRInfo{LimitedRetransmits, n} }

// PriorityPolicy gives a message up when the send buffer is full and a message with a lower p, which is more important,
// needs the room.
func PriorityPolicy(p uint32) PRInfo { return PRInfo{ByPriority, p} }

// String tells the policy and its parameter.
func (i PRInfo) String() string {
	switch i.Policy {
	case Timed:
		return fmt.Sprint("lifetime ", time.Duration(i.Value)*time.Millisecond)
	case LimitedRetransmits:
		return fmt.Sprintf("at most %d retransmissions", i.Value)
	case ByPriority:
		return fmt.Sprint("priority ", i.Value)
	case Reliable, AnyPolicy:
	}
	return i.Policy.String()
}

func (i PRInfo) core() tx.PRInfo { return tx.PRInfo{Policy: tx.PRPolicy(i.Policy), Value: i.Value} }

func prInfo(i tx.PRInfo) PRInfo { return PRInfo{PRPolicy(i.Policy), i.Value} }

// PRStatus counts the messages on a stream that were given up by a policy (SCTP_PR_STREAM_STATUS, RFC 7496 section 4.3):
// unsent are those of which nothing was sent, sent the others. It fails with [ErrStream] if the association has no such
// stream, and with [ErrPolicy] for a policy that gives nothing up.
func (c *Conn) PRStatus(stream uint16, p PRPolicy) (unsent, sent uint64, err error) {
	n, err := c.assoc.PRStatus(stream, tx.PRPolicy(p))
	return n.Unsent, n.Sent, c.wrap("status", err)
}

// PRAssocStatus is PRStatus for all streams together (SCTP_PR_ASSOC_STATUS, RFC 7496 section 4.4).
func (c *Conn) PRAssocStatus(p PRPolicy) (unsent, sent uint64, err error) {
	n, err := c.assoc.PRAssocStatus(tx.PRPolicy(p))
	return n.Unsent, n.Sent, c.wrap("status", err)
}
