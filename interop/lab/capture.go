//go:build linux

package lab

import (
	"context"
	"fmt"
	"syscall"
)

// Capture is a running tcpdump on all links of a namespace.
type Capture struct {
	File    string
	process *Process
}

// Capture starts to write what passes to a file; filter is in the language of pcap and may be empty. One context bounds the
// capture's life, the other the time to start it.
func (n *Namespace) Capture(life, ctx context.Context, file, filter string) (*Capture, error) {
	p, err := Start("tcpdump", n.Command(life, "tcpdump", "-i", "any", "-n", "-U", "--immediate-mode", "-Z", "root", "-B", "65536",
		"-w", file, filter))
	if err != nil {
		return nil, err
	}
	if _, err := p.Expect(ctx, "tcpdump: listening"); err != nil {
		p.Stop()
		return nil, err
	}
	return &Capture{File: file, process: p}, nil
}

// Close ends the capture; the file is complete afterwards.
func (c *Capture) Close(ctx context.Context) error {
	if err := c.process.cmd.Process.Signal(syscall.SIGINT); err != nil {
		return fmt.Errorf("stop tcpdump: %w", err)
	}
	return c.process.Wait(ctx)
}
