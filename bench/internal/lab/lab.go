// Package lab runs pairs of programs in network namespaces of its own and tells how quiet the machine was meanwhile.
package lab

import (
	"bytes"
	"fmt"
	"os"
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

// Lab has the links of a run. Several may be open at a time.
type Lab struct {
	Links          []Link
	client, server string
}

// Open makes the namespaces and two links: a virtual Ethernet cable of the given MTU, and a loopback interface.
// It takes root. The caller calls Close.
func Open(mtu int) (*Lab, error) {
	removeAbandoned()
	l := &Lab{client: spaceName("client"), server: spaceName("server")}
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
		ip -n %[2]s link set lo up
		ip netns exec %[1]s sysctl -qw net.core.somaxconn=65535 net.ipv4.ip_local_port_range=10000\ 65535
		ip netns exec %[2]s sysctl -qw net.core.somaxconn=65535 net.ipv4.ip_local_port_range=10000\ 65535`, l.client, l.server, mtu)
	if err := runAll(commands); err != nil {
		l.Close()
		return nil, err
	}
	l.Links = []Link{
		{Name: "veth", ServerAddr: "198.18.0.2", MTU: mtu, client: l.client, server: l.server},
		{Name: "loopback", ServerAddr: "127.0.0.1", MTU: 65536, client: l.server, server: l.server},
	}
	return l, nil
}

// Close removes the namespaces.
func (l *Lab) Close() {
	for _, name := range []string{l.client, l.server} {
		_ = exec.Command("ip", "netns", "delete", name).Run() // it may not have been made
	}
}

// runAll runs commands, a line each; a space after a backslash is part of a word.
func runAll(commands string) error {
	for line := range strings.Lines(strings.TrimSpace(commands)) {
		args := strings.Fields(strings.ReplaceAll(line, `\ `, "\x00"))
		for i := range args {
			args[i] = strings.ReplaceAll(args[i], "\x00", " ")
		}
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", strings.Join(args, " "), err, bytes.TrimSpace(out))
		}
	}
	return nil
}

// spacePrefix begins the names of all namespaces of this package; the id of the process that made them follows.
const spacePrefix = "gosctp-bench-"

func spaceName(role string) string { return fmt.Sprintf("%s%d-%s", spacePrefix, os.Getpid(), role) }

// removeAbandoned removes the namespaces of runs that were killed.
func removeAbandoned() {
	out, err := exec.Command("ip", "netns", "list").Output()
	if err != nil {
		return // Open will say why
	}
	for line := range strings.Lines(string(out)) {
		name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		var owner int
		if n, _ := fmt.Sscanf(name, spacePrefix+"%d-", &owner); n != 1 {
			continue
		}
		if _, err := os.Stat(fmt.Sprintf("/proc/%d", owner)); os.IsNotExist(err) {
			_ = exec.Command("ip", "netns", "delete", name).Run() // another run may have been first
		}
	}
}
