package endpoint

import (
	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/wire"
)

// outOfTheBlue has the rules of RFC 9260 section 8.4 for packets that belong to no association; the numbers are those of its list.
// Route has seen to item 1.
func (e *Endpoint) outOfTheBlue(now mono.Time, p *packet) Verdict {
	s := survey(p.chunks)
	p.control = s.control
	switch {
	case s.abort: // 2
		return Verdict{Reason: DropSilently}
	case p.header.Tag == 0: // 3; by section 8.5.1 A nothing else has this tag
		if p.first.Type == wire.ChunkInit && p.alone() {
			return e.routeInit(now, p)
		}
		return Verdict{Reason: DropMalformed}
	case p.first.Type == wire.ChunkCookieEcho: // 4
		return e.routeCookieEcho(now, p)
	case s.shutdownAck: // 5
		return e.completeShutdown(p)
	case s.shutdownComplete, s.cookieAck, s.staleCookie: // 6, 7
		return Verdict{Reason: DropSilently}
	}
	return e.abort(p, p.header.Tag, true) // 8
}

// chunkSurvey says which chunks of interest a packet has, wherever they stand in it.
type chunkSurvey struct {
	abort, shutdownAck, shutdownComplete, cookieAck, staleCookie bool
	// control counts control chunks.
	control int
}

// survey looks at all chunks up to the first that is malformed.
func survey(chunks []byte) (s chunkSurvey) {
	for rest := chunks; len(rest) > 0; {
		c, more, err := wire.NextChunk(rest)
		if err != nil {
			break
		}
		if c.Type != wire.ChunkData && c.Type != wire.ChunkIData {
			s.control++
		}
		switch c.Type {
		case wire.ChunkAbort:
			s.abort = true
		case wire.ChunkShutdownAck:
			s.shutdownAck = true
		case wire.ChunkShutdownComplete:
			s.shutdownComplete = true
		case wire.ChunkCookieAck:
			s.cookieAck = true
		case wire.ChunkError:
			s.staleCookie = s.staleCookie || hasStaleCookie(c.Value)
		}
		rest = more
	}
	return s
}

func hasStaleCookie(causes []byte) bool {
	for len(causes) > 0 {
		c, rest, err := wire.NextCause(causes)
		if err != nil {
			return false
		}
		if c.Code == wire.CauseStaleCookie {
			return true
		}
		causes = rest
	}
	return false
}

// refuseInit answers an INIT that nobody listens for (section 8.4 item 3): the tag is the Initiate Tag, since a reflected one would be 0.
func (e *Endpoint) refuseInit(p *packet, in *wire.Init) Verdict {
	if in.Tag == 0 {
		return Verdict{Reason: DropMalformed} // section 3.3.2
	}
	return e.abort(p, in.Tag, false)
}

// abort answers a packet with ABORT.
func (e *Endpoint) abort(p *packet, tag uint32, reflected bool) Verdict {
	if !e.mayAnswer(p) {
		return Verdict{Reason: DropNotOurs}
	}
	e.reply = assoc.AppendAbort(e.reply[:0], p.header.DstPort, p.header.SrcPort, tag, reflected, nil)
	return Verdict{Kind: Reply, Reply: e.reply}
}

// completeShutdown answers the SHUTDOWN ACK of an association that is over here.
func (e *Endpoint) completeShutdown(p *packet) Verdict {
	if !e.mayAnswer(p) {
		return Verdict{Reason: DropNotOurs}
	}
	e.reply = assoc.AppendShutdownComplete(e.reply[:0], p.header.DstPort, p.header.SrcPort, p.header.Tag, true)
	return Verdict{Kind: Reply, Reply: e.reply}
}

// mayAnswer reports whether this process, of several that see the packet, is the one to answer it: a port is bound by one process, on
// whichever addresses, and the ports that nobody bound are left to one of them.
func (e *Endpoint) mayAnswer(p *packet) bool {
	return e.ootb || e.bound(p.header.DstPort)
}
