package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/internal/cli/perf"
)

// program is a command that runs in this process.
type program struct {
	t      *testing.T
	stdin  *io.PipeWriter
	stdout bytes.Buffer
	// lines are those of standard error.
	lines  chan string
	cancel context.CancelFunc
	status chan int
}

// start runs a command, to the end of the test at most.
func start(t *testing.T, args ...string) *program {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	in, stdin := io.Pipe()
	out, stderr := io.Pipe()
	p := &program{t: t, stdin: stdin, lines: make(chan string, 1000), cancel: cancel, status: make(chan int, 1)}
	go func() {
		defer close(p.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			p.lines <- s.Text()
		}
	}()
	go func() {
		status := run(ctx, append([]string{"sctp"}, args...), in, &p.stdout, stderr)
		in.Close()
		stderr.Close()
		p.status <- status
	}()
	t.Cleanup(cancel)
	return p
}

// deadline is when a test gives up waiting for a command.
const deadline = 20 * time.Second

// line returns the next line of standard error.
func (p *program) line() string {
	p.t.Helper()
	select {
	case l := <-p.lines:
		return l
	case <-time.After(deadline):
		p.t.Fatal("no line on standard error")
		return ""
	}
}

// address waits until a server listens, and returns where.
func (p *program) address() string {
	p.t.Helper()
	line := p.line()
	m := regexp.MustCompile(`^listening at (\S+) \(sctp/udp\)$`).FindStringSubmatch(line)
	if m == nil {
		p.t.Fatalf("want a line that says where the server listens, got %q", line)
	}
	return m[1]
}

// up waits until a command says that its association is up, and returns the extensions in use.
func (p *program) up() string {
	p.t.Helper()
	line := p.line()
	m := regexp.MustCompile(`^association with 127\.0\.0\.1:\d+(?:\?udp=\d+)?: \d+ streams out, \d+ in; extensions: (.*)$`).FindStringSubmatch(line)
	if m == nil {
		p.t.Fatalf("want a line about the association, got %q", line)
	}
	return m[1]
}

// wait waits for the end and returns standard output. The exit status has to be want.
func (p *program) wait(want int) string {
	p.t.Helper()
	select {
	case got := <-p.status:
		if got != want {
			p.t.Errorf("exit status %d, want %d", got, want)
		}
	case <-time.After(deadline):
		p.t.Fatal("command does not end")
	}
	for l := range p.lines {
		p.t.Errorf("unexpected line on standard error: %s", l)
	}
	return p.stdout.String()
}

// interrupt is what a signal does.
func (p *program) interrupt() {
	p.cancel()
	p.wait(0)
}

const anyPort = "127.0.0.1:0"

func TestEchoSendsArgumentsBack(t *testing.T) {
	server := start(t, "echo", "-u", "-l", anyPort)
	client := start(t, "echo", "-u", "-s", "12", server.address(), "one", "two words")
	if got, want := client.wait(0), "one\ntwo words\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
	server.interrupt()
}

func TestEchoSendsLinesBackWithTimes(t *testing.T) {
	server := start(t, "echo", "-u", "-l", anyPort)
	client := start(t, "echo", "-u", "--times", server.address())
	fmt.Fprint(client.stdin, "first\n\nlast")
	client.stdin.Close()
	got := client.wait(0)
	if !regexp.MustCompile(`^ *\d+\.\d{3} ms  first\n *\d+\.\d{3} ms  last\n$`).MatchString(got) {
		t.Errorf("printed %q, want two lines with times: an empty line makes no message", got)
	}
	server.interrupt()
}

func TestDaytimeTellsLocalTimeAndGMT(t *testing.T) {
	server := start(t, "daytime", "-u", "-l", anyPort)
	got := start(t, "daytime", "-u", server.address()).wait(0)
	times := map[string]time.Time{}
	for line := range strings.Lines(got) {
		name, text, _ := strings.Cut(line, " ")
		at, err := time.ParseInLocation(time.ANSIC, strings.TrimSpace(text), map[string]*time.Location{
			"Local": time.Local, "GMT": time.UTC,
		}[name])
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		times[name] = at
	}
	if age := time.Since(times["Local"]); !times["Local"].Equal(times["GMT"]) || age < 0 || age > deadline {
		t.Errorf("printed\n%swhich is not the time now, once on each stream", got)
	}
	server.interrupt()
}

func TestCatJoinsInputAndOutput(t *testing.T) {
	server := start(t, "cat", "-u", "-l", "--lines", "-v", anyPort)
	client := start(t, "cat", "-u", "--cc", "bbr", "--lines", "--stream", "3", "--ppid", "0x2e", server.address())
	server.up()
	fmt.Fprint(client.stdin, "ping\n")
	if got, want := server.line(), "stream 3/0 ppid 46: 4 B"; got != want {
		t.Errorf("server said %q, want %q", got, want)
	}
	fmt.Fprint(client.stdin, "pong\n")
	if got, want := server.line(), "stream 3/1 ppid 46: 4 B"; got != want {
		t.Errorf("server said %q, want %q", got, want)
	}
	client.stdin.Close()
	client.wait(0)
	if got, want := server.wait(0), "ping\npong\n"; got != want {
		t.Errorf("server printed %q, want %q", got, want)
	}
}

func TestCatCarriesAFile(t *testing.T) {
	dir := t.TempDir()
	sent, received := filepath.Join(dir, "sent"), filepath.Join(dir, "received")
	content := bytes.Repeat([]byte("SCTP carries messages, not bytes. "), 100_000)
	if err := os.WriteFile(sent, content, 0o600); err != nil {
		t.Fatal(err)
	}
	server := start(t, "cat", "-u", "-l", "--send", sent, "-b", "10000", anyPort)
	client := start(t, "cat", "-u", "--receive", received, "--wait", "-w", filepath.Join(dir, "file.pcapng"), server.address())
	client.stdin.Close()
	client.wait(0)
	server.wait(0)
	got, err := os.ReadFile(received)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, content) {
		t.Errorf("received %d bytes that are not the %d sent", len(got), len(content))
	}
}

func TestCatSendsAllAsOneMessage(t *testing.T) {
	server := start(t, "cat", "-u", "-l", "-v", anyPort)
	client := start(t, "cat", "-u", "--one", "--lifetime", "1h", server.address())
	server.up()
	whole := strings.Repeat("a message of any size, ", 100_000)
	fmt.Fprint(client.stdin, whole)
	client.stdin.Close()
	client.wait(0)
	if got, want := server.line(), fmt.Sprintf("stream 0/0 ppid 0: %d B", len(whole)); got != want {
		t.Errorf("server said %q, want %q", got, want)
	}
	if got := server.wait(0); got != whole {
		t.Errorf("server printed %d bytes, want %d", len(got), len(whole))
	}
	empty := start(t, "cat", "-u", "-l", anyPort)
	client = start(t, "cat", "-u", "--one", empty.address())
	client.stdin.Close()
	client.wait(0)
	if got := empty.wait(0); got != "" {
		t.Errorf("of nothing came %q", got)
	}
}

func TestCatResetsItsStream(t *testing.T) {
	server := start(t, "cat", "-u", "-l", "--lines", "-v", anyPort)
	client := start(t, "cat", "-u", "--lines", "--reset", "-s", "3", server.address())
	if e := server.up(); !strings.Contains(e, "reconfiguration") {
		t.Errorf("in use is %s", e)
	}
	fmt.Fprint(client.stdin, "one\ntwo\n")
	client.stdin.Close()
	client.wait(0)
	said := []string{server.line(), server.line(), server.line(), server.line()}
	slices.Sort(said)
	want := []string{
		"reset of streams [3], incoming: done", "reset of streams [3], incoming: done", "stream 3/0 ppid 0: 3 B", "stream 3/0 ppid 0: 3 B",
	}
	if !slices.Equal(said, want) {
		t.Errorf("server said %q, want %q", said, want)
	}
	if got := server.wait(0); got != "one\ntwo\n" {
		t.Errorf("server printed %q", got)
	}
}

// An echo server resets what its client has reset.
func TestEchoFollowsResets(t *testing.T) {
	server := start(t, "echo", "-u", "-l", "-v", anyPort)
	address := server.address()
	conn, err := sctp.Dial("sctp/udp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	server.up()
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	stream := conn.Stream(4)
	for range 2 {
		if _, err := stream.WriteMsg([]byte("hello")); err != nil {
			t.Fatal(err)
		}
		if m, err := conn.ReadMessage(ctx, 100); err != nil || m.SSN != 0 {
			t.Fatalf("the echo has number %d, %v", m.SSN, err)
		}
		if err := stream.Reset(ctx); err != nil {
			t.Fatal(err)
		}
		for {
			n, err := conn.NextNotification(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if r, ok := n.(sctp.StreamReset); ok && r.Incoming {
				break
			}
		}
		for _, want := range []string{"reset of streams [4], incoming: done", "reset of streams [4], outgoing: done"} {
			if got := server.line(); got != want {
				t.Errorf("server said %q, want %q", got, want)
			}
		}
	}
	if err := conn.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	server.interrupt()
}

func TestEchoClientDescribesItsAssociation(t *testing.T) {
	server := start(t, "echo", "-u", "-l", anyPort)
	client := start(t, "echo", "-u", "-v", "--disable", "all", server.address(), "hello")
	if got := client.up(); got != "none" {
		t.Errorf("in use is %s", got)
	}
	if got := client.wait(0); got != "hello\n" {
		t.Errorf("printed %q", got)
	}
	server.interrupt()
}

func TestInterruptEndsAClientThatWaitsForInput(t *testing.T) {
	server := start(t, "echo", "-u", "-l", anyPort)
	client := start(t, "echo", "-u", server.address())
	fmt.Fprint(client.stdin, "hello\n") // taken when the association is up
	client.cancel()
	if got, want := client.line(), "sctp echo: interrupted"; got != want {
		t.Errorf("said %q, want %q", got, want)
	}
	client.wait(1)
	server.cancel()
	<-server.status
}

func TestInterruptedClientFails(t *testing.T) {
	server := start(t, "cat", "-u", "-l", anyPort)
	client := start(t, "cat", "-u", "-v", server.address())
	fmt.Fprint(server.stdin, "hello")
	client.up()
	client.line() // that describes the message
	client.cancel()
	if got, want := client.line(), "sctp cat: interrupted"; got != want {
		t.Errorf("said %q, want %q", got, want)
	}
	client.wait(1)
	if got := server.line(); !strings.Contains(got, "aborted by peer") || !strings.Contains(got, "127.0.0.1") {
		t.Errorf("server said %q, want a line that names the peer, who aborted", got)
	}
	server.wait(1)
}

func TestPerfMeasures(t *testing.T) {
	server := start(t, "perf", "-u", "-s", "--interleave", "2", anyPort)
	addr := server.address()
	for _, c := range []struct {
		name string
		args []string
		ok   func(*perf.Result) bool
	}{
		{"throughput", []string{"-n", "4", "-P", "2", "-b", "1000"}, func(r *perf.Result) bool {
			return r.Associations == 2 && r.Throughput.Messages > 0 && r.Throughput.Bytes == 1000*r.Throughput.Messages
		}},
		{"large unordered messages", []string{"-b", "500K", "-n", "3", "--unordered"}, func(r *perf.Result) bool {
			return r.Throughput.Bytes == 500<<10*r.Throughput.Messages && r.Throughput.Messages > 0
		}},
		{"latency", []string{"--latency", "-b", "100K"}, func(r *perf.Result) bool {
			return r.Latency.Count > 0 && r.Latency.Min > 0 && r.Latency.Max >= r.Latency.P50 && r.Latency.P50 >= r.Latency.Min
		}},
		{"interleaved streams", []string{"-n", "3", "-b", "500K", "--interleave", "2", "--scheduler", "weighted", "--weights", "1,2,4"}, func(r *perf.Result) bool {
			return r.Throughput.Bytes == 500<<10*r.Throughput.Messages && r.Throughput.Messages > 0 && strings.Contains(r.Extensions, "interleaving")
		}},
		{"interleaved latency", []string{"--latency", "-b", "100K", "-n", "3", "--enable", "interleaving"}, func(r *perf.Result) bool {
			return r.Latency.Count > 0 && strings.Contains(r.Extensions, "interleaving")
		}},
		{"latency beside large messages", []string{"--latency", "-b", "64", "--load", "4M", "--interleave", "2", "--scheduler", "priority", "--weights", "0,9"}, func(r *perf.Result) bool {
			return r.Latency.Count > 0 && r.Latency.LoadBytes == 4<<20
		}},
		{"messages that are given up", []string{"-b", "10000", "--lifetime", "0"}, func(r *perf.Result) bool {
			return r.Throughput.AbandonedUnsent > 0 && r.Throughput.Bytes == 10_000*r.Throughput.Messages
		}},
		{"setup", []string{"--setup", "-P", "3"}, func(r *perf.Result) bool {
			return r.Setup.Count > 0 && r.Setup.PerSecond > 0 && r.Setup.Mean > 0
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			args := append([]string{"perf", "-u", "-t", "100ms", "--json", addr}, c.args...)
			var r perf.Result
			out := start(t, args...).wait(0)
			if err := json.Unmarshal([]byte(out), &r); err != nil {
				t.Fatalf("%v in %s", err, out)
			}
			if !c.ok(&r) {
				t.Errorf("measured %s", out)
			}
		})
	}
	text := start(t, "perf", "-u", "-t", "50ms", "-i", "0", addr).wait(0)
	if !regexp.MustCompile(`(?m)^throughput +[0-9.]+ [kMG]?bit/s$`).MatchString(text) {
		t.Errorf("no throughput in\n%s", text)
	}
	server.interrupt()
}

func TestPerfSaysThatThePeerIsNoServerOfItsKind(t *testing.T) {
	server := start(t, "daytime", "-u", "-l", anyPort)
	client := start(t, "perf", "-u", "--latency", "-t", "50ms", server.address())
	if line := client.line(); !strings.HasPrefix(line, "sctp perf: ") || !strings.Contains(line, "127.0.0.1") {
		t.Errorf("said %q, want a line that names the peer", line)
	}
	client.wait(1)
	server.cancel()
	<-server.status
}
