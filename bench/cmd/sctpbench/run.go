package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/gosctp/sctp/bench/internal/lab"
	"github.com/gosctp/sctp/bench/internal/load"
	"github.com/gosctp/sctp/bench/internal/peer"
	"github.com/gosctp/sctp/bench/internal/report"
)

// run is one figure to take.
type run struct {
	link       lab.Link
	cell       report.Cell
	transport  string
	warm, time time.Duration
	seed       uint64
	usbench    string // the program of usrsctp's sides
}

// runName names a run, for the flag -only and for messages.
func runName(c report.Cell, transport string) string {
	return fmt.Sprintf("%s %s %d %d %s", c.Link, c.Work, c.Size, max(c.Workers, c.Window), transport)
}

const (
	udpHeader    = 8
	ipUDPHeaders = 20 + udpHeader
	sctpHeader   = 12
	// maxUsrsctpMTU is the size of packet at which usrsctp is fastest on loopback; with much larger ones it stalls.
	maxUsrsctpMTU = 8192

	sctpPort  = 5000
	serverUDP = 9899
	clientUDP = 9898
	// slack is how long a run may take beyond its measuring time: a thousand handshakes, and memory that settles.
	slack = 45 * time.Second
)

// once takes the figure.
func (r run) once(ctx context.Context) (report.Result, error) {
	server, client := r.commands()
	ctx, cancel := context.WithTimeout(ctx, r.warm+r.time+slack)
	defer cancel()
	outcome, err := r.link.Run(ctx, r.seed, server, client, load.OneWay(r.cell.Work))
	result := report.Result{Outcome: outcome}
	if err != nil {
		return result, err
	}
	if err := json.Unmarshal([]byte(outcome.Line), &result.Result); err != nil {
		return result, fmt.Errorf("%q: %w", outcome.Line, err)
	}
	return result, result.Err()
}

// commands are the programs of the two sides.
func (r run) commands() (server, client []string) {
	switch r.transport {
	case "usrsctp-udp":
		return r.usrsctp("server", serverUDP, clientUDP), r.usrsctp("client", clientUDP, serverUDP)
	case "usrsctp-raw":
		return r.usrsctp("server", 0, 0), r.usrsctp("client", 0, 0)
	}
	s, c := r.peers()
	return r.goSide("server", s), r.goSide("client", c)
}

// segments is TCP where the link has no offload.
const segments = "tcp-segments"

// peers are the two sides by the names of package peer.
func (r run) peers() (server, client string) {
	switch {
	case r.transport == segments:
		return "tcp", "tcp"
	case r.transport == "pion" && (r.cell.Work == load.Setup || r.cell.Conns > 1):
		return "pion-listener", "pion"
	}
	return r.transport, r.transport
}

func (r run) goSide(role, name string) []string {
	self, err := os.Executable()
	if err != nil {
		self = os.Args[0]
	}
	return []string{
		self, "side", "-work", r.cell.Work, "-size", strconv.Itoa(r.cell.Size), "-workers", strconv.Itoa(r.cell.Workers),
		"-conns", strconv.Itoa(r.cell.Conns), "-window", strconv.Itoa(r.cell.Window),
		"-warm", r.warm.String(), "-time", r.time.String(), "-mtu", strconv.Itoa(r.link.MTU - ipUDPHeaders),
		role, name, fmt.Sprintf("%s:%d", r.link.ServerAddr, sctpPort),
	}
}

func (r run) usrsctp(role string, udp, peerUDP int) []string {
	room := min(r.link.MTU, maxUsrsctpMTU) - ipUDPHeaders - sctpHeader
	if udp == 0 {
		room += udpHeader
	}
	args := []string{r.usbench, role, r.cell.Work, r.link.ServerAddr}
	for _, n := range []int{
		sctpPort, r.cell.Size, r.cell.Workers, r.cell.Conns, r.cell.Window, peer.Options{Conns: r.cell.Conns}.Buffer(),
		int(r.warm.Milliseconds()), int(r.time.Milliseconds()), room, udp, peerUDP,
	} {
		args = append(args, strconv.Itoa(n))
	}
	return args
}

// overUsrsctp says whether a transport is usrsctp's.
func overUsrsctp(transport string) bool { return strings.HasPrefix(transport, "usrsctp") }
