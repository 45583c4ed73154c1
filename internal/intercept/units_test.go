//go:build linux && (amd64 || arm64)

package intercept

import (
	"bytes"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

func TestSignalsOfAThread(t *testing.T) {
	status := "Name:\tx\nTgid:\t77\nPid:\t78\nThreads:\t3\nSigPnd:\t0000000000000001\nShdPnd:\t0000000000006000\nSigBlk:\t0000000000002000\n"
	if got, want := parseSignals([]byte(status)), (signals{process: 77, threads: 3, own: 1, shared: 0x4000}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := parseSignals(nil); got != (signals{}) {
		t.Errorf("of nothing: %+v", got)
	}
	if got := signalsOf(-1); got != (signals{}) {
		t.Errorf("of nobody: %+v", got)
	}
}

func TestWhereNumbersBegin(t *testing.T) {
	for hard, want := range map[uint64]int{20: 10, 256: 128, 1023: 511, 1024: lowestNumber, 1 << 20: lowestNumber, ^uint64(0): lowestNumber} {
		if got := baseFor(hard); got != want {
			t.Errorf("limit %d: %d, want %d", hard, got, want)
		}
	}
}

func address(b []byte) uint64 { return uint64(uintptr(unsafe.Pointer(&b[0]))) }

func TestMemoryIsMovedWhollyOrNot(t *testing.T) {
	page := unix.Getpagesize()
	area, err := unix.Mmap(-1, 0, 2*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Munmap(area)
	edge := uintptr(unsafe.Pointer(&area[0])) + uintptr(page)
	if _, _, e := syscall.RawSyscall(unix.SYS_MUNMAP, edge, uintptr(page), 0); e != 0 {
		t.Fatal(e)
	}
	self := unix.Gettid()
	for name, move := range map[string]struct{ read, write func(...span) error }{
		"by the system call": {
			func(s ...span) error { return asError(readMemory(self, s...)) },
			func(s ...span) error { return asError(writeMemory(self, s...)) },
		},
		"by the file": {
			func(s ...span) error { return asError(moveByFile(false, self, s)) },
			func(s ...span) error { return asError(moveByFile(true, self, s)) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			copy(area[page-4:], "last")
			got := make([]byte, 4)
			at := address(area) + uint64(page) - 4
			if err := move.read(span{at, got}, span{0, nil}); err != nil || string(got) != "last" {
				t.Errorf("%q, %v", got, err)
			}
			if err := move.read(span{at, make([]byte, 5)}); err != unix.EFAULT {
				t.Errorf("read over the edge: %v", err)
			}
			if err := move.write(span{at, []byte("more")}, span{at + 4, []byte("x")}); err != unix.EFAULT {
				t.Errorf("write over the edge: %v", err)
			}
			for _, wild := range []uint64{0, 1, 1 << 63, ^uint64(0)} {
				if err := move.read(span{wild, got}); err != unix.EFAULT {
					t.Errorf("read at %#x: %v", wild, err)
				}
			}
		})
	}
	many := make([]span, maxSpans+9)
	b := make([]byte, len(many))
	for i := range many {
		many[i] = span{address(area), b[i : i+1]}
	}
	area[0] = 'm'
	if e := readMemory(self, many...); e != 0 || !bytes.Equal(b, bytes.Repeat([]byte("m"), len(b))) {
		t.Errorf("%d pieces: %v", len(many), e)
	}
	if e := readMemory(self); e != 0 {
		t.Errorf("nothing: %v", e)
	}
}

func asError(e syscall.Errno) error {
	if e == 0 {
		return nil
	}
	return e
}

func TestIdentityOfDescriptors(t *testing.T) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pair[0])
	defer unix.Close(pair[1])
	var st unix.Stat_t
	if err := unix.Fstat(pair[0], &st); err != nil {
		t.Fatal(err)
	}
	self := newTask(unix.Getpid())
	defer self.close()
	if got, e := self.inode(pair[0]); e != 0 || got != st.Ino {
		t.Errorf("inode %d, %v; want %d", got, e, st.Ino)
	}
	if got, e := self.inode(-1); got != 0 || e != unix.EBADF {
		t.Errorf("of -1: %d, %v", got, e)
	}
	if got, e := self.inode(1 << 20); got != 0 || e != unix.ENOENT || self.open(1<<20) {
		t.Errorf("of a descriptor that is not: %d, %v", got, e)
	}
	if self.nonblocking(pair[0]) {
		t.Error("does not wait")
	}
	if err := unix.SetNonblock(pair[0], true); err != nil {
		t.Fatal(err)
	}
	blind := &task{tid: self.tid, pidfd: -1, dir: -1} // the kernel lets nothing but /proc be read
	if !self.nonblocking(pair[0]) || !blind.nonblocking(pair[0]) {
		t.Error("waits")
	}
	if _, e := blind.inode(pair[0]); e != unix.EACCES {
		t.Errorf("of a thread that may not be looked at: %v", e)
	}
	if _, e := blind.duplicate(pair[0]); e != unix.ESRCH {
		t.Errorf("duplicate: %v", e)
	}
	gone := newTask(1 << 22) // beyond the highest number
	defer gone.close()
	if gone.pidfd >= 0 || gone.dir >= 0 {
		t.Error("a thread that is not")
	}
}

func TestProblemsAreToldOnce(t *testing.T) {
	var told []string
	p := newProblems(func(s string) { told = append(told, s) })
	p.tell("a")
	p.tell("a")
	p.denied(1, unix.EPERM)
	p.denied(1, unix.EPERM)
	p.denied(1, unix.ESRCH)
	if len(told) != 2 {
		t.Errorf("told %q", told)
	}
	if p.visible(&task{tid: 1, pidfd: -1, dir: -1}) {
		t.Error("what cannot be looked at is visible")
	}
}

func TestPlugIsMeasured(t *testing.T) {
	n, err := measurePlug()
	if err != nil || n < 1 || n > maxPlug {
		t.Errorf("%d, %v", n, err)
	}
	t.Log(n, "bytes")
}

// A socket that hangs up just after the program has closed it is given back all the same, and its port with it.
func TestHangUpOfAClosedSocket(t *testing.T) {
	for _, c := range []struct {
		name  string
		close func(f *file)
		over  bool
	}{
		{"closed before", func(f *file) { f.closeApp(); f.show(nil, nil) }, true},
		{"closed after", func(f *file) { f.show(nil, nil); f.closeApp() }, true},
		{"not closed", func(f *file) { f.show(nil, nil); f.app = -1 }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := newSupervisor(new(Config), new(problems))
			if err != nil {
				t.Fatal(err)
			}
			defer unix.Close(s.epoll)
			sock := &fakeSocket{st: newFakeStack(), eof: true, shut: true}
			f, e := s.newFile(sock, false, false)
			if e != 0 {
				t.Fatal(e)
			}
			defer f.hangUp()
			app := f.app
			c.close(f)
			if s.reap(s.files) != c.over || sock.closed != c.over {
				t.Errorf("given back: %t, want %t", sock.closed, c.over)
			}
			if !c.over {
				unix.Close(app)
			}
		})
	}
}
