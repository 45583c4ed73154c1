// Command pionpeer is one end of an association on pion/sctp, told what to do by key=value arguments and reporting in lines.
// Package interop documents both. Packets travel in UDP between port 9899 of both sides, which is how RFC 6951 looks, too, so that
// captures can be judged; or in DTLS (RFC 8261).
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"

	"github.com/pion/logging"
	"github.com/pion/sctp"

	"github.com/gosctp/sctp/interop/plan"
)

// encapsPort is the UDP port of both sides.
const encapsPort = 9899

// maxMessage is the size of the largest message in either direction.
const maxMessage = 4 << 20

func main() {
	opts, err := parseArgs(os.Args[1:])
	if err == nil {
		err = run(opts)
	}
	if err != nil {
		say("fail %v", err)
		os.Exit(1)
	}
	say("done")
}

// run makes the association, does as it is told, and reports when the association has ended.
func run(opts *options) error {
	p := &peer{
		opts: opts, goOn: make(chan struct{}, 16), read: make(chan struct{}, 1), sent: make(chan error, 1),
		streams: make(map[uint16]*sctp.Stream),
	}
	lines := make(chan string, 16)
	go watchInput(lines)
	a, err := associate(opts)
	if err != nil {
		return err
	}
	p.assoc = a
	say("extensions%s", agreed(a))
	say("up")
	go func() {
		for line := range lines {
			if err := p.obey(line); err != nil {
				say("fail %s: %v", line, err)
			}
		}
	}()
	go func() { p.sent <- p.sendPlan() }()
	end := p.receive()
	for _, line := range p.receipt.Lines() {
		say("%s", line)
	}
	say("end %s", end)
	return nil
}

// connect makes what an association of pion's lies over: a UDP socket that is connected to the other side, or a DTLS connection.
func connect(opts *options) (net.Conn, error) {
	if opts.net == "dtls" {
		return secure(opts)
	}
	local := &net.UDPAddr{IP: net.ParseIP(opts.local), Port: encapsPort}
	remote := &net.UDPAddr{IP: net.ParseIP(opts.remote), Port: encapsPort}
	return net.DialUDP("udp", local, remote)
}

// associate makes an association.
func associate(opts *options) (*sctp.Association, error) {
	conn, err := connect(opts)
	if err != nil {
		return nil, err
	}
	config := []sctp.AssociationOption{
		sctp.WithNetConn(conn),
		sctp.WithLoggerFactory(&logging.DefaultLoggerFactory{Writer: os.Stdout, DefaultLogLevel: logging.LogLevelError}),
		sctp.WithMaxMessageSize(maxMessage),
		sctp.WithEnableInterleaving(opts.offers("idata")),
		sctp.WithEnableZeroChecksum(opts.offers("zero")),
	}
	if opts.role == "server" {
		say("listening")
		server := make([]sctp.ServerOption, len(config))
		for i, option := range config {
			server[i] = option
		}
		return sctp.ServerWithOptions(server...)
	}
	client := make([]sctp.ClientOption, len(config))
	for i, option := range config {
		client[i] = option
	}
	return sctp.ClientWithOptions(client...)
}

// agreed lists the extensions that pion says were agreed upon. It does not tell about RE-CONFIG, which it always offers.
func agreed(a *sctp.Association) string {
	data, _ := a.Metadata()
	list := ""
	if data.PartialReliabilityMode != sctp.PartialReliabilityModeNone {
		list += " pr"
	}
	if data.MessageInterleavingEnabled {
		list += " idata"
	}
	if data.ZeroChecksumSendingEnabled && data.ZeroChecksumReceivingEnabled {
		list += " zero"
	}
	return list
}

// peer is a running association.
type peer struct {
	opts       *options
	assoc      *sctp.Association
	goOn, read chan struct{} // a value for each line "go", and one for "read"

	readers sync.WaitGroup // of streams
	sent    chan error     // the plan's outcome

	mu      sync.Mutex
	streams map[uint16]*sctp.Stream // that were not reset from this side
	receipt plan.Receipt
	aborted bool
	ending  bool
}

// receive accepts streams and reads from each until the association ends, and says how it ended.
func (p *peer) receive() (end string) {
	if p.opts.paused {
		<-p.read
	}
	if p.opts.expect == 0 {
		p.finish()
	}
	for {
		s, err := p.assoc.AcceptStream()
		if err != nil {
			break
		}
		p.readStream(s)
	}
	p.readers.Wait()
	switch {
	case p.opts.end == "abort":
		return "aborted"
	case p.aborted:
		return "abort"
	}
	return "shutdown"
}

// readStream reads a stream, in the background, until it is reset or the association ends; once.
func (p *peer) readStream(s *sctp.Stream) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.streams[s.StreamIdentifier()] == s {
		return
	}
	p.streams[s.StreamIdentifier()] = s
	p.readers.Go(func() {
		buf := make([]byte, maxMessage)
		for {
			n, ppid, err := s.ReadSCTP(buf)
			if err != nil {
				p.ended(s, err)
				return
			}
			if p.record(s.StreamIdentifier(), uint32(ppid), buf[:n]) == p.opts.expect {
				p.finish()
			}
			if !p.opts.echo {
				continue
			}
			if _, err := s.WriteSCTP(buf[:n], ppid); err != nil {
				say("fail echo: %v", err)
			}
		}
	})
}

// record counts a message and returns how many there were. pion tells neither its SSN nor whether it was unordered.
func (p *peer) record(stream uint16, ppid uint32, data []byte) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.opts.list {
		say("message %d ssn 0 ppid %d size %d digest %016x ordered", stream, ppid, len(data), plan.Digest(ppid, data))
	}
	p.receipt.Add(stream, ppid, false, data)
	return p.receipt.Count()
}

// ended reports a stream that was reset, and notes an ABORT.
func (p *peer) ended(s *sctp.Stream, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, open := p.assoc.Metadata(); open {
		say("reset in %d", s.StreamIdentifier())
		return
	}
	p.aborted = p.aborted || errors.Is(err, sctp.ErrChunk)
}

// finish ends the association as the arguments say, when all is sent; once.
func (p *peer) finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ending || p.opts.end == "peer" {
		return
	}
	p.ending = true
	go func() {
		err := <-p.sent
		switch {
		case err != nil:
		case p.opts.end == "abort":
			p.assoc.Abort("as told")
		default:
			err = p.assoc.Shutdown(context.Background())
		}
		if err != nil {
			say("fail %v", err)
		}
	}()
}

// watchInput delivers the lines of standard input, whose end ends the peer.
func watchInput(lines chan<- string) {
	scanner := bufio.NewScanner(os.Stdin)
	for scanner.Scan() {
		lines <- strings.TrimSpace(scanner.Text())
	}
	os.Exit(3)
}

var output sync.Mutex

// say prints a line of the report.
func say(format string, args ...any) {
	output.Lock()
	defer output.Unlock()
	fmt.Printf(format+"\n", args...)
}
