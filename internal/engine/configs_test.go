package engine

import (
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/sched"
)

func TestWhoHasTheSameParametersSharesThem(t *testing.T) {
	s := &configs{over: assoc.Carrier{Encapsulated: true}}
	first := s.share(assoc.Config{MaxBurst: 7})
	if first.MaxBurst != 7 || first.RTOMax != time.Minute || first.HBInterval != assoc.EncapHBInterval {
		t.Errorf("not those with the defaults of the carrier: %+v", first)
	}
	if again := s.share(assoc.Config{MaxBurst: 7}.Defaults()); again != first {
		t.Error("the same parameters are there twice")
	}
	scheduled := new(sched.Priority)
	others := []assoc.Config{{MaxBurst: 8}, {MaxBurst: 7, Nagle: true}, {MaxBurst: 7, Scheduler: scheduled}, {MaxBurst: 7, Scheduler: new(sched.Priority)}}
	for _, c := range others {
		if got := s.share(c); got == first || got.MaxBurst != c.MaxBurst || got.Nagle != c.Nagle || got.Scheduler != c.Scheduler {
			t.Errorf("%+v for %+v", got, c)
		}
	}
	if len(s.recent) != maxConfigs {
		t.Errorf("%d configurations are remembered, want %d", len(s.recent), maxConfigs)
	}
	if again := s.share(assoc.Config{MaxBurst: 7}); again == first {
		t.Error("what others have driven out is there")
	}
	kept := s.share(others[3])
	if s.recent[0] != kept || s.share(others[3]) != kept {
		t.Error("what was asked for last is not the last to go")
	}
}
