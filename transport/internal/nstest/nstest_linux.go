// Package nstest gives tests network namespaces of their own, joined by veth pairs: hosts and routers inside one process.
package nstest

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/internal/require"
)

// Namespace is a network namespace, entered by one thread that lives until the test ends. Sockets opened there stay there,
// whoever uses them.
type Namespace struct {
	tid  int
	jobs chan func()
}

// New makes a namespace in which the loopback device is up. The test is skipped unless that is permitted.
func New(t testing.TB) *Namespace {
	t.Helper()
	require.Root(t)
	require.Tool(t, "ip")
	ns := &Namespace{jobs: make(chan func())}
	started := make(chan error)
	var wg sync.WaitGroup
	wg.Go(func() { ns.run(started) })
	if err := <-started; err != nil {
		wg.Wait()
		require.That(t, false, fmt.Sprintf("netns (making one says: %v)", err))
	}
	t.Cleanup(func() {
		close(ns.jobs)
		wg.Wait()
	})
	ns.IP(t, "link set lo up")
	return ns
}

// run never unlocks its thread: the runtime ends a thread that may be in any state when its goroutine ends.
func (ns *Namespace) run(started chan<- error) {
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		started <- err
		return
	}
	ns.tid = unix.Gettid()
	started <- nil
	for job := range ns.jobs {
		job()
	}
}

// Do runs f in the namespace. It must not be called from within f, and f must not end the test.
func (ns *Namespace) Do(f func()) {
	done := make(chan struct{})
	ns.jobs <- func() {
		defer close(done)
		f()
	}
	<-done
}

// IP runs the command ip with arguments separated by spaces.
func (ns *Namespace) IP(t testing.TB, args string) {
	t.Helper()
	ns.Run(t, "ip", strings.Fields(args)...)
}

// Run runs a command in the namespace, and returns its output.
func (ns *Namespace) Run(t testing.TB, name string, args ...string) string {
	t.Helper()
	var out []byte
	var err error
	ns.Do(func() { out, err = exec.Command(name, args...).CombinedOutput() })
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// Sysctl sets a setting of the namespace's network, such as net/ipv4/ip_forward. The files under /proc/sys/net are those of
// the namespace of the thread that opens them.
func (ns *Namespace) Sysctl(t testing.TB, setting, value string) {
	t.Helper()
	var err error
	ns.Do(func() { err = os.WriteFile("/proc/sys/"+setting, []byte(value), 0) })
	if err != nil {
		t.Fatalf("setting %s: %v", setting, err)
	}
}

// Join makes a veth pair: a device called name in each of two namespaces, with an IPv4 and an IPv6 prefix each.
func Join(t testing.TB, name string, mtu int, a *Namespace, aAddrs []string, b *Namespace, bAddrs []string) {
	t.Helper()
	a.IP(t, "link add "+name+" mtu "+strconv.Itoa(mtu)+" type veth peer name "+name+" mtu "+strconv.Itoa(mtu)+" netns "+strconv.Itoa(b.tid))
	for _, end := range []struct {
		ns    *Namespace
		addrs []string
	}{{a, aAddrs}, {b, bAddrs}} {
		for _, addr := range end.addrs {
			nodad := ""
			if strings.Contains(addr, ":") {
				nodad = " nodad"
			}
			end.ns.IP(t, "addr add "+addr+" dev "+name+nodad)
		}
		end.ns.IP(t, "link set "+name+" up")
	}
}
