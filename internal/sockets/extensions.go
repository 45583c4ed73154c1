package sockets

import (
	"syscall"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/engine"
)

// extensionOptions say which extensions associations to come have on offer, and tell of one that there is which are in use.
var extensionOptions = table{
	linux.SCTP_PR_SUPPORTED:           offered(assoc.PartialReliability),
	linux.SCTP_RECONFIG_SUPPORTED:     offered(assoc.Reconfiguration),
	linux.SCTP_ECN_SUPPORTED:          offered(assoc.ECN),
	linux.SCTP_NRSACK_SUPPORTED:       offered(assoc.NRSack),
	linux.SCTP_PKTDROP_SUPPORTED:      offered(assoc.PacketDrop),
	linux.SCTP_INTERLEAVING_SUPPORTED: interleavingSupported(),
	linux.SCTP_AUTH_SUPPORTED:         of(setAuthSupported, getAuthSupported),
	linux.SCTP_ASCONF_SUPPORTED:       of(setAsconfSupported, getAsconfSupported),
	linux.SCTP_ACCEPT_ZERO_CHECKSUM:   of(setZeroChecksum, nil),
	linux.SCTP_ADAPTATION_LAYER:       of(setAdaptation, getAdaptation),
}

// extensions are the options about them.
type extensions struct {
	on assoc.Extensions
	// level is SCTP_FRAGMENT_INTERLEAVE, point SCTP_PARTIAL_DELIVERY_POINT.
	level, point int
	nextInfo     bool // SCTP_RECVNXTINFO
	explicitEOR  bool
	adaptation   uint32
	// resets are the requests of a peer that are granted, of SCTP_ENABLE_STREAM_RESET.
	resets     uint32
	asconf     bool
	autoASCONF bool
}

// extensionsOf are those of a socket on which no option was set. Interleaving is never among them: a program has to know of it.
func extensionsOf(s *linux.Sysctls) extensions {
	x := extensions{asconf: s.AddIPEnable != 0, autoASCONF: s.DefaultAutoASCONF != 0}
	for _, k := range []struct {
		on  int
		bit assoc.Extensions
	}{{s.PRSCTPEnable, assoc.PartialReliability}, {s.ECNEnable, assoc.ECN}, {s.ReconfEnable, assoc.Reconfiguration}} {
		if k.on != 0 {
			x.on |= k.bit
		}
	}
	return x
}

// configure has associations begin with them.
func (x *extensions) configure(c *assoc.Config) {
	on := x.on
	if x.asconf {
		on |= assoc.DynamicAddresses
	}
	c.Enable, c.Disable, c.AutoASCONF = on, assoc.AllExtensions&^on, x.autoASCONF
	c.FragmentInterleave, c.PartialDeliveryPoint = x.interleave(), x.deliveryPoint()
	c.DenyReconfig = denied(x.resets)
	if code := x.adaptation; code != 0 { // Linux takes 0 for none
		c.AdaptationIndication = &code
	}
}

// needs are what some options presuppose. s.mu is held.
func (s *Socket) needs() (n linux.Need) {
	if s.defaults.Load().auth.on {
		n |= linux.NeedsAuth
	}
	if s.options.ext.asconf {
		n |= linux.NeedsASCONF
	}
	return n
}

// offered is an option for an extension. Setting it is always for associations to come, whichever the identifier names, as in Linux; which
// extensions one has is settled in its handshake.
func offered(x assoc.Extensions) handler {
	return of(func(s *Socket, v *linux.AssocValue) error {
		if _, err := s.source(v.AssocID); err != nil {
			return err
		}
		s.offer(x, v.Value != 0)
		return nil
	}, func(s *Socket, v *linux.AssocValue) error {
		a, err := s.source(v.AssocID)
		if err != nil {
			return err
		}
		v.Value = uint32(number(s.uses(a, x)))
		return nil
	})
}

// uses reports whether an association has an extension in use, or those to come have it on offer. s.mu is held.
func (s *Socket) uses(a *engine.Assoc, x assoc.Extensions) bool {
	if a == nil {
		return s.options.ext.on.Has(x)
	}
	return a.Status().Extensions.Has(x)
}

func (s *Socket) offer(x assoc.Extensions, on bool) {
	s.options.ext.on &^= x
	if on {
		s.options.ext.on |= x
	}
	s.reconfigure()
}

// interleavingSupported takes the sysctl and SCTP_FRAGMENT_INTERLEAVE: a program that was not made for messages that alternate shall not get
// them (RFC 8260 section 4.3.1).
func interleavingSupported() handler {
	h := offered(assoc.Interleaving)
	set := h.set
	h.set = func(s *Socket, v linux.Struct) error {
		if _, err := s.source(v.(*linux.AssocValue).AssocID); err != nil {
			return err
		}
		if s.stack.sysctls().InterleavingEnable == 0 || s.options.ext.level == 0 {
			return syscall.EPERM
		}
		return set(s, v)
	}
	return h
}

// setZeroChecksum is for carriers that detect errors themselves; where there is none, or another than the one that is named, it is refused with
// EOPNOTSUPP (RFC 9653 section 7.1).
func setZeroChecksum(s *Socket, v *linux.Int) error {
	if *v != linux.SCTP_EDMID_NONE && uint32(*v) != s.stack.engine.ErrorDetection() {
		return syscall.EOPNOTSUPP
	}
	s.offer(assoc.ZeroChecksum, *v != linux.SCTP_EDMID_NONE)
	return nil
}

func setAdaptation(s *Socket, v *linux.Adaptation) error {
	s.options.ext.adaptation = v.Indication
	s.reconfigure()
	return nil
}

func getAdaptation(s *Socket, v *linux.Adaptation) error {
	v.Indication = s.options.ext.adaptation
	return nil
}
