//go:build linux

package lab

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
)

// maxLines bounds what a process may print before anybody reads it; a process that prints more waits.
const maxLines = 10000

// Process is a running program that is spoken to, and answers, in lines. Its standard error counts as output.
type Process struct {
	name  string
	cmd   *exec.Cmd
	stdin io.WriteCloser
	lines chan string
	done  chan struct{} // closed when the program has ended and its output is read
	err   error         // of the program, valid after done

	mu  sync.Mutex
	log []string
}

// Start starts cmd, which [Namespace.Command] made. The name is for messages.
func Start(name string, cmd *exec.Cmd) (*Process, error) {
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	p := &Process{name: name, cmd: cmd, stdin: stdin, lines: make(chan string, maxLines), done: make(chan struct{})}
	go p.read(stdout)
	return p, nil
}

// read takes the output line by line and then reaps the program.
func (p *Process) read(stdout io.Reader) {
	scanner := bufio.NewScanner(stdout)
	for scanner.Scan() {
		line := strings.TrimRight(scanner.Text(), "\r")
		p.mu.Lock()
		p.log = append(p.log, line)
		p.mu.Unlock()
		p.lines <- line
	}
	close(p.lines)
	p.err = p.cmd.Wait()
	close(p.done)
}

// Say writes a line to the program.
func (p *Process) Say(line string) error {
	_, err := io.WriteString(p.stdin, line+"\n")
	return err
}

// Expect reads lines until one starts, after any indentation, with one of the prefixes, and returns that line. A line that
// says "fail" ends the wait, too, with an error.
func (p *Process) Expect(ctx context.Context, prefixes ...string) (string, error) {
	for {
		select {
		case line, ok := <-p.lines:
			if !ok {
				return "", fmt.Errorf("%s ended and did not say %q; it said:\n%s", p.name, prefixes, p.Log())
			}
			for _, prefix := range prefixes {
				if strings.HasPrefix(strings.TrimLeft(line, " \t"), prefix) {
					return line, nil
				}
			}
			if strings.HasPrefix(line, "fail ") {
				return "", fmt.Errorf("%s: %s", p.name, line)
			}
		case <-ctx.Done():
			return "", fmt.Errorf("%s did not say %q in time; it said:\n%s", p.name, prefixes, p.Log())
		}
	}
}

// Lines reads the lines up to and including the one with the prefix.
func (p *Process) Lines(ctx context.Context, prefix string) ([]string, error) {
	var lines []string
	for {
		line, err := p.Expect(ctx, "")
		if err != nil {
			return nil, fmt.Errorf("waiting for %q: %w", prefix, err)
		}
		lines = append(lines, line)
		if strings.HasPrefix(line, prefix) {
			return lines, nil
		}
		if strings.HasPrefix(line, "fail ") {
			return nil, fmt.Errorf("%s: %s", p.name, line)
		}
	}
}

// Wait waits until the program has ended and returns its error.
func (p *Process) Wait(ctx context.Context) error {
	lines := p.lines
	for {
		select {
		case <-p.done:
			if p.err != nil {
				return fmt.Errorf("%s: %w; it said:\n%s", p.name, p.err, p.Log())
			}
			return nil
		case _, ok := <-lines:
			if !ok {
				lines = nil
			}
		case <-ctx.Done():
			return fmt.Errorf("%s did not end in time; it said:\n%s", p.name, p.Log())
		}
	}
}

// CloseInput closes the program's standard input.
func (p *Process) CloseInput() error { return p.stdin.Close() }

// Stop kills the program and its children if it still runs and waits for its end.
func (p *Process) Stop() {
	p.stdin.Close()
	p.cmd.Cancel()
	for range p.lines { // the reader may be waiting for room
	}
	<-p.done
}

// Log returns all that the program has said.
func (p *Process) Log() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.log, "\n")
}
