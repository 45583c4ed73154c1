package sctp_test

import (
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gosctp/sctp"
)

// Associations have no goroutines: as many run with thousands of them as with one. Each answers HEARTBEATs, and needs little memory while it
// does nothing else.
func TestThousandsOfAssociationsCostNoGoroutine(t *testing.T) {
	if !alone(t) {
		return
	}
	simulate(t, func(t *testing.T, w *world) {
		const associations = 2500
		lc := w.server.listenConfig()
		lc.Backlog = associations
		l, err := lc.Listen(t.Context(), "sctp", serverAddr)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		var clients, servers []*sctp.Conn
		goroutines, memory := 0, heapInUse()
		for i := range associations {
			clients = append(clients, w.dial())
			servers = append(servers, w.accept(l))
			if i == 0 {
				synctest.Wait()
				goroutines = runtime.NumGoroutine()
			}
		}
		before := l.Counters()
		time.Sleep(2 * time.Minute) // Heartbeats come and go.
		counters := l.Counters()
		// Both sides of both paths have sent, and answered, three in this time at least.
		if n := counters.InCtrlChunks - before.InCtrlChunks; counters.CurrEstab != associations || n < 12*associations {
			t.Errorf("%d associations, %d HEARTBEATs and answers, want %d, %d at least", counters.CurrEstab, n, associations, 12*associations)
		}
		for _, c := range append(clients, servers...) {
			for _, p := range c.Status().Paths {
				if p.State != sctp.AddrAvailable || p.Errors != 0 {
					t.Fatalf("a path is %v after %d errors", p.State, p.Errors)
				}
			}
		}
		const most = 6 << 10
		if n := (heapInUse() - memory) / (2 * associations); n <= 0 || n > most {
			t.Errorf("an idle association of two paths takes %d bytes, want %d at most", n, most)
		} else {
			t.Logf("an idle association of two paths takes %d bytes", n)
		}
		for i, c := range clients {
			send(t, c, fmt.Sprint(i), nil)
		}
		for i, c := range servers {
			want(t, c, fmt.Sprint(i))
		}
		synctest.Wait()
		// Timers and a busy writer have a goroutine for a moment; an association never has.
		const passing = 4
		if n := runtime.NumGoroutine(); n > goroutines+passing {
			t.Errorf("%d goroutines with %d associations, %d with one", n, associations, goroutines)
		}
		for i := range clients {
			clients[i].Close()
			servers[i].Close()
		}
	})
}

// heapInUse is the memory of what is reachable.
func heapInUse() int {
	runtime.GC()
	runtime.GC() // what sync.Pool keeps goes with the second
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}
