package dtls

import (
	"context"
	"net"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gosctp/sctp/simnet"
	"github.com/gosctp/sctp/transport"
)

// world is two hosts with a network between them, in virtual time.
type world struct {
	t              *testing.T
	net            *simnet.Network
	client, server *simnet.Host
	carriers       []*Transport
	begun          time.Time
}

const (
	clientPort, serverPort = 40000, DefaultPort
	serverAt               = "192.0.2.2:9904"
)

var clientIP, serverIP = netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")

// simulate runs f in a bubble in which time is virtual. All that f leaves behind has to end with its carriers.
func simulate(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t, net: simnet.New(1), begun: time.Now()}
		w.client, w.server = w.net.AddHost("client", clientIP), w.net.AddHost("server", serverIP)
		w.client.SetEncapPort(clientPort)
		w.server.SetEncapPort(serverPort)
		w.link(simnet.Link{Delay: 5 * time.Millisecond})
		defer func() {
			synctest.Wait()
			for _, c := range w.carriers {
				c.Close()
			}
		}()
		f(t, w)
	})
}

func (w *world) link(l simnet.Link) {
	w.net.Connect(clientNet, clientNet, l)
}

// listen opens the server's carrier, open the client's.
func (w *world) listen(c Config) *Transport {
	t := New(w.server.Transport(), c, true)
	w.carriers = append(w.carriers, t)
	return t
}

func (w *world) open(c Config) *Transport {
	t := New(w.client.Transport(), c, false)
	w.carriers = append(w.carriers, t)
	return t
}

func (w *world) dial(t *Transport) *Peer {
	w.t.Helper()
	p, err := t.Dial(context.Background(), serverAt)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// pair are both carriers, with a connection.
func (w *world) pair(server, client Config) (*Transport, *Transport, *Peer) {
	w.t.Helper()
	s, c := w.listen(server), w.open(client)
	return s, c, w.dial(c)
}

func (w *world) elapsed() time.Duration { return time.Since(w.begun) }

// kept is how much a carrier keeps of others.
type kept struct{ handshakes, halfOpen, accepted, addrs, ids int }

func (t *Transport) kept() kept {
	t.mu.Lock()
	defer t.mu.Unlock()
	return kept{t.handshakes, len(t.halfOpen), t.accepted, len(t.byAddr), len(t.byID)}
}

// clientNet is the network of both.
var clientNet = netip.MustParsePrefix("192.0.2.0/24")

// forgedFrom is a datagram that somebody else sent in the name of a host.
func forgedFrom(ip netip.Addr, port uint16, data []byte) *transport.Datagram {
	return &transport.Datagram{Path: transport.Path{Local: serverIP, Remote: ip, EncapPort: port}, Data: data}
}

// sink is a carrier that delivers nothing, and keeps what it is given.
type sink struct {
	transport.Transport
	sent   chan []byte
	closed chan struct{}
}

func newSink() *sink { return &sink{sent: make(chan []byte, 1000), closed: make(chan struct{})} }

func (s *sink) Queues() int { return 1 }

func (s *sink) ReadBatch(int, []transport.Datagram) (int, error) {
	<-s.closed
	return 0, net.ErrClosed
}

func (s *sink) WriteBatch(ds []transport.Datagram) (int, error) {
	for _, d := range ds {
		select {
		case s.sent <- append([]byte(nil), d.Data...):
		default:
		}
	}
	return len(ds), nil
}

func (s *sink) Close() error {
	close(s.closed)
	return nil
}

// clientHello is the first datagram of a client.
func clientHello(tb testing.TB) []byte {
	tb.Helper()
	s := newSink()
	t := New(s, withKey("client", "secret"), false)
	done := make(chan struct{})
	go func() {
		defer close(done)
		t.Dial(context.Background(), serverAt)
	}()
	hello := <-s.sent
	t.Close()
	<-done
	if !isClientHello(hello) {
		tb.Fatalf("% x is no ClientHello", hello)
	}
	return hello
}
