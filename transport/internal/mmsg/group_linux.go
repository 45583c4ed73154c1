package mmsg

import (
	"net/netip"
	"slices"
	"sync/atomic"

	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/internal/hostaddr"
)

// Bound is a socket that a carrier opened.
type Bound struct {
	Conn Conn
	// Addr is the address that Conn is bound to: unspecified (0.0.0.0 or ::) for all of a family. Several that follow each other may have the
	// same one, if they share its packets.
	Addr netip.Addr
	// Silent: it does not tell of ICMP messages, which the others get as well.
	Silent bool
}

// Group is the sockets of a carrier. It has all the methods of a transport.Transport but Caps.
type Group struct {
	opts    Options
	sockets []*Socket
	shared  shared
	watcher *hostaddr.Watcher
	// full is the socket that took no more packets, for WaitWritable.
	full atomic.Pointer[Socket]
}

// NewGroup makes a Group of sockets, which it closes if it fails.
func NewGroup(sockets []Bound, opts Options) (*Group, error) {
	g := &Group{opts: opts}
	g.shared.fragments.open()
	for _, b := range sockets {
		s, err := newSocket(b, opts, &g.shared)
		if err != nil {
			for _, s := range g.sockets {
				s.Close()
			}
			g.shared.fragments.close()
			CloseAll(sockets) // those that are not the group's yet
			return nil, err
		}
		if n := len(g.sockets); n > 0 && g.sockets[n-1].bound == s.bound {
			g.sockets[n-1].next = s
		}
		g.sockets = append(g.sockets, s)
	}
	if slices.ContainsFunc(g.sockets, func(s *Socket) bool { return s.bound.IsUnspecified() }) {
		// Without announcements, LocalAddrs is right when it is asked, and nobody is told to ask.
		g.watcher, _ = hostaddr.Watch(g.forget)
	}
	return g, nil
}

// CloseAll closes sockets that did not become a Group.
func CloseAll(sockets []Bound) {
	for _, b := range sockets {
		b.Conn.Close()
	}
}

// forget drops what may have changed together with the addresses.
func (g *Group) forget() {
	g.shared.zones.Forget()
	g.shared.mtus.Forget()
}

// Queues is one for each socket.
func (g *Group) Queues() int { return len(g.sockets) }

// ReadBatch reads from the socket of that number.
func (g *Group) ReadBatch(queue int, ds []transport.Datagram) (int, error) {
	return g.sockets[queue].ReadBatch(ds)
}

// WriteBatch gives runs of packets to the sockets that they leave from. Of several with one address it takes one that nobody writes to.
func (g *Group) WriteBatch(ds []transport.Datagram) (int, error) {
	done := 0
	for done < len(ds) {
		s := g.socketFor(&ds[done].Path)
		end := done + 1
		for end < len(ds) && (ds[end].Path == ds[done].Path || g.socketFor(&ds[end].Path) == s) {
			end++
		}
		if s == nil {
			done = end // No such source, or no such family here: lost.
			continue
		}
		n, s, err := g.writeFrom(s, ds[done:end])
		done += n
		if err != nil {
			return done, err
		}
		if done < end {
			g.full.Store(s)
			break
		}
	}
	return done, nil
}

// writeFrom writes to first or one of those after it that have its address, and returns which it was.
func (g *Group) writeFrom(first *Socket, ds []transport.Datagram) (int, *Socket, error) {
	for s := first; s != nil; s = s.next {
		if n, free, err := s.tryWriteBatch(ds); free {
			return n, s, err
		}
	}
	n, err := first.WriteBatch(ds)
	return n, first, err
}

// Gathers says that packets may come in pieces: see transport.Gatherer.
func (g *Group) Gathers() bool { return true }

// socketFor returns the socket that packets of p leave from: the one bound to the source address, or to all addresses of the
// family; without a source address, the first of the family.
func (g *Group) socketFor(p *transport.Path) *Socket {
	is6 := p.Remote.Is6()
	if !p.Remote.IsValid() || p.Local.IsValid() && p.Local.Is6() != is6 {
		return nil
	}
	for _, s := range g.sockets {
		if s.is6 == is6 && (!p.Local.IsValid() || s.bound.IsUnspecified() || s.bound == p.Local) {
			return s
		}
	}
	return nil
}

// WaitWritable waits for the socket that was full last.
func (g *Group) WaitWritable() error {
	s := g.full.Load()
	if s == nil {
		s = g.sockets[0]
	}
	return s.WaitWritable()
}

// LocalAddrs returns the addresses that the sockets are bound to, or those of the host.
func (g *Group) LocalAddrs() ([]netip.Addr, error) {
	var addrs []netip.Addr
	for _, s := range g.sockets {
		if !s.bound.IsUnspecified() && !slices.Contains(addrs, s.bound) {
			addrs = append(addrs, s.bound)
		}
	}
	if len(addrs) > 0 {
		return addrs, nil
	}
	addrs, err := hostaddr.List()
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(addrs, func(a netip.Addr) bool {
		return g.socketFor(&transport.Path{Local: a, Remote: a}) == nil
	}), nil
}

// AddrChanges is nil if the sockets are bound to addresses.
func (g *Group) AddrChanges() <-chan struct{} { return g.watcher.Changes() }

// ECN reports whether the ECN field of packets is set and read.
func (g *Group) ECN() bool {
	return !slices.ContainsFunc(g.sockets, func(s *Socket) bool { return !s.ecn })
}

// maxPayload is the largest total length of IPv4, header included, and payload of IPv6, however large the device's MTU is.
const maxPayload = 65535

// MTU is that of the route, less the headers.
func (g *Group) MTU(p transport.Path) int {
	limit := maxPayload
	if p.Remote.Is6() {
		limit += headerSize(true, false)
	}
	return min(g.shared.mtus.Get(p.Local, p.Remote), limit) - headerSize(p.Remote.Is6(), g.opts.UDP)
}

// Inputs has what to wait for of each socket that is polled.
func (g *Group) Inputs() []transport.Input {
	if !g.opts.Polled {
		return nil
	}
	var all []transport.Input
	for i, s := range g.sockets {
		if d, ok := s.fd.(*ownDescriptor); ok {
			all = append(all, transport.Input{Descriptor: d.fd, Queue: i}, transport.Input{Descriptor: d.event, Queue: i})
		}
	}
	return all
}

// Interrupt ends a ReadBatch of that number, the next one if there is none.
func (g *Group) Interrupt(queue int) { g.sockets[queue].Interrupt() }

// TryReadBatch is ReadBatch that does not wait.
func (g *Group) TryReadBatch(queue int, ds []transport.Datagram) (int, error) {
	return g.sockets[queue].tryReadBatch(ds)
}

// Control calls f with each socket, its number among those with one address, and whether it is of IPv6.
func (g *Group) Control(f func(fd, number int, is6 bool) error) error {
	number := 0
	for i, s := range g.sockets {
		if number++; i == 0 || g.sockets[i-1].next != s {
			number = 0
		}
		var failed error
		if err := s.fd.control(func(fd uintptr) { failed = f(int(fd), number, s.is6) }); err != nil {
			return err
		}
		if failed != nil {
			return failed
		}
	}
	return nil
}

// Close ends all blocked calls.
func (g *Group) Close() error {
	err := g.watcher.Close()
	g.shared.fragments.close()
	for _, s := range g.sockets {
		if e := s.Close(); err == nil {
			err = e
		}
	}
	return err
}
