package perf

import (
	"fmt"
	"time"
)

// Interval is what happened in a part of a test of throughput, on all associations.
type Interval struct {
	// Start and End are seconds since the test began. Omitted: it is warm-up, and does not count.
	Start   float64 `json:"start"`
	End     float64 `json:"end"`
	Omitted bool    `json:"omitted"`
	// Sent is what this side handed over, Received what came from the server.
	SentBytes             uint64  `json:"sent_bytes"`
	SentMessages          uint64  `json:"sent_messages"`
	SentBitsPerSecond     float64 `json:"sent_bits_per_second"`
	ReceivedBytes         uint64  `json:"received_bytes"`
	ReceivedMessages      uint64  `json:"received_messages"`
	ReceivedBitsPerSecond float64 `json:"received_bits_per_second"`
	// Of this side's primary paths: chunks sent again in the interval, and at its end the mean round trip, and the congestion windows, the windows
	// of the receivers and the bytes in flight, added up.
	Retransmitted uint64  `json:"retransmitted_chunks"`
	RTT           float64 `json:"rtt_us"`
	Cwnd          int     `json:"cwnd_bytes"`
	PeerRwnd      int     `json:"peer_rwnd_bytes"`
	Flight        int     `json:"flight_bytes"`
}

// IntervalHead names the columns of [Interval.String].
const IntervalHead = "   seconds           sent       received   again         RTT        cwnd"

func (i *Interval) String() string {
	rate := func(bits float64) string {
		if bits == 0 {
			return "-"
		}
		return BitRate(bits)
	}
	text := fmt.Sprintf("%5.1f-%-5.1f %14s %14s %7d %7.2f ms %7.1f KiB",
		i.Start, i.End, rate(i.SentBitsPerSecond), rate(i.ReceivedBitsPerSecond), i.Retransmitted, i.RTT/1e3, float64(i.Cwnd)/1024)
	if i.Omitted {
		text += " (omitted)"
	}
	return text
}

// watcher makes intervals of what flows count.
type watcher struct {
	flows []*flow
	omit  time.Duration
	start time.Time
	last  Interval // sums since the beginning
	at    time.Duration
}

// next is the interval that ends now.
func (w *watcher) next() Interval {
	now := time.Since(w.start)
	sum := Interval{}
	var rtt time.Duration
	for _, f := range w.flows {
		if f.sent != nil {
			sum.SentBytes += f.sent.bytes.Load()
			sum.SentMessages += f.sent.messages.Load()
		}
		if f.received != nil {
			sum.ReceivedBytes += f.received.bytes.Load()
			sum.ReceivedMessages += f.received.messages.Load()
		}
		s := f.conn.Status()
		sum.Retransmitted += s.Stats.Retransmitted
		sum.PeerRwnd += s.PeerRwnd
		if len(s.Paths) > 0 { // none when it is over
			rtt += s.Paths[0].SRTT
			sum.Cwnd += s.Paths[0].Cwnd
			sum.Flight += s.Paths[0].FlightSize
		}
	}
	i := sum
	i.Start, i.End, i.Omitted = w.at.Seconds(), now.Seconds(), w.at < w.omit
	i.SentBytes -= w.last.SentBytes
	i.SentMessages -= w.last.SentMessages
	i.ReceivedBytes -= w.last.ReceivedBytes
	i.ReceivedMessages -= w.last.ReceivedMessages
	i.Retransmitted -= min(w.last.Retransmitted, i.Retransmitted)
	i.RTT = float64(rtt.Nanoseconds()) / 1e3 / float64(len(w.flows))
	if seconds := (now - w.at).Seconds(); seconds > 0 {
		i.SentBitsPerSecond = float64(i.SentBytes) * 8 / seconds
		i.ReceivedBitsPerSecond = float64(i.ReceivedBytes) * 8 / seconds
	}
	w.last, w.at = sum, now
	return i
}

// watch makes an interval after each o.Interval, until the function that it returns is called, which makes the last one.
func (o *Options) watch(start time.Time, flows []*flow, r *Result) (stop func()) {
	if o.Interval <= 0 {
		return func() {}
	}
	w := &watcher{flows: flows, omit: o.Omit, start: start}
	note := func(last bool) {
		i := w.next()
		if last && i.SentBytes+i.ReceivedBytes+i.Retransmitted == 0 && len(r.Intervals) > 0 {
			return
		}
		r.Intervals = append(r.Intervals, i)
		if o.Progress != nil {
			o.Progress(&i)
		}
	}
	end, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(o.Interval)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				note(false)
			case <-end:
				note(true)
				return
			}
		}
	}()
	return func() {
		close(end)
		<-done
	}
}
