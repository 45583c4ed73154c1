package sockets

import (
	"sync"
	"sync/atomic"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// settings are the sysctls of a stack. They may change at any time, as a whole: who looks at several sees those of one moment.
type settings struct {
	current atomic.Pointer[linux.Sysctls]
	change  sync.Mutex
}

// begin takes the values to begin with, those that Linux boots with if there are none.
func (s *settings) begin(v *linux.Sysctls) {
	first := linux.DefaultSysctls()
	if v != nil {
		first = *v
	}
	s.current.Store(&first)
}

// sysctls are the settings of this moment. They are not to be changed.
func (s *Stack) sysctls() *linux.Sysctls { return s.tuned.current.Load() }

// Sysctl returns a setting net.sctp.NAME as /proc/sys shows it, without the end of the line.
func (s *Stack) Sysctl(name string) (string, error) { return s.sysctls().Get(name) }

// SetSysctl changes a setting, for sockets that are made afterwards.
func (s *Stack) SetSysctl(name, value string) error {
	s.tuned.change.Lock()
	defer s.tuned.change.Unlock()
	v := *s.sysctls()
	if err := v.Set(name, value); err != nil {
		return err
	}
	s.tuned.current.Store(&v)
	return nil
}
