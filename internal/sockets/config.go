package sockets

import (
	"time"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/assoc"
)

// configOf returns the parameters of an association of a socket on which no option was set. Extensions are those that Linux has by
// default: programs that know nothing of the others have failed on their notifications.
func configOf(s *linux.Sysctls) assoc.Config {
	c := assoc.Config{
		RTOInitial: milliseconds(s.RTOInitial), RTOMin: milliseconds(s.RTOMin), RTOMax: milliseconds(s.RTOMax),
		MaxBurst: s.MaxBurst, ValidCookieLife: milliseconds(s.ValidCookieLife),
		AssocMaxRetrans: s.AssociationMaxRetrans, PathMaxRetrans: s.PathMaxRetrans, PFMaxRetrans: s.PFRetrans,
		MaxInitRetransmits: s.MaxInitRetransmits,
		HBInterval:         milliseconds(s.HeartbeatInterval), SACKDelay: milliseconds(s.SackTimeout),
	}
	if s.PFEnable == 0 {
		c.PFMaxRetrans = s.PathMaxRetrans
	}
	for _, x := range []struct{ on, bit int }{
		{s.PRSCTPEnable, int(assoc.PartialReliability)}, {s.ECNEnable, int(assoc.ECN)},
		{s.ReconfEnable, int(assoc.Reconfiguration)}, {s.InterleavingEnable, int(assoc.Interleaving)},
	} {
		if x.on == 0 {
			c.Disable |= assoc.Extensions(x.bit)
		}
	}
	return c
}

func milliseconds(n int) time.Duration { return time.Duration(n) * time.Millisecond }

// Sizes of buffers, as Linux has them under net.core and in its header files.
const (
	defaultBuffer = 212992 // rmem_default and wmem_default
	maxBuffer     = 212992 // rmem_max and wmem_max: what a program may ask for, before it is doubled
	minSndbuf     = 4608
	minRcvbuf     = 2304
	minWindow     = 1500 // SCTP_DEFAULT_MINWINDOW, the least receive window
)

// sackFrequency is the number of packets that a SACK answers (RFC 9260 section 6.2).
const sackFrequency = 2
