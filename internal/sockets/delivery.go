package sockets

import (
	"math"
	"syscall"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/assoc"
)

// deliveryOptions change how messages are handed out, and how they are put in.
var deliveryOptions = table{
	linux.SCTP_FRAGMENT_INTERLEAVE:    of(setFragmentInterleave, getFragmentInterleave),
	linux.SCTP_PARTIAL_DELIVERY_POINT: of(setPartialDeliveryPoint, getPartialDeliveryPoint),
	linux.SCTP_RECVNXTINFO:            flag(func(o *options) *bool { return &o.ext.nextInfo }),
	linux.SCTP_EXPLICIT_EOR:           flag(func(o *options) *bool { return &o.ext.explicitEOR }),
}

// allMayAlternate is the level of RFC 6458 section 8.1.20 at which parts of messages of one association alternate, too. Linux has it
// under SCTP_INTERLEAVING_SUPPORTED only.
const allMayAlternate = 2

// interleave is the level that associations have.
func (x *extensions) interleave() int {
	if x.on.Has(assoc.Interleaving) {
		return allMayAlternate // or what the peer sends next may not be what the reader waits for (RFC 8260 section 4.3.1)
	}
	return x.level
}

// setFragmentInterleave takes any number for a level, as Linux does: what is neither 0 nor 2 is 1.
func setFragmentInterleave(s *Socket, v *linux.Int) error {
	level := number(*v != 0)
	if *v == allMayAlternate {
		level = allMayAlternate
	}
	s.options.ext.level = level
	s.mailbox.SetExclusive(level == 0)
	s.deliverAsTold()
	return nil
}

// getFragmentInterleave shows level 2 as Linux does, which takes it for 1.
func getFragmentInterleave(s *Socket, v *linux.Int) error {
	*v = linux.Int(number(s.options.ext.level != 0))
	return nil
}

// whole as a point has messages wait until they are complete, unless the receive window is closed before.
const whole = math.MaxInt32

// deliveryPoint is where delivery in parts begins. Linux' own 0 is whole, and not what RFC 6458 section 8.1.21 leaves to the stack: programs
// expect that a call gives them a message if it fits.
func (x *extensions) deliveryPoint() int {
	if x.point == 0 {
		return whole
	}
	return x.point
}

// setPartialDeliveryPoint takes at most half of SO_RCVBUF.
func setPartialDeliveryPoint(s *Socket, v *linux.Int) error {
	if uint32(*v) > uint32(s.options.rcvbuf/2) {
		return syscall.EINVAL
	}
	s.options.ext.point = int(*v)
	s.deliverAsTold()
	return nil
}

func getPartialDeliveryPoint(s *Socket, v *linux.Int) error {
	*v = linux.Int(s.options.ext.point)
	return nil
}

// deliverAsTold has level and point count, for the associations that there are as well. Where fragments are interleaved the level stays. s.mu
// is held.
func (s *Socket) deliverAsTold() {
	s.reconfigure()
	x := &s.options.ext
	for _, a := range s.members() {
		interleaving := s.uses(a, assoc.Interleaving)
		a.Tune(func(t *assoc.Tunable) {
			t.PartialDeliveryPoint = x.deliveryPoint()
			if !interleaving {
				t.FragmentInterleave = x.level
			}
		})
	}
}
