//go:build linux

package interop

import (
	"context"
	"slices"
	"testing"

	"github.com/gosctp/sctp/interop/kernel"
	"github.com/gosctp/sctp/interop/lab"
)

// software is what runs on a host.
type software struct {
	name  string
	build func() (string, error)
	// under is the command that runs the program, if it is not run by itself.
	under func(args []string) ([]string, error)
}

var (
	gosctp  = software{name: "gosctp", build: ourPeer}
	usrsctp = software{name: "usrsctp", build: usrsctpPeer}
	// sockets is the kernel's peer, unmodified, on our sockets.
	sockets = software{name: "sockets", build: kernelPeer, under: onSockets}
)

// on is a host in a namespace with this software.
func (s software) on(t *testing.T, n *lab.Namespace, addrs map[family][kernel.Paths]string) *host {
	t.Helper()
	program, err := s.build()
	if err != nil {
		t.Fatal(err)
	}
	return &host{name: s.name, addrs: addrs, start: func(ctx context.Context, args ...string) (*lab.Process, error) {
		var command []string
		if s.under != nil {
			if command, err = s.under(args); err != nil {
				return nil, err
			}
		}
		return lab.Start(s.name+"'s peer", n.Command(ctx, slices.Concat(command, []string{program}, args)...))
	}}
}

// onSockets is sctp run with what there is of RFC 8899 turned on: our sockets begin as the kernel's do, without.
func onSockets(args []string) ([]string, error) {
	command, err := sctpCommand()
	if err != nil {
		return nil, err
	}
	run := []string{command, "run", "--sysctl", "net.sctp.plpmtud_probe_interval=5000"}
	if slices.Contains(args, "asconf=1") {
		run = append(run, "--sysctl", "net.sctp.auth_enable=1", "--sysctl", "net.sctp.addip_enable=1")
	}
	if slices.Contains(args, "net="+string(inUDP)) {
		run = append(run, "--udp")
	}
	return run, nil
}

// kernelSetting has the booted kernel begin with a value of net.sctp, and afterwards with the old one again.
func kernelSetting(t *testing.T, name, value, old string) {
	t.Helper()
	set := func(value string) {
		ctx, cancel := context.WithTimeout(bench.ctx, scenarioTime)
		defer cancel()
		p, err := bootedMachine(t).Start(ctx, "sysctl", "-w", "net.sctp."+name+"="+value)
		if err != nil {
			t.Fatal(err)
		}
		defer p.Stop()
		if _, err := p.Expect(ctx, "net.sctp."+name+" = "+value); err != nil {
			t.Fatal(err)
		}
	}
	set(value)
	t.Cleanup(func() { set(old) })
}

// pairOf is a pair of two programs in two namespaces.
func pairOf(t *testing.T, near, far software) *pair {
	t.Helper()
	here, there := twoNamespaces(t)
	return &pair{
		a:         near.on(t, here, nearAddrs),
		b:         far.on(t, there, farAddrs),
		namespace: here,
	}
}

// routedPairOf is the same with routers between the two.
func routedPairOf(t *testing.T, near, far software) *pair {
	t.Helper()
	here, there, routers := routedNamespaces(t)
	return &pair{
		a:         near.on(t, here, nearAddrs),
		b:         far.on(t, there, routedAddrs),
		namespace: here,
		routers:   routers,
	}
}
