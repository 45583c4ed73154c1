package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp"
)

const (
	// serverUDP is the UDP port of the server, and the first peer has the next one.
	serverUDP  = 38899
	serverPort = 5000
	// warmUp is how long windows have to grow before anything counts.
	warmUp = 500 * time.Millisecond
)

// run is one run: it prints its result.
func (p *plan) run() error {
	if p.queues == 0 {
		p.queues = runtime.GOMAXPROCS(0)
	}
	sctp.SetQueues(p.queues)
	var count atomic.Uint64
	if err := p.serve(&count); err != nil {
		return err
	}
	if err := p.dial(&count); err != nil {
		return err
	}
	time.Sleep(warmUp)
	profiles, err := p.startProfiles()
	if err != nil {
		return err
	}
	before, err := snapshot(&count)
	if err != nil {
		return err
	}
	time.Sleep(p.time)
	after, err := snapshot(&count)
	if err != nil {
		return err
	}
	if err := profiles(); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(result{
		runtime.GOMAXPROCS(0),
		after.Messages - before.Messages, after.Wall - before.Wall, after.CPU - before.CPU, after.Waiting - before.Waiting,
	})
}

// startProfiles begins what is asked for, if there are several processors, and returns what writes it.
func (p *plan) startProfiles() (end func() error, _ error) {
	none := func() error { return nil }
	if runtime.GOMAXPROCS(0) == 1 {
		return none, nil
	}
	if p.mutexProfile != "" {
		runtime.SetMutexProfileFraction(1)
		return func() error {
			f, err := os.Create(p.mutexProfile)
			if err != nil {
				return err
			}
			defer f.Close()
			return pprof.Lookup("mutex").WriteTo(f, 0)
		}, nil
	}
	if p.cpuProfile == "" {
		return none, nil
	}
	f, err := os.Create(p.cpuProfile)
	if err != nil {
		return nil, err
	}
	return func() error {
		pprof.StopCPUProfile()
		return f.Close()
	}, pprof.StartCPUProfile(f)
}

// serve counts what comes, and sends it back if there is a window.
func (p *plan) serve(count *atomic.Uint64) error {
	lc := sctp.ListenConfig{Backlog: p.peers * p.associations}
	l, err := lc.Listen(context.Background(), "sctp/udp4", fmt.Sprintf("127.0.0.1:%d?udp=%d", serverPort, serverUDP))
	if err != nil {
		return err
	}
	go func() {
		for {
			c, err := l.AcceptSCTP()
			if err != nil {
				return
			}
			go p.answer(c, count)
		}
	}()
	return nil
}

func (p *plan) answer(c *sctp.Conn, count *atomic.Uint64) {
	for buf := make([]byte, p.size); ; {
		n, _, err := c.ReadMsg(buf)
		if err != nil {
			return
		}
		if p.window == 0 {
			count.Add(1)
		} else if _, err := c.WriteMsg(buf[:n], nil); err != nil {
			return
		}
	}
}

// dial begins all associations and what they do.
func (p *plan) dial(count *atomic.Uint64) error {
	var all sync.WaitGroup
	failed := make(chan error, p.peers*p.associations)
	for peer := range p.peers {
		for range p.associations {
			all.Go(func() {
				d := sctp.Dialer{LocalAddr: sctp.MustParseAddr(fmt.Sprintf("127.0.0.1:0?udp=%d", serverUDP+1+peer))}
				c, err := d.DialSCTP(context.Background(), "sctp/udp4", fmt.Sprintf("127.0.0.1:%d?udp=%d", serverPort, serverUDP))
				if err != nil {
					failed <- err
					return
				}
				go p.send(c, count)
			})
		}
	}
	all.Wait()
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

// send sends as much as goes, or a window and then a message for each that has come back.
func (p *plan) send(c *sctp.Conn, count *atomic.Uint64) {
	message := make([]byte, p.size)
	for sent := 0; p.window == 0 || sent < p.window; sent++ {
		if _, err := c.WriteMsg(message, nil); err != nil {
			return
		}
	}
	for {
		if _, _, err := c.ReadMsg(message); err != nil {
			return
		}
		count.Add(1)
		if _, err := c.WriteMsg(message, nil); err != nil {
			return
		}
	}
}

var began = time.Now()

// snapshot is what there is so far.
func snapshot(count *atomic.Uint64) (r result, err error) {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		return r, err
	}
	r.Messages, r.Wall = count.Load(), time.Since(began)
	r.CPU = time.Duration(u.Utime.Nano() + u.Stime.Nano())
	r.Waiting, err = waiting()
	return r, err
}

// waiting is how long threads of this process could have run and had no processor, as far as they still exist: the second number of schedstat.
func waiting() (sum time.Duration, err error) {
	tasks, err := filepath.Glob("/proc/self/task/*/schedstat")
	if err != nil {
		return 0, err
	}
	for _, task := range tasks {
		b, err := os.ReadFile(task)
		if err != nil {
			continue // it has ended
		}
		fields := strings.Fields(string(b))
		if len(fields) < 2 {
			return 0, fmt.Errorf("%s: %q", task, b)
		}
		n, err := strconv.ParseInt(fields[1], 10, 64)
		if err != nil {
			return 0, err
		}
		sum += time.Duration(n)
	}
	return sum, nil
}
