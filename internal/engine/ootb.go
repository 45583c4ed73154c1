package engine

import "github.com/gosctp/sctp/internal/wire"

// On a shared carrier every process of the host gets a copy of every packet, and one of them answers those out of the
// blue (RFC 9260 section 8.4): the one with the right to it, if the port is nobody's.

// watchOOTB waits for the right to answer, which one process of a host has at a time.
func (e *Engine) watchOOTB() {
	for !e.claimOOTB() {
		select {
		case <-e.ports.OOTBFree():
		case <-e.done:
			return
		}
	}
}

// claimOOTB begins to answer if no other process does.
func (e *Engine) claimOOTB() bool {
	if !e.ports.ClaimOOTB() {
		return false
	}
	e.portsMu.Lock()
	defer e.portsMu.Unlock()
	e.ootb = true
	e.mu.Lock()
	e.core.SetOOTB(true)
	e.mu.Unlock()
	_ = e.filterPorts() // As in unclaim.
	return true
}

// mayBeOfOthers reports whether a stateless answer comes from a port that another process may have. Engine.mu is held.
func (e *Engine) mayBeOfOthers(answer []byte) bool {
	return e.caps.Shared && e.ports != nil && e.held[sourcePort(answer)] == 0
}

// answerDoubtful gives those answers to the writer that come from nobody's ports. No lock is held: the table of ports is the
// operating system's.
func (e *Engine) answerDoubtful(doubt *replyQueue) {
	for doubt.len() > 0 {
		r := doubt.pop()
		if !e.ports.Held(sourcePort(r.data), r.path.Local) {
			e.out.reply(r.path, r.data)
		}
	}
}

// sourcePort is the port that a packet of this side comes from.
func sourcePort(packet []byte) uint16 {
	h, _ := wire.ParseHeader(packet) // This side has built it.
	return h.SrcPort
}
