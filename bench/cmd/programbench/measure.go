package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/gosctp/sctp/bench/internal/lab"
)

// workload is what iperf3 is told to do.
type workload struct {
	name string
	args []string
}

// workloads are the rows. Where iperf3 is not told a size, it writes 64 KiB at a time over SCTP and 128 KiB over TCP.
var workloads = []workload{
	{"iperf3", nil},
	{"iperf3 -R", []string{"-R"}},
	{"iperf3 -P 4", []string{"-P", "4"}},
	{"iperf3 -l 16K", []string{"-l", "16K"}},
	{"iperf3 -l 1K", []string{"-l", "1K"}},
}

// way is how the bytes go: what both sides run under, and what the client is told besides.
type way struct {
	name string
	with []string
	args []string
}

// ways are the columns; the first is what the others are compared with.
var ways = []way{
	{"tcp", nil, nil},
	{"sctp run", []string{"run"}, []string{"--sctp"}},
	{"sctp run -u", []string{"run", "-u"}, []string{"--sctp"}},
	{"sctp with", []string{"with"}, nil},
	{"sctp with --descriptors=high", []string{"with", "--descriptors=high"}, nil},
}

// figure is what one run found.
type figure struct {
	gbits float64 // received a second
	cpu   float64 // seconds for each 10^9 bytes, of all processes of the run
}

// bench takes figures.
type bench struct {
	space   *lab.Space
	command string
	seconds int
	figures map[string]map[string][]figure // by workload and way
}

const port = "5201"

// patience is how long a run may take beyond its time.
const patience = 30 * time.Second

// measure runs a server and a client once.
func (b *bench) measure(ctx context.Context, w workload, by way) error {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(b.seconds)*time.Second+patience)
	defer cancel()
	server := b.program(ctx, by, "-s", "-1", "-p", port, "--forceflush")
	out, err := server.StdoutPipe()
	if err != nil {
		return err
	}
	if err := server.Start(); err != nil {
		return err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.Contains(lines.Text(), "listening") {
	}
	args := []string{"-c", "127.0.0.1", "-p", port, "-J", "-t", strconv.Itoa(b.seconds)}
	client := b.program(ctx, by, append(append(args, by.args...), w.args...)...)
	result, err := client.Output()
	if err != nil {
		cancel() // the server waits still
	}
	for lines.Scan() { // what it prints else
	}
	if e := server.Wait(); err != nil || e != nil {
		return errors.Join(err, e, fmt.Errorf("iperf3 said %.300s", result))
	}
	got, err := parse(result)
	if err != nil {
		return err
	}
	used := usage(server) + usage(client)
	if b.figures == nil {
		b.figures = make(map[string]map[string][]figure)
	}
	if b.figures[w.name] == nil {
		b.figures[w.name] = make(map[string][]figure)
	}
	b.figures[w.name][by.name] = append(b.figures[w.name][by.name], figure{got.BitsPerSecond / 1e9, used / (got.Bytes / 1e9)})
	return nil
}

// program is iperf3 under what the way says.
func (b *bench) program(ctx context.Context, by way, args ...string) *exec.Cmd {
	all := append([]string{"iperf3"}, args...)
	if by.with != nil {
		all = append(append([]string{b.command}, by.with...), all...)
	}
	return b.space.Command(ctx, all...)
}

// usage is the CPU time in seconds of a process that has ended, and of its children.
func usage(c *exec.Cmd) float64 {
	return (c.ProcessState.UserTime() + c.ProcessState.SystemTime()).Seconds()
}

// received is what iperf3's report says about the side that receives.
type received struct {
	Bytes         float64 `json:"bytes"`
	BitsPerSecond float64 `json:"bits_per_second"`
}

// parse reads the report of iperf3 -J.
func parse(result []byte) (received, error) {
	var r struct {
		Error string `json:"error"`
		End   struct {
			Received received `json:"sum_received"`
		} `json:"end"`
	}
	result = result[max(0, bytes.IndexByte(result, '{')):] // warnings may come first
	if err := json.Unmarshal(result, &r); err != nil {
		return received{}, fmt.Errorf("the report of iperf3: %w", err)
	}
	if r.Error != "" {
		return received{}, errors.New(r.Error)
	}
	if r.End.Received.Bytes == 0 {
		return received{}, errors.New("nothing was received")
	}
	return r.End.Received, nil
}
