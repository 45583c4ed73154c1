//go:build linux && (amd64 || arm64)

package intercept

import (
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// A call that has come to the supervisor does not see signals any more, but for those that kill: otherwise an answer could cross one, and
// a message be lost or received twice. So the supervisor looks after the signals of the calls that it keeps. Where one is pending
// it answers ERESTARTSYS, which the program never sees: the kernel delivers the signal and makes EINTR or another try of it.

const (
	// signalRound is how long a signal may be pending before it is seen.
	signalRound = 10 * time.Millisecond
	// signalShare is what part of the time looking may take where very many calls are kept.
	signalShare = 20
	// restartSystemCall is ERESTARTSYS.
	restartSystemCall = 512
)

// pollSignals runs while calls are kept.
func (s *supervisor) pollSignals() {
	pause := signalRound
	for {
		time.Sleep(pause)
		began := time.Now()
		s.mu.Lock()
		waiters := make([]*waiter, 0, len(s.waiters))
		for _, w := range s.waiters {
			waiters = append(waiters, w)
		}
		s.polling = len(waiters) > 0
		s.mu.Unlock()
		if len(waiters) == 0 {
			return
		}
		s.lookForSignals(waiters)
		pause = max(signalRound, signalShare*time.Since(began))
	}
}

// signals is what /proc says about the signals of a thread.
type signals struct {
	process int
	threads int
	own     uint64 // pending for this thread and not blocked
	shared  uint64 // pending for the process and not blocked by this thread
}

// signalsOf returns nothing for a thread that is gone.
func signalsOf(tid int) signals {
	status, err := os.ReadFile(procPath(tid, "status"))
	if err != nil {
		return signals{}
	}
	return parseSignals(status)
}

func parseSignals(status []byte) signals {
	mask := func(name string) uint64 {
		v, _ := strconv.ParseUint(statusField(status, name), 16, 64)
		return v
	}
	decimal := func(name string) int {
		v, _ := strconv.Atoi(statusField(status, name))
		return v
	}
	open := ^mask("SigBlk")
	return signals{
		process: decimal("Tgid"), threads: decimal("Threads"), own: mask("SigPnd") & open, shared: mask("ShdPnd") & open,
	}
}

// lookForSignals looks once at each. A signal for a process is taken by one thread, and ERESTARTSYS is right only for the one that the
// kernel has chosen, which is the first thread if that does not block it. Failing that, it is some thread that may not be among
// those that are kept; so after a second look one of them is told EINTR, and one only.
func (s *supervisor) lookForSignals(waiters []*waiter) {
	states := make([]signals, len(waiters))
	served := make(map[int]bool) // processes
	for i, w := range waiters {
		states[i] = signalsOf(w.tid())
		if st := states[i]; st.shared != 0 && st.process == w.tid() {
			served[st.process] = true
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, w := range waiters {
		st := states[i]
		o := failure(restartSystemCall)
		switch {
		case !s.listener.alive(w.n.id):
			s.interrupt(w, failure(unix.EINTR)) // it was killed: this reaches nobody
			continue
		case st.own != 0, st.shared != 0 && (st.threads == 1 || st.process == w.tid()):
			if w.timed {
				o = failure(unix.EINTR) // a call with a time limit is not tried again
			}
		case st.shared != 0 && !served[st.process]:
			if w.rounds++; w.rounds < 2 {
				continue
			}
			served[st.process] = true
			o = failure(unix.EINTR)
		default:
			w.rounds = 0
			continue
		}
		s.interrupt(w, o)
	}
}
