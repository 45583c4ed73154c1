//go:build linux && (amd64 || arm64)

package intercept

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestListenerIsHandedOver(t *testing.T) {
	for _, tt := range []struct {
		name   string
		say    string
		rights bool
		told   string // to the user
		err    string
	}{
		{"by a kernel with all the help", string([]byte{launcherReady}), true, "", ""},
		{"by an old kernel", string([]byte{launcherPlain}), true, "older than 5.19", ""},
		{"not", errNested.Error(), false, "", "serves this program already"},
		{"not, without a word", "", false, "", "without a word"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
			if err != nil {
				t.Fatal(err)
			}
			conn := os.NewFile(uintptr(pair[0]), "launcher")
			defer conn.Close()
			if tt.say != "" {
				var rights []byte
				if tt.rights {
					rights = unix.UnixRights(pair[1])
				}
				if err := unix.Sendmsg(pair[1], []byte(tt.say), rights, nil, 0); err != nil {
					t.Fatal(err)
				}
			}
			_ = unix.Close(pair[1])
			var told string
			l, err := receiveListener(conn, newProblems(func(s string) { told += s }))
			if tt.rights {
				defer unix.Close(int(l))
			}
			if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
				t.Errorf("%v, want %q", err, tt.err)
			}
			if !strings.Contains(told, tt.told) || tt.told == "" && told != "" {
				t.Errorf("told %q, want %q", told, tt.told)
			}
		})
	}
}
