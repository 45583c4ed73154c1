package simnet

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/transport"
)

const second = mono.Time(time.Second)

var (
	leftAddr  = netip.MustParseAddr("192.0.2.1")
	rightAddr = netip.MustParseAddr("192.0.2.2")
	left6     = netip.MustParseAddr("2001:db8::1")
	right6    = netip.MustParseAddr("2001:db8::2")
)

// lab is a network of two hosts.
type lab struct {
	t           *testing.T
	n           *Network
	left, right *Host
	fates       map[Fate]int
}

func newLab(t *testing.T, l Link) *lab {
	lab := &lab{t: t, n: New(1), fates: make(map[Fate]int)}
	lab.left = lab.n.AddHost("left", leftAddr, left6)
	lab.right = lab.n.AddHost("right", rightAddr, right6)
	lab.n.SetDefault(l)
	lab.n.Trace(func(e Event) { lab.fates[e.Fate]++ })
	return lab
}

// send sends a packet of some size from left to right that begins with a number.
func (l *lab) send(now mono.Time, number, size int) {
	data := make([]byte, size)
	binary.BigEndian.PutUint32(data, uint32(number))
	l.n.Send(now, l.left, &transport.Datagram{Path: transport.Path{Remote: rightAddr}, Data: data})
}

// got is a datagram that arrived.
type got struct {
	at     mono.Time
	host   *Host
	number int
	d      transport.Datagram
}

// drain lets everything arrive.
func (l *lab) drain() []got {
	var all []got
	for due := l.n.NextDeadline(); !due.IsZero(); due = l.n.NextDeadline() {
		if h, d, ok := l.n.Deliver(due); ok {
			all = append(all, got{due, h, int(binary.BigEndian.Uint32(d.Data)), d})
		}
	}
	return all
}

// sendMany sends count packets of 100 bytes, one a millisecond, and lets them arrive.
func (l *lab) sendMany(count int) []got {
	for i := range count {
		l.send(second.Add(time.Duration(i)*time.Millisecond), i, 100)
	}
	return l.drain()
}

// wantBetween fails unless a figure lies in a range.
func (l *lab) wantBetween(what string, value, low, high int) {
	l.t.Helper()
	if value < low || value > high {
		l.t.Errorf("%s: %d, want %d to %d", what, value, low, high)
	}
}
