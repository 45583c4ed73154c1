package hostaddr

import (
	"net/netip"

	"golang.org/x/sys/unix"
)

// anyPort is where routeMTU connects to; connecting a UDP socket sends nothing, so that any port but zero will do.
const anyPort = 9

// routeMTU asks the kernel by connecting a socket: that looks up the route as sending a packet would, policy routing by
// source address included.
func routeMTU(local, remote netip.Addr) (int, error) {
	level, option := unix.IPPROTO_IP, unix.IP_MTU
	if remote.Is6() {
		level, option = unix.IPPROTO_IPV6, unix.IPV6_MTU
	}
	fd, err := connected(local, remote)
	if err != nil {
		return 0, err
	}
	defer unix.Close(fd)
	return unix.GetsockoptInt(fd, level, option)
}

// Source returns the address that packets to remote leave from if nobody says otherwise.
func Source(remote netip.Addr) (netip.Addr, error) {
	fd, err := connected(netip.Addr{}, remote)
	if err != nil {
		return netip.Addr{}, err
	}
	defer unix.Close(fd)
	name, err := unix.Getsockname(fd)
	switch name := name.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrFrom4(name.Addr), nil
	case *unix.SockaddrInet6:
		return zones.WithZone(netip.AddrFrom16(name.Addr), int(name.ZoneId)), nil
	}
	return netip.Addr{}, err
}

// connected makes a UDP socket that is connected to remote; the caller closes it.
func connected(local, remote netip.Addr) (int, error) {
	family := unix.AF_INET
	if remote.Is6() {
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	if local.IsValid() && !local.IsUnspecified() {
		err = unix.Bind(fd, sockaddr(local, 0))
	}
	if err == nil {
		err = unix.Connect(fd, sockaddr(remote, anyPort))
	}
	if err != nil {
		_ = unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

// Sockaddr is addr for a system call, without a port.
func Sockaddr(addr netip.Addr) unix.Sockaddr { return sockaddr(addr, 0) }

// zones serves sockaddr.
var zones Zones

func sockaddr(addr netip.Addr, port int) unix.Sockaddr {
	if addr.Is4() {
		return &unix.SockaddrInet4{Addr: addr.As4(), Port: port}
	}
	return &unix.SockaddrInet6{Addr: addr.As16(), Port: port, ZoneId: uint32(zones.Index(addr))}
}
