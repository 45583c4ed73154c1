package endpoint

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// host is an endpoint with its associations, driven by the run-loop law of package assoc.
type host struct {
	t       *testing.T
	name    string
	addrs   []netip.Addr
	network *network
	nat     *nat // that it is behind, if it is
	e       *Endpoint
	socket  *Socket
	handles []*Handle
	// events are those of all associations, as text.
	events []string
	// dropped are the reasons for which packets were discarded.
	dropped []DropReason
	// hoard leaves accepted associations in the backlog.
	hoard bool
	// greeting, if set, is sent on every accepted association at once.
	greeting string
	mtu      int
}

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
	h.e = New(Config{Seed: [32]byte{seed}, OOTB: true, Carrier: h.network.carrier})
	h.e.SetLocalAddrs(h.addrs)
	h.handles, h.events, h.dropped = nil, nil, nil
}

// bind adds a socket on all addresses, or some, and makes it the one that connect uses.
func (h *host) bind(port uint16, backlog int, c assoc.Config, addrs ...string) *Socket {
	h.t.Helper()
	h.socket = &Socket{Port: port, Backlog: backlog, Config: new(c.Defaults())}
	for _, a := range addrs {
		h.socket.Addrs = append(h.socket.Addrs, netip.MustParseAddr(a))
	}
	if err := h.e.Bind(h.socket); err != nil {
		h.t.Fatal(err)
	}
	return h.socket
}

// connect begins an association with the first address of a host.
func (h *host) connect(to *host, c assoc.Config) *Handle {
	h.t.Helper()
	a, err := h.e.Connect(h.network.now, h.socket, &c, to.socket.Port, to.addrs[:1], 0)
	if err != nil {
		h.t.Fatal(err)
	}
	h.adopt(a)
	h.drain(a)
	return a
}

func (h *host) adopt(a *Handle) {
	h.handles = append(h.handles, a)
	h.setMTU(a)
}

func (h *host) setMTU(a *Handle) {
	for _, p := range a.Assoc.Paths(nil) {
		a.Assoc.SetMTU(h.network.now, p.Remote, h.mtu)
	}
}

// drain takes the events and the packets of an association, and forgets it when it is over.
func (h *host) drain(a *Handle) {
	for e, ok := a.Assoc.NextEvent(); ok; e, ok = a.Assoc.NextEvent() {
		if _, ok := e.(assoc.RoutesChanged); ok {
			h.e.Update(a, a.Assoc.LocalTag(), a.Assoc.Routes(nil))
			bound, left := a.Assoc.Reach()
			h.e.SetReach(a, bound, left)
			h.setMTU(a)
			continue
		}
		h.events = append(h.events, describe(e))
	}
	buf := make([]byte, h.mtu)
	var d transport.Datagram
	for a.Assoc.NextPacket(h.network.now, buf, &d) {
		h.network.carry(h, d)
	}
	if a.Assoc.State() == assoc.StateClosed {
		h.e.Remove(a)
	}
}

// sourceFor chooses the source address of a packet as a routing table does.
func (h *host) sourceFor(remote netip.Addr) netip.Addr {
	bits := 24
	if remote.Is6() {
		bits = 64
	}
	net, _ := remote.Prefix(bits)
	if i := slices.IndexFunc(h.addrs, net.Contains); i >= 0 {
		return h.addrs[i]
	}
	return h.addrs[0]
}

func (h *host) receive(d transport.Datagram) {
	now := h.network.now
	owner := h.ownerByTag(&d)
	v := h.e.Route(now, &d)
	if owner != nil && (v.Kind != Deliver || v.Handle != owner || d.Kind != transport.Packet) {
		h.t.Errorf("%s: a packet that an association owns has the verdict %+v", h.name, v)
	}
	switch v.Kind {
	case Reply:
		h.network.carry(h, transport.Datagram{Path: d.Path, Data: v.Reply})
	case Created:
		h.adopt(v.Handle)
		v.Handle.Assoc.Deliver(now, &d)
		if !h.hoard {
			h.e.Taken(v.Handle)
		}
		if h.greeting != "" {
			h.send(v.Handle, h.greeting)
		}
		h.drain(v.Handle)
	case Deliver:
		v.Handle.Assoc.Deliver(now, &d)
		h.drain(v.Handle)
	case Drop:
		h.dropped = append(h.dropped, v.Reason)
	}
}

// ownerByTag returns the association that a driver would give a packet to without asking Route.
func (h *host) ownerByTag(d *transport.Datagram) *Handle {
	header, err := wire.ParseHeader(d.Data)
	if a := h.e.tags[header.Tag]; err == nil && a != nil && a.Intact(d.Data, header) && a.Owns(d, header) {
		return a
	}
	return nil
}

func (h *host) send(a *Handle, text string) {
	h.t.Helper()
	if err := a.Assoc.Send(h.network.now, &assoc.Message{Data: []byte(text)}); err != nil {
		h.t.Fatalf("%s: %v", h.name, err)
	}
	h.drain(a)
}

func (h *host) shutdown(a *Handle) {
	a.Assoc.Shutdown(h.network.now)
	h.drain(a)
}

func (h *host) abort(a *Handle) {
	a.Assoc.Abort(h.network.now, nil)
	h.drain(a)
}

// read returns all whole messages that have arrived.
func (h *host) read(a *Handle) (messages []string) {
	var got []byte
	buf := make([]byte, 4096)
	for {
		n, info, ok := a.Assoc.Receive(h.network.now, buf)
		if !ok {
			return messages
		}
		got = append(got, buf[:n]...)
		if info.EOR {
			messages = append(messages, string(got))
			got = got[:0]
		}
		h.drain(a)
	}
}

// live returns the associations that are not closed.
func (h *host) live() (live []*Handle) {
	for _, a := range h.handles {
		if a.Assoc.State() != assoc.StateClosed {
			live = append(live, a)
		}
	}
	return live
}

// count returns how many events there were of one kind.
func (h *host) count(event string) (n int) {
	for _, e := range h.events {
		if e == event {
			n++
		}
	}
	return n
}

// wantEvents compares all events so far.
func (h *host) wantEvents(why string, want ...string) {
	h.t.Helper()
	if !slices.Equal(h.events, want) {
		h.t.Errorf("%s: %s saw %q, want %q", why, h.name, h.events, want)
	}
}

// wantForgotten checks that the endpoint knows no association any more.
func (h *host) wantForgotten() {
	h.t.Helper()
	if len(h.e.routes)+len(h.e.ported)+len(h.e.tags) != 0 || h.e.last != (lastRoute{}) {
		h.t.Errorf("%s still has %d routes, %d tags, the last one %+v", h.name, len(h.e.routes), len(h.e.tags), h.e.last)
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
		return fmt.Sprintf("send failed: %.20q, sent %v", e.Data, e.Sent)
	case assoc.RemoteError:
		return "remote error: " + e.Code.String()
	}
	return fmt.Sprintf("%T", e)[len("assoc."):]
}
