package peer

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
)

// tcp is the kernel's TCP, with messages framed by a length of four bytes. A message is one write, as it would be for a
// program that wants it to leave; the reader is buffered.
type tcp struct{}

const frameHeaderLen = 4

func (tcp) Listen(addr string) (Listener, error) {
	l, err := net.Listen("tcp4", addr)
	return tcpListener{l}, err
}

func (tcp) Dial(addr string) (Conn, error) {
	c, err := net.Dial("tcp4", addr)
	if err != nil {
		return nil, err
	}
	return newTCPConn(c), nil
}

type tcpListener struct{ net.Listener }

func (l tcpListener) Accept() (Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return newTCPConn(c), nil
}

type tcpConn struct {
	net.Conn
	r     *bufio.Reader
	frame [frameHeaderLen + MaxMessage]byte
}

func newTCPConn(c net.Conn) *tcpConn {
	return &tcpConn{Conn: c, r: bufio.NewReaderSize(c, MaxMessage)}
}

func (c *tcpConn) Send(message []byte) error {
	binary.BigEndian.PutUint32(c.frame[:], uint32(len(message)))
	n := copy(c.frame[frameHeaderLen:], message)
	_, err := c.Write(c.frame[:frameHeaderLen+n])
	return err
}

func (c *tcpConn) Recv(buf []byte) (int, error) {
	var header [frameHeaderLen]byte
	if _, err := io.ReadFull(c.r, header[:]); err != nil {
		return 0, err
	}
	return io.ReadFull(c.r, buf[:binary.BigEndian.Uint32(header[:])])
}

// Close resets: a set-up benchmark would otherwise run out of ports in TIME_WAIT.
func (c *tcpConn) Close() error {
	if err := c.Conn.(*net.TCPConn).SetLinger(0); err != nil {
		return err
	}
	return c.Conn.Close()
}
