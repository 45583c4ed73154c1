package path

import (
	"net/netip"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/transport"
)

// newUnknownRoute is a route of which the carrier knows the first hop only.
func newUnknownRoute(t *testing.T, s State, ceiling, mtu int) *route {
	p := New(0, transport.Path{Remote: netip.MustParseAddr("192.0.2.1")}, s, &Config{
		RTOInitial: time.Second, RTOMin: time.Second, RTOMax: 60 * time.Second,
		PMTU: 1232, FirstHop: true, Params: Params{PathMaxRetrans: 5, RaiseInterval: 10 * time.Minute},
	})
	if ceiling > 0 {
		p.SetCeiling(ceiling)
	}
	return &route{Path: p, t: t, now: mono.Time(time.Hour), mtu: mtu}
}

// begin wants the search to begin.
func (r *route) begin() {
	r.t.Helper()
	if !r.BeginSearch() || r.BeginSearch() {
		r.t.Error("the search has to begin, once")
	}
}

// RFC 8899 section 5.2: the search begins with BASE_PLPMTU. A path that takes what its first hop takes is known after one probe.
func TestUnknownPathIsSearched(t *testing.T) {
	r := newUnknownRoute(t, Active, 1480, 1480)
	r.want("nothing is known", SearchComplete, BasePMTU)
	r.begin()
	r.want("the first hop's size is probed", Searching, BasePMTU)
	r.exchange()
	r.want("it arrives", SearchComplete, 1480)
	if len(r.probed) != 1 || !r.Search.Due.IsZero() {
		t.Errorf("probes of %d, next at %v", r.probed, r.Search.Due)
	}
	for _, mtu := range []int{1252, 1300, 1380, 1460} {
		r := newUnknownRoute(t, Active, 1480, mtu)
		r.begin()
		r.run()
		if r.PMTU() > mtu || r.PMTU() < mtu-searchStep-4 {
			t.Errorf("%d get through: found %d with %d", mtu, r.PMTU(), r.probed)
		}
		if r.SetCeiling(1480); r.PMTU() > mtu {
			t.Errorf("%d get through: %d after the first hop was told again", mtu, r.PMTU())
		}
	}
}

// A path that does not even take BasePMTU is found out by data.
func TestUnknownPathBelowBase(t *testing.T) {
	r := newUnknownRoute(t, Active, 1480, 700)
	r.begin()
	r.exchange()
	r.TimedOut(BasePMTU - HeaderLen)
	for range MaxProbes {
		r.exchange()
		r.expire()
	}
	r.want("the search goes on meanwhile, and forgets nothing", Searching, BasePMTU)
	r.TimedOut(BasePMTU - HeaderLen)
	r.want("data is lost", SearchConfirming, BasePMTU)
	for range MaxProbes {
		r.exchange()
		r.expire()
	}
	r.want("BasePMTU is not confirmed", SearchError, MinPMTU)
	r.run()
	if r.PMTU() > 700 || r.PMTU() < 700-searchStep-4 {
		t.Errorf("found %d", r.PMTU())
	}
}

func TestSearchWaitsForWhatItNeeds(t *testing.T) {
	r := newUnknownRoute(t, Active, 0, 1480)
	if r.BeginSearch() {
		t.Error("it began before the first hop is known")
	}
	r.SetCeiling(1480)
	r.begin()

	r = newUnknownRoute(t, Unconfirmed, 1480, 1480)
	if r.BeginSearch() {
		t.Error("it began on a path that is not confirmed")
	}
	r.Configure(r.Params())
	r.Answered(true)
	r.begin()
}

func TestWhereThereIsNothingToSearch(t *testing.T) {
	for name, r := range map[string]*route{
		"the host itself":   newUnknownRoute(t, Active, 65507, 65507),
		"a small first hop": newUnknownRoute(t, Active, 1100, 1100),
	} {
		if r.BeginSearch() || r.PMTU() != r.mtu {
			t.Errorf("%s: path MTU %d, want %d at once", name, r.PMTU(), r.mtu)
		}
	}
	r := newUnknownRoute(t, Active, 1480, 1480)
	if r.TooBig(r.now, 1100); r.BeginSearch() {
		t.Error("a report came first: the search has to wait for PMTU_RAISE_TIMER")
	}
	r.want("a report", SearchComplete, 1100)
}

// Without probes there is no way to find out, so that what the first hop takes has to do.
func TestUnknownPathWithoutProbes(t *testing.T) {
	r := newUnknownRoute(t, Active, 1480, 1480)
	c := r.Params()
	c.RaiseInterval = -1
	r.Configure(c)
	r.want("turned off", SearchComplete, 1480)
	if r.BeginSearch() {
		t.Error("it began")
	}
	c.FixedPMTU = 1400
	r = newUnknownRoute(t, Active, 1480, 1480)
	r.Configure(c)
	r.want("fixed", SearchComplete, 1380)
}

// A restarted association knows what the one before has found, and begins anew what that had not finished.
func TestRestartedPathIsSearchedAgain(t *testing.T) {
	r := newUnknownRoute(t, Active, 1480, 1380)
	r.begin()
	r.Path.Restart(Active)
	r.begin()
	r.run()
	r.Path.Restart(Active)
	r.want("what was found", SearchComplete, 1380)
	r.mtu = 1480
	r.begin()
	r.run()
	r.want("searched from there", SearchComplete, 1480)
	if r.Path.Restart(Active); r.BeginSearch() {
		t.Error("there is nothing to gain")
	}
	r.want("all that the first hop takes", SearchComplete, 1480)
}
