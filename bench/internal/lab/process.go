package lab

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
)

// process is one side, or the relay.
type process struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	errors bytes.Buffer
}

// start runs a command, in a namespace unless that is empty.
func start(ctx context.Context, space string, args []string) (*process, error) {
	if space != "" {
		args = append([]string{"ip", "netns", "exec", space}, args...)
	}
	p := &process{cmd: exec.CommandContext(ctx, args[0], args[1:]...)}
	p.cmd.Stderr = &p.errors
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(out)
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	return p, p.cmd.Start()
}

// ready waits until the process says so.
func (p *process) ready() error {
	line, err := p.line()
	if err == nil && line != "ready" {
		err = fmt.Errorf("it says %q instead of ready", line)
	}
	return err
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
