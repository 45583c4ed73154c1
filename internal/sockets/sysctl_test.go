package sockets

import (
	"syscall"
	"testing"

	"github.com/gosctp/sctp/internal/abi/linux"
)

func TestSettingCountsForSocketsMadeAfterwards(t *testing.T) {
	inWorld(t, func(w *world) {
		before := w.socket(w.left, linux.AF_INET, sockStream)
		w.ok(w.left.SetSysctl("sack_timeout", "350"))
		after := w.socket(w.left, linux.AF_INET, sockStream)
		if a, b := before.sackInfo().Delay, after.sackInfo().Delay; a != 200 || b != 350 {
			t.Errorf("%d before, %d afterwards", a, b)
		}
		if v, err := w.left.Sysctl("sack_timeout"); v != "350" || err != nil {
			t.Errorf("%q, %v", v, err)
		}
		if v, err := w.right.Sysctl("sack_timeout"); v != "200" || err != nil {
			t.Errorf("another stack's: %q, %v", v, err)
		}
		for _, bad := range []struct {
			name, value string
			want        error
		}{{"sack_timeout", "501", syscall.EINVAL}, {"sack_timeout", "", syscall.EINVAL}, {"no_such_thing", "1", syscall.ENOENT}} {
			if err := w.left.SetSysctl(bad.name, bad.value); err != bad.want {
				t.Errorf("%s = %q: %v", bad.name, bad.value, err)
			}
		}
		if v, _ := w.left.Sysctl("sack_timeout"); v != "350" {
			t.Errorf("after what was refused %q", v)
		}
	})
}
