package report

import (
	"errors"
	"fmt"

	"github.com/gosctp/sctp/bench/internal/lab"
	"github.com/gosctp/sctp/bench/internal/load"
)

// Result is what one run found: of the measuring side, and of both processes seen from outside.
type Result struct {
	load.Result
	lab.Outcome
}

// CPU is how many microseconds both sides computed for a message.
func (r Result) CPU() float64 {
	if r.Messages == 0 {
		return 0
	}
	return r.Outcome.CPU / float64(r.Messages) * 1e6
}

// Err says why the run is no measurement.
func (r Result) Err() error {
	switch {
	case r.Failed > 0:
		return fmt.Errorf("%d connections failed: %s", r.Failed, r.Failure)
	case r.Messages == 0:
		return errors.New("nothing arrived while it was measured")
	}
	return nil
}

// allocations is how many the measuring side made for a message.
func (r Result) allocations() float64 {
	if r.Messages == 0 {
		return 0
	}
	return float64(r.Allocs) / float64(r.Messages)
}

// Unwanted is how many packets were lost that nobody wanted to be.
func (r Result) Unwanted() float64 { return r.Dropped + float64(r.Overflowed) }

// Costs is what a line about a run adds to its figure.
func (r Result) Costs() string {
	s := fmt.Sprintf("%8.3f µs CPU", r.CPU())
	if n := r.allocations(); n > 0 {
		s += fmt.Sprintf(" %6.2f allocations", n)
	}
	if r.P99 > 0 {
		s += fmt.Sprintf(" p99 %.0f µs", r.P99)
	}
	if n := r.Unwanted(); n > 0 {
		s += fmt.Sprintf(" dropped %.0f", n)
	}
	return s
}
