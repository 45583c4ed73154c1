package sim

import (
	"net/netip"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/cc"
	"github.com/gosctp/sctp/simnet"
)

// labKind is a sender of the lab: TCP as Linux has it, or an association as users of the Go API get it, with one congestion control.
type labKind struct {
	name string
	tcp  bool
	cc   cc.Algorithm
}

var (
	labTCP     = labKind{name: "TCP", tcp: true}
	labRFC9260 = labKind{name: "RFC 9260", cc: cc.RFC9260}
	labCUBIC   = labKind{name: "CUBIC", cc: cc.CUBIC}
	labBBR     = labKind{name: "BBR", cc: cc.BBRv3}
)

// goUsers is what users of the Go API get, where it matters here.
func goUsers(a cc.Algorithm) assoc.Config {
	return assoc.Config{CongestionControl: a, RACK: true, Undo: true, TailProbe: true, RecvBuffer: 8 << 20, SendBuffer: 8 << 20}
}

// labFlow sends without end, from the left to the right.
type labFlow struct {
	from, to netip.Addr
	// got is what the receiver's application has read, in bytes.
	got func() int
}

// flow begins, after a time, to send over links each way.
func (l *lab) flow(k labKind, there, back simnet.Link, after time.Duration) *labFlow {
	if !k.tcp {
		return l.association(goUsers(k.cc), there, back, after)
	}
	left, right := l.pair(there, back)
	a, b := l.tcp(left, right)
	l.at(after, a.start)
	return &labFlow{from: left.Addrs()[0], to: right.Addrs()[0], got: func() int { return int(b.rcvd) }}
}

// association is a flow of SCTP.
func (l *lab) association(c assoc.Config, there, back simnet.Link, after time.Duration) *labFlow {
	left, right := l.pair(there, back)
	a, b := l.sctp(left, c), l.sctp(right, c)
	read := 0
	a.write = a.bulk
	b.read = func(_ assoc.RcvInfo, n int) { read += n }
	l.at(after, func() { a.connect(right) })
	return &labFlow{from: left.Addrs()[0], to: right.Addrs()[0], got: func() int { return read }}
}
