package porttable

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Table is a carrier's part of the port table. It is safe for concurrent use, and costs one goroutine.
type Table struct {
	kind    Kind
	udpPort uint16
	poller  *poller

	mu     sync.Mutex
	closed bool
	claims map[*Claim]struct{}
	ootb   ootb
}

// Claim is a port that is held until Release, or until the process ends.
type Claim struct {
	table *Table
	port  uint16
	fds   []int // guarded by table.mu; nil once released
}

// Open opens a table for a carrier of that kind; udpPort is the UDP port of one over UDP.
func Open(kind Kind, udpPort uint16) (*Table, error) {
	p, err := newPoller()
	if err != nil {
		return nil, fmt.Errorf("port table: %w", err)
	}
	t := &Table{kind: kind, udpPort: udpPort, poller: p, claims: map[*Claim]struct{}{}}
	t.ootb.init()
	return t, nil
}

// Claim takes port for addrs, or for all addresses if there are none. As on Linux, one port can be held for different addresses by
// different holders, but not for all addresses by one and for some by another. If it is held the error wraps ErrInUse.
func (t *Table) Claim(port uint16, addrs []netip.Addr) (*Claim, error) {
	unlock, err := t.kind.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	return t.claim(port, canonical(addrs), t.kind.taken)
}

// ClaimEphemeral takes a free ephemeral port for addrs; random decides where the search begins.
func (t *Table) ClaimEphemeral(addrs []netip.Addr, random uint32) (*Claim, error) {
	unlock, err := t.kind.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	taken := sync.OnceValue(t.kind.taken) // Nobody claims meanwhile, so that one look will do.
	addrs = canonical(addrs)
	for i := range ephemeralCount {
		c, err := t.claim(ephemeral(random, i), addrs, taken)
		if !isTaken(err) {
			return c, err
		}
	}
	return nil, ErrNoPort
}

// claim takes port. The lock is held.
func (t *Table) claim(port uint16, addrs []netip.Addr, taken func() map[uint16]string) (*Claim, error) {
	if len(addrs) > 0 {
		if all := t.kind.names(port, nil)[0]; exists(all) {
			return nil, inUse(port, all)
		}
	}
	c := &Claim{table: t, port: port}
	for _, name := range t.kind.names(port, addrs) {
		fd, err := listen(name)
		if err != nil {
			c.closeAll()
			if isTaken(err) {
				return nil, inUse(port, name)
			}
			return nil, fmt.Errorf("claiming SCTP port %d: %w", port, err)
		}
		c.fds = append(c.fds, fd)
	}
	if len(addrs) == 0 {
		if name, ok := taken()[port]; ok {
			c.closeAll()
			return nil, inUse(port, name)
		}
	}
	return c, t.keep(c)
}

// keep has a claim's sockets answered, or closes them if the table is closed.
func (t *Table) keep(c *Claim) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		c.closeAll()
		return ErrClosed
	}
	for _, fd := range c.fds {
		if err := t.poller.add(fd, func() { t.answer(c, fd) }); err != nil {
			c.closeAll()
			return fmt.Errorf("claiming SCTP port %d: %w", c.port, err)
		}
	}
	t.claims[c] = struct{}{}
	return nil
}

// answer tells those who connect to a claim's socket the UDP port. It holds the lock: a socket that is closed while somebody accepts on
// it keeps its name until they are done.
func (t *Table) answer(c *Claim, fd int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for slices.Contains(c.fds, fd) {
		conn, _, err := unix.Accept4(fd, unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK)
		if err != nil {
			return
		}
		if t.kind == UDP {
			port := binary.BigEndian.AppendUint16(nil, t.udpPort)
			_ = unix.Send(conn, port, unix.MSG_NOSIGNAL) // Who has gone does not need it.
		}
		unix.Close(conn)
	}
}

// Port is the port.
func (c *Claim) Port() uint16 { return c.port }

// Release gives the port back. It may be called more than once.
func (c *Claim) Release() {
	t := c.table
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, fd := range c.fds {
		t.poller.remove(fd)
	}
	c.closeAll()
	delete(t.claims, c)
}

// closeAll gives the names back.
func (c *Claim) closeAll() {
	for _, fd := range c.fds {
		unix.Close(fd)
	}
	c.fds = nil
}

// lookupPatience is how long Lookup waits for the answer of another process on this host.
const lookupPatience = 200 * time.Millisecond

// Lookup returns the UDP port of the carrier, of any process on this host, that has the SCTP port for addr.
func (t *Table) Lookup(port uint16, addr netip.Addr) (udpPort uint16, ok bool) {
	for _, addrs := range [][]netip.Addr{{addr}, nil} {
		if udpPort, ok := ask(t.kind.names(port, addrs)[0]); ok {
			return udpPort, true
		}
	}
	return 0, false
}

// ask connects to a claim's socket and reads the answer.
func ask(name string) (udpPort uint16, ok bool) {
	conn, err := net.DialTimeout("unix", name, lookupPatience)
	if err != nil {
		return 0, false
	}
	defer conn.Close()
	var answer [2]byte
	if conn.SetReadDeadline(time.Now().Add(lookupPatience)) != nil {
		return 0, false
	}
	if n, err := conn.Read(answer[:]); err != nil || n < len(answer) {
		return 0, false
	}
	return binary.BigEndian.Uint16(answer[:]), true
}

// isClosed reports whether Close has been called.
func (t *Table) isClosed() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.closed
}

// Close releases all claims.
func (t *Table) Close() error {
	t.mu.Lock()
	t.closed = true
	var held []*Claim
	for c := range t.claims {
		held = append(held, c)
	}
	t.mu.Unlock()
	for _, c := range held {
		c.Release()
	}
	err := t.poller.close()
	t.ootb.close()
	return err
}
