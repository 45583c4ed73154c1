package cc

// window is what every controller has: the congestion window and what RFC 9260 section 7.2 says of any of them.
type window struct {
	pmdcs            int
	initialAllowance int
	cwnd             int
	ssthresh         int
	idle             bool // nothing was acknowledged since it decayed last
	// saved is the window of the last Save, zero without one.
	saved struct{ cwnd, ssthresh int }
}

// newWindow is that of a path that takes pmdcs bytes of DATA chunks a packet.
func newWindow(pmdcs int, ipv6 bool) window {
	w := window{pmdcs: pmdcs, initialAllowance: allowanceIPv4}
	if ipv6 {
		w.initialAllowance = allowanceIPv6
	}
	w.reset()
	return w
}

// Initial allowances of section 7.2.1: what three packets of a usual path carry.
const (
	allowanceIPv4 = 4404
	allowanceIPv6 = 4344
)

// maxSsthresh is the arbitrarily high initial ssthresh of section 7.2.1. No window becomes larger.
const maxSsthresh = 1 << 30

// minSsthreshPackets is the floor of ssthresh (section 7.2.3): fewer packets than that do not show the loss of one of them.
const minSsthreshPackets = 4

func (w *window) Cwnd() int     { return w.cwnd }
func (w *window) Ssthresh() int { return w.ssthresh }

// initial is the window before anything is known (section 7.2.1).
func (w *window) initial() int { return min(4*w.pmdcs, max(2*w.pmdcs, w.initialAllowance)) }

func (w *window) reset() {
	w.cwnd, w.ssthresh, w.idle = w.initial(), maxSsthresh, false
	w.saved.cwnd = 0
}

// save keeps the window.
func (w *window) save() { w.saved.cwnd, w.saved.ssthresh = w.cwnd, w.ssthresh }

// undo returns to the window that was saved, and reports whether there was one. It may have grown beyond that meanwhile, and packets may have
// become larger.
func (w *window) undo() bool {
	if w.saved.cwnd == 0 {
		return false
	}
	w.cwnd, w.ssthresh = max(w.cwnd, w.saved.cwnd), max(w.ssthresh, w.saved.ssthresh)
	w.saved.cwnd = 0
	return true
}

// usedBy reports whether an acknowledgement came for a window that was used in full. That includes the one packet that rule B of section 6.1
// lets through when cwnd is no multiple of the packet size, and what waits for its time.
func (w *window) usedBy(a Ack) bool { return a.Held || a.FlightBefore+w.pmdcs > w.cwnd }

// atLeast is a value for ssthresh, not below its floor.
func (w *window) atLeast(ssthresh int) int { return max(ssthresh, minSsthreshPackets*w.pmdcs) }

// decay halves the window for an RTO without a transmission (section 7.2.1), and reports whether that is the first in a row. It never raises cwnd:
// after a time-out that is below the floor of 4 PMDCS that the RFC's formula gives.
func (w *window) decay() (first bool) {
	if first = !w.idle; first {
		w.idle = true
		w.ssthresh = w.atLeast(w.cwnd)
	}
	w.cwnd = min(w.cwnd, w.atLeast(w.cwnd/2))
	return first
}

// resize keeps cwnd in bytes, but never below one packet. A window that is as it began is reset, which it reports.
func (w *window) resize(pmdcs int) (fresh bool) {
	fresh = w.cwnd == w.initial() && w.ssthresh == maxSsthresh
	w.pmdcs = pmdcs
	if fresh {
		w.reset()
	}
	w.cwnd = max(w.cwnd, pmdcs)
	return fresh
}
