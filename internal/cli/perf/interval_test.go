package perf

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/simnet"
)

func TestIntervalsAreShownInColumns(t *testing.T) {
	sends := Sender{Retransmitted: 3, RTT: 1500, Cwnd: 4096}
	quantiles := Quantiles{Count: 20352, P50: 30.7, P99: 110.6, Max: 41933.2}
	for _, tt := range []struct {
		name       string
		i          Interval
		head, line string
	}{
		{
			"forward", Interval{Traffic: &Traffic{SentBitsPerSecond: 1.5e9, Sender: sends, Server: &Sender{Cwnd: 1}}},
			"   seconds            sent       received   again        RTT        cwnd",
			"  1.0-2.0      1.50 Gbit/s              -       3    1.50 ms     4.0 KiB",
		}, {
			"reverse", Interval{Traffic: &Traffic{ReceivedBitsPerSecond: 1.5e9, Sender: Sender{Cwnd: 1}, Server: &sends, reverse: true}},
			"   seconds            sent       received   again        RTT        cwnd",
			"  1.0-2.0                -    1.50 Gbit/s       3    1.50 ms     4.0 KiB",
		}, {
			"a server that tells nothing", Interval{Traffic: &Traffic{ReceivedBitsPerSecond: 1.5e9, Sender: sends, reverse: true}},
			"   seconds            sent       received   again        RTT        cwnd",
			"  1.0-2.0                -    1.50 Gbit/s       -          -           -",
		}, {
			"both", Interval{Traffic: &Traffic{SentBitsPerSecond: 5e6, ReceivedBitsPerSecond: 1.5e9, Sender: Sender{Cwnd: 1 << 20}, Server: &sends, bidir: true}},
			"   seconds            sent   again        RTT        cwnd       received   again        RTT        cwnd",
			"  1.0-2.0      5.00 Mbit/s       0    0.00 ms  1024.0 KiB    1.50 Gbit/s       3    1.50 ms     4.0 KiB",
		}, {
			"latency", Interval{Latency: &RoundTrips{20346, quantiles}},
			"   seconds  round trips     a second         50 %         99 %          max",
			"  1.0-2.0         20352        20346      30.7 µs     110.6 µs   41933.2 µs",
		}, {
			"set-up", Interval{Setup: &Setup{20346, quantiles}},
			"   seconds       set up     a second         50 %         99 %          max",
			"  1.0-2.0         20352        20346      30.7 µs     110.6 µs   41933.2 µs",
		}, {
			"no round trip", Interval{Latency: &RoundTrips{}},
			"   seconds  round trips     a second         50 %         99 %          max",
			"  1.0-2.0             0            -            -            -            -",
		}, {
			"nothing", Interval{},
			"   seconds ",
			"  1.0-2.0  ",
		},
	} {
		i := tt.i
		i.Start, i.End = 1, 2
		if got := i.Head(); got != tt.head {
			t.Errorf("%s: the head is\n%q, want\n%q", tt.name, got, tt.head)
		}
		if got := i.String(); got != tt.line {
			t.Errorf("%s: the line is\n%q, want\n%q", tt.name, got, tt.line)
		}
		if h, l := len([]rune(tt.head)), len([]rune(tt.line)); h != l && tt.name != "nothing" {
			t.Errorf("%s: the head has %d columns, the line has %d", tt.name, h, l)
		}
		if i.Omitted = true; i.String() != tt.line+" (omitted)" {
			t.Errorf("%s: %q", tt.name, i.String())
		}
	}
}

// A warm-up is in intervals of its own, the times of all others are those of the result.
func TestIntervalsOfRoundTripsAndOfSetUp(t *testing.T) {
	for _, mode := range []Mode{PingPong, Connect} {
		inBench(t, func(t *testing.T, b *bench) {
			o := Options{Mode: mode, Dial: b.dial, Duration: 3 * time.Second, Interval: time.Second, MessageBytes: 100, Streams: 1, Associations: 2}
			if mode == PingPong {
				o.Omit = time.Second
			}
			var shown int
			o.Progress = func(*Interval) { shown++ }
			r, err := Run(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			if want := int((o.Omit + o.Duration) / o.Interval); len(r.Intervals) != want || shown != want {
				t.Errorf("%s: %d intervals, %d shown; want %d, of which the last one has what was under way at the end", mode, len(r.Intervals), shown, want)
			}
			var counted, total uint64
			var longest, most float64
			for n, i := range r.Intervals {
				q, rate := Quantiles{}, 0.0
				switch {
				case mode == PingPong && i.Latency != nil && i.Setup == nil && i.Traffic == nil:
					q, rate = i.Latency.Quantiles, i.Latency.PerSecond
				case mode == Connect && i.Setup != nil && i.Latency == nil && i.Traffic == nil:
					q, rate = i.Setup.Quantiles, i.Setup.PerSecond
				default:
					t.Fatalf("%s: interval %d is of another mode: %+v", mode, n, i)
				}
				if i.Omitted != (i.Start < o.Omit.Seconds()) || q.P50 < 10_000 || q.Max < q.P99 || q.P99 < q.P50 || rate < 20 || rate > 200 {
					t.Errorf("%s: interval %d is %+v: %v a second, %+v", mode, n, i, rate, q)
				}
				if !i.Omitted {
					counted += q.Count
					longest = max(longest, q.Max)
				}
			}
			if mode == PingPong {
				total, most = r.Latency.Count, r.Latency.Max
			} else {
				total, most = r.Setup.Count, r.Setup.Max
			}
			// What began in the warm-up and ended after it is in an interval, and does not count.
			if counted < total || counted > total+2 || mode == Connect && counted != total || longest < most {
				t.Errorf("%s: %d in intervals up to %v µs, %d in all up to %v µs", mode, counted, longest, total, most)
			}
		})
	}
}

// What a full buffer still has when the time is over belongs to the last interval if it is gone soon, and is shown if it is not.
func TestIntervalsGoOnAfterTheTimeIfSomethingHangs(t *testing.T) {
	inBench(t, func(t *testing.T, b *bench) {
		b.net.SetDefault(simnet.Link{Delay: 5 * time.Millisecond, Rate: 50_000})
		const every = 200 * time.Millisecond
		r, err := Run(t.Context(), Options{Mode: Bulk, Dial: b.dial, Duration: time.Second, Interval: every, MessageBytes: 1000, Streams: 1, Associations: 1})
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Intervals) < 6 {
			t.Fatalf("%d intervals in %v s", len(r.Intervals), r.Seconds)
		}
		for n, i := range r.Intervals[:6] {
			want := every
			if n == 4 {
				want *= 2 // in the hope that it was all
			}
			if got := time.Duration((i.End - i.Start) * 1e9).Round(time.Millisecond); got != want {
				t.Errorf("interval %d, from %v s on, takes %v, want %v", n, i.Start, got, want)
			}
		}
	})
}

// While the server sends, its own figures are told, and what it sent again adds up to what it has in the end.
func TestIntervalsTellHowTheServerSends(t *testing.T) {
	for _, bidir := range []bool{false, true} {
		inBench(t, func(t *testing.T, b *bench) {
			b.net.SetDefault(simnet.Link{Delay: 5 * time.Millisecond, Rate: 1_250_000, Loss: 0.01})
			r, err := Run(t.Context(), Options{
				Mode: Bulk, Dial: b.dial, Duration: 5 * time.Second, Interval: time.Second, MessageBytes: 1000, Streams: 3, Associations: 2, Reverse: !bidir, Bidir: bidir,
			})
			if err != nil {
				t.Fatal(err)
			}
			var again, own uint64
			for n, i := range r.Intervals {
				if n == 0 && i.Server == nil {
					continue // it was long under way behind other messages
				}
				if i.Server == nil || i.Server.RTT < 10_000 || i.Server.Cwnd == 0 || i.Server.PeerRwnd == 0 {
					t.Fatalf("bidir %v: interval %d: %+v", bidir, n, i.Traffic)
				}
				again += i.Server.Retransmitted
				own += i.Retransmitted
			}
			if all := r.Throughput.Retransmitted; len(r.Intervals) < 5 || again == 0 || again+own > all || bidir && own == 0 {
				t.Errorf("bidir %v: %d intervals, with %d chunks sent again by the server, %d by the client, of %d", bidir, len(r.Intervals), again, own, all)
			}
		})
	}
}

// A client that asks for nothing, such as an earlier one, is told nothing. One that asks for more than is good gets less.
func TestServersTellHowTheySendWhenAsked(t *testing.T) {
	for _, tt := range []struct {
		interval time.Duration
		want     int
	}{{0, 0}, {-1, 0}, {1, 100}, {time.Millisecond, 100}, {100 * time.Millisecond, 10}, {1300 * time.Millisecond, 1}, {2 * time.Second, 0}} {
		inBench(t, func(t *testing.T, b *bench) {
			conn, err := b.dial(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			h := hello{Version: ProtocolVersion, Plan: plan{Duration: time.Second, MessageBytes: 1000, Streams: 1, Rate: 80_000}, Reverse: true, Interval: tt.interval}
			if err := tell(t.Context(), conn, ppidHello, &h); err != nil {
				t.Fatal(err)
			}
			if err := tell(t.Context(), conn, ppidStart, struct{}{}); err != nil {
				t.Fatal(err)
			}
			told := 0
			for {
				m, err := conn.ReadMessage(t.Context(), MaxControl)
				if err != nil {
					t.Fatal(err)
				}
				if m.PPID == ppidEnded {
					break
				}
				if m.PPID == ppidSender {
					var s Sender
					if err := json.Unmarshal(m.Data, &s); err != nil || s.Cwnd == 0 || s.RTT < 10_000 && told > 3 { // the first before any round trip
						t.Errorf("every %v: told %s, %v", tt.interval, m.Data, err)
					}
					told++
				}
			}
			if told < tt.want-1 || told > tt.want || tt.want <= 1 && told != tt.want {
				t.Errorf("every %v in a second: told %d times, want %d", tt.interval, told, tt.want)
			}
		})
	}
}

// What a server tells has to be of the kind that is awaited.
func TestClientsRefuseWhatIsNoTelling(t *testing.T) {
	inBench(t, func(t *testing.T, b *bench) {
		b.serve = func(conn *sctp.Conn) error {
			for {
				m, err := conn.ReadMessage(t.Context(), MaxControl)
				switch {
				case err != nil:
					return nil
				case m.PPID == ppidHello:
					err = tell(t.Context(), conn, ppidHello, &welcome{Version: ProtocolVersion, Welcome: true})
				case m.PPID == ppidReport:
					_, err = conn.WriteMsg(make([]byte, reportLen), &sctp.SndInfo{PPID: ppidReport})
				case m.PPID == ppidStart:
					_, err = conn.WriteMsg([]byte("how I send"), &sctp.SndInfo{PPID: ppidSender})
				}
				if err != nil {
					return err
				}
			}
		}
		_, err := Run(t.Context(), Options{Mode: Bulk, Dial: b.dial, Duration: time.Second, Interval: time.Second, MessageBytes: 1000, Streams: 1, Associations: 1, Reverse: true})
		var syntax *json.SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("the test ended with %v", err)
		}
	})
}
