package assoc

import (
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// peerChanges are those of the peer's addresses.
type peerChanges struct {
	// next is the Sequence Number of the next ASCONF chunk.
	next seq.TSN
	// kept are the last answers, the newest at the end.
	kept []asconfAnswer
	// answers are the ASCONF-ACK chunks for the packet that is being processed.
	answers []byte
	probes  probeTurns
}

// asconfAnswer is an ASCONF-ACK chunk.
type asconfAnswer struct {
	seq   seq.TSN
	chunk []byte
}

// recvASCONF handles ASCONF (RFC 5061 section 5.2) and reports whether the rest of the packet counts.
func (a *Association) recvASCONF(now mono.Time, in *inbound, c wire.Chunk) bool {
	if !a.extensions.Has(DynamicAddresses) {
		return a.recvUnknown(c)
	}
	if !a.configuresAddrs() {
		return true
	}
	m, err := wire.ParseASCONF(c)
	if err == nil {
		err = checkParams(m.Params)
	}
	if err != nil {
		a.violation(err.Error())
		return false
	}
	switch p := &a.addresses().peer; {
	case m.Seq == p.next: // E4
		a.incidents().ASCONFReceived++
		ack := wire.ASCONFAck{Seq: m.Seq, Params: a.perform(now, in, m)}
		if a.addressing == nil {
			return false
		}
		p.next++
		p.keep(asconfAnswer{m.Seq, ack.Append(nil)})
		p.answers = append(p.answers, p.kept[len(p.kept)-1].chunk...)
	case m.Seq.Less(p.next) && in.path != nil: // E2
		a.repeatAnswer(m.Seq)
	default: // E5; or it comes from an address that it has not added: then somebody else repeats it
		a.incidents().ASCONFDiscarded++
	}
	return true
}

// checkParams reports lengths that contradict each other, before anything is performed.
func checkParams(params []byte) (err error) {
	for len(params) > 0 && err == nil {
		_, params, err = wire.NextParam(params)
	}
	return err
}

// keep keeps an answer.
func (p *peerChanges) keep(x asconfAnswer) {
	if len(p.kept) == MaxKeptASCONFAcks {
		copy(p.kept, p.kept[1:])
		p.kept = p.kept[:len(p.kept)-1]
	}
	p.kept = append(p.kept, x)
}

// repeatAnswer answers a chunk that has been performed as it was answered before.
func (a *Association) repeatAnswer(s seq.TSN) {
	p := &a.addressing.peer
	for _, x := range p.kept {
		if x.seq == s {
			a.incidents().ASCONFRepeated++
			p.answers = append(p.answers, x.chunk...)
			return
		}
	}
	a.incidents().ASCONFDiscarded++
}

// answerASCONF sends what the ASCONF chunks of a packet are answered with, to where they came from (E6): whatever does not fit is for when the peer
// asks again (E7).
func (a *Association) answerASCONF(now mono.Time, in *inbound) {
	p := &a.addressing.peer
	if len(p.answers) == 0 {
		return
	}
	room := defaultPMTU
	if in.path != nil {
		room = in.path.PMTU()
	}
	room -= wire.HeaderLen + a.authOverhead()
	chunks := p.answers
	for rest := chunks; len(rest) > 0; {
		c, more, err := wire.NextChunk(rest)
		if err != nil {
			break
		}
		if end := len(chunks) - len(more); end > room && len(c.Raw) < end {
			chunks = chunks[:len(chunks)-len(rest)]
			break
		}
		rest = more
	}
	a.reply(in.d.Path, func(b []byte) []byte {
		b = append(beginPacket(b, a.params.LocalPort, a.params.PeerPort, a.peerTag), chunks...)
		if p := in.path; p != nil && p.HB.Wanted && !usable(p) && len(chunks)+heartbeatLen <= room {
			// Section 5.3 F1. By itself it might be there first, and the peer may not yet answer from the address that it has added.
			b = a.appendHeartbeat(now, b, p)
		}
		if a.auth != nil {
			b = a.sign(b, a.auth.Active())
		}
		return sealPacket(b, 0)
	})
	p.answers = p.answers[:0]
}
