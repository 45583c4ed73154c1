package path

import (
	"time"

	"github.com/gosctp/sctp/internal/mono"
)

// SearchState is how far the search for the path MTU is (RFC 8899 section 5.2).
type SearchState uint8

const (
	// SearchComplete: nothing is probed; the path MTU is what the first hop takes, what the network has told, or what a search has found.
	SearchComplete SearchState = iota
	// SearchConfirming: data was lost that may have been too large; packets of the path MTU are probed (section 4.3).
	SearchConfirming
	// SearchBase: packets of the path MTU do not arrive, though small ones do; BasePMTU is being confirmed.
	SearchBase
	// Searching: larger packets are probed.
	Searching
	// SearchError: not even BasePMTU gets through; MinPMTU is used.
	SearchError
)

const (
	// BasePMTU is BASE_PLPMTU: a size that nearly every path takes (section 5.1.2).
	BasePMTU = 1200
	// MaxProbes is MAX_PROBES: the probes of one size that are lost before the size counts as too large (section 5.1.2).
	MaxProbes = 3
	// minProbeTimer is the least PROBE_TIMER (section 5.1.1).
	minProbeTimer = time.Second
	// suspicion is the number of expirations of T3-rtx, with enough in flight to fill packets, from which on size is suspected. One is
	// what an ordinary loss takes.
	suspicion = 2
	// searchStep is where a search ends: what is left to be gained is not worth the probes.
	searchStep = 16
)

// likelyMTUs are IP packet sizes of common links and tunnels.
var likelyMTUs = [...]int{1280, 1400, 1420, 1440, 1460, 1492, 1500, 4352, 9000}

// ownHost is the least that a carrier tells of ways that end in the same host: no link takes packets as large.
const ownHost = 65000

// nearlyFull is how much less than a packet takes a chunk may be, and count as one that fills it: a SACK and AUTH may have been beside it.
const nearlyFull = 128

// Search is the search for the largest packet that gets through (RFC 8899). Where only the first hop is known, it begins with BasePMTU, and
// what the first hop takes is probed once the path is confirmed and BeginSearch says that it is of use; where the carrier knows the whole path, it costs nothing. Time-outs
// of data have the path MTU confirmed by a probe; if small packets arrive and probes do not, the path has a black hole, and the search
// begins anew at BasePMTU.
type Search struct {
	State SearchState
	// Due is the end of PROBE_TIMER, or of PMTU_RAISE_TIMER while nothing is probed.
	Due mono.Time
	// Size is that of the probes, common header included. WantProbe asks the output for one, WantSmall for a packet that is certainly not
	// too large: it shows that the path works otherwise.
	Size                 int
	WantProbe, WantSmall bool

	probe, small uint64 // their nonces, zero if none is under way
	tries        int
	alive        bool // a small one was answered
	timeouts     int
	low, high    int  // what gets through, what does not
	ceiling      int  // what the first hop takes
	lowered      bool // the path MTU is less than that, for a reason
	unknown      bool // the carrier knows the first hop only, and no search has begun
}

// probes reports whether the path MTU may be probed.
func (p *Path) probes() bool {
	return p.config.RaiseInterval > 0 && !p.Fixed() && p.state.Confirmed()
}

// SetCeiling takes what the first hop takes. A path MTU that was found to be less stays: the first hop says nothing about the others.
func (p *Path) SetCeiling(n int) {
	n = max(n, MinPMTU)
	s := &p.Search
	s.ceiling = n
	s.unknown = s.unknown && n < ownHost
	if (s.lowered || s.unknown) && p.config.RaiseInterval > 0 {
		n = min(n, p.pmtu)
	}
	p.SetPMTU(n)
}

// BeginSearch starts the search on a path of which only the first hop is known, if it is confirmed, and reports whether there is a probe to
// send. Being called again does no harm.
func (p *Path) BeginSearch() bool {
	s := &p.Search
	if !s.unknown || !p.probes() || s.ceiling&^3 <= p.pmtu {
		return false
	}
	s.unknown, s.lowered = false, true
	s.low, s.high = p.pmtu, s.ceiling+4
	p.ask(Searching, p.nextSize())
	return true
}

// TooBig takes what a router says a packet may have, and reports whether the path MTU became less. A size between the path MTU and that of
// a probe is what to probe next (section 4.6.2).
func (p *Path) TooBig(now mono.Time, n int) bool {
	s := &p.Search
	switch {
	case n <= 0 || p.Fixed():
	case n < p.pmtu:
		s.lowered = true
		changed := p.SetPMTU(n)
		p.complete(now)
		return changed
	case s.State == Searching && n < s.Size:
		s.high = min(s.high, n+1)
		if n &^= 3; n > s.low {
			p.ask(Searching, n)
		} else {
			p.searchOn(now)
		}
	}
	return false
}

// TimedOut notes that T3-rtx expired with so many bytes in flight, and has the path MTU confirmed when that may be for the size of packets.
func (p *Path) TimedOut(flight int) {
	s := &p.Search
	if !p.probes() || s.State != SearchComplete && s.State != Searching || flight+HeaderLen <= MinPMTU {
		return
	}
	if s.timeouts++; s.timeouts >= suspicion {
		s.timeouts = 0
		p.ask(SearchConfirming, p.pmtu&^3)
	}
}

// Arrived notes that a chunk of this size was acknowledged: if it filled a packet, the time-outs before were for another reason than the
// size of packets.
func (p *Path) Arrived(chunk int) {
	if chunk+HeaderLen+nearlyFull >= p.pmtu {
		p.Search.timeouts = 0
	}
}

// Doubted reports whether it is being found out if anything but small packets arrives.
func (p *Path) Doubted() bool {
	switch p.Search.State {
	case SearchConfirming, SearchBase, SearchError:
		return true
	case SearchComplete, Searching:
	}
	return false
}

// ask begins to probe a size.
func (p *Path) ask(state SearchState, size int) {
	s := &p.Search
	s.State, s.Size, s.Due = state, size, 0
	s.WantProbe, s.WantSmall = true, state != Searching
	s.probe, s.small = 0, 0
	s.tries, s.alive = 0, false
}

// ProbeSent notes a probe with this nonce; small is the one that is not too large.
func (p *Path) ProbeSent(now mono.Time, nonce uint64, small bool) {
	s := &p.Search
	if small {
		s.WantSmall, s.small = false, nonce
		return
	}
	s.WantProbe, s.probe = false, nonce
	s.Due = now.Add(max(minProbeTimer, 3*p.RTO.SRTT()))
}

// ProbeAnswered takes the nonce of a HEARTBEAT ACK, and reports whether it answers a probe. A probe that arrived raises the path MTU.
func (p *Path) ProbeAnswered(now mono.Time, nonce uint64) bool {
	s := &p.Search
	switch {
	case nonce == 0:
		return false
	case nonce == s.small:
		s.small, s.alive = 0, true
		return true
	case nonce != s.probe:
		return false
	}
	s.probe = 0
	switch s.State {
	case SearchConfirming:
		p.complete(now)
	case SearchBase, Searching, SearchError:
		s.low = s.Size
		p.resize(s.Size)
		p.searchOn(now)
	case SearchComplete:
	}
	return true
}

// ExpireSearch handles the timer of the search. A size that is not 0 is the new path MTU: larger packets vanish.
func (p *Path) ExpireSearch(now mono.Time) int {
	s := &p.Search
	if !s.Due.Reached(now) {
		return 0
	}
	s.Due = 0
	if !p.probes() {
		p.stopSearch()
		return 0
	}
	if s.State == SearchComplete { // PMTU_RAISE_TIMER
		s.low, s.high = p.pmtu, s.ceiling+4
		p.searchOn(now)
		return 0
	}
	if s.tries++; s.tries < MaxProbes {
		s.WantProbe, s.WantSmall = true, s.State != Searching && !s.alive
		return 0
	}
	return p.vanished(now)
}

// vanished draws the conclusion from probes that all were lost.
func (p *Path) vanished(now mono.Time) int {
	s := &p.Search
	switch {
	case s.State == Searching:
		s.high = s.Size
		p.searchOn(now)
	case !s.alive, s.State == SearchError:
		p.complete(now) // nothing gets through: size is not to blame
	case s.State == SearchConfirming:
		s.high, s.lowered = s.Size, true
		if s.Size <= BasePMTU {
			p.ask(SearchError, MinPMTU)
			return MinPMTU
		}
		p.ask(SearchBase, BasePMTU)
		return BasePMTU
	case s.State == SearchBase:
		s.high = s.Size
		p.ask(SearchError, MinPMTU)
		return MinPMTU
	}
	return 0
}

// searchOn probes the next size, or ends the search.
func (p *Path) searchOn(now mono.Time) {
	if n := p.nextSize(); n > 0 {
		p.ask(Searching, n)
	} else {
		p.complete(now)
	}
}

// nextSize is the size to probe next, 0 if the search is over: first what the first hop takes, then likely ones, then what halves the
// difference (section 5.3).
func (p *Path) nextSize() int {
	s := &p.Search
	if top := s.ceiling &^ 3; top > s.low && top < s.high && s.high > s.ceiling {
		return top
	}
	headers := headerIPv4 + headerUDP
	if p.Addr.Remote.Is6() {
		headers = headerIPv6 + headerUDP
	}
	for _, n := range likelyMTUs {
		if n -= headers; n > s.low && n < s.high {
			return n &^ 3
		}
	}
	if s.high-s.low <= searchStep {
		return 0
	}
	return (s.low + s.high) / 2 &^ 3
}

// complete ends the search; after PMTU_RAISE_TIMER it is tried whether the path takes more by now.
func (p *Path) complete(now mono.Time) {
	p.stopSearch()
	p.Search.unknown = false
	if p.probes() && p.pmtu < p.Search.ceiling&^3 {
		p.Search.Due = now.Add(p.config.RaiseInterval)
	} else {
		p.Search.lowered = false
	}
}

// stopSearch forgets what is being probed.
func (p *Path) stopSearch() {
	s := &p.Search
	p.Search = Search{ceiling: s.ceiling, lowered: s.lowered, unknown: s.unknown}
}
