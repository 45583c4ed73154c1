package assoc

import (
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
)

// NextDeadline is when Expire has to be called next; unset if no timer runs.
func (a *Association) NextDeadline() mono.Time {
	if a.state == StateClosed {
		return 0
	}
	t := a.receive.ack.deadline
	if a.send.unreliable {
		t = mono.Earliest(t, a.send.queue.NextDeadline())
		t = mono.Earliest(t, a.send.outstanding.NextDeadline())
		t = mono.Earliest(t, a.send.forward.waits)
	}
	if a.opening != nil {
		t = mono.Earliest(t, mono.Earliest(a.opening.t1, a.opening.next))
	}
	if a.closing != nil {
		t = mono.Earliest(t, mono.Earliest(a.closing.t2, a.closing.t5))
	}
	if a.reconfig != nil {
		t = mono.Earliest(t, a.reconfigDeadline())
	}
	if a.addressing != nil {
		t = mono.Earliest(t, a.asconfDeadline())
	}
	t = mono.Earliest(t, a.autoCloseDeadline())
	t = mono.Earliest(t, a.watchdog.due)
	for _, p := range a.paths {
		t = mono.Earliest(t, p.NextDeadline())
	}
	return t
}

// Expire runs every timer whose deadline has come.
func (a *Association) Expire(now mono.Time) {
	if a.opening != nil && a.opening.t1.Reached(now) {
		a.expireT1(now)
	}
	if a.opening != nil && a.opening.next.Reached(now) {
		a.raceOn(now)
	}
	if a.closing != nil && a.closing.t5.Reached(now) {
		a.expireT5()
	}
	if a.closing != nil && a.closing.t2.Reached(now) {
		a.expireT2(now)
	}
	if a.receive.ack.deadline.Reached(now) {
		a.expireAck()
	}
	for _, p := range a.paths {
		if a.state != StateClosed && p.Tail.Reached(now) {
			a.expireTail(now, p)
		}
		if a.state != StateClosed && p.T3.Reached(now) {
			a.expireT3(now, p)
		}
		if a.state != StateClosed && p.Overdue.Reached(now) {
			a.expireOverdue(now, p)
		}
		expirePacer(now, p)
		if a.state != StateClosed {
			a.expireHeartbeat(now, p)
			a.expireSearch(now, p)
		}
	}
	if a.state != StateClosed {
		a.expireWatchdog(now)
		a.giveUp(now)
	}
	if a.state != StateClosed && a.send.forward.waits.Reached(now) {
		a.skip(now)
	}
	if a.state != StateClosed && a.reconfigDeadline().Reached(now) {
		a.expireReconfig(now)
	}
	if a.state != StateClosed {
		a.progressReconfig(now)
	}
	if a.asconfDeadline().Reached(now) {
		a.expireASCONF(now)
	}
	a.progressASCONF(now)
	if a.autoCloseDeadline().Reached(now) {
		a.Shutdown(now)
	}
	a.releaseKeys()
}

// autoCloseDeadline is when an idle association ends (RFC 6458 section 8.1.8); unset if it does not.
func (a *Association) autoCloseDeadline() mono.Time {
	if a.cfg.AutoClose == 0 || a.state != StateEstablished {
		return 0
	}
	return a.idleSince.Add(a.cfg.AutoClose)
}

// startDataTimers starts T3-rtx for data that went with the COOKIE ECHO.
func (a *Association) startDataTimers(now mono.Time) {
	for _, p := range a.paths {
		if a.send.outstanding.Flight(p.ID) > 0 {
			p.T3 = now.Add(p.RTO.Current())
		}
	}
}

// expireT3 handles an expiration of T3-rtx (RFC 9260 section 6.3.3). The timer also measures the time to the next zero window probe
// (section 6.1 A), when it runs with nothing in flight.
func (a *Association) expireT3(now mono.Time, p *path.Path) {
	s := &a.send
	p.T3, p.Tail, p.Overdue, p.Probed = 0, 0, 0, false
	a.settleProbes()
	probing := (s.windowClosed || s.probing) && s.heard
	s.heard = false
	s.replenish(a.cfg.MaxBurst)
	forward := a.repeatForward(p)
	if s.outstanding.Flight(p.ID) == 0 && !forward {
		s.probe = true
		return
	}
	a.incidents().Timeouts++
	flight := s.outstanding.Flight(p.ID)
	s.outstanding.MarkTimedOut(p.ID)
	p.RTO.BackOff() // E2
	if probing {
		return // section 6.1 A: neither an error nor a sign of congestion
	}
	a.doubtTimeout(p)
	p.CC.TimedOut() // E1
	a.noteReduction(p, false)
	p.OnePacket = true
	s.recovery = recovery{}
	a.suspectSize(p, flight)
	a.pathFailed(now, p)
	a.countError()
	a.lookAround(now)
}

// pathFailed counts an error of a path and tells the user of a change.
func (a *Association) pathFailed(now mono.Time, p *path.Path) {
	defer a.switchOver()
	if !p.Failed() {
		return
	}
	switch p.State() {
	case path.Inactive, path.UnconfirmedInactive:
		a.emit(PeerAddrChange{Addr: p.Addr.Remote, State: AddrUnreachable})
	case path.PotentiallyFailed:
		a.emit(PeerAddrChange{Addr: p.Addr.Remote, State: AddrPotentiallyFailed})
	case path.Active, path.Unconfirmed:
	}
	a.scheduleHeartbeat(now, p)
}

// pathAnswered clears the errors of a path and tells the user of a change.
func (a *Association) pathAnswered(p *path.Path, confirm bool) {
	unconfirmed, spared := !p.State().Confirmed(), p.State() == path.PotentiallyFailed
	if !p.Answered(confirm) {
		return
	}
	defer a.switchOver()
	a.rescue()
	if !confirm && len(a.paths) > 1 {
		a.measureAnew(p)
	}
	if unconfirmed {
		a.beginSearch(p)
		a.send.burst = max(a.send.burst, a.cfg.MaxBurst) // it may be the first address that data can go to
		a.emit(RoutesChanged{})
		a.emit(PeerAddrChange{Addr: p.Addr.Remote, State: AddrConfirmed, Probed: true})
	} else {
		a.emit(PeerAddrChange{Addr: p.Addr.Remote, State: AddrAvailable, Probed: confirm, Spared: spared})
	}
}

// countError counts towards Association.Max.Retrans (section 8.1).
func (a *Association) countError() {
	a.errors++
	if a.errors > a.cfg.AssocMaxRetrans {
		a.end(CommLost, a.timedOut())
	}
}
