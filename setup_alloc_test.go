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
	const most = 115
	n := testing.AllocsPerRun(200, live)
	t.Logf("dialling, accepting and the end of both sides cost %v allocations", n)
	if n > most {
		t.Errorf("dialling, accepting and the end of both sides cost %v allocations, want %d at most", n, most)
	}
}

// Addresses that have not changed are those of the last call.
func TestAddrsAreMadeOnce(t *testing.T) {
	l := listenUDP(t, "sctp/udp", "127.0.0.1:0")
	defer l.Close()
	client, err := sctp.Dial("sctp/udp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Abort("")
	local, remote := client.LocalAddr(), client.RemoteAddr()
	n := testing.AllocsPerRun(100, func() {
		if client.LocalAddr() != local || client.RemoteAddr() != remote {
			t.Error("they have changed")
		}
	})
	if n > 0 {
		t.Errorf("%v allocations", n)
	}
}
