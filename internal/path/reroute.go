package path

import "github.com/gosctp/sctp/internal/mono"

// Rerouted begins anew with what depends on the way of packets (RFC 8261 section 6.1): the congestion window is the initial one, and the
// path MTU is tested, or if it is less than what the first hop takes, searched for upwards.
func (p *Path) Rerouted(now mono.Time) {
	p.CC.Reset()
	s := &p.Search
	switch {
	case !p.probes() || p.pmtu <= BasePMTU && p.pmtu >= s.ceiling&^3:
	case p.pmtu >= s.ceiling&^3:
		p.ask(SearchConfirming, p.pmtu&^3)
	default:
		s.low, s.high = p.pmtu, s.ceiling+4
		p.searchOn(now)
	}
}
