//go:build linux

package programs

import (
	"strings"
	"testing"
)

// TestStressNG has stress-ng's stressor of SCTP run with its checks on: associations one after the other, each with messages and all kinds of
// options. Its client receives with flags that it never set, on any kernel; a run in which they happen to say MSG_DONTWAIT counts nothing, so
// the time is what ends a run.
func TestStressNG(t *testing.T) {
	for _, c := range carriers {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, c, "stress-ng")
			for _, how := range []string{"--sctp-domain ipv4", "--sctp-domain ipv6", "--sctp-sched prio"} {
				t.Run(how[2:], func(t *testing.T) {
					g := p.in(t).run(append([]string{"stress-ng", "--sctp", "2", "--timeout", "1", "--verify", "--temp-path", "/tmp"}, strings.Fields(how)...)...)
					g.mentions("successful run completed")
					g.ends()
				})
			}
		})
	}
}
