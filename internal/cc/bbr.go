package cc

import (
	"time"

	"github.com/gosctp/sctp/internal/mono"
)

// phase is what BBR does at present (draft-ietf-ccwg-bbr-06 section 5.1).
type phase uint8

const (
	// startup doubles the rate each round trip until more of it delivers no more.
	startup phase = iota
	// drain empties the queue that this has made.
	drain
	// probeDown, probeCruise, probeRefill and probeUp follow each other: less than what the path delivers, as much, as much with a full
	// pipe, and more.
	probeDown
	probeCruise
	probeRefill
	probeUp
	// probeRTT has little in flight for a moment, to see the round trip without a queue.
	probeRTT
)

// feedback is what acknowledgements tell, at a time, of the search for more bandwidth (section 2.14, BBR.ack_phase).
type feedback uint8

const (
	feedbackNone feedback = iota
	feedbackRefilling
	feedbackStarting
	feedbackComing
	feedbackStopping
)

// Parameters of section 2.
const (
	lossThreshold = 0.02
	bbrBeta       = 0.7
	headroom      = 0.15
	minPipe       = 4 // packets
	// startupLosses is how many ranges lost in a round trip end startup (section 5.3.1.3), startupMarks how many windows with a mark.
	startupLosses = 6
	startupMarks  = 2
)

// BBR is the congestion control of draft-ietf-ccwg-bbr-06, known as BBRv3. It measures what the path delivers and how long its shortest round trip
// is, sends at that rate, and has in flight what that takes; now and then it tries whether there is more. Losses count where a round trip has more
// than two in a hundred of them, so that those at random, which fill no queue, cost little.
//
// What SCTP asks of any congestion control stays where a model has no say: the initial window, and one packet after a time-out. Idle
// paths keep their window (section 5.4), since what leaves is paced.
type BBR struct {
	window
	sampler sampler
	// now is when something happened last; flight what is in flight then.
	now    mono.Time
	flight int
	phase  phase

	rate    float64 // at which packets leave (C.pacing_rate)
	seenRTT bool

	rounds   int64
	newRound bool
	roundEnd int64 // what has been delivered when the round trip ends

	// maxBW is the most that was delivered in this and the previous cycle, bwShort what losses of this cycle leave of it, bw the
	// lesser of both, in bytes per second.
	maxBW       recent
	bwShort, bw float64
	// long is the most in flight that was found harmless, short what losses of this cycle leave of it.
	long, short float64
	latest      latest
	full        full
	aggregation aggregation
	least       leastRTT
	cycle       cycle
	undo        undo

	// priorCwnd is the window before a time-out or a short look at the round trip.
	priorCwnd int
	// repairing: there were losses, which are not sent again yet.
	repairing bool
	// restarted: packets left again after a silence.
	restarted bool
	// limited is the round in which the window was last full.
	limited int64
}

// undo is what losses may have to be undone (section 2.15).
type undo struct {
	saved bool
	// left: phase was left because of them.
	left                 bool
	phase                phase
	bwShort, short, long float64
}

// NewBBR returns a controller for a path that takes pmdcs bytes of DATA chunks a packet.
func NewBBR(pmdcs int, ipv6 bool) *BBR {
	b := &BBR{window: newWindow(pmdcs, ipv6)}
	b.init()
	return b
}

// init begins with a path of which nothing is known (section 5.2.1).
func (b *BBR) init() {
	b.bwShort, b.long, b.short = unbounded, unbounded, unbounded
	b.cycle.perPacket = unbounded
	b.limited = -2
	b.rate = startupGain * float64(b.cwnd) / time.Millisecond.Seconds()
}

func (b *BBR) Reset() {
	*b = BBR{window: b.window}
	b.reset()
	b.init()
}

// Resize keeps what is known, which is in bytes.
func (b *BBR) Resize(pmdcs int) { b.resize(pmdcs) }

// Idle changes nothing: what leaves after a silence is paced.
func (b *BBR) Idle() {}

// PacingRate is what the model says.
func (b *BBR) PacingRate(time.Duration, time.Duration) float64 { return b.rate }

// begin notes the time.
func (b *BBR) begin(now mono.Time) {
	if b.now.IsZero() {
		b.least.checkedAt, b.least.at, b.aggregation.began = now, now, now
	}
	b.now = now
}

// Sent looks whether the path was idle before (section 5.4.1). What was acknowledged before is forgotten with the time in which it was, which the draft does
// not say: what is acknowledged between many short pauses would add up, and the window be open without end.
func (b *BBR) Sent(d Departure) {
	b.begin(d.Now)
	if d.Before == 0 && b.sampler.limited != 0 {
		b.restarted = true
		b.aggregation.began, b.aggregation.delivered = d.Now, 0
		switch {
		case b.cycling():
			b.pace(1)
		case b.phase == probeRTT:
			b.endProbeRTT()
		}
	}
	b.sampler.sent(d.Now, d.Before, d.After)
	b.flight = d.After
	if d.After >= b.cwnd {
		b.limited = b.rounds
	}
}

// AppLimited has what leaves now not count as all that the path delivers.
func (b *BBR) AppLimited(flight int) { b.sampler.limit(flight) }

// windowFull reports whether the window was used in full in the last round trip (C.is_cwnd_limited).
func (b *BBR) windowFull() bool { return b.limited >= b.rounds-1 }

// Acked is section 5.2.3.
func (b *BBR) Acked(a Ack) {
	b.begin(a.Now)
	b.flight = a.FlightAfter
	if a.SRTT > 0 && !b.seenRTT { // section 5.6.2
		b.seenRTT = true
		b.rate = startupGain * float64(b.initial()) / a.SRTT.Seconds()
	}
	if b.repairing && !a.FastRecovery && !a.Repairing {
		b.repairing = false
		b.restoreCwnd()
	}
	s := b.sampler.acked(&a, b.least.rtt)
	b.updateLatest(&s)
	b.updateRounds(&s)
	b.updateBandwidth(&s)
	b.adaptShortTerm()
	b.aggregation.update(b, a.Bytes)
	b.lookForFull(&s)
	b.checkStartup(&a, &s)
	b.checkDrain()
	b.updateCycle(&s, a.Bytes)
	b.updateLeast(a.RTT)
	b.checkProbeRTT(&s)
	b.latest.advance(&s)
	b.bw = min(b.maxBW.most(), b.bwShort)
	b.pace(b.pacingGain())
	b.updateCwnd(a.Bytes)
}

// Lost begins the repair of losses; what they mean is for Missed.
func (b *BBR) Lost() {
	b.saveCwnd()
	b.repairing = true
}

// TimedOut begins again with one packet (section 5.6.4.4), and the window that was comes back when all is sent again.
func (b *BBR) TimedOut() {
	b.saveCwnd()
	b.repairing = true
	b.noteLoss()
	b.latest.lost += b.flight
	b.flight = 0
	b.cwnd = b.pmdcs
}

// Missed takes a loss (section 5.5.10.2).
func (b *BBR) Missed(l Loss) {
	b.sampler.lost += int64(l.Bytes)
	b.latest.lost += l.Bytes
	b.latest.ranges += l.Ranges
	b.noteLoss()
	d := b.sampler.find(l.SentAt)
	if !b.cycle.probed || d == nil {
		return
	}
	s := sample{flight: d.flight, lost: b.sampler.lost - d.lost, limited: d.limited}
	if s.tooHigh() {
		s.flight = s.flightAtLoss(l.Bytes)
		b.tooMuch(&s)
	}
}

// Marked takes a mark for what the same window with too many losses would be. The draft leaves the response open but for that it be
// one (section 3.7). A mark comes before a queue is full, and nothing has to be sent again, so that less than a loss takes is enough: RFC 8511
// says why.
func (b *BBR) Marked() {
	b.noteLoss()
	b.latest.marked = true
	switch {
	case b.phase == startup:
		if b.latest.marks++; b.latest.marks >= startupMarks {
			b.leaveStartup()
		}
	case b.cycle.probed:
		b.tooMuch(&sample{flight: b.flight})
	}
}

// saveCwnd keeps the window that was last good (section 5.6.4.4).
func (b *BBR) saveCwnd() {
	if !b.repairing && b.phase != probeRTT {
		b.priorCwnd = b.cwnd
	} else {
		b.priorCwnd = max(b.priorCwnd, b.cwnd)
	}
}

func (b *BBR) restoreCwnd() { b.cwnd = max(b.cwnd, b.priorCwnd) }

// Save keeps what Undo brings back (section 5.5.11.1).
func (b *BBR) Save() {
	b.saveCwnd()
	b.undo = undo{saved: true, bwShort: b.bwShort, short: b.short, long: b.long}
}

// Undo returns to where losses were that were none (section 5.5.11.2).
func (b *BBR) Undo() {
	u := b.undo
	b.undo = undo{}
	if !u.saved {
		return
	}
	b.repairing = false
	b.restoreCwnd()
	b.latest.lossy = false
	b.full.reset(0)
	b.bwShort, b.short, b.long = max(b.bwShort, u.bwShort), max(b.short, u.short), max(b.long, u.long)
	if !u.left || b.phase == u.phase {
		return
	}
	if u.phase == startup {
		b.full.reached = false
	}
	switch {
	case b.phase == probeRTT:
	case u.phase == startup:
		b.phase = startup
	default:
		b.refill()
	}
}
