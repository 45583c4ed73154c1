//go:build linux && (amd64 || arm64)

package intercept

import (
	"fmt"
	"sync"
	"syscall"
)

// problems tells the user what keeps calls from being served, each once.
type problems struct {
	report func(string)
	mu     sync.Mutex
	told   map[string]bool
}

func newProblems(report func(string)) *problems {
	return &problems{report: report, told: make(map[string]bool)}
}

func (p *problems) tell(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.told[what] {
		p.told[what] = true
		p.report(what)
	}
}

// denied tells that the kernel does not let the supervisor look into the program.
func (p *problems) denied(tid int, e syscall.Errno) {
	if e != syscall.EPERM && e != syscall.EACCES {
		return
	}
	p.tell(fmt.Sprintf("process %d cannot be served (%v): it is protected from being looked at, as programs are that may be executed but "+
		"not read, and as those are in containers without CAP_SYS_PTRACE", processOf(tid), e))
}

// visible reports whether the thread's descriptors can be looked at, and tells the user if not.
func (p *problems) visible(t *task) bool {
	if _, e := t.inode(0); e == syscall.EACCES || e == syscall.EPERM {
		p.denied(t.tid, e)
		return false
	}
	return true
}
