package scripttest

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/endpoint"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/simnet"
	"github.com/gosctp/sctp/transport"
)

// birth is when a script begins; its times count from there.
const birth = mono.Time(time.Second)

// world is what a script plays in: hosts on a network, and a clock that stands still unless a command lets it go on.
type world struct {
	now   mono.Time
	net   *simnet.Network
	hosts []*host
	out   strings.Builder
	// losing are the packets that the network is still to lose, marking those that it is to mark.
	losing, marking []fate
	// cut are addresses that nothing gets to or comes from.
	cut map[netip.Addr]bool
	// initial are the Initial TSNs of hosts, by name; requests the numbers of their first RE-CONFIG requests.
	initial, requests map[string]uint32
	// carrier is what hosts that are added send over.
	carrier assoc.Carrier
	// link is what the network does to packets.
	link simnet.Link
}

// host is an endpoint with its associations.
type host struct {
	w       *world
	name    string
	addrs   []netip.Addr
	wire    *simnet.Host
	boots   byte
	carrier assoc.Carrier
	e       *endpoint.Endpoint
	socket  *endpoint.Socket
	handles []*endpoint.Handle
}

func newWorld() *world {
	w := &world{
		now: birth, net: simnet.New(1), cut: make(map[netip.Addr]bool), initial: make(map[string]uint32), requests: make(map[string]uint32),
	}
	w.link.Delay = 20 * time.Millisecond
	w.net.SetDefault(w.link)
	return w
}

// boot gives the host an endpoint that knows nothing of an earlier one.
func (h *host) boot() {
	h.boots++
	h.e = endpoint.New(endpoint.Config{Seed: [32]byte{h.name[0], h.boots}, OOTB: true, Carrier: h.carrier})
	h.e.SetLocalAddrs(h.addrs)
	h.handles, h.socket = nil, nil
}

// say prints a line of output.
func (w *world) say(format string, args ...any) {
	fmt.Fprintf(&w.out, "%7.3fs  %s\n", w.now.Sub(birth).Seconds(), fmt.Sprintf(format, args...))
}

// advance lets time pass until end, or, if that is unset, until no packet is under way.
func (w *world) advance(end mono.Time) {
	for {
		next := w.net.NextDeadline()
		if end.IsZero() && next.IsZero() {
			return
		}
		for _, h := range w.hosts {
			for _, a := range h.handles {
				next = mono.Earliest(next, a.Assoc.NextDeadline())
			}
		}
		if !end.IsZero() && !next.Reached(end) {
			w.now = end
			return
		}
		w.now = max(w.now, next)
		w.arrive()
		w.expire()
	}
}

// arrive delivers the packets whose time has come.
func (w *world) arrive() {
	for {
		to, d, ok := w.net.Deliver(w.now)
		if !ok {
			return
		}
		h := w.hosts[slices.IndexFunc(w.hosts, func(h *host) bool { return h.wire == to })]
		h.receive(&d)
	}
}

// expire runs the timers whose time has come.
func (w *world) expire() {
	for _, h := range w.hosts {
		for _, a := range slices.Clone(h.handles) {
			if a.Assoc.NextDeadline().Reached(w.now) {
				a.Assoc.Expire(w.now)
				h.drain(a)
			}
		}
	}
}

func (h *host) receive(d *transport.Datagram) {
	now := h.w.now
	switch v := h.e.Route(now, d); v.Kind {
	case endpoint.Reply:
		h.write(&transport.Datagram{Path: d.Path, Data: v.Reply})
	case endpoint.Created:
		h.adopt(v.Handle)
		h.e.Taken(v.Handle)
		v.Handle.Assoc.Deliver(now, d)
		h.drain(v.Handle)
	case endpoint.Deliver:
		v.Handle.Assoc.Deliver(now, d)
		h.drain(v.Handle)
	case endpoint.Drop:
		h.w.say("%s discards it: %s", h.name, dropReasons[v.Reason])
	}
}

var dropReasons = map[endpoint.DropReason]string{
	endpoint.DropMalformed:   "it is malformed",
	endpoint.DropChecksum:    "its checksum is wrong",
	endpoint.DropNotUnicast:  "its address is no host's",
	endpoint.DropNotOurs:     "its port may be another process's",
	endpoint.DropSilently:    "it is out of the blue and asks for no answer",
	endpoint.DropCookie:      "its cookie is not valid here",
	endpoint.DropUnauthentic: "its cookie is not authenticated with the right key",
	endpoint.DropBacklog:     "the backlog is full",
	endpoint.DropICMP:        "it is about no association",
}

func (h *host) adopt(a *endpoint.Handle) {
	h.handles = append(h.handles, a)
	h.setMTU(a)
}

func (h *host) setMTU(a *endpoint.Handle) {
	for _, p := range a.Assoc.Paths(nil) {
		a.Assoc.SetMTU(h.w.now, p.Remote, h.wire.MTU(p))
	}
}

// drain takes events and packets of an association, and forgets it when it is over.
func (h *host) drain(a *endpoint.Handle) {
	h.tell(a)
	buf := make([]byte, 1<<16)
	var d transport.Datagram
	for a.Assoc.NextPacket(h.w.now, buf, &d) {
		h.write(&d)
	}
	h.tell(a) // messages may be given up when a packet is built
	if a.Assoc.State() == assoc.StateClosed {
		h.e.Remove(a)
	}
}

// tell prints the events of an association.
func (h *host) tell(a *endpoint.Handle) {
	for e, ok := a.Assoc.NextEvent(); ok; e, ok = a.Assoc.NextEvent() {
		switch e.(type) {
		case assoc.RoutesChanged:
			h.e.Update(a, a.Assoc.LocalTag(), a.Assoc.Routes(nil))
			bound, left := a.Assoc.Reach()
			h.e.SetReach(a, bound, left)
			h.setMTU(a)
		default:
			h.w.say("%s: %s", h.name, describeEvent(e))
		}
	}
}

// ipHeader is the size of an IPv4 header without options.
const ipHeader = 20

// write prints a packet and puts it on the network, unless it is to be lost.
func (h *host) write(d *transport.Datagram) {
	w := h.w
	to := w.owner(d.Path.Remote)
	fate := ""
	switch {
	case w.meets(w.losing, h, d.Data):
		fate = "  ✗ lost"
	case w.cut[d.Path.Remote], w.cut[h.sourceFor(d.Path)]:
		fate = "  ✗ cut"
	case to == nil:
		fate = "  ✗ nobody there"
	case w.link.BlackHole && !d.MayFragment && len(d.Data)+ipHeader > w.link.MTU:
		fate = "  ✗ too large"
	default:
		if d.ECN == transport.ECT0 && w.meets(w.marking, h, d.Data) {
			d.ECN, fate = transport.CE, "  ! marked"
		}
		if d.MayFragment {
			fate += "  in fragments"
		}
		w.net.Send(w.now, h.wire, d)
	}
	w.say("%s  %s%s", h.way(to, d.Path), w.describePacket(h, d.Data), fate)
}

// way names the ends of a packet's way: hosts, and their addresses where one of them has several.
func (h *host) way(to *host, p transport.Path) string {
	switch {
	case to == nil:
		return fmt.Sprintf("%s → %v", h.name, p.Remote)
	case len(h.addrs) == 1 && len(to.addrs) == 1:
		return h.name + " → " + to.name
	}
	return fmt.Sprintf("%s %v → %s %v", h.name, h.sourceFor(p), to.name, p.Remote)
}

// sourceFor is the address that a packet leaves from: the one of the network that it goes to, unless the path says.
func (h *host) sourceFor(p transport.Path) netip.Addr {
	if p.Local.IsValid() {
		return p.Local
	}
	bits := 24
	if p.Remote.Is6() {
		bits = 64
	}
	network, _ := p.Remote.Prefix(bits)
	if i := slices.IndexFunc(h.addrs, network.Contains); i >= 0 {
		return h.addrs[i]
	}
	return h.addrs[0]
}

func (w *world) owner(a netip.Addr) *host {
	for _, h := range w.hosts {
		if slices.Contains(h.addrs, a) {
			return h
		}
	}
	return nil
}

func (w *world) host(name string) (*host, error) {
	for _, h := range w.hosts {
		if h.name == name {
			return h, nil
		}
	}
	return nil, fmt.Errorf("no host %q", name)
}

// assoc is the association that commands are about: the youngest.
func (h *host) assoc() (*endpoint.Handle, error) {
	if len(h.handles) == 0 {
		return nil, fmt.Errorf("%s has no association", h.name)
	}
	return h.handles[len(h.handles)-1], nil
}
