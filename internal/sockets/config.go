package sockets

import (
	"time"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/assoc"
)

// configOf returns what an association begins with whatever options are set. Extensions are those that Linux has by default: programs that
// know nothing of the others have failed on their notifications.
func configOf(s *linux.Sysctls) assoc.Config {
	var c assoc.Config
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

func milliseconds(n uint32) time.Duration { return time.Duration(n) * time.Millisecond }

// minWindow is SCTP_DEFAULT_MINWINDOW, the least receive window.
const minWindow = 1500

// sackFrequency is the number of packets that a SACK answers (RFC 9260 section 6.2).
const sackFrequency = 2
