package sim

import (
	"net/netip"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/mono"
)

// act does what the scenario has planned for now.
func (w *world) act(a Action) {
	w.tracef("%v %d", a.Kind, a.Index)
	switch a.Kind {
	case Cut:
		w.cut(a.Index)
	case Repair:
		w.repair(a.Index)
	case Narrow:
		w.breaks(a.Index)
		l := w.s.Planes[a.Index].Link
		l.MTU = narrowMTU
		w.net.Connect(w.s.prefix(a.Index), w.s.prefix(a.Index), l)
	case Pause:
		w.nodes[a.Index].paused = true
	case Resume:
		n := w.nodes[a.Index]
		n.paused = false
		for _, u := range n.users {
			u.input(func(mono.Time) {})
		}
	case Shutdown:
		w.nodes[a.Index].each(func(u *user, now mono.Time) {
			u.closing = true
			u.a.Shutdown(now)
		})
	case Abort:
		w.nodes[a.Index].each(func(u *user, now mono.Time) { u.a.Abort(now, []byte("enough")) })
	case Crash:
		w.nodes[a.Index].crash()
	case Reconnect:
		if t := w.talks[a.Index-1]; t.users[0] == nil {
			w.nodes[a.Index].connect(t, 0)
		}
	case Rebind:
		n := w.nodes[a.Index]
		n.encapPort += 100
		n.host.SetEncapPort(n.encapPort)
	case Reset, Renumber, Add:
		w.nodes[a.Index].each(func(u *user, now mono.Time) { u.reconfigure(now, a.Kind) })
	case Rekey:
		w.nodes[a.Index].each(func(u *user, _ mono.Time) { u.rekey() })
	case Reschedule:
		w.nodes[a.Index].each(func(u *user, _ mono.Time) { u.a.SetScheduler((*schedulers[1+w.rng.IntN(len(schedulers)-1)])()) })
	case Move:
		w.nodes[a.Index].each((*user).move)
	case Prefer:
		w.nodes[a.Index].each(func(u *user, now mono.Time) {
			// A refusal is no fault: an unconfirmed path may not become primary.
			_ = u.a.SetPrimary(now, u.anyPath())
		})
	case Probe:
		w.nodes[a.Index].each(func(u *user, now mono.Time) {
			if err := u.a.RequestHeartbeat(now, u.anyPath()); err != nil && u.a.State() == assoc.StateEstablished {
				u.fail(RuleError, "RequestHeartbeat: %v", err)
			}
		})
	}
}

// narrowMTU is the MTU of a plane after Narrow: the least that IPv6 allows (RFC 8200 section 5).
const narrowMTU = 1280

// everything is the prefix of all addresses of a plane's family.
func (w *world) everything(p int) netip.Prefix {
	if w.s.Planes[p].IPv6 {
		return netip.PrefixFrom(netip.IPv6Unspecified(), 0)
	}
	return netip.PrefixFrom(netip.IPv4Unspecified(), 0)
}

func (u *user) anyPath() netip.Addr {
	paths := u.a.Paths(nil)
	return paths[u.w.rng.IntN(len(paths))].Remote
}
