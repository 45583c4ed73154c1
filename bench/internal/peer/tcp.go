package peer

import (
	"context"
	"crypto/tls"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// tcp is the kernel's TCP.
type tcp struct {
	congestion string // the kernel's name
	buffered   bool
	tls        bool
}

// cubic is the congestion control that Linux has by default.
const cubic = "cubic"

// control sets the congestion control of a socket.
func (t tcp) control(_, _ string, raw syscall.RawConn) error {
	var err error
	if e := raw.Control(func(fd uintptr) {
		err = unix.SetsockoptString(int(fd), unix.IPPROTO_TCP, unix.TCP_CONGESTION, t.congestion)
	}); e != nil {
		return e
	}
	return err
}

func (t tcp) Listen(addr string) (Listener, error) {
	config := net.ListenConfig{Control: t.control}
	config.SetMultipathTCP(false)
	l, err := config.Listen(context.Background(), "tcp4", addr)
	if err != nil {
		return nil, err
	}
	if !t.tls {
		return tcpListener{l, t}, nil
	}
	secured := &tlsListener{established: make(chan Conn, 1024)}
	if secured.config, err = serverTLS(); err != nil {
		return nil, err
	}
	go secured.accept(l, t)
	return secured, nil
}

func (t tcp) Dial(addr string) (Conn, error) {
	dialer := net.Dialer{Control: t.control}
	c, err := dialer.Dial("tcp4", addr)
	if err != nil {
		return nil, err
	}
	if !t.tls {
		return t.conn(c, c), nil
	}
	secured := tls.Client(c, clientTLS())
	if err := secured.Handshake(); err != nil {
		c.Close()
		return nil, err
	}
	return t.conn(secured, c), nil
}

// conn wraps a stream over a connection.
func (t tcp) conn(stream, c net.Conn) Conn {
	return tcpConn{newFramed(stream, t.buffered), c.(*net.TCPConn)}
}

type tcpListener struct {
	net.Listener
	t tcp
}

func (l tcpListener) Accept() (Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return l.t.conn(c, c), nil
}

// tlsListener hands out connections whose handshake is done.
type tlsListener struct {
	config      *tls.Config
	established chan Conn
}

func (l *tlsListener) Accept() (Conn, error) { return <-l.established, nil }

func (l *tlsListener) accept(from net.Listener, t tcp) {
	for {
		c, err := from.Accept()
		if err != nil {
			return
		}
		go func() {
			secured := tls.Server(c, l.config)
			if secured.Handshake() != nil {
				c.Close()
				return
			}
			l.established <- t.conn(secured, c)
		}()
	}
}

type tcpConn struct {
	*framed
	c *net.TCPConn
}

// Close resets: a set-up benchmark would otherwise run out of ports in TIME_WAIT.
func (c tcpConn) Close() error {
	if err := c.c.SetLinger(0); err != nil {
		return err
	}
	return c.c.Close()
}
