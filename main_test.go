package sctp_test

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestMain fails when goroutines of this module are left over: engines end some time after their last user.
func TestMain(m *testing.M) {
	if network, address, ok := strings.Cut(os.Getenv(clientEnv), " "); ok {
		if err := runClient(network, address); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	code := m.Run()
	if code == 0 {
		if left := leaked(); left != "" {
			fmt.Fprintf(os.Stderr, "goroutines left over:\n%s\n", left)
			code = 1
		}
	}
	os.Exit(code)
}

// leaked returns the stacks of goroutines that are still in this module after they had time to end.
func leaked() string {
	var left string
	deadline := time.NewTimer(5 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if left = inModule(); left == "" {
			return ""
		}
		select {
		case <-deadline.C:
			return left
		case <-tick.C:
		}
	}
}

// inModule returns the stacks of goroutines in this module, this one excepted.
func inModule() string {
	buf := make([]byte, 1<<20)
	buf = buf[:runtime.Stack(buf, true)]
	var stacks []string
	for i, stack := range strings.Split(string(buf), "\n\n") {
		if i > 0 && strings.Contains(stack, "gosctp/sctp") {
			stacks = append(stacks, stack)
		}
	}
	return strings.Join(stacks, "\n\n")
}
