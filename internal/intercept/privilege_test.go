//go:build linux && (amd64 || arm64)

package intercept

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

func TestCapabilitiesOfAThread(t *testing.T) {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		t.Fatal(err)
	}
	self := &task{tid: os.Getpid()}
	for number := range 32 {
		if got, want := self.capable(number), data[0].Effective>>number&1 != 0; got != want {
			t.Errorf("capability %d: %t, want %t", number, got, want)
		}
	}
	if gone := (&task{tid: 1 << 30}); gone.capable(unix.CAP_NET_BIND_SERVICE) {
		t.Error("a thread that there is not is capable")
	}
}

func TestFirstPortForAll(t *testing.T) {
	if n := unprivilegedFrom(); n < 0 || n > 65536 {
		t.Errorf("everybody may bind from port %d on", n)
	}
}
