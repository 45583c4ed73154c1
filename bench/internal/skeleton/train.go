package skeleton

import (
	"encoding/binary"
	"hash/crc32"
	"sync/atomic"
)

// Limits of a train: what UDP_SEGMENT takes with packets of Ethernet's size.
const (
	maxTrainLen     = 65000
	maxTrainPackets = 44
)

// train is a run of packets of one length, of which the last may be shorter. It is kept until each packet's chunks are acknowledged.
type train struct {
	buf     []byte
	ends    []int // of each packet
	refs    atomic.Int32
	segment int
	short   bool // the last packet is shorter: there can be no other after it
}

// packing is the train under construction and the start of its open packet.
type packing struct {
	current *train
	open    int
}

// closed is where an open packet starts if there is none.
const closed = -1

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// setSum computes a packet's checksum (RFC 9260 section 6.8).
func setSum(p []byte) {
	binary.LittleEndian.PutUint32(p[8:], 0)
	binary.LittleEndian.PutUint32(p[8:], crc32.Checksum(p, castagnoli))
}

// checkSum says whether a packet's checksum is right.
func checkSum(p []byte) bool {
	sum := binary.LittleEndian.Uint32(p[8:])
	binary.LittleEndian.PutUint32(p[8:], 0)
	return crc32.Checksum(p, castagnoli) == sum
}

func (e *Endpoint) newTrain() *train {
	select {
	case t := <-e.spareTrains:
		return t
	default:
		return &train{buf: make([]byte, 0, maxTrainLen+e.MTU)}
	}
}

// release gives up n references to a train.
func (e *Endpoint) release(t *train, n int) {
	if t.refs.Add(int32(-n)) > 0 {
		return
	}
	t.buf, t.ends, t.segment, t.short = t.buf[:0], t.ends[:0], 0, false
	select {
	case e.spareTrains <- t:
	default:
	}
}

// closePacket ends the open packet. e.mu is held.
func (e *Endpoint) closePacket() {
	if e.open == closed {
		return
	}
	t := e.current
	n := len(t.buf) - e.open
	t.ends = append(t.ends, len(t.buf))
	if len(t.ends) == 1 {
		t.segment = n
	} else if n < t.segment {
		t.short = true
	}
	e.open = closed
}

// closeTrain makes the train under construction ready to leave. e.mu is held.
func (e *Endpoint) closeTrain() {
	e.closePacket()
	if e.current != nil {
		e.ready = append(e.ready, e.current)
		e.current = nil
	}
}

// room makes place for a chunk of n bytes of an association in a packet, and returns how much that packet takes: less than n if the
// chunk may be cut. e.mu is held.
func (e *Endpoint) room(a *Assoc, n int, cut bool) int {
	if t := e.current; e.open != closed {
		left := e.MTU - (len(t.buf) - e.open)
		if len(t.ends) > 0 { // no packet of a train outgrows its first
			left = t.segment - (len(t.buf) - e.open)
		}
		if order.Uint32(t.buf[e.open+4:]) == a.tag && (left >= n || cut && left > dataHeaderLen+64) {
			return left
		}
		e.closePacket()
	}
	if t := e.current; t != nil && (t.short || len(t.ends) == maxTrainPackets || len(t.buf)+e.MTU > maxTrainLen ||
		len(t.ends) > 0 && min(commonHeaderLen+n, e.MTU) > t.segment) {
		e.closeTrain()
	}
	if e.current == nil {
		e.current = e.newTrain()
	}
	t := e.current
	e.open = len(t.buf)
	t.buf = order.AppendUint16(order.AppendUint16(t.buf, port), port)
	t.buf = order.AppendUint32(order.AppendUint32(t.buf, a.tag), 0)
	t.refs.Add(1)
	left := e.MTU
	if len(t.ends) > 0 {
		left = t.segment
	}
	return left - commonHeaderLen
}

// port is both sides'.
const port = 9000
