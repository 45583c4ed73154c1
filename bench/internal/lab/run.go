package lab

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// Outcome is what a run of two programs came to.
type Outcome struct {
	// Line is what the measuring side found.
	Line string
	// CPU is how many seconds both sides computed while it measured.
	CPU float64
	// Client and Server are how many bytes each side grew by meanwhile.
	Client, Server float64
	// Dropped is how many packets full sockets of either side lost meanwhile.
	Dropped float64
	// Foreign is the CPU time of other processes during the run, as a share of one core.
	Foreign float64
}

// Run starts the server's command, waits until it says "ready", starts the client's, and reads two lines of the side that measures,
// the server if serverMeasures: one when it begins and one when it is done. Then it ends both.
func (l Link) Run(ctx context.Context, server, client []string, serverMeasures bool) (Outcome, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	watch := watchMachine()

	s, err := start(ctx, l.server, server)
	if err != nil {
		return Outcome{}, err
	}
	c := &process{}
	line, err := s.line()
	if err == nil && line != "ready" {
		err = fmt.Errorf("server says %q instead of ready", line)
	}
	var o Outcome
	if err == nil {
		if c, err = start(ctx, l.client, client); err == nil {
			measuring := c
			if serverMeasures {
				measuring = s
			}
			o, err = observe(measuring, c, s)
			if l.client == l.server { // whose drops were counted twice
				o.Dropped /= 2
			}
		}
	}
	cancel() // kills what still runs
	used := s.wait() + c.wait()
	if err != nil {
		return Outcome{}, errors.Join(err, s.complaint("server"), c.complaint("client"))
	}
	o.Foreign = watch.foreign(used)
	return o, nil
}

// observe reads the lines of the measuring process and looks at both at each.
func observe(measuring, client, server *process) (Outcome, error) {
	if _, err := measuring.line(); err != nil {
		return Outcome{}, err
	}
	c0, s0 := lookAt(client.pid()), lookAt(server.pid())
	line, err := measuring.line()
	c1, s1 := lookAt(client.pid()), lookAt(server.pid())
	return Outcome{
		Line:    line,
		CPU:     c1.cpu - c0.cpu + s1.cpu - s0.cpu,
		Client:  c1.resident - c0.resident,
		Server:  s1.resident - s0.resident,
		Dropped: c1.dropped - c0.dropped + s1.dropped - s0.dropped,
	}, err
}

// process is one side.
type process struct {
	cmd    *exec.Cmd
	out    *bufio.Reader
	errors bytes.Buffer
}

func start(ctx context.Context, space string, args []string) (*process, error) {
	p := &process{cmd: exec.CommandContext(ctx, "ip", append([]string{"netns", "exec", space}, args...)...)}
	p.cmd.Stderr = &p.errors
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(out)
	return p, p.cmd.Start()
}

// pid is the program's: ip becomes it.
func (p *process) pid() int { return p.cmd.Process.Pid }

// line returns the next line that the process prints.
func (p *process) line() (string, error) {
	s, err := p.out.ReadString('\n')
	return strings.TrimSpace(s), err
}

// wait returns the CPU time, in seconds, of the process, which is about to end.
func (p *process) wait() float64 {
	if p.cmd == nil || p.cmd.Process == nil {
		return 0
	}
	_ = p.cmd.Wait() // killed, as a rule
	return (p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime()).Seconds()
}

func (p *process) complaint(who string) error {
	if p.errors.Len() == 0 {
		return nil
	}
	return fmt.Errorf("%s: %s", who, bytes.TrimSpace(p.errors.Bytes()))
}
