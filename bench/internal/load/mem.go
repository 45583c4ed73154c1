package load

import (
	"runtime"
	"runtime/debug"
	"time"

	"github.com/gosctp/sctp/bench/internal/peer"
)

// Mem has connections that do nothing. Who looks at both processes when the client begins to measure and when it has found something
// sees what Conns connections take; they are the result's messages.
const Mem = "mem"

const (
	// memFirst are connected before memory counts: what a program needs but once is there then.
	memFirst = 100
	// memSettle is for what follows a handshake, and for the server to return what it has free, which it does every memTrim.
	memSettle = 3 * time.Second
	memTrim   = 500 * time.Millisecond
)

// idle is the client's side of Mem.
func idle(p peer.Peer, addr string, s Spec, r Reporter) error {
	first, err := dial(p, addr, memFirst)
	if err != nil {
		return err
	}
	settle()
	r.measuring()
	began := time.Now()
	conns, err := dial(p, addr, s.Conns)
	if err != nil {
		return err
	}
	settle()
	r.found(Result{Seconds: time.Since(began).Seconds(), Messages: int64(len(conns))})
	time.Sleep(memSettle) // until somebody has looked
	runtime.KeepAlive(first)
	runtime.KeepAlive(conns)
	return nil
}

func settle() {
	time.Sleep(memSettle)
	debug.FreeOSMemory()
}

// hold is the server's side of Mem.
func hold(l peer.Listener) error {
	ended := make(chan struct{})
	defer close(ended)
	go func() {
		trim := time.NewTicker(memTrim)
		defer trim.Stop()
		for {
			select {
			case <-trim.C:
				debug.FreeOSMemory()
			case <-ended:
				return
			}
		}
	}()
	var conns []peer.Conn
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		conns = append(conns, c)
		runtime.KeepAlive(conns)
	}
}
