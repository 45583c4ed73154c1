package sctp_test

import (
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gosctp/sctp"
)

// Associations have no goroutines: as many run with thousands of them as with one.
func TestThousandsOfAssociationsCostNoGoroutine(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		const associations = 2000
		lc := w.server.listenConfig()
		lc.Backlog = associations
		l, err := lc.Listen(t.Context(), "sctp", serverAddr)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		var clients, servers []*sctp.Conn
		goroutines := 0
		for i := range associations {
			clients = append(clients, w.dial())
			servers = append(servers, w.accept(l))
			if i == 0 {
				synctest.Wait()
				goroutines = runtime.NumGoroutine()
			}
		}
		time.Sleep(2 * time.Minute) // Heartbeats come and go.
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
