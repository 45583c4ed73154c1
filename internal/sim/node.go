package sim

import (
	"encoding/binary"
	"net/netip"

	"github.com/gosctp/sctp/internal/endpoint"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/simnet"
	"github.com/gosctp/sctp/transport"
)

// node is a host with its endpoint.
type node struct {
	w     *world
	index int
	plan  *HostPlan
	host  *simnet.Host
	addrs []netip.Addr
	// encapPort is the UDP port that the host's packets come from, zero outside UDP.
	encapPort uint16
	ep        *endpoint.Endpoint
	sock      *endpoint.Socket
	starts    uint64 // how many endpoints there have been
	users     []*user
	paused    bool
}

// start gives the node an endpoint that knows nothing of earlier ones.
func (n *node) start() {
	n.starts++
	var c endpoint.Config
	for i := 0; i < len(c.Seed); i += 8 {
		binary.BigEndian.PutUint64(c.Seed[i:], mix(n.w.s.Seed^mix(n.starts<<16|uint64(n.index)<<8|uint64(i))))
	}
	c.OOTB = true
	c.Carrier = n.plan.Carrier
	n.ep = endpoint.New(c)
	n.ep.SetLocalAddrs(n.addrs)
	n.sock = &endpoint.Socket{Port: serverPort + uint16(n.index), Config: new(n.plan.config()), Backlog: len(n.w.s.Hosts)}
	if err := n.ep.Bind(n.sock); err != nil {
		n.w.fail(RuleError, "host %d: bind: %v", n.index, err)
	}
}

// connect sets up the association of a talk from this side.
func (n *node) connect(t *talk, side int) {
	peer := n.w.nodes[n.w.s.peerOf(n.index, t.index)]
	addrs := peer.addrs
	if t.plan.FirstAddrOnly {
		addrs = addrs[:1]
	}
	h, err := n.ep.Connect(n.w.now, n.sock, new(n.plan.config()), peer.sock.Port, addrs, peer.encapPort)
	if err != nil {
		n.w.fail(RuleError, "host %d: connect: %v", n.index, err)
		return
	}
	n.w.newUser(n, t, side, h).input(func(mono.Time) {})
}

// arrive takes a datagram from the network.
func (n *node) arrive(d *transport.Datagram) {
	now := n.w.now
	v := n.ep.Route(now, d)
	switch v.Kind {
	case endpoint.Reply:
		n.judgeReply(v.Reply)
		n.w.sent(n, &transport.Datagram{Path: d.Path, Data: v.Reply})
	case endpoint.Created:
		n.ep.Taken(v.Handle)
		if u := n.accept(v.Handle, d); u != nil {
			u.deliver(d)
		}
	case endpoint.Deliver:
		v.Handle.User.(*user).deliver(d)
	}
}

// deliver gives a datagram to the association.
func (u *user) deliver(d *transport.Datagram) {
	u.learnMTU(d)
	u.arrived(d)
	u.input(func(now mono.Time) { u.a.Deliver(now, d) })
}

// accept begins the other side of an association that a peer has set up.
func (n *node) accept(h *endpoint.Handle, d *transport.Datagram) *user {
	peer := n.w.hostOf(d.Path.Remote)
	if peer < 0 || (peer == 0) == (n.index == 0) {
		n.w.fail(RuleEvents, "host %d accepted an association with %v, which sets up none", n.index, d.Path.Remote)
		return nil
	}
	t, side := n.w.talks[max(peer, n.index)-1], 1
	if n.index != 0 {
		side = 0
	}
	if side == 0 && !t.plan.Simultaneous {
		n.w.fail(RuleEvents, "host %d accepted an association, though host 0 set up none", n.index)
		return nil
	}
	if u := t.users[side]; u != nil && u.h != nil {
		n.w.fail(RuleEvents, "host %d accepted a second association with host %d beside the first", n.index, peer)
		return nil
	}
	return n.w.newUser(n, t, side, h)
}

// crash loses the endpoint and everything in it.
func (n *node) crash() {
	for _, u := range n.users {
		for _, f := range u.ending.flows {
			if f != nil {
				f.broken = true
			}
		}
		if u.talk.users[u.side] == u {
			u.talk.users[u.side] = nil
		}
	}
	n.users = nil
	n.plan.Config.Memory = memoryOf(n.plan.Config.Memory)
	n.start()
}

// each gives an input to every live association of the node.
func (n *node) each(f func(u *user, now mono.Time)) {
	for _, u := range n.users {
		if !u.ended {
			u.input(func(now mono.Time) { f(u, now) })
		}
	}
}
