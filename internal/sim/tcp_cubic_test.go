package sim

import (
	"math"
	"time"

	"github.com/gosctp/sctp/internal/mono"
)

// tcpCubic is CUBIC as Linux has it, which differs from RFC 9438 and from package cc in this: windows are whole packets; slow start ends by
// HyStart (delays and trains of acknowledgements), not HyStart++; the Reno flow that it keeps up with always grows by 0.53 packets a round trip;
// and the first epoch grows by a twentieth a round trip at least.
type tcpCubic struct {
	cwnd, ssthresh int
	owed           int // packets acknowledged since cwnd grew last

	lastMax   float64
	epoch     mono.Time
	origin, k float64
	est, ests float64 // the Reno flow, and the packets that it has not turned into growth
	delayMin  time.Duration

	// HyStart.
	found               bool
	roundEnd            uint32
	roundStart, lastAck mono.Time
	samples             int
	current             time.Duration
	roundOpened         bool
}

const (
	tcpInitialWindow = 10
	hystartLowWindow = 16
	hystartSamples   = 8
	hystartSpacing   = 2 * time.Millisecond
)

func newTCPCubic() tcpCubic { return tcpCubic{cwnd: tcpInitialWindow, ssthresh: math.MaxInt32} }

// sample takes a round trip time, and what the acknowledgement that gave it says of the end of slow start.
func (c *tcpCubic) sample(now mono.Time, rtt time.Duration, una, next uint32) {
	if rtt <= 0 {
		return
	}
	if c.delayMin == 0 || rtt < c.delayMin {
		c.delayMin = rtt
	}
	if c.found || c.cwnd >= c.ssthresh || c.cwnd < hystartLowWindow {
		return
	}
	if !c.roundOpened || int32(una-c.roundEnd) > 0 {
		c.roundOpened, c.roundStart, c.lastAck, c.roundEnd, c.samples, c.current = true, now, now, next, 0, 0
	}
	if now.Sub(c.lastAck) <= hystartSpacing {
		c.lastAck = now
		if now.Sub(c.roundStart) > c.delayMin/2 {
			c.found = true
		}
	}
	if c.samples == 0 || rtt < c.current {
		c.current = rtt
	}
	if c.samples < hystartSamples {
		c.samples++
	} else if c.current > c.delayMin+min(max(c.delayMin/8, 4*time.Millisecond), 16*time.Millisecond) {
		c.found = true
	}
	if c.found {
		c.ssthresh = c.cwnd
	}
}

// acked grows the window for packets that were acknowledged.
func (c *tcpCubic) acked(now mono.Time, packets int) {
	if c.cwnd < c.ssthresh {
		grown := min(c.cwnd+packets, c.ssthresh)
		packets -= grown - c.cwnd
		if c.cwnd = grown; packets == 0 {
			return
		}
	}
	per := c.per(now, packets)
	c.owed += packets
	if c.owed >= per {
		c.cwnd += c.owed / per
		c.owed %= per
	}
}

// per is how many packets have to be acknowledged for the window to grow by one.
func (c *tcpCubic) per(now mono.Time, packets int) int {
	cwnd := float64(c.cwnd)
	if c.epoch.IsZero() {
		c.epoch, c.owed = now, 0
		c.est, c.ests = cwnd, 0
		c.origin, c.k = cwnd, 0
		if c.lastMax > cwnd {
			c.origin, c.k = c.lastMax, math.Cbrt((c.lastMax-cwnd)/0.4)
		}
	}
	t := now.Sub(c.epoch).Seconds() + c.delayMin.Seconds() - c.k
	target := c.origin + 0.4*t*t*t
	per := 100 * cwnd
	if target > cwnd {
		per = cwnd / (target - cwnd)
	}
	if c.lastMax == 0 {
		per = min(per, 20)
	}
	c.ests += float64(packets)
	const friendly = 3 * 0.3 / 1.7
	for c.ests > cwnd/friendly {
		c.ests -= cwnd / friendly
		c.est++
	}
	if c.est > cwnd {
		per = min(per, cwnd/(c.est-cwnd))
	}
	return max(int(per), 2)
}

// lost returns the threshold for a loss.
func (c *tcpCubic) lost() int {
	cwnd := float64(c.cwnd)
	if cwnd < c.lastMax {
		c.lastMax = cwnd * 1.7 / 2
	} else {
		c.lastMax = cwnd
	}
	c.epoch = 0
	c.found = true
	return max(int(cwnd*0.7), 2)
}

// timedOut forgets everything.
func (c *tcpCubic) timedOut() {
	c.lastMax, c.epoch, c.found, c.roundOpened = 0, 0, false, false
}
