package sim

import "testing"

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
}

func TestRegressions(t *testing.T) {
	for _, r := range regressions {
		s := r.scenario()
		if v := Run(s, Options{}).Violation; v != nil {
			t.Errorf("%s: %v\n%v", r.why, v, s)
		}
	}
}
