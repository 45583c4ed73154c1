// Package porttable shares the SCTP ports of a host among processes, without a daemon.
//
// Raw sockets hand every process a copy of every SCTP packet, so the processes have to agree on who answers which. The table
// of ports is the kernel's own: who binds SCTP port 5000 holds the abstract unix socket @gosctp/132/5000 (unix(7)). Its
// name is exclusive, the kernel takes it back when the process ends, however it ends, and it belongs to the network
// namespace, as ports do. A port that is bound to addresses has a name for each, such as @gosctp/132/5000/192.0.2.1, where 0.0.0.0 and ::
// stand for all of their family.
//
// A name can be tried, but not looked for. So a table that has some addresses of a port says so by a second name, the first of
// @gosctp/132/5000/4+0, 4+1, … that is free (6+ for IPv6); and one that shares the port with others by @gosctp/132/5000/~0, ~1, ….
//
// One process at a time holds @gosctp/132/ootb, and with it the right to answer packets to ports that nobody holds.
//
// Over UDP (RFC 6951) only one process can have UDP port 9899. The others take another, and whoever connects to a claim's
// socket @gosctp/udp/5000 is told which: so [Table.Lookup] finds the UDP port for an SCTP port of this host.
//
// As with ports of the kernel, anybody on the host may take any free one. The table is for programs that cooperate.
//
// Systems without abstract sockets have a table for each process.
package porttable

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"syscall"
)

// Kind says what carries the packets: ports of one kind are independent of those of the other.
type Kind uint8

const (
	// Raw is IP protocol 132.
	Raw Kind = iota
	// UDP is the encapsulation of RFC 6951.
	UDP
)

// Hold says which claims of other tables a claim of the same port allows.
type Hold uint8

const (
	// Alone allows none at the same addresses.
	Alone Hold = iota
	// Sharing allows others that share. It is for sockets that let others have their port and do not listen (SO_REUSEADDR).
	Sharing
	// Leading is like Alone, but what shares the port already may go on to: of sockets that share, one listens.
	Leading
)

var (
	// ErrInUse is wrapped by the error of a claim of a port that somebody else holds, and syscall.EADDRINUSE with it.
	ErrInUse = errors.New("SCTP port is in use")
	// ErrNoPort says that all ephemeral ports are in use.
	ErrNoPort = fmt.Errorf("all ephemeral ports are in use: %w", syscall.EADDRINUSE)
	// ErrClosed is the error of a Table that has been closed.
	ErrClosed = errors.New("port table is closed")
)

// InUseError says who holds a port.
type InUseError struct {
	Port uint16
	// Addr is the address that both want; invalid if one of them wants all.
	Addr netip.Addr
	// PID is the process that holds the port, zero if that is not known.
	PID int
}

// Error names port, address and process.
func (e *InUseError) Error() string {
	s := fmt.Sprintf("SCTP port %d", e.Port)
	if e.Addr.IsValid() {
		s += " of " + e.Addr.String()
	}
	s += " is in use"
	if e.PID != 0 {
		s += fmt.Sprintf(" by process %d", e.PID)
	}
	return s
}

// Unwrap makes the error an ErrInUse and a syscall.EADDRINUSE.
func (e *InUseError) Unwrap() []error { return []error{ErrInUse, syscall.EADDRINUSE} }

// canonical orders addresses and drops doubles. The unspecified address of a family stands for all of that family, and so for those
// of it that are named as well; without any address, all of both are meant.
func canonical(addrs []netip.Addr) []netip.Addr {
	var list []netip.Addr
	for _, a := range addrs {
		if a.IsValid() {
			list = append(list, a.Unmap())
		}
	}
	list = slices.DeleteFunc(list, func(a netip.Addr) bool {
		return !a.IsUnspecified() && slices.Contains(list, unspecified(a))
	})
	slices.SortFunc(list, netip.Addr.Compare)
	return slices.Compact(list)
}

// unspecified is the address that stands for all of the family of a.
func unspecified(a netip.Addr) netip.Addr {
	if a.Is4() {
		return netip.IPv4Unspecified()
	}
	return netip.IPv6Unspecified()
}
