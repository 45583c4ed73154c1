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
	family, level, option := unix.AF_INET, unix.IPPROTO_IP, unix.IP_MTU
	if remote.Is6() {
		family, level, option = unix.AF_INET6, unix.IPPROTO_IPV6, unix.IPV6_MTU
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	defer unix.Close(fd)
	if local.IsValid() && !local.IsUnspecified() {
		if err := unix.Bind(fd, sockaddr(local, 0)); err != nil {
			return 0, err
		}
	}
	if err := unix.Connect(fd, sockaddr(remote, anyPort)); err != nil {
		return 0, err
	}
	return unix.GetsockoptInt(fd, level, option)
}

// zones serves sockaddr.
var zones Zones

func sockaddr(addr netip.Addr, port int) unix.Sockaddr {
	if addr.Is4() {
		return &unix.SockaddrInet4{Addr: addr.As4(), Port: port}
	}
	return &unix.SockaddrInet6{Addr: addr.As16(), Port: port, ZoneId: uint32(zones.Index(addr))}
}
