package assoc

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
)

// Tunable are the parameters of Config that can change during the life of an association.
type Tunable struct {
	Nagle                      bool
	DisableFragments           bool
	RTOInitial, RTOMin, RTOMax time.Duration
	AssocMaxRetrans            int
	ValidCookieLife            time.Duration
	MaxBurst                   int
	MaxSeg                     int
	// PartialDeliveryPoint and FragmentInterleave count from the next message that is handed out in parts.
	PartialDeliveryPoint, FragmentInterleave int
	DenyReconfig                             ReconfigRequests
	// PathParams are for addresses of the peer that are still to come.
	PathParams
}

// PathParams are the parameters of one path that can change.
type PathParams = path.Params

// Tunable returns their values.
func (a *Association) Tunable() Tunable {
	c := a.cfg
	return Tunable{
		Nagle: c.Nagle, DisableFragments: c.DisableFragments,
		RTOInitial: c.RTOInitial, RTOMin: c.RTOMin, RTOMax: c.RTOMax,
		AssocMaxRetrans: c.AssocMaxRetrans, ValidCookieLife: c.ValidCookieLife,
		MaxBurst: c.MaxBurst, MaxSeg: c.MaxSeg,
		PartialDeliveryPoint: c.PartialDeliveryPoint, FragmentInterleave: c.FragmentInterleave, DenyReconfig: c.DenyReconfig,
		PathParams: c.pathParams(),
	}
}

// Tune changes them. What Nagle's algorithm held back may leave now. Timers that run keep their time: a SACK that is being delayed, a
// retransmission that is waited for.
func (a *Association) Tune(_ mono.Time, t Tunable) {
	a.configure(func(c *Config) { c.tune(&t) })
	c := a.cfg
	for _, p := range a.paths {
		p.SetRTOBounds(c.RTOInitial, c.RTOMin, c.RTOMax)
	}
	if q := a.receive.inbound; q != nil {
		q.SetPartialDelivery(c.PartialDeliveryPoint, c.FragmentInterleave)
	}
	a.send.burst = max(a.send.burst, c.MaxBurst)
	a.beginSearches()
}

func (c *Config) tune(t *Tunable) {
	c.Nagle, c.DisableFragments = t.Nagle, t.DisableFragments
	c.RTOInitial, c.RTOMin, c.RTOMax = t.RTOInitial, t.RTOMin, t.RTOMax
	c.AssocMaxRetrans, c.ValidCookieLife = t.AssocMaxRetrans, t.ValidCookieLife
	c.MaxBurst, c.MaxSeg = t.MaxBurst, t.MaxSeg
	c.PartialDeliveryPoint, c.FragmentInterleave, c.DenyReconfig = t.PartialDeliveryPoint, t.FragmentInterleave, t.DenyReconfig
	c.SetPathParams(t.PathParams)
}

// PathParams returns the parameters of the path to remote.
func (a *Association) PathParams(remote netip.Addr) (PathParams, error) {
	p := a.pathTo(remote)
	if p == nil {
		return PathParams{}, fmt.Errorf("%w: %v", ErrNoSuchPath, remote)
	}
	return p.Params(), nil
}

// TunePath changes the parameters of the path to remote. A new heartbeat interval counts from now on.
func (a *Association) TunePath(now mono.Time, remote netip.Addr, c PathParams) error {
	p := a.pathTo(remote)
	if p == nil {
		return fmt.Errorf("%w: %v", ErrNoSuchPath, remote)
	}
	before, fixed := p.Params(), p.Fixed()
	if c.Source != before.Source && c.Source.IsValid() && !a.mayLeaveFrom(c.Source, remote) {
		return fmt.Errorf("%w: %v", ErrNoSuchSource, c.Source)
	}
	p.Configure(c)
	if c.Source != before.Source {
		a.setSource(p)
		a.emit(RoutesChanged{}) // another way may take packets of another size
	}
	if c.HBInterval != before.HBInterval && p.State().Confirmed() {
		a.scheduleHeartbeat(now, p)
	}
	if fixed && !p.Fixed() {
		a.emit(RoutesChanged{}) // somebody has to find out what the network takes
	}
	return nil
}

// SetEncapPort sends what goes to remote to another encapsulation port there (RFC 6951 section 6.1).
func (a *Association) SetEncapPort(_ mono.Time, remote netip.Addr, port uint16) error {
	p := a.pathTo(remote)
	if p == nil {
		return fmt.Errorf("%w: %v", ErrNoSuchPath, remote)
	}
	p.Addr.EncapPort, p.PortLearnt = port, false
	a.emit(RoutesChanged{})
	return nil
}

// TakePeakRTO returns the largest RTO since it was asked last, and the address that had it.
func (a *Association) TakePeakRTO() (time.Duration, netip.Addr) {
	best := a.paths[0]
	if slices.Contains(a.paths, a.peak) {
		best = a.peak
	}
	for _, p := range a.paths {
		if p.RTO.Peak() > best.RTO.Peak() {
			best = p
		}
	}
	most := best.RTO.Peak()
	a.peak = best
	for _, p := range a.paths {
		p.RTO.ResetPeak()
	}
	return most, best.Addr.Remote
}
