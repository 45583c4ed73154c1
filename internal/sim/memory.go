package sim

import "github.com/gosctp/sctp/internal/assoc"

// hostMemory is what the buffers of one host may grow by, little enough for associations to get into each other's way.
const hostMemory = 96 << 10

// memory is an assoc.Memory.
type memory struct{ limit, used int }

// memoryOf is what a run begins with: as much as its scenario says, or hostMemory.
func memoryOf(m assoc.Memory) *memory {
	if m, ok := m.(*memory); ok {
		return &memory{limit: m.limit}
	}
	return &memory{limit: hostMemory}
}

func (m *memory) Take(n int) bool {
	if m.used+n > m.limit {
		return false
	}
	m.used += n
	return true
}

func (m *memory) Give(n int) { m.used -= n }

func (m *memory) Scarce() bool { return m.used > m.limit/2 }
