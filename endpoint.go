package sctp

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/engine"
	"github.com/gosctp/sctp/internal/tx"
)

// Endpoint is one socket with many associations: the one-to-many style of RFC 6458 section 3. Sending to a peer sets up
// an association with it, peers set up associations without being asked for, and RcvInfo.AssocID tells whose message
// was read. Every method may be called by several goroutines at once.
type Endpoint struct {
	socket  *engine.Socket
	inbox   *engine.Inbox
	link    *link
	network string
	config  Config
	addr    *Addr
}

// ListenEndpoint opens a one-to-many socket; the package comment describes networks and addresses. Port 0 picks a free one.
func ListenEndpoint(network, address string) (*Endpoint, error) {
	var lc ListenConfig
	return lc.ListenEndpoint(context.Background(), network, address)
}

// ListenEndpoint is like the function ListenEndpoint with the options of lc. Config is for the associations that
// sending sets up, too. Backlog bounds the associations that peers may have set up at one time, before any of them is
// peeled off; zero stands for 65536.
func (lc *ListenConfig) ListenEndpoint(ctx context.Context, network, address string) (*Endpoint, error) {
	inbox := engine.NewInbox(lc.Config.FragmentInterleave < 0)
	backlog := lc.Backlog
	if backlog <= 0 {
		backlog = defaultEndpointBacklog
	}
	s, addr, l, err := lc.bind(ctx, network, address, engine.SocketOptions{Inbox: inbox, Backlog: backlog})
	if err != nil {
		return nil, opError("listen", network, nil, addr, err)
	}
	return &Endpoint{socket: s, inbox: inbox, link: l, network: network, config: lc.Config, addr: addr}, nil
}

const defaultEndpointBacklog = 1 << 16

// LocalAddr returns the address that the endpoint is bound to, an *[Addr].
func (e *Endpoint) LocalAddr() net.Addr { return e.addr }

// SendTo sends p as one message to the peer at addr, as info says or else Config.DefaultSndInfo, and sets an association up
// with it if there is none, which it does not wait for: the message goes out with the set-up. If that fails, notifications
// say so. It returns the association.
func (e *Endpoint) SendTo(ctx context.Context, p []byte, addr *Addr, info *SndInfo) (AssocID, error) {
	a, err := e.associationWith(addr)
	if err != nil {
		return 0, opError("write", e.network, e.addr, addr, err)
	}
	if err := e.send(ctx, a, p, info); err != nil {
		return 0, opError("write", e.network, e.addr, addr, err)
	}
	return AssocID(a.ID()), nil
}

// Send sends p as one message on the association id, as info says or else Config.DefaultSndInfo.
func (e *Endpoint) Send(ctx context.Context, p []byte, id AssocID, info *SndInfo) error {
	a, err := e.byID(id)
	if err == nil {
		err = e.send(ctx, a, p, info)
	}
	if err != nil {
		return opError("write", e.network, e.addr, nil, err)
	}
	return nil
}

func (e *Endpoint) send(ctx context.Context, a *engine.Assoc, p []byte, info *SndInfo) error {
	var m assoc.Message
	if info == nil {
		info = &e.config.DefaultSndInfo
	}
	info.fill(&m, p)
	err := a.Send(ctx, &m)
	if errors.Is(err, assoc.ErrMessageTooBig) {
		return &MessageTooBigError{Size: len(p), Limit: a.MessageLimit()}
	}
	return err
}

// associationWith finds the association with a peer, or begins it.
func (e *Endpoint) associationWith(addr *Addr) (*engine.Assoc, error) {
	if addr.Port == 0 || len(addr.IPs) == 0 {
		return nil, &net.AddrError{Err: "a peer needs an address and a port", Addr: addr.String()}
	}
	return e.socket.BeginOrFind(e.link.config(&e.config), e.link.peer(addr))
}

// Recv waits for data of any association and reads as much of one message as p takes; see [Conn.ReadMsg].
func (e *Endpoint) Recv(p []byte) (int, RcvInfo, error) {
	return e.RecvContext(context.Background(), p)
}

// RecvContext is Recv that also gives up when ctx ends.
func (e *Endpoint) RecvContext(ctx context.Context, p []byte) (int, RcvInfo, error) {
	a, n, info, err := e.inbox.Receive(ctx, p)
	if err != nil {
		return 0, RcvInfo{}, opError("read", e.network, e.addr, nil, err)
	}
	var r RcvInfo
	r.fill(&info)
	r.AssocID = AssocID(a.ID())
	return n, r, nil
}

// SetReadDeadline bounds Recv, now and later; the zero time takes the bound away.
func (e *Endpoint) SetReadDeadline(t time.Time) error {
	if err := e.inbox.SetReadDeadline(t); err != nil {
		return opError("set", e.network, e.addr, nil, err)
	}
	return nil
}

// NextNotification waits for news of any association. The newest 128 are kept for those who ask too late; older ones
// are lost, and counted by LostNotifications.
func (e *Endpoint) NextNotification(ctx context.Context) (Notification, error) {
	ev, err := e.inbox.NextEvent(ctx)
	if err != nil {
		return nil, opError("notification", e.network, e.addr, nil, err)
	}
	return notification(AssocID(ev.Assoc.ID()), ev.Event), nil
}

// LostNotifications counts what NextNotification did not take in time.
func (e *Endpoint) LostNotifications() uint64 { return e.inbox.LostEvents() }

// PeelOff makes the association id a Conn of its own (RFC 6458 section 9.2): its messages and notifications, those that
// wait included, go there from now on.
func (e *Endpoint) PeelOff(id AssocID) (*Conn, error) {
	a, err := e.byID(id)
	if err == nil {
		err = e.inbox.PeelOff(a)
	}
	if err != nil {
		return nil, opError("peeloff", e.network, e.addr, nil, err)
	}
	return newConn(a, e.network, &e.config), nil
}

// Status describes the association id.
func (e *Endpoint) Status(id AssocID) (Status, error) {
	a, err := e.byID(id)
	if err != nil {
		return Status{}, opError("status", e.network, e.addr, nil, err)
	}
	s := a.Status()
	return publicStatus(&s, 0), nil
}

// PeerAddr returns the address of the peer of association id.
func (e *Endpoint) PeerAddr(id AssocID) (*Addr, error) {
	a, err := e.byID(id)
	if err != nil {
		return nil, opError("address", e.network, e.addr, nil, err)
	}
	return &addrsOf(a, nil).remote, nil
}

// SetPrimary makes remote the address that messages to association id are sent to first.
func (e *Endpoint) SetPrimary(id AssocID, remote netip.Addr) error {
	return e.control("set", id, func(a *engine.Assoc) error { return a.SetPrimary(remote) })
}

// SetScheduler changes the scheduler of association id; see [Conn.SetScheduler].
func (e *Endpoint) SetScheduler(id AssocID, s Scheduler) error {
	return e.control("set", id, func(a *engine.Assoc) error { return a.SetScheduler(s) })
}

// SetStreamValue sets what the scheduler of association id knows of a stream; see [Conn.SetStreamValue].
func (e *Endpoint) SetStreamValue(id AssocID, stream, value uint16) error {
	return e.control("set", id, func(a *engine.Assoc) error { return a.SetStreamValue(stream, value) })
}

// StreamValue returns what SetStreamValue set.
func (e *Endpoint) StreamValue(id AssocID, stream uint16) (value uint16, err error) {
	err = e.control("get", id, func(a *engine.Assoc) error {
		value, err = a.StreamValue(stream)
		return err
	})
	return value, err
}

// PRStatus counts the messages of association id that were given up by a policy, on one stream; see [Conn.PRStatus].
func (e *Endpoint) PRStatus(id AssocID, stream uint16, p PRPolicy) (unsent, sent uint64, err error) {
	err = e.control("status", id, func(a *engine.Assoc) error {
		n, err := a.PRStatus(stream, tx.PRPolicy(p))
		unsent, sent = n.Unsent, n.Sent
		return err
	})
	return unsent, sent, err
}

// PRAssocStatus is PRStatus for all streams together.
func (e *Endpoint) PRAssocStatus(id AssocID, p PRPolicy) (unsent, sent uint64, err error) {
	err = e.control("status", id, func(a *engine.Assoc) error {
		n, err := a.PRAssocStatus(tx.PRPolicy(p))
		unsent, sent = n.Unsent, n.Sent
		return err
	})
	return unsent, sent, err
}

// ResetStreams resets streams of association id, and waits for the outcome; see [Conn.ResetStreams].
func (e *Endpoint) ResetStreams(ctx context.Context, id AssocID, r ResetRequest) error {
	return e.control("reset", id, func(a *engine.Assoc) error { return a.ResetStreams(ctx, r.core()) })
}

// ResetAssociation makes all streams of association id begin anew, and waits for the outcome; see [Conn.ResetAssociation].
func (e *Endpoint) ResetAssociation(ctx context.Context, id AssocID) error {
	return e.control("reset", id, func(a *engine.Assoc) error { return a.ResetAssociation(ctx) })
}

// AddStreams adds streams to association id, and waits for the outcome; see [Conn.AddStreams].
func (e *Endpoint) AddStreams(ctx context.Context, id AssocID, out, in uint16) error {
	return e.control("add streams", id, func(a *engine.Assoc) error { return a.AddStreams(ctx, out, in) })
}

// NewMessage begins a message on association id that is written in parts, as info says or else Config.DefaultSndInfo; see
// [Conn.NewMessage].
func (e *Endpoint) NewMessage(ctx context.Context, id AssocID, info *SndInfo) (*MessageWriter, error) {
	if info == nil {
		info = &e.config.DefaultSndInfo
	}
	a, err := e.byID(id)
	if err != nil {
		return nil, e.wrap("write", err)
	}
	return newMessageWriter(ctx, a, info, e.wrap)
}

// wrap says what failed.
func (e *Endpoint) wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	return opError(op, e.network, e.addr, nil, err)
}

// Shutdown ends the association id gracefully and waits until the peer has confirmed, or ctx ends; see [Conn.Shutdown].
func (e *Endpoint) Shutdown(ctx context.Context, id AssocID) error {
	return e.control("shutdown", id, func(a *engine.Assoc) error { return a.Shutdown(ctx) })
}

// Abort ends the association id at once; see [Conn.Abort].
func (e *Endpoint) Abort(id AssocID, reason string) error {
	return e.control("abort", id, func(a *engine.Assoc) error { return a.Abort([]byte(reason)) })
}

func (e *Endpoint) control(op string, id AssocID, do func(*engine.Assoc) error) error {
	a, err := e.byID(id)
	if err == nil {
		err = do(a)
	}
	if err != nil {
		return opError(op, e.network, e.addr, nil, err)
	}
	return nil
}

// Close closes the endpoint and its associations, each as [Conn.Close] does. Those that were peeled off live on.
func (e *Endpoint) Close() error {
	all := e.inbox.All()
	if err := e.socket.Close(); err != nil {
		return opError("close", e.network, e.addr, nil, err)
	}
	for _, a := range all {
		// The association may have ended by itself meanwhile.
		_ = a.Close(e.config.linger())
	}
	return nil
}

func (e *Endpoint) byID(id AssocID) (*engine.Assoc, error) {
	if a := e.inbox.ByID(uint32(id)); a != nil {
		return a, nil
	}
	return nil, ErrNoAssociation
}
