// Command scalebench says what a second processor brings: many associations of several peers with one server, all in one process over UDP on
// loopback, on one processor and on two in turn. It takes no rights.
//
// On a machine that does other things as well the messages a second say little. So it also prints what does not depend on those: the CPU time that a
// message takes, and how many processors the process wanted, which are those that it had and those that it waited for.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"text/tabwriter"
	"time"

	"golang.org/x/sys/unix"
)

// plan is what to do.
type plan struct {
	peers, associations, size, window, queues int
	time                                      time.Duration
	mutexProfile, cpuProfile                  string
}

func main() {
	var p plan
	flag.IntVar(&p.peers, "peers", 8, "peers, each with a UDP port of its own")
	flag.IntVar(&p.associations, "associations", 8, "associations of each peer")
	flag.IntVar(&p.size, "size", 1024, "bytes of a message")
	flag.IntVar(&p.window, "window", 0, "messages on their way on each association, which the server sends back; 0 is one way, as many as go")
	flag.IntVar(&p.queues, "queues", 0, "receive queues of each carrier, 0 for as many as there are processors")
	flag.DurationVar(&p.time, "time", 2*time.Second, "how long a run takes")
	flag.StringVar(&p.mutexProfile, "mutexprofile", "", "file for a profile of contended locks of the runs with several processors")
	flag.StringVar(&p.cpuProfile, "cpuprofile", "", "file for a profile of their CPU time")
	pairs := flag.Int("repeat", 5, "runs with one processor and with several")
	processors := flag.Int("processors", 2, "how many several are")
	child := flag.Bool("child", false, "be one run")
	flag.Parse()
	err := error(nil)
	if *child {
		err = p.run()
	} else {
		err = compare(*pairs, *processors)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "scalebench:", err)
		os.Exit(1)
	}
}

// compare has runs on one processor and on several take turns.
func compare(pairs, processors int) error {
	var one, several []result
	for range pairs {
		for _, n := range []int{1, processors} {
			r, err := start(n)
			if err != nil {
				return err
			}
			if n == 1 {
				one = append(one, r)
			} else {
				several = append(several, r)
			}
		}
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "processors\tmessages/s\tµs of CPU a message\tprocessors had\twanted")
	for i, rs := range [][]result{one, several} {
		fmt.Fprintf(out, "%d\t%.0f\t%.3f\t%.2f\t%.2f\n", []int{1, processors}[i], median(rs, result.rate), median(rs, result.cost),
			median(rs, result.had), median(rs, result.wanted))
	}
	ratio := median(several, result.rate) / median(one, result.rate)
	alone := median(one, result.cost) / median(several, result.cost) * median(several, result.wanted) / median(one, result.wanted)
	fmt.Fprintf(out, "ratio\t%.2f\t\t\t%.2f if it had what it wanted\n", ratio, alone)
	return out.Flush()
}

// start has a child run on n processors.
func start(n int) (r result, err error) {
	// A child has the processors of the thread that starts it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before, some unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return r, err
	}
	if n > before.Count() {
		return r, fmt.Errorf("%d processors, of %d", n, before.Count())
	}
	for cpu := 0; some.Count() < n; cpu++ {
		if before.IsSet(cpu) {
			some.Set(cpu)
		}
	}
	if err := unix.SchedSetaffinity(0, &some); err != nil {
		return r, err
	}
	self, err := os.Executable()
	if err != nil {
		return r, err
	}
	cmd := exec.Command(self, append(os.Args[1:], "-child")...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if e := unix.SchedSetaffinity(0, &before); err == nil {
		err = e
	}
	if err == nil {
		err = json.Unmarshal(out, &r)
	}
	return r, err
}

// result is what came of a run.
type result struct {
	Processors int
	Messages   uint64
	// Wall, CPU and Waiting are the time that it took, that of its threads on processors, and that in which they could have run and had none.
	Wall, CPU, Waiting time.Duration
}

func (r result) rate() float64 { return float64(r.Messages) / r.Wall.Seconds() }

// cost is in microseconds.
func (r result) cost() float64 { return float64(r.CPU.Microseconds()) / float64(r.Messages) }

func (r result) had() float64 { return r.CPU.Seconds() / r.Wall.Seconds() }

// wanted is no more than there were: threads also wait for one another.
func (r result) wanted() float64 {
	return min((r.CPU+r.Waiting).Seconds()/r.Wall.Seconds(), float64(r.Processors))
}

func median(rs []result, f func(result) float64) float64 {
	var all []float64
	for _, r := range rs {
		all = append(all, f(r))
	}
	slices.Sort(all)
	return all[len(all)/2]
}
