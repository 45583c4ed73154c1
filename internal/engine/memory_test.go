package engine

import (
	"sync"
	"testing"
)

func TestMemoryIsLimited(t *testing.T) {
	m := NewMemory(1000)
	if m.Scarce() || !m.Take(750) || m.Scarce() {
		t.Errorf("with %d of 1000 taken memory is scarce", m.Used())
	}
	if !m.Take(1) || !m.Scarce() || m.Take(250) || m.Used() != 751 {
		t.Errorf("%d of 1000 are taken", m.Used())
	}
	if !m.Take(249) || m.Take(1) {
		t.Errorf("%d of 1000 are taken", m.Used())
	}
	m.Give(1000)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 10000 {
				if m.Take(200) {
					if n := m.Used(); n > 1000+8*200 {
						t.Errorf("%d of 1000 are taken", n)
					}
					m.Give(200)
				}
			}
		})
	}
	all.Wait()
	if m.Used() != 0 {
		t.Errorf("%d are still taken", m.Used())
	}
}
