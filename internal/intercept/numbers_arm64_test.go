//go:build linux

package intercept

import "golang.org/x/sys/unix"

// The table of arm64 is compared with the kernel's when this is compiled, which cross-building does: an index beyond the array does
// not compile.
var _ = [...]int{
	[1]int{}[unix.SYS_SOCKET-198], [1]int{}[unix.SYS_BIND-200], [1]int{}[unix.SYS_LISTEN-201], [1]int{}[unix.SYS_ACCEPT-202],
	[1]int{}[unix.SYS_CONNECT-203], [1]int{}[unix.SYS_GETSOCKNAME-204], [1]int{}[unix.SYS_GETPEERNAME-205], [1]int{}[unix.SYS_SENDTO-206],
	[1]int{}[unix.SYS_RECVFROM-207], [1]int{}[unix.SYS_SETSOCKOPT-208], [1]int{}[unix.SYS_GETSOCKOPT-209], [1]int{}[unix.SYS_SHUTDOWN-210],
	[1]int{}[unix.SYS_SENDMSG-211], [1]int{}[unix.SYS_RECVMSG-212], [1]int{}[unix.SYS_ACCEPT4-242], [1]int{}[unix.SYS_RECVMMSG-243],
	[1]int{}[unix.SYS_SENDMMSG-269], [1]int{}[unix.SYS_READ-63], [1]int{}[unix.SYS_WRITE-64], [1]int{}[unix.SYS_READV-65],
	[1]int{}[unix.SYS_WRITEV-66], [1]int{}[unix.SYS_PREADV2-286], [1]int{}[unix.SYS_PWRITEV2-287], [1]int{}[unix.SYS_DUP-23],
	[1]int{}[unix.SYS_DUP3-24], [1]int{}[unix.SYS_FCNTL-25], [1]int{}[unix.SYS_IOCTL-29], [1]int{}[unix.SYS_SENDFILE-71],
	[1]int{}[unix.SYS_SPLICE-76], [1]int{}[unix.SYS_IO_URING_SETUP-425], [1]int{}[unix.SYS_OPENAT-56], [1]int{}[unix.SYS_OPENAT2-437],
	[1]int{}[unix.SYS_FACCESSAT-48], [1]int{}[unix.SYS_FACCESSAT2-439], [1]int{}[unix.SYS_NEWFSTATAT-79], [1]int{}[unix.SYS_STATX-291], [1]int{}[unix.SYS_READLINKAT-78],
}
