// Package lab runs pairs of programs in network namespaces of its own and tells how quiet the machine was meanwhile.
package lab

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Link is what joins the client to the server.
type Link struct {
	Name string
	// ServerAddr is where the server listens.
	ServerAddr string
	// MTU of the link, headers of IP included.
	MTU int
	// Delay and Loss are each way's, where a relay is between the two.
	Delay time.Duration
	Loss  float64

	client, server string // namespaces
	relay          []string
}

// Names of links.
const (
	Veth     = "veth"
	Segments = "veth without offload" // TCP's segments are packets
	Loopback = "loopback"
	// WAN has a delay of 10 ms each way; WANLossy lose a packet of a thousand, or of a hundred, besides.
	WAN       = "20 ms"
	WANLossy  = "20 ms, 0.1 %"
	WANLossy1 = "20 ms, 1 %"
)

// wanDelay is each way's.
const wanDelay = 10 * time.Millisecond

// Addresses of the veth, the one without offload, and the relay.
const (
	vethNet, segmentsNet, wanNet = "198.18.0.", "198.18.1.", "198.18.2."
	clientHost, serverHost       = "1", "2"
	prefix                       = "/24"
)

// Lab has the links of a run. Several may be open at a time.
type Lab struct {
	Links          []Link
	client, server string
}

// Open makes the namespaces and the links, all but the loopback interface of the given MTU. The relay's command is begun by relay.
// It takes root. The caller calls Close.
func Open(mtu int, relay ...string) (*Lab, error) {
	removeAbandoned()
	l := &Lab{client: spaceName("client"), server: spaceName("server")}
	commands := fmt.Sprintf(`
		ip netns add %[1]s
		ip netns add %[2]s
		ip -n %[1]s link set lo up
		ip -n %[2]s link set lo up`, l.client, l.server)
	for _, cable := range [][2]string{{"veth0", vethNet}, {"veth1", segmentsNet}} {
		commands += fmt.Sprintf(`
			ip link add %[4]s netns %[1]s mtu %[3]d type veth peer name %[4]s netns %[2]s
			ip -n %[2]s link set %[4]s mtu %[3]d
			ip -n %[1]s address add %[5]s dev %[4]s
			ip -n %[2]s address add %[6]s dev %[4]s
			ip -n %[1]s link set %[4]s up
			ip -n %[2]s link set %[4]s up`, l.client, l.server, mtu, cable[0], cable[1]+clientHost+prefix, cable[1]+serverHost+prefix)
	}
	for _, space := range []string{l.client, l.server} {
		commands += fmt.Sprintf(`
			ip netns exec %[1]s ethtool -K veth1 tso off gso off gro off
			ip netns exec %[1]s sysctl -qw net.core.somaxconn=65535 net.ipv4.ip_local_port_range=10000\ 65535`, space)
	}
	if err := runAll(commands); err != nil {
		l.Close()
		return nil, err
	}
	veth := Link{Name: Veth, ServerAddr: vethNet + serverHost, MTU: mtu, client: l.client, server: l.server}
	segments, wan := veth, veth
	segments.Name, segments.ServerAddr = Segments, segmentsNet+serverHost
	loopback := Link{Name: Loopback, ServerAddr: "127.0.0.1", MTU: 65536, client: l.server, server: l.server}
	wan.Name, wan.ServerAddr, wan.Delay, wan.relay = WAN, wanNet+serverHost, wanDelay, relay
	lossy, lossy1 := wan, wan
	lossy.Name, lossy.Loss = WANLossy, 0.001
	lossy1.Name, lossy1.Loss = WANLossy1, 0.01
	l.Links = []Link{veth, segments, loopback, wan, lossy, lossy1}
	return l, nil
}

// Link returns the link of that name.
func (l *Lab) Link(name string) Link {
	for _, link := range l.Links {
		if link.Name == name {
			return link
		}
	}
	panic("no link " + name)
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
