package lab

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
)

// Space is a network namespace with a loopback interface and nothing else.
type Space struct{ name string }

// NewSpace makes one, which takes root; its name has the role and this process's id. The caller calls Close.
func NewSpace(role string) (*Space, error) {
	removeAbandoned()
	s := &Space{spaceName(role)}
	for _, args := range [][]string{{"netns", "add", s.name}, {"-n", s.name, "link", "set", "lo", "up"}} {
		if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
			s.Close()
			return nil, fmt.Errorf("ip %v: %w: %s", args, err, bytes.TrimSpace(out))
		}
	}
	return s, nil
}

// Close removes it.
func (s *Space) Close() { _ = exec.Command("ip", "netns", "delete", s.name).Run() }

// Command is exec.CommandContext within the namespace.
func (s *Space) Command(ctx context.Context, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, "ip", append([]string{"netns", "exec", s.name}, args...)...)
}
