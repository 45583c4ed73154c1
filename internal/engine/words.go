package engine

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/transport"
)

// isWord reports whether a Datagram is something that the carrier says of the way to a peer as a whole, and no packet or a report about one.
func isWord(k transport.Kind) bool { return k == transport.Disconnected || k == transport.Rerouted }

// hear handles the words among the datagrams of a batch; they have come after the packets before them.
func (e *Engine) hear(now mono.Time, batch []transport.Datagram) {
	for i := range batch {
		d := &batch[i]
		if !isWord(d.Kind) {
			continue
		}
		for _, a := range e.associationsWith(d.Path.Remote) {
			a.mu.Lock()
			if d.Kind == transport.Disconnected {
				a.core.Disconnected(now, fmt.Errorf("%w: %s", assoc.ErrDisconnected, d.Data))
			} else {
				a.core.Rerouted(now, d.Path.Remote)
			}
			a.settle(now)
			a.unlock()
			a.shard.dispatch(a)
		}
	}
}

// associationsWith returns the associations that have an address of the peer. That is asked for once in the life of a connection.
func (e *Engine) associationsWith(remote netip.Addr) []*Assoc {
	e.mu.Lock()
	all := make([]*Assoc, 0, len(e.assocs))
	for a := range e.assocs {
		all = append(all, a)
	}
	e.mu.Unlock()
	var space [8]transport.Path
	return slices.DeleteFunc(all, func(a *Assoc) bool {
		a.mu.Lock()
		defer a.mu.Unlock()
		return !slices.ContainsFunc(a.core.Paths(space[:0]), func(p transport.Path) bool { return p.Remote == remote })
	})
}
