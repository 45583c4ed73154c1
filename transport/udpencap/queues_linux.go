package udpencap

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/transport/internal/mmsg"
)

// split adds sockets to each of list, so that there are queues of each address, and returns all, those that there are if it fails. The first of an
// address was bound alone, which the system refuses where anybody else has the port, be it with SO_REUSEPORT; only then it is opened to others.
// So no two carriers take each other's packets. A program of the same user that asks for it could take some of ours, as it could stop us.
func split(list []mmsg.Bound, port uint16, queues int) (all []mmsg.Bound, failed error) {
	for _, b := range list {
		all = append(all, b)
		if failed != nil {
			continue
		}
		if failed = shareWithOthers(b.Conn); failed != nil {
			continue
		}
		for range queues - 1 {
			conn, err := listenBeside(netip.AddrPortFrom(b.Addr, port))
			if err != nil {
				failed = err
				break
			}
			all = append(all, mmsg.Bound{Conn: conn, Addr: b.Addr})
		}
	}
	return all, failed
}

// listenBeside is listenOne at a port that sockets of this carrier have.
func listenBeside(at netip.AddrPort) (*net.UDPConn, error) {
	lc := net.ListenConfig{Control: func(_, _ string, raw syscall.RawConn) error { return setReusePort(raw) }}
	conn, err := lc.ListenPacket(context.Background(), networkOf(at), at.String())
	if err != nil {
		return nil, err
	}
	return conn.(*net.UDPConn), nil
}

func shareWithOthers(conn mmsg.Conn) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	return setReusePort(raw)
}

func setReusePort(raw syscall.RawConn) error {
	var failed error
	err := raw.Control(func(fd uintptr) { failed = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1) })
	return errors.Join(err, failed)
}
