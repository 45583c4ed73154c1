package cc

import (
	"math"
	"time"

	"github.com/gosctp/sctp/internal/mono"
)

// Parameters of CUBIC (RFC 9438 sections 4.1 and 4.6). cubicC is in packets per second to the third power.
const (
	cubicC    = 0.4
	cubicBeta = 0.7
	// cubicBetaShort is the share of the window that stays where the queue is short (RFC 8511 section 3.1).
	cubicBetaShort = 0.85
	// cubicAlpha has a flow in the Reno-friendly region grow as fast as one that adds a packet and halves its window (section 4.3).
	cubicAlpha = 3 * (1 - cubicBeta) / (1 + cubicBeta)
)

// Cubic is the congestion control of RFC 9438, with the slow start of RFC 9406. After a reduction the window comes back to where it was along
// a cubic function of time, slowly about there and fast beyond: large windows recover in seconds whatever the round trip is. Where the
// Reno algorithm would be faster, it is as fast as that.
//
// What SCTP asks of any congestion control stays: the initial window of RFC 9260 section 7.2.1, four packets as the floor of ssthresh, and
// one packet after a time-out (section 7.2.3).
type Cubic struct {
	window
	hystart  hystart
	standing standing
	curve
	// before is the curve of the last Save, nil before the first: most paths lose nothing.
	before *savedCurve
	// seen is when the last SACK came.
	seen mono.Time
	// rest is what cwnd is due, less than a byte.
	rest float64
}

// savedCurve is a curve; slowStarted: it was in the first slow start.
type savedCurve struct {
	curve
	slowStarted bool
}

// curve is the growth of a window since its last reduction.
type curve struct {
	// wMax is the window before the last reduction, or less if other flows need the room (section 4.7); zero after a time-out.
	// cwndPrior is the window before it, in any case.
	wMax, cwndPrior float64
	// epoch is when congestion avoidance began, not counting the time since in which the window was not used in full; unset before.
	epoch mono.Time
	// origin is the window at the flat part of the curve, k how long after the epoch that is.
	origin float64
	k      time.Duration
	// wEst is the window of a Reno flow (section 4.3).
	wEst float64
	// chance: the last reduction was for a loss before which no queue stood.
	chance bool
}

// NewCubic returns a controller for a path that takes pmdcs bytes of DATA chunks a packet.
func NewCubic(pmdcs int, ipv6 bool) *Cubic { return &Cubic{window: newWindow(pmdcs, ipv6)} }

func (c *Cubic) Reset() {
	*c = Cubic{window: c.window}
	c.reset()
}

// PacingRate is that of the window on a path that is not local.
func (c *Cubic) PacingRate(srtt, least time.Duration) float64 { return c.pacingRate(srtt, least) }

func (c *Cubic) Acked(a Ack) {
	c.idle = false
	before := c.seen
	c.seen = a.Now
	c.standing.acked(a)
	switch {
	case a.FastRecovery && (c.cwnd < c.ssthresh || !c.alone()):
		return
	case c.cwnd < c.ssthresh:
		c.slowStart(a)
	case !c.usedBy(a):
		if !before.IsZero() { // section 5.8: what the window would have done in the meantime is unknown
			c.epoch = c.epoch.Add(a.Now.Sub(before))
		}
	default:
		c.congestionAvoidance(a)
	}
}

// slowStart grows cwnd by what was acknowledged, while it is used in full.
func (c *Cubic) slowStart(a Ack) {
	if c.hystart.acked(a) {
		c.ssthresh = c.cwnd
		c.hystart.done = true
		return
	}
	if !c.usedBy(a) {
		return
	}
	most := slowStartPackets * c.pmdcs
	if a.Paced {
		most = a.Bytes
	}
	c.cwnd = min(c.cwnd+c.hystart.growth(min(a.Bytes, most)), c.ssthresh)
}

// congestionAvoidance follows the curve, or the Reno flow where that is ahead (sections 4.2 to 4.5).
func (c *Cubic) congestionAvoidance(a Ack) {
	if c.epoch.IsZero() {
		c.begin(a.Now)
	}
	cwnd := float64(c.cwnd)
	acked := float64(a.Bytes) / cwnd // windows
	alpha := cubicAlpha
	if c.wEst >= c.cwndPrior || c.alone() {
		alpha = 1
	}
	c.wEst += alpha * acked * float64(c.pmdcs)
	since := a.Now.Sub(c.epoch)
	if w := c.at(since); w < c.wEst {
		c.grow(c.wEst - cwnd)
		return
	}
	target := min(max(c.at(since+a.SRTT), cwnd), 1.5*cwnd)
	c.grow((target - cwnd) * acked)
}

// alone reports whether nothing tells of other flows: the last loss was by chance, and no queue has come up since. Then the window grows as fast as Reno's
// (RFC 5681 section 3.1), and in fast recovery too, as RFC 9260 section 7.2.2 allows: what chance takes would otherwise stop it for a round trip of
// few. Where it shares a queue, it grows by cubicAlpha, which is fair to those who halve, and not before what was lost is repaired.
func (c *Cubic) alone() bool { return c.chance && c.standing.none() }

// grow adds to the window what may be fractions of a byte.
func (c *Cubic) grow(by float64) {
	if by <= 0 {
		return
	}
	whole, rest := math.Modf(by + c.rest)
	c.cwnd = min(c.cwnd+int(whole), maxSsthresh)
	c.rest = rest
}

// begin starts an epoch of congestion avoidance.
func (c *Cubic) begin(now mono.Time) {
	c.epoch = now
	cwnd := float64(c.cwnd)
	c.wEst, c.rest = cwnd, 0
	c.origin, c.k = cwnd, 0
	if cwnd < c.wMax {
		c.origin = c.wMax
		packets := (c.wMax - cwnd) / float64(c.pmdcs)
		c.k = time.Duration(math.Cbrt(packets/cubicC) * float64(time.Second))
	}
	if c.cwndPrior == 0 {
		c.cwndPrior = cwnd
	}
}

// at is W_cubic at a time after the epoch (section 4.2), in bytes.
func (c *Cubic) at(since time.Duration) float64 {
	t := (since - c.k).Seconds()
	return c.origin + cubicC*t*t*t*float64(c.pmdcs)
}

// Lost reduces the window by as much as the queue asks for that was too long. Where no queue stands before the loss, it came from elsewhere, as on
// radio links, or the queue is so short that less makes it empty: then the window is reduced as for a mark. In slow start a queue fills within one
// round trip, and nothing is to be seen of it before.
func (c *Cubic) Lost() {
	chance := c.cwnd >= c.ssthresh && c.standing.none()
	if chance {
		c.lower(cubicBetaShort)
	} else {
		c.lower(cubicBeta)
	}
	c.chance = chance
}

// Marked is for a queue that a router keeps short, by marks before it drops anything: less of a reduction makes it empty (RFC 8511 section 3.1).
// It never raises cwnd: after a time-out that is below the floor of ssthresh.
func (c *Cubic) Marked() {
	cwnd := c.cwnd
	c.lower(cubicBetaShort)
	c.cwnd = min(c.cwnd, cwnd)
}

// lower leaves room to flows that are new: a window that did not get as large as the last time had less than its share (section 4.7).
func (c *Cubic) lower(beta float64) {
	cwnd := float64(c.cwnd)
	if cwnd < c.wMax {
		c.wMax = cwnd * (1 + beta) / 2
	} else {
		c.wMax = cwnd
	}
	c.reduce(beta)
	c.cwnd = c.ssthresh
}

// TimedOut forgets the window that was: what made every packet of it vanish may have changed the path (section 4.8).
func (c *Cubic) TimedOut() {
	c.reduce(cubicBeta)
	c.wMax = 0
	c.cwnd = c.pmdcs
}

// reduce lowers ssthresh to a share of cwnd and ends the epoch.
func (c *Cubic) reduce(beta float64) {
	c.cwndPrior = float64(c.cwnd)
	c.ssthresh = c.atLeast(int(math.Round(beta * float64(c.cwnd))))
	c.epoch = 0
	c.chance = false
	c.hystart.done = true
}

func (c *Cubic) Save() {
	c.save()
	if c.before == nil {
		c.before = new(savedCurve)
	}
	*c.before = savedCurve{c.curve, !c.hystart.done}
}

// Undo goes on with the curve as if there had been no reduction (section 4.9.2).
func (c *Cubic) Undo() {
	if !c.undo() {
		return
	}
	c.curve = c.before.curve
	c.hystart.done = !c.before.slowStarted
}

func (c *Cubic) Idle() {
	if c.decay() {
		c.epoch = 0
	}
}

// Resize begins a new epoch, since the curve is in packets.
func (c *Cubic) Resize(pmdcs int) {
	if c.resize(pmdcs) {
		c.Reset()
	}
	c.epoch = 0
	if c.before != nil {
		c.before.epoch = 0
	}
}
