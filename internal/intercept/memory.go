//go:build linux && (amd64 || arm64)

package intercept

import (
	"os"
	"runtime"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// span is a piece of the caller's memory and what it holds, or is to hold.
type span struct {
	addr uint64
	b    []byte
}

// maxSpans is how many pieces the kernel moves at once (UIO_MAXIOV).
const maxSpans = 1024

// readMemory and writeMemory move all spans, and fail with EFAULT if they cannot move everything: a program that gives a wild pointer
// is told so, as by the kernel.
func readMemory(tid int, spans ...span) syscall.Errno {
	return moveMemory(unix.SYS_PROCESS_VM_READV, tid, spans)
}

func writeMemory(tid int, spans ...span) syscall.Errno {
	return moveMemory(unix.SYS_PROCESS_VM_WRITEV, tid, spans)
}

func moveMemory(nr uintptr, tid int, spans []span) syscall.Errno {
	for len(spans) > 0 {
		part := spans[:min(len(spans), maxSpans)]
		spans = spans[len(part):]
		if e := moveSome(nr, tid, part); e != 0 {
			return e
		}
	}
	return 0
}

// fewSpans is how many spans nearly every call has.
const fewSpans = 8

func moveSome(nr uintptr, tid int, spans []span) syscall.Errno {
	var few [2][fewSpans]unix.RemoteIovec
	local, remote := few[0][:0], few[1][:0]
	want := 0
	for _, s := range spans {
		if len(s.b) == 0 {
			continue
		}
		local = append(local, unix.RemoteIovec{Base: uintptr(unsafe.Pointer(&s.b[0])), Len: len(s.b)})
		remote = append(remote, unix.RemoteIovec{Base: uintptr(s.addr), Len: len(s.b)})
		want += len(s.b)
	}
	if want == 0 {
		return 0
	}
	n, _, e := syscall.RawSyscall6(nr, uintptr(tid), uintptr(unsafe.Pointer(&local[0])), uintptr(len(local)),
		uintptr(unsafe.Pointer(&remote[0])), uintptr(len(remote)), 0)
	runtime.KeepAlive(spans)
	switch {
	case e == unix.ENOSYS || e == unix.EPERM:
		return moveByFile(nr == unix.SYS_PROCESS_VM_WRITEV, tid, spans)
	case e != 0:
		return e
	case int(n) != want:
		return unix.EFAULT
	}
	return 0
}

// moveByFile does the same through /proc, for kernels without cross memory attach and sandboxes that forbid it. There the kernel looks only
// whether there is memory, and not whether the program itself may read or write it.
func moveByFile(write bool, tid int, spans []span) syscall.Errno {
	mode := os.O_RDONLY
	if write {
		mode = os.O_WRONLY
	}
	f, err := os.OpenFile("/proc/"+strconv.Itoa(tid)+"/mem", mode, 0)
	if err != nil {
		return unix.EPERM
	}
	defer f.Close()
	move := f.ReadAt
	if write {
		move = f.WriteAt
	}
	for _, s := range spans {
		if len(s.b) == 0 {
			continue
		}
		if int64(s.addr) < 0 {
			return unix.EFAULT
		}
		if n, _ := move(s.b, int64(s.addr)); n != len(s.b) {
			return unix.EFAULT
		}
	}
	return 0
}
