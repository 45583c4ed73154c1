package assoc

import (
	"time"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
)

// windowShare is how many times what the user reads in a round trip the window should have room for. In slow start the peer sends in the
// next round trip twice that, and in the one after it, when it has heard of a larger window, four times; later on it is what arrives while one
// lost packet is sent again, and again.
const windowShare = 4

// leastRoundTrip is what a round trip is taken for if it is shorter: hosts take as long to wake up a reader when they are busy.
const leastRoundTrip = time.Millisecond

// growth follows what arrives and what the user reads of it: what he reads in a round trip says how large a window the peer can use. RFC 9260
// section 6.2 asks for a window that tells the truth about the buffer, and leaves to the receiver how large that is.
type growth struct {
	// rtt is the least time in which a window's worth has come from path: a round trip if the window is what holds the peer up, more if not.
	rtt     time.Duration
	path    *path.Path
	began   mono.Time // of the next measurement, and what had arrived then
	arrived uint64
	since   mono.Time // and what the user has read since, and in the round trip before
	read    int
	before  int
}

// measureArrival follows a packet with data. Who only receives has nothing acknowledged and so no other measurement, but for a HEARTBEAT now and
// then.
func (a *Association) measureArrival(now mono.Time) {
	r := &a.receive
	g := r.growth
	if g == nil || r.window >= a.cfg.MaxRecvBuffer {
		return
	}
	if g.began.IsZero() {
		g.began, g.arrived = now, a.stats.BytesReceived
	}
	if a.stats.BytesReceived-g.arrived >= uint64(r.window) {
		took := max(now.Sub(g.began), 1)
		if g.rtt == 0 || took < g.rtt || g.path != r.ack.path {
			g.rtt, g.path = took, r.ack.path
		}
		g.began, g.arrived = now, a.stats.BytesReceived
	}
	// Messages that are handed out whole need room as a whole, and a user who has not begun to read yet may be about to.
	if most := min(a.cfg.FillRecvBuffer, a.cfg.MaxRecvBuffer); r.window < most && r.inbound.Bytes() > r.window/2 {
		a.growWindow(min(2*r.window, most))
	}
}

// roundTrip is how long a round trip takes: as measured with what this side sent, or else as growth has it. Zero stands for not known.
func (r *receiver) roundTrip() time.Duration {
	rtt := r.growth.rtt // the user has read something
	if p := r.ack.path; p != nil && p.RTO.SRTT() > 0 {
		rtt = p.RTO.SRTT()
	}
	if rtt == 0 {
		return 0
	}
	return max(rtt, leastRoundTrip)
}

// resize follows a read of n bytes.
func (a *Association) resize(now mono.Time, n int) {
	r := &a.receive
	g := r.growth
	if a.cfg.MaxRecvBuffer <= a.cfg.RecvBuffer {
		return
	}
	// As long as nothing is known of it, all that was read counts as read in one.
	if rtt := r.roundTrip(); g.since.IsZero() || rtt > 0 && now.Sub(g.since) >= rtt {
		g.since, g.before, g.read = now, g.read, 0
	}
	g.read += n
	want := min(windowShare*max(g.read, g.before), a.cfg.MaxRecvBuffer)
	switch {
	case want >= min(2*r.window, a.cfg.MaxRecvBuffer) && r.inbound.Bytes() <= r.window/4: // who falls behind has no use for more
		a.growWindow(want)
	case r.window > a.cfg.RecvBuffer && r.window > want && a.cfg.Memory.Scarce():
		a.shrinkWindow(max(want, a.cfg.RecvBuffer))
	}
}

// growWindow makes the receive buffer larger, if there is memory for it.
func (a *Association) growWindow(n int) {
	if w := a.receive.window; n > w && !a.released && a.cfg.Memory.Take(n-w) {
		a.setWindow(n)
	}
}

// shrinkWindow makes the receive buffer smaller, down to least, by room that the peer has not been told of. What it was told that it may send
// stays true (RFC 1122 section 4.2.2.16): the window just does not open again.
func (a *Association) shrinkWindow(least int) {
	r := &a.receive
	if n := min(a.rwnd()-r.advertised, r.window-least); n > 0 {
		a.cfg.Memory.Give(n)
		a.setWindow(r.window - n)
	}
}

// setWindow gives the receive buffer its size.
func (a *Association) setWindow(n int) {
	a.receive.window = n
	if q := a.receive.inbound; q != nil {
		q.SetLimits(n, 2*n+receiveSlack)
	}
}
