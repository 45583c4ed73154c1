package engine

import (
	"net/netip"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/mono"
)

// Tunable returns the parameters that can change during the life of the association.
func (a *Assoc) Tunable() assoc.Tunable {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.core.Tunable()
}

// Tune changes them, unless the association is over.
func (a *Assoc) Tune(change func(*assoc.Tunable)) {
	_ = a.control(func(now mono.Time) error {
		t := a.core.Tunable()
		change(&t)
		a.disableFragments = t.DisableFragments
		a.core.Tune(now, t)
		return nil
	})
}

// TunePaths changes the parameters of every path, unless the association is over.
func (a *Assoc) TunePaths(change func(remote netip.Addr, p *assoc.PathParams)) {
	_ = a.control(func(now mono.Time) error {
		for _, path := range a.core.Paths(nil) {
			p, err := a.core.PathParams(path.Remote)
			if err != nil {
				return err
			}
			change(path.Remote, &p)
			if err := a.core.TunePath(now, path.Remote, p); err != nil {
				return err
			}
		}
		return nil
	})
}

// TunePath changes the parameters of the path to remote.
func (a *Assoc) TunePath(remote netip.Addr, change func(p *assoc.PathParams)) error {
	return a.control(func(now mono.Time) error {
		p, err := a.core.PathParams(remote)
		if err != nil {
			return err
		}
		change(&p)
		return a.core.TunePath(now, remote, p)
	})
}

// SetEncapPort sends what goes to remote to another encapsulation port there (RFC 6951 section 6.1). It means something only if the
// carrier has such ports.
func (a *Assoc) SetEncapPort(remote netip.Addr, port uint16) error {
	return a.control(func(now mono.Time) error { return a.core.SetEncapPort(now, remote, port) })
}

// TakePeakRTO returns the largest RTO since it was asked last, and the address that had it.
func (a *Assoc) TakePeakRTO() (time.Duration, netip.Addr) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.core.TakePeakRTO()
}

// Passive reports whether the peer began the association.
func (a *Assoc) Passive() bool { return a.passive }
