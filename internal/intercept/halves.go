//go:build linux && (amd64 || arm64)

package intercept

import (
	"sync"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// TCP programs end one direction and go on with the other; SCTP ends both (RFC 9260 section 9.2). Where both sides are of this kind, the end of
// one direction is a message by itself, with a payload protocol identifier that says so, and the association is shut down when both have
// ended. They know each other by an adaptation code point in INIT and INIT ACK (RFC 5061 section 4.2.6), which peers that do not know it
// pass over: with those, lksctp's withsctp among them, the end of one direction is SHUTDOWN.

const (
	// halfClosing is the adaptation code point, "half" in ASCII.
	halfClosing = 0x68616c66
	// endOfDirection is the payload protocol identifier of the message that ends a direction, "end." in ASCII.
	endOfDirection = 0x656e642e
)

// halves is how far a connection has ended.
type halves struct {
	// known is closed when it is known whether the peer ends its directions by messages.
	known     chan struct{}
	knowing   sync.Once
	byMessage bool // from then on

	mu    sync.Mutex
	ended int // directions
}

// announceHalves has a TCP program's socket tell its peers, and hear from them, that directions end by messages.
func announceHalves(sock Socket) {
	code := linux.Adaptation{Indication: halfClosing}
	_, _ = sock.SetOption(linux.IPPROTO_SCTP, int(linux.SCTP_ADAPTATION_LAYER), linux.Append(nil, &code))
	hear := linux.Event{Type: linux.SCTP_ADAPTATION_INDICATION, On: 1}
	_, _ = sock.SetOption(linux.IPPROTO_SCTP, int(linux.SCTP_EVENT), linux.Append(nil, &hear))
}

// know is called when all has been read that came with the association itself.
func (h *halves) know() { h.knowing.Do(func() { close(h.known) }) }

// heard looks at a notification. From a peer of our kind it is the first thing that is read.
func (p *pump) heard(b []byte) {
	n, err := linux.ParseNotification(b)
	if a, ok := n.(*linux.AdaptationEvent); err == nil && ok && a.Indication == halfClosing {
		p.halves.byMessage = true
		on := linux.Int(1)
		_, _ = p.f.sock.SetOption(linux.IPPROTO_SCTP, int(linux.SCTP_RECVRCVINFO), linux.Append(nil, &on))
	}
}

// isEnd reports whether ancillary data are those of the message that ends a direction.
func isEnd(control []byte) bool {
	item, _, ok, err := linux.NextControl(control)
	if !ok || err != nil || item.Level != linux.IPPROTO_SCTP || item.Type != linux.SCTP_RCVINFO {
		return false
	}
	var info linux.RcvInfo
	return linux.Parse(item.Data, &info) == nil && info.PPID == endOfDirection
}

// endUp ends the direction to the peer.
func (p *pump) endUp() {
	<-p.halves.known
	if p.halves.byMessage {
		w := linux.NewControlWriter(nil, linux.MaxControl)
		w.Add(linux.IPPROTO_SCTP, linux.SCTP_SNDINFO, linux.Append(nil, &linux.SndInfo{PPID: endOfDirection}))
		if p.send(&Msg{Data: []byte{0}, Control: w.Bytes(), Flags: unix.MSG_NOSIGNAL}) {
			p.endHalf()
			return
		}
	}
	_ = p.f.sock.Shutdown(unix.SHUT_WR)
}

// endDown ends the direction to the program, by the peer's message.
func (p *pump) endDown() {
	_ = unix.Shutdown(p.f.sup, unix.SHUT_WR)
	p.endHalf()
}

// endHalf ends the association with the second direction.
func (p *pump) endHalf() {
	h := &p.halves
	h.mu.Lock()
	h.ended++
	both := h.ended == 2
	h.mu.Unlock()
	if both {
		_ = p.f.sock.Shutdown(unix.SHUT_WR)
	}
}
