package skeleton

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/bench/internal/mmsg"
)

// socket is what the packets travel on: connected, on both sides.
type socket struct {
	raw         syscall.RawConn
	out         *mmsg.Writer
	ipHeaderLen int // before what a raw socket receives
}

// protocol is SCTP's number.
const protocol = "ip4:132"

// patience is how long a server's answer may take to the greeting that the client connects by.
const patience = 10 * time.Second

// Listen returns a server's endpoint, once a client has come.
func Listen(c Config, addr netip.AddrPort, listening func()) (*Endpoint, error) {
	var conn net.PacketConn
	var err error
	if c.Carrier == Raw {
		conn, err = net.ListenIP(protocol, &net.IPAddr{IP: addr.Addr().AsSlice()})
	} else {
		conn, err = net.ListenUDP("udp4", net.UDPAddrFromAddrPort(addr))
	}
	if err != nil {
		return nil, err
	}
	e := newEndpoint(c, true)
	if err := e.attach(conn.(syscall.Conn)); err != nil {
		return nil, err
	}
	listening()
	_, from, err := conn.ReadFrom(make([]byte, packetLen))
	if err != nil {
		return nil, err
	}
	if _, err := conn.WriteTo(make([]byte, 1), from); err != nil {
		return nil, err
	}
	if err := connect(e.raw, from); err != nil {
		return nil, err
	}
	e.start()
	return e, nil
}

// Connect returns a client's endpoint.
func Connect(c Config, addr netip.AddrPort) (*Endpoint, error) {
	network, to := "udp4", addr.String()
	if c.Carrier == Raw {
		network, to = protocol, addr.Addr().String()
	}
	conn, err := net.Dial(network, to)
	if err != nil {
		return nil, err
	}
	e := newEndpoint(c, false)
	if err := e.attach(conn.(syscall.Conn)); err != nil {
		return nil, err
	}
	if _, err := conn.Write(make([]byte, 1)); err != nil {
		return nil, err
	}
	if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	if _, err := conn.Read(make([]byte, packetLen)); err != nil {
		return nil, fmt.Errorf("greeting the server: %w", err)
	}
	if err := conn.SetReadDeadline(time.Time{}); err != nil {
		return nil, err
	}
	e.start()
	return e, nil
}

// socketBuffer is as much as the other stacks have.
const socketBuffer = 4_000_000

func (e *Endpoint) attach(conn syscall.Conn) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	e.raw, e.out = raw, mmsg.NewWriter(raw, maxTrainPackets)
	if e.Carrier == Raw {
		e.ipHeaderLen = 20
	}
	return mmsg.Enable(raw, socketBuffer, e.Carrier == UDP)
}

func (e *Endpoint) start() {
	go e.reader()
	go e.writer()
}

// connect fixes a server's socket to its client.
func connect(raw syscall.RawConn, to net.Addr) error {
	var at unix.SockaddrInet4
	switch to := to.(type) {
	case *net.UDPAddr:
		at.Port = to.Port
		copy(at.Addr[:], to.IP.To4())
	case *net.IPAddr:
		copy(at.Addr[:], to.IP.To4())
	default:
		return errors.New("a client without an address")
	}
	var err error
	if e := raw.Control(func(fd uintptr) { err = unix.Connect(int(fd), &at) }); e != nil {
		return e
	}
	return err
}

// write sends a train.
func (e *Endpoint) write(t *train) error {
	if e.Carrier == UDP {
		e.out.Add(t.buf, t.segment)
		return e.out.Flush()
	}
	start := 0
	for _, end := range t.ends {
		e.out.Add(t.buf[start:end], end-start)
		start = end
	}
	return e.out.Flush()
}
