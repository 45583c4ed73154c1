package main

import (
	"encoding/json"
	"net"
	"regexp"
	"strings"
	"testing"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/internal/cli/perf"
)

// measure runs sctp perf --json and returns its result.
func measure(t *testing.T, status int, args ...string) *perf.Result {
	t.Helper()
	var r perf.Result
	out := start(t, append([]string{"perf", "-u", "--json"}, args...)...).wait(status)
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	return &r
}

// agree checks that what the receiver has of one direction is what the sender has sent.
func agree(t *testing.T, d *perf.Direction) {
	t.Helper()
	if d == nil || d.Receiver.Messages == 0 || d.Receiver.Bytes != d.Sender.Bytes || d.Receiver.Messages != d.Sender.Messages || d.Receiver.BitsPerSecond <= 0 {
		t.Errorf("the sides disagree, or have nothing: %+v", d)
	}
}

func TestPerfMeasuresInBothDirections(t *testing.T) {
	server := start(t, "perf", "-u", "-l", anyPort)
	addr := server.address()
	for _, c := range []struct {
		name  string
		args  []string
		check func(t *testing.T, r *perf.Result)
	}{
		{"forward", []string{"-t", "100ms", "-P", "2"}, func(t *testing.T, r *perf.Result) {
			agree(t, r.Throughput.Forward)
			if r.Throughput.Reverse != nil || len(r.Details) != 2 || len(r.Details[0].Paths) != 1 || !r.Details[0].Paths[0].Primary {
				t.Errorf("%+v, %+v", r.Throughput, r.Details)
			}
		}},
		{"several queues", []string{"-t", "100ms", "-P", "4", "--queues", "2"}, func(t *testing.T, r *perf.Result) {
			agree(t, r.Throughput.Forward)
			if len(r.Details) != 4 {
				t.Errorf("%+v", r.Details)
			}
		}},
		{"reverse", []string{"-t", "100ms", "-R", "-n", "5", "--unordered", "-b", "100K"}, func(t *testing.T, r *perf.Result) {
			agree(t, r.Throughput.Reverse)
			if last := r.Intervals[len(r.Intervals)-1]; last.Traffic == nil || last.Latency != nil || last.Setup != nil {
				t.Errorf("the last interval is %+v", last)
			}
			if r.Throughput.Forward != nil || r.Throughput.Bytes != r.Throughput.Reverse.Receiver.Bytes || !r.Unordered || r.Streams != 5 {
				t.Errorf("%+v", r.Throughput)
			}
		}},
		{"both", []string{"-t", "100ms", "--bidir", "-P", "2", "-n", "3"}, func(t *testing.T, r *perf.Result) {
			agree(t, r.Throughput.Forward)
			agree(t, r.Throughput.Reverse)
		}},
		{"messages", []string{"-k", "100", "--bidir", "-b", "10"}, func(t *testing.T, r *perf.Result) {
			if f, v := r.Throughput.Forward.Receiver, r.Throughput.Reverse.Receiver; f.Messages != 100 || f.Bytes != 1000 || v.Messages != 100 || v.Bytes != 1000 {
				t.Errorf("%+v and %+v", f, v)
			}
		}},
		{"bytes", []string{"--total", "10001", "-b", "100", "-R"}, func(t *testing.T, r *perf.Result) {
			if v := r.Throughput.Reverse.Receiver; v.Bytes != 10100 { // the message in which it ends is whole
				t.Errorf("%+v", v)
			}
		}},
		{"rate", []string{"-t", "500ms", "-r", "1.6M", "-b", "1000", "--cc", "rfc9260"}, func(t *testing.T, r *perf.Result) {
			if n := r.Throughput.Messages; n < 1 || n > 102 || r.CongestionControl != "rfc9260" { // a busy machine has less
				t.Errorf("%d messages of 1000 bytes, %s", n, r.CongestionControl)
			}
		}},
		{"warm-up and intervals", []string{"-t", "200ms", "-O", "100ms", "-i", "50ms", "--cc", "bbr", "--bidir"}, func(t *testing.T, r *perf.Result) {
			var sent, counted uint64
			for n, i := range r.Intervals {
				sent += i.SentBytes
				if !i.Omitted {
					counted += i.SentBytes
				}
				if i.End <= i.Start || n > 0 && i.Start != r.Intervals[n-1].End || n == 0 && !i.Omitted {
					t.Errorf("interval %d is %+v", n, i)
				}
			}
			if got := r.Throughput.Forward.Sender.Bytes; got >= sent || got == 0 || counted == 0 || r.Omitted != 0.1 || r.Version != perf.SchemaVersion {
				t.Errorf("%d bytes count, of %d in %d intervals", got, sent, len(r.Intervals))
			}
		}},
		{"latency", []string{"--latency", "-t", "100ms", "-O", "50ms", "-i", "30ms"}, func(t *testing.T, r *perf.Result) {
			if r.Latency.Count == 0 || r.Latency.P999 < r.Latency.P50 {
				t.Errorf("%+v", r.Latency)
			}
			for n, i := range r.Intervals {
				if i.Traffic != nil || i.Latency == nil || i.Omitted != (i.Start < 0.05) {
					t.Errorf("interval %d is %+v", n, i)
				}
			}
		}},
		{"what is given up in reverse", []string{"-R", "-t", "100ms", "-b", "10000", "--lifetime", "0"}, func(t *testing.T, r *perf.Result) {
			if p := r.Throughput; p.AbandonedUnsent == 0 || p.Reverse.Receiver.Messages+p.AbandonedUnsent+p.AbandonedSent < p.Reverse.Sender.Messages {
				t.Errorf("%+v", p)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) { c.check(t, measure(t, 0, append(c.args, addr)...)) })
	}
	server.interrupt()
}

// Each interval is a line, as soon as it is over, below the names of the columns, and what is omitted is marked.
func TestPerfTellsOfEachIntervalWhileItMeasures(t *testing.T) {
	server := start(t, "perf", "-u", "-l", anyPort)
	addr := server.address()
	for _, c := range []struct {
		args []string
		head string // what the columns are called
		// omitted: all that can be seen of the test is its warm-up.
		omitted bool
	}{
		{[]string{"-O", "1h"}, "seconds sent received again RTT cwnd", true},
		{[]string{"-R"}, "seconds sent received again RTT cwnd", false},
		{[]string{"--bidir"}, "seconds sent again RTT cwnd received again RTT cwnd", false},
		{[]string{"--latency", "-O", "1h"}, "seconds round trips a second 50 % 99 % max", true},
		{[]string{"--setup", "-P", "2"}, "seconds set up a second 50 % 99 % max", false},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			client := start(t, append([]string{"perf", "-u", "-t", "1h", "-i", "50ms", addr}, c.args...)...)
			if head := strings.Join(strings.Fields(client.line()), " "); head != c.head {
				t.Errorf("the columns are called %q, want %q", head, c.head)
			}
			for n := range 2 {
				line := client.line()
				if !regexp.MustCompile(`^ +\d+\.\d-\d+\.\d +[-0-9]`).MatchString(line) || strings.HasSuffix(line, " (omitted)") != c.omitted {
					t.Errorf("line %d is %q; marked as omitted: want %v", n, line, c.omitted)
				}
			}
			client.cancel()
			for range client.lines { // until it has summed up
			}
			if status := <-client.status; status != 1 {
				t.Errorf("exit status %d of a test that was interrupted", status)
			}
		})
	}
	server.interrupt()
}

// An interrupt ends the test before its time, with what was measured until then; the exit status tells.
func TestPerfSumsUpWhenInterrupted(t *testing.T) {
	server := start(t, "perf", "-u", "-l", anyPort)
	addr := server.address()
	for _, args := range [][]string{{}, {"-R"}, {"--bidir"}} {
		t.Run(strings.Join(args, ""), func(t *testing.T) {
			client := start(t, append([]string{"perf", "-u", "-t", "1h", "-i", "100ms", "-v", addr}, args...)...)
			client.up()
			for strings.Contains(client.line(), "seconds") { // and an interval
			}
			client.cancel()
			for line := client.line(); line != "sctp perf: interrupted"; line = client.line() {
				if strings.HasPrefix(line, "sctp perf:") {
					t.Fatalf("said %q", line)
				}
			}
			if out := client.wait(1); !strings.Contains(out, "throughput ") {
				t.Errorf("summed up as\n%s", out)
			}
		})
	}
	server.interrupt()
}

// older is the server of an sctp perf that knows nothing of tests.
func older(conn net.Conn) {
	c := conn.(*sctp.Conn)
	buf := make([]byte, 1000)
	for {
		_, info, err := c.ReadMsg(buf)
		if err != nil {
			return
		}
		if info.PPID == 0x70657203 {
			_, _ = c.WriteMsg(make([]byte, 16), &sctp.SndInfo{PPID: info.PPID})
		}
	}
}

func TestPerfSaysWhatIsWrongWithAServer(t *testing.T) {
	l, err := sctp.Listen("sctp/udp", anyPort)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for conn, err := l.Accept(); err == nil; conn, err = l.Accept() {
			go older(conn)
		}
	}()
	echo := start(t, "echo", "-u", "-l", anyPort)
	for _, c := range []struct{ addr, want string }{
		{l.Addr().String(), "is a server of an older sctp perf"},
		{echo.address(), "is not a server of this kind"},
	} {
		client := start(t, "perf", "-u", "-i", "0", c.addr)
		if line := client.line(); !strings.HasPrefix(line, "sctp perf: ") || !strings.Contains(line, "127.0.0.1") || !strings.Contains(line, c.want) {
			t.Errorf("said %q, want a line with %q", line, c.want)
		}
		client.wait(1)
	}
	echo.cancel()
	<-echo.status
}
