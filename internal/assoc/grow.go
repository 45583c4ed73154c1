package assoc

import (
	"time"

	"github.com/gosctp/sctp/internal/mono"
)

// windowTime is how much of the peer's data the window should have room for: round trips are shorter, nearly always.
const windowTime = time.Second

// growth follows what the user reads. A window that he empties within windowTime may be what holds the peer up, so it grows, up to
// Config.MaxRecvBuffer; a user who reads slowly has no use for a larger one. RFC 9260 section 6.2 asks for a window that tells the truth
// about the buffer, and leaves to the receiver how large that is.
type growth struct {
	began mono.Time
	read  int
}

// grow follows a read of n bytes.
func (a *Association) grow(now mono.Time, n int) {
	r := &a.receive
	g := &r.growth
	if r.window >= a.cfg.MaxRecvBuffer {
		return
	}
	if g.began.IsZero() || now.Sub(g.began) > windowTime {
		*g = growth{began: now}
	}
	g.read += n
	if g.read < r.window || r.inbound.Bytes() > r.window/4 {
		return
	}
	*g = growth{began: now}
	a.setWindow(min(2*r.window, a.cfg.MaxRecvBuffer))
}

// setWindow gives the receive buffer its size.
func (a *Association) setWindow(n int) {
	a.receive.window = n
	a.receive.inbound.SetLimits(n, 2*n+receiveSlack)
}
