package tx

import (
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/seq"
)

// Losses are chunks that are taken for lost, for those who want to know when these left. What left to one path at one moment is one Loss.
type Losses struct {
	list []Loss
	last seq.TSN
}

// Loss is what of a departure is lost: Bytes in so many Ranges of consecutive TSNs.
type Loss struct {
	Path          int
	SentAt        mono.Time
	Bytes, Ranges int
}

// add notes a chunk. Adding to nil does nothing.
func (l *Losses) add(c *Chunk) {
	if l == nil {
		return
	}
	follows := len(l.list) > 0 && c.TSN == l.last+1
	l.last = c.TSN
	if n := len(l.list); n > 0 && l.list[n-1].Path == c.Path && l.list[n-1].SentAt == c.sentAt {
		l.list[n-1].Bytes += c.size
		if !follows {
			l.list[n-1].Ranges++
		}
		return
	}
	l.list = append(l.list, Loss{Path: c.Path, SentAt: c.sentAt, Bytes: c.size, Ranges: 1})
}

// Take returns the losses since the last call, in the order of their TSNs; they are valid until another one is found.
func (l *Losses) Take() []Loss {
	list := l.list
	l.list = l.list[:0]
	return list
}
