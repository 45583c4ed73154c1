package relay

import (
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// deviceName is both devices'.
const deviceName = "wan0"

// openTUN makes a device inside a namespace; it is read and written from here.
func openTUN(space string) (*os.File, error) {
	type outcome struct {
		f   *os.File
		err error
	}
	done := make(chan outcome)
	go func() {
		runtime.LockOSThread() // for good: the thread ends in its foreign namespace
		f, err := makeTUN(space)
		done <- outcome{f, err}
	}()
	o := <-done
	return o.f, o.err
}

// makeTUN leaves the calling thread in the namespace.
func makeTUN(space string) (*os.File, error) {
	ns, err := os.Open("/run/netns/" + space)
	if err != nil {
		return nil, err
	}
	defer ns.Close()
	if err := unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET); err != nil {
		return nil, err
	}
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	request, err := unix.NewIfreq(deviceName)
	if err != nil {
		unix.Close(fd)
		return nil, err
	}
	request.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, request); err != nil {
		unix.Close(fd)
		return nil, err
	}
	return os.NewFile(uintptr(fd), deviceName), nil
}
