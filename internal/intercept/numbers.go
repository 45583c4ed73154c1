package intercept

// number tells the calls that the filter stops apart.
type number uint8

// The calls that the filter knows.
const (
	callSocket number = iota
	callBind
	callListen
	callConnect
	callAccept
	callAccept4
	callGetsockopt
	callSetsockopt
	callGetsockname
	callGetpeername
	callShutdown
	callRead
	callWrite
	callReadv
	callWritev
	callPreadv2
	callPwritev2
	callRecvfrom
	callSendto
	callRecvmsg
	callSendmsg
	callRecvmmsg
	callSendmmsg
	callDup
	callDup2
	callDup3
	callFcntl
	callIoctl
	callSendfile
	callSplice
	callIoUringSetup
	callOpen
	callOpenat
	callOpenat2
	callAccess
	callFaccessat
	callFaccessat2
	callReadlink
	callReadlinkat
	callStat
	callLstat
	callNewfstatat
	callStatx
	numCalls
)

// absent is the number of a call that a processor does not have.
const absent = -1

// calls has what each call is called and its number on both processors.
var calls = [numCalls]struct {
	name         string
	amd64, arm64 int
}{
	callSocket:       {"socket", 41, 198},
	callBind:         {"bind", 49, 200},
	callListen:       {"listen", 50, 201},
	callConnect:      {"connect", 42, 203},
	callAccept:       {"accept", 43, 202},
	callAccept4:      {"accept4", 288, 242},
	callGetsockopt:   {"getsockopt", 55, 209},
	callSetsockopt:   {"setsockopt", 54, 208},
	callGetsockname:  {"getsockname", 51, 204},
	callGetpeername:  {"getpeername", 52, 205},
	callShutdown:     {"shutdown", 48, 210},
	callRead:         {"read", 0, 63},
	callWrite:        {"write", 1, 64},
	callReadv:        {"readv", 19, 65},
	callWritev:       {"writev", 20, 66},
	callPreadv2:      {"preadv2", 327, 286},
	callPwritev2:     {"pwritev2", 328, 287},
	callRecvfrom:     {"recvfrom", 45, 207},
	callSendto:       {"sendto", 44, 206},
	callRecvmsg:      {"recvmsg", 47, 212},
	callSendmsg:      {"sendmsg", 46, 211},
	callRecvmmsg:     {"recvmmsg", 299, 243},
	callSendmmsg:     {"sendmmsg", 307, 269},
	callDup:          {"dup", 32, 23},
	callDup2:         {"dup2", 33, absent},
	callDup3:         {"dup3", 292, 24},
	callFcntl:        {"fcntl", 72, 25},
	callIoctl:        {"ioctl", 16, 29},
	callSendfile:     {"sendfile", 40, 71},
	callSplice:       {"splice", 275, 76},
	callIoUringSetup: {"io_uring_setup", 425, 425},
	callOpen:         {"open", 2, absent},
	callOpenat:       {"openat", 257, 56},
	callOpenat2:      {"openat2", 437, 437},
	callAccess:       {"access", 21, absent},
	callFaccessat:    {"faccessat", 269, 48},
	callFaccessat2:   {"faccessat2", 439, 439},
	callReadlink:     {"readlink", 89, absent},
	callReadlinkat:   {"readlinkat", 267, 78},
	callStat:         {"stat", 4, absent},
	callLstat:        {"lstat", 6, absent},
	callNewfstatat:   {"newfstatat", 262, 79},
	callStatx:        {"statx", 332, 291},
}

// names reports whether the call names a file.
func (n number) names() bool { return n >= callOpen && n <= callStatx }

func (n number) String() string { return calls[n].name }

// machine is a processor as the filter sees it.
type machine struct {
	audit uint32 // AUDIT_ARCH_*
	// foreign is where the numbers of another calling convention begin, of x32 on amd64; 0 if there is none.
	foreign uint32
	number  func(n number) int
}

var (
	amd64 = machine{audit: 0xc000003e, foreign: 0x40000000, number: func(n number) int { return calls[n].amd64 }}
	arm64 = machine{audit: 0xc00000b7, number: func(n number) int { return calls[n].arm64 }}
)

// machines are those that are served, under Go's names.
var machines = map[string]machine{"amd64": amd64, "arm64": arm64}
