package endpoint

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// host is an endpoint with its associations, driven by the run-loop law of package assoc.
type host struct {
	t       *testing.T
	name    string
	addrs   []netip.Addr
	e       *Endpoint
	handles []*Handle
	events  []string
	socket  *Socket
	network *network
	mtu     int
}

// network carries packets between hosts in no time, unless drop says otherwise; time passes only when a test lets it.
type network struct {
	t     *testing.T
	now   mono.Time
	hosts []*host
	drop  func(from *host, d *transport.Datagram) bool
	queue []flying
}

type flying struct {
	from *host
	d    transport.Datagram
}

func newNetwork(t *testing.T) *network { return &network{t: t, now: mono.Time(time.Second)} }

func (n *network) host(name string, seed byte, addrs ...string) *host {
	h := &host{t: n.t, name: name, network: n, mtu: 1480}
	for _, a := range addrs {
		h.addrs = append(h.addrs, netip.MustParseAddr(a))
	}
	h.boot(seed)
	n.hosts = append(n.hosts, h)
	return h
}

// boot forgets everything, as a crash does.
func (h *host) boot(seed byte) {
	h.e = New(Config{Seed: [32]byte{seed}, OOTB: true})
	h.e.SetLocalAddrs(h.addrs)
	h.handles, h.events = nil, nil
}

func (h *host) bind(port uint16, backlog int, c assoc.Config) *Socket {
	h.t.Helper()
	h.socket = &Socket{Port: port, Backlog: backlog, Config: c.Defaults()}
	if err := h.e.Bind(h.socket); err != nil {
		h.t.Fatal(err)
	}
	return h.socket
}

func (h *host) connect(to *host, c assoc.Config) *Handle {
	h.t.Helper()
	a, err := h.e.Connect(h.network.now, h.socket, c, to.socket.Port, to.addrs[:1], 0)
	if err != nil {
		h.t.Fatal(err)
	}
	h.adopt(a)
	return a
}

func (h *host) adopt(a *Handle) {
	h.handles = append(h.handles, a)
	for _, p := range a.Assoc.Paths(nil) {
		a.Assoc.SetMTU(h.network.now, p.Remote, h.mtu)
	}
	h.drain(a)
}

// drain takes the events and the packets of an association.
func (h *host) drain(a *Handle) {
	for {
		ev, ok := a.Assoc.NextEvent()
		if !ok {
			break
		}
		if _, ok := ev.(assoc.RoutesChanged); ok {
			h.e.Update(a, a.Assoc.LocalTag(), a.Assoc.Paths(nil))
			for _, p := range a.Assoc.Paths(nil) {
				a.Assoc.SetMTU(h.network.now, p.Remote, h.mtu)
			}
			continue
		}
		h.events = append(h.events, describe(ev))
	}
	buf := make([]byte, 65536)
	var d transport.Datagram
	for a.Assoc.NextPacket(h.network.now, buf, &d) {
		h.write(d)
	}
	if a.Assoc.State() == assoc.StateClosed {
		h.e.Remove(a)
	}
}

func (h *host) write(d transport.Datagram) {
	d.Data = slices.Clone(d.Data)
	if !d.Path.Local.IsValid() {
		d.Path.Local = h.sourceFor(d.Path.Remote)
	}
	if testing.Verbose() {
		h.t.Logf("%v %s %v>%v %s", time.Duration(h.network.now), h.name, d.Path.Local, d.Path.Remote, wire.Describe(d.Data))
	}
	if h.network.drop == nil || !h.network.drop(h, &d) {
		h.network.queue = append(h.network.queue, flying{h, d})
	}
}

func (h *host) sourceFor(remote netip.Addr) netip.Addr {
	for _, a := range h.addrs {
		if a.Is4() == remote.Is4() && a.As16()[14] == remote.As16()[14] {
			return a
		}
	}
	return h.addrs[0]
}

func (h *host) receive(d transport.Datagram) {
	now := h.network.now
	v := h.e.Route(now, &d)
	switch v.Kind {
	case Reply:
		h.write(transport.Datagram{Path: d.Path, Data: v.Reply})
	case Created:
		h.adopt(v.Handle)
		v.Handle.Assoc.Deliver(now, &d)
		h.drain(v.Handle)
		h.e.Taken(v.Handle)
	case Deliver:
		v.Handle.Assoc.Deliver(now, &d)
		h.drain(v.Handle)
	case Drop:
	}
}

// settle delivers packets until none is left.
func (n *network) settle() {
	for i := 0; len(n.queue) > 0; i++ {
		if i > 100000 {
			n.t.Fatal("packets breed packets without end")
		}
		f := n.queue[0]
		n.queue = n.queue[1:]
		d := f.d
		for _, h := range n.hosts {
			if slices.Contains(h.addrs, d.Path.Remote) {
				d.Path.Local, d.Path.Remote = d.Path.Remote, d.Path.Local
				h.receive(d)
				break
			}
		}
	}
}

// advance lets time pass, a timer at a time.
func (n *network) advance(d time.Duration) {
	end := n.now.Add(d)
	for i := 0; ; i++ {
		if i > 100000 {
			n.t.Fatal("timers expire without end")
		}
		n.settle()
		var next mono.Time
		for _, h := range n.hosts {
			for _, a := range h.handles {
				next = mono.Earliest(next, a.Assoc.NextDeadline())
			}
		}
		if !next.Reached(end) {
			break
		}
		n.now = max(n.now, next)
		for _, h := range n.hosts {
			for _, a := range h.handles {
				if a.Assoc.NextDeadline().Reached(n.now) {
					a.Assoc.Expire(n.now)
					h.drain(a)
				}
			}
		}
	}
	n.now = end
}

func (h *host) send(a *Handle, m assoc.Message) {
	h.t.Helper()
	if err := a.Assoc.Send(h.network.now, &m); err != nil {
		h.t.Fatalf("%s: %v", h.name, err)
	}
	h.drain(a)
}

func (h *host) read(a *Handle) (string, bool) {
	var got []byte
	buf := make([]byte, 4096)
	for {
		n, info, ok := a.Assoc.Receive(h.network.now, buf)
		if !ok {
			return string(got), false
		}
		h.drain(a)
		got = append(got, buf[:n]...)
		if info.EOR {
			return string(got), true
		}
	}
}

func describe(e assoc.Event) string {
	switch e := e.(type) {
	case assoc.AssocChange:
		names := map[assoc.AssocState]string{assoc.CommUp: "up", assoc.CommLost: "lost", assoc.Restart: "restart",
			assoc.ShutdownComplete: "shutdown complete", assoc.CantStartAssoc: "cannot start"}
		if e.Err != nil {
			return names[e.State] + ": " + e.Err.Error()
		}
		return names[e.State]
	case assoc.PeerAddrChange:
		names := map[assoc.AddrState]string{assoc.AddrAvailable: "available", assoc.AddrUnreachable: "unreachable",
			assoc.AddrConfirmed: "confirmed", assoc.AddrPotentiallyFailed: "potentially failed"}
		return fmt.Sprintf("%v %s", e.Addr, names[e.State])
	case assoc.SendFailed:
		return fmt.Sprintf("send failed: %q, sent %v", e.Data, e.Sent)
	case assoc.RemoteError:
		return "remote error: " + e.Code.String()
	}
	return fmt.Sprintf("%T", e)[len("assoc."):]
}

// pair is two hosts with an association.
func pair(t *testing.T) (n *network, a, z *host) {
	t.Helper()
	n = newNetwork(t)
	a = n.host("A", 1, "192.0.2.1")
	z = n.host("Z", 2, "192.0.2.2")
	a.bind(1000, 0, assoc.Config{})
	z.bind(2000, 5, assoc.Config{})
	a.connect(z, assoc.Config{})
	n.settle()
	if len(z.handles) != 1 {
		t.Fatalf("no association; A: %v, Z: %v", a.events, z.events)
	}
	return n, a, z
}

func TestMessagesBothWaysAndShutdown(t *testing.T) {
	n, a, z := pair(t)
	A, Z := a.handles[0], z.handles[0]
	a.send(A, assoc.Message{Stream: 1, Data: []byte("hello")})
	z.send(Z, assoc.Message{Stream: 2, Data: bytes.Repeat([]byte("0123456789"), 1000)})
	n.advance(time.Second)
	if got, _ := z.read(Z); got != "hello" {
		t.Errorf("Z read %q", got)
	}
	if got, _ := a.read(A); got != string(bytes.Repeat([]byte("0123456789"), 1000)) {
		t.Errorf("A read %d bytes", len(got))
	}
	A.Assoc.Shutdown(n.now)
	a.drain(A)
	n.settle()
	if want := []string{"up", "SenderDry", "shutdown complete"}; !slices.Equal(a.events, want) {
		t.Errorf("A saw %v, want %v", a.events, want)
	}
	if want := []string{"up", "SenderDry", "ShutdownEvent", "shutdown complete"}; !slices.Equal(z.events, want) {
		t.Errorf("Z saw %v, want %v", z.events, want)
	}
	if len(a.e.routes)+len(a.e.tags)+len(z.e.routes)+len(z.e.tags) != 0 {
		t.Error("the endpoints did not forget the association")
	}
}
