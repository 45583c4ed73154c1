package sctp_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/transport"
)

func TestSetPrimary(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		defer client.Abort("")
		defer server.Abort("")
		second := w.server.host.Addrs()[1]
		if err := client.SetPrimary(second); err != nil {
			t.Fatal(err)
		}
		if p := client.Status().Paths[0]; !p.Primary || p.Remote != second {
			t.Errorf("the primary path is %v", p.Remote)
		}
		w.net.Cut(netA, netA)
		before := w.elapsed()
		send(t, client, "over the other path", nil)
		want(t, server, "over the other path")
		if took := w.elapsed() - before; took != w.delay {
			t.Errorf("it took %v, want %v", took, w.delay)
		}
		if err := client.SetPrimary(netip.MustParseAddr("203.0.113.1")); err == nil {
			t.Error("an address that is not the peer's was taken")
		}
	})
}

func TestSendToOneAddress(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		defer client.Abort("")
		defer server.Abort("")
		w.net.Cut(netA, netA)
		before := w.elapsed()
		send(t, client, "this way", &sctp.SndInfo{To: w.server.host.Addrs()[1]})
		want(t, server, "this way")
		if took := w.elapsed() - before; took != w.delay {
			t.Errorf("it took %v, want %v", took, w.delay)
		}
	})
}

// A heartbeat finds out that a path is broken before data does.
func TestRequestHeartbeat(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.client.config.HBInterval = -1
		w.client.config.PathMaxRetrans = 1
		client, server := w.pair()
		defer client.Abort("")
		defer server.Abort("")
		time.Sleep(time.Minute)
		second := w.server.host.Addrs()[1]
		w.net.Cut(netB, netB)
		if err := client.RequestHeartbeat(second); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		if s := client.Status().Paths[1]; s.Remote != second || s.State == sctp.AddrAvailable {
			t.Errorf("the cut path is %v", s.State)
		}
		if err := client.RequestHeartbeat(netip.MustParseAddr("203.0.113.1")); err == nil {
			t.Error("an address that is not the peer's was taken")
		}
	})
}

func TestControlAfterTheEnd(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		client, server := w.pair()
		server.Abort("over")
		time.Sleep(time.Second)
		aborted(t, client.SetPrimary(w.server.host.Addrs()[0]), true, "over")
		aborted(t, client.RequestHeartbeat(w.server.host.Addrs()[0]), true, "over")
		aborted(t, client.Shutdown(t.Context()), true, "over")
		client.Close()
	})
}

// An address that the host gets later is part of the associations that are set up then.
func TestNewAddressOfTheHost(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		lc := w.server.listenConfig()
		l, err := lc.Listen(t.Context(), "sctp", ":7")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		added := netip.MustParseAddr("192.0.2.22")
		w.server.host.AddAddr(added)
		time.Sleep(time.Second)
		client, err := w.client.dialer().DialSCTP(t.Context(), "sctp", "192.0.2.2:7")
		if err != nil {
			t.Fatal(err)
		}
		if ips := client.RemoteAddr().(*sctp.Addr).IPs; !slices.Contains(ips, added) {
			t.Errorf("the peer has %v, want %v among them", ips, added)
		}
		client.Close()
	})
}

// The peer's process is replaced by another, which uses the same port: the association starts anew (RFC 9260 section 5.2.4).
func TestPeerRestarts(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		l := w.listen()
		defer l.Close()
		d := w.client.dialer()
		d.LocalAddr = sctp.MustParseAddr(":4000")
		if _, err := d.DialSCTP(t.Context(), "sctp", serverAddr); err != nil {
			t.Fatal(err)
		}
		server := w.accept(l)
		defer server.Close()

		w.client.carrier = w.client.host.Transport() // The one before is closed without a word.
		d.Carrier = w.client.carrier
		again, err := d.DialSCTP(t.Context(), "sctp", serverAddr)
		if err != nil {
			t.Fatal(err)
		}
		send(t, again, "here again", nil)
		want(t, server, "here again")
		again.Close()
		if all := kinds(notifications(t, server)); count(all, "RESTART") != 1 || count(all, "SHUTDOWN_COMP") != 1 {
			t.Errorf("the server was told %q", all)
		}
	})
}

// Messages of several large Writes do not mix, so that each arrives as a run of bytes.
func TestLargeWritesDoNotMix(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.client.config.SendBuffer = 20_000
		client, server := w.pair()
		const writers, size = 5, 50_000
		var all sync.WaitGroup
		for i := range writers {
			all.Go(func() {
				if _, err := client.Write(bytes.Repeat([]byte{byte('a' + i)}, size)); err != nil {
					t.Error(err)
				}
			})
		}
		go func() {
			all.Wait()
			client.Close()
		}()
		got, err := io.ReadAll(server)
		if err != nil || len(got) != writers*size {
			t.Fatalf("read %d bytes, %v", len(got), err)
		}
		runs := slices.CompactFunc(bytes.Split(got, nil), bytes.Equal)
		if len(runs) != writers {
			t.Errorf("%d runs of bytes, want one for each of %d writers", len(runs), writers)
		}
		server.Close()
	})
}

func TestWithoutFragmentation(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.client.config.DisableFragments = true
		client, server := w.pair()
		limit := client.Status().FragmentationPoint
		var big *sctp.MessageTooBigError
		if _, err := client.WriteMsg(make([]byte, limit+1), nil); !errors.As(err, &big) || big.Limit != limit {
			t.Errorf("a message of %d: %v", limit+1, err)
		}
		send(t, client, strings.Repeat("x", limit), nil)
		want(t, server, strings.Repeat("x", limit))
		if n, err := client.Write(make([]byte, 10*limit)); n != 10*limit || err != nil {
			t.Errorf("wrote %d, %v", n, err)
		}
		client.Close()
		if n, err := io.Copy(io.Discard, server); n != int64(10*limit) || err != nil {
			t.Errorf("read %d, %v", n, err)
		}
		server.Close()
	})
}

// counted is a carrier that counts the packets it is given.
type counted struct {
	transport.Transport
	mu   sync.Mutex
	sent int
}

func (c *counted) WriteBatch(ds []transport.Datagram) (int, error) {
	n, err := c.Transport.WriteBatch(ds)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent += n
	return n, err
}

// freeUDPPort returns a UDP port that nobody has at the moment.
func freeUDPPort(t *testing.T) uint16 {
	t.Helper()
	c, err := net.ListenUDP("udp", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).AddrPort().Port()
}

func TestWrapCarriers(t *testing.T) {
	var wrapped *counted
	sctp.WrapCarriers(func(t transport.Transport) transport.Transport {
		wrapped = &counted{Transport: t}
		return wrapped
	})
	defer sctp.WrapCarriers(nil)
	// A UDP port of its own makes sure that a carrier is opened.
	port := freeUDPPort(t)
	l, err := sctp.Listen("sctp/udp", fmt.Sprintf("127.0.0.1:0?udp=%d", port))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	d := sctp.Dialer{LocalAddr: &sctp.Addr{EncapPort: port}}
	c, err := d.DialSCTP(t.Context(), "sctp/udp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	c.Close()
	wrapped.mu.Lock()
	defer wrapped.mu.Unlock()
	if wrapped.sent < 7 { // four to set up, three to shut down
		t.Errorf("the wrapper saw %d packets", wrapped.sent)
	}
}
