package engine

import (
	"context"
	"net"
	"net/netip"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/endpoint"
	"github.com/gosctp/sctp/internal/porttable"
	"github.com/gosctp/sctp/transport"
)

// SocketOptions of Bind.
type SocketOptions struct {
	// Port is the SCTP port; 0 picks a free one.
	Port uint16
	// Addrs are the addresses to bind; empty for all of the host's.
	Addrs []netip.Addr
	// Family restricts a socket for all addresses to those of one version of IP.
	Family endpoint.Family
	// Foreign lets Addrs have some that this host has not, or not yet.
	Foreign bool
	// Sharing says which other sockets may have the same port and addresses.
	Sharing endpoint.Sharing
	// Config is for associations that peers set up.
	Config assoc.Config
	// Backlog bounds the associations that wait for Accept, or 0 for a socket that peers cannot connect to.
	Backlog int
	// Mail is for users who never wait: it gives the associations that peers set up their mailboxes.
	Mail SocketMail
	// Shared: associations that peers set up are the user's at once, and none is accepted.
	Shared bool
	// Inbox makes the socket one-to-many: its associations feed the inbox, and none is accepted.
	Inbox *Inbox
	// RefuseWhenFull: peers for whom there is no room in the backlog are told so at once. Otherwise they try again for a while.
	RefuseWhenFull bool
	// Transient closes the socket with its last association.
	Transient bool
	// OnFree is called when the socket is closed and its last association has ended.
	OnFree func()
}

// Socket is a bound port and the associations that use it.
type Socket struct {
	engine    *Engine
	core      endpoint.Socket // guarded by Engine.mu while it is bound
	inbox     *Inbox
	mail      SocketMail
	shared    bool
	listener  *Listener
	transient bool
	onFree    func()
	foreign   bool

	// users counts the owner of the socket and its associations; the port is free when it is zero. Guarded by Engine.mu.
	users  int
	closed bool
	// holds counts those who keep the port bound when the socket is closed.
	holds int
	// anyPort: it is for one association from all addresses, if only of one family, and its user did not ask for a port. It claims the port
	// for both families, so that any such socket can have it next.
	anyPort bool
	// shares: Engine.shared counts it.
	shares bool
	// claim is what it has of the table of ports, nil without one. Guarded by Engine.portsMu.
	claim *porttable.Claim
}

// Bind takes a port.
func (e *Engine) Bind(o SocketOptions) (*Socket, error) {
	s := &Socket{engine: e, inbox: o.Inbox, mail: o.Mail, shared: o.Shared, transient: o.Transient, onFree: o.OnFree, foreign: o.Foreign, users: 1}
	s.core = endpoint.Socket{
		Port: o.Port, Addrs: o.Addrs, Family: o.Family, Sharing: o.Sharing, Config: e.configs.share(o.Config), Backlog: o.Backlog,
		RefuseWhenFull: o.RefuseWhenFull, User: s,
	}
	s.anyPort = o.Transient && o.Port == 0 && len(o.Addrs) == 0 && o.Sharing == endpoint.Sharing{}
	if o.Backlog > 0 && o.Inbox == nil {
		s.listener = newListener(s)
	}
	if err := e.bind(s); err != nil {
		return nil, err
	}
	return s, nil
}

// Port is the bound port.
func (s *Socket) Port() uint16 { return s.core.Port }

// Listener is where associations wait for Accept; nil for a socket without backlog or with an inbox.
func (s *Socket) Listener() *Listener { return s.listener }

// Peer is where Connect goes.
type Peer struct {
	Addrs []netip.Addr
	Port  uint16
	// EncapPort is the peer's UDP port, 0 for the carrier's default (RFC 6951 section 5.1).
	EncapPort uint16
}

// BeginConnect is Begin unless the context is over.
func (s *Socket) BeginConnect(ctx context.Context, c assoc.Config, p Peer) (*Assoc, error) {
	if err := ctx.Err(); err != nil {
		return nil, err // a near peer may answer before anybody has to wait
	}
	return s.Begin(c, p)
}

// Connect begins an association and waits until it is established.
func (s *Socket) Connect(ctx context.Context, c assoc.Config, p Peer) (*Assoc, error) {
	a, err := s.BeginConnect(ctx, c, p)
	if err != nil {
		return nil, err
	}
	if err := a.waitUp(ctx); err != nil {
		a.abandon(nil)
		return nil, err
	}
	return a, nil
}

// Begin begins an association and returns while it is being set up. Messages may be sent already.
func (s *Socket) Begin(c assoc.Config, p Peer) (*Assoc, error) {
	s.engine.mu.Lock()
	a, err := s.begin(c, p)
	s.engine.mu.Unlock()
	if err != nil {
		return nil, err
	}
	a.sendInit()
	return a, nil
}

// BeginOrFind is Begin for a one-to-many socket: it returns the association with the peer if there is one.
func (s *Socket) BeginOrFind(c assoc.Config, p Peer) (*Assoc, error) {
	for _, addr := range p.Addrs {
		if a := s.inbox.ByPeer(netip.AddrPortFrom(addr, p.Port), p.EncapPort); a != nil {
			return a, nil
		}
	}
	e := s.engine
	e.mu.Lock()
	// Somebody else may have been faster; nobody adds one without this lock.
	if a := s.inbox.ByPeer(netip.AddrPortFrom(p.Addrs[0], p.Port), p.EncapPort); a != nil {
		e.mu.Unlock()
		return a, nil
	}
	a, err := s.begin(c, p)
	e.mu.Unlock()
	if err != nil {
		return nil, err
	}
	a.sendInit()
	return a, nil
}

// begin makes an association with its INIT ready. Engine.mu is held.
func (s *Socket) begin(c assoc.Config, p Peer) (*Assoc, error) {
	if err := s.open(); err != nil {
		return nil, err
	}
	e := s.engine
	h, err := e.core.Connect(e.now(), &s.core, e.configs.share(c), p.Port, p.Addrs, p.EncapPort)
	if err != nil {
		return nil, err
	}
	a := e.adopt(s, h, p.Port, nil)
	e.dials(a)
	if s.inbox != nil {
		s.inbox.add(a, p)
	}
	e.tags.put(h.Tag(), a)
	return a, nil
}

// sendInit gives a new association its first input.
func (a *Assoc) sendInit() {
	a.refreshMTU()
	a.shard.offerInCrowd(a, 1)
}

// open reports why the socket cannot be used any more. Engine.mu is held.
func (s *Socket) open() error {
	if s.engine.err != nil {
		return s.engine.err
	}
	if s.closed {
		return net.ErrClosed
	}
	return nil
}

// Identifiers are those of RFC 6458 section 7.2: lower ones have meanings of their own, and they fit into the int32 of C.
const (
	firstID = 3
	maxID   = 1<<31 - 1
)

// adopt makes the Assoc of a handle, of a shard, or of any if that is nil. Engine.mu is held.
func (e *Engine) adopt(s *Socket, h *endpoint.Handle, peerPort uint16, of *shard) *Assoc {
	if e.lastID++; e.lastID < firstID || e.lastID > maxID {
		e.lastID = firstID
	}
	if of == nil {
		of = e.shardOf(int(e.lastID))
	}
	a := newAssoc(s, h, peerPort, e.lastID, of)
	e.assocs[a] = struct{}{}
	s.users++
	return a
}

// accepted makes the Assoc of a handle that a peer's cookie created, of a shard, or nil if there is no use for it. Engine.mu is held.
func (e *Engine) accepted(h *endpoint.Handle, peerPort uint16, of *shard) *Assoc {
	s, ok := h.Socket.User.(*Socket)
	if !ok || s.open() != nil {
		return nil
	}
	a := e.adopt(s, h, peerPort, of)
	a.isNew.Store(true)
	a.passive = true
	a.listener = s.listener
	if s.mail != nil {
		m, wants := s.mail()
		m.join(a, wants)
		if s.shared {
			a.listener = nil
			e.core.Taken(h)
		}
	}
	e.tags.put(h.Tag(), a)
	return a
}

// forget drops a, which has ended, from the users of the socket.
func (s *Socket) forget(a *Assoc) {
	if m := a.Mailbox(); m != nil {
		m.part(a)
		if a.unread() {
			m.keepEnded(a)
		}
	}
	if s.inbox != nil {
		s.inbox.remove(a)
		if a.unread() {
			s.inbox.keepEnded(a)
		}
	}
	if s.transient {
		s.Close()
	}
	s.drop()
}

// drop takes one user off the socket, and gives the port back after the last one.
func (s *Socket) drop() {
	e := s.engine
	e.mu.Lock()
	s.users--
	last := s.users == 0
	e.mu.Unlock()
	if last {
		e.release(s)
		if s.onFree != nil {
			s.onFree()
		}
	}
}

// Close lets no further associations come. Those that wait for Accept are aborted, all others live on, and the port
// stays taken until the last of them has ended.
func (s *Socket) Close() error {
	e := s.engine
	e.mu.Lock()
	if s.closed {
		e.mu.Unlock()
		return net.ErrClosed
	}
	s.closed = true
	s.unbind()
	delete(e.sockets, s)
	e.mu.Unlock()
	s.fail(net.ErrClosed)
	s.drop()
	s.shareRest()
	return nil
}

// unbind lets others bind the port, or as long as somebody holds it, only ends listening. Engine.mu is held.
func (s *Socket) unbind() {
	switch e := s.engine; {
	case e.err != nil:
	case s.holds > 0:
		_ = e.core.Listen(&s.core, 0) // which nothing is in the way of
	default:
		e.core.Unbind(&s.core)
	}
}

// Hold keeps the port bound for a user of an association until Unhold, also if the socket is closed before: as with the kernel's sockets,
// where each accepted one is bound, too.
func (s *Socket) Hold() {
	s.engine.mu.Lock()
	defer s.engine.mu.Unlock()
	s.holds++
	s.users++
}

// Unhold ends a Hold.
func (s *Socket) Unhold() {
	s.engine.mu.Lock()
	if s.holds--; s.holds == 0 && s.closed {
		s.unbind()
	}
	s.engine.mu.Unlock()
	s.drop()
}

// fail ends the waiting of those who use the socket itself.
func (s *Socket) fail(err error) {
	if s.listener != nil {
		s.listener.close(err)
	}
	if s.inbox != nil {
		s.inbox.close(err)
	}
}

// Paths returns the paths of the association, the primary one first.
func (a *Assoc) Paths() []transport.Path {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.core.Paths(nil)
}

// AppendAddrs appends the paths, the primary one first, and the addresses of this side that the peer knows.
func (a *Assoc) AppendAddrs(paths []transport.Path, local []netip.Addr) ([]transport.Path, []netip.Addr) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.core.Paths(paths), a.core.LocalAddrs(local)
}

// LocalAddrs returns the addresses of this side that the peer knows.
func (a *Assoc) LocalAddrs() []netip.Addr {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.core.LocalAddrs(nil)
}
