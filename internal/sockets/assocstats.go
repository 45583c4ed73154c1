package sockets

import (
	"net/netip"
	"syscall"
	"time"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// getAssocStats is SCTP_GET_ASSOC_STATS. The largest RTO is in ticks, and begins anew with each call. The packet with which the peer
// made an association is not counted, as there was none when it came.
func getAssocStats(s *Socket, v *linux.AssocStats) error {
	a := s.member(v.AssocID)
	if a == nil {
		return syscall.EINVAL
	}
	peak, remote := a.TakePeakRTO()
	n := a.Status().Stats
	first := uint64(number(a.Passive()))
	*v = linux.AssocStats{
		AssocID: v.AssocID, MaxRTO: uint64(peak / (tick * time.Millisecond)),
		InSacks: n.SacksReceived, OutSacks: n.SacksSent,
		OutPackets: n.PacketsSent, InPackets: n.PacketsReceived - min(first, n.PacketsReceived),
		Retransmitted: n.Retransmitted, OutOfSequence: n.OutOfOrderTSNs, Duplicates: n.DuplicateTSNs, GapAcks: n.GapsReceived,
		OutUnordered: n.UnorderedSent, InUnordered: n.UnorderedRcvd, OutOrdered: n.OrderedSent, InOrdered: n.OrderedRcvd,
		OutControlChunks: n.ControlSent, InControlChunks: n.ControlReceived - min(first, n.ControlReceived),
	}
	v.ObservedRTOAddress.Set(s.sockaddr(netip.AddrPortFrom(remote, a.PeerPort())))
	return nil
}
