package tx

import (
	"github.com/gosctp/sctp/internal/sched"
	"github.com/gosctp/sctp/internal/seq"
)

// stream is an outgoing stream that was used.
type stream struct {
	sched.Stream // what the scheduler sees of it
	queued       list
	// ordered and unordered are the MIDs of the next message, which is counted apart (RFC 8260 section 2.1).
	ordered, unordered seq.MID
	// outstanding is the number of chunks that the peer has not acknowledged cumulatively.
	outstanding int
	// cutting is the user message that a part of was sent and a part is still to come; open the one that the next Push continues.
	cutting, open *Message
	// broken: the message that the user was about to continue is no more.
	broken bool
	// added: the scheduler knows that the stream has something to send.
	added bool
	// paused: messages from pausedAt on wait.
	paused   bool
	pausedAt uint64
	// abandoned counts the messages that were given up, nil as long as none was.
	abandoned *tally
}

// unused reports whether the stream is as if it had never been used.
func (s *stream) unused() bool {
	return s.fresh() && !s.broken && !s.paused && s.Value == 0 && s.abandoned == nil
}

// streamsPerPage is the grain of the table of streams.
const streamsPerPage = 16

// streams is a table that costs nothing for streams that were never used.
type streams struct{ pages []*page }

type page struct {
	streams [streamsPerPage]*stream
	used    int
}

// at returns a stream, nil if it is unused.
func (t *streams) at(id uint16) *stream {
	if p := int(id) / streamsPerPage; p < len(t.pages) && t.pages[p] != nil {
		return t.pages[p].streams[id%streamsPerPage]
	}
	return nil
}

// use returns a stream, new if it is unused.
func (t *streams) use(id uint16) *stream {
	if s := t.at(id); s != nil {
		return s
	}
	i := int(id) / streamsPerPage
	for i >= len(t.pages) {
		t.pages = append(t.pages, nil)
	}
	p := t.pages[i]
	if p == nil {
		p = new(page)
		t.pages[i] = p
	}
	s := new(stream)
	s.ID = id
	p.streams[id%streamsPerPage] = s
	p.used++
	return s
}

// tidy gives back the memory of a stream that is unused again.
func (t *streams) tidy(s *stream) {
	if !s.unused() || t.at(s.ID) != s {
		return
	}
	i := int(s.ID) / streamsPerPage
	p := t.pages[i]
	p.streams[s.ID%streamsPerPage] = nil
	if p.used--; p.used > 0 {
		return
	}
	t.pages[i] = nil
	n := len(t.pages)
	for n > 0 && t.pages[n-1] == nil {
		n--
	}
	if t.pages = t.pages[:n]; n == 0 {
		t.pages = nil
	}
}

// each calls f for every stream in use, in order of their numbers; f may tidy the stream.
func (t *streams) each(f func(*stream)) {
	for i := 0; i < len(t.pages); i++ {
		p := t.pages[i]
		if p == nil {
			continue
		}
		for _, s := range p.streams {
			if s != nil {
				f(s)
			}
		}
	}
}
