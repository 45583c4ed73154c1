package mmsg

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Pair is how the two sockets of a server and its only client are made.
type Pair struct {
	// Raw says that packets are IP protocol 132's.
	Raw bool
	// GRO has the kernel join what arrives in a train.
	GRO bool
	// Buffer is the size of the sockets' buffers.
	Buffer int
}

// patience is how long the server may take to answer the greeting that the client connects by.
const patience = 10 * time.Second

// greetingLen is room for a greeting with its IP header.
const greetingLen = 64

// Listen returns a server's socket, connected, once a client has come. It calls listening when one may.
func (p Pair) Listen(addr netip.AddrPort, listening func()) (syscall.RawConn, error) {
	var conn net.PacketConn
	var err error
	if p.Raw {
		conn, err = net.ListenIP(protocol, &net.IPAddr{IP: addr.Addr().AsSlice()})
	} else {
		conn, err = net.ListenUDP("udp4", net.UDPAddrFromAddrPort(addr))
	}
	if err != nil {
		return nil, err
	}
	raw, err := p.prepare(conn.(syscall.Conn))
	if err != nil {
		return nil, err
	}
	listening()
	_, from, err := conn.ReadFrom(make([]byte, greetingLen))
	if err != nil {
		return nil, err
	}
	if _, err := conn.WriteTo(make([]byte, 1), from); err != nil {
		return nil, err
	}
	return raw, Connect(raw, from)
}

// Dial returns a client's socket, connected.
func (p Pair) Dial(addr netip.AddrPort) (syscall.RawConn, error) {
	network, to := "udp4", addr.String()
	if p.Raw {
		network, to = protocol, addr.Addr().String()
	}
	conn, err := net.Dial(network, to)
	if err != nil {
		return nil, err
	}
	raw, err := p.prepare(conn.(syscall.Conn))
	if err != nil {
		return nil, err
	}
	if _, err := conn.Write(make([]byte, 1)); err != nil {
		return nil, err
	}
	if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	if _, err := conn.Read(make([]byte, greetingLen)); err != nil {
		return nil, fmt.Errorf("greeting the server: %w", err)
	}
	return raw, conn.SetReadDeadline(time.Time{})
}

// protocol is SCTP's, for package net.
const protocol = "ip4:132"

// prepare sets a socket's options.
func (p Pair) prepare(conn syscall.Conn) (syscall.RawConn, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	return raw, control(raw, func(fd int) error {
		for _, option := range []int{unix.SO_RCVBUF, unix.SO_SNDBUF} {
			if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, option, p.Buffer); err != nil {
				return err
			}
		}
		if p.GRO {
			return unix.SetsockoptInt(fd, unix.SOL_UDP, unix.UDP_GRO, 1)
		}
		return nil
	})
}

// control runs f on a socket's descriptor.
func control(raw syscall.RawConn, f func(fd int) error) error {
	var err error
	if e := raw.Control(func(fd uintptr) { err = f(int(fd)) }); e != nil {
		return e
	}
	return err
}

// Connect fixes a socket to its peer.
func Connect(raw syscall.RawConn, to net.Addr) error {
	var at unix.SockaddrInet4
	switch to := to.(type) {
	case *net.UDPAddr:
		at.Port = to.Port
		copy(at.Addr[:], to.IP.To4())
	case *net.IPAddr:
		copy(at.Addr[:], to.IP.To4())
	default:
		return errors.New("a peer without an address")
	}
	return control(raw, func(fd int) error { return unix.Connect(fd, &at) })
}
