package sim

import (
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
)

// regressions are scenarios that once broke a rule. A seed is kept as Draw(seed) as long as Draw still makes of it what it made then;
// better is the smallest scenario that shows the same.
var regressions = []struct {
	why      string
	scenario func() *Scenario
}{
	{"a packet full of one-byte messages does not fit into the window that a small buffer advertised", func() *Scenario {
		s := plain()
		s.Hosts[0].Config.RecvBuffer = 4096
		s.Talks[0].Loads[0] = Load{Messages: 2000, MinSize: 1, MaxSize: 1, Streams: 7}
		return s
	}},
	{"the same while the receiver shuts down", func() *Scenario {
		s := plain()
		s.Hosts[0].Config.RecvBuffer = 4096
		s.Talks[0].Loads[0] = Load{Messages: 1000, MinSize: 1, MaxSize: 1, Streams: 7}
		s.Talks[0].Early, s.Talks[0].Closes = true, [2]bool{true, true}
		return s
	}},
	{"a window that closed before SHUTDOWN stays closed", func() *Scenario {
		s := plain()
		s.Hosts[0].Config = assoc.Config{RecvBuffer: 4096, AssocMaxRetrans: 3}
		s.Actions = []Action{{25 * time.Millisecond, Pause, 0}, {40 * time.Second, Shutdown, 0}}
		return s
	}},
	{"SACKs of retransmissions go to the path that broke", func() *Scenario {
		s := transfer(10*time.Millisecond, 0, 2)
		s.Actions = []Action{{100 * time.Millisecond, Cut, 0}}
		s.Limit = 10 * time.Second
		return s
	}},
	{"what is left of a cut message is delivered after the end", func() *Scenario {
		s := plain()
		s.Unreliable = true
		s.Talks[0].Loads[0] = Load{Messages: 1, MinSize: 200_000, MaxSize: 200_000, Streams: 1}
		s.Talks[0].ReadSize[0] = 1000
		s.Hosts[0].Config = assoc.Config{RecvBuffer: 8192, PartialDeliveryPoint: 2000}
		s.Actions = []Action{{100 * time.Millisecond, Pause, 0}, {200 * time.Millisecond, Abort, 1}, {time.Second, Resume, 0}}
		return s
	}},
	{"messages that wait for the reset of their stream fill the send buffer, and the reset waits for the end of a message in pieces", func() *Scenario {
		s := plain()
		s.Hosts[0].Config = assoc.Config{FragmentInterleave: 2}
		s.Hosts[1].Config = assoc.Config{FragmentInterleave: 2, SendBuffer: 8192}
		s.Talks[0].Loads[0] = Load{Messages: 200, MinSize: 500, MaxSize: 500, Streams: 1, Background: 1, BackgroundSize: 100_000}
		s.Actions = []Action{{50 * time.Millisecond, Reset, 1}, {60 * time.Millisecond, Reset, 1}, {70 * time.Millisecond, Reset, 0}}
		return s
	}},
}

func TestRegressions(t *testing.T) {
	for _, r := range regressions {
		s := r.scenario()
		if v := Run(s, Options{}).Violation; v != nil {
			t.Errorf("%s: %v\n%v", r.why, v, s)
		}
	}
}
