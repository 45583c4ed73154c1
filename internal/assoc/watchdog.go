package assoc

import (
	"net/netip"
	"time"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
)

// The watchdog finds associations that look alive and get nothing done. HEARTBEATs are answered, so that no path fails, while data is not
// acknowledged: large packets vanish, or the peer's program hangs. RFC 9260 sees it only when Association.Max.Retrans is reached, which
// takes minutes, or never, while the peer says that it has no room.

// StallReason is why nothing gets done.
type StallReason uint8

const (
	// StallEnded: data is acknowledged again.
	StallEnded StallReason = iota
	// StallUnacknowledged: the peer answers HEARTBEATs, and acknowledges no data.
	StallUnacknowledged
	// StallWindow: the peer answers, and has no room for data.
	StallWindow
	// StallPacketSize: packets of the path MTU vanish. Smaller ones are sent from now on.
	StallPacketSize
)

// Stall reports that the association gets nothing done, or does again.
type Stall struct {
	// Addr is the address that answers, of StallPacketSize the one on the way to which packets vanish.
	Addr   netip.Addr
	Reason StallReason
	// For is how long nothing was acknowledged.
	For time.Duration
}

// watchdog is what it remembers.
type watchdog struct {
	// due is when it looks next; unset while nothing waits to be acknowledged.
	due mono.Time
	// progress is when something was acknowledged last, or began to wait for that.
	progress mono.Time
	// asked: paths were asked if they are alive. reported: the user knows.
	asked, reported bool
}

// watch begins to watch, if it does not already, data that is sent while no other is outstanding.
func (a *Association) watch(now mono.Time) {
	w := &a.watchdog
	w.progress = now
	if a.cfg.StallTime > 0 && w.due.IsZero() {
		w.due = now.Add(a.cfg.StallTime)
	}
}

// progressed notes that the peer acknowledged something new.
func (a *Association) progressed(now mono.Time) {
	w := &a.watchdog
	idle := now.Sub(w.progress)
	w.progress, w.asked = now, false
	if w.reported {
		w.reported = false
		a.emit(Stall{Addr: a.dataPath().Addr.Remote, Reason: StallEnded, For: idle})
	}
}

// expireWatchdog looks if anything was acknowledged since it looked last. If not, all paths are asked whether they are alive, small packets
// being enough.
func (a *Association) expireWatchdog(now mono.Time) {
	w := &a.watchdog
	if !w.due.Reached(now) {
		return
	}
	w.due = 0
	if a.send.outstanding.Len() == 0 {
		return // it goes on with what is sent next
	}
	w.due = w.progress.Add(a.cfg.StallTime)
	if !w.due.Reached(now) {
		return
	}
	w.due = now.Add(a.cfg.StallTime)
	if w.reported || !a.heartbeating() {
		return
	}
	w.asked = true
	for _, p := range a.paths {
		if usable(p) {
			p.Search.WantSmall = true
			a.probeWanted = true
		}
	}
}

// alive takes the answer to a HEARTBEAT: with nothing acknowledged, it shows that the association has stalled.
func (a *Association) alive(now mono.Time, p *path.Path) {
	if !a.watchdog.asked {
		return
	}
	reason := StallUnacknowledged
	if a.send.windowClosed || a.send.probing {
		reason = StallWindow
	}
	a.reportStall(now, p, reason)
}

// reportStall tells the user, once until there is progress, if there is anything to wait for.
func (a *Association) reportStall(now mono.Time, p *path.Path, reason StallReason) {
	w := &a.watchdog
	if w.asked = false; w.reported || a.cfg.StallTime <= 0 || a.send.outstanding.Len() == 0 {
		return
	}
	w.reported = true
	a.incidents().Stalls++
	a.emit(Stall{Addr: p.Addr.Remote, Reason: reason, For: now.Sub(w.progress)})
}
