package assoc

import "github.com/gosctp/sctp/internal/path"

// Status describes the association as of now.
func (a *Association) Status() Status {
	s := Status{
		State: a.state, LocalTag: a.localTag, PeerTag: a.peerTag,
		PeerRwnd:  a.send.peerRwnd,
		Unsent:    a.send.queue.Unsent(),
		InStreams: a.inStreams, OutStreams: a.outStreams,
		Extensions:         a.extensions & AllExtensions,
		Stats:              a.Stats(),
		FragmentationPoint: a.FragmentationPoint(),
	}
	if a.send.outstanding != nil {
		s.Unacked = a.send.outstanding.Len()
	}
	if a.receive.tsns != nil {
		s.LocalRwnd = a.rwnd()
		s.Pending = a.receive.inbound.Bytes()
		s.Missing = a.receive.tsns.Missing()
	}
	for _, p := range a.paths {
		s.Paths = append(s.Paths, a.pathStatus(p))
	}
	return s
}

// FragmentationPoint is the largest piece of a message that is not cut, 0 before that is known.
func (a *Association) FragmentationPoint() int {
	if len(a.paths) == 0 {
		return 0
	}
	return a.fragmentSize()
}

func (a *Association) pathStatus(p *path.Path) PathStatus {
	state := AddrAvailable
	switch p.State() {
	case path.Inactive, path.UnconfirmedInactive:
		state = AddrUnreachable
	case path.PotentiallyFailed:
		state = AddrPotentiallyFailed
	case path.Active, path.Unconfirmed:
	}
	return PathStatus{
		Path: p.Addr, State: state, Confirmed: p.State().Confirmed(), Primary: p == a.primary,
		SRTT: p.RTO.SRTT(), RTO: p.RTO.Current(),
		Cwnd: p.CC.Cwnd(), Ssthresh: p.CC.Ssthresh(), FlightSize: a.send.outstanding.Flight(p.ID),
		PMTU: p.PMTU(), Search: p.Search.State, Errors: p.Errors(), Retransmitted: p.Retransmitted,
	}
}
