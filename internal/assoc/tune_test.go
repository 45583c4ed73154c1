package assoc

import (
	"testing"
	"time"
)

func TestTuneKeepsTheRest(t *testing.T) {
	a := &Association{cfg: Config{MaxBurst: 7, Nagle: true}.Defaults()}
	want := Tunable{DisableFragments: true, SACKDelay: 50 * time.Millisecond, SACKFrequency: 3}
	a.Tune(1, want)
	if got := a.Tunable(); got != want || a.cfg.MaxBurst != 7 || a.send.burst != 7 {
		t.Errorf("%+v, a burst of %d", got, a.send.burst)
	}
	a.Tune(1, Tunable{})
	if got := a.Tunable(); got.SACKDelay != 200*time.Millisecond || got.SACKFrequency != 2 {
		t.Errorf("what is zero is not the default: %+v", got)
	}
}
