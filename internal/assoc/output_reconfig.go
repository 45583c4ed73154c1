package assoc

import (
	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/wire"
)

// repeatLen is the length of a RE-CONFIG chunk with the answer to an SSN/TSN Reset Request.
const repeatLen = 4 + 20

// repeatedLen is what the repetition of that answer takes of each packet with DATA.
func (a *Association) repeatedLen() int {
	if a.reconfig == nil || a.reconfig.peer.repeat == nil {
		return 0
	}
	if a.auth != nil && a.dataOverhead() == 0 && a.auth.Asked(wire.ChunkReConfig) {
		return repeatLen + a.auth.Overhead()
	}
	return repeatLen
}

// reconfigTarget is where a RE-CONFIG chunk waits to be sent; nil if none does.
func (a *Association) reconfigTarget() *path.Path {
	r := a.reconfig
	switch {
	case r == nil:
		return nil
	case len(r.peer.answers) > 0:
		return r.peer.to
	case r.own.flight != nil && r.own.flight.pending:
		return r.own.flight.path
	}
	return nil
}

// buildReconfig adds RE-CONFIG chunks. They stand before SACK, FORWARD TSN and DATA, whose numbers may be understood only after them.
func (a *Association) buildReconfig(k *builder) {
	repeat := a.reconfig.peer.repeat
	if a.buildAnswers(k) {
		repeat = nil
	}
	if f := a.reconfig.own.flight; f != nil && f.pending && f.path == k.path {
		a.acknowledgeBefore(k, f)
		f.pending = !k.appendReconfig(nil, f.params)
	}
	if repeat == nil {
		return
	}
	if k.room() < repeatLen {
		k.limit = len(k.b) // nothing without it
		return
	}
	k.appendReconfig([]wire.ReconfigResponse{*repeat}, nil)
	k.notAlone++
}

// buildAnswers adds the answers to the peer's requests, by twos, and with an odd one the own request if it is of the right kind (RFC 6525 section
// 3.1). It reports whether the one to an SSN/TSN Reset Request is among them.
func (a *Association) buildAnswers(k *builder) (renumbered bool) {
	q, f := &a.reconfig.peer, a.reconfig.own.flight
	if q.to != k.path {
		return false
	}
	for len(q.answers) > 0 {
		n := min(2, len(q.answers))
		var request []byte
		if n == 1 && f != nil && f.pending && f.path == k.path && len(f.requests) == 1 && f.requests[0].kind == resetOutgoing {
			request = f.params
		}
		if !k.appendReconfig(q.answers[:n], request) {
			break
		}
		if request != nil {
			f.pending = false
		}
		for _, r := range q.answers[:n] {
			renumbered = renumbered || r.HasTSNs
		}
		q.answers = append(q.answers[:0], q.answers[n:]...)
	}
	return renumbered
}

// appendReconfig appends a RE-CONFIG chunk if it fits, or nothing else is in the packet.
func (k *builder) appendReconfig(answers []wire.ReconfigResponse, request []byte) bool {
	b, m := wire.BeginChunk(k.b, wire.ChunkReConfig, 0)
	for _, r := range answers {
		b = r.Append(b)
	}
	b = wire.EndChunk(append(b, request...), m)
	if len(b) > k.limit && !k.empty() {
		return false
	}
	k.add(b)
	k.mayFragment = k.mayFragment || k.room() < 0
	return true
}

// acknowledgeBefore adds a SACK to a request that gives TSNs another meaning: usrsctp, which performs such a request at once, ends the
// association when what it has outstanding is acknowledged by the new numbers. An earlier SACK may be lost.
func (a *Association) acknowledgeBefore(k *builder, f *flight) {
	if f.isTSNReset() && a.receive.ack.begun {
		a.receive.ack.due = true
		a.buildSack(k)
	}
}
