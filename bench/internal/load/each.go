package load

import (
	"fmt"

	"github.com/gosctp/sctp/bench/internal/peer"
)

// dialers is how many connections are set up at a time.
const dialers = 16

// attempts is how often a connection is tried.
const attempts = 5

// each makes the connections, and when all are there runs f on each until one fails.
func each(p peer.Peer, addr string, s Spec, f func(peer.Conn) error) error {
	conns, err := dial(p, addr, max(1, s.Conns))
	if err != nil {
		return err
	}
	failed := make(chan error, len(conns)) // those that fail later are not waited for
	for _, c := range conns {
		go func() { failed <- f(c) }()
	}
	return <-failed
}

// dial makes n connections.
func dial(p peer.Peer, addr string, n int) ([]peer.Conn, error) {
	type outcome struct {
		c   peer.Conn
		err error
	}
	outcomes := make(chan outcome, n)
	slots := make(chan struct{}, dialers)
	for range n {
		go func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			var o outcome
			for range attempts {
				if o.c, o.err = p.Dial(addr); o.err == nil {
					break
				}
			}
			outcomes <- o
		}()
	}
	conns := make([]peer.Conn, 0, n)
	for range n {
		o := <-outcomes
		if o.err != nil {
			return nil, fmt.Errorf("connection %d of %d: %w", len(conns)+1, n, o.err)
		}
		conns = append(conns, o.c)
	}
	return conns, nil
}
