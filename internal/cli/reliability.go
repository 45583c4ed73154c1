package cli

import (
	"math"
	"time"

	"github.com/spf13/pflag"

	"github.com/gosctp/sctp"
)

// Reliability is the flags that say when messages may be given up.
type Reliability struct {
	fs          *pflag.FlagSet
	lifetime    time.Duration
	retransmits uint32
	priority    uint32
}

// Flags defines the flags.
func (r *Reliability) Flags(fs *pflag.FlagSet) {
	r.fs = fs
	DurationVar(fs, &r.lifetime, "lifetime", "", 0, 24*time.Hour, "give a message up that is not acknowledged after this time")
	IntVar(fs, &r.retransmits, "max-retransmits", "", 0, math.MaxUint32, "give a message up that would be sent again more often than this")
	IntVar(fs, &r.priority, "priority", "", 0, math.MaxUint32, "give a message up when the buffer is full and one of a lower number comes")
}

// PR returns what the flags say, of which only one may be given.
func (r *Reliability) PR() (sctp.PRInfo, error) {
	var (
		pr    sctp.PRInfo
		given string
	)
	for _, f := range []struct {
		name string
		pr   sctp.PRInfo
	}{
		{"lifetime", sctp.Lifetime(r.lifetime)},
		{"max-retransmits", sctp.MaxRetransmits(r.retransmits)},
		{"priority", sctp.PriorityPolicy(r.priority)},
	} {
		if !r.fs.Changed(f.name) {
			continue
		}
		if given != "" {
			return pr, Usagef("--%s and --%s given; allowed: one of them", given, f.name)
		}
		pr, given = f.pr, f.name
	}
	return pr, nil
}
