package udpencap

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
)

// listen opens a UDP socket for each of addrs, all with one port. If port is zero the system chooses. Addresses of a family
// that the host does not have are left out where that leaves others.
func listen(addrs []netip.Addr, port uint16) (conns []*net.UDPConn, bound []netip.Addr, _ uint16, err error) {
	var unsupported error
	for _, addr := range addrs {
		conn, err := listenOne(netip.AddrPortFrom(addr, port))
		if isNoFamily(err) && addr.IsUnspecified() {
			unsupported = err
			continue
		}
		if err != nil {
			for _, c := range conns {
				c.Close()
			}
			return nil, nil, 0, err
		}
		port = conn.LocalAddr().(*net.UDPAddr).AddrPort().Port()
		conns, bound = append(conns, conn), append(bound, addr)
	}
	if len(conns) == 0 {
		return nil, nil, 0, fmt.Errorf("no address to listen at: %w", unsupported)
	}
	return conns, bound, port, nil
}

// listenOne opens a UDP socket of one address family: package net makes one that takes IPv4 too of "udp" and "::".
func listenOne(at netip.AddrPort) (*net.UDPConn, error) {
	var lc net.ListenConfig
	conn, err := lc.ListenPacket(context.Background(), networkOf(at), at.String())
	if err != nil {
		return nil, err
	}
	return conn.(*net.UDPConn), nil
}

func networkOf(at netip.AddrPort) string {
	if at.Addr().Is6() {
		return "udp6"
	}
	return "udp4"
}

// isNoFamily reports whether err says that the host lacks an address family.
func isNoFamily(err error) bool {
	return errors.Is(err, syscall.EAFNOSUPPORT) || errors.Is(err, syscall.EADDRNOTAVAIL) ||
		errors.Is(err, syscall.EPROTONOSUPPORT)
}
