package engine

import (
	"time"

	"github.com/gosctp/sctp/internal/mono"
)

// Deadlines that are farOff or more away are put off to the next multiple of farGrid, so that the HEARTBEATs of many idle associations leave in
// one batch, as one train if they go to one host, and what answers them wakes up once. HB.interval is 15 s at least unless the user says
// otherwise, and has a jitter of RTO/2 (RFC 9260 section 8.3).
const (
	farOff  = 10 * time.Second
	farGrid = 250 * time.Millisecond
)

// putOff returns when to come back for a deadline.
func putOff(at, now mono.Time) mono.Time {
	if at.Sub(now) < farOff {
		return at
	}
	return (at + mono.Time(farGrid) - 1) / mono.Time(farGrid) * mono.Time(farGrid)
}
