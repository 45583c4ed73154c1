package sctp_test

import (
	"context"
	"io"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/simnet"
	"github.com/gosctp/sctp/transport"
)

// world is two hosts with two paths between them, in virtual time.
type world struct {
	t       *testing.T
	net     *simnet.Network
	client  *side
	server  *side
	delay   time.Duration
	started time.Time
}

// side is one host: its carrier, and the options that its associations have.
type side struct {
	host    *simnet.Host
	carrier transport.Transport
	config  sctp.Config
}

var (
	netA = netip.MustParsePrefix("192.0.2.0/24")
	netB = netip.MustParsePrefix("198.51.100.0/24")
)

const serverAddr = "192.0.2.2/198.51.100.2:7"

// simulate runs f in a bubble in which time is virtual.
func simulate(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.end()
		f(t, w)
	})
}

func newWorld(t *testing.T) *world {
	n := simnet.New(1)
	w := &world{t: t, net: n, delay: 5 * time.Millisecond, started: time.Now()}
	w.client = newSide(n, "client", "192.0.2.1", "198.51.100.1")
	w.server = newSide(n, "server", "192.0.2.2", "198.51.100.2")
	w.link(simnet.Link{Delay: w.delay})
	return w
}

func newSide(n *simnet.Network, name string, addrs ...string) *side {
	var ips []netip.Addr
	for _, a := range addrs {
		ips = append(ips, netip.MustParseAddr(a))
	}
	h := n.AddHost(name, ips...)
	return &side{host: h, carrier: h.Transport()}
}

// link makes both paths like l.
func (w *world) link(l simnet.Link) {
	w.net.Connect(netA, netA, l)
	w.net.Connect(netB, netB, l)
}

// cut breaks both paths, repair mends them.
func (w *world) cut() {
	w.net.Cut(netA, netA)
	w.net.Cut(netB, netB)
}

func (w *world) repair() {
	w.net.Repair(netA, netA)
	w.net.Repair(netB, netB)
}

// end gives what goes on in the background its time, then closes the carriers.
func (w *world) end() {
	synctest.Wait()
	w.client.carrier.Close()
	w.server.carrier.Close()
	synctest.Wait()
}

// endpoints are one-to-many sockets of both hosts with an association, over which the client has sent a message. The caller closes them.
func (w *world) endpoints() (client, server *sctp.Endpoint, id sctp.AssocID) {
	w.t.Helper()
	server, client = w.server.open(w.t, serverAddr), w.client.open(w.t, ":0")
	id, err := client.SendTo(w.t.Context(), []byte("a"), sctp.MustParseAddr(serverAddr), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	recv(w.t, server)
	return client, server, id
}

// elapsed is the virtual time since the world began.
func (w *world) elapsed() time.Duration { return time.Since(w.started) }

func (s *side) dialer() *sctp.Dialer { return &sctp.Dialer{Config: s.config, Carrier: s.carrier} }

func (s *side) listenConfig() *sctp.ListenConfig {
	return &sctp.ListenConfig{Config: s.config, Carrier: s.carrier}
}

// listen listens at the server's port.
func (w *world) listen() *sctp.Listener {
	w.t.Helper()
	l, err := w.server.listenConfig().Listen(w.t.Context(), "sctp", serverAddr)
	if err != nil {
		w.t.Fatal(err)
	}
	return l
}

// dial sets up an association with the server.
func (w *world) dial() *sctp.Conn {
	w.t.Helper()
	c, err := w.client.dialer().DialSCTP(w.t.Context(), "sctp", serverAddr)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// pair sets up an association and returns both ends.
func (w *world) pair() (client, server *sctp.Conn) {
	w.t.Helper()
	l := w.listen()
	defer l.Close()
	client = w.dial()
	return client, w.accept(l)
}

func (w *world) accept(l *sctp.Listener) *sctp.Conn {
	w.t.Helper()
	c, err := l.AcceptContext(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// send sends one message.
func send(t *testing.T, c *sctp.Conn, message string, info *sctp.SndInfo) {
	t.Helper()
	if n, err := c.WriteMsg([]byte(message), info); err != nil || n != len(message) {
		t.Fatalf("sending %.20q: %d, %v", message, n, err)
	}
}

// receive reads one whole message.
func receive(t *testing.T, c *sctp.Conn) sctp.Message {
	t.Helper()
	m, err := c.ReadMessage(t.Context(), 1<<24)
	if err != nil {
		t.Fatal("receiving: ", err)
	}
	return m
}

// want reads one message and compares it.
func want(t *testing.T, c *sctp.Conn, message string) {
	t.Helper()
	if got := receive(t, c); string(got.Data) != message {
		t.Fatalf("received %.40q, want %.40q", got.Data, message)
	}
}

// wantEOF reads the end of an association that was shut down.
func wantEOF(t *testing.T, c *sctp.Conn) {
	t.Helper()
	if n, err := c.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Fatalf("read %d, %v, want the end", n, err)
	}
}

// notifications reads all notifications until the association has ended.
func notifications(t *testing.T, c *sctp.Conn) []sctp.Notification {
	t.Helper()
	var all []sctp.Notification
	for {
		n, err := c.NextNotification(context.WithoutCancel(t.Context()))
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, n)
	}
}

// context1s returns a context that ends in a second.
func context1s(t *testing.T) (context.Context, context.CancelFunc) {
	return context.WithTimeout(t.Context(), time.Second)
}
