//go:build linux && (amd64 || arm64)

package intercept

import (
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// programMemory is what a program's arguments point to: a page, and behind it nothing.
type programMemory struct {
	b    []byte
	base uint64
}

func newProgramMemory(t testing.TB) *programMemory {
	page := unix.Getpagesize()
	area, err := unix.Mmap(-1, 0, 2*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	base := uintptr(unsafe.Pointer(&area[0]))
	if _, _, e := syscall.RawSyscall(unix.SYS_MPROTECT, base+uintptr(page), uintptr(page), unix.PROT_NONE); e != 0 {
		t.Fatal(e)
	}
	t.Cleanup(func() { _ = unix.Munmap(area) })
	return &programMemory{area[:page], uint64(base)}
}

// pointer makes a pointer into the page, or a bit behind it, of the number at off.
func (m *programMemory) pointer(off uint64) {
	if off+8 <= uint64(len(m.b)) {
		le.PutUint64(m.b[off:], m.base+le.Uint64(m.b[off:])%uint64(len(m.b)+100))
	}
}

// fill lays out memory of which a struct msghdr is at the beginning: its pointers, and those of its pieces, are made to point into the page, so
// that what is tried is not only the error for a wild one.
func (m *programMemory) fill(data []byte) {
	clear(m.b)
	copy(m.b, data)
	for _, off := range []uint64{headerName, headerPieces, headerControl} {
		if le.Uint64(m.b[off:]) != 0 {
			m.pointer(off)
		}
	}
	pieces := le.Uint64(m.b[headerPieces:]) - m.base
	for i := range min(le.Uint64(m.b[headerNumPieces:]), maxPieces) {
		if at := pieces + i*sizeofPiece; at > sizeofHeader {
			m.pointer(at)
		}
	}
}

func FuzzMessage(f *testing.F) {
	header := make([]byte, 200)
	le.PutUint64(header[headerPieces:], 64)
	le.PutUint64(header[headerNumPieces:], 2)
	le.PutUint64(header[64:], 128)
	le.PutUint64(header[72:], 8)
	le.PutUint64(header[headerControl:], 140)
	le.PutUint64(header[headerControlLen:], 32)
	le.PutUint64(header[140:], 32)
	le.PutUint32(header[148:], linux.IPPROTO_SCTP)
	f.Add(header, uint32(0))
	le.PutUint32(header[headerNameLen:], 0xffffffff)
	f.Add(header, uint32(unix.MSG_PEEK))
	m := newProgramMemory(f)
	f.Fuzz(func(t *testing.T, data []byte, flags uint32) {
		s := &supervisor{config: &Config{}, problems: newProblems(func(string) {})}
		st := newFakeStack()
		for _, op := range []number{callSendmsg, callRecvmsg, callSendmmsg, callRecvmmsg, callWritev, callReadv} {
			sock := st.socket(linux.AF_INET, false)
			sock.state, sock.kind = fakeConnected, portEcho
			sock.deliver(&fakeMessage{data: []byte("a message"), from: st.loopback(linux.AF_INET, portEcho)})
			c := &call{s: s, op: op, f: &file{s: s, sock: sock, closed: true}}
			c.n.tid = uint32(unix.Getpid())
			m.fill(data)
			c.n.args = [6]uint64{0, m.base, uint64(flags)}
			switch op {
			case callSendmmsg, callRecvmmsg:
				c.n.args = [6]uint64{0, m.base, uint64(flags % 4), uint64(flags | unix.MSG_DONTWAIT)}
			case callWritev, callReadv:
				c.n.args = [6]uint64{0, m.base + headerPieces, uint64(flags % (maxPieces + 2))}
				m.pointer(headerPieces)
			}
			o := c.do()
			if o.kind == succeeded && (o.value < 0 || o.value > maxSend) || o.kind == failed && o.err == 0 || o.kind == native {
				t.Errorf("%v: %+v", op, o)
			}
			if o.effect != nil {
				o.effect.Cancel()
			}
			_ = c.arguments(o)
		}
	})
}

func FuzzOptions(f *testing.F) {
	f.Add([]byte{1, 0, 0, 0}, 132, int(linux.SCTP_NODELAY), 4)
	f.Add([]byte{0, 0, 0, 0, 16, 0, 0, 0, 64}, 132, optConnectx3, 16)
	f.Add([]byte{}, unix.SOL_SOCKET, unix.SO_ERROR, -1)
	m := newProgramMemory(f)
	self := newTask(unix.Getpid())
	f.Fuzz(func(t *testing.T, data []byte, level, name, length int) {
		s := &supervisor{config: &Config{}, problems: newProblems(func(string) {}), tasks: map[int]*task{self.tid: self}}
		st := newFakeStack()
		for _, op := range []number{callSetsockopt, callGetsockopt} {
			if peel := linux.OptName(name); peel == linux.SCTP_SOCKOPT_PEELOFF || peel == linux.SCTP_SOCKOPT_PEELOFF_FLAGS {
				continue // would make a descriptor
			}
			c := &call{s: s, op: op, f: &file{s: s, sock: st.socket(linux.AF_INET, false), closed: true}}
			c.n.tid = uint32(unix.Getpid())
			clear(m.b)
			copy(m.b[16:], data)
			m.pointer(16 + getaddrsPointer)
			le.PutUint32(m.b, uint32(length))
			c.n.args = [6]uint64{0, uint64(level), uint64(name), m.base + 16, m.base}
			if op == callSetsockopt {
				c.n.args[4] = uint64(length)
			}
			if o := c.do(); o.kind == failed && o.err == 0 || o.kind == native {
				t.Errorf("%v: %+v", op, o)
			}
		}
	})
}
