package sim

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/cc"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/simnet"
)

// The dialogue of the figures on head-of-line blocking: on each of so many streams a request each blockingPace, a little more or less, and an answer
// that fits into a packet. Two packets are in flight in the mean, less than windows allow unless several are lost: what a message waits for is
// another one.
const (
	blockingStreams  = 16
	blockingRTT      = 50 * time.Millisecond
	blockingPace     = 400 * time.Millisecond
	blockingRun      = 120 * time.Second
	blockingRequest  = 200
	blockingResponse = 1024
)

// blockingPage has the table, blockingSVG its plot; the latter as seen from testdata.
const (
	blockingPage = "../../docs/head-of-line.md"
	blockingSVG  = "../../../docs/head-of-line.svg"
)

var blockingLosses = []float64{0.005, 0.01, 0.02}

// dialogue carries requests and answers.
type dialogue interface {
	// request sends one on a stream. The dialogue calls answered when the answer to the earliest request on the stream that has none has been read.
	request(stream int)
}

// talker is one transport of the figures.
type talker struct {
	name string
	open func(l *lab, link simnet.Link, answered func(stream int)) dialogue
}

var talkers = []talker{
	{"one TCP connection", func(l *lab, link simnet.Link, answered func(int)) dialogue {
		return newTCPDialogue(l, link, 1, answered)
	}},
	{"16 TCP connections", func(l *lab, link simnet.Link, answered func(int)) dialogue {
		return newTCPDialogue(l, link, blockingStreams, answered)
	}},
	{"one association, one stream", func(l *lab, link simnet.Link, answered func(int)) dialogue {
		return newSCTPDialogue(l, link, false, false, answered)
	}},
	{"one association, unordered", func(l *lab, link simnet.Link, answered func(int)) dialogue {
		return newSCTPDialogue(l, link, false, true, answered)
	}},
	{"one association, 16 streams", func(l *lab, link simnet.Link, answered func(int)) dialogue {
		return newSCTPDialogue(l, link, true, false, answered)
	}},
}

// sctpDialogue has one association. The stream that a message belongs to is its PPID; what it is sent on may be another.
type sctpDialogue struct {
	client             *sctpEnd
	streams, unordered bool
}

func newSCTPDialogue(l *lab, link simnet.Link, streams, unordered bool, answered func(int)) *sctpDialogue {
	left, right := l.pair(link, link)
	c := goUsers(cc.CUBIC)
	c.OutStreams = blockingStreams
	server := l.sctp(right, c)
	d := &sctpDialogue{client: l.sctp(left, c), streams: streams, unordered: unordered}
	server.read = func(i assoc.RcvInfo, _ int) { d.send(server, int(i.PPID), blockingResponse) }
	d.client.read = func(i assoc.RcvInfo, _ int) { answered(int(i.PPID)) }
	d.client.connect(right)
	return d
}

func (d *sctpDialogue) send(e *sctpEnd, stream, size int) {
	m := assoc.Message{PPID: uint32(stream), Unordered: d.unordered, Data: bulkData[:size]}
	if d.streams {
		m.Stream = uint16(stream)
	}
	if err := e.a.Send(e.lab.now, &m); err != nil {
		panic(err)
	}
}

func (d *sctpDialogue) request(stream int) {
	d.client.input(func(mono.Time) { d.send(d.client, stream, blockingRequest) })
}

// tcpDialogue has some connections, which the streams share.
type tcpDialogue struct {
	clients  []*tcpEnd
	requests []tcpMessages
}

// tcpMessages are messages on a connection that have not been read yet: where each ends, and its stream.
type tcpMessages []struct {
	end    uint32
	stream int
}

// read takes those that can be read up to a byte.
func (q *tcpMessages) read(upTo uint32, f func(stream int)) {
	for len(*q) > 0 && int32((*q)[0].end-upTo) <= 0 {
		stream := (*q)[0].stream
		*q = (*q)[1:]
		f(stream)
	}
}

func (q *tcpMessages) write(e *tcpEnd, stream, size int) {
	*q = append(*q, struct {
		end    uint32
		stream int
	}{e.written + uint32(size), stream})
	e.write(size)
}

func newTCPDialogue(l *lab, link simnet.Link, connections int, answered func(int)) *tcpDialogue {
	d := &tcpDialogue{requests: make([]tcpMessages, connections)}
	for i := range connections {
		left, right := l.pair(link, link)
		client, server := l.tcp(left, right)
		var responses tcpMessages
		server.got = func(upTo uint32) {
			d.requests[i].read(upTo, func(stream int) { responses.write(server, stream, blockingResponse) })
		}
		client.got = func(upTo uint32) { responses.read(upTo, answered) }
		d.clients = append(d.clients, client)
	}
	return d
}

func (d *tcpDialogue) request(stream int) {
	i := stream % len(d.clients)
	d.requests[i].write(d.clients[i], stream, blockingRequest)
}

// blocking is how long requests waited for their answers.
type blocking struct {
	sorted []time.Duration
	late   float64 // the share that took a tenth longer than a round trip
}

func (k *talker) play(t *testing.T, loss float64) blocking {
	l := newLab(1)
	var waiting [blockingStreams][]mono.Time
	var took []time.Duration
	d := k.open(l, simnet.Link{Delay: blockingRTT / 2, Loss: loss}, func(stream int) {
		took = append(took, l.now.Sub(waiting[stream][0]))
		waiting[stream] = waiting[stream][1:]
	})
	asked := 0
	for stream := range blockingStreams {
		at := time.Second + blockingPace*time.Duration(stream)/blockingStreams
		for n := uint64(0); at < blockingRun; n++ {
			l.at(at, func() {
				waiting[stream] = append(waiting[stream], l.now)
				d.request(stream)
			})
			asked++
			at += blockingPace*3/4 + time.Duration(mix(uint64(stream)<<32|n)%uint64(blockingPace/2))
		}
	}
	l.run(blockingRun + time.Minute)
	if len(took) != asked {
		t.Errorf("%s, loss %v: %d of %d requests were answered", k.name, loss, len(took), asked)
	}
	slices.Sort(took)
	first, _ := slices.BinarySearch(took, blockingRTT*11/10)
	return blocking{took, 1 - float64(first)/float64(len(took))}
}

// TestHeadOfLineBlocking compares how long answers take, on streams and on connections, with the table that was committed, and the plot of it with
// docs/head-of-line.svg.
func TestHeadOfLineBlocking(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	fmt.Fprintf(&b, "How long answers take: requests of %d bytes on %d streams, one each %v on each, answers of %d bytes, over %v of round trip, by the\n",
		blockingRequest, blockingStreams, blockingPace, blockingResponse, blockingRTT)
	fmt.Fprintln(&b, "share of packets lost each way. late: the share of the requests that took a tenth longer than a round trip. TCP is a model of Linux' (see")
	fmt.Fprintln(&b, "tcp_model_test.go), with TCP_NODELAY; the associations are as users of the Go API get them.")
	fmt.Fprintln(&b, "Made by: go test ./internal/sim -run TestHeadOfLineBlocking -update")
	fmt.Fprintln(&b)
	fmt.Fprintln(&b, "loss                                 median ms    95 %    99 %  longest  late %")
	var plot blockingPlot
	for _, loss := range blockingLosses {
		for i := range talkers {
			k := &talkers[i]
			r := k.play(t, loss)
			plot.add(k.name, loss, r.sorted)
			fmt.Fprintf(&b, "%4.1f%% %-30s %9.1f %7.1f %7.1f %8.1f %7.2f\n", 100*loss, k.name, milliseconds(percentile(r.sorted, 50)),
				milliseconds(percentile(r.sorted, 95)), milliseconds(percentile(r.sorted, 99)), milliseconds(percentile(r.sorted, 100)), 100*r.late)
		}
	}
	compareTable(t, "blocking.txt", b.String())
	compareTable(t, blockingSVG, plot.svg())
	_, table, _ := strings.Cut(b.String(), "\n\n")
	comparePage(t, blockingPage, table)
}

// comparePage compares the first block of code of a page with what it should be.
func comparePage(t *testing.T, file, want string) {
	t.Helper()
	const fence = "```\n"
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(page), fence)
	got, after, whole := strings.Cut(rest, fence)
	switch {
	case !whole:
		t.Errorf("%s has no block of code", file)
	case got == want:
	case *update:
		if err := os.WriteFile(file, []byte(before+fence+want+fence+after), 0o666); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s changed; if that is meant, run with -update.\nwas:\n%s\nis:\n%s", file, got, want)
	}
}
