//go:build linux

package interop

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/require"
	"github.com/gosctp/sctp/interop/kernel"
	"github.com/gosctp/sctp/interop/lab"
	"github.com/gosctp/sctp/interop/plan"
)

const (
	// oneWay is how long a packet takes: half of the round trip of the figures.
	oneWay = 10 * time.Millisecond
	// failoverTime bounds the measurement of one silence; Linux without RFC 7829 takes most of it.
	failoverTime = 3 * time.Minute
	// uplinksPage is the page with the figures, between these lines.
	uplinksPage   = "../docs/uplinks.md"
	figuresBegin  = "<!-- figures: make bench-failover -->\n"
	figuresEnd    = "<!-- end of figures -->\n"
	busyMachine   = 30 * time.Second // what may pass on a machine that has other things to do
	messagesAfter = 300              // that have to arrive after the cut
)

// failover is a row of the table: who sends, and how it is configured.
type failover struct {
	sender, profile string
	from, to        software
	args            []string
	// atMost is what users are told about a quiet machine.
	atMost time.Duration
}

// failovers are the rows that need no emulated machine.
var failovers = []failover{
	{sender: "gosctp", profile: "defaults", from: gosctp, to: gosctp, atMost: time.Second},
	{sender: "gosctp", profile: "tuned", from: gosctp, to: gosctp, args: []string{"tuned=1"}, atMost: 150 * time.Millisecond},
	{sender: "gosctp to usrsctp", profile: "tuned", from: gosctp, to: usrsctp, args: []string{"tuned=1"}, atMost: 150 * time.Millisecond},
	{sender: "a program under `sctp run`", profile: "Linux' defaults", from: sockets, to: sockets},
	{sender: "a program under `sctp run`", profile: "tuned", from: sockets, to: sockets, args: []string{"tuned=1"}},
	{sender: "usrsctp", profile: "tuned", from: usrsctp, to: gosctp, args: []string{"tuned=1"}},
}

// TestFailoverTimes measures how long nothing arrives when the wire of the primary path is cut: messages of 1,000 bytes, one each 10 ms, a
// round trip of 20 ms. With -update all figures go to docs/uplinks.md. Otherwise two are taken, and shown to be there and not absurd: how busy
// the machine is nobody knows.
func TestFailoverTimes(t *testing.T) {
	needs(t)
	if !*update {
		t.Parallel()
		for _, f := range failovers[:2] {
			t.Run(f.sender+" "+f.profile, func(t *testing.T) {
				if silence := f.measure(t); silence > busyMachine {
					t.Errorf("nothing arrives for %v", silence)
				}
				wantInTable(t, f)
			})
		}
		return
	}
	var b strings.Builder
	b.WriteString("| sender | profile | silence |\n|---|---|---:|\n")
	for _, f := range failovers {
		t.Run(f.sender+" "+f.profile, func(t *testing.T) {
			silence := f.measure(t)
			if f.atMost > 0 && silence > f.atMost {
				t.Errorf("nothing arrives for %v, want %v at most", silence, f.atMost)
			}
			b.WriteString(f.row(silence))
		})
	}
	for _, pf := range []struct{ enable, profile string }{{"1", "defaults"}, {"0", "defaults, `net.sctp.pf_enable=0`"}} {
		f := failover{sender: "Linux 6.12", profile: pf.profile}
		t.Run(f.sender+" "+f.profile, func(t *testing.T) { b.WriteString(f.row(measureKernel(t, pf.enable))) })
	}
	writeFigures(t, b.String())
}

// row is the line of the table with a figure.
func (f *failover) row(silence time.Duration) string {
	return fmt.Sprintf("%s%.0f ms |\n", f.title(), float64(silence.Microseconds())/1000)
}

func (f *failover) title() string { return fmt.Sprintf("| %s | %s | ", f.sender, f.profile) }

// measure has a path cut under an association.
func (f *failover) measure(t *testing.T) time.Duration {
	t.Helper()
	near, far := newNamespace(t), newNamespace(t)
	relays := relayed(t, near, far)
	p := &pair{a: f.from.on(t, near, nearAddrs), b: f.to.on(t, far, farAddrs), namespace: near}
	return silence(t, conversation{pair: p, client: p.a, server: p.b, carrier: rawIP, family: v4, within: failoverTime}, relays[0].Cut, f.args)
}

// relayed joins two namespaces by two paths, each through a relay.
func relayed(t *testing.T, near, far *lab.Namespace) (relays []*lab.Relay) {
	t.Helper()
	middle := newNamespace(t)
	for path := range 2 {
		if err := lab.Connect(kernel.Link(path), near, prefixed(nearAddrs, path), middle, nil); err != nil {
			t.Fatal(err)
		}
		if err := lab.Connect(linkBehind(path), middle, nil, far, prefixed(farAddrs, path)); err != nil {
			t.Fatal(err)
		}
		relay, err := middle.Relay(kernel.Link(path), linkBehind(path), oneWay)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(relay.Close)
		relays = append(relays, relay)
	}
	return relays
}

// silence has the client send steadily, cuts its primary path, and returns the longest time in which the server receives nothing.
func silence(t *testing.T, c conversation, cut func(), args []string) time.Duration {
	t.Helper()
	p := plan.Plan{Streams: 1, Sizes: []int{1000}}
	server, client := c.start(t, append([]string{"list=1"}, args...), slices.Concat(p.Args(), args, []string{fmt.Sprintf("steady=%d", pace)}))
	var last, longest int64
	received := 0
	receive := func(n int) {
		for until := received + n; received < until; received++ {
			line, err := server.process.Expect(server.ctx, "message ")
			if err != nil {
				t.Fatalf("after %d messages: %s", received, withoutMessages(err.Error()))
			}
			_, field, _ := strings.Cut(line, " at ")
			var at int64
			if _, err := fmt.Sscan(field, &at); err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			if last > 0 {
				longest = max(longest, at-last)
			}
			last = at
		}
	}
	receive(someMessages)
	longest = 0
	cut()
	receive(messagesAfter)
	client.say("enough")
	line, err := client.process.Expect(client.ctx, "enough ")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscanf(line, "enough %d", &p.Count); err != nil {
		t.Fatal(err)
	}
	receive(p.Count - received)
	client.say("shutdown")
	client.wantReport([]string{"received 0"}, "shutdown")
	server.wantReport(p.Report(), "shutdown")
	t.Logf("silence %v", time.Duration(longest)*time.Microsecond)
	return time.Duration(longest) * time.Microsecond
}

// measureKernel has Linux send to us, with RFC 7829 or without. What its links add to the time is below a millisecond or two.
func measureKernel(t *testing.T, pf string) time.Duration {
	t.Helper()
	require.Tool(t, "qemu-system-x86_64")
	p := withKernel(t, "gosctp", ourPeer)
	kernelSetting(t, "pf_enable", pf, "1")
	return silence(t, conversation{pair: p, client: p.b, server: p.a, carrier: rawIP, family: v4, within: failoverTime}, func() {
		if err := p.namespace.Impair(lab.Faults{Inward: true, Outward: true}, kernel.Link(0)); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := p.namespace.Heal(); err != nil {
				t.Error(err)
			}
		})
	}, nil)
}

// wantInTable wants a row to be in the page.
func wantInTable(t *testing.T, f failover) {
	t.Helper()
	page, err := os.ReadFile(filepath.FromSlash(uplinksPage))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), f.title()) {
		t.Errorf("%s has no row %q; run make bench-failover", uplinksPage, f.title())
	}
}

// writeFigures puts the table into the page.
func writeFigures(t *testing.T, table string) {
	t.Helper()
	page, err := os.ReadFile(filepath.FromSlash(uplinksPage))
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(page), figuresBegin)
	_, after, also := strings.Cut(rest, figuresEnd)
	if !ok || !also {
		t.Fatalf("%s has no %q", uplinksPage, figuresBegin)
	}
	if err := os.WriteFile(filepath.FromSlash(uplinksPage), []byte(before+figuresBegin+"\n"+table+"\n"+figuresEnd+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
