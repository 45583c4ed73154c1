package sctp_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gosctp/sctp"
)

// Real sockets on loopback. Ports are any free ones, so that several runs do not meet.

// listenUDP listens on loopback, inside UDP.
func listenUDP(t testing.TB, network, address string) *sctp.Listener {
	t.Helper()
	l, err := sctp.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// pairUDP sets up an association over UDP on loopback.
func pairUDP(t testing.TB, config sctp.Config) (client, server *sctp.Conn) {
	t.Helper()
	lc := sctp.ListenConfig{Config: config}
	l, err := lc.Listen(t.Context(), "sctp/udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	d := sctp.Dialer{Config: config, Timeout: 10 * time.Second}
	client, err = d.DialSCTP(t.Context(), "sctp/udp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server, err = l.AcceptSCTP()
	if err != nil {
		t.Fatal(err)
	}
	return client, server
}

func TestOverUDP(t *testing.T) {
	for _, c := range []struct{ network, address string }{
		{"sctp/udp", "127.0.0.1:0"},
		{"sctp/udp4", "127.0.0.1/127.0.0.2:0"},
		{"sctp/udp6", "[::1]:0"},
		{"sctp/udp", ":0"},
	} {
		t.Run(c.network+" "+c.address, func(t *testing.T) {
			l := listenUDP(t, c.network, c.address)
			client, err := sctp.Dial(c.network, l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			server, err := l.AcceptSCTP()
			if err != nil {
				t.Fatal(err)
			}
			for i := range 100 {
				m := strings.Repeat(fmt.Sprint(i, " "), 1+i*i)
				send(t, client, m, &sctp.SndInfo{Stream: uint16(i % 10)})
				want(t, server, m)
				send(t, server, m, &sctp.SndInfo{Stream: 3, Unordered: true})
				want(t, client, m)
			}
			if err := client.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
			wantEOF(t, server)
			client.Close()
			server.Close()
		})
	}
}

func TestBulkOverUDP(t *testing.T) {
	client, server := pairUDP(t, sctp.Config{})
	const size = 64 << 20
	var wg sync.WaitGroup
	for _, c := range []*sctp.Conn{client, server} {
		wg.Go(func() {
			p := make([]byte, 100_000)
			for left := size; left > 0; left -= len(p) {
				p = p[:min(len(p), left)]
				if _, err := c.Write(p); err != nil {
					t.Error(err)
					return
				}
			}
		})
		wg.Go(func() {
			if n, err := io.Copy(io.Discard, io.LimitReader(c, size)); n != size || err != nil {
				t.Errorf("read %d of %d bytes, %v", n, size, err)
			}
		})
	}
	wg.Wait()
	client.Close()
	wantEOF(t, server)
	server.Close()
}

func TestNobodyListensOverUDP(t *testing.T) {
	l := listenUDP(t, "sctp/udp", "127.0.0.1:0")
	addr := *l.Addr().(*sctp.Addr)
	addr.Port--
	_, err := sctp.Dial("sctp/udp", addr.String())
	if err == nil || !strings.Contains(err.Error(), "refused") || !strings.Contains(err.Error(), addr.String()) {
		t.Errorf("got %v, want a refusal that names the peer", err)
	}
}

// The reading side closes its UDP port with its last user: an ICMP report ends the set-up (RFC 9260 section 10).
func TestNobodyHasTheUDPPort(t *testing.T) {
	d := sctp.Dialer{Timeout: 10 * time.Second}
	_, err := d.DialSCTP(t.Context(), "sctp/udp", "127.0.0.1:7?udp=9")
	if !errors.Is(err, sctp.ErrUnreachable) {
		t.Errorf("got %v, want ErrUnreachable", err)
	}
}

func TestPortInUseOverUDP(t *testing.T) {
	l := listenUDP(t, "sctp/udp", "127.0.0.1:0")
	_, err := sctp.Listen("sctp/udp", l.Addr().String())
	if !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("the same port: %v", err)
	}
	listenUDP(t, "sctp/udp", strings.Replace(l.Addr().String(), "127.0.0.1", "127.0.0.2", 1))
}

func TestForeignAddressCannotBeBound(t *testing.T) {
	_, err := sctp.Listen("sctp/udp", "203.0.113.7:7")
	if !errors.Is(err, syscall.EADDRNOTAVAIL) {
		t.Errorf("got %v", err)
	}
}

// Whoever names the UDP port that this process has anyway gets the same carrier.
func TestUDPPortOfChoice(t *testing.T) {
	l := listenUDP(t, "sctp/udp", "127.0.0.1:0")
	port := l.Addr().(*sctp.Addr).EncapPort
	if port == 0 {
		t.Fatal("no UDP port")
	}
	second := listenUDP(t, "sctp/udp", fmt.Sprintf("127.0.0.1:0?udp=%d", port))
	if got := second.Addr().(*sctp.Addr).EncapPort; got != port {
		t.Errorf("the UDP port is %d, want %d", got, port)
	}
}
