package sim

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"time"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/simnet"
	"github.com/gosctp/sctp/transport"
)

// tcpEnd is one side of a TCP connection as Linux would have it, to measure SCTP beside: CUBIC with HyStart, SACK (three blocks), RACK with its
// timer, proportional rate reduction, tail-loss probes, RTO.Min of 200 ms, an initial window of 10, delayed acknowledgements that begin after
// 16 segments, timestamps (for the size of packets).
//
// It leaves out: the handshake and the end of a connection; windows of receivers and buffers of senders, which are as large as need be; pacing;
// segmentation offload and what of it makes acknowledgements rarer; reordering, undo and F-RTO, since nothing is reordered in the lab; that a
// probe which repaired a loss reduces the window; ECN; Nagle, as with TCP_NODELAY.
type tcpEnd struct {
	lab   *lab
	host  *simnet.Host
	peer  netip.Addr
	other *tcpEnd

	// Sending. written is the end of what the application gave; without end if endless.
	cubic           tcpCubic
	written         uint32
	endless         bool
	una, nxt        uint32
	segments        []tcpSegment // from una to nxt
	state           tcpState
	recoverAt       uint32 // the state ends when it is acknowledged
	prior           int    // the window before it
	delivered, sent int    // since it began, in packets
	limited         bool   // the window was what kept more from being sent
	newestAt        mono.Time
	newestEnd       uint32
	newestRTT       time.Duration
	leastRTT        time.Duration
	srtt, rttvar    time.Duration
	backoff         int
	rto, probe, reo mono.Time
	lastSent        mono.Time
	resent          int // segments
	// flight counts segments that are neither acknowledged nor lost, sacked those that came out of order, lost those to be sent again.
	flight, sacked, lost int

	// Receiving.
	rcvd    uint32
	spans   []tcpSpan // above rcvd, the one that grew last first
	unacked int       // segments
	quick   int       // acknowledgements that are still not delayed
	delack  mono.Time
	// got is called when the application can read up to a sequence number.
	got func(upTo uint32)
}

type tcpState uint8

const (
	tcpOpen tcpState = iota
	tcpRecovery
	tcpLoss
)

type tcpSegment struct {
	start, end uint32
	at         mono.Time // sent last
	sends      int
	sacked     bool
	lost       bool // and not sent again since
}

type tcpSpan struct{ start, end uint32 }

const (
	tcpHeader  = 32 // with timestamps
	tcpMSS     = 1500 - 20 - tcpHeader
	tcpRTOMin  = 200 * time.Millisecond
	tcpDelack  = 40 * time.Millisecond
	tcpQuick   = 16
	tcpBlocks  = 3
	tcpDupAcks = 3
)

// tcp makes a connection of two hosts.
func (l *lab) tcp(left, right *simnet.Host) (a, b *tcpEnd) {
	a, b = newTCPEnd(l, left, right), newTCPEnd(l, right, left)
	a.other, b.other = b, a
	return a, b
}

func newTCPEnd(l *lab, h, peer *simnet.Host) *tcpEnd {
	e := &tcpEnd{lab: l, host: h, peer: peer.Addrs()[0], cubic: newTCPCubic(), una: 1, nxt: 1, written: 1, rcvd: 1, quick: tcpQuick}
	l.add(h, e)
	return e
}

// write gives so many bytes to be sent, and returns where they end.
func (e *tcpEnd) write(n int) uint32 {
	e.written += uint32(n)
	e.push()
	return e.written
}

// start sends without end.
func (e *tcpEnd) start() {
	e.endless = true
	e.push()
}

func (e *tcpEnd) arrive(d *transport.Datagram) {
	seq, ack := binary.BigEndian.Uint32(d.Data), binary.BigEndian.Uint32(d.Data[4:])
	size, blocks := int(binary.BigEndian.Uint16(d.Data[8:])), int(d.Data[10])
	var sacks [tcpBlocks]tcpSpan
	for i := range blocks {
		sacks[i] = tcpSpan{binary.BigEndian.Uint32(d.Data[11+8*i:]), binary.BigEndian.Uint32(d.Data[15+8*i:])}
	}
	e.acked(ack, sacks[:blocks], size > 0)
	if size > 0 {
		e.received(seq, seq+uint32(size))
	}
	e.push()
	if e.unacked >= 2 || e.unacked > 0 && e.quick > 0 {
		e.acknowledge()
	}
}

// transmit sends a segment or, without data, an acknowledgement; both acknowledge.
func (e *tcpEnd) transmit(start, end uint32) {
	n := min(len(e.spans), tcpBlocks)
	options := 0
	if n > 0 {
		options = 4 + 8*n
	}
	data := make([]byte, max(tcpHeader+options+int(end-start), 11+8*tcpBlocks))
	binary.BigEndian.PutUint32(data, start)
	binary.BigEndian.PutUint32(data[4:], e.rcvd)
	binary.BigEndian.PutUint16(data[8:], uint16(end-start))
	data[10] = byte(n)
	for i, s := range e.spans[:n] {
		binary.BigEndian.PutUint32(data[11+8*i:], s.start)
		binary.BigEndian.PutUint32(data[15+8*i:], s.end)
	}
	e.unacked, e.delack = 0, 0
	e.lab.net.Send(e.lab.now, e.host, &transport.Datagram{Path: transport.Path{Remote: e.peer}, Data: data, MayFragment: true})
}

func (e *tcpEnd) acknowledge() {
	if e.quick > 0 {
		e.quick--
	}
	e.transmit(e.nxt, e.nxt)
}

// received takes a segment.
func (e *tcpEnd) received(start, end uint32) {
	hole := len(e.spans) > 0
	switch {
	case int32(end-e.rcvd) <= 0: // had it
		e.unacked = 2
		return
	case int32(start-e.rcvd) > 0:
		s := tcpSpan{start, end}
		e.spans = slices.DeleteFunc(e.spans, func(o tcpSpan) bool {
			if int32(o.start-s.end) > 0 || int32(s.start-o.end) > 0 {
				return false
			}
			if int32(o.start-s.start) < 0 {
				s.start = o.start
			}
			if int32(o.end-s.end) > 0 {
				s.end = o.end
			}
			return true
		})
		e.spans = slices.Insert(e.spans, 0, s)
		e.unacked = 2 // at once
		return
	}
	e.rcvd = end
	e.spans = slices.DeleteFunc(e.spans, func(o tcpSpan) bool {
		if int32(o.start-e.rcvd) > 0 {
			return false
		}
		if int32(o.end-e.rcvd) > 0 {
			e.rcvd = o.end
		}
		return true
	})
	if e.unacked++; hole {
		e.unacked = 2
	}
	if e.delack.IsZero() {
		e.delack = e.lab.now.Add(tcpDelack)
	}
	if e.got != nil {
		e.got(e.rcvd)
	}
}

// acked does what an acknowledgement asks for.
func (e *tcpEnd) acked(ack uint32, sacks []tcpSpan, carriesData bool) {
	if len(e.segments) == 0 || int32(ack-e.una) < 0 {
		return
	}
	now := e.lab.now
	before := e.flight
	advanced := int32(ack-e.una) > 0
	delivered := 0
	var rtt, first time.Duration
	take := func(s *tcpSegment) {
		delivered++
		took := now.Sub(s.at)
		if s.sends == 1 {
			rtt = took
			if first == 0 {
				first = took
			}
		} else if took < e.leastRTT {
			return // of the first transmission
		}
		if e.newestAt < s.at || e.newestAt == s.at && int32(s.end-e.newestEnd) > 0 {
			e.newestAt, e.newestEnd, e.newestRTT = s.at, s.end, took
		}
	}
	done := 0
	for i := range e.segments {
		s := &e.segments[i]
		within := int32(s.end-ack) <= 0
		if within {
			done++
		} else if len(sacks) == 0 {
			break
		} else {
			within = slices.ContainsFunc(sacks, func(b tcpSpan) bool { return int32(b.start-s.start) <= 0 && int32(s.end-b.end) <= 0 })
		}
		if within && !s.sacked {
			take(s)
			e.unmark(s)
			s.sacked = true
			e.sacked++
		}
	}
	e.una = ack
	e.sacked -= done
	e.segments = e.segments[done:]
	if rtt > 0 {
		e.measured(first, rtt)
	}
	newly := e.markLost()
	switch {
	case e.state != tcpOpen && int32(ack-e.recoverAt) >= 0:
		if e.state == tcpRecovery {
			e.cubic.cwnd = e.cubic.ssthresh
		}
		e.state = tcpOpen
	case e.state == tcpOpen && newly > 0:
		e.recover(tcpRecovery)
	}
	e.cubic.sample(now, rtt, ack, e.nxt)
	if e.state == tcpRecovery {
		e.reduce(delivered, newly, advanced)
	} else if delivered > 0 && (e.limited || e.cubic.cwnd < e.cubic.ssthresh && e.cubic.cwnd < 2*before) {
		e.cubic.acked(now, delivered)
	}
	if delivered > 0 {
		e.backoff = 0
		e.arm()
	}
}

// unmark takes a segment out of the count that it is in.
func (e *tcpEnd) unmark(s *tcpSegment) {
	if s.lost {
		e.lost--
	} else {
		e.flight--
	}
}

func (e *tcpEnd) mark(s *tcpSegment) {
	s.lost = true
	e.lost++
	e.flight--
}

// measured takes a round trip time (RFC 6298, with the minimum of Linux).
func (e *tcpEnd) measured(first, last time.Duration) {
	if e.leastRTT == 0 || last < e.leastRTT {
		e.leastRTT = last
	}
	if e.srtt == 0 {
		e.srtt, e.rttvar = first, first/2
		return
	}
	e.rttvar += (max(e.srtt-first, first-e.srtt) - e.rttvar) / 4
	e.srtt += (first - e.srtt) / 8
}

// markLost finds what is lost: what left before something that has arrived, by more than that took and a quarter of a round trip, or by anything
// once three segments came out of order or a recovery is under way (RFC 8985 section 6.2).
func (e *tcpEnd) markLost() (newly int) {
	e.reo = 0
	if e.newestAt.IsZero() {
		return 0
	}
	window := e.leastRTT / 4
	if e.state != tcpOpen || e.sacked >= tcpDupAcks {
		window = 0
	}
	for i := range e.segments {
		s := &e.segments[i]
		if s.sends == 1 && s.at > e.newestAt {
			break // so was everything that follows
		}
		if s.sacked || s.lost || !(s.at < e.newestAt || s.at == e.newestAt && int32(s.end-e.newestEnd) < 0) {
			continue
		}
		if due := s.at.Add(e.newestRTT + window); due > e.lab.now {
			e.reo = mono.Earliest(e.reo, due)
			continue
		}
		e.mark(s)
		newly++
	}
	return newly
}

// recover begins a recovery of either kind.
func (e *tcpEnd) recover(s tcpState) {
	e.recoverAt, e.prior = e.nxt, e.cubic.cwnd
	e.cubic.ssthresh = e.cubic.lost()
	e.state, e.delivered, e.sent = s, 0, 0
}

// reduce is proportional rate reduction (RFC 6937).
func (e *tcpEnd) reduce(delivered, newly int, advanced bool) {
	e.delivered += delivered
	room := e.cubic.ssthresh - e.flight
	var count int
	if room < 0 {
		count = (e.cubic.ssthresh*e.delivered+e.prior-1)/e.prior - e.sent
	} else {
		count = max(e.delivered-e.sent, delivered)
		if advanced && newly == 0 {
			count++
		}
		count = min(room, count)
	}
	if e.sent == 0 {
		count = max(count, 1)
	}
	e.cubic.cwnd = e.flight + max(count, 0)
}

// push sends what the window allows: what is lost first.
func (e *tcpEnd) push() {
	now := e.lab.now
	if len(e.segments) == 0 && !e.lastSent.IsZero() && now.Sub(e.lastSent) > e.rtoNow() { // RFC 5681 section 4.1
		for idle := now.Sub(e.lastSent); idle > e.rtoNow() && e.cubic.cwnd > tcpInitialWindow; idle -= e.rtoNow() {
			e.cubic.cwnd = max(e.cubic.cwnd/2, tcpInitialWindow)
		}
	}
	e.limited = false
	for i := 0; i < len(e.segments) && e.lost > 0; i++ {
		s := &e.segments[i]
		if !s.lost {
			continue
		}
		if e.flight >= e.cubic.cwnd {
			e.limited = true
			return
		}
		e.again(s)
	}
	for e.endless || e.nxt != e.written {
		if e.flight >= e.cubic.cwnd {
			e.limited = true
			return
		}
		e.fresh()
	}
}

func (e *tcpEnd) again(s *tcpSegment) {
	e.unmark(s)
	e.flight++
	s.lost, s.at = false, e.lab.now
	s.sends++
	e.resent++
	e.went(s.start, s.end)
}

// fresh sends one new segment.
func (e *tcpEnd) fresh() {
	n := uint32(tcpMSS)
	if !e.endless {
		n = min(n, e.written-e.nxt)
	}
	e.segments = append(e.segments, tcpSegment{start: e.nxt, end: e.nxt + n, at: e.lab.now, sends: 1})
	e.nxt += n
	e.flight++
	e.went(e.nxt-n, e.nxt)
}

func (e *tcpEnd) went(start, end uint32) {
	e.sent++
	e.lastSent = e.lab.now
	e.transmit(start, end)
	if e.rto.IsZero() || e.probe.IsZero() {
		e.arm()
	}
}

func (e *tcpEnd) rtoNow() time.Duration {
	if e.srtt == 0 {
		return time.Second << e.backoff
	}
	return (e.srtt + max(4*e.rttvar, tcpRTOMin)) << e.backoff
}

// arm sets the timers anew: a probe after two round trips without an answer, while nothing is known to be missing, else the time-out.
func (e *tcpEnd) arm() {
	e.rto, e.probe = 0, 0
	if len(e.segments) == 0 {
		return
	}
	e.rto = e.lab.now.Add(e.rtoNow())
	if e.state == tcpOpen && e.sacked == 0 && e.lost == 0 && e.srtt > 0 && e.backoff == 0 {
		wait := 2*e.srtt + 2*time.Millisecond
		if len(e.segments) == 1 {
			wait = 2*e.srtt + tcpRTOMin
		}
		if wait < e.rtoNow() {
			e.probe = e.lab.now.Add(wait)
		}
	}
}

func (e *tcpEnd) next() mono.Time {
	return mono.Earliest(mono.Earliest(e.rto, e.probe), mono.Earliest(e.reo, e.delack))
}

func (e *tcpEnd) wake() {
	now := e.lab.now
	if e.delack.Reached(now) {
		e.acknowledge()
	}
	if e.reo.Reached(now) && e.markLost() > 0 {
		if e.state == tcpOpen {
			e.recover(tcpRecovery)
		}
		e.reduce(0, 1, false)
		e.push()
	}
	switch {
	case e.probe.Reached(now):
		e.probe = 0
		if e.endless || e.nxt != e.written {
			e.fresh()
		} else {
			e.again(&e.segments[len(e.segments)-1])
		}
		e.probe = 0 // one in a row
	case e.rto.Reached(now):
		for i := range e.segments {
			if s := &e.segments[i]; !s.sacked && !s.lost {
				e.mark(s)
			}
		}
		if e.state != tcpLoss {
			e.recover(tcpLoss)
		}
		e.cubic.timedOut()
		e.cubic.cwnd = 1
		e.backoff = min(e.backoff+1, 8)
		e.arm()
		e.push()
	}
}
