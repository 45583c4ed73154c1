package intercept

import (
	"time"

	"github.com/gosctp/sctp/transport"
)

// Stack makes sockets. A method may be called by several goroutines at once; its errors are syscall.Errno.
type Stack interface {
	Socket(family, typ, protocol int) (Socket, error)
}

// PolledStack is a Stack whose packets the supervisor waits for, on the thread on which it waits for calls: what a packet sets off costs no
// change of threads then.
type PolledStack interface {
	Stack
	// Inputs are what to wait for. If there are none the stack reads by itself.
	Inputs() []transport.Input
	// Serve reads what has come to a queue. It reports whether there may be more that poll does not show.
	Serve(queue int) (more bool)
	// Ending reports whether an association is being shut down: its next packet may be there already.
	Ending() bool
	// ReadOn is called after the last Serve: the stack reads by itself from then on.
	ReadOn()
}

// Socket is a socket of a [Stack], as RFC 6458 and Linux have them. Every method returns at once. EAGAIN says that the call would
// block; it is tried again after the function of SetChanged was called. Errors are syscall.Errno. Socket addresses and values of
// options are the bytes that the program gave or gets.
type Socket interface {
	Bind(addr []byte) error
	Listen(backlog int) error
	// Connect returns EINPROGRESS when it has begun, EALREADY if that was earlier; then ConnectResult is EAGAIN until the outcome is
	// known, and after that nil or, once, why it failed.
	Connect(addr []byte) error
	ConnectResult() error
	Accept() (Socket, error)
	Name() ([]byte, error)
	PeerName() ([]byte, error)
	Shutdown(how int) error
	// Close is called once, when no process holds the socket any more.
	Close()

	// Send checks m and reserves room for it, which Ready shows from then on. The buffers in m are the caller's again after Commit
	// or Cancel.
	Send(m *Msg) (Sent, error)
	// Receive fills m with what is next, up to the lengths of its buffers, and leaves it in the queue until Commit.
	Receive(m *Msg) (Received, error)

	// SetOption returns what setsockopt does, an association with SCTP_SOCKOPT_CONNECTX. That one begins to connect as Connect does.
	SetOption(level, name int, value []byte) (result int, err error)
	// Option returns the answer to getsockopt; value has the length of the program's buffer and its contents, which some options read.
	// accepted is the new socket of a peel-off, whose number the caller puts into out.
	Option(level, name int, value []byte) (out []byte, result int, accepted Socket, err error)
	// Ioctl answers FIONREAD, SIOCOUTQ, SIOCATMARK and SIOCGSTAMP.
	Ioctl(request uint32) (int, error)

	// Ready tells what poll shows.
	Ready() Readiness
	// SetHolder tells which user the socket is of, and which inode its descriptors show.
	SetHolder(uid uint32, inode uint64)
	// SetChanged sets the function to call after any of the above may answer differently. It may be called at any time, inside of the
	// other methods too.
	SetChanged(f func())
	// RecvTimeout and SendTimeout are SO_RCVTIMEO and SO_SNDTIMEO, zero for none.
	RecvTimeout() time.Duration
	SendTimeout() time.Duration
}

// Sent is a message that was checked. One of its methods must be called, once.
type Sent interface {
	// Commit sends it.
	Commit()
	// Cancel forgets it.
	Cancel()
}

// Received is what a Receive found. One of Commit and Cancel must be called, once.
type Received interface {
	// More reports whether there is something to read after Commit, were nothing to arrive until then.
	More() bool
	// Commit takes it off the queue.
	Commit()
	// Cancel leaves it there.
	Cancel()
}

// Msg is what sendmsg and recvmsg pass: buffers and flags of the caller's, and the results of Receive.
type Msg struct {
	Name, Data, Control []byte
	Flags               int

	// N is how much of Data was taken or filled, ControlLen how much of Control was filled, NameLen how long the address is, which may be more than Name
	// had room for, OutFlags the flags that recvmsg returns.
	N, NameLen, ControlLen, OutFlags int
}

// Readiness is what poll shows of a socket.
type Readiness struct {
	In, Out, RdHup, Hup bool
	// Err is the error that SO_ERROR would return, nil if there is none.
	Err error
	// Arrivals grows with each message, notification and connection: each is an edge for an edge-triggered epoll.
	Arrivals uint64
}
