// Package load has the workloads, each as a server's and a client's side over package peer.
//
// One side of each workload measures: it starts with its first message, leaves out a warm-up, and reports once.
package load

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gosctp/sctp/bench/internal/peer"
)

// Workloads.
const (
	// Bulk: the client sends messages one way as fast as they go. The server measures.
	Bulk = "bulk"
	// Ping: the client sends a message and waits for its echo. The client measures.
	Ping = "ping"
	// Setup: the client's workers connect, and close, one connection after the other. The client measures. An attempt
	// that fails counts for nothing.
	Setup = "setup"
)

// Spec describes a run.
type Spec struct {
	Work    string
	Size    int // of a message
	Workers int // of Setup
	Warm    time.Duration
	Time    time.Duration
}

// Result is what the measuring side found. Latencies are zero in Bulk.
type Result struct {
	Seconds  float64 `json:"seconds"`
	Messages int64   `json:"messages"` // connections in Setup
	Bytes    int64   `json:"bytes"`
	P50      float64 `json:"p50_us"`
	P99      float64 `json:"p99_us"`
}

// Serve runs the server's side for ever; report gets the result if this side measures.
func Serve(l peer.Listener, s Spec, report func(Result)) error {
	m := newMeter(s, report)
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer c.Close()
			buf := make([]byte, peer.MaxMessage)
			for {
				n, err := c.Recv(buf)
				if err != nil {
					return
				}
				switch s.Work {
				case Bulk:
					m.add(n, 0)
				case Ping:
					if c.Send(buf[:n]) != nil {
						return
					}
				}
			}
		}()
	}
}

// Drive runs the client's side until a connection fails, which in Bulk is how the server ends it.
func Drive(p peer.Peer, addr string, s Spec, report func(Result)) error {
	switch s.Work {
	case Bulk:
		return bulk(p, addr, s)
	case Ping:
		return ping(p, addr, s, newMeter(s, report))
	case Setup:
		return setup(p, addr, s, newMeter(s, report))
	}
	return fmt.Errorf("unknown workload %q: there are %s, %s, %s", s.Work, Bulk, Ping, Setup)
}

func bulk(p peer.Peer, addr string, s Spec) error {
	c, err := p.Dial(addr)
	if err != nil {
		return err
	}
	for message := make([]byte, s.Size); err == nil; {
		err = c.Send(message)
	}
	return err
}

func ping(p peer.Peer, addr string, s Spec, m *meter) error {
	c, err := p.Dial(addr)
	if err != nil {
		return err
	}
	message, buf := make([]byte, s.Size), make([]byte, peer.MaxMessage)
	for {
		began := time.Now()
		if err := c.Send(message); err != nil {
			return err
		}
		n, err := c.Recv(buf)
		if err != nil {
			return err
		}
		m.add(n, time.Since(began))
	}
}

func setup(p peer.Peer, addr string, s Spec, m *meter) error {
	failed := make(chan error)
	for range s.Workers {
		go func() {
			failures := 0
			for {
				began := time.Now()
				c, err := p.Dial(addr)
				if err == nil {
					m.add(0, time.Since(began))
					err = c.Close()
				}
				if err == nil {
					failures = 0
				} else if failures++; failures == maxFailures {
					failed <- err
					return
				}
			}
		}()
	}
	return <-failed
}

// maxFailures is how many attempts in a row may fail before a worker of Setup gives up.
const maxFailures = 100

// meter counts messages from the first one on.
type meter struct {
	spec            Spec
	report          func(Result)
	start           sync.Once
	messages, bytes atomic.Int64

	mu        sync.Mutex
	measuring bool
	latencies []time.Duration
}

func newMeter(s Spec, report func(Result)) *meter { return &meter{spec: s, report: report} }

// add counts a message of n bytes; latency is zero where there is none.
func (m *meter) add(n int, latency time.Duration) {
	m.start.Do(func() { go m.run() })
	m.messages.Add(1)
	m.bytes.Add(int64(n))
	if latency == 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.measuring {
		m.latencies = append(m.latencies, latency)
	}
}

func (m *meter) run() {
	time.Sleep(m.spec.Warm)
	m.setMeasuring(true)
	began, messages, bytes := time.Now(), m.messages.Load(), m.bytes.Load()
	time.Sleep(m.spec.Time)
	m.setMeasuring(false)
	r := Result{
		Seconds:  time.Since(began).Seconds(),
		Messages: m.messages.Load() - messages,
		Bytes:    m.bytes.Load() - bytes,
	}
	slices.Sort(m.latencies)
	r.P50, r.P99 = quantile(m.latencies, 0.50), quantile(m.latencies, 0.99)
	m.report(r)
}

func (m *meter) setMeasuring(on bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.measuring = on
}

// quantile returns the q-quantile of sorted latencies in microseconds.
func quantile(sorted []time.Duration, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return float64(sorted[int(q*float64(len(sorted)-1))].Nanoseconds()) / 1000
}
