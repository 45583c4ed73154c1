package sockets

import (
	"net/netip"
	"syscall"
	"time"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/engine"
)

// pathOptions are about one address of the peer, all of an association, or those of associations to come.
var pathOptions = table{
	linux.SCTP_PEER_ADDR_PARAMS:       of(setPaddrParams, getPaddrParams),
	linux.SCTP_PEER_ADDR_THLDS:        of(setThresholds, getThresholds),
	linux.SCTP_PEER_ADDR_THLDS_V2:     of(setThresholdsV2, getThresholdsV2),
	linux.SCTP_REMOTE_UDP_ENCAPS_PORT: of(setEncapPort, getEncapPort),
	linux.SCTP_PLPMTUD_PROBE_INTERVAL: of(setProbeInterval, getProbeInterval),
	linux.SCTP_DELAYED_SACK:           of(setDelayedSack, getDelayedSack),
}

// scope finds what an identifier and an address name: an address of an association; without address, an association; without that, those to
// come. EINVAL answers what is not there. s.mu is held.
func (s *Socket) scope(id linux.AssocID, address *linux.Storage) (*engine.Assoc, netip.Addr, error) {
	if address.IsAny(s.family) {
		a, err := s.source(id)
		return a, netip.Addr{}, err
	}
	a, path, err := s.byAddress(id, address)
	if err != nil {
		return nil, netip.Addr{}, err
	}
	if shown, err := address.Sockaddr(); err == nil {
		address.Set(shown.ToUser(s.family, s.options.mapped)) // an answer has it as the socket shows addresses
	}
	return a, path.Path.Remote, nil
}

// strictScope is scope where Linux looks at the identifier too if there is an address.
func (s *Socket) strictScope(id linux.AssocID, address *linux.Storage) (*engine.Assoc, netip.Addr, error) {
	a, remote, err := s.scope(id, address)
	if err == nil {
		_, err = s.source(id)
	}
	return a, remote, err
}

// pathParamsOf are the params of an address, or if it is not valid, those of the association or of those to come. s.mu is held.
func (s *Socket) pathParamsOf(a *engine.Assoc, remote netip.Addr) pathParams {
	p := s.paramsOf(a)
	if remote.IsValid() {
		return p.at(remote)
	}
	return p.path
}

// setPaddrParams is SCTP_PEER_ADDR_PARAMS. What is 0, or has no flag, stays as it was.
func setPaddrParams(s *Socket, v *linux.PaddrParams) error {
	for _, both := range []linux.PaddrFlags{linux.SPP_HB, linux.SPP_PMTUD, linux.SPP_SACKDELAY} {
		if v.Flags&both == both {
			return syscall.EINVAL
		}
	}
	if v.SackDelay > maxSackDelay || v.PathMTU != 0 && v.PathMTU < minPacket {
		return syscall.EINVAL
	}
	a, remote, err := s.strictScope(v.AssocID, &v.Address)
	switch {
	case err != nil:
		return err
	case v.Flags&linux.SPP_HB_DEMAND != 0 && a == nil:
		return syscall.EINVAL
	}
	s.change(a, func(p *params) {
		p.changePaths(remote, func(c *pathParams) { c.take(v, p.time) })
		if a == nil && s.family != linux.AF_INET6 { // there will be no address for a flow label
			p.path.flags, p.path.flowLabel = p.path.flags&^linux.SPP_IPV6_FLOWLABEL, 0
		}
	})
	if v.Flags&linux.SPP_HB_DEMAND != 0 {
		demandHeartbeats(a, remote)
	}
	return nil
}

// demandHeartbeats has one address probed, or all of them. While the association begins there is nothing to probe.
func demandHeartbeats(a *engine.Assoc, remote netip.Addr) {
	for _, path := range a.Paths() {
		if !remote.IsValid() || path.Remote == remote {
			_ = a.RequestHeartbeat(path.Remote)
		}
	}
}

// take changes what v says; time is how times are kept.
func (c *pathParams) take(v *linux.PaddrParams, time func(uint32) uint32) {
	if v.Flags&linux.SPP_HB_ENABLE != 0 && (v.HeartbeatInterval != 0 || v.Flags&linux.SPP_HB_TIME_IS_ZERO != 0) {
		c.heartbeat = time(v.HeartbeatInterval)
		if v.Flags&linux.SPP_HB_TIME_IS_ZERO != 0 {
			c.heartbeat = 0
		}
	}
	if v.Flags&linux.SPP_PMTUD_DISABLE != 0 && v.PathMTU != 0 {
		c.mtu = v.PathMTU
	}
	if v.Flags&linux.SPP_SACKDELAY_ENABLE != 0 && v.SackDelay != 0 {
		c.sackDelay = time(v.SackDelay)
	}
	for _, either := range []linux.PaddrFlags{linux.SPP_HB, linux.SPP_PMTUD, linux.SPP_SACKDELAY} {
		if v.Flags&either != 0 {
			c.flags = c.flags&^either | v.Flags&either
		}
	}
	if v.Flags&linux.SPP_IPV6_FLOWLABEL != 0 {
		c.flags |= linux.SPP_IPV6_FLOWLABEL
		c.flowLabel = v.FlowLabel & flowLabelMask
	}
	if v.Flags&linux.SPP_DSCP != 0 {
		c.flags |= linux.SPP_DSCP
		c.dscp = v.DSCP & dscpMask
	}
	if v.MaxRetransmits != 0 {
		c.maxRetrans = v.MaxRetransmits
	}
}

const (
	flowLabelMask = 1<<20 - 1
	dscpMask      = 0xff &^ (1<<dscpShift - 1)
)

// getPaddrParams leaves flow label and DSCP as the program has them if they were never set.
func getPaddrParams(s *Socket, v *linux.PaddrParams) error {
	a, remote, err := s.strictScope(v.AssocID, &v.Address)
	if err != nil {
		return err
	}
	c := s.pathParamsOf(a, remote)
	v.HeartbeatInterval, v.MaxRetransmits, v.SackDelay, v.Flags = c.heartbeat, c.maxRetrans, c.sackDelay, c.flags
	if v.PathMTU = c.mtu; a != nil {
		v.PathMTU = s.leastMTU(a, remote)
	}
	if c.flags&linux.SPP_IPV6_FLOWLABEL != 0 {
		v.FlowLabel = c.flowLabel
	}
	if c.flags&linux.SPP_DSCP != 0 {
		v.DSCP = c.dscp
	}
	return nil
}

// leastMTU is the path MTU of an address, or the least of an association.
func (s *Socket) leastMTU(a *engine.Assoc, remote netip.Addr) (least uint32) {
	paths := a.Status().Paths
	for i := range paths {
		p := &paths[i]
		if remote.IsValid() && p.Path.Remote != remote {
			continue
		}
		if n := s.mtu(a, p); least == 0 || n < least {
			least = n
		}
	}
	return least
}

// mtu is a path MTU as Linux shows it, the IP header included.
func (s *Socket) mtu(a *engine.Assoc, p *assoc.PathStatus) uint32 {
	c := s.pathParamsOf(a, p.Path.Remote)
	if c.flags&linux.SPP_PMTUD_DISABLE != 0 && c.mtu != 0 {
		return c.mtu
	}
	header := sizeofIPv4
	if p.Path.Remote.Is6() {
		header = sizeofIPv6
	}
	return uint32(p.PMTU+header+s.stack.encapsulation()) &^ 3
}

// Thresholds of RFC 7829 section 7.2. Linux answers an address that is not the peer's in a way of its own.

func setThresholds(s *Socket, v *linux.PaddrThresholds) error {
	a, remote, err := s.thresholdScope(v.AssocID, &v.Address)
	if err != nil {
		return err
	}
	s.change(a, func(p *params) {
		p.changePaths(remote, func(c *pathParams) {
			c.pf = v.PFThreshold
			if v.MaxRetransmits != 0 {
				c.maxRetrans = v.MaxRetransmits
			}
		})
	})
	return nil
}

func setThresholdsV2(s *Socket, v *linux.PaddrThresholdsV2) error {
	if v.PFThreshold > v.PSThreshold {
		return syscall.EINVAL
	}
	a, remote, err := s.thresholdScope(v.AssocID, &v.Address)
	if err != nil {
		return err
	}
	s.change(a, func(p *params) {
		p.changePaths(remote, func(c *pathParams) {
			c.pf, c.ps = v.PFThreshold, v.PSThreshold
			if v.MaxRetransmits != 0 {
				c.maxRetrans = v.MaxRetransmits
			}
		})
	})
	return nil
}

func getThresholds(s *Socket, v *linux.PaddrThresholds) error {
	a, remote, err := s.thresholdScope(v.AssocID, &v.Address)
	if err != nil {
		return err
	}
	c := s.pathParamsOf(a, remote)
	v.MaxRetransmits, v.PFThreshold, v.PSThreshold = c.maxRetrans, c.pf, c.ps
	return nil
}

func getThresholdsV2(s *Socket, v *linux.PaddrThresholdsV2) error {
	a, remote, err := s.thresholdScope(v.AssocID, &v.Address)
	if err != nil {
		return err
	}
	c := s.pathParamsOf(a, remote)
	v.MaxRetransmits, v.PFThreshold, v.PSThreshold = c.maxRetrans, c.pf, c.ps
	return nil
}

func (s *Socket) thresholdScope(id linux.AssocID, address *linux.Storage) (*engine.Assoc, netip.Addr, error) {
	a, remote, err := s.scope(id, address)
	if err != nil && !address.IsAny(s.family) {
		err = syscall.ENOENT
	}
	return a, remote, err
}

// setEncapPort is SCTP_REMOTE_UDP_ENCAPS_PORT (RFC 6951 section 6.1). It has an effect where SCTP goes in UDP; a stack does one or the other,
// so that port 0, which means no UDP in Linux, leaves the port that is found there.
func setEncapPort(s *Socket, v *linux.UDPEncaps) error {
	a, remote, err := s.scope(v.AssocID, &v.Address)
	if err != nil {
		return err
	}
	s.change(a, func(p *params) {
		p.changePaths(remote, func(c *pathParams) { c.encapPort = v.Port })
	})
	if a == nil || !s.stack.encapsulated() || v.Port == 0 {
		return nil
	}
	for _, path := range a.Paths() {
		if !remote.IsValid() || path.Remote == remote {
			_ = a.SetEncapPort(path.Remote, v.Port) // an association that is over needs none
		}
	}
	return nil
}

func getEncapPort(s *Socket, v *linux.UDPEncaps) error {
	a, remote, err := s.scope(v.AssocID, &v.Address)
	if err != nil {
		return err
	}
	v.Port = s.pathParamsOf(a, remote).encapPort
	return nil
}

// minProbeInterval is the shortest interval between probes, in milliseconds.
const minProbeInterval = 5000

// setProbeInterval turns the search for the path MTU (RFC 8899) on, with 0 off. Probes follow the round trip, not the interval, which only
// says how long a search rests that has ended.
func setProbeInterval(s *Socket, v *linux.ProbeInterval) error {
	if v.Interval != 0 && v.Interval < minProbeInterval {
		return syscall.EINVAL
	}
	a, remote, err := s.scope(v.AssocID, &v.Address)
	if err != nil {
		return err
	}
	s.change(a, func(p *params) {
		p.changePaths(remote, func(c *pathParams) { c.probeInterval = p.time(v.Interval) })
	})
	return nil
}

func getProbeInterval(s *Socket, v *linux.ProbeInterval) error {
	a, remote, err := s.scope(v.AssocID, &v.Address)
	if err != nil {
		return err
	}
	v.Interval = s.pathParamsOf(a, remote).probeInterval
	return nil
}

// maxSackDelay is the longest that RFC 9260 section 6.2 allows, in milliseconds.
const maxSackDelay = uint32(500 * time.Millisecond / time.Millisecond)

// setDelayedSack takes a delay and a frequency, each unless it is 0; frequency 1 turns delays off (RFC 6458 section 8.1.19).
func setDelayedSack(s *Socket, v *linux.SackInfo) error {
	switch {
	case v.Delay == 0 && v.Frequency == 0:
		return nil // whoever it is for
	case v.Delay > maxSackDelay:
		return syscall.EINVAL
	}
	targets, future, err := s.targets(v.AssocID)
	if future {
		targets = append(targets, nil)
	}
	for _, a := range targets {
		s.change(a, func(p *params) {
			p.changePaths(netip.Addr{}, func(c *pathParams) { c.delaySacks(v, p.time) })
		})
	}
	return err
}

func (c *pathParams) delaySacks(v *linux.SackInfo, time func(uint32) uint32) {
	flags := linux.PaddrFlags(0)
	if v.Delay != 0 {
		c.sackDelay, flags = time(v.Delay), linux.SPP_SACKDELAY_ENABLE
	}
	switch {
	case v.Frequency == 1:
		flags = linux.SPP_SACKDELAY_DISABLE
	case v.Frequency > 1:
		c.sackFrequency, flags = v.Frequency, linux.SPP_SACKDELAY_ENABLE
	}
	if flags != 0 {
		c.flags = c.flags&^linux.SPP_SACKDELAY | flags
	}
}

func getDelayedSack(s *Socket, v *linux.SackInfo) error {
	a, err := s.source(v.AssocID)
	if err != nil {
		return err
	}
	c := s.paramsOf(a).path
	v.Delay, v.Frequency = c.sackDelay, c.sackFrequency
	if c.flags&linux.SPP_SACKDELAY_DISABLE != 0 {
		v.Delay, v.Frequency = 0, 1
	}
	return nil
}
