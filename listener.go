package sctp

import (
	"context"
	"net"
	"net/netip"
	"time"

	"github.com/gosctp/sctp/internal/engine"
	"github.com/gosctp/sctp/transport"
)

// DefaultBacklog is how many associations wait for Accept unless ListenConfig.Backlog says otherwise.
const DefaultBacklog = 128

// ListenConfig has the options of listening. The zero value is ready to use.
type ListenConfig struct {
	// Config is for the associations that peers set up.
	Config Config
	// Backlog is how many associations may wait for Accept. Peers of further ones get no answer to their COOKIE ECHO and
	// repeat it, after RTO.Initial at first. Zero stands for DefaultBacklog.
	Backlog int
	// Carrier, if not nil, is what to listen on instead of what the network names. It stays the caller's, who closes it
	// last; its dynamic type must be comparable, as pointers are.
	Carrier transport.Transport
	// Resolver looks up names in addresses; nil stands for net.DefaultResolver.
	Resolver Resolver
}

// Listener accepts associations. It is a net.Listener.
type Listener struct {
	socket  *engine.Socket
	network string
	config  Config
	addr    *Addr
}

var _ net.Listener = (*Listener)(nil)

// Listen listens for associations; the package comment describes networks and addresses. Port 0 picks a free one, which
// Addr tells.
func Listen(network, address string) (*Listener, error) {
	var lc ListenConfig
	return lc.Listen(context.Background(), network, address)
}

// Listen is like the function Listen with the options of lc. The context bounds the look-up of names only.
func (lc *ListenConfig) Listen(ctx context.Context, network, address string) (*Listener, error) {
	backlog := lc.Backlog
	if backlog <= 0 {
		backlog = DefaultBacklog
	}
	s, addr, _, err := lc.bind(ctx, network, address, engine.SocketOptions{Backlog: backlog})
	if err != nil {
		return nil, opError("listen", network, nil, addr, err)
	}
	return &Listener{socket: s, network: network, config: lc.Config, addr: addr}, nil
}

// bind opens the carrier and takes the port.
func (lc *ListenConfig) bind(
	ctx context.Context, name, address string, o engine.SocketOptions,
) (*engine.Socket, *Addr, *link, error) {
	if err := lc.Config.Validate(); err != nil {
		return nil, nil, nil, err
	}
	n, err := parseNetwork(name)
	if err != nil {
		return nil, nil, nil, err
	}
	candidates, err := resolve(ctx, resolver(lc.Resolver), n, address)
	if err != nil {
		return nil, nil, nil, err
	}
	addr := candidates[0]
	l, err := openLink(n, lc.Carrier, addr.EncapPort)
	if err != nil {
		return nil, addr, nil, err
	}
	o.Config = l.config(&lc.Config)
	s, err := l.bind(n, addr, o)
	if err != nil {
		return nil, addr, nil, err
	}
	return s, l.boundAddr(s, addr.IPs), l, nil
}

// Accept waits for the next association. The net.Conn is a *[Conn].
func (l *Listener) Accept() (net.Conn, error) {
	c, err := l.AcceptSCTP()
	if err != nil {
		return nil, err
	}
	return c, nil
}

// AcceptSCTP is Accept that returns a *Conn.
func (l *Listener) AcceptSCTP() (*Conn, error) {
	return l.AcceptContext(context.Background())
}

// AcceptContext is AcceptSCTP that also gives up when ctx ends.
func (l *Listener) AcceptContext(ctx context.Context) (*Conn, error) {
	a, err := l.socket.Listener().Accept(ctx)
	if err != nil {
		return nil, opError("accept", l.network, nil, l.addr, err)
	}
	return newConn(a, l.network, &l.config), nil
}

// SetDeadline bounds Accept, now and later; the zero time takes the bound away.
func (l *Listener) SetDeadline(t time.Time) error {
	if err := l.socket.Listener().SetDeadline(t); err != nil {
		return opError("set", l.network, nil, l.addr, err)
	}
	return nil
}

// Close stops listening. Associations that were not accepted are aborted, accepted ones live on.
func (l *Listener) Close() error {
	if err := l.socket.Close(); err != nil {
		return opError("close", l.network, nil, l.addr, err)
	}
	return nil
}

// Addr returns the address that the listener is bound to, an *[Addr].
func (l *Listener) Addr() net.Addr { return l.addr }

// coreAddrs returns the addresses to bind: none when all are meant. An IPv4-mapped one is the IPv4 address.
func coreAddrs(ips []netip.Addr) (addrs []netip.Addr) {
	if len(ips) == 1 && ips[0].IsUnspecified() {
		return nil
	}
	for _, ip := range ips {
		addrs = append(addrs, ip.Unmap())
	}
	return addrs
}
