// Package carriertest helps the tests of carriers: it reads a carrier's queues, and finds goroutines left behind.
package carriertest

import (
	"bytes"
	"fmt"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gosctp/sctp/transport"
)

// patience is how long a test waits for what has to happen; it is for failing tests only.
const patience = 10 * time.Second

// Reader reads all queues of a carrier, each with a goroutine, until the test ends.
type Reader struct {
	Transport transport.Transport
	arrived   chan transport.Datagram
	errs      chan error
}

// Read starts to read t, and has it closed at the end of the test.
func Read(tb testing.TB, t transport.Transport) *Reader {
	tb.Helper()
	// The channel has room for more than a test sends, so that no reader waits for a test that has failed.
	r := &Reader{Transport: t, arrived: make(chan transport.Datagram, 1<<14), errs: make(chan error, t.Queues())}
	var wg sync.WaitGroup
	for q := range t.Queues() {
		wg.Go(func() { r.errs <- r.run(q) })
	}
	tb.Cleanup(func() {
		t.Close()
		wg.Wait()
	})
	return r
}

func (r *Reader) run(queue int) error {
	ds := make([]transport.Datagram, 64)
	for {
		n, err := r.Transport.ReadBatch(queue, ds)
		for _, d := range ds[:n] {
			d.Data = bytes.Clone(d.Data)
			r.arrived <- d
		}
		if err != nil {
			return err
		}
	}
}

// Next returns the next Datagram that arrives.
func (r *Reader) Next(tb testing.TB) transport.Datagram {
	tb.Helper()
	select {
	case d := <-r.arrived:
		return d
	case <-time.After(patience):
		tb.Fatal("nothing arrived")
		return transport.Datagram{}
	}
}

// Err returns the error that a queue's reader ended with.
func (r *Reader) Err(tb testing.TB) error {
	tb.Helper()
	select {
	case err := <-r.errs:
		return err
	case <-time.After(patience):
		tb.Fatal("ReadBatch did not return")
		return nil
	}
}

// Idle fails the test if something has arrived that nobody asked for.
func (r *Reader) Idle(tb testing.TB) {
	tb.Helper()
	select {
	case d := <-r.arrived:
		tb.Fatalf("unexpected: %s", String(d))
	default:
	}
}

// Write sends ds, waiting as often as the carrier is full.
func Write(tb testing.TB, t transport.Transport, ds ...transport.Datagram) {
	tb.Helper()
	for len(ds) > 0 {
		n, err := t.WriteBatch(ds)
		if err != nil {
			tb.Fatalf("WriteBatch: %v", err)
		}
		if ds = ds[n:]; len(ds) > 0 {
			if err := t.WaitWritable(); err != nil {
				tb.Fatalf("WaitWritable: %v", err)
			}
		}
	}
}

// Want fails the test unless got is want.
func Want(tb testing.TB, why string, got, want transport.Datagram) {
	tb.Helper()
	same := got.Path == want.Path && got.Kind == want.Kind && got.ECN == want.ECN && got.MTU == want.MTU &&
		bytes.Equal(got.Data, want.Data)
	if !same {
		tb.Fatalf("%s:\n got %s\nwant %s", why, String(got), String(want))
	}
}

// String describes a Datagram in one line.
func String(d transport.Datagram) string {
	data := fmt.Sprintf("%x", d.Data[:min(len(d.Data), 16)])
	return fmt.Sprintf("kind %d, %s -> %s port %d, ecn %d, mtu %d, %d bytes %s", d.Kind, d.Path.Local, d.Path.Remote,
		d.Path.EncapPort, d.ECN, d.MTU, len(d.Data), data)
}

// Packet returns size bytes that look like the SCTP packet number n between two ports: enough for a carrier, which looks no
// further than that.
func Packet(src, dst uint16, n, size int) []byte {
	b := make([]byte, max(size, 12))
	b[0], b[1], b[2], b[3] = byte(src>>8), byte(src), byte(dst>>8), byte(dst)
	b[4], b[5], b[6], b[7] = byte(n>>24), byte(n>>16), byte(n>>8), byte(n)
	for i := 12; i < len(b); i++ {
		b[i] = byte(i * n)
	}
	return b
}

// Loopback are the loopback addresses by name of their family, for table tests.
var Loopback = map[string]netip.Addr{
	"IPv4": netip.AddrFrom4([4]byte{127, 0, 0, 1}),
	"IPv6": netip.IPv6Loopback(),
}

// Main runs the tests of a package, and fails if they leave goroutines of this module behind.
func Main(m *testing.M) {
	status := m.Run()
	if left := leftovers(); status == 0 && len(left) > 0 {
		fmt.Fprintf(os.Stderr, "goroutines left behind:\n%s\n", strings.Join(left, "\n\n"))
		status = 1
	}
	os.Exit(status)
}

// leftovers returns the stacks of goroutines of this module but the caller's. Goroutines that are on their way out get the
// time for it.
func leftovers() []string {
	var left []string
	for deadline := time.Now().Add(time.Second); time.Now().Before(deadline); runtime.Gosched() {
		buf := make([]byte, 1<<20)
		stacks := strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n")
		left = slices.DeleteFunc(stacks[1:], func(s string) bool { return !strings.Contains(s, "gosctp/sctp/") })
		if len(left) == 0 {
			return nil
		}
	}
	return left
}
