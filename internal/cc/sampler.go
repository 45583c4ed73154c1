package cc

import (
	"math"
	"sort"
	"time"

	"github.com/gosctp/sctp/internal/mono"
)

// Rooms for departures; a path with more of them at a time than the most keeps the latest. One that sends in batches has some for each
// millisecond of its round trip.
const (
	minDepartures = 16
	maxDepartures = 4096
)

// departure is what was known of deliveries when packets left (draft-ietf-ccwg-bbr-06 section 4.1.2.1.2). Packets of one moment share it,
// as section 4.1.3.1 advises for batches, so that chunks need not remember more than when they were sent.
type departure struct {
	at                       mono.Time
	delivered, lost          int64
	deliveredAt, firstSentAt mono.Time
	// flight is what was in flight after the last of them, limited whether there was less to send than might have been.
	flight  int
	limited bool
}

// sampler measures the rate of deliveries (section 4.1).
type sampler struct {
	ring []departure // its size is a power of two
	// first is the number of the oldest departure that is kept, next that of the next one.
	first, next uint64
	// delivered and lost count bytes; deliveredAt is when the former grew last. firstSentAt is when that was sent which arrived last.
	delivered, lost          int64
	deliveredAt, firstSentAt mono.Time
	// limited, if not 0, is how much is delivered when everything has arrived that was sent while there was too little to send.
	limited int64
}

// sample is what a SACK says of deliveries (section 2.3).
type sample struct {
	// rate is in bytes per second, zero if the SACK shows none.
	rate float64
	// delivered in the interval, and what had been delivered before it; known is false if the departure is forgotten.
	delivered, prior int64
	known            bool
	// flight is what was in flight when that was sent which arrived last, and lost what was lost since.
	flight  int
	lost    int64
	limited bool
}

func (s *sampler) at(n uint64) *departure { return &s.ring[n&uint64(len(s.ring)-1)] }

// sent notes that packets left (section 4.1.2.2).
func (s *sampler) sent(now mono.Time, before, after int) {
	if before == 0 {
		s.firstSentAt, s.deliveredAt = now, now
	}
	if s.next > s.first {
		if last := s.at(s.next - 1); last.at == now {
			last.flight = after
			return
		}
	}
	if int(s.next-s.first) == len(s.ring) {
		s.makeRoom()
	}
	*s.at(s.next) = departure{
		at: now, delivered: s.delivered, lost: s.lost, deliveredAt: s.deliveredAt, firstSentAt: s.firstSentAt,
		flight: after, limited: s.limited != 0,
	}
	s.next++
}

// makeRoom grows the ring, or forgets the oldest departure.
func (s *sampler) makeRoom() {
	if len(s.ring) == maxDepartures {
		s.first++
		return
	}
	ring := make([]departure, max(minDepartures, 2*len(s.ring)))
	for n := s.first; n != s.next; n++ {
		ring[n&uint64(len(ring)-1)] = *s.at(n)
	}
	s.ring = ring
}

// find returns the departure of a moment; nil if it is forgotten.
func (s *sampler) find(at mono.Time) *departure {
	n := int(s.next - s.first)
	i := sort.Search(n, func(i int) bool { return s.at(s.first+uint64(i)).at > at })
	if i == 0 {
		return nil
	}
	return s.at(s.first + uint64(i-1))
}

// acked takes what a SACK acknowledged and returns the sample (section 4.1.2.3). What takes less than the shortest round trip was delivered
// before it was sent again.
func (s *sampler) acked(a *Ack, least time.Duration) sample {
	s.delivered += int64(a.Bytes)
	s.deliveredAt = a.Now
	if s.limited != 0 && s.delivered > s.limited {
		s.limited = 0
	}
	d := s.find(a.NewestAt)
	s.firstSentAt = a.NewestAt
	if d == nil {
		return sample{}
	}
	r := sample{
		delivered: s.delivered - d.delivered, prior: d.delivered, known: true,
		flight: d.flight, lost: s.lost - d.lost, limited: d.limited,
	}
	interval := max(a.NewestAt.Sub(d.firstSentAt), a.Now.Sub(d.deliveredAt))
	if interval > 0 && interval >= least {
		r.rate = float64(r.delivered) / interval.Seconds()
	}
	if a.FlightAfter == 0 {
		s.first = s.next
	}
	return r
}

// limit notes that there is no more to send, with so much in flight, and there might be more in flight (section 4.1.2.4).
func (s *sampler) limit(flight int) { s.limited = max(s.delivered+int64(flight), 1) }

// recent is the largest of the values of this period and of the one before.
type recent struct{ this, last float64 }

func (r *recent) add(v float64) { r.this = max(r.this, v) }
func (r *recent) most() float64 { return max(r.this, r.last) }

// advance begins another period, unless nothing came in this one.
func (r *recent) advance() {
	if r.this > 0 {
		r.last, r.this = r.this, 0
	}
}

// unbounded is a limit that is not set.
var unbounded = math.Inf(1)
