package sim

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/endpoint"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/simnet"
	"github.com/gosctp/sctp/transport"
)

// lab is a network for measurements that last for minutes: many pairs of hosts, each with a connection of whatever protocol. What the rules
// of a world judge is not judged here.
type lab struct {
	net  *simnet.Network
	now  mono.Time
	ends []labEnd
	of   map[*simnet.Host]labEnd
	// done ends the run.
	done bool
}

// labEnd is one side of a connection.
type labEnd interface {
	arrive(d *transport.Datagram)
	// next is when it has something to do besides, wake does it.
	next() mono.Time
	wake()
}

func newLab(seed uint64) *lab {
	return &lab{net: simnet.New(seed), now: epoch, of: make(map[*simnet.Host]labEnd)}
}

// pair adds two hosts with a link each way: there, from the left to the right one, and back.
func (l *lab) pair(there, back simnet.Link) (left, right *simnet.Host) {
	n := byte(len(l.of)/2 + 1)
	a, b := netip.AddrFrom4([4]byte{10, 1, 0, n}), netip.AddrFrom4([4]byte{10, 2, 0, n})
	l.net.SetLink(simnet.Exactly(a), simnet.Exactly(b), there)
	l.net.SetLink(simnet.Exactly(b), simnet.Exactly(a), back)
	left, right = l.net.AddHost("left", a), l.net.AddHost("right", b)
	l.of[left], l.of[right] = nil, nil
	return left, right
}

func (l *lab) add(h *simnet.Host, e labEnd) {
	l.of[h] = e
	l.ends = append(l.ends, e)
}

func (l *lab) at(d time.Duration, f func()) { l.net.Schedule(epoch.Add(d), f) }

// run goes on until so long after the beginning, or it is done.
func (l *lab) run(until time.Duration) {
	for end := epoch.Add(until); !l.done; {
		next := l.net.NextDeadline()
		for _, e := range l.ends {
			next = mono.Earliest(next, e.next())
		}
		if next.IsZero() || next > end {
			l.now = end
			return
		}
		l.now = max(l.now, next)
		for {
			h, d, ok := l.net.Deliver(l.now)
			if !ok {
				break
			}
			l.of[h].arrive(&d)
		}
		for _, e := range l.ends {
			if e.next().Reached(l.now) {
				e.wake()
			}
		}
	}
}

// sctpEnd is one side of an association.
type sctpEnd struct {
	lab  *lab
	host *simnet.Host
	ep   *endpoint.Endpoint
	sock *endpoint.Socket
	h    *endpoint.Handle
	a    *assoc.Association
	up   bool

	// write is called when there may be room in the send buffer, read for each message.
	write func()
	read  func(i assoc.RcvInfo, n int)

	deadline mono.Time
	packet   []byte
	buf      []byte
}

// sctp puts an endpoint on a host.
func (l *lab) sctp(h *simnet.Host, c assoc.Config) *sctpEnd {
	e := &sctpEnd{lab: l, host: h, packet: make([]byte, 1<<16), buf: make([]byte, 1<<16)}
	var ec endpoint.Config
	binary.BigEndian.PutUint64(ec.Seed[:], mix(uint64(len(l.ends)+1)))
	e.ep = endpoint.New(ec)
	e.ep.SetLocalAddrs(h.Addrs())
	e.sock = &endpoint.Socket{Port: serverPort, Config: new(c.Defaults()), Backlog: 1}
	if err := e.ep.Bind(e.sock); err != nil {
		panic(err)
	}
	l.add(h, e)
	return e
}

// connect sets up the association.
func (e *sctpEnd) connect(to *simnet.Host) {
	h, err := e.ep.Connect(e.lab.now, e.sock, e.sock.Config, serverPort, to.Addrs(), 0)
	if err != nil {
		panic(err)
	}
	e.begin(h)
	e.input(func(mono.Time) {})
}

func (e *sctpEnd) begin(h *endpoint.Handle) {
	e.h, e.a = h, h.Assoc
	for _, p := range e.a.Paths(nil) {
		e.a.SetMTU(e.lab.now, p.Remote, e.host.MTU(transport.Path{Remote: p.Remote}))
	}
}

func (e *sctpEnd) arrive(d *transport.Datagram) {
	v := e.ep.Route(e.lab.now, d)
	switch v.Kind {
	case endpoint.Reply:
		e.lab.net.Send(e.lab.now, e.host, &transport.Datagram{Path: d.Path, Data: v.Reply})
		return
	case endpoint.Created:
		e.ep.Taken(v.Handle)
		e.begin(v.Handle)
	}
	if v.Handle != nil {
		e.input(func(now mono.Time) { e.a.Deliver(now, d) })
	}
}

func (e *sctpEnd) next() mono.Time { return e.deadline }

func (e *sctpEnd) wake() {
	if e.deadline.Reached(e.lab.now) {
		e.input(e.a.Expire)
	}
}

// input gives the association one input and does what follows from it.
func (e *sctpEnd) input(f func(now mono.Time)) {
	f(e.lab.now)
	e.settle()
	for {
		n, info, ok := e.a.Receive(e.lab.now, e.buf)
		e.settle()
		if !ok {
			break
		}
		if e.read != nil {
			e.read(info, n)
		}
	}
	if e.up && e.write != nil {
		e.write()
		e.settle()
	}
	var d transport.Datagram
	for e.a.NextPacket(e.lab.now, e.packet, &d) {
		e.lab.net.Send(e.lab.now, e.host, &d)
		e.settle()
		d = transport.Datagram{}
	}
	e.settle()
}

// settle is the law of package assoc: after an input, the events and the deadline.
func (e *sctpEnd) settle() {
	for ev, ok := e.a.NextEvent(); ok; ev, ok = e.a.NextEvent() {
		switch ev := ev.(type) {
		case assoc.AssocChange:
			e.up = ev.State == assoc.CommUp
		case assoc.RoutesChanged:
			e.ep.Update(e.h, e.a.LocalTag(), e.a.Routes(nil))
		}
	}
	e.deadline = e.a.NextDeadline()
}

// bulkMessage is the size of messages that fill whatever there is.
const bulkMessage = 64 << 10

var bulkData = make([]byte, bulkMessage)

// bulk writes as much as the send buffer takes.
func (e *sctpEnd) bulk() {
	for e.a.SendSpace() >= bulkMessage {
		if e.a.Send(e.lab.now, &assoc.Message{Data: bulkData}) != nil {
			return
		}
	}
}

// percentile of sorted values, as the least one that so many of a hundred do not exceed.
func percentile[T any](sorted []T, p int) (v T) {
	if len(sorted) == 0 {
		return v
	}
	return sorted[min(len(sorted)-1, len(sorted)*p/100)]
}

func mean(ds []time.Duration) time.Duration {
	var sum time.Duration
	for _, d := range ds {
		sum += d
	}
	return sum / time.Duration(max(1, len(ds)))
}

func sorted(ds []time.Duration) []time.Duration {
	ds = slices.Clone(ds)
	slices.Sort(ds)
	return ds
}
