package tx

import (
	"time"

	"github.com/gosctp/sctp/internal/mono"
)

// PRPolicy says when a message is given up (RFC 3758, RFC 7496; the names are those of RFC 6458 section 5.3.7).
type PRPolicy uint8

const (
	// PRNone: never.
	PRNone PRPolicy = iota
	// PRTTL: after a time (RFC 3758 section 4.1).
	PRTTL
	// PRRTX: when a chunk of it would have to be retransmitted once too often (RFC 7496 section 3.1).
	PRRTX
	// PRPrio: when the send buffer has no room for a more important message (RFC 7496 section 3.2).
	PRPrio
	// PRAll is all of them, for counters.
	PRAll
)

// PRInfo is a policy with its parameter: for PRTTL the lifetime in milliseconds, for PRRTX the number of retransmissions allowed, for PRPrio
// the priority, where less is more important.
type PRInfo struct {
	Policy PRPolicy
	Value  uint32
}

// lessImportant reports whether a message with policy p may go to make room for one with policy than. A message that is not of PRPrio is
// more important than all that are.
func (p PRInfo) lessImportant(than PRInfo) bool {
	return p.Policy == PRPrio && (than.Policy != PRPrio || p.Value > than.Value)
}

// deadlineFrom is when the lifetime of a message ends that is queued now; unset if it has none.
func (p PRInfo) deadlineFrom(now mono.Time) mono.Time {
	if p.Policy != PRTTL {
		return 0
	}
	return now.Add(time.Duration(p.Value) * time.Millisecond)
}

// Abandoned counts user messages that were given up (RFC 7496 sections 4.3 and 4.4).
type Abandoned struct {
	// Unsent were given up before anything of them was sent, Sent after a part was.
	Unsent, Sent uint64
}

// tally counts by policy.
type tally [PRAll]Abandoned

func (t *tally) add(p PRPolicy, sent bool) {
	if sent {
		t[p].Sent++
	} else {
		t[p].Unsent++
	}
}

func (t *tally) of(p PRPolicy) Abandoned {
	if p != PRAll {
		return t[p]
	}
	var sum Abandoned
	for _, n := range t {
		sum.Unsent += n.Unsent
		sum.Sent += n.Sent
	}
	return sum
}

// Abandoned counts what was given up of all streams by a policy.
func (q *Queue) Abandoned(p PRPolicy) Abandoned {
	if q.mortal == nil {
		return Abandoned{}
	}
	return q.mortal.abandoned.of(p)
}

// StreamAbandoned counts what was given up of a stream by a policy.
func (q *Queue) StreamAbandoned(id uint16, p PRPolicy) Abandoned {
	if s := q.streams.at(id); s != nil && s.abandoned != nil {
		return s.abandoned.of(p)
	}
	return Abandoned{}
}
