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
	Links []Link
	// cable, segments and distance are the two sides of a link each. No side has addresses on two of them: a stack of several addresses would
	// find ways around the relay.
	cable, segments, distance sides
}

// sides are the namespaces of a client and of a server.
type sides struct{ client, server string }

func newSides(link string) sides {
	return sides{client: spaceName(link + "-client"), server: spaceName(link + "-server")}
}

// Open makes the namespaces and the links, all but the loopback interface of the given MTU. The relay's command is begun by relay.
// It takes root. The caller calls Close.
func Open(mtu int, relay ...string) (*Lab, error) {
	removeAbandoned()
	l := &Lab{cable: newSides("cable"), segments: newSides("segments"), distance: newSides("distance")}
	var commands strings.Builder
	for _, s := range l.sides() {
		for _, space := range []string{s.client, s.server} {
			fmt.Fprintf(&commands, `
				ip netns add %[1]s
				ip -n %[1]s link set lo up
				ip netns exec %[1]s sysctl -qw net.core.somaxconn=65535 net.ipv4.ip_local_port_range=10000\ 65535`, space)
		}
	}
	l.cable.join(&commands, vethNet, mtu)
	l.segments.join(&commands, segmentsNet, mtu)
	for _, space := range []string{l.segments.client, l.segments.server} {
		fmt.Fprintf(&commands, `
			ip netns exec %[1]s ethtool -K veth0 tso off gso off gro off`, space)
	}
	if err := runAll(commands.String()); err != nil {
		l.Close()
		return nil, err
	}
	veth := Link{Name: Veth, ServerAddr: vethNet + serverHost, MTU: mtu, client: l.cable.client, server: l.cable.server}
	segments := Link{Name: Segments, ServerAddr: segmentsNet + serverHost, MTU: mtu, client: l.segments.client, server: l.segments.server}
	loopback := Link{Name: Loopback, ServerAddr: "127.0.0.1", MTU: 65536, client: l.cable.server, server: l.cable.server}
	wan := Link{Name: WAN, ServerAddr: wanNet + serverHost, MTU: mtu, Delay: wanDelay, client: l.distance.client, server: l.distance.server, relay: relay}
	lossy, lossy1 := wan, wan
	lossy.Name, lossy.Loss = WANLossy, 0.001
	lossy1.Name, lossy1.Loss = WANLossy1, 0.01
	l.Links = []Link{veth, segments, loopback, wan, lossy, lossy1}
	return l, nil
}

// join adds the commands that lay a cable between the two sides.
func (s sides) join(commands *strings.Builder, net string, mtu int) {
	fmt.Fprintf(commands, `
		ip link add veth0 netns %[1]s mtu %[3]d type veth peer name veth0 netns %[2]s
		ip -n %[2]s link set veth0 mtu %[3]d
		ip -n %[1]s address add %[4]s dev veth0
		ip -n %[2]s address add %[5]s dev veth0
		ip -n %[1]s link set veth0 up
		ip -n %[2]s link set veth0 up`, s.client, s.server, mtu, net+clientHost+prefix, net+serverHost+prefix)
}

func (l *Lab) sides() []sides { return []sides{l.cable, l.segments, l.distance} }

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
	for _, s := range l.sides() {
		for _, name := range []string{s.client, s.server} {
			_ = exec.Command("ip", "netns", "delete", name).Run() // it may not have been made
		}
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
