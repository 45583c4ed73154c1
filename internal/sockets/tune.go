package sockets

import (
	"syscall"
	"time"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/assoc"
)

// tuningOptions change how packets are made.
var tuningOptions = table{
	linux.SCTP_NODELAY:           tuned(func(o *options) *bool { return &o.nodelay }, func(t *assoc.Tunable, on bool) { t.Nagle = !on }),
	linux.SCTP_DISABLE_FRAGMENTS: tuned(func(o *options) *bool { return &o.whole }, func(t *assoc.Tunable, on bool) { t.DisableFragments = on }),
	linux.SCTP_DELAYED_SACK:      of(setDelayedSack, getDelayedSack),
}

// tuned is a flag that also changes the associations that there are.
func tuned(field func(*options) *bool, tune func(t *assoc.Tunable, on bool)) handler {
	h := flag(field)
	set := h.set
	h.set = func(s *Socket, v linux.Struct) error {
		if err := set(s, v); err != nil {
			return err
		}
		on := *field(&s.options)
		for _, a := range s.members() {
			a.Tune(func(t *assoc.Tunable) { tune(t, on) })
		}
		return nil
	}
	return h
}

// sack is when messages are acknowledged. While SACKs are not delayed, delay is negative: it comes back as it was.
type sack struct {
	delay     time.Duration
	frequency int
}

// maxSackDelay is the longest that RFC 9260 section 6.2 allows.
const maxSackDelay = 500 * time.Millisecond

// change does what SCTP_DELAYED_SACK asks for: a delay and a frequency, each unless it is 0; frequency 1 turns delays off.
func (k *sack) change(v *linux.SackInfo) {
	if v.Delay != 0 {
		k.delay = time.Duration(v.Delay) * time.Millisecond
	}
	switch {
	case v.Frequency == 1:
		k.delay = -max(k.delay, -k.delay)
	case v.Frequency > 1:
		k.delay, k.frequency = max(k.delay, -k.delay), int(v.Frequency)
	}
}

func setDelayedSack(s *Socket, v *linux.SackInfo) error {
	if time.Duration(v.Delay)*time.Millisecond > maxSackDelay {
		return syscall.EINVAL
	}
	targets, future, err := s.targets(v.AssocID)
	for _, a := range targets {
		a.Tune(func(t *assoc.Tunable) {
			k := sack{t.SACKDelay, t.SACKFrequency}
			k.change(v)
			t.SACKDelay, t.SACKFrequency = k.delay, k.frequency
		})
	}
	if future {
		s.options.sack.change(v)
		s.reconfigure()
	}
	return err
}

func getDelayedSack(s *Socket, v *linux.SackInfo) error {
	a, err := s.source(v.AssocID)
	if err != nil {
		return err
	}
	k := s.options.sack
	if a != nil {
		t := a.Tunable()
		k = sack{t.SACKDelay, t.SACKFrequency}
	}
	v.Delay, v.Frequency = uint32(k.delay/time.Millisecond), uint32(k.frequency)
	if k.delay < 0 {
		v.Delay, v.Frequency = 0, 1
	}
	return nil
}
