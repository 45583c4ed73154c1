package sctp

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gosctp/sctp/internal/engine"
)

// Conn is one association in the one-to-one style. It is a net.Conn; every method may be called by several goroutines
// at once.
type Conn struct {
	assoc   *engine.Assoc
	network string
	// linger is how long Close may shut down, as a time.Duration; zero aborts.
	linger atomic.Int64
	// defaults is what SetDefaultSndInfo said; nil stands for the zero value. What it points to never changes.
	defaults atomic.Pointer[SndInfo]

	mu sync.Mutex
	// addrs are kept when the association, which knows better, has ended.
	addrs *bothAddrs
}

var _ net.Conn = (*Conn)(nil)

// newConn gives a the form in which its user gets it.
func newConn(a *engine.Assoc, network string, c *Config) *Conn {
	conn := &Conn{assoc: a, network: network}
	if c.DefaultSndInfo != (SndInfo{}) {
		conn.SetDefaultSndInfo(c.DefaultSndInfo)
	}
	conn.linger.Store(int64(c.linger()))
	conn.bothAddrs()
	return conn
}

// LocalAddr returns this side's address, an *[Addr] with all the IP addresses that the association uses.
func (c *Conn) LocalAddr() net.Addr {
	return &c.bothAddrs().local
}

// RemoteAddr returns the peer's address, an *[Addr] with all its IP addresses, the primary one first.
func (c *Conn) RemoteAddr() net.Addr {
	return &c.bothAddrs().remote
}

// bothAddrs returns the addresses of both sides, as last known. What has ended does not change: many a goroutine learns of the end and has done
// nothing yet that takes as much of its stack as asking.
func (c *Conn) bothAddrs() *bothAddrs {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.addrs == nil || !c.assoc.Ended() {
		c.addrs = addrsOf(c.assoc, c.addrs)
	}
	return c.addrs
}

// Shutdown ends the association gracefully (RFC 9260 section 9.2): what was written is delivered first, nothing more can be
// written, and Shutdown returns when the peer has confirmed, or when ctx ends, in which case the shutdown goes on.
//
// SCTP has no half-closed state as TCP has, hence no CloseWrite: after it has learnt of the shutdown, the peer can write no
// more either. What the peer wrote before can still be read. Close the Conn afterwards.
func (c *Conn) Shutdown(ctx context.Context) error {
	return c.wrap("shutdown", c.assoc.Shutdown(ctx))
}

// Abort ends the association at once and throws away what is queued. The peer is told the reason, which its user finds in
// an *[AbortError] (RFC 9260 section 9.1). It closes the Conn.
func (c *Conn) Abort(reason string) error {
	return c.wrap("abort", c.assoc.Abort([]byte(reason)))
}

// Close takes the Conn out of use. It does not wait: what was written is delivered in the background, and what the peer
// still sends is thrown away. See [Conn.SetLinger] for how long this may take. A program that exits now takes with it what
// is not delivered yet; [Conn.Shutdown] waits, and tells the outcome.
func (c *Conn) Close() error {
	return c.wrap("close", c.assoc.Close(time.Duration(c.linger.Load())))
}

// SetLinger says what Close does with messages that the peer has not acknowledged (RFC 6458 section 8.1.4): zero aborts
// the association at once, a positive duration aborts it if it is not shut down by then, and a negative one stands for
// the default of 60 s.
func (c *Conn) SetLinger(d time.Duration) error {
	if d < 0 {
		d = defaultLinger
	}
	c.linger.Store(int64(d))
	return nil
}

// SetDeadline bounds reading and writing, now and later; the zero time takes the bound away.
func (c *Conn) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	return c.SetWriteDeadline(t)
}

// SetReadDeadline bounds reading, now and later; the zero time takes the bound away.
func (c *Conn) SetReadDeadline(t time.Time) error {
	return c.wrap("set", c.assoc.SetReadDeadline(t))
}

// SetWriteDeadline bounds writing, now and later; the zero time takes the bound away.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	return c.wrap("set", c.assoc.SetWriteDeadline(t))
}

// SetPrimary makes remote, an address of the peer, the one that messages are sent to first (RFC 9260 section 11.1.6).
func (c *Conn) SetPrimary(remote netip.Addr) error {
	return c.wrap("set", c.assoc.SetPrimary(remote))
}

// RequestHeartbeat probes remote, an address of the peer, now (RFC 9260 section 11.1.10).
func (c *Conn) RequestHeartbeat(remote netip.Addr) error {
	return c.wrap("set", c.assoc.RequestHeartbeat(remote))
}

// Status describes the association as it is now.
func (c *Conn) Status() Status {
	s := c.assoc.Status()
	return publicStatus(&s, c.assoc.LostEvents())
}

// NextNotification waits for the next notification. After the last one of an association that has ended it returns io.EOF.
//
// The newest 128 are kept for those who never ask or ask too late, with as much data of [SendFailed] as the send buffer
// may have, at least 1 MiB; older ones are lost and counted in Status. A [SenderDry] that directly follows another is left out.
func (c *Conn) NextNotification(ctx context.Context) (Notification, error) {
	ev, err := c.assoc.NextEvent(ctx)
	if err != nil {
		return nil, c.wrapRead("notification", err)
	}
	return notification(0, ev), nil
}

// wrap says what failed, between whom.
func (c *Conn) wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	addrs := c.bothAddrs()
	return opError(op, c.network, &addrs.local, &addrs.remote, err)
}
