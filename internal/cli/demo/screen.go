package demo

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/gosctp/sctp/internal/ladder"
)

// screen draws what happens, from several goroutines.
type screen struct {
	mu      sync.Mutex
	diagram *ladder.Diagram
	// err is the first error of the output.
	err error
}

func newScreen(w io.Writer, o ladder.Options) *screen { return &screen{diagram: ladder.New(w, o)} }

func (s *screen) packet(p ladder.Packet) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keep(s.diagram.Add(p))
}

func (s *screen) note(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keep(s.diagram.Note(time.Now(), fmt.Sprintf(format, args...)))
}

func (s *screen) keep(err error) {
	if s.err == nil {
		s.err = err
	}
}

func (s *screen) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}
