package assoc

import (
	"fmt"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/tx"
	"github.com/gosctp/sctp/internal/wire"
)

// sender is the sending half of the association.
type sender struct {
	queue       *tx.Queue
	outstanding *tx.Outstanding
	// losses are those that the congestion control has to hear of; nil if it does not care which they are.
	losses *tx.Losses
	// peerRwnd is the a_rwnd of the last SACK, INIT or INIT ACK.
	peerRwnd int
	// windowClosed: the last SACK announced no window. heard: a SACK came since the last T3-rtx expiration. While heard and
	// either windowClosed or probing hold, expirations are of zero window probes and count as no errors (section 6.1 A).
	windowClosed, heard bool
	// answered: a SACK came since the association began or restarted. excused is how often a HEARTBEAT ACK has cleared errors before that.
	answered bool
	// probe lets one DATA chunk through a window that is closed to it; probing: that chunk is in flight.
	probe, probing bool
	excused        int
	// rescues counts those since data was acknowledged.
	rescues int
	// burst is the number of packets that may still leave at this opportunity (section 6.1 D).
	burst    int
	recovery recovery
	// tail is the path that a tail-loss probe is to leave on; nil if none is.
	tail *path.Path
	// duplicates is what the peer's reports of them are worth.
	duplicates duplicates
	forward    forwarder
	// unreliable: a message was queued that may be given up, or one was given up. Before that there is no deadline for it, and nothing to skip.
	unreliable bool
	// buffer is the size of the send buffer, Config.SendBuffer until it has grown. wanting: the last message did not fit.
	buffer  int
	wanting bool
	// corked: the user said with the last message that another one follows.
	corked bool
	// cwr is the CWR to send.
	cwr ecnNote

	flightBefore []int // scratch of recvSack, for each path
}

func (s *sender) start(initial seq.TSN) {
	s.outstanding = tx.NewOutstandingTo(initial, len(s.flightBefore))
}

// setPaths tells how many paths there are.
func (s *sender) setPaths(n int) {
	if more := n - len(s.flightBefore); more > 0 {
		s.flightBefore = append(s.flightBefore, make([]int, more)...)
	}
	if s.outstanding != nil {
		s.outstanding.SetPaths(n)
	}
}

// restart begins with new TSNs and SSNs.
func (s *sender) restart(initial seq.TSN) {
	s.queue.Restart()
	s.start(initial)
	s.tail = nil
	s.recovery, s.cwr, s.forward, s.duplicates = recovery{}, ecnNote{}, forwarder{}, duplicates{}
	s.windowClosed, s.probe, s.probing, s.answered, s.excused = false, false, false, false, 0
}

// peerChunkOverhead is what a chunk in flight is assumed to cost the peer beyond its user data. Receivers charge their memory, not
// only the bytes, and drop what they did not expect; a window full of tiny messages would be such a surprise.
const peerChunkOverhead = 256

// rwnd is the peer's window less what is in flight (RFC 9260 section 6.2.1, items B to D).
func (s *sender) rwnd() int {
	return s.peerRwnd - s.outstanding.DataInFlight() - peerChunkOverhead*s.outstanding.InFlight()
}

// maxOpportunities bounds how many opportunities to send may come together: SACKs for the most packets that are read in one go. Where
// peers read many at a time, less would be what is in flight, and the congestion window never be used.
const maxOpportunities = 128

// replenish gives the credit of one opportunity to send. Several SACKs of one batch give as many credits, since packets are pulled
// only after the last one; the sum is limited, or a stretch of SACKs would excuse a burst of any size.
func (s *sender) replenish(maxBurst int) {
	s.burst = min(s.burst+maxBurst, maxOpportunities*maxBurst)
}

// endOpportunity takes back the credit that was not used: what windows did not allow now may not leave in one burst when they do. While the
// association opens it is kept for the COOKIE ECHO.
func (s *sender) endOpportunity(opening bool) {
	if s.tail != nil { // there was nothing to probe with after all
		s.tail.TailProbe.Out, s.tail = false, nil
	}
	if !opening {
		s.burst = 0
	}
}

// Send queues a message; errors are those of errors.go and leave everything as it was. Before the association is up, messages are queued.
func (a *Association) Send(now mono.Time, m *Message) error {
	switch {
	case a.state != StateEstablished && a.opening == nil, a.opening != nil && a.opening.shutdown:
		return ErrNotEstablished // section 9.2
	case len(m.Data) == 0:
		return ErrEmptyMessage
	case m.Stream >= a.outStreams:
		return a.checkStream(m.Stream)
	case len(m.Data) > a.cfg.MaxMessage:
		return fmt.Errorf("%w: %d bytes, the send buffer takes %d", ErrMessageTooBig, len(m.Data), a.cfg.MaxMessage)
	case a.cfg.DisableFragments && len(m.Data) > a.fragmentSize():
		return fmt.Errorf("%w: %d bytes, without fragmentation at most %d", ErrMessageTooBig, len(m.Data), a.fragmentSize())
	case m.PR.Policy >= tx.PRAll:
		return fmt.Errorf("%w: %d", ErrBadPolicy, m.PR.Policy)
	case !a.fits(now, m):
		a.send.wanting = true
		return ErrSendBufferFull
	case m.HasKey && !a.MayUseKey(m.Key):
		return ErrNoAuthKey
	case a.send.queue.Broken(m.Stream):
		return ErrAbandoned
	}
	a.send.queue.Push(now, &tx.Properties{
		Stream: m.Stream, PPID: m.PPID, Unordered: m.Unordered, Immediate: m.Immediate, Partial: m.Partial,
		Context: m.Context, Path: m.Path, PR: a.policyFor(m.PR), Key: a.keyOf(m),
	}, m.Data)
	if !a.bulky && a.send.queue.Held() > modest {
		a.bulky = true
		a.beginSearches()
	}
	a.send.corked, a.send.wanting = m.More, false
	a.send.unreliable = a.send.unreliable || m.PR.Policy != tx.PRNone
	if !m.Partial {
		a.stats.MessagesSent++
	}
	a.send.burst = max(a.send.burst, a.cfg.MaxBurst)
	return nil
}

// Stalled reports whether nothing moves, because messages wait for more of one that was sent in parts, or for a stream to be reset. Then Send
// takes the next part, also when the messages that wait for it fill the send buffer.
func (a *Association) Stalled() bool {
	s := &a.send
	return s.outstanding != nil && s.outstanding.Len() == 0 && !s.queue.Empty() && s.queue.Head() == nil
}

// Awaits reports whether nothing moves before more of a message comes that was sent in parts on stream: Send takes it.
func (a *Association) Awaits(stream uint16) bool { return a.Stalled() && a.send.queue.Awaits(stream) }

// SendSpace is the number of bytes the send buffer still takes.
func (a *Association) SendSpace() int { return a.send.buffer - a.send.queue.Held() }

// fits reports whether there is room for m, which may be made.
func (a *Association) fits(now mono.Time, m *Message) bool {
	if len(m.Data) <= a.SendSpace() {
		return true
	}
	a.growSendBuffer(len(m.Data))
	return len(m.Data) <= a.SendSpace() || a.Held() == 0 || a.makeRoom(now, m)
}

// useExtensions takes what both sides have.
func (a *Association) useExtensions(e Extensions) {
	a.extensions = e
	interleaving := e.Has(Interleaving)
	a.send.queue.SetInterleaving(interleaving)
	a.send.outstanding.SetInterleaving(interleaving)
	if !e.Has(PartialReliability) {
		a.send.queue.MakeReliable()
	}
}

// dataHeaderLen is what a chunk of user data costs beside it.
func (a *Association) dataHeaderLen() int {
	if a.extensions.Has(Interleaving) {
		return wire.IDataHeaderLen
	}
	return wire.DataHeaderLen
}

// fragmentSize is the largest piece of a message that one DATA chunk takes: the AMDCS (section 7.3) less the chunk's header.
func (a *Association) fragmentSize() int {
	n := a.leastPMDCS() - a.dataHeaderLen() - a.dataOverhead()
	if a.cfg.MaxSeg > 0 {
		n = min(n, a.cfg.MaxSeg)
	}
	return n
}

// leastPMDCS is what a packet to any address of the peer takes of chunks: the AMDCS.
func (a *Association) leastPMDCS() int {
	least := a.paths[0].PMDCS()
	for _, p := range a.paths[1:] {
		least = min(least, p.PMDCS())
	}
	return least
}

// limitStreams takes the number of outbound streams that the peer agreed to. Messages queued for others go back to the user (RFC 9260 section
// 5.1.1).
func (a *Association) limitStreams(n uint16) {
	a.outStreams = n
	a.send.queue.DropStreams(n, func(m *tx.Message) { a.failMessage(m, ErrBadStream) })
}

// failMessages gives all messages that were not acknowledged back to the user.
func (a *Association) failMessages(err error) {
	a.failOutstanding(err)
	a.send.queue.Drain(func(m *tx.Message) { a.failMessage(m, err) })
}

// failOutstanding gives back the messages that were sent at least in part.
func (a *Association) failOutstanding(err error) {
	a.send.queue.DropSent(a.send.outstanding, func(m *tx.Message) { a.failMessage(m, err) })
}

func (a *Association) failMessage(m *tx.Message, err error) {
	a.emit(SendFailed{
		Sent: m.Sent(), Err: err, Stream: m.Stream, PPID: m.PPID, Unordered: m.Unordered, Context: m.Context, PR: m.PR, Data: m.Data,
	})
}

// usable reports whether data may go to the path at all.
func usable(p *path.Path) bool { return p.State().Confirmed() }

// better reports whether p is a better path for data than q: a healthier state, then fewer errors (RFC 7829 section 3.2).
func better(p, q *path.Path) bool {
	if ps, qs := p.State() == path.Active, q.State() == path.Active; ps != qs {
		return ps
	}
	if pi, qi := p.State() == path.Inactive, q.State() == path.Inactive; pi != qi {
		return qi
	}
	return p.Errors() < q.Errors()
}

// betterThan is better where there is a difference; among equals the path is better that is more divergent from the one that failed
// (section 6.4.1).
func betterThan(failed, p, q *path.Path) bool {
	switch {
	case better(p, q):
		return true
	case better(q, p):
		return false
	}
	return moreDivergent(failed, p, q)
}

// dataPath is where new data goes: the primary path while it is active, else the best other one (section 6.4.1).
func (a *Association) dataPath() *path.Path {
	if a.primary.State() == path.Active {
		return a.primary
	}
	best := a.primary
	for _, p := range a.paths {
		if usable(p) && (!usable(best) || better(p, best) || best != a.primary && betterThan(a.primary, p, best)) {
			best = p
		}
	}
	return best
}

// otherPath is the best path other than p, if there is a working one.
func (a *Association) otherPath(p *path.Path) *path.Path {
	var best *path.Path
	for _, q := range a.paths {
		if q != p && usable(q) && q.State() != path.Inactive && (best == nil || betterThan(p, q, best)) {
			best = q
		}
	}
	if best == nil || best.State() != path.Active && p != nil && better(p, best) {
		return p
	}
	return best
}

// retransmitPath is where a chunk goes again: after a time-out to another address, after a fast retransmit to the same (section 6.4).
func (a *Association) retransmitPath(c *tx.Chunk) *path.Path {
	if a.opening != nil {
		return a.opening.path
	}
	last := a.paths[min(c.Path, len(a.paths)-1)]
	p := last
	if c.TimedOut {
		p = a.otherPath(p)
	}
	if usable(p) && p.State() != path.Inactive {
		return p
	}
	best := a.dataPath()
	if c.TimedOut && best.State() == path.Inactive {
		return a.leastFailed(last)
	}
	return best
}

// leastFailed is the path with the fewest errors when all are inactive; of equal ones the one most divergent from the path that failed last
// (RFC 7829 section 4.1 item 3), which so comes last itself. As each time-out counts, paths that are tried in vain take turns: any of them
// may be the first to work again.
func (a *Association) leastFailed(last *path.Path) *path.Path {
	var best *path.Path
	for i := 1; i <= len(a.paths); i++ {
		p := a.paths[(last.ID+i)%len(a.paths)]
		if usable(p) && (best == nil || betterThan(last, p, best)) {
			best = p
		}
	}
	return best
}

// newDataPath is where the next message goes: where its sender wanted it, if that works, but before COOKIE ACK with the COOKIE ECHO.
func (a *Association) newDataPath() *path.Path {
	if m := a.send.queue.Head(); m != nil {
		return a.wayOf(m, a.wayOfNew())
	}
	return a.wayOfNew()
}

// wayOf is newDataPath for a message, usual being where those go whose sender does not care.
func (a *Association) wayOf(m *tx.Message, usual *path.Path) *path.Path {
	if m.Path.IsValid() && a.opening == nil {
		if p := a.pathTo(m.Path); p != nil && p.State() == path.Active {
			return p
		}
	}
	return usual
}

// wayOfNew is where new messages go whose sender does not care.
func (a *Association) wayOfNew() *path.Path {
	if a.opening != nil {
		return a.opening.path
	}
	return a.dataPath()
}
