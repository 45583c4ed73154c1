package check

import (
	"context"
	"fmt"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/transport/udpencap"
)

// socketBuffers finds out whether carriers get the socket buffers that they ask for. The kernel cuts a wish down without a word.
func socketBuffers(context.Context, wrapFunc) (string, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return "", err
	}
	defer unix.Close(fd)
	got := func(option, force int) int {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, option, udpencap.DefaultBufferSize)
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, force, udpencap.DefaultBufferSize) // which takes privilege
		n, _ := unix.GetsockoptInt(fd, unix.SOL_SOCKET, option)
		return n / 2 // Linux counts its own overhead as much
	}
	return judgeBuffers(got(unix.SO_RCVBUF, unix.SO_RCVBUFFORCE), got(unix.SO_SNDBUF, unix.SO_SNDBUFFORCE))
}

// judgeBuffers says what buffers of these sizes are good for.
func judgeBuffers(receive, send int) (string, error) {
	const want = udpencap.DefaultBufferSize
	if receive >= want && send >= want {
		return fmt.Sprintf("of %d KiB, as carriers ask for", want>>10), nil
	}
	return "", fmt.Errorf("%d KiB to receive and %d to send, of %d: packets may be lost while the program is busy; net.core.rmem_max and net.core.wmem_max allow more",
		receive>>10, send>>10, want>>10)
}
