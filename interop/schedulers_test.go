//go:build linux

package interop

import (
	"fmt"
	"testing"

	"github.com/gosctp/sctp/interop/lab"
)

// schedulers are those of each stack. usrsctp has "rrp" as well, but cannot be asked for it: in one run of ten to thirty it falls silent while
// messages wait, with all it sent acknowledged and the window open.
var schedulers = map[string][]string{
	"gosctp":  {"fcfs", "rr", "rrp", "prio", "fc", "wfq"},
	"linux":   {"fcfs", "rr", "prio", "fc", "wfq"},
	"usrsctp": {"fcfs", "rr", "prio", "fc"},
}

// testSchedulers has both sides send by each of their schedulers, to streams of different priority or weight.
func testSchedulers(t *testing.T, c conversation, _ bool) {
	m := meet(t, c, false, "idata", nil, nil)
	for _, way := range []struct{ from, to *speaker }{{m.client, m.server}, {m.server, m.client}} {
		for i, name := range schedulers[way.from.name] {
			m.impair(lab.Faults{Lose: 1})
			way.from.do("scheduler "+name, "scheduled")
			for stream := range 3 {
				if name == "prio" || name == "wfq" {
					way.from.do(fmt.Sprintf("value %d %d", stream, 10*(stream+1)), "scheduled")
				}
				way.from.sends(2-stream, 20, 1000, 100*i, "ordered")
			}
			m.heal()
			for stream := range 3 {
				way.to.wantMessage(stream, 100*i+19)
				way.to.wantAll(stream, 100*i, 20)
			}
			if name == "prio" && way.from.name == "gosctp" { // how others keep to theirs is not our business
				way.to.wantBefore(0, 100*i+19, 1, 100*i+19)
				way.to.wantBefore(1, 100*i+19, 2, 100*i+19)
			}
		}
	}
	packets := m.end()
	for _, host := range []*host{c.client, c.server} {
		m.wantChunks(packets, host, chunkIData)
	}
}

// wantBefore wants one message to have arrived before another.
func (s *speaker) wantBefore(stream, ppid, otherStream, otherPPID int) {
	s.t.Helper()
	for _, m := range s.messages() {
		switch {
		case m.stream == stream && m.ppid == ppid:
			return
		case m.stream == otherStream && m.ppid == otherPPID:
			s.t.Errorf("%s received message %d of stream %d before message %d of stream %d", s.name, otherPPID, otherStream, ppid, stream)
			return
		}
	}
}
