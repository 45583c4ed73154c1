// Package load has the workloads, each as a server's and a client's side over package peer.
//
// One side of each workload measures: it starts with its first message, leaves out a warm-up, and reports twice: when it begins to
// measure, and what it found.
package load

import (
	"fmt"
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
	// Many: Ping on many connections at once, with some messages in flight on each. The client measures.
	Many = "many"
	// Fan: Bulk on many connections at once. The server measures.
	Fan = "fan"
)

// OneWay says whether a workload's data goes from the client to the server only, which then measures.
func OneWay(work string) bool { return work == Bulk || work == Fan }

// Spec describes a run.
type Spec struct {
	Work    string
	Size    int // of a message
	Workers int // of Setup
	Conns   int // of Many, Fan and Mem
	Window  int // of Many: messages in flight on each connection
	Warm    time.Duration
	Time    time.Duration
}

// Serve runs the server's side for ever.
func Serve(l peer.Listener, s Spec, r Reporter) error {
	if s.Work == Mem {
		return hold(l)
	}
	m := newMeter(s, r)
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer c.Close()
			buf := make([]byte, max(s.Size, 1))
			for {
				n, err := c.Recv(buf)
				if err != nil {
					if s.Work != Setup { // which is all about connections that end
						m.fail(err)
					}
					return
				}
				switch s.Work {
				case Bulk, Fan:
					m.add(n, 0)
				case Ping, Many:
					if err := c.Send(buf[:n]); err != nil {
						m.fail(err)
						return
					}
				}
			}
		}()
	}
}

// Drive runs the client's side until a connection fails, which is how a server that has measured ends it.
func Drive(p peer.Peer, addr string, s Spec, r Reporter) error {
	m := newMeter(s, r)
	switch s.Work {
	case Bulk, Fan:
		return each(p, addr, s, func(c peer.Conn) error { return flood(c, s) })
	case Ping, Many:
		return each(p, addr, s, func(c peer.Conn) error { return echo(c, s, m) })
	case Setup:
		return setup(p, addr, s, m)
	case Mem:
		return idle(p, addr, s, r)
	}
	return fmt.Errorf("unknown workload %q: there are %v", s.Work, []string{Bulk, Ping, Setup, Many, Fan, Mem})
}

// flood sends messages as fast as they go.
func flood(c peer.Conn, s Spec) error {
	message := make([]byte, s.Size)
	for {
		if err := c.Send(message); err != nil {
			return err
		}
	}
}

// echo sends messages, the next one whenever an answer comes.
func echo(c peer.Conn, s Spec, m *meter) error {
	message, buf := make([]byte, s.Size), make([]byte, s.Size)
	for range s.Window - 1 {
		if err := c.Send(message); err != nil {
			return err
		}
	}
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
	failed := make(chan error, s.Workers)
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
