package peer

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"

	"github.com/pion/logging"
	"github.com/pion/sctp"
	pionudp "github.com/pion/transport/v5/udp"
)

// pion is pion/sctp over UDP. A server of one association reads its socket directly, which is pion's fastest way; with
// shared, many associations share a socket through pion's own UDP listener.
type pion struct {
	mtu    int
	high   int // where Send waits: pion leaves flow control to its user
	shared bool
}

// pionHigh is that for one association.
const pionHigh = 1 << 20

func newPion(o Options, shared bool) Peer { return pion{o.MTU, min(pionHigh, o.Buffer()), shared} }

// options are those of both sides.
func (p pion) options(c net.Conn) []sctp.AssociationOption {
	logger := logging.NewDefaultLoggerFactory()
	logger.DefaultLogLevel = logging.LogLevelDisabled
	return []sctp.AssociationOption{
		sctp.WithNetConn(c),
		sctp.WithLoggerFactory(logger),
		sctp.WithMTU(uint32(min(p.mtu, maxPionMTU))),
		sctp.WithMaxReceiveBufferSize(oneBuffer),
		sctp.WithMaxMessageSize(MaxMessage),
	}
}

// maxPionMTU is the size of the buffer that pion reads packets into.
const maxPionMTU = 8192

func (p pion) Dial(addr string) (Conn, error) {
	to, err := net.ResolveUDPAddr("udp4", addr)
	if err != nil {
		return nil, err
	}
	c, err := net.DialUDP("udp4", nil, to)
	if err != nil {
		return nil, err
	}
	if err := growBuffers(c); err != nil {
		return nil, err
	}
	var options []sctp.ClientOption
	for _, o := range p.options(c) {
		options = append(options, o)
	}
	a, err := sctp.ClientWithOptions(options...)
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return &pionConn{assoc: a, high: p.high}, nil
}

func growBuffers(c *net.UDPConn) error {
	return errors.Join(c.SetReadBuffer(oneBuffer), c.SetWriteBuffer(oneBuffer))
}

func (p pion) Listen(addr string) (Listener, error) {
	on, err := net.ResolveUDPAddr("udp4", addr)
	if err != nil {
		return nil, err
	}
	pl := &pionListener{established: make(chan Conn, 1024)}
	if p.shared {
		config := pionudp.ListenConfig{Backlog: 1024, ReadBufferSize: oneBuffer, WriteBufferSize: oneBuffer}
		l, err := config.Listen("udp4", on)
		if err != nil {
			return nil, err
		}
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				go pl.serve(p, c)
			}
		}()
		return pl, nil
	}
	c, err := net.ListenUDP("udp4", on)
	if err != nil {
		return nil, err
	}
	if err := growBuffers(c); err != nil {
		return nil, err
	}
	go pl.serve(p, &connectedLater{UDPConn: c})
	return pl, nil
}

type pionListener struct{ established chan Conn }

func (l *pionListener) Accept() (Conn, error) { return <-l.established, nil }

func (l *pionListener) serve(p pion, c net.Conn) {
	var options []sctp.ServerOption
	for _, o := range p.options(c) {
		options = append(options, o)
	}
	a, err := sctp.ServerWithOptions(options...)
	if err != nil {
		c.Close()
		return
	}
	l.established <- &pionConn{assoc: a, high: p.high, server: true}
}

// connectedLater is a UDP socket whose peer is whoever sent to it last.
type connectedLater struct {
	*net.UDPConn
	peer atomic.Pointer[netip.AddrPort]
}

func (c *connectedLater) Read(b []byte) (int, error) {
	n, from, err := c.ReadFromUDPAddrPort(b)
	if p := c.peer.Load(); err == nil && (p == nil || *p != from) {
		c.peer.Store(&from)
	}
	return n, err
}

func (c *connectedLater) Write(b []byte) (int, error) {
	p := c.peer.Load()
	if p == nil {
		return 0, errors.New("no peer yet")
	}
	return c.WriteToUDPAddrPort(b, *p)
}

// pionConn is one association with one stream, opened or accepted when first used.
type pionConn struct {
	assoc  *sctp.Association
	high   int
	server bool

	once    sync.Once
	stream  *sctp.Stream
	err     error
	drained chan struct{}
}

func (c *pionConn) open() error {
	c.once.Do(func() {
		if c.server {
			c.stream, c.err = c.assoc.AcceptStream()
		} else {
			c.stream, c.err = c.assoc.OpenStream(1, sctp.PayloadTypeWebRTCBinary)
		}
		if c.err != nil {
			return
		}
		c.drained = make(chan struct{}, 1)
		c.stream.SetBufferedAmountLowThreshold(uint64(c.high / 2))
		c.stream.OnBufferedAmountLow(func() {
			select {
			case c.drained <- struct{}{}:
			default:
			}
		})
	})
	return c.err
}

func (c *pionConn) Send(message []byte) error {
	if err := c.open(); err != nil {
		return err
	}
	if c.stream.BufferedAmount() > uint64(c.high) {
		<-c.drained
	}
	_, err := c.stream.WriteSCTP(message, sctp.PayloadTypeWebRTCBinary)
	return err
}

func (c *pionConn) Recv(buf []byte) (int, error) {
	if err := c.open(); err != nil {
		return 0, err
	}
	n, _, err := c.stream.ReadSCTP(buf)
	return n, err
}

func (c *pionConn) Close() error {
	c.assoc.Abort("") // closes the socket, too
	if err := c.assoc.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}
