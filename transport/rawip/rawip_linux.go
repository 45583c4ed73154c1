package rawip

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"syscall"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/internal/mmsg"
)

// Transport is a carrier over raw IP. It implements transport.Transport and transport.PortFilter.
type Transport struct {
	*mmsg.Group
	queues int
}

var (
	_ transport.Transport  = (*Transport)(nil)
	_ transport.PortFilter = (*Transport)(nil)
	_ transport.Polled     = (*Transport)(nil)
	_ transport.Gatherer   = (*Transport)(nil)
)

// Open opens the sockets. Without the privilege for it the error wraps transport.ErrNotPermitted.
func Open(c Config) (*Transport, error) {
	addrs := c.LocalAddrs
	if len(addrs) == 0 {
		addrs = []netip.Addr{netip.IPv4Unspecified(), netip.IPv6Unspecified()}
	}
	if c.BufferSize == 0 {
		c.BufferSize = DefaultBufferSize
	}
	queues := min(max(c.Queues, 1), MaxQueues)
	sockets, err := listen(addrs, queues)
	if err != nil {
		return nil, err
	}
	g, err := mmsg.NewGroup(sockets, mmsg.Options{BufferSize: c.BufferSize, Polled: c.Polled, BusyPoll: c.BusyPoll})
	if err != nil {
		return nil, fmt.Errorf("SCTP over raw IP: %w", err)
	}
	return &Transport{g, queues}, nil
}

// listen opens raw sockets for each of addrs, one for each queue. A family that the host does not have is left out where that leaves another.
func listen(addrs []netip.Addr, queues int) ([]mmsg.Bound, error) {
	var sockets []mmsg.Bound
	var unsupported error
	for i := range len(addrs) * queues {
		addr := addrs[i/queues]
		conn, err := listenOne(addr)
		if addr.IsUnspecified() && (errors.Is(err, unix.EAFNOSUPPORT) || errors.Is(err, unix.EADDRNOTAVAIL)) {
			unsupported = err
			continue
		}
		if err != nil {
			mmsg.CloseAll(sockets)
			return nil, explain(err)
		}
		sockets = append(sockets, mmsg.Bound{Conn: conn, Addr: addr, Silent: i%queues > 0})
	}
	if len(sockets) == 0 {
		return nil, explain(unsupported)
	}
	return sockets, nil
}

// explain makes a message that tells a user what to do.
func explain(err error) error {
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
		return fmt.Errorf("raw IP needs CAP_NET_RAW (run as root, or setcap cap_net_raw+ep PROGRAM) or use sctp/udp: %w",
			transport.ErrNotPermitted)
	}
	return fmt.Errorf("SCTP over raw IP: %w", err)
}

// listenOne opens a raw socket that drops everything.
func listenOne(addr netip.Addr) (*net.IPConn, error) {
	network := "ip4:"
	if addr.Is6() {
		network = "ip6:"
	}
	lc := net.ListenConfig{Control: func(_, _ string, raw syscall.RawConn) error {
		var filterErr error
		err := raw.Control(func(fd uintptr) { filterErr = dropAll(int(fd)) })
		return errors.Join(err, filterErr)
	}}
	conn, err := lc.ListenPacket(context.Background(), network+strconv.Itoa(Protocol), addr.String())
	if err != nil {
		return nil, err
	}
	return conn.(*net.IPConn), nil
}

// dropAll attaches the filter for no ports, and throws away what arrived since the socket was made.
func dropAll(fd int) error {
	if err := attach(fd, program(nil, false, false, share{})); err != nil {
		return err
	}
	var one [1]byte
	for {
		if _, _, err := unix.Recvfrom(fd, one[:], unix.MSG_DONTWAIT|unix.MSG_TRUNC); err != nil {
			return nil
		}
	}
}

// Caps are the properties of this carrier.
func (t *Transport) Caps() transport.Caps {
	return transport.Caps{MultiHomed: true, Shared: true, FirstHopMTU: true, ECN: t.ECN(), Writers: t.queues}
}

// SetPorts lets packets to ports through, or all if ootb, and from time to time others: with many ports the filter is
// coarser than asked for.
func (t *Transport) SetPorts(ports []uint16, ootb bool) error {
	return t.Control(func(fd, number int, is6 bool) error {
		return attach(fd, program(ports, ootb, !is6, share{number, t.queues}))
	})
}

// attach gives a socket a filter, which replaces the one before in one step.
func attach(fd int, filter []bpf.Instruction) error {
	raw, err := bpf.Assemble(filter)
	if err != nil {
		return err
	}
	insns := make([]unix.SockFilter, len(raw))
	for i, r := range raw {
		insns[i] = unix.SockFilter{Code: r.Op, Jt: r.Jt, Jf: r.Jf, K: r.K}
	}
	prog := unix.SockFprog{Len: uint16(len(insns)), Filter: &insns[0]}
	if err := unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &prog); err != nil {
		return fmt.Errorf("attaching the port filter: %w", err)
	}
	return nil
}
