package peer

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"net/netip"

	"github.com/gosctp/sctp/bench/internal/mmsg"
)

// limit is what UDP leaves to any transport that copies each byte once on both sides and computes CRC32c on both: full datagrams, some
// with each system call, acknowledged by their number. Messages are a stream of bytes to it. A lost datagram ends it.
type limit struct{ size int }

const (
	// limitSize is the largest datagram; the kernel allows a little more.
	limitSize = 65000
	// limitBatch is how many datagrams go with a system call, and how many are in flight at most is limitWindow.
	limitBatch  = 8
	limitWindow = 56
	limitSumLen = 4
)

func newLimit(o Options) Peer { return limit{min(o.MTU, limitSize)} }

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var limitPair = mmsg.Pair{Buffer: oneBuffer}

func (l limit) Listen(addr string) (Listener, error) {
	on, err := netip.ParseAddrPort(addr)
	if err != nil {
		return nil, err
	}
	return listenOnce(func(listening func()) (Conn, error) {
		raw, err := limitPair.Listen(on, listening)
		if err != nil {
			return nil, err
		}
		c := &limitReceiver{in: mmsg.NewReader(raw, limitBatch), acks: mmsg.NewWriter(raw, 1)}
		for i := range c.buffers {
			c.buffers[i] = make([]byte, l.size)
			c.in.SetBuffer(i, c.buffers[i])
		}
		return c, nil
	})
}

func (l limit) Dial(addr string) (Conn, error) {
	to, err := netip.ParseAddrPort(addr)
	if err != nil {
		return nil, err
	}
	raw, err := limitPair.Dial(to)
	if err != nil {
		return nil, err
	}
	c := &limitSender{out: mmsg.NewWriter(raw, limitBatch), acks: mmsg.NewReader(raw, 1)}
	c.acks.SetBuffer(0, c.ack[:])
	for i := range c.buffers {
		c.buffers[i] = make([]byte, limitSumLen, l.size)
	}
	return c, nil
}

var errOneWay = errors.New("bytes travel one way only")

// limitSender is the client.
type limitSender struct {
	out         *mmsg.Writer
	acks        *mmsg.Reader
	ack         [8]byte
	sent, acked uint64 // datagrams
	buffers     [limitBatch][]byte
	filling     int
}

func (c *limitSender) Send(message []byte) error {
	for len(message) > 0 {
		b := c.buffers[c.filling]
		n := min(len(message), cap(b)-len(b))
		b = append(b, message[:n]...)
		c.buffers[c.filling] = b
		message = message[n:]
		if len(b) < cap(b) {
			continue
		}
		binary.BigEndian.PutUint32(b, crc32.Checksum(b[limitSumLen:], castagnoli))
		c.out.Add(b, len(b))
		if c.filling++; c.filling == limitBatch {
			if err := c.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// flush sends a batch and waits until another fits the window.
func (c *limitSender) flush() error {
	if err := c.out.Flush(); err != nil {
		return err
	}
	c.filling = 0
	c.sent += limitBatch
	for i := range c.buffers {
		c.buffers[i] = c.buffers[i][:limitSumLen]
	}
	for c.sent+limitBatch-c.acked > limitWindow {
		if _, err := c.acks.Read(); err != nil {
			return err
		}
		c.acked = max(c.acked, binary.BigEndian.Uint64(c.ack[:]))
	}
	return nil
}

func (*limitSender) Recv([]byte) (int, error) { return 0, errOneWay }
func (*limitSender) Close() error             { return nil }

// limitReceiver is the server.
type limitReceiver struct {
	in       *mmsg.Reader
	acks     *mmsg.Writer
	ack      [8]byte
	received uint64
	buffers  [limitBatch][]byte
	n, at    int // datagrams of the batch
	rest     []byte
}

// Recv fills buf.
func (c *limitReceiver) Recv(buf []byte) (int, error) {
	for n := 0; n < len(buf); {
		if len(c.rest) == 0 {
			if err := c.next(); err != nil {
				return n, err
			}
		}
		m := copy(buf[n:], c.rest)
		c.rest = c.rest[m:]
		n += m
	}
	return len(buf), nil
}

// next takes another datagram.
func (c *limitReceiver) next() error {
	if c.at == c.n {
		var err error
		if c.n, err = c.in.Read(); err != nil {
			return err
		}
		c.at = 0
		c.received += uint64(c.n)
		binary.BigEndian.PutUint64(c.ack[:], c.received)
		c.acks.Add(c.ack[:], len(c.ack))
		if err := c.acks.Flush(); err != nil {
			return err
		}
	}
	length, _ := c.in.Datagram(c.at)
	b := c.buffers[c.at][:length]
	c.at++
	if length < limitSumLen || binary.BigEndian.Uint32(b) != crc32.Checksum(b[limitSumLen:], castagnoli) {
		return errors.New("a damaged datagram")
	}
	c.rest = b[limitSumLen:]
	return nil
}

func (*limitReceiver) Send([]byte) error { return errOneWay }
func (*limitReceiver) Close() error      { return nil }
