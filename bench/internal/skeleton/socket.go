package skeleton

import (
	"net/netip"
	"syscall"

	"github.com/gosctp/sctp/bench/internal/mmsg"
)

// socket is what the packets travel on: connected, on both sides.
type socket struct {
	raw         syscall.RawConn
	out         *mmsg.Writer
	ipHeaderLen int // before what a raw socket receives
}

// socketBuffer is as much as the other stacks have.
const socketBuffer = 4_000_000

func (c Config) pair() mmsg.Pair {
	return mmsg.Pair{Raw: c.Carrier == Raw, GRO: c.Carrier == UDP, Buffer: socketBuffer}
}

// Listen returns a server's endpoint, once a client has come; it calls listening when one may.
func Listen(c Config, addr netip.AddrPort, listening func()) (*Endpoint, error) {
	raw, err := c.pair().Listen(addr, listening)
	if err != nil {
		return nil, err
	}
	return start(c, raw, true), nil
}

// Connect returns a client's endpoint.
func Connect(c Config, addr netip.AddrPort) (*Endpoint, error) {
	raw, err := c.pair().Dial(addr)
	if err != nil {
		return nil, err
	}
	return start(c, raw, false), nil
}

func start(c Config, raw syscall.RawConn, server bool) *Endpoint {
	e := newEndpoint(c, server)
	e.raw, e.out = raw, mmsg.NewWriter(raw, maxTrainPackets)
	if c.Carrier == Raw {
		e.ipHeaderLen = 20
	}
	go e.reader()
	go e.writer()
	return e
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
