//go:build linux && (amd64 || arm64)

package intercept

import (
	"testing"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/internal/abi/linux"
)

func TestTraceNamesNotifications(t *testing.T) {
	m := newProgramMemory(t)
	le.PutUint16(m.b, uint16(linux.SCTP_SHUTDOWN_EVENT))
	c := &call{s: &supervisor{config: &Config{}, problems: newProblems(func(string) {})}}
	c.n.tid = uint32(unix.Getpid())
	for _, tt := range []struct {
		pieces []piece
		want   string
	}{
		{[]piece{{m.base, 20}}, "SCTP_SHUTDOWN_EVENT"},
		{[]piece{{m.base, 1}, {m.base + 1, 19}}, "a notification"},
		{[]piece{{16, 20}}, "a notification"},
		{nil, "a notification"},
	} {
		if got := c.notificationText(&message{pieces: tt.pieces}); got != tt.want {
			t.Errorf("%v: %s", tt.pieces, got)
		}
	}
	for how, want := range map[int]string{unix.SHUT_RD: "SHUT_RD", unix.SHUT_WR: "SHUT_WR", unix.SHUT_RDWR: "SHUT_RDWR", 7: "7"} {
		if got := howName(how); got != want {
			t.Errorf("%d: %s", how, got)
		}
	}
}
