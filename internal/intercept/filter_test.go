package intercept

import (
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	"golang.org/x/net/bpf"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// verdict runs a filter on a call. The bytes are of big order because that is what the machine of package bpf loads; the kernel's loads
// the order of the processor.
func verdict(t *testing.T, program []bpf.Instruction, audit uint32, nr int, args ...uint64) uint32 {
	t.Helper()
	data := make([]byte, offArg0+6*argSize)
	binary.BigEndian.PutUint32(data[offNumber:], uint32(nr))
	binary.BigEndian.PutUint32(data[offArch:], audit)
	for i, a := range args {
		binary.BigEndian.PutUint32(data[offArg0+argSize*i:], uint32(a))
		binary.BigEndian.PutUint32(data[offArg0+argSize*i+4:], uint32(a>>32))
	}
	vm, err := bpf.NewVM(program)
	if err != nil {
		t.Fatal(err)
	}
	v, err := vm.Run(data)
	if err != nil {
		t.Fatal(err)
	}
	return uint32(v)
}

const (
	inet  = linux.AF_INET
	inet6 = linux.AF_INET6
	sctp  = linux.IPPROTO_SCTP
	dgram = 2
)

func TestFilterStopsWhatIsOurs(t *testing.T) {
	const allow, notify = retAllow, retNotify
	const none, refused = retErrno | enosys, retErrno | eprotonosupport
	type row struct {
		call number
		args []uint64
		want uint32
	}
	sockets := func(sctpWant, tcpWant, mptcpWant uint32) []row {
		return []row{
			{callSocket, []uint64{inet, sockStream, sctp}, sctpWant},
			{callSocket, []uint64{inet6, sockSeqpacket | 0x80000, sctp}, sctpWant},
			{callSocket, []uint64{inet, sockStream | 0x800, 0}, tcpWant},
			{callSocket, []uint64{inet6, sockStream, protocolTCP}, tcpWant},
			{callSocket, []uint64{inet, sockStream, protocolMPTCP}, mptcpWant},
			{callSocket, []uint64{inet, sockSeqpacket, 0}, sctpWant},
			{callSocket, []uint64{inet, dgram, 0}, allow},
			{callSocket, []uint64{inet, dgram, 17}, allow},
			{callSocket, []uint64{1, sockStream, 0}, allow},
			{callSocket, []uint64{1, sockStream, sctp}, allow},
			{callIoUringSetup, nil, none},
			{callBind, []uint64{3}, notify},
			{callAccept4, []uint64{700}, notify},
			{callGetsockopt, []uint64{0}, notify},
		}
	}
	ours := func(stdio, middle, high uint32) []row {
		return []row{
			{callRead, []uint64{3}, middle},
			{callRead, []uint64{511}, middle},
			{callRead, []uint64{512}, high},
			{callRead, []uint64{512 | 1<<32}, high}, // the upper half is nobody's
			{callSendmsg, []uint64{40000}, high},
			{callWrite, []uint64{1}, stdio},
			{callWritev, []uint64{2}, stdio},
			{callRecvmmsg, []uint64{0xffffffff}, middle}, // -1
			{callFcntl, []uint64{600, fDupfd}, high},
			{callFcntl, []uint64{600, fDupfdCloexec}, high},
			{callFcntl, []uint64{600, 4}, allow},
			{callIoctl, []uint64{600, fionread}, high},
			{callIoctl, []uint64{600, siocoutq}, high},
			{callIoctl, []uint64{600, siocatmark}, high},
			{callIoctl, []uint64{600, siocgstampns}, high},
			{callIoctl, []uint64{600, 0x5421}, allow},
			{callSendfile, []uint64{600, 3}, high},
			{callSendfile, []uint64{33, 600}, high},
			{callSendfile, []uint64{33, 34}, middle},
			{callSplice, []uint64{33, 0, 600}, high},
			{callSplice, []uint64{600, 0, 33}, high},
			{callSplice, []uint64{33, 600, 34}, middle},
			{callDup3, []uint64{600, 1}, high},
		}
	}
	for name, tt := range map[string]struct {
		f    filter
		rows [][]row
	}{
		"SCTP":       {filter{sctp: true}, [][]row{sockets(notify, allow, allow), ours(allow, allow, notify)}},
		"stdio":      {filter{sctp: true, stdio: true}, [][]row{ours(notify, allow, notify)}},
		"all":        {filter{sctp: true, all: true}, [][]row{ours(notify, notify, notify)}},
		"TCP":        {filter{tcp: true}, [][]row{sockets(allow, notify, refused), {{callRead, []uint64{600}, allow}, {callFcntl, []uint64{600}, allow}}}},
		"SCTP + TCP": {filter{sctp: true, tcp: true}, [][]row{sockets(notify, notify, refused), ours(allow, allow, notify)}},
		"files": {filter{sctp: true, files: true}, [][]row{sockets(notify, allow, allow), ours(allow, allow, notify), {
			{callOpenat, []uint64{3}, notify}, {callOpenat2, nil, notify}, {callFaccessat, nil, notify}, {callFaccessat2, nil, notify},
			{callOpen, nil, notify}, {callAccess, nil, notify}, {callStat, nil, notify}, {callReadlink, nil, notify}, {callReadlinkat, nil, notify}, {callLstat, nil, notify},
			{callNewfstatat, []uint64{3, 0, 0, 0x100}, notify}, {callNewfstatat, []uint64{3, 0, 0, atEmptyPath | 0x100}, allow},
			{callStatx, []uint64{3, 0, 0x100}, notify}, {callStatx, []uint64{3, 0, atEmptyPath}, allow},
		}}},
		"kernel": {filter{tcp: true, kernel: true}, [][]row{{
			{callSocket, []uint64{inet, sockStream, sctp}, allow}, {callSocket, []uint64{inet, sockStream | 0x800, 0}, notify},
			{callSocket, []uint64{inet6, sockStream, protocolTCP}, notify}, {callSocket, []uint64{inet, sockStream, protocolMPTCP}, refused},
			{callSocket, []uint64{inet, dgram, 0}, allow}, {callSocket, []uint64{1, sockStream, 0}, allow}, {callIoUringSetup, nil, none},
			{callBind, []uint64{3}, allow}, {callSetsockopt, []uint64{3, protocolLevelTCP}, notify}, {callGetsockopt, []uint64{3, protocolLevelTCP}, notify},
			{callSetsockopt, []uint64{3, 1}, allow}, {callGetsockopt, []uint64{3, sctp}, allow}, {callRead, []uint64{600}, allow},
		}}},
		"no files": {filter{sctp: true}, [][]row{{{callOpenat, nil, allow}, {callStatx, nil, allow}, {callFaccessat2, nil, allow}}}},
	} {
		for goarch, m := range machines {
			t.Run(name+"/"+goarch, func(t *testing.T) {
				f := tt.f
				f.machine, f.base = m, 512
				program := f.program()
				for _, rows := range tt.rows {
					for _, r := range rows {
						nr := m.number(r.call)
						if nr == absent {
							continue
						}
						if got := verdict(t, program, m.audit, nr, r.args...); got != r.want {
							t.Errorf("%v%v: %#x, want %#x", r.call, r.args, got, r.want)
						}
						if got := verdict(t, program, 0x40000003, nr, r.args...); got != allow {
							t.Errorf("%v of a 32-bit program: %#x", r.call, got)
						}
					}
				}
				for _, nr := range []int{60, 93, 231, 3, 9} { // exit, close, mmap, whatever they are here: nobody's
					if got := verdict(t, program, m.audit, nr, 600); !known(m, nr) && got != allow {
						t.Errorf("call %d: %#x", nr, got)
					}
				}
				if m.foreign != 0 {
					if got := verdict(t, program, m.audit, int(m.foreign)+1); got != none {
						t.Errorf("a call of x32: %#x", got)
					}
				}
			})
		}
	}
}

// known reports whether the filter looks for nr.
func known(m machine, nr int) bool {
	for n := range numCalls {
		if m.number(n) == nr {
			return true
		}
	}
	return false
}

func TestEveryCallHasANameAndNumbers(t *testing.T) {
	old := []number{callDup2, callOpen, callAccess, callStat, callLstat, callReadlink} // which newer processors have never had
	for goarch, m := range machines {
		seen := make(map[int]number)
		for n := range numCalls {
			nr := m.number(n)
			if n.String() == "" || nr == absent && !slices.Contains(old, n) {
				t.Errorf("%s: call %d is %q with number %d", goarch, n, n, nr)
			}
			if other, ok := seen[nr]; ok && nr != absent {
				t.Errorf("%s: %v and %v are both %d", goarch, n, other, nr)
			}
			seen[nr] = n
		}
	}
}

// The distances of tests have eight bits: the program must stay short.
func TestFilterIsShort(t *testing.T) {
	f := filter{machine: amd64, sctp: true, tcp: true, stdio: true, files: true, base: 512}
	if n := len(f.program()); n > 120 {
		t.Error(fmt.Sprint(n, " instructions"))
	}
}
