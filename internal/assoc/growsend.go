package assoc

// sendShares is how many messages the send buffer should have room for, if it may grow: one is sent while others are acknowledged, and one is
// being written.
const sendShares = 4

// SendBuffer is the size of the send buffer: Config.SendBuffer until it has grown.
func (a *Association) SendBuffer() int { return a.send.buffer }

// Held is how many bytes of messages wait to be sent or acknowledged.
func (a *Association) Held() int { return a.send.queue.Held() }

// growSendBuffer follows a message of n bytes that did not fit, or a SACK while one waits that did not. Twice the congestion window is what
// keeps the network full: as much as is in flight waits for being acknowledged, while the next is written; and where the window doubles in a
// round trip, so does the buffer. More would only wait here, and keep others from the processor.
func (a *Association) growSendBuffer(n int) {
	s := &a.send
	if s.buffer >= a.cfg.MaxSendBuffer || a.released {
		return
	}
	want := sendShares * n
	if len(a.paths) > 0 {
		want = max(want, 2*a.dataPath().CC.Cwnd())
	}
	if want = min(want, a.cfg.MaxSendBuffer); want > s.buffer && a.cfg.Memory.Take(want-s.buffer) {
		s.buffer = want
	}
}

// settleSendBuffer follows a SACK. What is not needed for now goes back: all of it when everything is acknowledged, since the congestion window
// remembers what the network takes, and what is beyond twice that window when memory is scarce.
func (a *Association) settleSendBuffer() {
	s := &a.send
	if a.Held() == 0 {
		a.shrinkSendBuffer(a.cfg.SendBuffer)
		return
	}
	if s.wanting {
		a.growSendBuffer(0)
	}
	if s.buffer > a.cfg.SendBuffer && a.cfg.Memory.Scarce() {
		a.shrinkSendBuffer(max(a.cfg.SendBuffer, 2*a.dataPath().CC.Cwnd()))
	}
}

// shrinkSendBuffer gives back what is more than n. What was queued stays.
func (a *Association) shrinkSendBuffer(n int) {
	if s := &a.send; s.buffer > n {
		a.cfg.Memory.Give(s.buffer - n)
		s.buffer = n
	}
}
