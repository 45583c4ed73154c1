//go:build linux && (amd64 || arm64)

package intercept

import (
	"math"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// Limits of what one call moves.
const (
	// maxPieces is how many pieces a message may be scattered over (UIO_MAXIOV).
	maxPieces = 1024
	// maxSend is the longest message that a program may send, and maxReceive how much it receives of one at once; the rest comes with
	// the next call, as from every short read of a message.
	maxSend    = 16 << 20
	maxReceive = 1 << 20
	// maxMessages is how many messages sendmmsg and recvmmsg move.
	maxMessages = 1024
)

// Offsets in struct msghdr, struct mmsghdr and struct iovec of 64-bit systems.
const (
	headerName       = 0
	headerNameLen    = 8
	headerPieces     = 16
	headerNumPieces  = 24
	headerControl    = 32
	headerControlLen = 40
	headerFlags      = 48
	sizeofHeader     = 56
	headerMoved      = sizeofHeader
	sizeofManyHeader = 64
	sizeofPiece      = 16
)

// piece is a struct iovec.
type piece struct{ addr, n uint64 }

// pieces reads an array of iovecs; tooMany is what the call says to more than there may be.
func (c *call) pieces(addr, count uint64, tooMany syscall.Errno) ([]piece, syscall.Errno) {
	if count > maxPieces {
		return nil, tooMany
	}
	b := make([]byte, sizeofPiece*count)
	if e := c.read(span{addr, b}); e != 0 {
		return nil, e
	}
	all := c.s.pieces[:0]
	for i := range int(count) {
		p := piece{le.Uint64(b[sizeofPiece*i:]), le.Uint64(b[sizeofPiece*i+8:])}
		if int64(p.n) < 0 {
			return nil, unix.EINVAL
		}
		if !p.mayBe() {
			return nil, unix.EFAULT
		}
		all = append(all, p)
	}
	c.s.pieces = all
	return all, 0
}

// mayBe reports whether a program can have memory there at all, which Linux asks before anything else.
func (p piece) mayBe() bool { return int64(p.addr) >= 0 && int64(p.addr+p.n) >= 0 }

// piece is pieces for a call that has but one.
func (c *call) piece(addr, n uint64) ([]piece, syscall.Errno) {
	p := piece{addr, n}
	if !p.mayBe() {
		return nil, unix.EFAULT
	}
	c.s.pieces = append(c.s.pieces[:0], p)
	return c.s.pieces, 0
}

// message is one message of a call, as the program described it.
type message struct {
	pieces []piece
	flags  int
	// at is where the program's struct msghdr is, 0 if there is none, and header what it says.
	at     uint64
	header [sizeofHeader]byte
	// name and nameLen are where the address is, or goes: of nameLen the value, when sending, or else the place.
	name, nameLen uint64
}

// total is how long the message is; more is what exceeds limit.
func (m *message) total(limit uint64) uint64 {
	sum := uint64(0)
	for _, p := range m.pieces {
		sum += min(p.n, limit+1)
	}
	return sum
}

// message reads what the arguments of the call describe.
func (c *call) message() (m message, e syscall.Errno) {
	switch c.op {
	case callRead, callWrite:
		m.pieces, e = c.piece(c.arg(1), c.arg(2))
	case callRecvfrom, callSendto:
		m.pieces, e = c.piece(c.arg(1), c.arg(2))
		m.flags, m.name, m.nameLen = c.int(3), c.arg(4), c.arg(5)
	case callReadv, callWritev:
		m.pieces, e = c.pieces(c.arg(1), c.arg(2), unix.EINVAL)
	case callPreadv2, callPwritev2:
		if c.arg(3) != ^uint64(0) {
			return m, unix.ESPIPE // only -1, the current position, is one that a socket has
		}
		m.pieces, e = c.pieces(c.arg(1), c.arg(2), unix.EINVAL)
	default:
		m, e = c.header(c.arg(1), c.int(2))
	}
	return m, e
}

// header reads the struct msghdr at addr.
func (c *call) header(at uint64, flags int) (m message, e syscall.Errno) {
	m.at, m.flags = at, flags
	if e := c.read(span{at, m.header[:]}); e != 0 {
		return m, e
	}
	m.name = le.Uint64(m.header[headerName:])
	nameLen := int32(le.Uint32(m.header[headerNameLen:]))
	if nameLen < 0 {
		return m, unix.EINVAL
	}
	m.nameLen = min(uint64(nameLen), maxSockaddr)
	m.pieces, e = c.pieces(le.Uint64(m.header[headerPieces:]), le.Uint64(m.header[headerNumPieces:]), unix.EMSGSIZE)
	return m, e
}

// spans lays the pieces of m over b, until the next call.
func (c *call) spans(m *message, b []byte) []span {
	all := c.s.spans[:0]
	for _, p := range m.pieces {
		n := int(min(p.n, uint64(len(b))))
		all = append(all, span{p.addr, b[:n]})
		b = b[n:]
	}
	c.s.spans = all
	return all
}

// buffer returns room for n bytes of payload, until the next call.
func (s *supervisor) buffer(n int) []byte {
	if cap(s.scratch) < n {
		s.scratch = make([]byte, n)
	}
	return s.scratch[:n]
}

func (c *call) send() outcome {
	m, e := c.message()
	if e != 0 {
		return failure(e)
	}
	sent, n, o := c.sendOne(&m)
	if sent == nil {
		return o
	}
	c.f.show(c, nil)
	return outcome{value: n, effect: sent, shown: true}
}

// sendOne lets the stack check a message and reads it. Without sent, o says why. The data come last, as in the kernel: a program that tries
// again and again while there is no room has no copy made each time.
func (c *call) sendOne(m *message) (sent Sent, n int, o outcome) {
	size := m.total(maxSend)
	if size > maxSend {
		return nil, 0, failure(unix.EMSGSIZE)
	}
	msg := Msg{Flags: m.flags}
	if c.op == callSendmmsg { // which keeps several
		msg.Data = make([]byte, size)
	} else {
		msg.Data = c.s.buffer(int(size))
	}
	if e := c.readAround(m, &msg); e != 0 {
		return nil, 0, failure(e)
	}
	sent, err := c.f.sock.Send(&msg)
	switch e := errno(err); e {
	case 0:
	case unix.EAGAIN:
		return nil, 0, wouldBlock(e)
	case unix.EPIPE:
		if m.flags&unix.MSG_NOSIGNAL == 0 {
			// Pending before the answer, it is taken on the way out of the call.
			_ = unix.Tgkill(c.process(), c.tid(), unix.SIGPIPE)
		}
		return nil, 0, failure(e)
	default:
		return nil, 0, failure(e)
	}
	if e := c.read(c.spans(m, msg.Data)...); e != 0 {
		sent.Cancel()
		return nil, 0, failure(e)
	}
	return sent, msg.N, o
}

// readAround reads what comes with the data: the address and the ancillary data.
func (c *call) readAround(m *message, msg *Msg) syscall.Errno {
	all := c.s.spans[:0]
	if m.name != 0 && m.nameLen > 0 {
		if m.nameLen > maxSockaddr {
			return unix.EINVAL
		}
		msg.Name = make([]byte, m.nameLen)
		all = append(all, span{m.name, msg.Name})
	}
	if m.at != 0 {
		if n := le.Uint64(m.header[headerControlLen:]); n > 0 && le.Uint64(m.header[headerControl:]) != 0 {
			if n > linux.MaxControl {
				return unix.ENOBUFS
			}
			msg.Control = make([]byte, n)
			all = append(all, span{le.Uint64(m.header[headerControl:]), msg.Control})
		}
	}
	return c.read(all...)
}

// sendMany is sendmmsg: what was sent before a message that fails or would block counts.
func (c *call) sendMany() outcome {
	var all effects
	o := outcome{}
	count := int(min(uint64(uint32(c.arg(2))), maxMessages))
	bytes := 0
	for c.done < count && bytes <= maxSend {
		at := c.arg(1) + uint64(c.done)*sizeofManyHeader
		m, e := c.header(at, c.int(3))
		var sent Sent
		n := 0
		if e != 0 {
			o = failure(e)
		} else {
			sent, n, o = c.sendOne(&m)
		}
		if sent == nil {
			break
		}
		var moved [4]byte
		le.PutUint32(moved[:], uint32(n))
		if e := c.write(span{at + headerMoved, moved[:]}); e != 0 {
			sent.Cancel()
			o = failure(e)
			break
		}
		all = append(all, sent)
		bytes += n
		c.done++
	}
	if c.done == 0 && o.kind != succeeded {
		return o
	}
	if o.kind == blocked && !c.dontWait() { // what is sent so far goes out while the rest waits
		all.Commit()
		return o
	}
	c.f.show(c, nil)
	return outcome{value: c.done, effect: all, shown: true}
}

func (c *call) receive() outcome {
	m, e := c.message()
	if e != 0 {
		return failure(e)
	}
	if (c.op == callRead || c.op == callReadv || c.op == callPreadv2) && m.total(1) == 0 {
		return success(0) // of every file
	}
	got, n, o := c.receiveOne(&m)
	if got == nil {
		return o
	}
	return outcome{value: n, effect: got, shown: true}
}

// receiveOne receives a message into the program's memory and shows whether there is another one. Without a message, o says why.
func (c *call) receiveOne(m *message) (got Received, n int, o outcome) {
	if m.flags&unix.MSG_ERRQUEUE != 0 {
		return nil, 0, failure(unix.EAGAIN) // nothing is ever in that queue, and nobody waits for it
	}
	msg := Msg{Flags: m.flags, Data: c.s.buffer(int(min(m.total(maxReceive), maxReceive)))}
	var name [maxSockaddr]byte
	msg.Name = name[:]
	if m.at != 0 && le.Uint64(m.header[headerControl:]) != 0 {
		msg.Control = make([]byte, min(le.Uint64(m.header[headerControlLen:]), linux.MaxControl))
	}
	got, err := c.f.sock.Receive(&msg)
	if errno(err) == unix.ENOTCONN && msg.Flags&unix.MSG_DONTWAIT == 0 && c.dontWait() {
		// Linux tells a caller that would not wait EAGAIN instead.
		msg.Flags |= unix.MSG_DONTWAIT
		got, err = c.f.sock.Receive(&msg)
	}
	if e := errno(err); e == unix.EAGAIN {
		return nil, 0, wouldBlock(e)
	} else if e != 0 {
		return nil, 0, failure(e)
	}
	if e := c.putMessage(m, &msg); e != 0 {
		if m.flags&unix.MSG_PEEK == 0 && c.write(c.spans(m, msg.Data[:msg.N])...) == 0 {
			got.Commit() // the data have arrived: as on Linux they are gone, though what describes them had no place
		} else {
			got.Cancel()
		}
		return nil, 0, failure(e)
	}
	more := got.More()
	if m.flags&unix.MSG_PEEK != 0 {
		got.Cancel()
		got = peeked{}
		c.f.show(c, nil)
	} else {
		c.f.show(c, &more)
	}
	return got, msg.N, o
}

// peeked is the effect of looking.
type peeked struct{}

func (peeked) More() bool { return true }
func (peeked) Commit()    {}
func (peeked) Cancel()    {}

// putMessage writes what was received.
func (c *call) putMessage(m *message, msg *Msg) syscall.Errno {
	all := c.spans(m, msg.Data[:msg.N])
	address := msg.Name[:min(msg.NameLen, len(msg.Name))]
	if m.at != 0 {
		if m.name != 0 {
			all = append(all, span{m.name, address[:min(uint64(len(address)), m.nameLen)]})
		}
		le.PutUint32(m.header[headerNameLen:], uint32(len(address)))
		le.PutUint64(m.header[headerControlLen:], uint64(msg.ControlLen))
		le.PutUint32(m.header[headerFlags:], uint32(msg.OutFlags))
		if msg.ControlLen > 0 {
			all = append(all, span{le.Uint64(m.header[headerControl:]), msg.Control[:msg.ControlLen]})
		}
		if m.name != 0 {
			all = append(all, span{m.at + headerNameLen, m.header[headerNameLen:][:4]})
		}
		all = append(all, span{m.at + headerControlLen, m.header[headerControlLen:][:8]}, span{m.at + headerFlags, m.header[headerFlags:][:4]})
	}
	if e := c.write(all...); e != 0 {
		return e
	}
	if c.op == callRecvfrom && m.name != 0 {
		return c.putAddress(address, m.name, m.nameLen)
	}
	return 0
}

// receiveMany is recvmmsg. Without MSG_WAITFORONE it waits until it has all the messages that were asked for, or until the time is over: which
// is looked at after each message, as Linux does, so that the wait for one may take longer.
func (c *call) receiveMany() outcome {
	limit := c.arg(4)
	if limit != 0 && !c.kept {
		if e := c.readLimit(limit); e != 0 {
			return failure(e)
		}
	}
	flags := c.int(3)
	count := int(min(uint64(uint32(c.arg(2))), maxMessages))
	var last Received
	o := success(0)
	for c.done < count {
		if last != nil {
			last.Commit() // the next one is behind it
			last = nil
		}
		at := c.arg(1) + uint64(c.done)*sizeofManyHeader
		m, e := c.header(at, flags&^unix.MSG_WAITFORONE)
		if e != 0 {
			o = failure(e)
			break
		}
		got, n, why := c.receiveOne(&m)
		if got == nil {
			o = why
			break
		}
		var moved [4]byte
		le.PutUint32(moved[:], uint32(n))
		if e := c.write(span{at + headerMoved, moved[:]}); e != 0 {
			got.Cancel()
			o = failure(e)
			break
		}
		last = got
		c.done++
		if limit != 0 && !time.Now().Before(c.until) {
			break
		}
	}
	switch {
	case c.done == 0:
		return o
	case o.kind == blocked && flags&unix.MSG_WAITFORONE == 0 && !c.dontWait():
		return o
	}
	r := outcome{value: c.done, shown: true}
	if last != nil {
		r.effect = last
	}
	if limit != 0 {
		if e := c.writeRest(limit); e != 0 {
			return failure(e) // what was received is gone, as in Linux
		}
	}
	return r
}

// Offsets in struct timespec.
const (
	timeNanoseconds = 8
	sizeofTime      = 16
)

// readLimit reads how long recvmmsg may take.
func (c *call) readLimit(at uint64) syscall.Errno {
	var b [sizeofTime]byte
	if e := c.read(span{at, b[:]}); e != 0 {
		return e
	}
	sec, nsec := int64(le.Uint64(b[:])), int64(le.Uint64(b[timeNanoseconds:]))
	if sec < 0 || nsec < 0 || nsec >= int64(time.Second) {
		return unix.EINVAL
	}
	limit := time.Duration(math.MaxInt64)
	if sec < int64(limit/time.Second) {
		limit = time.Duration(sec)*time.Second + time.Duration(nsec)
	}
	c.until = time.Now().Add(limit)
	return 0
}

// writeRest writes how much of that time is left.
func (c *call) writeRest(at uint64) syscall.Errno {
	rest := max(0, time.Until(c.until))
	b := le.AppendUint64(nil, uint64(rest/time.Second))
	return c.write(span{at, le.AppendUint64(b, uint64(rest%time.Second))})
}
