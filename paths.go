package sctp

import (
	"cmp"
	"net/netip"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/engine"
)

// PathParams are the parameters of one address of the peer; the fields have the meaning of those of [Config], but zero is zero.
type PathParams struct {
	PathMaxRetrans, PFMaxRetrans int
	Switchover                   bool
	PSMaxRetrans                 int
	// HBInterval is the time between probes beside the RTO; negative sends none.
	HBInterval time.Duration
	// SACKDelay and SACKFrequency are for data that comes from the address. A negative delay acknowledges every packet at once.
	SACKDelay     time.Duration
	SACKFrequency int
	// Source is the address of this host that packets to the address leave from, one of those that the association is bound to; answers leave from
	// the address that the peer sent to, whatever Source says. The zero Addr leaves it to the routes, or of bound addresses takes the one that is most alike.
	// An address that the host loses is used again when it comes back.
	Source netip.Addr
}

// Validate reports the first field that is out of range, as a *[ConfigError].
func (p *PathParams) Validate() error {
	return cmp.Or(
		inRange("PathMaxRetrans", p.PathMaxRetrans, 1, maxCount),
		inRange("PFMaxRetrans", p.PFMaxRetrans, 0, maxCount),
		switches(p.Switchover, p.PSMaxRetrans, p.PFMaxRetrans),
		inRange("HBInterval", p.HBInterval, -maxInterval, maxInterval),
		inRange("SACKDelay", p.SACKDelay, -maxInterval, 500*time.Millisecond),
		inRange("SACKFrequency", p.SACKFrequency, 1, maxCount),
	)
}

// Paths describes the addresses of the peer, the primary one first.
func (c *Conn) Paths() []PathStatus { return c.Status().Paths }

// PathParams returns the parameters of remote, an address of the peer.
func (c *Conn) PathParams(remote netip.Addr) (PathParams, error) {
	p, err := pathParams(c.assoc, remote)
	return p, c.wrap("get", err)
}

// SetPathParams changes the parameters of remote, an address of the peer, from now on (RFC 6458 section 8.1.12, RFC 7829 section 7.2).
func (c *Conn) SetPathParams(remote netip.Addr, p PathParams) error {
	return c.wrap("set", setPathParams(c.assoc, remote, &p))
}

// PathParams returns the parameters of an address of the association id; see [Conn.PathParams].
func (e *Endpoint) PathParams(id AssocID, remote netip.Addr) (p PathParams, err error) {
	err = e.control("get", id, func(a *engine.Assoc) (err error) {
		p, err = pathParams(a, remote)
		return err
	})
	return p, err
}

// SetPathParams changes the parameters of an address of the association id; see [Conn.SetPathParams].
func (e *Endpoint) SetPathParams(id AssocID, remote netip.Addr, p PathParams) error {
	return e.control("set", id, func(a *engine.Assoc) error { return setPathParams(a, remote, &p) })
}

func pathParams(a *engine.Assoc, remote netip.Addr) (p PathParams, err error) {
	err = a.TunePath(remote, func(c *assoc.PathParams) {
		p = PathParams{
			PathMaxRetrans: c.PathMaxRetrans, PFMaxRetrans: c.PFMaxRetrans, Switchover: c.Switchover, PSMaxRetrans: c.PSMaxRetrans,
			HBInterval: c.HBInterval, SACKDelay: c.SACKDelay, SACKFrequency: c.SACKFrequency, Source: c.Source,
		}
	})
	return p, err
}

func setPathParams(a *engine.Assoc, remote netip.Addr, p *PathParams) error {
	if err := p.Validate(); err != nil {
		return err
	}
	return a.TunePath(remote, func(c *assoc.PathParams) {
		c.PathMaxRetrans, c.PFMaxRetrans, c.Switchover, c.PSMaxRetrans = p.PathMaxRetrans, p.PFMaxRetrans, p.Switchover, p.PSMaxRetrans
		c.HBInterval, c.SACKDelay, c.SACKFrequency, c.Source = p.HBInterval, p.SACKDelay, p.SACKFrequency, p.Source.Unmap()
	})
}
