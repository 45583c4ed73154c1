package tx

import "github.com/gosctp/sctp/internal/seq"

// Gaps reports whether the peer has said that something is missing.
func (o *Outstanding) Gaps() bool { return len(o.gaps) > 0 }

// MarkTail marks for retransmission what is in flight on a path and left with the highest TSN there, as much of it as fits into room bytes, to
// probe with (RFC 8985 section 7.3). It returns that TSN; false if there is none, or it may be given up: marking could be the end of it.
func (o *Outstanding) MarkTail(path, room int) (seq.TSN, bool) {
	var last *Chunk
	for t := o.next - 1; o.cum.Less(t); t-- {
		c := o.at(t)
		switch {
		case last == nil && (c.fate != inFlight || c.Path != path):
			continue
		case c.fate != inFlight, c.Path != path, c.Message.PR.Policy != PRNone,
			last != nil && (c.sentAt != last.sentAt || c.size > room):
			return tsnOf(last)
		}
		if last == nil {
			last = c
		}
		room -= c.size
		o.mark(c)
		c.fast = true
		c.TimedOut = false
	}
	return tsnOf(last)
}

func tsnOf(c *Chunk) (seq.TSN, bool) {
	if c == nil {
		return 0, false
	}
	return c.TSN, true
}
