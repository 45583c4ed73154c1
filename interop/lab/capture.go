//go:build linux

package lab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
)

// Capture is a running tcpdump on all links of a namespace.
type Capture struct {
	File      string
	namespace *Namespace
	process   *Process
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
	return &Capture{File: file, namespace: n, process: p}, nil
}

// lastWord is the byte that fills the packet by which Close knows that all before it has been written, and lastWords how many there are.
const (
	lastWord  = 0xa5
	lastWords = 48
)

// Close ends the capture; the file is complete afterwards. tcpdump would leave out what it has not read yet when it is told to end, so it has
// to see a last packet first, a ping of the namespace to itself that the filter lets through.
func (c *Capture) Close(ctx context.Context) error {
	err := c.namespace.run("busybox", "ping", "-c", "1", "-s", fmt.Sprint(lastWords), "-p", fmt.Sprintf("%x", lastWord), "127.0.0.1")
	for err == nil {
		var done bool
		if done, err = c.hasLastWord(); done {
			break
		}
		if ctx.Err() != nil {
			err = fmt.Errorf("%s does not end with its last packet: %w", c.File, ctx.Err())
		}
	}
	if err := c.process.cmd.Process.Signal(syscall.SIGINT); err != nil {
		return fmt.Errorf("stop tcpdump: %w", err)
	}
	return errors.Join(err, c.process.Wait(ctx))
}

// hasLastWord tells whether the packet of Close is at the end of the file.
func (c *Capture) hasLastWord() (bool, error) {
	const tail = 1024
	file, err := os.Open(c.File)
	if err != nil {
		return false, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return false, err
	}
	end := make([]byte, min(tail, info.Size()))
	if _, err := file.ReadAt(end, info.Size()-int64(len(end))); err != nil {
		return false, err
	}
	// The ping writes the time into the first bytes.
	return bytes.Contains(end, bytes.Repeat([]byte{lastWord}, lastWords/2)), nil
}
