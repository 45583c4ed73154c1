//go:build linux && (amd64 || arm64)

package intercept

import (
	"io"
	"os"
	"sync"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// A TCP program's socket is a one-to-one SCTP socket underneath. What the program writes into its end of the pair is sent as messages
// on one stream, whose boundaries mean nothing; what arrives is written into the pair.

// pumpBytes is how much is sent as one message and received at once. A loopback packet has room for it.
const pumpBytes = 60 << 10

// pumpControl is room for the ancillary data of a message: a struct sctp_rcvinfo.
const pumpControl = 64

// pump carries the bytes of one connection.
type pump struct {
	f    *file
	pair *os.File
	// room and arrival wake the two directions after a change.
	room, arrival chan struct{}
	// over is closed when the program has closed its end.
	over chan struct{}
	once sync.Once
	done sync.WaitGroup
	// upDone is closed when nothing more is read from the program.
	upDone chan struct{}
	halves halves

	// downMu is held by who carries what arrives: the goroutine does while it does not wait. The fields are under it.
	downMu sync.Mutex
	// rest is what was received and is not written yet, known that something else than a notification was received, and downOver that
	// nothing more is carried.
	rest            []byte
	known, downOver bool
}

// pumpOf returns the pump of f, if it has one yet, without the supervisor's lock.
func (f *file) pumpOf() *pump { return f.pumping.Load() }

// startPump begins to carry bytes. The plug has been taken out, so nothing but payload is in the pair.
func (f *file) startPump() {
	fd, err := unix.FcntlInt(uintptr(f.sup), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		f.s.problems.tell("a connection is lost: " + err.Error())
		_ = unix.Shutdown(f.sup, unix.SHUT_RDWR)
		return
	}
	p := &pump{
		f: f, pair: os.NewFile(uintptr(fd), "pair"), room: make(chan struct{}, 1), arrival: make(chan struct{}, 1), over: make(chan struct{}),
		upDone: make(chan struct{}), halves: halves{known: make(chan struct{})},
	}
	f.pump = p
	f.pumping.Store(p)
	p.done.Add(2)
	go p.up()
	go p.down()
	f.s.pumps.Add(1)
	go func() {
		defer f.s.pumps.Done()
		// What the program had written before it closed is sent by now, and the stack sees to the rest of the way.
		p.done.Wait()
		<-p.over
		_ = p.pair.Close()
		_ = unix.Close(f.sup)
		f.sock.Close()
	}()
}

// wake wakes one of the directions.
func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// passOn carries data that has arrived at once, on the thread that got it, while the program has room for it: waking the goroutine would take
// longer than the rest of the way. Everything else is left to the goroutine. The supervisor's lock is held, and the goroutine may want that.
func (p *pump) passOn() {
	if !p.downMu.TryLock() {
		wake(p.arrival)
		return
	}
	defer p.downMu.Unlock()
	if p.downOver {
		return
	}
	s := p.f.s
	if s.pumped == nil {
		s.pumped = make([]byte, pumpBytes)
	}
	var control [pumpControl]byte
	for len(p.rest) == 0 {
		m := Msg{Data: s.pumped, Control: control[:]}
		got, err := p.f.sock.Receive(&m)
		if errno(err) == unix.EAGAIN {
			return
		}
		if err != nil {
			break
		}
		n := 0
		if m.N > 0 && m.OutFlags&int(linux.MSG_NOTIFICATION) == 0 && !(m.ControlLen > 0 && isEnd(control[:m.ControlLen])) {
			n = sendQuickly(p.f.sup, s.pumped[:m.N])
		}
		if n <= 0 {
			got.Cancel()
			break
		}
		got.Commit()
		p.known = true
		p.halves.know()
		p.rest = append(p.rest[:0], s.pumped[n:m.N]...)
	}
	wake(p.arrival)
}

// hungUp is called when the program has closed its end.
func (p *pump) hungUp() { p.once.Do(func() { close(p.over) }) }

// up carries what the program writes until it writes no more, which it says by shutdown or close.
func (p *pump) up() {
	defer p.done.Done()
	defer close(p.upDone)
	b := make([]byte, pumpBytes)
	for {
		n, err := p.pair.Read(b)
		if n > 0 && !p.send(&Msg{Data: b[:n], Flags: unix.MSG_NOSIGNAL}) {
			_ = unix.Shutdown(p.f.sup, unix.SHUT_RD) // the program's next write is told EPIPE
			return
		}
		if err != nil {
			if err == io.EOF && polled(p.f.sup)&unix.POLLHUP == 0 { // or else closing the socket says it
				p.endUp()
			}
			return
		}
	}
}

// send sends m, as soon as there is room.
func (p *pump) send(m *Msg) bool {
	for {
		sent, err := p.f.sock.Send(m)
		switch errno(err) {
		case 0:
			sent.Commit()
			return true
		case unix.EAGAIN:
			<-p.room
		default:
			return false
		}
	}
}

// down carries what arrives.
func (p *pump) down() {
	defer p.done.Done()
	defer p.halves.know()
	p.downMu.Lock()
	defer func() {
		p.downOver = true
		p.downMu.Unlock()
	}()
	b := make([]byte, pumpBytes)
	var control [pumpControl]byte
	for {
		if len(p.rest) > 0 {
			if _, err := p.pair.Write(p.rest); err != nil {
				return
			}
			p.rest = p.rest[:0]
		}
		m := Msg{Data: b, Control: control[:]}
		got, err := p.f.sock.Receive(&m)
		notice := m.OutFlags&int(linux.MSG_NOTIFICATION) != 0
		if err != nil || !notice {
			p.known = true
			p.halves.know()
		}
		if errno(err) == unix.EAGAIN {
			p.downMu.Unlock()
			over := false
			select {
			case <-p.arrival:
			case <-p.over:
				over = true
			}
			if p.downMu.Lock(); over {
				return
			}
			continue
		}
		if err != nil {
			p.reset()
			return
		}
		got.Commit()
		switch {
		case notice:
			if !p.known {
				p.heard(b[:m.N])
			}
		case m.N == 0:
			_ = unix.Shutdown(p.f.sup, unix.SHUT_WR)
			return
		case m.ControlLen > 0 && isEnd(control[:m.ControlLen]):
			p.endDown()
			return
		default:
			if _, err := p.pair.Write(b[:m.N]); err != nil {
				return // nobody reads any more
			}
		}
	}
}

// reset shows the program that the connection is lost: its next read, after what has arrived, is told ECONNRESET. That is what the
// kernel makes of an end of a pair that is closed with something unread in it. So a byte is put there, from the program's own end. The
// supervisor knows nothing of the descriptor from then on; the kernel serves it.
func (p *pump) reset() {
	_ = p.pair.Close()
	<-p.upDone
	f := p.f
	f.s.enter()
	if !f.closed {
		if app, _ := f.s.task(f.process).duplicateOf(f.number, f.inode); app >= 0 {
			sendQuickly(app, token)
			closeQuickly(app)
		}
		f.hangUp()
	}
	f.s.leave()
}

// tcpNoDelay is TCP_NODELAY, of all of TCP's options the one that means something to SCTP.
const tcpNoDelay = 1

// setTCPOption takes what a TCP program sets. An option that SCTP has nothing for changes nothing, and is no error: programs set them
// to be quick, and would not run without.
func (c *call) setTCPOption(level, name int, value []byte) outcome {
	switch {
	case level == protocolLevelTCP && name == tcpNoDelay:
		_, err := c.f.sock.SetOption(linux.IPPROTO_SCTP, int(linux.SCTP_NODELAY), value)
		return returned(errno(err))
	case level == protocolLevelTCP:
		return success(0)
	case level == unix.SOL_SOCKET && (name == unix.SO_RCVTIMEO || name == unix.SO_SNDTIMEO) && c.f.pump != nil:
		return outcome{kind: native} // payload is received and sent natively
	}
	_, err := c.f.sock.SetOption(level, name, value)
	return returned(errno(err))
}

// tcpOption answers a TCP program as TCP.
func (c *call) tcpOption(level, name int, value []byte) outcome {
	answer := func(b []byte) outcome { return c.answerOption(b[:min(len(value), len(b))], 0) }
	number := func(n int) outcome { return answer(le.AppendUint32(nil, uint32(n))) }
	switch {
	case level == unix.SOL_SOCKET && name == unix.SO_PROTOCOL:
		return number(protocolTCP)
	case level == protocolLevelTCP && name == tcpNoDelay:
		level, name = linux.IPPROTO_SCTP, int(linux.SCTP_NODELAY)
	case level == protocolLevelTCP && name == unix.TCP_INFO:
		return answer(c.tcpInfo())
	case level == protocolLevelTCP && name == unix.TCP_MAXSEG:
		return number(c.tcpMSS())
	case level == protocolLevelTCP && name == unix.TCP_CONGESTION:
		return answer(congestionName[:])
	case level == protocolLevelTCP:
		return number(0)
	}
	out, result, _, err := c.f.sock.Option(level, name, value)
	if err != nil {
		return failure(errno(err))
	}
	return c.answerOption(out, result)
}
