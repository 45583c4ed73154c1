package sockets

import (
	"syscall"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/engine"
	"github.com/gosctp/sctp/internal/tx"
)

// reliabilityOptions are about messages that may be given up (RFC 6458 section 8.1.32, RFC 7496 section 4).
var reliabilityOptions = table{
	linux.SCTP_DEFAULT_PRINFO:   of(setDefaultPRInfo, getDefaultPRInfo),
	linux.SCTP_PR_ASSOC_STATUS:  prStatus(countAssoc),
	linux.SCTP_PR_STREAM_STATUS: prStatus(countStream),
}

func setDefaultPRInfo(s *Socket, v *linux.DefaultPRInfo) error {
	if v.Policy&^linux.PRPolicy(linux.SCTP_PR_SCTP_MASK) != 0 {
		return syscall.EINVAL
	}
	if v.Policy == linux.SCTP_PR_SCTP_NONE {
		v.Value = 0
	}
	return s.changeDefaults(v.AssocID, func(d *defaults) {
		d.send.Flags, d.send.TimeToLive = d.send.Flags.WithPolicy(v.Policy), v.Value
	})
}

func getDefaultPRInfo(s *Socket, v *linux.DefaultPRInfo) error {
	a, err := s.source(v.AssocID)
	if err != nil {
		return err
	}
	d := &s.defaultsOf(a).send
	v.Policy, v.Value = d.Flags.Policy(), d.TimeToLive
	return nil
}

// counted is the policy of which what was given up is counted, or all of them.
func counted(p linux.PRPolicy) (tx.PRPolicy, bool) {
	switch p {
	case linux.SCTP_PR_SCTP_TTL:
		return tx.PRTTL, true
	case linux.SCTP_PR_SCTP_RTX:
		return tx.PRRTX, true
	case linux.SCTP_PR_SCTP_PRIO:
		return tx.PRPrio, true
	case linux.PRPolicy(linux.SCTP_PR_SCTP_ALL):
		return tx.PRAll, true
	}
	return 0, false
}

// prStatus answers with a count.
func prStatus(count func(a *engine.Assoc, stream uint16, p tx.PRPolicy) (tx.Abandoned, error)) handler {
	return of(nil, func(s *Socket, v *linux.PRStatus) error {
		a := s.member(v.AssocID)
		p, ok := counted(v.Policy)
		if a == nil || !ok {
			return syscall.EINVAL
		}
		n, err := count(a, v.StreamID, p)
		if err != nil {
			return syscall.EINVAL
		}
		v.AbandonedUnsent, v.AbandonedSent = n.Unsent, n.Sent
		return nil
	})
}

func countAssoc(a *engine.Assoc, _ uint16, p tx.PRPolicy) (tx.Abandoned, error) {
	return a.PRAssocStatus(p)
}

func countStream(a *engine.Assoc, stream uint16, p tx.PRPolicy) (tx.Abandoned, error) {
	return a.PRStatus(stream, p)
}
