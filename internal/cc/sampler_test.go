package cc

import (
	"testing"
	"time"
)

func TestSamplerMeasuresTheRate(t *testing.T) {
	var s sampler
	at := second
	s.sent(at, 0, 1000)
	s.sent(at, 1000, 3000)
	s.sent(at+1e6, 3000, 4000)
	r := s.acked(&Ack{Now: at + 1e7, Bytes: 3000, NewestAt: at, FlightAfter: 1000}, 0)
	if !r.known || r.rate != 300e3 || r.delivered != 3000 || r.prior != 0 || r.flight != 3000 || r.limited {
		t.Errorf("%+v", r)
	}
	// What left later was sent in a millisecond, and arrived in eleven since there was nothing in flight.
	r = s.acked(&Ack{Now: at + 1.1e7, Bytes: 1000, NewestAt: at + 1e6, FlightAfter: 0}, 0)
	if !is(r.rate, 4000/0.011, 1e-9) || r.delivered != 4000 {
		t.Errorf("%+v", r)
	}
	if s.next != s.first {
		t.Error("departures are kept though nothing is in flight")
	}
	if r = s.acked(&Ack{Now: at + 2e7, Bytes: 10, NewestAt: at}, 0); r.known || r.rate != 0 {
		t.Errorf("of a departure that is forgotten: %+v", r)
	}
}

func TestSamplerTakesTheLongerOfSendingAndArriving(t *testing.T) {
	var s sampler
	at := second
	s.sent(at, 0, 1000)
	s.sent(at+5e7, 1000, 2000) // sent slowly, acknowledged together
	if r := s.acked(&Ack{Now: at + 6e7, Bytes: 2000, NewestAt: at + 5e7}, 0); !is(r.rate, 2000/0.06, 1e-9) {
		t.Errorf("%+v", r)
	}
	s = sampler{}
	s.sent(at, 0, 1000)
	s.acked(&Ack{Now: at + 1e7, Bytes: 1000, NewestAt: at, FlightAfter: 1}, 0)
	s.sent(at+2e7, 1, 1000)
	s.sent(at+9e7, 1000, 2000)
	if r := s.acked(&Ack{Now: at + 9.1e7, Bytes: 2000, NewestAt: at + 9e7, FlightAfter: 1}, 0); !is(r.rate, 2000/0.09, 1e-9) {
		t.Errorf("what left 90 ms after the one before arrived within 81: %+v", r)
	}
}

func TestSamplerLosses(t *testing.T) {
	var s sampler
	s.sent(second, 0, 1000)
	s.lost = 300
	s.sent(second+1, 1000, 2000)
	s.lost = 700
	if r := s.acked(&Ack{Now: second + 100, Bytes: 1, NewestAt: second + 1, FlightAfter: 1}, 0); r.lost != 400 || r.flight != 2000 {
		t.Errorf("%+v", r)
	}
}

func TestSamplerAppLimited(t *testing.T) {
	var s sampler
	s.sent(second, 0, 1000)
	s.limit(1000)
	s.sent(second+1e6, 1000, 2000)
	if r := s.acked(&Ack{Now: second + 1e7, Bytes: 1000, NewestAt: second, FlightAfter: 1000}, 0); r.limited || s.limited == 0 {
		t.Errorf("sent before: %+v", r)
	}
	if r := s.acked(&Ack{Now: second + 1.1e7, Bytes: 1000, NewestAt: second + 1e6, FlightAfter: 1}, 0); !r.limited || s.limited != 0 {
		t.Errorf("sent afterwards: %+v, still limited %v", r, s.limited != 0)
	}
	s = sampler{}
	if s.limit(0); s.limited != 1 {
		t.Errorf("with nothing delivered and nothing in flight: %d", s.limited)
	}
}

func TestSamplerDoubtsWhatIsTooFast(t *testing.T) {
	var s sampler
	s.sent(second, 0, 1000)
	if r := s.acked(&Ack{Now: second + 1e6, Bytes: 1000, NewestAt: second, FlightAfter: 1}, 2*time.Millisecond); !r.known || r.rate != 0 {
		t.Errorf("%+v", r)
	}
	s.sent(second+2e6, 0, 1000)
	if r := s.acked(&Ack{Now: second + 2e6, Bytes: 1000, NewestAt: second + 2e6, FlightAfter: 1}, 0); r.rate != 0 {
		t.Errorf("in no time: %+v", r)
	}
}

func TestSamplerKeepsTheLatestDepartures(t *testing.T) {
	var s sampler
	for i := range 3 * maxDepartures {
		s.delivered = int64(i)
		s.sent(second.Add(time.Duration(i)*time.Microsecond), 1, i)
	}
	if len(s.ring) != maxDepartures {
		t.Errorf("room for %d", len(s.ring))
	}
	for i := range 3 * maxDepartures {
		d := s.find(second.Add(time.Duration(i) * time.Microsecond))
		if known := i >= 2*maxDepartures; known != (d != nil) || known && d.delivered != int64(i) {
			t.Fatalf("departure %d: %+v", i, d)
		}
	}
	if d := s.find(second.Add(time.Hour)); d == nil || d.flight != 3*maxDepartures-1 {
		t.Errorf("long after: %+v", d)
	}
	if n := testing.AllocsPerRun(100, func() {
		s.sent(s.at(s.next-1).at+1, 1, 1)
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestRecent(t *testing.T) {
	var r recent
	r.add(5)
	r.add(3)
	r.advance()
	r.advance() // nothing came: the old one counts on
	if r.add(4); r.most() != 5 {
		t.Errorf("%v", r)
	}
	if r.advance(); r.most() != 4 {
		t.Errorf("%v", r)
	}
}
