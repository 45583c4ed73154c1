package sctp

import (
	"context"
	"net/netip"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/engine"
)

// AddrChange is a wish for other addresses of this side of an association (RFC 5061). The unspecified address, 0.0.0.0 or ::, stands for the one that
// the peer sees packets come from, which behind a NAT is none of this host's: to add that one, to remove all but that one, to prefer it.
type AddrChange struct {
	// Add are addresses of this host, Remove those that the association is to do without. All of a change is done in one step where that
	// matters: an association's only address can be exchanged for another.
	Add, Remove []netip.Addr
	// Primary, if valid, is what the peer is asked to send to first.
	Primary netip.Addr
}

// ChangeAddrs asks the peer to take note of other addresses of this side, while data flows, and waits until it has answered. An
// address is sent from once the peer knows it and has verified nothing less than that this side is the one that it knows; it is sent from no more
// from when the peer is asked to forget it.
//
// It takes [DynamicAddresses], which both sides have to offer, and authenticated chunks (Config.Auth), since whoever could change the addresses of
// an association would own it. Errors are [ErrNotNegotiated] without, [ErrBadAddress] for an address that is of no use to the peer,
// not of this host, or not of this association, [ErrDenied] (as an [AddrRefusedError]) if the peer refuses, and [ErrRequestBusy] if too many changes
// wait. The end of ctx ends the waiting and not the change, whose outcome an [AddrsChanged] tells in any case.
func (c *Conn) ChangeAddrs(ctx context.Context, change AddrChange) error {
	return c.wrap("change addresses", c.assoc.ChangeAddrs(ctx, change.core()))
}

// AddAddr adds an address of this host to the association; see [Conn.ChangeAddrs].
func (c *Conn) AddAddr(ctx context.Context, local netip.Addr) error {
	return c.ChangeAddrs(ctx, AddrChange{Add: []netip.Addr{local}})
}

// RemoveAddr has the association do without an address of this host; see [Conn.ChangeAddrs]. The last one stays.
func (c *Conn) RemoveAddr(ctx context.Context, local netip.Addr) error {
	return c.ChangeAddrs(ctx, AddrChange{Remove: []netip.Addr{local}})
}

// SetPeerPrimary asks the peer to send to an address of this side first (SCTP_SET_PEER_PRIMARY_ADDR, RFC 6458 section 8.3.1); see
// [Conn.ChangeAddrs]. SetPrimary is about where this side sends to.
func (c *Conn) SetPeerPrimary(ctx context.Context, local netip.Addr) error {
	return c.ChangeAddrs(ctx, AddrChange{Primary: local})
}

// ChangeAddrs changes the addresses of this side of association id, and waits for the outcome; see [Conn.ChangeAddrs].
func (e *Endpoint) ChangeAddrs(ctx context.Context, id AssocID, change AddrChange) error {
	return e.control("change addresses", id, func(a *engine.Assoc) error { return a.ChangeAddrs(ctx, change.core()) })
}

func (c *AddrChange) core() assoc.AddrChange {
	return assoc.AddrChange{Add: unmapped(c.Add), Remove: unmapped(c.Remove), Primary: c.Primary.Unmap()}
}

func unmapped(addrs []netip.Addr) (out []netip.Addr) {
	for _, a := range addrs {
		out = append(out, a.Unmap())
	}
	return out
}

// AddrRefusedError is why the peer did not change addresses (RFC 5061 section 4.3). It matches [ErrDenied].
type AddrRefusedError struct {
	// Cause is what the peer says, 0 if it says nothing.
	Cause CauseCode
}

func (e *AddrRefusedError) Error() string {
	if e.Cause == 0 {
		return ErrDenied.Error()
	}
	return ErrDenied.Error() + ": " + e.Cause.String()
}

func (e *AddrRefusedError) Is(target error) bool { return target == ErrDenied }
