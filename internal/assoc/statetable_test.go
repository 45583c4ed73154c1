package assoc

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

const numStates = len(stateNames)

// cell is what happens on a stimulus in a state: what is sent, the state entered, what the user is told, what a call returns; "discard" for
// nothing at all. rfc is the section of RFC 9260 that says so.
type cell struct {
	rfc, want string
	states    []State
}

// row is a stimulus with its cells. apply gives the stimulus to an association that inState made; it returns what else there is to say
// about the outcome, such as the error of a call.
type row struct {
	name  string
	apply func(*testAssoc) string
	cells []cell
}

func in(rfc, want string, states ...State) cell { return cell{rfc, want, states} }

// everywhere is a cell of all states; a state that is added later does not belong to it unseen, because the number of states is checked.
func everywhere(rfc, want string) cell { return cell{rfc, want, everyState} }

var everyState = []State{StateClosed, StateCookieWait, StateCookieEchoed, StateEstablished, StateShutdownPending, StateShutdownSent,
	StateShutdownReceived, StateShutdownAckSent}

// except is everyState without some.
func except(without ...State) []State {
	return slices.DeleteFunc(slices.Clone(everyState), func(s State) bool { return slices.Contains(without, s) })
}

// TestStateTable applies every chunk, time-out and primitive to an association in every state of section 4.
func TestStateTable(t *testing.T) {
	rows := slices.Concat(chunkRows(), timeoutRows(), primitiveRows(), carrierRows())
	for _, name := range requiredRows() {
		if !slices.ContainsFunc(rows, func(r row) bool { return r.name == name }) {
			t.Errorf("no row says what %s does", name)
		}
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) { r.check(t) })
	}
}

func (r *row) check(t *testing.T) {
	var cells [numStates]*cell
	for i := range r.cells {
		for _, s := range r.cells[i].states {
			if cells[s] != nil {
				t.Errorf("%s in %v has two cells", r.name, s)
			}
			cells[s] = &r.cells[i]
		}
	}
	for i, c := range cells {
		s := State(i)
		if c == nil || c.rfc == "" || c.want == "" {
			t.Errorf("no cell says what %s does in %v", r.name, s)
			continue
		}
		ta := inState(t, s)
		if got := ta.outcome(r.apply); got != c.want {
			t.Errorf("%s in %v: want %q (section %s), got %q", r.name, s, c.want, c.rfc, got)
		}
	}
}

// outcome applies a stimulus and says in words what came of it.
func (ta *testAssoc) outcome(apply func(*testAssoc) string) string {
	before := ta.a.State()
	result := apply(ta)
	ta.settle()
	var words []string
	for _, p := range ta.forget() {
		var names []string
		for _, c := range p.chunks {
			names = append(names, chunkName(c))
		}
		words = append(words, "send "+strings.Join(names, "+"))
	}
	if s := ta.a.State(); s != before {
		words = append(words, "enter "+s.String())
	}
	for _, e := range ta.events {
		text, _, _ := strings.Cut(eventText(e), " out=")
		words = append(words, "tell "+text)
	}
	if result != "" {
		words = append(words, result)
	}
	if len(words) == 0 {
		return "discard"
	}
	return strings.Join(words, "; ")
}

// chunkName is the chunk's name with T bit and causes, and nothing that changes from run to run.
func chunkName(c wire.Chunk) string {
	name := c.Type.String()
	switch c.Type {
	case wire.ChunkAbort, wire.ChunkError, wire.ChunkShutdownComplete:
		if c.Flags&wire.FlagT != 0 {
			name += " T"
		}
		if causes := strings.TrimSpace(causeNames(c)); causes != "" {
			name += " (" + causes + ")"
		}
	}
	return name
}

// requiredRows are the names of the rows that must be there: made from the enumerations, so that a chunk, a timer or a kind of ICMP report
// that is added later is missing here.
func requiredRows() []string {
	var names []string
	for i := range 256 {
		typ := wire.ChunkType(i)
		if strings.HasPrefix(typ.String(), "chunk type") {
			continue
		}
		names = append(names, typ.String(), typ.String()+" with a wrong tag")
	}
	for a := wire.ActionStop; a <= wire.ActionSkipReport; a++ {
		names = append(names, "unknown chunk: "+a.String())
	}
	for _, typ := range []wire.ChunkType{wire.ChunkAbort, wire.ChunkShutdownComplete} {
		names = append(names, typ.String()+" with T bit", typ.String()+" with T bit and a wrong tag")
	}
	for timer := range numTimers {
		names = append(names, timer.String())
	}
	for kind := transport.PacketTooBig; kind <= transport.Unreachable; kind++ {
		names = append(names, icmpName(kind))
	}
	return append(names, "Send", "Shutdown", "Abort", "RequestHeartbeat", "SetPrimary", "HostChanged", "Receive")
}

func icmpName(k transport.Kind) string {
	return [...]string{"", "ICMP: packet too big", "ICMP: protocol unreachable", "ICMP: unreachable"}[k]
}

// timer names the time-outs of the protocol.
type timer int

const (
	timerT1Init timer = iota
	timerT1Cookie
	timerT2Shutdown
	timerT3Rtx
	timerT5ShutdownGuard
	timerSackDelay
	timerHeartbeatDue
	timerHeartbeatUnanswered
	timerLifetime
	timerNextInit
	numTimers
)

func (t timer) String() string {
	return [...]string{"T1-init expires", "T1-cookie expires", "T2-shutdown expires", "T3-rtx expires", "T5-shutdown-guard expires",
		"SACK delay ends", "HEARTBEAT is due", "HEARTBEAT goes unanswered", "a lifetime ends", "the next address is due"}[t]
}

// deadline of a timer on the association; unset if it does not run.
func (t timer) deadline(a *Association) mono.Time {
	switch t {
	case timerT1Init, timerT1Cookie:
		if a.opening != nil && (a.state == StateCookieWait) == (t == timerT1Init) {
			return a.opening.t1
		}
	case timerT2Shutdown:
		if a.closing != nil {
			return a.closing.t2
		}
	case timerT5ShutdownGuard:
		if a.closing != nil {
			return a.closing.t5
		}
	case timerT3Rtx:
		return a.paths[0].T3
	case timerSackDelay:
		return a.receive.ack.deadline
	case timerHeartbeatDue:
		return a.paths[0].HB.Due
	case timerHeartbeatUnanswered:
		return a.paths[0].HB.Deadline
	case timerLifetime:
		return a.send.queue.NextDeadline()
	case timerNextInit:
		if a.opening != nil {
			return a.opening.next
		}
	default:
		panic(fmt.Sprintf("timer %d", t))
	}
	return 0
}
