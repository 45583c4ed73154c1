package perf

import (
	"context"
	"fmt"
	"time"

	"github.com/gosctp/sctp"
)

// Traffic is what happened in an interval of a test of throughput.
type Traffic struct {
	// Sent is what this side handed over, Received what came from the server.
	SentBytes             uint64  `json:"sent_bytes"`
	SentMessages          uint64  `json:"sent_messages"`
	SentBitsPerSecond     float64 `json:"sent_bits_per_second"`
	ReceivedBytes         uint64  `json:"received_bytes"`
	ReceivedMessages      uint64  `json:"received_messages"`
	ReceivedBitsPerSecond float64 `json:"received_bits_per_second"`
	// Those of this side, and of a server that sends as it last told them: nil if it has told nothing.
	Sender
	Server *Sender `json:"server,omitempty"`
	// reverse: the server sends, bidir: so do both.
	reverse, bidir bool
}

// Sender is what it takes one side to send. Of its primary paths: chunks sent again in the interval, and at its end the mean round trip, and the
// congestion windows, the windows of the receivers and the bytes in flight, added up.
type Sender struct {
	Retransmitted uint64  `json:"retransmitted_chunks"`
	RTT           float64 `json:"rtt_us"`
	Cwnd          int     `json:"cwnd_bytes"`
	PeerRwnd      int     `json:"peer_rwnd_bytes"`
	Flight        int     `json:"flight_bytes"`
}

// senderOf is how conn sends now, with all that it has sent again.
func senderOf(conn *sctp.Conn) Sender {
	status := conn.Status()
	s := Sender{Retransmitted: status.Stats.Retransmitted, PeerRwnd: status.PeerRwnd}
	if len(status.Paths) > 0 { // none when it is over
		p := &status.Paths[0]
		s.RTT, s.Cwnd, s.Flight = float64(p.SRTT.Nanoseconds())/1e3, p.Cwnd, p.FlightSize
	}
	return s
}

// senders sums up those of several associations.
type senders struct {
	sum Sender
	n   int
}

func (s *senders) add(o *Sender) {
	s.n++
	s.sum.Retransmitted += o.Retransmitted
	s.sum.RTT += o.RTT
	s.sum.Cwnd += o.Cwnd
	s.sum.PeerRwnd += o.PeerRwnd
	s.sum.Flight += o.Flight
}

// since is the sum, in which only those chunks count that are not among before, which becomes all of them.
func (s *senders) since(before *uint64) Sender {
	sum := s.sum
	sum.RTT /= float64(max(s.n, 1))
	sum.Retransmitted -= min(*before, sum.Retransmitted)
	*before = s.sum.Retransmitted
	return sum
}

const (
	senderHead = "   again        RTT        cwnd"
	rateWidth  = 14
)

// columns are those of senderHead; of one of which nothing is known they are empty.
func (s *Sender) columns() string {
	if s == nil {
		return fmt.Sprintf(" %7s %10s %11s", "-", "-", "-")
	}
	return fmt.Sprintf(" %7d %7.2f ms %7.1f KiB", s.Retransmitted, s.RTT/1e3, float64(s.Cwnd)/1024)
}

// head names the columns of columns: those of the side that sends, or after the rate of each side its own.
func (t *Traffic) head() string {
	sent, received := fmt.Sprintf(" %*s", rateWidth, "sent"), fmt.Sprintf(" %*s", rateWidth, "received")
	if t.bidir {
		return sent + senderHead + received + senderHead
	}
	return sent + received + senderHead
}

func (t *Traffic) columns() string {
	rate := func(bits float64) string {
		text := "-"
		if bits != 0 {
			text = BitRate(bits)
		}
		return fmt.Sprintf(" %*s", rateWidth, text)
	}
	sent, received := rate(t.SentBitsPerSecond), rate(t.ReceivedBitsPerSecond)
	switch {
	case t.bidir:
		return sent + t.Sender.columns() + received + t.Server.columns()
	case t.reverse:
		return sent + received + t.Server.columns()
	}
	return sent + received + t.Sender.columns()
}

// watcher makes intervals of what flows count.
type watcher struct {
	o     *Options
	flows []*flow
	last  Traffic // bytes and messages since the beginning
	// own and server are the chunks sent again since then.
	own, server uint64
}

// fill adds what flows have counted since it was called last.
func (w *watcher) fill(i *Interval, seconds float64) bool {
	t := Traffic{reverse: w.o.Reverse && !w.o.Bidir, bidir: w.o.Bidir}
	var own, server senders
	for _, f := range w.flows {
		if f.sent != nil {
			t.SentBytes += f.sent.bytes.Load()
			t.SentMessages += f.sent.messages.Load()
		}
		if f.received != nil {
			t.ReceivedBytes += f.received.bytes.Load()
			t.ReceivedMessages += f.received.messages.Load()
		}
		s := senderOf(f.conn)
		own.add(&s)
		if told := f.told.Load(); told != nil {
			server.add(told)
		}
	}
	sum := t
	t.SentBytes -= w.last.SentBytes
	t.SentMessages -= w.last.SentMessages
	t.ReceivedBytes -= w.last.ReceivedBytes
	t.ReceivedMessages -= w.last.ReceivedMessages
	w.last = sum
	t.SentBitsPerSecond = 8 * perSecond(t.SentBytes, seconds)
	t.ReceivedBitsPerSecond = 8 * perSecond(t.ReceivedBytes, seconds)
	t.Sender = own.since(&w.own)
	if server.n > 0 {
		s := server.since(&w.server)
		t.Server = &s
	}
	i.Traffic = &t
	return t.SentBytes+t.ReceivedBytes+t.Retransmitted > 0
}

// shortestTelling is the least time between two messages in which a server tells how it sends.
const shortestTelling = 10 * time.Millisecond

// tellSender has a server tell how it sends once in each interval of the client, if it has asked for that, until the function that it returns is
// called. It does so a quarter before the end, so that the message is there by then.
func (s *session) tellSender(ctx context.Context) (stop func()) {
	if s.interval <= 0 {
		return func() {}
	}
	every := max(s.interval, shortestTelling)
	end, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		due := time.NewTimer(every - every/4)
		defer due.Stop()
		for {
			select {
			case <-due.C:
				if tell(ctx, s.conn, ppidSender, senderOf(s.conn)) != nil {
					return // who sends messages hears of it as well
				}
				due.Reset(every)
			case <-end:
				return
			}
		}
	}()
	return func() {
		close(end)
		<-done
	}
}
