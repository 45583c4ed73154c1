package simnet

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"

	"github.com/gosctp/sctp/transport"
)

// InboxLimit is how many datagrams wait for ReadBatch before more are lost, as in a socket's receive buffer.
const InboxLimit = 4096

// Transport opens the host as a carrier. A host has one at a time: opening it again closes the one before, as when a process is
// replaced by another. From the first call on, the whole network runs in the time of package time.
func (h *Host) Transport() transport.Transport {
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	h.net.clock.start()
	if h.carrier != nil {
		h.carrier.close()
	}
	c := &carrier{host: h, changes: make(chan struct{}, 1)}
	c.arrived.L = &h.net.mu
	h.carrier = c
	return c
}

// carrier is a host as a transport.Transport. Its fields are guarded by the network's lock.
type carrier struct {
	host    *Host
	arrived sync.Cond // inbox is not empty, or the carrier closed
	inbox   []transport.Datagram
	closed  bool
	changes chan struct{}
}

var _ transport.Transport = (*carrier)(nil)

func (c *carrier) Queues() int { return 1 }

func (c *carrier) ReadBatch(_ int, ds []transport.Datagram) (int, error) {
	n := c.host.net
	n.mu.Lock()
	defer n.mu.Unlock()
	for len(c.inbox) == 0 && !c.closed {
		c.arrived.Wait()
	}
	if c.closed {
		return 0, c.errClosed("read")
	}
	count := copy(ds, c.inbox)
	c.inbox = slices.Delete(c.inbox, 0, count)
	return count, nil
}

// WriteBatch takes everything: what is too much for a link is lost there.
func (c *carrier) WriteBatch(ds []transport.Datagram) (int, error) {
	n := c.host.net
	n.mu.Lock()
	defer n.mu.Unlock()
	if c.closed {
		return 0, c.errClosed("write")
	}
	now := n.clock.now()
	for i := range ds {
		n.send(now, c.host, &ds[i])
	}
	n.pump()
	return len(ds), nil
}

// WaitWritable returns at once, since WriteBatch never leaves anything.
func (c *carrier) WaitWritable() error {
	c.host.net.mu.Lock()
	defer c.host.net.mu.Unlock()
	if c.closed {
		return c.errClosed("write")
	}
	return nil
}

func (c *carrier) LocalAddrs() ([]netip.Addr, error) { return c.host.Addrs(), nil }

func (c *carrier) AddrChanges() <-chan struct{} { return c.changes }

func (c *carrier) MTU(p transport.Path) int { return c.host.MTU(p) }

func (c *carrier) Caps() transport.Caps {
	c.host.net.mu.Lock()
	defer c.host.net.mu.Unlock()
	return transport.Caps{
		MultiHomed: true, Encapsulated: c.host.encapPort != 0,
		ECN: !c.host.noECN, ErrorDetection: c.host.detection, FirstHopMTU: c.host.firstHop,
	}
}

func (c *carrier) Close() error {
	c.host.net.mu.Lock()
	defer c.host.net.mu.Unlock()
	c.close()
	return nil
}

func (c *carrier) close() {
	c.closed = true
	c.inbox = nil
	if c.host.carrier == c {
		c.host.carrier = nil
	}
	c.arrived.Broadcast()
}

// put adds an arrived datagram to the inbox.
func (c *carrier) put(d transport.Datagram) {
	if len(c.inbox) >= InboxLimit {
		sent := transport.Path{Local: d.Path.Remote, Remote: d.Path.Local}
		c.host.net.note(c.host.net.clock.now(), LostInbox, sent, d.Data)
		return
	}
	c.inbox = append(c.inbox, d)
	c.arrived.Broadcast()
}

// addrsChanged announces a change of the host's addresses, unless one is announced and not yet seen. A nil carrier, of a host
// that is not opened as one, tells nobody.
func (c *carrier) addrsChanged() {
	if c == nil {
		return
	}
	select {
	case c.changes <- struct{}{}:
	default:
	}
}

func (c *carrier) errClosed(op string) error {
	return fmt.Errorf("simnet: %s on %s: %w", op, c.host.name, net.ErrClosed)
}
