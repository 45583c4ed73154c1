package engine

import (
	"slices"
	"sync"

	"github.com/gosctp/sctp/internal/assoc"
)

// maxConfigs is how many configurations are remembered: programs have few, one that dials and one that listens as a rule.
const maxConfigs = 4

// configs has associations with the same parameters share them: of many idle ones they would be a large part.
type configs struct {
	over assoc.Carrier

	mu sync.Mutex
	// recent are those that were asked for, the last one first.
	recent []*assoc.Config
}

// share returns parameters that are those of c, with defaults. Nobody may change them.
func (s *configs) share(c assoc.Config) *assoc.Config {
	full := c.For(s.over)
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, known := range s.recent {
		if *known == full {
			copy(s.recent[1:], s.recent[:i])
			s.recent[0] = known
			return known
		}
	}
	own := full // in memory of its own only here
	s.recent = slices.Insert(s.recent, 0, &own)
	s.recent = s.recent[:min(len(s.recent), maxConfigs)]
	return &own
}
