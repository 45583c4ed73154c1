package sockets

import (
	"syscall"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/assoc"
)

// timingOptions are the times and limits of whole associations.
var timingOptions = table{
	linux.SCTP_RTOINFO:                         of(setRTOInfo, getRTOInfo),
	linux.SCTP_ASSOCINFO:                       of(setAssocInfo, getAssocInfo),
	linux.SCTP_MAXSEG:                          of(setMaxSeg, getMaxSeg),
	linux.SCTP_MAX_BURST:                       of(setMaxBurst, getMaxBurst),
	linux.SCTP_AUTOCLOSE:                       of(setAutoClose, getAutoClose),
	linux.SCTP_EXPOSE_POTENTIALLY_FAILED_STATE: of(setExposure, getExposure),
}

// setRTOInfo keeps what is 0 as it was. RTO.Initial need not lie between the others (RFC 6458 section 8.1.1).
func setRTOInfo(s *Socket, v *linux.RTOInfo) error {
	a, err := s.source(v.AssocID)
	if err != nil {
		return err
	}
	now := s.paramsOf(a)
	next := now.rto
	for _, f := range []struct {
		to   *uint32
		from uint32
	}{{&next.Initial, v.Initial}, {&next.Max, v.Max}, {&next.Min, v.Min}} {
		if f.from != 0 {
			*f.to = now.time(f.from)
		}
	}
	if next.Min > next.Max {
		return syscall.EINVAL
	}
	s.change(a, func(p *params) { p.rto = next })
	return nil
}

func getRTOInfo(s *Socket, v *linux.RTOInfo) error {
	a, err := s.source(v.AssocID)
	if err != nil {
		return err
	}
	p := s.paramsOf(a)
	v.Initial, v.Max, v.Min = p.rto.Initial, p.rto.Max, p.rto.Min
	return nil
}

// setAssocInfo is SCTP_ASSOCINFO, of which two fields can be set. An association with several paths would be given up before they
// are if its limit were below the sum of theirs, or never: Linux refuses one above it (RFC 6458 section 8.1.2).
func setAssocInfo(s *Socket, v *linux.AssocParams) error {
	a, err := s.source(v.AssocID)
	if err != nil {
		return err
	}
	if a != nil && v.MaxRetransmits != 0 {
		paths, sum := a.Paths(), 0
		for _, path := range paths {
			sum += int(s.pathParamsOf(a, path.Remote).maxRetrans)
		}
		if len(paths) > 1 && int(v.MaxRetransmits) > sum {
			return syscall.EINVAL
		}
	}
	s.change(a, func(p *params) {
		if v.MaxRetransmits != 0 {
			p.maxRetrans = v.MaxRetransmits
		}
		if v.CookieLife != 0 {
			p.cookieLife = v.CookieLife
		}
	})
	return nil
}

func getAssocInfo(s *Socket, v *linux.AssocParams) error {
	a, err := s.source(v.AssocID)
	if err != nil {
		return err
	}
	p := s.paramsOf(a)
	*v = linux.AssocParams{AssocID: v.AssocID, MaxRetransmits: p.maxRetrans, CookieLife: p.cookieLife}
	if a != nil {
		at := a.Status()
		v.PeerDestinations = uint16(len(at.Paths))
		v.PeerRwnd, v.LocalRwnd = uint32(at.PeerRwnd), uint32(at.LocalRwnd)
	}
	return nil
}

// Bounds of SCTP_MAXSEG: what is left of the smallest packet, and of the largest chunk, for the data of a chunk.
const (
	minPacket    = 512
	maxChunk     = 1<<16 - 4
	sizeofCommon = 12
)

func setMaxSeg(s *Socket, v *linux.AssocValue) error {
	a, err := s.source(v.AssocID)
	if err != nil {
		return err
	}
	chunk := uint32(sizeofData)
	if a != nil && a.Status().Extensions.Has(assoc.Interleaving) {
		chunk = sizeofIData
	}
	if v.Value != 0 && (v.Value < minPacket-s.sizeofIP()-sizeofCommon-chunk || v.Value > maxChunk-chunk) {
		return syscall.EINVAL
	}
	s.change(a, func(p *params) { p.maxSeg = v.Value })
	return nil
}

// Lengths of the headers of DATA and I-DATA chunks.
const (
	sizeofData  = 16
	sizeofIData = 20
)

// sizeofIP is the length of an IP header of the socket's family.
func (s *Socket) sizeofIP() uint32 {
	if s.family == linux.AF_INET6 {
		return sizeofIPv6
	}
	return sizeofIPv4
}

// Lengths of IP headers.
const (
	sizeofIPv4 = 20
	sizeofIPv6 = 40
)

// getMaxSeg tells of an association how much of a message there is in one chunk.
func getMaxSeg(s *Socket, v *linux.AssocValue) error {
	a, err := s.source(v.AssocID)
	if err != nil {
		return err
	}
	if v.Value = s.paramsOf(a).maxSeg; a != nil {
		v.Value = uint32(a.Status().FragmentationPoint)
	}
	return nil
}

// setMaxBurst takes 0 for no limit.
func setMaxBurst(s *Socket, v *linux.AssocValue) error {
	targets, future, err := s.targets(v.AssocID)
	for _, a := range targets {
		s.change(a, func(p *params) { p.maxBurst = v.Value })
	}
	if future {
		s.change(nil, func(p *params) { p.maxBurst = v.Value })
	}
	return err
}

func getMaxBurst(s *Socket, v *linux.AssocValue) error {
	a, err := s.source(v.AssocID)
	if err != nil {
		return err
	}
	v.Value = s.paramsOf(a).maxBurst
	return nil
}

// setAutoClose is for associations to come; 0 leaves them open. What is too long is cut.
func setAutoClose(s *Socket, v *linux.Int) error {
	s.change(nil, func(p *params) { p.autoClose = min(uint32(*v), uint32(s.stack.sysctls().MaxAutoclose)) })
	return nil
}

func getAutoClose(s *Socket, v *linux.Int) error {
	*v = linux.Int(s.params.Load().autoClose)
	return nil
}

// Values of SCTP_EXPOSE_POTENTIALLY_FAILED_STATE in Linux: who has not set it gets to see the state, without being told of it.
const (
	exposureUnset = iota
	exposureOff
	exposureOn
)

func setExposure(s *Socket, v *linux.AssocValue) error {
	if v.Value > exposureOn {
		return syscall.EINVAL
	}
	a, err := s.source(v.AssocID)
	if err != nil {
		return err
	}
	s.change(a, func(p *params) { p.exposure = v.Value })
	return nil
}

func getExposure(s *Socket, v *linux.AssocValue) error {
	a, err := s.source(v.AssocID)
	if err != nil {
		return err
	}
	v.Value = s.paramsOf(a).exposure
	return nil
}
