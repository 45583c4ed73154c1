//go:build linux

package interop

import (
	"context"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/gosctp/sctp/interop/judge"
	"github.com/gosctp/sctp/interop/kernel"
	"github.com/gosctp/sctp/interop/lab"
)

// host is one side of a pair: a place with an address of each family on each link, and the peer that runs there.
type host struct {
	name  string
	addrs map[family][kernel.Paths]string
	// start starts the peer with these arguments.
	start func(ctx context.Context, args ...string) (*lab.Process, error)
}

// pair is two hosts with several links between them.
type pair struct {
	a, b *host
	// routers are in the middle of each link, nil if there are none.
	routers []*lab.Namespace
	// namespace has one end of each link; it is where links are cut and captures are taken.
	namespace *lab.Namespace
}

// family is the IP version.
type family string

const (
	v4 family = "IPv4"
	v6 family = "IPv6"
	// mixed is IPv4 and IPv6 in one association, each path being of another version than the one before it.
	mixed family = "IPv4 and IPv6"
)

// carrier is how SCTP packets travel: the peers' argument net.
type carrier string

const (
	rawIP carrier = "ip"
	inUDP carrier = "udp"
	// piped is a connected UDP socket at each end, which looks like inUDP on the way.
	piped carrier = "pipe"
)

// The addresses of the two ends of a pair of links.
var (
	nearAddrs = families(kernel.HostV4, kernel.HostV6)
	farAddrs  = families(kernel.GuestV4, kernel.GuestV6)
)

// families are the addresses of a host by what an association has of them.
func families(four, six [kernel.Paths]string) map[family][kernel.Paths]string {
	both := four
	for path := 1; path < len(both); path += 2 {
		both[path] = six[path]
	}
	return map[family][kernel.Paths]string{v4: four, v6: six, mixed: both}
}

// withKernel is a pair of a program of ours to build and the Linux kernel.
func withKernel(t *testing.T, name string, build func() (string, error)) *pair {
	t.Helper()
	m := bootedMachine(t)
	return &pair{
		a: programHost(t, name, build, m.Namespace, nearAddrs),
		b: &host{name: "linux", addrs: farAddrs, start: func(ctx context.Context, args ...string) (*lab.Process, error) {
			return m.Start(ctx, append([]string{"peer-kernel"}, args...)...)
		}},
		namespace: m.Namespace,
	}
}

// withUsrsctp is a pair of a program to build and usrsctp, in two namespaces.
func withUsrsctp(t *testing.T, name string, build func() (string, error)) *pair {
	t.Helper()
	near, far := twoNamespaces(t)
	return &pair{
		a:         programHost(t, name, build, near, nearAddrs),
		b:         programHost(t, "usrsctp", usrsctpPeer, far, farAddrs),
		namespace: near,
	}
}

// withPion is a pair of a program to build and pion/sctp, in two namespaces.
func withPion(t *testing.T, name string, build func() (string, error)) *pair {
	t.Helper()
	near, far := twoNamespaces(t)
	return &pair{
		a:         programHost(t, name, build, near, nearAddrs),
		b:         programHost(t, "pion", pionPeer, far, farAddrs),
		namespace: near,
	}
}

// programHost is a host whose peer is a program that runs in a namespace.
func programHost(t *testing.T, name string, build func() (string, error), n *lab.Namespace, addrs map[family][kernel.Paths]string) *host {
	t.Helper()
	return software{name: name, build: build}.on(t, n, addrs)
}

// twoNamespaces makes two namespaces with links, named and addressed like those of the emulated machine.
func twoNamespaces(t *testing.T) (near, far *lab.Namespace) {
	t.Helper()
	near, far = newNamespace(t), newNamespace(t)
	for path := range kernel.Paths {
		if err := lab.Connect(kernel.Link(path), near, prefixed(nearAddrs, path), far, prefixed(farAddrs, path)); err != nil {
			t.Fatal(err)
		}
	}
	return near, far
}

// newNamespace makes a namespace that lasts as long as the test.
func newNamespace(t *testing.T) *lab.Namespace {
	t.Helper()
	n, err := lab.NewNamespace()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { n.Close() })
	return n
}

// recording is a capture that has ended.
type recording struct {
	file    string
	verdict *judge.Verdict // nil if the test has failed
}

// judged captures what passes in a namespace until stop is called or the test ends. tshark then has to find nothing wrong, but
// for what is tolerated, and all packets have to be of this carrier and family. The file lasts as long as the test.
func judged(t *testing.T, n *lab.Namespace, c carrier, f family, tolerated ...func(judge.Fault) bool) (stop func() recording) {
	t.Helper()
	earlier := firstPort + int(nextPort.Load())
	end := captured(t, n)
	stop = sync.OnceValue(func() recording {
		r := end()
		if r.verdict != nil {
			for _, ok := range tolerated {
				r.verdict.Faults = slices.DeleteFunc(r.verdict.Faults, ok)
			}
			pronounce(t, r.verdict, c, f, earlier)
		}
		return r
	})
	t.Cleanup(func() { stop() })
	return stop
}

// captured captures what passes in a namespace until stop is called. The file lasts as long as the test.
func captured(t *testing.T, n *lab.Namespace) (stop func() recording) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), scenarioTime)
	defer cancel()
	waitIdle(t, ctx)
	file := filepath.Join(t.ArtifactDir(), "capture.pcap")
	capture, err := n.Capture(bench.ctx, ctx, file, kernel.CaptureFilter)
	if err != nil {
		t.Fatal(err)
	}
	return sync.OnceValue(func() recording {
		ctx, cancel := context.WithTimeout(bench.ctx, judgeTime)
		defer cancel()
		if err := capture.Close(ctx); err != nil {
			t.Error(err)
			return recording{file: file}
		}
		verdict, err := judge.Read(ctx, file)
		if err != nil {
			t.Error(err)
		}
		return recording{file, verdict}
	})
}

// waitIdle waits until the emulated machine, if there is one, has no association of an earlier test left. Programs are gone when their
// test ends, but the kernel goes on until its last packet is answered.
func waitIdle(t *testing.T, ctx context.Context) {
	t.Helper()
	if machine.booted == nil {
		return
	}
	if err := machine.booted.WaitIdle(ctx); err != nil {
		t.Fatal(err)
	}
}

// maxFaults is how many faults of a capture are worth reading.
const maxFaults = 20

// pronounce makes errors of what the judge found. Associations with ports up to earlier may have had a last word.
func pronounce(t *testing.T, v *judge.Verdict, c carrier, f family, earlier int) {
	t.Helper()
	var others int
	for _, p := range v.Packets {
		if slices.ContainsFunc(p.Ports[:], func(port int) bool { return firstPort < port && port <= earlier }) {
			continue
		}
		if p.InUDP != (c != rawIP) || f != mixed && p.IPv6 != (f == v6) {
			others++
		}
	}
	if len(v.Packets) == 0 || others > 0 {
		t.Errorf("%d packets, %d of them not as %s over %s", len(v.Packets), others, c, f)
	}
	for _, fault := range v.Faults[:min(len(v.Faults), maxFaults)] {
		t.Errorf("tshark: %v", fault)
	}
	t.Logf("tshark: %d packets, %d faults", len(v.Packets), len(v.Faults))
}
