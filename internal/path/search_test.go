package path

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/transport"
)

// route is a path, and what the network does to probes on it, in virtual time.
type route struct {
	*Path
	t   *testing.T
	now mono.Time
	// mtu is what gets through, 0 if nothing does.
	mtu    int
	nonce  uint64
	probed []int // sizes of probes that were not small
}

func newRoute(t *testing.T, addr string, ceiling, mtu int) *route {
	p := New(0, transport.Path{Remote: netip.MustParseAddr(addr)}, Active, &Config{
		RTOInitial: time.Second, RTOMin: time.Second, RTOMax: 60 * time.Second,
		PMTU: 1232, Params: Params{PathMaxRetrans: 5, RaiseInterval: 10 * time.Minute},
	})
	p.SetCeiling(ceiling)
	return &route{Path: p, t: t, now: mono.Time(time.Hour), mtu: mtu}
}

// lose has T3-rtx expire, twice with packets in flight that are full.
func (r *route) lose() {
	for range suspicion {
		r.TimedOut(3 * r.PMTU())
	}
}

// exchange sends the probes that are wanted, and answers those that fit.
func (r *route) exchange() {
	for r.Search.WantSmall || r.Search.WantProbe {
		r.nonce++
		size, small := 100, r.Search.WantSmall
		if !small {
			size = r.Search.Size
			r.probed = append(r.probed, size)
		}
		r.ProbeSent(r.now, r.nonce, small)
		if size <= r.mtu && !r.ProbeAnswered(r.now, r.nonce) {
			r.t.Fatalf("the answer to a probe of %d bytes was not taken", size)
		}
	}
}

// run lets probes have their time until the search rests.
func (r *route) run() {
	for n := 0; ; n++ {
		if n > 1000 {
			r.t.Fatal("the search has no end")
		}
		if r.exchange(); r.Search.State == SearchComplete {
			return
		}
		r.expire()
	}
}

// expire lets the timer of the search expire.
func (r *route) expire() {
	if r.Search.Due.IsZero() {
		r.t.Fatal("no timer runs")
	}
	r.now = r.Search.Due
	if n := r.ExpireSearch(r.now); n > 0 {
		r.SetPMTU(n)
	}
}

func (r *route) want(why string, s SearchState, pmtu int) {
	r.t.Helper()
	if r.Search.State != s || r.PMTU() != pmtu {
		r.t.Errorf("%s: state %d, path MTU %d, want state %d, %d", why, r.Search.State, r.PMTU(), s, pmtu)
	}
}

// RFC 8899 section 5.2: a black hole is found, and the search behind it comes close to what gets through, whatever that is.
func TestSearchFindsWhatGetsThrough(t *testing.T) {
	for _, addr := range []string{"192.0.2.1", "2001:db8::1"} {
		for _, ceiling := range []int{1440, 1480, 8952, MaxPMTU} {
			for _, mtu := range []int{MinPMTU, 600, 1000, BasePMTU, 1232, 1260, 1372, 1391, 1432, 1460, 4000, 8000} {
				if mtu >= ceiling {
					continue
				}
				r := newRoute(t, addr, ceiling, mtu)
				r.want("what the first hop takes", SearchComplete, ceiling)
				r.lose()
				r.run()
				if r.PMTU() > mtu || r.PMTU() < mtu-searchStep-4 {
					t.Errorf("%s, %d of %d: found %d with %d", addr, mtu, ceiling, r.PMTU(), r.probed)
				}
				if len(r.probed) > 70 {
					t.Errorf("%s, %d of %d: %d probes", addr, mtu, ceiling, len(r.probed))
				}
			}
		}
	}
}

func TestLossBetweenLargePacketsIsNoBlackHole(t *testing.T) {
	r := newRoute(t, "192.0.2.1", 1480, 1480)
	for range 10 {
		r.TimedOut(3 * r.PMTU())
		r.Arrived(1400)
		r.want("a large packet arrived since", SearchComplete, 1480)
	}
	r.TimedOut(3 * r.PMTU())
	r.Arrived(BasePMTU - HeaderLen)
	r.TimedOut(3 * r.PMTU())
	r.want("only a small one did", SearchConfirming, 1480)
}

func TestOneTimeOutIsNoBlackHole(t *testing.T) {
	r := newRoute(t, "192.0.2.1", 1480, 1480)
	r.TimedOut(MinPMTU - HeaderLen - 4)
	r.TimedOut(MinPMTU - HeaderLen)
	r.TimedOut(1480)
	if r.Search.WantProbe {
		t.Error("probed after one time-out")
	}
	r.TimedOut(1480)
	r.want("after two", SearchConfirming, 1480)
	r.TimedOut(1480)
	r.run()
	r.want("the probe arrives", SearchComplete, 1480)
	if got := fmt.Sprint(r.probed); got != "[1480]" {
		t.Errorf("probes %s", got)
	}
}

func TestDeadPathIsNoBlackHole(t *testing.T) {
	r := newRoute(t, "192.0.2.1", 1480, 0)
	r.lose()
	r.run()
	r.want("nothing arrives", SearchComplete, 1480)
	if len(r.probed) != MaxProbes {
		t.Errorf("%d probes", len(r.probed))
	}
}

func TestSearchStates(t *testing.T) {
	r := newRoute(t, "192.0.2.1", 1480, 700)
	r.lose()
	r.want("section 4.3", SearchConfirming, 1480)
	for range MaxProbes {
		r.exchange()
		r.expire()
	}
	r.want("black hole", SearchBase, BasePMTU)
	for range MaxProbes {
		r.exchange()
		r.expire()
	}
	r.want("not even that", SearchError, MinPMTU)
	r.exchange()
	r.want("MIN_PLPMTU is confirmed", Searching, MinPMTU)
	r.TimedOut(MinPMTU - HeaderLen)
	r.TimedOut(MinPMTU - HeaderLen)
	r.want("packets of MinPMTU are not suspected", Searching, MinPMTU)
	r.run()
	r.mtu = 0
	r.now = r.Search.Due
	r.expire()
	r.want("PMTU_RAISE_TIMER", Searching, r.PMTU())
	r.mtu = 1480
	r.run()
	r.want("the hole is mended", SearchComplete, 1480)
	if !r.Search.Due.IsZero() {
		t.Error("the timer runs with nothing to be gained")
	}
}

// Nothing is left of ERROR but MinPMTU when its probes are lost, too.
func TestErrorWithoutAnswerRests(t *testing.T) {
	r := newRoute(t, "192.0.2.1", 1480, 200)
	r.lose()
	r.run()
	r.want("only tiny packets arrive", SearchComplete, MinPMTU)
	if r.Search.Due != r.now.Add(10*time.Minute) {
		t.Errorf("tried again at %v", r.Search.Due)
	}
}

// Section 4.6.2: what a router says counts for data when it is less, and for the probe.
func TestTooBigSteersTheSearch(t *testing.T) {
	r := newRoute(t, "192.0.2.1", 1480, 1480)
	if r.TooBig(r.now, 0) || r.TooBig(r.now, 1480) || !r.TooBig(r.now, 1300) {
		t.Error("only a smaller path MTU is news")
	}
	r.want("a report", SearchComplete, 1300)
	r.SetCeiling(1480)
	r.want("the first hop knows nothing of the others", SearchComplete, 1300)
	r.expire()
	r.ProbeSent(r.now, 99, false)
	r.TooBig(r.now, 1402)
	if r.Search.Size != 1400 || !r.Search.WantProbe {
		t.Errorf("probes %d bytes after a report of 1402", r.Search.Size)
	}
	if r.ProbeAnswered(r.now, 99) || r.ProbeAnswered(r.now, 0) {
		t.Error("an old answer was taken")
	}
	r.mtu = 1402
	r.run()
	r.want("exactly", SearchComplete, 1400)
	r.expire()
	r.TooBig(r.now, 1401)
	r.mtu = 1401
	r.run()
	r.want("nothing to be gained", SearchComplete, 1400)
}

func TestNoProbesWhereTheyAreNotWanted(t *testing.T) {
	for name, change := range map[string]func(*Params){
		"off":   func(c *Params) { c.RaiseInterval = -1 },
		"fixed": func(c *Params) { c.FixedPMTU = 1500 },
		"kept":  func(c *Params) { c.KeptPMTU = true },
	} {
		for _, during := range []bool{false, true} {
			r := newRoute(t, "192.0.2.1", 1480, 1000)
			if during {
				r.lose()
			}
			c := r.Params()
			change(&c)
			r.Configure(c)
			r.lose()
			if r.Search.WantProbe || r.Search.State != SearchComplete {
				t.Errorf("%s (during a search: %v): probed", name, during)
			}
		}
	}
	r := newRoute(t, "192.0.2.1", 1480, 1000)
	r.lose()
	r.exchange()
	for !r.Search.Due.IsZero() {
		r.Failed()
		r.Failed()
		r.Failed()
		if r.state = Unconfirmed; r.Search.Due.IsZero() {
			break
		}
		r.expire()
	}
	r.want("nothing but its owner's proof goes to an address that is not confirmed", SearchComplete, 1480)
}

// RFC 8899 sections 3 item 7 and 5.1.1: probes that are lost are a second apart at least, and more than a round trip.
func TestProbesAreASecondApart(t *testing.T) {
	for _, rtt := range []time.Duration{time.Millisecond, 700 * time.Millisecond} {
		r := newRoute(t, "192.0.2.1", 1480, 1400)
		r.RTO.Measured(rtt)
		r.lose()
		for range 2 * MaxProbes {
			r.exchange()
			if wait := r.Search.Due.Sub(r.now); wait < minProbeTimer || wait < 3*rtt {
				t.Errorf("RTT %v: the next probe %v after one that was lost", rtt, wait)
			}
			r.expire()
		}
	}
}
