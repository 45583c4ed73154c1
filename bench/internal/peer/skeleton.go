package peer

import (
	"net/netip"
	"sync"

	"github.com/gosctp/sctp/bench/internal/skeleton"
)

// bare is the skeleton: all associations of a client share a socket.
type bare struct {
	config skeleton.Config

	connect sync.Once
	e       *skeleton.Endpoint
	err     error
}

// skeletonWindow is how much of each association is in flight: so much of one that it never waits, so little of many that their
// sum fits the socket's buffer.
const (
	skeletonWindow = 2 << 20
	skeletonShare  = 2000
)

func newSkeleton(c skeleton.Carrier, o Options) Peer {
	config := skeleton.Config{Carrier: c, MTU: o.MTU, OneWay: o.OneWay, Window: skeletonWindow}
	if o.Conns > 1 && o.OneWay {
		config.Window = skeletonShare
	}
	if c == skeleton.Raw {
		config.MTU += udpHeaderLen
	}
	return &bare{config: config}
}

// udpHeaderLen is what a packet over IP has more than one in UDP.
const udpHeaderLen = 8

func (b *bare) Dial(addr string) (Conn, error) {
	b.connect.Do(func() {
		var to netip.AddrPort
		if to, b.err = netip.ParseAddrPort(addr); b.err == nil {
			b.e, b.err = skeleton.Connect(b.config, to)
		}
	})
	if b.err != nil {
		return nil, b.err
	}
	return bareConn{b.e.Dial()}, nil
}

func (b *bare) Listen(addr string) (Listener, error) {
	on, err := netip.ParseAddrPort(addr)
	if err != nil {
		return nil, err
	}
	l := &bareListener{connected: make(chan struct{})}
	listening := make(chan struct{})
	go func() {
		defer close(l.connected)
		l.e, l.err = skeleton.Listen(b.config, on, func() { close(listening) })
	}()
	select {
	case <-listening:
		return l, nil
	case <-l.connected:
		return nil, l.err
	}
}

type bareListener struct {
	connected chan struct{}
	e         *skeleton.Endpoint
	err       error
}

func (l *bareListener) Accept() (Conn, error) {
	<-l.connected
	if l.err != nil {
		return nil, l.err
	}
	return bareConn{l.e.Accept()}, nil
}

type bareConn struct{ *skeleton.Assoc }

func (bareConn) Close() error { return nil }
