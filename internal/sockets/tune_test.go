package sockets

import (
	"syscall"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/abi/linux"
)

func (u *user) sackInfo() (v linux.SackInfo) {
	u.t.Helper()
	out, _, _, err := u.Option(linux.SOL_SCTP, int(linux.SCTP_DELAYED_SACK), make([]byte, 12))
	if err == nil {
		err = linux.Parse(out, &v)
	}
	if err != nil {
		u.t.Error(err)
	}
	return v
}

// The answers are those of Linux 6.12, before an association and with one.
func TestDelayedSack(t *testing.T) {
	inWorld(t, func(w *world) {
		c, s, l := w.pair()
		fresh := w.socket(w.left, linux.AF_INET, sockStream)
		for _, u := range []*user{fresh, c} {
			if got := u.sackInfo(); got.Delay != 200 || got.Frequency != sackFrequency {
				t.Errorf("at first %+v", got)
			}
			for _, k := range []struct{ delay, frequency, wantDelay, wantFrequency uint32 }{
				{100, 3, 100, 3}, {0, 1, 0, 1}, {0, 0, 0, 1}, {500, 0, 500, 3}, {0, 5, 500, 5},
			} {
				w.ok(u.set(linux.SOL_SCTP, int(linux.SCTP_DELAYED_SACK), &linux.SackInfo{Delay: k.delay, Frequency: k.frequency}))
				if got := u.sackInfo(); got.Delay != k.wantDelay || got.Frequency != k.wantFrequency {
					t.Errorf("set to %d, %d: %+v", k.delay, k.frequency, got)
				}
			}
			tooLong := linux.SackInfo{Delay: maxSackDelay + 1, Frequency: 2}
			w.want("too long", u.set(linux.SOL_SCTP, int(linux.SCTP_DELAYED_SACK), &tooLong), syscall.EINVAL)
		}
		if got := s.sackInfo(); got.Delay != 200 {
			t.Errorf("the other side has %+v", got)
		}
		if k := fresh.config(); k.SACKDelay != milliseconds(maxSackDelay) || k.SACKFrequency != 5 {
			t.Errorf("associations to come have %v, %d", k.SACKDelay, k.SACKFrequency)
		}
		many := w.socket(w.left, linux.AF_INET, sockSeqpacket)
		w.want("an identifier that does not exist", many.set(linux.SOL_SCTP, int(linux.SCTP_DELAYED_SACK),
			&linux.SackInfo{AssocID: 999, Delay: 1}), syscall.EINVAL)
		w.ok(many.set(linux.SOL_SCTP, int(linux.SCTP_DELAYED_SACK), &linux.SackInfo{AssocID: 999}))
		_, _, _, err := many.Option(linux.SOL_SCTP, int(linux.SCTP_DELAYED_SACK), linux.Append(nil, &linux.SackInfo{AssocID: 999}))
		w.want("asking for it", err, syscall.EINVAL)
		closeAll(fresh, c, s, l, many)
	})
}

func TestNodelayCountsAtOnce(t *testing.T) {
	inWorld(t, func(w *world) {
		c, s, l := w.pair()
		took := func() time.Duration {
			w.settle()
			start := time.Now()
			for range 3 { // the first is on its way when the others come
				w.ok(c.send("x"))
			}
			for range 3 {
				s.wantText("x")
			}
			return time.Since(start)
		}
		if d := took(); d < 3*time.Millisecond { // there, the answer, there again
			t.Errorf("with Nagle's algorithm three messages take %v: nothing was held back", d)
		}
		one := linux.Int(1)
		w.ok(c.set(linux.SOL_SCTP, int(linux.SCTP_NODELAY), &one))
		if d := took(); d != time.Millisecond {
			t.Errorf("without it three messages take %v", d)
		}
		w.ok(c.set(linux.SOL_SCTP, int(linux.SCTP_DISABLE_FRAGMENTS), &one))
		w.want("a message of two packets", c.send(string(make([]byte, 2000))), syscall.EMSGSIZE)
		closeAll(c, s, l)
	})
}
