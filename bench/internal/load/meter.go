package load

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Measuring is the line that the measuring side prints when it begins to measure.
const Measuring = "measuring"

// Result is what the measuring side found, and prints as a line of JSON. Latencies are zero in one-way workloads.
type Result struct {
	Seconds  float64 `json:"seconds"`
	Messages int64   `json:"messages"` // connections in Setup
	Bytes    int64   `json:"bytes"`
	P50      float64 `json:"p50_us"`
	P99      float64 `json:"p99_us"`
	// Allocs is how many allocations the measuring side made, which only Go programs tell.
	Allocs int64 `json:"allocs,omitempty"`
	// Failed is how many connections failed, and Failure how the first one did.
	Failed  int64  `json:"failed,omitempty"`
	Failure string `json:"failure,omitempty"`
}

// Reporter prints the two lines of the measuring side.
type Reporter struct{ W io.Writer }

func (r Reporter) measuring() { fmt.Fprintln(r.W, Measuring) }

func (r Reporter) found(found Result) {
	_ = json.NewEncoder(r.W).Encode(found) // whoever would read it is gone
}

// meter counts messages from the first one on.
type meter struct {
	spec            Spec
	reporter        Reporter
	start           sync.Once
	messages, bytes atomic.Int64
	measuring       atomic.Bool
	latencies       histogram
	failed          atomic.Int64
	failure         atomic.Pointer[error]
}

func newMeter(s Spec, r Reporter) *meter { return &meter{spec: s, reporter: r} }

// add counts a message of n bytes; latency is zero where there is none.
func (m *meter) add(n int, latency time.Duration) {
	m.start.Do(func() { go m.run() })
	m.messages.Add(1)
	m.bytes.Add(int64(n))
	if latency > 0 && m.measuring.Load() {
		m.latencies.add(latency)
	}
}

// fail counts a connection that failed.
func (m *meter) fail(err error) {
	m.failed.Add(1)
	m.failure.CompareAndSwap(nil, &err)
}

func (m *meter) run() {
	time.Sleep(m.spec.Warm)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	m.reporter.measuring()
	m.measuring.Store(true)
	began, messages, bytes := time.Now(), m.messages.Load(), m.bytes.Load()
	time.Sleep(m.spec.Time)
	m.measuring.Store(false)
	r := Result{
		Seconds:  time.Since(began).Seconds(),
		Messages: m.messages.Load() - messages,
		Bytes:    m.bytes.Load() - bytes,
	}
	runtime.ReadMemStats(&after)
	r.Allocs = int64(after.Mallocs - before.Mallocs)
	r.P50, r.P99 = m.latencies.quantile(0.50), m.latencies.quantile(0.99)
	r.Failed = m.failed.Load()
	if err := m.failure.Load(); err != nil {
		r.Failure = (*err).Error()
	}
	m.reporter.found(r)
}
