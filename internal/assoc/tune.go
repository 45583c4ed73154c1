package assoc

import (
	"time"

	"github.com/gosctp/sctp/internal/mono"
)

// Tunable are the parameters of Config that can change during the life of an association.
type Tunable struct {
	Nagle            bool
	DisableFragments bool
	SACKDelay        time.Duration
	SACKFrequency    int
}

// Tunable returns their values.
func (a *Association) Tunable() Tunable {
	return Tunable{
		Nagle: a.cfg.Nagle, DisableFragments: a.cfg.DisableFragments,
		SACKDelay: a.cfg.SACKDelay, SACKFrequency: a.cfg.SACKFrequency,
	}
}

// Tune changes them. What Nagle's algorithm held back may leave now; a SACK that is being delayed keeps its time.
func (a *Association) Tune(_ mono.Time, t Tunable) {
	a.cfg.Nagle, a.cfg.DisableFragments = t.Nagle, t.DisableFragments
	a.cfg.SACKDelay, a.cfg.SACKFrequency = t.SACKDelay, t.SACKFrequency
	a.cfg = a.cfg.Defaults()
	a.send.burst = max(a.send.burst, a.cfg.MaxBurst)
}
