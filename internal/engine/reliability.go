package engine

import "github.com/gosctp/sctp/internal/tx"

// PRStatus counts the messages of a stream that were given up by a policy.
func (a *Assoc) PRStatus(stream uint16, p tx.PRPolicy) (tx.Abandoned, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.core.PRStatus(stream, p)
}

// PRAssocStatus is PRStatus for all streams.
func (a *Assoc) PRAssocStatus(p tx.PRPolicy) (tx.Abandoned, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.core.PRAssocStatus(p)
}
