package sim

import "github.com/gosctp/sctp/internal/assoc"

// stalled judges what an association says of nothing getting done: it is told once, after the time that was asked for, and then of the end.
func (u *user) stalled(e assoc.Stall) {
	if ended := e.Reason == assoc.StallEnded; ended != u.stall {
		u.fail(RuleStall, "%+v, with a stall reported before: %t", e, u.stall)
	}
	u.stall = e.Reason != assoc.StallEnded
	least := u.config.StallTime
	switch e.Reason {
	case assoc.StallUnacknowledged, assoc.StallWindow:
		if e.For < least || least == 0 {
			u.fail(RuleStall, "%+v, where %v were asked for", e, least)
		}
	case assoc.StallPacketSize, assoc.StallEnded:
	}
}
