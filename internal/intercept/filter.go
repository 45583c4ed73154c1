package intercept

import (
	"fmt"

	"golang.org/x/net/bpf"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// filter says which calls stop.
type filter struct {
	machine machine
	// sctp and tcp say which sockets are ours.
	sctp, tcp bool
	// all lets all data calls stop. Otherwise those do on numbers from base on, where SCTP sockets are then, and with stdio on 0, 1 and 2,
	// where inetd and its like put them.
	all, stdio bool
	base       uint32
	// files lets calls stop that name a file: it may be one of those that tell about SCTP.
	files bool
	// kernel is for a kernel with SCTP: only what makes TCP programs SCTP ones stops.
	kernel bool
}

// What a filter returns (linux/seccomp.h).
const (
	retAllow  = 0x7fff0000
	retNotify = 0x7fc00000
	retErrno  = 0x00050000
)

// Offsets in struct seccomp_data. Of an argument, 64 bits wide, only the lower half is looked at: the kernel does not look at more
// of a descriptor, a type or a protocol either.
const (
	offNumber = 0
	offArch   = 4
	offArg0   = 16
	argSize   = 8
)

// Arguments that decide.
const (
	protocolTCP   = 6
	protocolMPTCP = 262
	// protocolLevelTCP is SOL_TCP, the level of TCP's options.
	protocolLevelTCP = protocolTCP
	typeMask         = 0xf // of a socket's type, which flags are or'ed to
	sockStream       = 1
	sockSeqpacket    = 5
	fDupfd           = 0
	fDupfdCloexec    = 1030
	fionread         = 0x541b // SIOCINQ
	siocoutq         = 0x5411 // TIOCOUTQ
	siocatmark       = 0x8905
	siocgstamp       = 0x8906
	siocgstampns     = 0x8907
	atEmptyPath      = 0x1000 // AT_EMPTY_PATH
	negative         = 1 << 31
	numStdio         = 3 // 0, 1 and 2
)

// Error numbers that a filter returns by itself.
const (
	enosys          = 38
	eprotonosupport = 93
)

// control are the calls that stop on every descriptor: they are rare.
var control = []number{
	callBind, callListen, callConnect, callAccept, callAccept4, callGetsockopt, callSetsockopt, callGetsockname, callGetpeername,
	callShutdown,
}

// data are the calls that stop where the descriptor is likely to be one of ours.
var data = []number{
	callRead, callWrite, callReadv, callWritev, callPreadv2, callPwritev2, callRecvfrom, callSendto, callRecvmsg, callSendmsg,
	callRecvmmsg, callSendmmsg, callDup, callDup2, callDup3,
}

// naming are the calls that stop because they name a file. Those of atEmpty may name none but the descriptor itself, and most do: they
// are fstat.
var (
	naming  = []number{callOpen, callOpenat, callOpenat2, callAccess, callFaccessat, callFaccessat2, callReadlink, callReadlinkat, callStat, callLstat}
	atEmpty = []struct {
		call  number
		flags uint32 // the argument that has them
	}{{callNewfstatat, 3}, {callStatx, 2}}
)

// program returns the filter's instructions. A call of another machine's convention, of a 32-bit program, passes; x32 does not exist.
// io_uring would reach the pair behind our back, so it does not exist either. MPTCP is refused as by a kernel without it:
// programs that ask for it first, Go's among them, then ask for TCP.
func (f *filter) program() []bpf.Instruction {
	if f.kernel {
		return f.kernelProgram()
	}
	var a assembler
	a.load(offArch)
	a.unless(f.machine.audit, "allow")
	a.load(offNumber)
	if f.machine.foreign != 0 {
		a.from(f.machine.foreign, "no such call")
	}
	a.call(f.machine, callSocket, "socket")
	if f.sctp {
		for _, n := range data {
			a.call(f.machine, n, "data")
		}
		a.call(f.machine, callFcntl, "fcntl")
		a.call(f.machine, callIoctl, "ioctl")
		a.call(f.machine, callSendfile, "sendfile")
		a.call(f.machine, callSplice, "splice")
	}
	for _, n := range control {
		a.call(f.machine, n, "notify")
	}
	if f.files {
		for _, n := range naming {
			a.call(f.machine, n, "notify")
		}
		for _, n := range atEmpty {
			a.call(f.machine, n.call, n.call.String())
		}
	}
	a.call(f.machine, callIoUringSetup, "no such call")
	a.label("allow")
	a.ret(retAllow)
	a.label("no such call")
	a.ret(retErrno | enosys)

	if f.files {
		for _, n := range atEmpty {
			a.label(n.call.String())
			a.argument(n.flags)
			a.and(atEmptyPath)
			a.when(0, "notify")
			a.ret(retAllow)
		}
	}

	a.label("socket")
	a.argument(0)
	a.when(linux.AF_INET, "protocol")
	a.unless(linux.AF_INET6, "allow socket")
	a.label("protocol")
	a.argument(2)
	if f.sctp {
		a.when(linux.IPPROTO_SCTP, "notify")
	}
	if f.tcp {
		a.when(protocolMPTCP, "no such protocol")
		a.when(protocolTCP, "type")
	}
	a.unless(0, "allow socket")
	a.label("type")
	a.argument(1)
	a.and(typeMask)
	if f.tcp {
		a.when(sockStream, "notify")
	}
	if f.sctp {
		a.when(sockSeqpacket, "notify") // of the internet's protocols only SCTP has it
	}
	a.label("allow socket")
	a.ret(retAllow)
	if f.tcp {
		a.label("no such protocol")
		a.ret(retErrno | eprotonosupport)
	}

	if f.sctp {
		a.label("fcntl")
		a.argument(1)
		a.when(fDupfd, "data")
		a.when(fDupfdCloexec, "data")
		a.ret(retAllow)
		a.label("ioctl")
		a.argument(1)
		a.when(fionread, "data")
		a.when(siocoutq, "data")
		a.when(siocatmark, "data")
		a.when(siocgstamp, "data")
		a.when(siocgstampns, "data")
		a.ret(retAllow)
		// Two descriptors each, of which either may be ours.
		a.label("sendfile")
		a.argument(1)
		f.ours(&a)
		a.jump("data")
		a.label("splice")
		a.argument(2)
		f.ours(&a)
		a.label("data")
		a.argument(0)
		f.ours(&a)
		a.ret(retAllow)
	}
	a.label("notify")
	a.ret(retNotify)
	return a.assemble()
}

// kernelProgram is the filter for a kernel with SCTP: TCP's sockets stop when they are made, and calls about TCP's options.
func (f *filter) kernelProgram() []bpf.Instruction {
	var a assembler
	a.load(offArch)
	a.unless(f.machine.audit, "allow")
	a.load(offNumber)
	if f.machine.foreign != 0 {
		a.from(f.machine.foreign, "no such call")
	}
	a.call(f.machine, callSocket, "socket")
	a.call(f.machine, callSetsockopt, "option")
	a.call(f.machine, callGetsockopt, "option")
	a.call(f.machine, callIoUringSetup, "no such call")
	a.label("allow")
	a.ret(retAllow)
	a.label("no such call")
	a.ret(retErrno | enosys)
	a.label("socket")
	a.argument(0)
	a.when(linux.AF_INET, "protocol")
	a.unless(linux.AF_INET6, "allow socket")
	a.label("protocol")
	a.argument(2)
	a.when(protocolMPTCP, "no such protocol")
	a.when(protocolTCP, "type")
	a.unless(0, "allow socket")
	a.label("type")
	a.argument(1)
	a.and(typeMask)
	a.when(sockStream, "notify")
	a.label("allow socket")
	a.ret(retAllow)
	a.label("no such protocol")
	a.ret(retErrno | eprotonosupport)
	a.label("option")
	a.argument(1)
	a.unless(protocolLevelTCP, "allow option")
	a.label("notify")
	a.ret(retNotify)
	a.label("allow option")
	a.ret(retAllow)
	return a.assemble()
}

// ours jumps to "notify" if the descriptor that is loaded may be one of ours.
func (f *filter) ours(a *assembler) {
	if f.all {
		a.jump("notify")
		return
	}
	next := fmt.Sprintf("not ours %d", len(a.code))
	if f.stdio {
		a.below(numStdio, "notify")
	}
	a.from(negative, next)
	a.from(f.base, "notify")
	a.label(next)
}

// assembler puts instructions in a row and finds the ends of jumps, which go forward by name.
type assembler struct {
	code   []bpf.Instruction
	labels map[string]int
	jumps  []pendingJump
}

// pendingJump is a jump whose distance is not known yet.
type pendingJump struct {
	at    int
	label string
}

func (a *assembler) load(off uint32) { a.code = append(a.code, bpf.LoadAbsolute{Off: off, Size: 4}) }

func (a *assembler) argument(i uint32) { a.load(offArg0 + i*argSize) }

func (a *assembler) and(mask uint32) {
	a.code = append(a.code, bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: mask})
}

func (a *assembler) ret(v uint32) { a.code = append(a.code, bpf.RetConstant{Val: v}) }

func (a *assembler) label(name string) {
	if a.labels == nil {
		a.labels = make(map[string]int)
	}
	a.labels[name] = len(a.code)
}

func (a *assembler) pending(label string, i bpf.Instruction) {
	a.jumps = append(a.jumps, pendingJump{len(a.code), label})
	a.code = append(a.code, i)
}

// call jumps if the number that is loaded is that of n, which m may not have.
func (a *assembler) call(m machine, n number, label string) {
	if nr := m.number(n); nr != absent {
		a.when(uint32(nr), label)
	}
}

func (a *assembler) jump(label string)           { a.pending(label, bpf.Jump{}) }
func (a *assembler) when(v uint32, label string) { a.test(bpf.JumpEqual, v, label) }
func (a *assembler) from(v uint32, label string) { a.test(bpf.JumpGreaterOrEqual, v, label) }

// unless and below jump over nothing if the test holds: the kernel knows no opposite of its tests, so the jump is that of "false".
func (a *assembler) unless(v uint32, label string) { a.test(bpf.JumpNotEqual, v, label) }
func (a *assembler) below(v uint32, label string)  { a.test(bpf.JumpLessThan, v, label) }

func (a *assembler) test(cond bpf.JumpTest, v uint32, label string) {
	a.pending(label, bpf.JumpIf{Cond: cond, Val: v})
}

// assemble fills in the distances. Those of tests have eight bits, which the programs here stay within.
func (a *assembler) assemble() []bpf.Instruction {
	for _, j := range a.jumps {
		skip := a.labels[j.label] - j.at - 1
		switch i := a.code[j.at].(type) {
		case bpf.Jump:
			i.Skip = uint32(skip)
			a.code[j.at] = i
		case bpf.JumpIf:
			i.SkipTrue = uint8(skip)
			a.code[j.at] = i
		}
	}
	return a.code
}
