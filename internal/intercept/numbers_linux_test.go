//go:build linux && (amd64 || arm64)

package intercept

import (
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

func TestNumbersAreTheKernels(t *testing.T) {
	m := machines[runtime.GOARCH]
	for n, want := range map[number]int{
		callSocket: unix.SYS_SOCKET, callBind: unix.SYS_BIND, callListen: unix.SYS_LISTEN, callConnect: unix.SYS_CONNECT,
		callAccept: unix.SYS_ACCEPT, callAccept4: unix.SYS_ACCEPT4, callGetsockopt: unix.SYS_GETSOCKOPT, callSetsockopt: unix.SYS_SETSOCKOPT,
		callGetsockname: unix.SYS_GETSOCKNAME, callGetpeername: unix.SYS_GETPEERNAME, callShutdown: unix.SYS_SHUTDOWN,
		callRead: unix.SYS_READ, callWrite: unix.SYS_WRITE, callReadv: unix.SYS_READV, callWritev: unix.SYS_WRITEV,
		callPreadv2: unix.SYS_PREADV2, callPwritev2: unix.SYS_PWRITEV2, callRecvfrom: unix.SYS_RECVFROM, callSendto: unix.SYS_SENDTO,
		callRecvmsg: unix.SYS_RECVMSG, callSendmsg: unix.SYS_SENDMSG, callRecvmmsg: unix.SYS_RECVMMSG, callSendmmsg: unix.SYS_SENDMMSG,
		callDup: unix.SYS_DUP, callDup3: unix.SYS_DUP3, callFcntl: unix.SYS_FCNTL, callIoctl: unix.SYS_IOCTL,
		callSendfile: unix.SYS_SENDFILE, callSplice: unix.SYS_SPLICE, callIoUringSetup: unix.SYS_IO_URING_SETUP,
		callOpenat: unix.SYS_OPENAT, callOpenat2: unix.SYS_OPENAT2, callFaccessat: unix.SYS_FACCESSAT, callFaccessat2: unix.SYS_FACCESSAT2,
		callReadlinkat: unix.SYS_READLINKAT, callNewfstatat: unix.SYS_NEWFSTATAT, callStatx: unix.SYS_STATX,
	} {
		if got := m.number(n); got != want {
			t.Errorf("%v is %d, and the kernel's is %d", n, got, want)
		}
	}
	if fDupfd != unix.F_DUPFD || fDupfdCloexec != unix.F_DUPFD_CLOEXEC || fionread != unix.TIOCINQ || siocoutq != unix.TIOCOUTQ {
		t.Error("arguments that decide")
	}
	if enosys != int(unix.ENOSYS) || eprotonosupport != int(unix.EPROTONOSUPPORT) || sockStream != unix.SOCK_STREAM {
		t.Error("error numbers")
	}
}
