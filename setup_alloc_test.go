package sctp_test

import (
	"testing"

	"github.com/gosctp/sctp"
)

// What an association allocates in its life bounds how many can be set up a second.
func TestSetupAllocations(t *testing.T) {
	l := listenUDP(t, "sctp/udp", "127.0.0.1:0")
	defer l.Close()
	live := func() {
		client, err := sctp.Dial("sctp/udp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		server, err := l.AcceptSCTP()
		if err != nil {
			t.Fatal(err)
		}
		client.Abort("")
		if _, err := server.Read(make([]byte, 1)); err == nil {
			t.Fatal("a message came")
		}
		server.Close()
	}
	for range 150 { // until ports rest
		live()
	}
	const most = 165
	n := testing.AllocsPerRun(200, live)
	t.Logf("dialling, accepting and the end of both sides cost %v allocations", n)
	if n > most {
		t.Errorf("dialling, accepting and the end of both sides cost %v allocations, want %d at most", n, most)
	}
}
