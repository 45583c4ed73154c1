package engine

import (
	"net/netip"
	"sync"
	"testing"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/transport/udpencap"
)

// As TestAssociationsComeAndGoOverSeveralQueues, over the sockets of the system: several peers, whose packets come over queues of its choice.
func TestAssociationsComeAndGoOverSocketsOfOnePort(t *testing.T) {
	const peers, users, lives, messages = 4, 4, 5, 10
	loopback := []netip.Addr{netip.MustParseAddr("127.0.0.1")}
	open := func(c udpencap.Config) (*Engine, uint16) {
		c.FreePort, c.LocalAddrs, c.Queues = true, loopback, 3
		tr, err := udpencap.Open(c)
		if err != nil {
			t.Fatal(err)
		}
		e, err := Open(Options{Carrier: tr, EncapPort: tr.LocalPort()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { e.Close() })
		return e, tr.LocalPort()
	}
	server, port := open(udpencap.Config{})
	to := (&lab{t: t}).bind(server, SocketOptions{Port: 7, Config: assoc.Config{}.Defaults(), Backlog: peers * users})
	go (&lab{t: t, b: server, to: to}).echoAll()
	var all sync.WaitGroup
	for peer := range peers {
		a, _ := open(udpencap.Config{PeerPort: port})
		l := &lab{t: t, a: a, to: to, address: loopback[0]}
		for user := range users {
			all.Go(func() {
				for life := range lives {
					l.liveAndDie(byte(peer*users+user), messages, life%3)
				}
			})
		}
	}
	all.Wait()
}
