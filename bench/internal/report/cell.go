package report

import (
	"fmt"

	"github.com/gosctp/sctp/bench/internal/load"
)

// Cell is what one transport was measured at: a workload over a link.
type Cell struct {
	Link    string
	Work    string
	Size    int
	Workers int // of load.Setup
	Conns   int // of load.Many, load.Fan and load.Mem
	Window  int // of load.Many
	Figure  Figure
}

// Figure is which one of a run's figures a cell is about.
type Figure string

const (
	// Main is throughput, the median round trip, or memory: what the workload is about.
	Main Figure = ""
	// P99 is the 99th percentile of round trips.
	P99 Figure = "p99"
	// Allocations is how many there were for each message.
	Allocations Figure = "allocations a message"
)

// String is the cell in words.
func (c Cell) String() string {
	s := fmt.Sprintf("%s, %s", c.work(), c.Link)
	if c.Figure != Main {
		s += ", " + string(c.Figure)
	}
	return s
}

func (c Cell) work() string {
	switch c.Work {
	case load.Bulk:
		return fmt.Sprintf("bulk, %s", bytesString(c.Size))
	case load.Ping:
		return fmt.Sprintf("ping-pong, %s", bytesString(c.Size))
	case load.Setup:
		return fmt.Sprintf("set-up, %d at a time", c.Workers)
	case load.Many:
		return fmt.Sprintf("%d × ping-pong, %s, %d in flight", c.Conns, bytesString(c.Size), c.Window)
	case load.Fan:
		return fmt.Sprintf("%d × one way, %s", c.Conns, bytesString(c.Size))
	case load.Mem:
		return fmt.Sprintf("memory of one in %d", c.Conns)
	}
	return c.Work
}

// Unit is what the cell's value counts.
func (c Cell) Unit() string {
	switch {
	case c.Figure == Allocations:
		return ""
	case c.Work == load.Bulk:
		return "MiB/s"
	case c.Work == load.Ping, c.Figure == P99:
		return "µs"
	case c.Work == load.Mem:
		return "KiB"
	}
	return "/s"
}

// Value is the figure of r that the cell is about.
func (c Cell) Value(r Result) float64 {
	switch {
	case c.Figure == Allocations:
		return r.allocations()
	case c.Figure == P99:
		return r.P99
	case c.Work == load.Bulk:
		return float64(r.Bytes) / (1 << 20) / r.Seconds
	case c.Work == load.Ping:
		return r.P50
	case c.Work == load.Mem: // of the side that takes more
		return max(r.Client, r.Server) / float64(r.Messages) / (1 << 10)
	}
	return float64(r.Messages) / r.Seconds
}

// least says that a small value is a good one.
func (c Cell) least() bool { return c.Figure != Main || c.Work == load.Ping || c.Work == load.Mem }

func bytesString(n int) string {
	if n >= 1024 && n%1024 == 0 {
		return fmt.Sprintf("%d KiB", n/1024)
	}
	return fmt.Sprintf("%d B", n)
}
