package engine

import "sync/atomic"

// Memory is an assoc.Memory of limited size.
type Memory struct {
	limit int64
	used  atomic.Int64
}

// NewMemory returns a Memory of limit bytes.
func NewMemory(limit int) *Memory { return &Memory{limit: int64(limit)} }

// Take asks for n bytes.
func (m *Memory) Take(n int) bool {
	if m.used.Add(int64(n)) > m.limit {
		m.used.Add(-int64(n))
		return false
	}
	return true
}

// Give gives n bytes back.
func (m *Memory) Give(n int) { m.used.Add(-int64(n)) }

// Scarce reports whether more than three quarters are taken.
func (m *Memory) Scarce() bool { return m.used.Load() > m.limit-m.limit/4 }

// Used is how many bytes are taken.
func (m *Memory) Used() int { return int(m.used.Load()) }
