package peer

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/quic-go/quic-go"
)

// quicGo is quic-go: messages are framed on one stream of each connection, or are datagrams (RFC 9221). A client's connections share
// a socket, as a server's do.
type quicGo struct {
	mtu       int
	buffered  bool
	datagrams bool

	open      sync.Once
	transport *quic.Transport
	err       error
}

// maxQUICPacket is the largest packet of quic-go's.
const maxQUICPacket = 1452

// dialTimeout is how long a handshake of QUIC's may take.
const dialTimeout = 10 * time.Second

func (q *quicGo) config() *quic.Config {
	return &quic.Config{
		MaxIdleTimeout:    5 * time.Minute,
		EnableDatagrams:   q.datagrams,
		InitialPacketSize: uint16(min(q.mtu, maxQUICPacket)),
	}
}

func (q *quicGo) socket(addr *net.UDPAddr) (*quic.Transport, error) {
	c, err := net.ListenUDP("udp4", addr)
	if err != nil {
		return nil, err
	}
	return &quic.Transport{Conn: c}, growBuffers(c)
}

func (q *quicGo) Listen(addr string) (Listener, error) {
	on, err := net.ResolveUDPAddr("udp4", addr)
	if err != nil {
		return nil, err
	}
	transport, err := q.socket(on)
	if err != nil {
		return nil, err
	}
	config, err := serverTLS()
	if err != nil {
		return nil, err
	}
	l, err := transport.Listen(config, q.config())
	return quicListener{q, l}, err
}

func (q *quicGo) Dial(addr string) (Conn, error) {
	to, err := net.ResolveUDPAddr("udp4", addr)
	if err != nil {
		return nil, err
	}
	q.open.Do(func() { q.transport, q.err = q.socket(nil) })
	if q.err != nil {
		return nil, q.err
	}
	ctx, cancel := context.WithTimeout(context.Background(), dialTimeout)
	defer cancel()
	c, err := q.transport.Dial(ctx, to, clientTLS(), q.config())
	if err != nil {
		return nil, err
	}
	return q.conn(c, c.OpenStreamSync), nil
}

func (q *quicGo) conn(c *quic.Conn, stream func(context.Context) (*quic.Stream, error)) Conn {
	if q.datagrams {
		return quicDatagrams{c}
	}
	return &quicStream{c: c, buffered: q.buffered, take: stream}
}

type quicListener struct {
	q *quicGo
	l *quic.Listener
}

func (l quicListener) Accept() (Conn, error) {
	c, err := l.l.Accept(context.Background())
	if err != nil {
		return nil, err
	}
	return l.q.conn(c, c.AcceptStream), nil
}

// quicStream has one stream, which is opened or accepted when first used.
type quicStream struct {
	c        *quic.Conn
	buffered bool
	take     func(context.Context) (*quic.Stream, error)

	once   sync.Once
	stream *framed
	err    error
}

func (c *quicStream) open() error {
	c.once.Do(func() {
		var s *quic.Stream
		if s, c.err = c.take(context.Background()); c.err == nil {
			c.stream = newFramed(s, c.buffered)
		}
	})
	return c.err
}

func (c *quicStream) Send(message []byte) error {
	if err := c.open(); err != nil {
		return err
	}
	return c.stream.Send(message)
}

func (c *quicStream) Recv(buf []byte) (int, error) {
	if err := c.open(); err != nil {
		return 0, err
	}
	return c.stream.Recv(buf)
}

func (c *quicStream) Close() error { return c.c.CloseWithError(0, "") }

// quicDatagrams are unreliable: those that the receiver has no room for are gone.
type quicDatagrams struct{ c *quic.Conn }

func (c quicDatagrams) Send(message []byte) error { return c.c.SendDatagram(message) }

func (c quicDatagrams) Recv(buf []byte) (int, error) {
	b, err := c.c.ReceiveDatagram(context.Background())
	if err == nil && len(b) > len(buf) {
		err = errors.New("a datagram that does not fit")
	}
	return copy(buf, b), err
}

func (c quicDatagrams) Close() error { return c.c.CloseWithError(0, "") }
