package perf

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/gosctp/sctp/internal/cli"
)

// Result is what a run measured. Only the part of its mode is there.
type Result struct {
	Mode         Mode   `json:"mode"`
	Peer         string `json:"peer"`
	Network      string `json:"network"`
	Associations int    `json:"associations"`
	// Extensions are those that both sides agreed on.
	Extensions string  `json:"extensions,omitempty"`
	Seconds    float64 `json:"seconds"`

	Throughput *Throughput `json:"throughput,omitempty"`
	Latency    *Latency    `json:"latency,omitempty"`
	Setup      *Setup      `json:"setup,omitempty"`
}

// Throughput is the result of Bulk: what the peer has received, and what it took to get it there.
type Throughput struct {
	MessageBytes      int     `json:"message_bytes"`
	Bytes             uint64  `json:"bytes"`
	Messages          uint64  `json:"messages"`
	BitsPerSecond     float64 `json:"bits_per_second"`
	MessagesPerSecond float64 `json:"messages_per_second"`
	Retransmitted     uint64  `json:"retransmitted_chunks"`
	FastRetransmits   uint64  `json:"fast_retransmits"`
	Timeouts          uint64  `json:"timeouts"`
	// PMTU is the path MTU of the primary paths, the least of several associations. BlackHoles is how often packets of that size vanished.
	PMTU       int    `json:"path_mtu"`
	BlackHoles uint64 `json:"black_holes"`
	// Messages that were given up, before anything of them was sent and after.
	AbandonedUnsent uint64 `json:"abandoned_unsent"`
	AbandonedSent   uint64 `json:"abandoned_sent"`
}

// Latency is the result of PingPong: the times from sending a message to having its echo.
type Latency struct {
	MessageBytes int `json:"message_bytes"`
	// LoadBytes is the size of the messages that were sent beside, 0 if none were.
	LoadBytes int     `json:"load_bytes,omitempty"`
	PerSecond float64 `json:"round_trips_per_second"`
	Quantiles
}

// Setup is the result of Connect: how fast associations are set up and shut down, and the times from the call of Dial to
// an association that can be used.
type Setup struct {
	PerSecond float64 `json:"associations_per_second"`
	Quantiles
}

// Quantiles sum up a Histogram, in microseconds.
type Quantiles struct {
	Count uint64  `json:"count"`
	Mean  float64 `json:"mean_us"`
	Min   float64 `json:"min_us"`
	P50   float64 `json:"p50_us"`
	P90   float64 `json:"p90_us"`
	P99   float64 `json:"p99_us"`
	P999  float64 `json:"p99.9_us"`
	Max   float64 `json:"max_us"`
}

// Quantiles sums h up.
func (h *Histogram) Quantiles() Quantiles {
	us := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e3 }
	return Quantiles{
		Count: h.Count(), Mean: us(h.Mean()), Min: us(h.Min()), P50: us(h.Percentile(50)), P90: us(h.Percentile(90)),
		P99: us(h.Percentile(99)), P999: us(h.Percentile(99.9)), Max: us(h.Max()),
	}
}

// PrintJSON writes r as one line.
func (r *Result) PrintJSON(w io.Writer) error { return json.NewEncoder(w).Encode(r) }

// Print writes r for people.
func (r *Result) Print(w io.Writer) error {
	var rows [][]string
	row := func(name, format string, args ...any) {
		rows = append(rows, []string{name, fmt.Sprintf(format, args...)})
	}
	row("peer", "%s (%s)", r.Peer, r.Network)
	row("associations", "%d", r.Associations)
	if r.Extensions != "" {
		row("extensions", "%s", r.Extensions)
	}
	row("time", "%.2f s", r.Seconds)
	if p := r.Throughput; p != nil {
		row("message size", "%d bytes", p.MessageBytes)
		row("throughput", "%s", BitRate(p.BitsPerSecond))
		row("messages", "%d (%.0f/s)", p.Messages, p.MessagesPerSecond)
		row("retransmitted", "%d chunks, %d fast retransmits, %d time-outs", p.Retransmitted, p.FastRetransmits, p.Timeouts)
		row("path MTU", "%d bytes, %d black holes", p.PMTU, p.BlackHoles)
		if n := p.AbandonedUnsent + p.AbandonedSent; n > 0 {
			row("given up", "%d messages, %d of them unsent", n, p.AbandonedUnsent)
		}
	}
	if p := r.Latency; p != nil {
		row("message size", "%d bytes", p.MessageBytes)
		if p.LoadBytes > 0 {
			row("beside", "messages of %d bytes", p.LoadBytes)
		}
		row("round trips", "%d (%.0f/s)", p.Count, p.PerSecond)
		p.rows(row)
	}
	if p := r.Setup; p != nil {
		row("set up", "%d (%.0f/s)", p.Count, p.PerSecond)
		p.rows(row)
	}
	return cli.PrintTable(w, rows)
}

func (q *Quantiles) rows(row func(string, string, ...any)) {
	row("mean", "%.1f µs", q.Mean)
	row("min", "%.1f µs", q.Min)
	row("50 %", "%.1f µs", q.P50)
	row("90 %", "%.1f µs", q.P90)
	row("99 %", "%.1f µs", q.P99)
	row("99.9 %", "%.1f µs", q.P999)
	row("max", "%.1f µs", q.Max)
}

// BitRate is r with the unit that leaves one to three digits before the point.
func BitRate(r float64) string {
	units := []string{"bit/s", "kbit/s", "Mbit/s", "Gbit/s"}
	i := 0
	for ; r >= 1000 && i < len(units)-1; i++ {
		r /= 1000
	}
	return fmt.Sprintf("%.2f %s", r, units[i])
}
