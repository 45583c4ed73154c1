package demo

import (
	"errors"
	"fmt"
	"slices"
	"sync"
)

// journal has what was sent and what was received, stream by stream, to be compared in the end.
type journal struct {
	mu             sync.Mutex
	sent, received map[uint16][]string
}

func newJournal() *journal {
	return &journal{sent: make(map[uint16][]string), received: make(map[uint16][]string)}
}

func (j *journal) send(stream uint16, text string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.sent[stream] = append(j.sent[stream], text)
}

func (j *journal) receive(stream uint16, text string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.received[stream] = append(j.received[stream], text)
}

// count returns how many messages were sent.
func (j *journal) count() (n int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, texts := range j.sent {
		n += len(texts)
	}
	return n
}

// verify returns nil if on every stream exactly what was sent was received, in that order.
func (j *journal) verify() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	var errs []error
	for stream := range j.received {
		if len(j.sent[stream]) == 0 {
			errs = append(errs, fmt.Errorf("stream %d: received %q, which nobody sent", stream, j.received[stream]))
		}
	}
	for stream, want := range j.sent {
		if got := j.received[stream]; !slices.Equal(got, want) {
			errs = append(errs, fmt.Errorf("stream %d: sent %q, received %q", stream, want, got))
		}
	}
	return errors.Join(errs...)
}
