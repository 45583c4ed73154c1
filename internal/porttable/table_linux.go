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
	// names are those that the table has: claims of its own may have some in common.
	names map[string]*held
	// resting are the claims that nobody uses, the one that has rested longest first.
	resting []*Claim
	ootb    ootb
}

// held is a name, and how many claims need it.
type held struct {
	fd, users int
	// resting is the claim that has the name if that rests.
	resting *Claim
}

// Claim is a port that is held until Release, or until the process ends.
type Claim struct {
	table *Table
	port  uint16
	addrs []netip.Addr
	names []string // guarded by table.mu; none once released
}

// Open opens a table for a carrier of that kind; udpPort is the UDP port of one over UDP.
func Open(kind Kind, udpPort uint16) (*Table, error) {
	p, err := newPoller()
	if err != nil {
		return nil, fmt.Errorf("port table: %w", err)
	}
	t := &Table{kind: kind, udpPort: udpPort, poller: p, claims: map[*Claim]struct{}{}, names: map[string]*held{}}
	t.ootb.init()
	return t, nil
}

// Claim takes port for addrs, or for all addresses if there are none. As on Linux, one port can be held for different addresses by
// different holders, but not for all addresses by one and for some by another. If it is held the error wraps ErrInUse. Claims of one
// table are its user's business: they never contend with each other.
func (t *Table) Claim(port uint16, addrs []netip.Addr, hold Hold) (*Claim, error) {
	unlock, err := t.kind.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	c := &Claim{table: t, port: port, addrs: canonical(addrs)}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil, ErrClosed
	}
	if err := c.take(hold); err != nil {
		return nil, err
	}
	t.claims[c] = struct{}{}
	return c, nil
}

// Change has the claim hold its port in another way. To share is always possible, as long as not too many do.
func (c *Claim) Change(hold Hold) error {
	unlock, err := c.table.kind.lock()
	if err != nil {
		return err
	}
	defer unlock()
	c.table.mu.Lock()
	defer c.table.mu.Unlock()
	if len(c.names) == 0 {
		return ErrClosed
	}
	before := c.names
	c.names = nil
	if err := c.take(hold); err != nil {
		c.names = before
		return err
	}
	c.table.drop(before)
	return nil
}

// take gets the names of a claim, unless other tables do not allow it. The locks are held.
func (c *Claim) take(hold Hold) error {
	t := c.table
	s := seeker{fd: -1}
	defer s.close()
	for _, name := range c.contenders(hold) {
		if t.names[name] == nil && s.exists(name) && (name != t.kind.port(c.port) || !s.givenUp(name)) {
			return t.kind.inUse(c.port, name)
		}
	}
	err := c.takeNames(hold)
	if err != nil {
		t.drop(c.names)
		c.names = nil
	}
	return err
}

// contenders are the names that nobody else may have.
func (c *Claim) contenders(hold Hold) []string {
	k := c.table.kind
	list := k.names(c.port, c.addrs)
	families := []netip.Addr{netip.IPv4Unspecified(), netip.IPv6Unspecified()}
	if len(c.addrs) > 0 {
		list = append(list, k.port(c.port))
	} else {
		list = append(list, k.names(c.port, families)...)
	}
	for _, family := range families {
		if len(c.addrs) > 0 && !slices.ContainsFunc(c.addrs, func(a netip.Addr) bool { return unspecified(a) == family }) {
			continue
		}
		if len(c.addrs) > 0 && !slices.Contains(c.addrs, family) {
			list = append(list, k.names(c.port, []netip.Addr{family})[0])
			continue
		}
		for i := range maxSome {
			list = append(list, k.some(c.port, family, i))
		}
	}
	if hold == Alone {
		for i := range maxSharing {
			list = append(list, k.sharing(c.port, i))
		}
	}
	return list
}

func (c *Claim) takeNames(hold Hold) error {
	t, k := c.table, c.table.kind
	if hold == Sharing {
		return c.takeOne(maxSharing, func(i int) string { return k.sharing(c.port, i) })
	}
	families := map[netip.Addr]bool{}
	for _, a := range c.addrs {
		if family := unspecified(a); a != family && !families[family] {
			families[family] = true
			if err := c.takeOne(maxSome, func(i int) string { return k.some(c.port, family, i) }); err != nil {
				return err
			}
		}
	}
	for _, name := range k.names(c.port, c.addrs) {
		if err := t.hold(name); err != nil {
			if isTaken(err) {
				return k.inUse(c.port, name)
			}
			return fmt.Errorf("claiming SCTP port %d: %w", c.port, err)
		}
		c.names = append(c.names, name)
	}
	return nil
}

// takeOne takes the one of n names that the table has, or the first that nobody has.
func (c *Claim) takeOne(n int, name func(i int) string) error {
	first := 0
	for i := range n {
		if c.table.names[name(i)] != nil {
			first = i
		}
	}
	for i := first; i < n; i++ {
		switch err := c.table.hold(name(i)); {
		case err == nil:
			c.names = append(c.names, name(i))
			return nil
		case !isTaken(err):
			return fmt.Errorf("claiming SCTP port %d: %w", c.port, err)
		}
	}
	return c.table.kind.inUse(c.port, name(0))
}

// hold has the table hold a name, once more if it does. t.mu is held.
func (t *Table) hold(name string) error {
	if h := t.names[name]; h != nil {
		if h.resting != nil {
			t.release(h.resting)
		} else {
			h.users++
			return nil
		}
	}
	fd, err := listen(name)
	if err != nil {
		return err
	}
	if err := t.poller.add(fd, func() { t.answer(name, fd) }); err != nil {
		unix.Close(fd)
		return err
	}
	t.names[name] = &held{fd: fd, users: 1}
	return nil
}

// drop has the table hold names once less. t.mu is held.
func (t *Table) drop(names []string) {
	for _, name := range names {
		h := t.names[name]
		if h.users--; h.users == 0 {
			t.poller.remove(h.fd)
			unix.Close(h.fd)
			delete(t.names, name)
		}
	}
}

// answer tells those who connect to a claim's socket the UDP port. It holds the lock: a socket that is closed while somebody accepts on
// it keeps its name until they are done.
func (t *Table) answer(name string, fd int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for {
		if h := t.names[name]; h == nil || h.fd != fd {
			return
		}
		conn, _, err := unix.Accept4(fd, unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK)
		if err != nil {
			return
		}
		if c := t.names[name].resting; c != nil {
			t.release(c)
			unix.Close(conn)
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
	t.release(c)
}

// release gives back the port of c. t.mu is held.
func (t *Table) release(c *Claim) {
	t.wake(c)
	t.drop(c.names)
	c.names = nil
	delete(t.claims, c)
}

// lookupPatience is how long Lookup waits for the answer of another process on this host.
const lookupPatience = 200 * time.Millisecond

// Lookup returns the UDP port of the carrier, of any process on this host, that has the SCTP port for addr.
func (t *Table) Lookup(port uint16, addr netip.Addr) (udpPort uint16, ok bool) {
	for _, addrs := range [][]netip.Addr{{addr}, {unspecified(addr)}, nil} {
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
