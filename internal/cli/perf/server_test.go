package perf

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/simnet"
)

// bench is a server, and a way to dial it, in virtual time.
type bench struct {
	dial func(context.Context) (*sctp.Conn, error)
	net  *simnet.Network
	// serve is Serve, but for tests of clients.
	serve func(*sctp.Conn) error
	// served gets what Serve returns, once for each association.
	served chan error
}

// inBench runs f in a bubble in which time is virtual, with 10 ms of round trip at 100 Mbit/s.
func inBench(t *testing.T, f func(t *testing.T, b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := simnet.New(1)
		n.SetDefault(simnet.Link{Delay: 5 * time.Millisecond, Rate: 12_500_000})
		near := n.AddHost("near", netip.MustParseAddr("192.0.2.1")).Transport()
		far := n.AddHost("far", netip.MustParseAddr("192.0.2.2")).Transport()
		defer near.Close()
		defer far.Close()
		lc := sctp.ListenConfig{Carrier: far, Config: sctp.Config{OutStreams: 100}}
		l, err := lc.Listen(t.Context(), "sctp", "192.0.2.2:5001")
		if err != nil {
			t.Fatal(err)
		}
		b := &bench{net: n, serve: func(conn *sctp.Conn) error { return Serve(context.Background(), conn) }, served: make(chan error, 100_000)}
		b.dial = func(ctx context.Context) (*sctp.Conn, error) {
			return (&sctp.Dialer{Carrier: near}).DialSCTP(ctx, "sctp", "192.0.2.2:5001")
		}
		go func() {
			for conn, err := l.AcceptContext(context.Background()); err == nil; conn, err = l.AcceptContext(context.Background()) {
				go func() {
					err := b.serve(conn)
					if err != nil {
						conn.Abort(err.Error())
					}
					conn.Close()
					b.served <- err
				}()
			}
		}()
		f(t, b)
		l.Close()
		synctest.Wait()
	})
}

// A client that does not keep to the language is told why, or thrown out; the server has lost nothing but that association.
func TestServerSurvivesBadClients(t *testing.T) {
	good := plan{Duration: time.Second, MessageBytes: 100, Streams: 1}
	greet := func(change func(*hello)) []byte {
		h := hello{Version: ProtocolVersion, Plan: good}
		change(&h)
		b, err := json.Marshal(&h)
		if err != nil {
			panic(err)
		}
		return b
	}
	number := func(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }
	type message struct {
		ppid uint32
		data []byte
	}
	for _, tt := range []struct {
		name     string
		messages []message
		// ends is what Serve ends with, refused what the client is told.
		ends    error
		refused string
	}{
		{"no JSON", []message{{ppidHello, []byte("hello")}}, errControl, ""},
		{"too long", []message{{ppidHello, make([]byte, MaxControl+1)}}, errControl, ""},
		{"two at once", []message{{ppidHello, greet(func(*hello) {})}, {ppidHello, greet(func(*hello) {})}}, errAgain, ""},
		{"start without hello", []message{{ppidStart, []byte("{}")}}, errUngreeted, ""},
		{"start twice", []message{{ppidHello, greet(func(h *hello) { h.Reverse = true })}, {ppidStart, []byte("{}")}, {ppidStart, []byte("{}")}}, errAgain, ""},
		{"start after a refusal", []message{{ppidHello, greet(func(h *hello) { h.Version = 1 })}, {ppidStart, []byte("{}")}}, errUngreeted, ""},
		{"stop of nothing", []message{{ppidStop, []byte("{}")}, {ppidReport, []byte("x")}}, errBadReport, ""},
		{"a short request", []message{{ppidOutcome, []byte("x")}}, errBadReport, ""},
		{"an echo of too much", []message{{ppidEcho, make([]byte, MaxEcho+1)}}, errTooLarge, ""},
		{"an echo of much", []message{{ppidEcho, make([]byte, MaxEcho)}}, nil, ""},
		{"another version", []message{{ppidHello, greet(func(h *hello) { h.Version = 7 })}}, nil, "version 7 of sctp perf; allowed: 2"},
		{"messages too large", []message{{ppidHello, greet(func(h *hello) { h.Plan.MessageBytes = MaxEcho + 1 })}}, nil, "messages of 1048577 bytes; allowed: 1 to 1048576"},
		{"messages of nothing", []message{{ppidHello, greet(func(h *hello) { h.Plan.MessageBytes = 0 })}}, nil, "messages of 0 bytes"},
		{"no streams", []message{{ppidHello, greet(func(h *hello) { h.Plan.Streams = 0 })}}, nil, "0 streams; allowed: 1 to 100"},
		{"too many streams", []message{{ppidHello, greet(func(h *hello) { h.Plan.Streams = 101 })}}, nil, "101 streams; allowed: 1 to 100"},
		{"for ever", []message{{ppidHello, greet(func(h *hello) { h.Plan.Duration = maxDuration + 1 })}}, nil, "allowed: up to 24h0m0s each"},
		{"later than ever", []message{{ppidHello, greet(func(h *hello) { h.Plan.Omit = -1 })}}, nil, "allowed: up to 24h0m0s each"},
		{"less than nothing", []message{{ppidHello, greet(func(h *hello) { h.Plan.Rate = -1 })}}, nil, "-1 bit/s"},
		{"no end", []message{{ppidHello, greet(func(h *hello) { h.Plan.Duration = 0 })}}, nil, "a test without end"},
		{"what nobody knows", []message{{4711, []byte("x")}, {ppidReport, number(1)}}, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBench(t, func(t *testing.T, b *bench) {
				conn, err := b.dial(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, m := range tt.messages {
					w, err := conn.NewMessage(t.Context(), &sctp.SndInfo{PPID: m.ppid}) // of any size
					if err == nil {
						_, err = w.Write(m.data)
					}
					if err == nil {
						err = w.Close()
					}
					if err != nil && tt.ends == nil { // or it has heard enough before
						t.Fatal(err)
					}
				}
				if tt.refused != "" {
					m, err := conn.ReadMessage(t.Context(), MaxControl)
					var w welcome
					if err != nil || json.Unmarshal(m.Data, &w) != nil || !strings.Contains(w.Error, tt.refused) {
						t.Errorf("the answer is %q, %v; want %q", m.Data, err, tt.refused)
					}
				}
				if tt.ends == nil {
					conn.Close()
				}
				if err := <-b.served; !errors.Is(err, tt.ends) {
					t.Errorf("Serve returned %v, want %v", err, tt.ends)
				}
				conn.Close()
				next, err := b.dial(t.Context())
				if err != nil {
					t.Fatalf("the server is gone: %v", err)
				}
				next.Close()
				<-b.served
			})
		})
	}
}

// A test that is interrupted gives what was measured by then, in each mode.
func TestInterruptedRunsHaveResults(t *testing.T) {
	for _, o := range []Options{
		{Mode: Bulk}, {Mode: Bulk, Reverse: true}, {Mode: Bulk, Bidir: true}, {Mode: PingPong}, {Mode: Connect},
	} {
		inBench(t, func(t *testing.T, b *bench) {
			ctx, cancel := context.WithTimeout(t.Context(), 3500*time.Millisecond)
			defer cancel()
			o.Dial, o.Duration, o.Interval = b.dial, time.Hour, time.Second
			o.MessageBytes, o.Streams, o.Associations = 1000, 3, 2
			var shown int
			o.Progress = func(*Interval) { shown++ }
			r, err := Run(ctx, o)
			if err == nil || !r.Interrupted || r.Seconds < 3 {
				t.Errorf("%s: %+v, %v", o.Mode, r, err)
			}
			switch o.Mode {
			case Bulk:
				// 3 s and more at 100 Mbit/s, in each direction
				if got := r.Throughput.BitsPerSecond; got < 50e6 || len(r.Intervals) < 3 || shown != len(r.Intervals) || r.Intervals[1].Cwnd == 0 || r.Intervals[1].RTT < 10_000 {
					t.Errorf("%.0f bit/s, %+v", got, r.Intervals)
				}
			case PingPong:
				if len(r.Intervals) != 4 || shown != 4 {
					t.Errorf("%d intervals, %d shown: %+v", len(r.Intervals), shown, r.Intervals)
				}
				if r.Latency.Count < 500 || r.Latency.P50 < 10_000 || r.Latency.P50 > 11_000 {
					t.Errorf("%+v", r.Latency)
				}
			case Connect:
				if len(r.Intervals) != 4 || shown != 4 {
					t.Errorf("%d intervals, %d shown: %+v", len(r.Intervals), shown, r.Intervals)
				}
				if r.Setup.Count < 50 {
					t.Errorf("%+v", r.Setup)
				}
			}
		})
	}
}

// A rate is kept, a warm-up does not count, and both sides count the same.
func TestRateAndWarmUp(t *testing.T) {
	for _, reverse := range []bool{false, true} {
		inBench(t, func(t *testing.T, b *bench) {
			r, err := Run(t.Context(), Options{
				Mode: Bulk, Dial: b.dial, Duration: 10 * time.Second, Omit: 5 * time.Second, MessageBytes: 1000, Streams: 1, Associations: 1,
				Rate: 8_000_000, Reverse: reverse,
			})
			if err != nil {
				t.Fatal(err)
			}
			d := r.Throughput.Forward
			if reverse {
				d = r.Throughput.Reverse
			}
			for _, totals := range []Totals{d.Sender, d.Receiver} {
				if totals.Messages < 9980 || totals.Messages > 10020 || totals.BitsPerSecond < 7.9e6 || totals.BitsPerSecond > 8.1e6 {
					t.Errorf("reverse %v: in 10 s of 8 Mbit/s %+v", reverse, totals)
				}
			}
			if r.Seconds < 15 || r.Seconds > 15.1 {
				t.Errorf("it took %v s", r.Seconds)
			}
		})
	}
}
