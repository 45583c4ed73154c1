package sockets

import (
	"net"
	"net/netip"
	"syscall"
	"time"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/engine"
)

// statusOptions tell how associations are.
var statusOptions = table{
	linux.SCTP_STATUS:             of(nil, getStatus),
	linux.SCTP_GET_ASSOC_NUMBER:   of(nil, getAssocNumber),
	linux.SCTP_GET_ASSOC_ID_LIST:  of(nil, getAssocIDs),
	linux.SCTP_GET_PEER_ADDR_INFO: of(nil, getPeerAddrInfo),
	linux.SCTP_GET_ASSOC_STATS:    of(nil, getAssocStats),
}

// setInitMsg keeps what is 0 as it was.
func setInitMsg(s *Socket, v *linux.InitMsg) error {
	for _, f := range []struct{ to, from *uint16 }{
		{&s.options.init.OutStreams, &v.OutStreams}, {&s.options.init.MaxInStreams, &v.MaxInStreams},
		{&s.options.init.MaxAttempts, &v.MaxAttempts}, {&s.options.init.MaxInitTimeout, &v.MaxInitTimeout},
	} {
		if *f.from != 0 {
			*f.to = *f.from
		}
	}
	s.reconfigure()
	return nil
}

func getInitMsg(s *Socket, v *linux.InitMsg) error {
	*v = s.options.init
	return nil
}

// stateNumbers are Linux' numbers of the states.
var stateNumbers = [...]linux.AssocState{
	assoc.StateClosed: linux.SCTP_CLOSED, assoc.StateCookieWait: linux.SCTP_COOKIE_WAIT,
	assoc.StateCookieEchoed: linux.SCTP_COOKIE_ECHOED, assoc.StateEstablished: linux.SCTP_ESTABLISHED,
	assoc.StateShutdownPending: linux.SCTP_SHUTDOWN_PENDING, assoc.StateShutdownSent: linux.SCTP_SHUTDOWN_SENT,
	assoc.StateShutdownReceived: linux.SCTP_SHUTDOWN_RECEIVED, assoc.StateShutdownAckSent: linux.SCTP_SHUTDOWN_ACK_SENT,
}

// getStatus is SCTP_STATUS. What is pending are chunks that have yet to arrive, as Linux has it.
func getStatus(s *Socket, v *linux.Status) error {
	a := s.member(v.AssocID)
	if a == nil {
		return syscall.EINVAL
	}
	at := a.Status()
	*v = linux.Status{
		AssocID: assocID(a), State: stateNumbers[at.State], Rwnd: uint32(at.PeerRwnd),
		Unacked: uint16(at.Unacked), Pending: uint16(at.Missing),
		InStreams: at.InStreams, OutStreams: at.OutStreams, FragmentationPoint: uint32(at.FragmentationPoint),
	}
	for i := range at.Paths {
		if at.Paths[i].Primary {
			v.Primary = s.pathInfo(a, &at.Paths[i])
			v.Primary.AssocID = v.AssocID
		}
	}
	return nil
}

// pathInfo describes one address of the peer.
func (s *Socket) pathInfo(a *engine.Assoc, p *assoc.PathStatus) (v linux.PaddrInfo) {
	v.Address.Set(s.sockaddr(netip.AddrPortFrom(p.Path.Remote, a.PeerPort())))
	v.State = pathState(p)
	v.Cwnd, v.MTU = uint32(p.Cwnd), s.mtu(a, p)
	v.SRTT, v.RTO = uint32(p.SRTT/time.Millisecond), uint32(p.RTO/time.Millisecond)
	return v
}

// pathState is the number that Linux has for the state of a path.
func pathState(p *assoc.PathStatus) linux.PathState {
	switch {
	case !p.Confirmed:
		return linux.SCTP_UNCONFIRMED
	case p.State == assoc.AddrUnreachable:
		return linux.SCTP_INACTIVE
	case p.State == assoc.AddrPotentiallyFailed:
		return linux.SCTP_PF
	}
	return linux.SCTP_ACTIVE
}

// getPeerAddrs is behind sctp_getpaddrs.
func getPeerAddrs(s *Socket, v *linux.GetAddrs) error {
	a := s.member(v.AssocID)
	if a == nil {
		return syscall.EINVAL
	}
	v.Addresses, v.Count = nil, 0
	for _, p := range a.Paths() {
		v.Addresses = s.show(v.Addresses, netip.AddrPortFrom(p.Remote, a.PeerPort()))
		v.Count++
	}
	return nil
}

// getLocalAddrs is behind sctp_getladdrs (RFC 6458 section 9.5): the addresses of an association, or those that the socket is bound to.
// These are all of the host's if it is to the wildcard.
func getLocalAddrs(s *Socket, v *linux.GetAddrs) error {
	v.Addresses, v.Count = nil, 0
	addrs := s.addrs
	switch a := s.member(v.AssocID); {
	case v.AssocID != 0 && a == nil:
		return syscall.EINVAL
	case s.bound == nil:
		return nil
	case v.AssocID != 0:
		addrs = a.LocalAddrs()
	case len(addrs) == 0:
		s.listHost(v)
		return nil
	}
	for _, ip := range addrs {
		v.Addresses = s.show(v.Addresses, netip.AddrPortFrom(ip, s.bound.Port()))
		v.Count++
	}
	return nil
}

// listHost lists the host's addresses that the socket can use, those of IPv6 with the interfaces that they are of.
func (s *Socket) listHost(v *linux.GetAddrs) {
	for _, ip := range s.stack.engine.LocalAddrs() {
		if s.family == linux.AF_INET && !ip.Is4() || s.options.v6only && ip.Is4() {
			continue
		}
		a := linux.Sockaddr{AddrPort: netip.AddrPortFrom(ip.WithZone(""), s.bound.Port())}
		if ip.Is6() {
			a.ScopeID = interfaceOf(ip)
		}
		v.Addresses = a.ToUser(s.family, s.options.mapped).Append(v.Addresses)
		v.Count++
	}
}

// interfaceOf is the index of the interface that has an address, 0 if there is none.
func interfaceOf(ip netip.Addr) uint32 {
	interfaces, err := net.Interfaces()
	if err != nil {
		return 0
	}
	for _, i := range interfaces {
		addrs, _ := i.Addrs() // one that went away meanwhile has none
		for _, a := range addrs {
			if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr() == ip.WithZone("") && (ip.Zone() == "" || ip.Zone() == i.Name) {
				return uint32(i.Index)
			}
		}
	}
	return 0
}

// getAssocNumber counts the associations of a one-to-many socket.
func getAssocNumber(s *Socket, v *linux.Int) error {
	*v = linux.Int(len(s.members()))
	return nil
}

// getAssocIDs lists them.
func getAssocIDs(s *Socket, v *linux.AssocIDs) error {
	v.IDs = nil
	for _, a := range s.members() {
		v.IDs = append(v.IDs, assocID(a))
	}
	return nil
}
