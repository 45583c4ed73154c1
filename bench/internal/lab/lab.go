// Package lab runs pairs of programs in network namespaces of its own and tells how quiet the machine was meanwhile.
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

// Link is what joins the client to the server.
type Link struct {
	Name string
	// ServerAddr is where the server listens.
	ServerAddr string
	// MTU of the link, headers of IP included.
	MTU int

	client, server string // namespaces
}

// Names of the namespaces.
const (
	clientSpace = "gosctp-bench-client"
	serverSpace = "gosctp-bench-server"
)

// Open makes the namespaces and returns two links: a virtual Ethernet cable of the given MTU, and a loopback interface.
// It takes root. The caller calls Close.
func Open(mtu int) ([]Link, error) {
	Close() // what an interrupted run left
	commands := fmt.Sprintf(`
		ip netns add %[1]s
		ip netns add %[2]s
		ip link add veth0 netns %[1]s mtu %[3]d type veth peer name veth0 netns %[2]s
		ip -n %[2]s link set veth0 mtu %[3]d
		ip -n %[1]s address add 198.18.0.1/24 dev veth0
		ip -n %[2]s address add 198.18.0.2/24 dev veth0
		ip -n %[1]s link set veth0 up
		ip -n %[2]s link set veth0 up
		ip -n %[1]s link set lo up
		ip -n %[2]s link set lo up`, clientSpace, serverSpace, mtu)
	for line := range strings.Lines(strings.TrimSpace(commands)) {
		args := strings.Fields(line)
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			Close()
			return nil, fmt.Errorf("%s: %w: %s", strings.Join(args, " "), err, bytes.TrimSpace(out))
		}
	}
	return []Link{
		{Name: "veth", ServerAddr: "198.18.0.2", MTU: mtu, client: clientSpace, server: serverSpace},
		{Name: "loopback", ServerAddr: "127.0.0.1", MTU: 65536, client: serverSpace, server: serverSpace},
	}, nil
}

// Close removes the namespaces.
func Close() {
	for _, name := range []string{clientSpace, serverSpace} {
		_ = exec.Command("ip", "netns", "delete", name).Run() // there may be none
	}
}

// Run starts the server's command, waits until it says "ready", starts the client's, and returns the line that the side
// which measures prints: the server if serverMeasures. Then it ends both.
func (l Link) Run(ctx context.Context, server, client []string, serverMeasures bool) (string, Quiet, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	watch := watchMachine()

	s, err := start(ctx, l.server, server)
	if err != nil {
		return "", Quiet{}, err
	}
	c := &process{}
	line, err := s.line()
	if err == nil && line != "ready" {
		err = fmt.Errorf("server says %q instead of ready", line)
	}
	if err == nil {
		if c, err = start(ctx, l.client, client); err == nil {
			measuring := c
			if serverMeasures {
				measuring = s
			}
			line, err = measuring.line()
		}
	}
	cancel() // kills what still runs
	used := s.wait() + c.wait()
	if err != nil {
		return "", Quiet{}, errors.Join(err, s.complaint("server"), c.complaint("client"))
	}
	return line, watch.end(used), nil
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
