package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"github.com/gosctp/sctp/bench/internal/lab"
	"github.com/gosctp/sctp/bench/internal/load"
	"github.com/gosctp/sctp/bench/internal/report"
)

// options are the flags of runAll.
type options struct {
	repeat     int
	tries      int
	time, warm time.Duration
	foreign    float64
	only       *regexp.Regexp
}

// linkMTU is Ethernet's: the SCTP packet in UDP is 1,472 bytes long.
const linkMTU = 1500

const (
	udpHeader    = 8
	ipUDPHeaders = 20 + udpHeader
	sctpHeader   = 12
	// maxUsrsctpMTU is the size of packet at which usrsctp is fastest on loopback; with much larger ones it stalls.
	maxUsrsctpMTU = 8192

	sctpPort  = 5000
	serverUDP = 9899
	clientUDP = 9898
	// slack is how long a run may take beyond its measuring time.
	slack = 30 * time.Second
)

// run is one figure to take.
type run struct {
	link      lab.Link
	cell      report.Cell
	transport string
}

// String names the run, for the flag -only and for messages.
func (r run) String() string {
	c := r.cell
	return fmt.Sprintf("%s %s %d %d %s", r.link.Name, c.Work, c.Size, max(c.Workers, c.Window), r.transport)
}

// runs are those of one repetition.
func (o options) runs(links []lab.Link) []run {
	var rs []run
	for _, link := range links {
		for _, cell := range cells(link.Name) {
			for _, transport := range transports {
				if r := (run{link, cell, transport}); takesPart(transport, cell) && o.only.MatchString(r.String()) {
					rs = append(rs, r)
				}
			}
		}
	}
	return rs
}

// measure runs everything and returns the tables. Within a repetition the transports take turns, so that a slow drift of
// the machine meets all of them alike. A run that fails is told, and leaves the others their figures.
func measure(ctx context.Context, o options) (string, error) {
	scratch, err := os.MkdirTemp("", "sctpbench")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(scratch)
	usbench, err := buildUsrsctp(scratch)
	if err != nil {
		return "", err
	}
	l, err := lab.Open(linkMTU)
	if err != nil {
		return "", err
	}
	defer l.Close()

	var table report.Table
	var noisy int
	var failed []string
	for n := range o.repeat {
		for _, r := range o.runs(l.Links) {
			result, quiet, err := o.once(ctx, r, usbench)
			if ctx.Err() != nil {
				return "", ctx.Err()
			}
			if err != nil {
				fmt.Fprintf(os.Stderr, "%d/%d %s: %v\n", n+1, o.repeat, r, err)
				failed = append(failed, r.String())
				continue
			}
			if !quiet {
				noisy++
			}
			fmt.Fprintf(os.Stderr, "%d/%d %-36s %10.2f %-5s %s\n", n+1, o.repeat, r, r.cell.Value(result), r.cell.Unit(), result.Costs())
			table.Add(r.cell, r.transport, result)
		}
	}
	return tables(&table, l.Links, o, noisy, failed), nil
}

// once takes one figure, again and again while other processes disturb it; it says whether the last try was quiet.
func (o options) once(ctx context.Context, r run, usbench string) (result report.Result, quiet bool, err error) {
	server, client := o.commands(r, usbench)
	for range o.tries {
		ctx, cancel := context.WithTimeout(ctx, o.warm+o.time+slack)
		outcome, err := r.link.Run(ctx, server, client, load.OneWay(r.cell.Work))
		cancel()
		if err != nil {
			return result, false, err
		}
		result = report.Result{Outcome: outcome}
		if err := json.Unmarshal([]byte(outcome.Line), &result.Result); err != nil {
			return result, false, fmt.Errorf("%q: %w", outcome.Line, err)
		}
		if err := result.Err(); err != nil {
			return result, false, err
		}
		if outcome.Foreign <= o.foreign {
			return result, true, nil
		}
	}
	return result, false, nil
}

// commands are the programs of the two sides.
func (o options) commands(r run, usbench string) (server, client []string) {
	switch r.transport {
	case "usrsctp-udp":
		return o.usrsctp(usbench, "server", r, serverUDP, clientUDP), o.usrsctp(usbench, "client", r, clientUDP, serverUDP)
	case "usrsctp-raw":
		return o.usrsctp(usbench, "server", r, 0, 0), o.usrsctp(usbench, "client", r, 0, 0)
	}
	serverPeer := r.transport
	if r.transport == "pion" && (r.cell.Work == load.Setup || r.cell.Conns > 1) {
		serverPeer = "pion-listener"
	}
	return o.goSide("server", serverPeer, r), o.goSide("client", r.transport, r)
}

func (o options) goSide(role, peer string, r run) []string {
	self, err := os.Executable()
	if err != nil {
		self = os.Args[0]
	}
	return []string{
		self, "side", "-work", r.cell.Work, "-size", strconv.Itoa(r.cell.Size), "-workers", strconv.Itoa(r.cell.Workers),
		"-conns", strconv.Itoa(r.cell.Conns), "-window", strconv.Itoa(r.cell.Window), "-warm", o.warm.String(), "-time", o.time.String(), "-mtu", strconv.Itoa(r.link.MTU - ipUDPHeaders),
		role, peer, fmt.Sprintf("%s:%d", r.link.ServerAddr, sctpPort),
	}
}

func (o options) usrsctp(program, role string, r run, udp, peerUDP int) []string {
	room := min(r.link.MTU, maxUsrsctpMTU) - ipUDPHeaders - sctpHeader
	if udp == 0 {
		room += udpHeader
	}
	args := []string{program, role, r.cell.Work, r.link.ServerAddr}
	for _, n := range []int{
		sctpPort, r.cell.Size, r.cell.Workers, r.cell.Conns, r.cell.Window, int(o.warm.Milliseconds()), int(o.time.Milliseconds()), room, udp, peerUDP,
	} {
		args = append(args, strconv.Itoa(n))
	}
	return args
}

// buildUsrsctp compiles the usrsctp side into dir; the source is found from this module's directory.
func buildUsrsctp(dir string) (string, error) {
	program := filepath.Join(dir, "usbench")
	out, err := exec.Command("gcc", "-O2", "-o", program, filepath.Join("c", "usbench.c"), "-lusrsctp", "-lpthread").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("usrsctp's side takes gcc and libusrsctp-dev, and bench/ as working directory: %w: %s", err, bytes.TrimSpace(out))
	}
	return program, nil
}
