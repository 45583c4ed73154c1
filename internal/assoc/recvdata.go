package assoc

import (
	"errors"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/rx"
	"github.com/gosctp/sctp/internal/wire"
)

// receiver is the receiving half of the association.
type receiver struct {
	tsns    *rx.TSNMap
	inbound *rx.Inbound
	ack     acker
	// echo is the ECNE to send.
	echo ecnNote
	// advertised is the a_rwnd of the last SACK, INIT or INIT ACK.
	advertised int
	gaps       []wire.GapBlock // scratch
}

// recvData handles a DATA chunk (RFC 9260 section 6.2). It reports whether the rest of the packet counts.
func (a *Association) recvData(now mono.Time, in *inbound, c wire.Chunk) bool {
	switch a.state {
	case StateEstablished, StateShutdownPending, StateShutdownSent:
	default:
		return true // section 6: discarded
	}
	d, err := wire.ParseData(c)
	if errors.Is(err, wire.ErrNoUserData) {
		a.abort(wire.AppendNoUserData(nil, d.TSN))
		return false
	}
	if err != nil {
		a.violation(err.Error())
		return false
	}
	in.data.note(d.TSN)
	in.data.immediate = in.data.immediate || d.Immediate()
	switch a.receive.tsns.Status(d.TSN) {
	case rx.TSNDuplicate:
		a.stats.DuplicateTSNs++
		in.data.duplicate = true
		a.receive.tsns.NoteDuplicate(d.TSN)
	case rx.TSNTooFar:
		in.data.dropped = true
		a.stats.Dropped++
	case rx.TSNNew:
		return a.take(in, &d)
	}
	return true
}

// take accepts a chunk whose TSN is new.
func (a *Association) take(in *inbound, d *wire.Data) bool {
	r := &a.receive
	beyond := r.tsns.Highest().Less(d.TSN)
	if r.advertised == 0 && beyond && !r.inbound.Awaits(d.TSN) {
		// Section 6.2: no new chunk enters a closed window. What was sent before the peer knew is let in, up to the hard limit, and
		// so is what a partial delivery waits for, because nothing can be read before it.
		in.data.dropped = true
		a.stats.Dropped++
		return true
	}
	switch err := r.inbound.Add(d); {
	case err == nil:
	case errors.Is(err, rx.ErrNoMemory):
		in.data.dropped = true
		a.stats.Dropped++
		return true
	case errors.Is(err, rx.ErrBadStream):
		// Section 6.5: acknowledged, reported, thrown away.
		a.queueError(wire.CauseInvalidStream, []byte{byte(d.StreamID >> 8), byte(d.StreamID), 0, 0})
	default:
		a.violation(err.Error())
		return false
	}
	if !beyond || d.TSN != r.tsns.CumTSN()+1 {
		a.stats.OutOfOrderTSNs++
		in.data.outOfOrder = true
	}
	r.tsns.Record(d.TSN)
	in.data.fresh = true
	a.stats.BytesReceived += uint64(len(d.UserData))
	if d.Unordered() {
		a.stats.UnorderedRcvd++
	} else {
		a.stats.OrderedRcvd++
	}
	return true
}

// rwnd is the window to advertise: what the buffer has left.
func (a *Association) rwnd() int {
	return max(0, a.cfg.RecvBuffer-a.receive.inbound.Bytes())
}

// Readable reports whether Receive would return something.
func (a *Association) Readable() bool {
	return a.receive.inbound != nil && a.receive.inbound.Readable()
}

// Peek describes the next message and how many of its bytes can be read now.
func (a *Association) Peek() (int, RcvInfo, bool) {
	if !a.Readable() {
		return 0, RcvInfo{}, false
	}
	n, info, ok := a.receive.inbound.Peek()
	return n, a.rcvInfo(info), ok
}

// Receive reads the next message, or as much of it as p takes (then EOR is false and the next call goes on). It says false when there is
// nothing to read. After Receive a packet (window update) may be ready.
func (a *Association) Receive(now mono.Time, p []byte) (int, RcvInfo, bool) {
	if !a.Readable() {
		return 0, RcvInfo{}, false
	}
	n, info, ok := a.receive.inbound.Read(p)
	if ok && info.EOR {
		a.stats.MessagesReceived++
	}
	a.windowOpened()
	return n, a.rcvInfo(info), ok
}

func (a *Association) rcvInfo(i rx.Info) RcvInfo {
	return RcvInfo{
		Stream: i.Stream, SSN: uint16(i.SSN), PPID: i.PPID, TSN: uint32(i.TSN), CumTSN: uint32(a.receive.tsns.CumTSN()),
		Unordered: i.Unordered, EOR: i.EOR,
	}
}

// windowOpened sends a window update when the user made room for a quarter of the buffer: less would be a silly window, and every little
// bit a burst of updates (section 6.2).
func (a *Association) windowOpened() {
	switch a.state {
	case StateEstablished, StateShutdownPending, StateShutdownSent: // those in which the peer may send DATA
	case StateClosed, StateCookieWait, StateCookieEchoed, StateShutdownReceived, StateShutdownAckSent:
		return
	}
	if a.rwnd()-a.receive.advertised >= a.cfg.RecvBuffer/4 {
		a.receive.ack.due = true
	}
}
