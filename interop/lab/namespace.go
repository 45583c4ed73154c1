//go:build linux

package lab

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

// namePrefix starts the name of every namespace; the process id of its owner follows.
const namePrefix = "gosctp-"

// Namespace is a network namespace of its own, with loopback up.
type Namespace struct {
	Name string
}

var serial atomic.Int32

// NewNamespace makes a namespace. The caller closes it.
func NewNamespace() (*Namespace, error) {
	n := &Namespace{Name: fmt.Sprintf("%s%d-%d", namePrefix, os.Getpid(), serial.Add(1))}
	if err := ip("netns", "add", n.Name); err != nil {
		return nil, err
	}
	// Duplicate address detection would hold every IPv6 address back for a second.
	for _, scope := range []string{"all", "default"} {
		if err := n.run("sysctl", "-qw", "net.ipv6.conf."+scope+".accept_dad=0", "net.ipv6.conf."+scope+".dad_transmits=0"); err != nil {
			n.Close()
			return nil, err
		}
	}
	if err := n.IP("link", "set", "lo", "up"); err != nil {
		n.Close()
		return nil, err
	}
	return n, nil
}

// Close removes the namespace and the links in it. Processes in it have to be stopped before.
func (n *Namespace) Close() error { return ip("netns", "del", n.Name) }

// Command prepares a program that runs inside the namespace and dies with this process or with ctx.
func (n *Namespace) Command(ctx context.Context, args ...string) *exec.Cmd {
	return command(ctx, append([]string{"ip", "netns", "exec", n.Name}, args...)...)
}

// IP runs the ip command on the namespace.
func (n *Namespace) IP(args ...string) error { return ip(append([]string{"-n", n.Name}, args...)...) }

// run runs a program inside the namespace to its end.
func (n *Namespace) run(args ...string) error {
	return run(append([]string{"ip", "netns", "exec", n.Name}, args...)...)
}

// Forward makes the namespace a router.
func (n *Namespace) Forward() error {
	return n.run("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1")
}

// AddTap makes a tap device that carries the host's addresses (with prefix length) of a link to an emulated machine.
func (n *Namespace) AddTap(name string, addrs ...string) error {
	if err := n.IP("tuntap", "add", name, "mode", "tap"); err != nil {
		return err
	}
	return n.configure(name, addrs)
}

// Connect joins two namespaces by a link that has this name in both.
func Connect(name string, a *Namespace, addrsA []string, b *Namespace, addrsB []string) error {
	if err := ip("-n", a.Name, "link", "add", name, "type", "veth", "peer", "name", name, "netns", b.Name); err != nil {
		return err
	}
	if err := a.configure(name, addrsA); err != nil {
		return err
	}
	return b.configure(name, addrsB)
}

// Route sends packets to an address by way of a router.
func (n *Namespace) Route(addr, router string) error {
	return n.IP("route", "add", addr, "via", router)
}

// Up brings a link of the namespace up.
func (n *Namespace) Up(link string) error { return n.IP("link", "set", link, "up") }

// Down takes a link of the namespace down; its addresses stay.
func (n *Namespace) Down(link string) error { return n.IP("link", "set", link, "down") }

// configure gives a link its addresses and brings it up. Offloads are switched off, so that a capture shows what would
// be on a wire: packets of the link's size with their checksums filled in.
func (n *Namespace) configure(link string, addrs []string) error {
	if err := n.run("ethtool", "-K", link, "tx", "off", "gso", "off", "gro", "off", "tx-udp-segmentation", "off"); err != nil {
		return err
	}
	if err := n.run("sysctl", "-qw", "net.ipv6.conf."+link+".keep_addr_on_down=1"); err != nil {
		return err
	}
	for _, addr := range addrs {
		args := []string{"addr", "add", addr, "dev", link}
		if strings.Contains(addr, ":") {
			args = append(args, "nodad")
		}
		if err := n.IP(args...); err != nil {
			return err
		}
	}
	return n.Up(link)
}

// Sweep removes the namespaces of test processes that no longer exist.
func Sweep() error {
	out, err := exec.Command("ip", "netns", "list").Output()
	if err != nil {
		return fmt.Errorf("ip netns list: %w", err)
	}
	for line := range strings.Lines(string(out)) {
		name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		owner, _, _ := strings.Cut(strings.TrimPrefix(name, namePrefix), "-")
		pid, err := strconv.Atoi(owner)
		if err != nil || !strings.HasPrefix(name, namePrefix) || syscall.Kill(pid, 0) != syscall.ESRCH {
			continue
		}
		if err := ip("netns", "del", name); err != nil {
			return err
		}
	}
	return nil
}

func ip(args ...string) error { return run(append([]string{"ip"}, args...)...) }

func run(args ...string) error {
	if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}

// command is exec.CommandContext for a child that leads a process group of its own, so that it is killed with its children,
// and that does not outlive this process.
func command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	return cmd
}
