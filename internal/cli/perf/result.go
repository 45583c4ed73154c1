package perf

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/internal/cli"
)

// SchemaVersion is that of the JSON. Fields may be added without a change of it; what a field means stays.
const SchemaVersion = 1

// Result is what a run measured. Only the part of its mode is there.
type Result struct {
	Version      int    `json:"version"`
	Mode         Mode   `json:"mode"`
	Peer         string `json:"peer"`
	Network      string `json:"network"`
	Associations int    `json:"associations"`
	// Extensions are those that both sides agreed on.
	Extensions        string  `json:"extensions,omitempty"`
	CongestionControl string  `json:"congestion_control"`
	Streams           int     `json:"streams"`
	Unordered         bool    `json:"unordered"`
	Seconds           float64 `json:"seconds"`
	// Omitted seconds at the beginning do not count. Interrupted: the run was ended before its time.
	Omitted     float64 `json:"omitted_seconds"`
	Interrupted bool    `json:"interrupted"`

	Throughput *Throughput `json:"throughput,omitempty"`
	Latency    *Latency    `json:"latency,omitempty"`
	Setup      *Setup      `json:"setup,omitempty"`
	CPU        CPU         `json:"cpu"`
	Intervals  []Interval  `json:"intervals,omitempty"`
	// Details are those of each association: absent where they are many in turn, as for set-up.
	Details []Detail `json:"details,omitempty"`
}

// CPU is what the processes of both sides used, in percent of one processor; Server is 0 where it was not asked.
type CPU struct {
	Client float64 `json:"client_percent"`
	Server float64 `json:"server_percent"`
}

// Throughput is the result of Bulk: what receivers have received, in both directions together, and what it took to get it there.
type Throughput struct {
	MessageBytes      int     `json:"message_bytes"`
	Bytes             uint64  `json:"bytes"`
	Messages          uint64  `json:"messages"`
	BitsPerSecond     float64 `json:"bits_per_second"`
	MessagesPerSecond float64 `json:"messages_per_second"`
	Retransmitted     uint64  `json:"retransmitted_chunks"`
	FastRetransmits   uint64  `json:"fast_retransmits"`
	Timeouts          uint64  `json:"timeouts"`
	// Undone are fast retransmits and time-outs that turned out to be of nothing lost; TailProbes are packets that found the loss of others first.
	Undone     uint64 `json:"undone"`
	TailProbes uint64 `json:"tail_probes"`
	// PMTU is the path MTU of the primary paths, the least of several associations. BlackHoles is how often packets of that size vanished.
	PMTU       int    `json:"path_mtu"`
	BlackHoles uint64 `json:"black_holes"`
	// Messages that were given up, before anything of them was sent and after.
	AbandonedUnsent uint64 `json:"abandoned_unsent"`
	AbandonedSent   uint64 `json:"abandoned_sent"`
	// Forward is from client to server, Reverse from server to client.
	Forward *Direction `json:"forward,omitempty"`
	Reverse *Direction `json:"reverse,omitempty"`
}

// Direction is what one side sent, and the other received of it.
type Direction struct {
	Sender   Totals `json:"sender"`
	Receiver Totals `json:"receiver"`
}

// Totals are those of one side in one direction, of all associations, as it counts itself: a sender what it has handed over, until it ended; a
// receiver what has come, until all had.
type Totals struct {
	Bytes             uint64  `json:"bytes"`
	Messages          uint64  `json:"messages"`
	Seconds           float64 `json:"seconds"`
	BitsPerSecond     float64 `json:"bits_per_second"`
	MessagesPerSecond float64 `json:"messages_per_second"`
}

// add adds those of one association, which ran beside the others.
func (t *Totals) add(o total) {
	t.Bytes += o.Bytes
	t.Messages += o.Messages
	t.Seconds = max(t.Seconds, o.Seconds)
	if t.Seconds > 0 {
		t.BitsPerSecond = float64(t.Bytes) * 8 / t.Seconds
		t.MessagesPerSecond = float64(t.Messages) / t.Seconds
	}
}

// Detail is one association at its end, as the client sees it.
type Detail struct {
	SentBytes     uint64 `json:"sent_bytes"`
	ReceivedBytes uint64 `json:"received_bytes"`
	Retransmitted uint64 `json:"retransmitted_chunks"`
	Paths         []Path `json:"paths"`
}

// Path is one way to the server, the primary one first.
type Path struct {
	Local         string  `json:"local"`
	Remote        string  `json:"remote"`
	State         string  `json:"state"`
	Primary       bool    `json:"primary"`
	RTT           float64 `json:"rtt_us"`
	Cwnd          int     `json:"cwnd_bytes"`
	PMTU          int     `json:"path_mtu"`
	Retransmitted uint64  `json:"retransmitted_chunks"`
}

// detail describes conn.
func detail(conn *sctp.Conn) Detail {
	s := conn.Status()
	d := Detail{SentBytes: s.Stats.BytesSent, ReceivedBytes: s.Stats.BytesReceived, Retransmitted: s.Stats.Retransmitted}
	for _, p := range s.Paths {
		d.Paths = append(d.Paths, Path{
			Local: p.Local.String(), Remote: p.Remote.String(), State: p.State.String(), Primary: p.Primary,
			RTT: float64(p.SRTT.Nanoseconds()) / 1e3, Cwnd: p.Cwnd, PMTU: p.PMTU, Retransmitted: p.Retransmitted,
		})
	}
	return d
}

// sumUp adds up what both sides have sent and received, and what it took.
func (o *Options) sumUp(flows []*flow) *Throughput {
	t := &Throughput{MessageBytes: o.MessageBytes}
	if !o.Reverse || o.Bidir {
		t.Forward = &Direction{}
	}
	if o.Reverse || o.Bidir {
		t.Reverse = &Direction{}
	}
	for _, f := range flows {
		if t.Forward != nil {
			t.Forward.Sender.add(f.did)
			t.Forward.Receiver.add(f.outcome.Received)
			t.took(&f.own)
		}
		if t.Reverse != nil {
			t.Reverse.Sender.add(f.peerSent)
			t.Reverse.Receiver.add(f.got)
			t.took(&f.outcome.Status)
		}
		for _, p := range f.conn.Status().Paths {
			if p.Primary && (t.PMTU == 0 || p.PMTU < t.PMTU) {
				t.PMTU = p.PMTU
			}
		}
	}
	for _, d := range []*Direction{t.Forward, t.Reverse} {
		if d != nil {
			t.Bytes += d.Receiver.Bytes
			t.Messages += d.Receiver.Messages
			t.BitsPerSecond += d.Receiver.BitsPerSecond
			t.MessagesPerSecond += d.Receiver.MessagesPerSecond
		}
	}
	return t
}

// took adds what it took one side to send.
func (t *Throughput) took(s *sending) {
	t.Retransmitted += s.Retransmitted
	t.FastRetransmits += s.FastRetransmits
	t.Timeouts += s.Timeouts
	t.Undone += s.Undone
	t.TailProbes += s.TailProbes
	t.BlackHoles += s.BlackHoles
	t.AbandonedUnsent += s.AbandonedUnsent
	t.AbandonedSent += s.AbandonedSent
}

// cpu is the share of processors that both sides used. All associations are of the same two processes.
func (o *Options) cpu(flows []*flow, own, seconds float64) CPU {
	c := CPU{Client: 100 * own / seconds}
	for _, f := range flows {
		if f.outcome.Seconds > 0 {
			c.Server = max(c.Server, 100*f.outcome.CPU/f.outcome.Seconds)
		}
	}
	return c
}

// Latency is the result of PingPong: the times from sending a message to having its echo.
type Latency struct {
	MessageBytes int `json:"message_bytes"`
	// LoadBytes is the size of the messages that were sent beside, 0 if none were.
	LoadBytes int `json:"load_bytes,omitempty"`
	RoundTrips
}

// RoundTrips are how many there were, and their times.
type RoundTrips struct {
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
	row("congestion", "%s", r.CongestionControl)
	if r.Omitted > 0 {
		row("time", "%.2f s, of which %.2f are omitted", r.Seconds, r.Omitted)
	} else {
		row("time", "%.2f s", r.Seconds)
	}
	if p := r.Throughput; p != nil {
		row("message size", "%d bytes", p.MessageBytes)
		row("throughput", "%s", BitRate(p.BitsPerSecond))
		row("messages", "%d (%.0f/s)", p.Messages, p.MessagesPerSecond)
		for _, d := range []struct {
			name string
			*Direction
		}{{"to server", p.Forward}, {"from server", p.Reverse}} {
			if d.Direction != nil {
				row(d.name, "%s sent in %.2f s, %s received in %.2f s: %s", Bytes(d.Sender.Bytes), d.Sender.Seconds,
					Bytes(d.Receiver.Bytes), d.Receiver.Seconds, BitRate(d.Receiver.BitsPerSecond))
			}
		}
		row("retransmitted", "%d chunks, %d fast retransmits, %d time-outs", p.Retransmitted, p.FastRetransmits, p.Timeouts)
		if p.Undone+p.TailProbes > 0 {
			row("of these", "%d taken back; %d tail probes", p.Undone, p.TailProbes)
		}
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
	row("CPU", "client %.0f %%, server %.0f %%", r.CPU.Client, r.CPU.Server)
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
func BitRate(r float64) string { return scaled(r, 1000, "bit/s", "kbit/s", "Mbit/s", "Gbit/s") }

// Bytes is n with the unit that leaves up to four digits before the point.
func Bytes(n uint64) string { return scaled(float64(n), 1024, "B", "KiB", "MiB", "GiB", "TiB") }

func scaled(r, step float64, units ...string) string {
	i := 0
	for ; r >= step && i < len(units)-1; i++ {
		r /= step
	}
	return fmt.Sprintf("%.2f %s", r, units[i])
}
