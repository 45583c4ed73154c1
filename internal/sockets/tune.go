package sockets

import (
	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/assoc"
)

// tuningOptions change how packets are made.
var tuningOptions = table{
	linux.SCTP_NODELAY:           tuned(func(o *options) *bool { return &o.nodelay }, func(t *assoc.Tunable, on bool) { t.Nagle = !on }),
	linux.SCTP_DISABLE_FRAGMENTS: tuned(func(o *options) *bool { return &o.whole }, func(t *assoc.Tunable, on bool) { t.DisableFragments = on }),
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
