package assoc

import (
	"errors"
	"net/netip"
	"slices"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/rx"
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// receiver is the receiving half of the association.
type receiver struct {
	tsns *rx.TSNMap
	// inbound is nil as long as nothing has come: see intake.
	inbound *rx.Inbound
	ack     acker
	drops   dropReports
	// echo is the ECNE to send.
	echo ecnNote
	// window is the size of the receive buffer, Config.RecvBuffer until it has grown. advertised is the a_rwnd of the last SACK, INIT or
	// INIT ACK.
	window, advertised int
	growth             *growth         // nil as long as no user data has come
	gaps               []wire.GapBlock // scratch
	// sources are the addresses that user data has come from.
	sources []netip.Addr
}

// maxSources bounds the addresses that are remembered as those that user data came from. Peers have fewer at one time.
const maxSources = 256

// sourceOf is the number of an address that user data came from.
func (r *receiver) sourceOf(remote netip.Addr) uint8 {
	i := slices.Index(r.sources, remote)
	if i < 0 && len(r.sources) < maxSources {
		i = len(r.sources)
		r.sources = append(r.sources, remote)
	}
	return uint8(max(i, 0))
}

// Source is the address that a number in RcvInfo stands for.
func (a *Association) Source(number uint8) netip.Addr {
	if int(number) >= len(a.receive.sources) {
		return netip.Addr{}
	}
	return a.receive.sources[number]
}

// userData is a DATA or I-DATA chunk that has come.
type userData struct {
	tsn       seq.TSN
	stream    uint16
	unordered bool
	immediate bool
	size      int
	data      wire.Data
	idata     wire.IData
}

// completes reports whether it is the last of several fragments of a message.
func (u *userData) completes() bool {
	return (u.data.Flags|u.idata.Flags)&(wire.FlagBegin|wire.FlagEnd) == wire.FlagEnd
}

// parseUserData reads the chunk that the association agreed on; the other one breaks a rule (RFC 8260 section 2.2.3).
func (a *Association) parseUserData(c *wire.Chunk, u *userData) (err error) {
	interleaved := a.extensions.Has(Interleaving)
	if interleaved != (c.Type == wire.ChunkIData) {
		return rx.ErrWrongChunk
	}
	if interleaved {
		d := &u.idata
		err = d.Parse(c)
		a.extensions.fromPeer(d)
		u.tsn, u.stream, u.unordered, u.immediate, u.size = d.TSN, d.StreamID, d.Unordered(), d.Immediate(), len(d.UserData)
		return err
	}
	d := &u.data
	err = d.Parse(c)
	u.tsn, u.stream, u.unordered, u.immediate, u.size = d.TSN, d.StreamID, d.Unordered(), d.Immediate(), len(d.UserData)
	return err
}

// recvData handles a DATA or I-DATA chunk (RFC 9260 section 6.2). It reports whether the rest of the packet counts.
func (a *Association) recvData(in *inbound, c *wire.Chunk) bool {
	if !a.takesData() {
		return true // section 6: discarded
	}
	var u userData
	if err := a.parseUserData(c, &u); err != nil {
		if errors.Is(err, wire.ErrNoUserData) {
			a.abort(wire.AppendNoUserData(nil, u.tsn))
		} else {
			a.violation(err.Error())
		}
		return false
	}
	in.data.note(u.tsn)
	in.data.immediate = in.data.immediate || u.immediate
	switch a.receive.tsns.Status(u.tsn) {
	case rx.TSNDuplicate:
		a.incidents().DuplicateTSNs++
		in.data.duplicate = true
		a.receive.tsns.NoteDuplicate(u.tsn)
	case rx.TSNTooFar:
		in.data.dropped = true
		a.incidents().Dropped++
	case rx.TSNNew:
		a.knowsTSNs()
		if a.reconfig != nil && a.defers(u.tsn, u.stream) {
			in.data.dropped = true
			a.incidents().Dropped++
			return true
		}
		a.intake().SetSource(a.receive.sourceOf(in.d.Path.Remote))
		return a.take(in, &u)
	}
	return true
}

// takesData reports whether the state is one in which the peer may send user data.
func (a *Association) takesData() bool {
	switch a.state {
	case StateEstablished, StateShutdownPending, StateShutdownSent:
		return true
	case StateClosed, StateCookieWait, StateCookieEchoed, StateShutdownReceived, StateShutdownAckSent:
	}
	return false
}

// take accepts a chunk whose TSN is new.
func (a *Association) take(in *inbound, u *userData) bool {
	r := &a.receive
	beyond := r.tsns.Highest().Less(u.tsn)
	if r.advertised == 0 && beyond && !r.inbound.Awaits(u.tsn) {
		// Section 6.2: no new chunk enters a closed window. What was sent before the peer knew is let in, up to the hard limit, and
		// so is what a partial delivery waits for, because nothing can be read before it.
		in.data.dropped = true
		a.incidents().Dropped++
		return true
	}
	switch err := a.add(u); {
	case err == nil:
	case errors.Is(err, rx.ErrNoMemory):
		in.data.dropped = true
		a.incidents().Dropped++
		return true
	case errors.Is(err, rx.ErrBadStream):
		// Section 6.5: acknowledged, reported, thrown away.
		a.queueError(wire.CauseInvalidStream, []byte{byte(u.stream >> 8), byte(u.stream), 0, 0})
	default:
		a.violation(err.Error())
		return false
	}
	if r.inbound.HasCut() {
		a.reportCuts()
	}
	if !beyond || u.tsn != r.tsns.CumTSN()+1 {
		a.incidents().OutOfOrderTSNs++
		in.data.outOfOrder = true
	}
	r.tsns.Record(u.tsn)
	in.data.fresh = true
	a.stats.BytesReceived += uint64(u.size)
	if u.completes() {
		a.stats.Reassembled++
	}
	if u.unordered {
		a.stats.UnorderedRcvd++
	} else {
		a.stats.OrderedRcvd++
	}
	return true
}

// add gives the chunk to the receiving pipe. While TSNs are being reset one that contradicts what came before counts as not received: see
// awaitsTSNs.
func (a *Association) add(u *userData) (err error) {
	q := a.receive.inbound
	if a.awaitsTSNs() && q.Passed(u.stream, u.number(), u.unordered) {
		return rx.ErrNoMemory
	}
	if u.idata.UserData != nil {
		err = q.AddInterleaved(&u.idata)
	} else {
		err = q.Add(&u.data)
	}
	if err != nil && !errors.Is(err, rx.ErrBadStream) && a.awaitsTSNs() {
		return rx.ErrNoMemory
	}
	return err
}

// number is the SSN or MID.
func (u *userData) number() uint32 {
	if u.idata.UserData != nil {
		return uint32(u.idata.MID)
	}
	return uint32(u.data.SSN)
}

// reportCuts tells the user of messages that he has read in part, and the rest of which will not come.
func (a *Association) reportCuts() {
	for q := a.receive.inbound; q.HasCut(); {
		c, _ := q.NextCut()
		a.emit(PartialDeliveryAborted{Stream: c.Stream, SSN: uint16(c.SSN), MID: uint32(c.MID), Unordered: c.Unordered})
	}
}

// rwnd is the window to advertise: what the buffer has left.
func (a *Association) rwnd() int {
	return max(0, a.receive.window-a.receive.inbound.Bytes())
}

// Readable reports whether Receive would return something.
func (a *Association) Readable() bool {
	return a.receive.inbound.Readable()
}

// Peek describes the next message and how many of its bytes can be read now.
func (a *Association) Peek() (int, RcvInfo, bool) {
	if !a.Readable() {
		return 0, RcvInfo{}, false
	}
	n, info, ok := a.receive.inbound.Peek()
	return n, a.rcvInfo(info), ok
}

// PeekSecond is Peek for the message after the next one.
func (a *Association) PeekSecond() (int, RcvInfo, bool) {
	if !a.Readable() {
		return 0, RcvInfo{}, false
	}
	n, info, ok := a.receive.inbound.PeekSecond()
	return n, a.rcvInfo(info), ok
}

// Receive reads the next message, or as much of it as p takes (then EOR is false and the next call goes on). It says false when there is
// nothing to read. After Receive a packet (window update) may be ready.
func (a *Association) Receive(now mono.Time, p []byte) (n int, info RcvInfo, ok bool) {
	n, ok = a.ReceiveInto(now, p, &info)
	return n, info, ok
}

// ReceiveInto is Receive that fills in info where the user has it: to copy what was written piece by piece a moment ago takes as long as all
// the rest.
func (a *Association) ReceiveInto(now mono.Time, p []byte, info *RcvInfo) (n int, ok bool) {
	if !a.Readable() {
		return 0, false
	}
	var i rx.Info
	n, ok = a.receive.inbound.Read(p, &i)
	a.wasRead(now, n, &i)
	a.describe(info, &i)
	return n, ok
}

// Copy is Receive that leaves everything as it was: Consume follows it when the user has what it gave.
func (a *Association) Copy(p []byte) (int, RcvInfo, bool) {
	if !a.Readable() {
		return 0, RcvInfo{}, false
	}
	n, info, ok := a.receive.inbound.Copy(p)
	return n, a.rcvInfo(info), ok
}

// Consume is Receive of size bytes that are not copied.
func (a *Association) Consume(now mono.Time, size int) (RcvInfo, bool) {
	if !a.Readable() {
		return RcvInfo{}, false
	}
	var info rx.Info
	n, ok := a.receive.inbound.Consume(size, &info)
	a.wasRead(now, n, &info)
	return a.rcvInfo(info), ok
}

// Arrived counts the messages that have become readable since the association began, those in partial delivery when their first part did.
func (a *Association) Arrived() uint64 {
	return a.receive.inbound.Arrived()
}

func (a *Association) wasRead(now mono.Time, n int, i *rx.Info) {
	if i.EOR {
		a.stats.MessagesReceived++
	}
	a.resize(now, n)
	a.windowOpened()
}

func (a *Association) rcvInfo(i rx.Info) (info RcvInfo) {
	a.describe(&info, &i)
	return info
}

func (a *Association) describe(info *RcvInfo, i *rx.Info) {
	info.Stream, info.SSN, info.MID, info.PPID = i.Stream, uint16(i.SSN), uint32(i.MID), i.PPID
	info.TSN, info.CumTSN = uint32(i.TSN), uint32(a.receive.tsns.CumTSN())
	info.Source, info.Unordered, info.Begin, info.EOR = i.Source, i.Unordered, i.Begin, i.EOR
}

// windowOpened sends a window update when the user made room for a quarter of the buffer: less would be a silly window, and every little
// bit a burst of updates (section 6.2). Who has read all that there was makes no more room, however; a peer that waits, with the rest of a
// message perhaps, then hears of less.
func (a *Association) windowOpened() {
	r := &a.receive
	if !a.takesData() {
		return
	}
	freed := !r.inbound.Fits(r.advertised) && r.inbound.Fits(a.rwnd()) && !r.inbound.Readable()
	if freed || a.rwnd()-r.advertised >= r.window/4 {
		r.ack.due = true
	}
}
