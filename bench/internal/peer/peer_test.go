package peer

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gosctp/sctp/bench/internal/skeleton"
)

// freeAddr is an address that nobody else has a socket on: any of 127.0.0.0/8 but the one that all programs use.
func freeAddr() string {
	return fmt.Sprintf("127.%d.%d.%d:5000", 1+rand.N(250), rand.N(250), 1+rand.N(250))
}

// connect returns two ends of a connection; the server's comes when it is there.
func connect(t *testing.T, name string, o Options) (client Conn, server <-chan Conn) {
	t.Helper()
	addr := freeAddr()
	serverName := name
	if name == "pion" {
		serverName = "pion-listener"
	}
	at, err := New(serverName, o)
	if err != nil {
		t.Fatal(err)
	}
	l, err := at.Listen(addr)
	if err != nil {
		t.Fatal(err)
	}
	accepted := make(chan Conn, 1)
	go func() {
		if c, err := l.Accept(); err == nil {
			accepted <- c
		}
	}()
	p, err := New(name, o)
	if err != nil {
		t.Fatal(err)
	}
	if client, err = p.Dial(addr); err != nil {
		t.Fatal(err)
	}
	return client, accepted
}

// message is the i-th one, of n bytes.
func message(i, n int) []byte { return bytes.Repeat([]byte{byte(i)}, n) }

// TestEchoes has messages come back as they went, over everything that goes both ways without privileges.
func TestEchoes(t *testing.T) {
	for _, name := range []string{
		"gosctp-udp", "skeleton-udp", "pion", "udp", "udp-thread", "udp-spin", "tcp", "tls", "quic", "quic-datagram",
	} {
		t.Run(name, func(t *testing.T) {
			client, accepted := connect(t, name, Options{MTU: 1452})
			go func() {
				server := <-accepted
				buf := make([]byte, MaxMessage)
				for {
					n, err := server.Recv(buf)
					if err != nil || server.Send(buf[:n]) != nil {
						return
					}
				}
			}()
			sizes := []int{64, 1024, 1, 16 << 10, MaxMessage}
			if strings.HasPrefix(name, "udp") || name == "quic-datagram" {
				sizes = sizes[:3] // each is a datagram
			}
			buf := make([]byte, MaxMessage)
			for i, size := range sizes {
				if err := client.Send(message(i, size)); err != nil {
					t.Fatal(err)
				}
				n, err := client.Recv(buf)
				if err != nil || !bytes.Equal(buf[:n], message(i, size)) {
					t.Fatalf("message %d of %d bytes came back with %d: %v", i, size, n, err)
				}
			}
			if err := client.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestOneWay has many messages in flight, over what is fast.
func TestOneWay(t *testing.T) {
	const messages, size = 2000, 3000
	for _, name := range []string{"gosctp-udp", "skeleton-udp", "udp-limit", "tcp-buffered", "quic-buffered"} {
		t.Run(name, func(t *testing.T) {
			client, accepted := connect(t, name, Options{MTU: 65508, OneWay: true})
			go func() {
				for i := range 2 * messages { // more than fit a buffer that would be kept back
					if client.Send(message(i, size)) != nil {
						return
					}
				}
			}()
			server := <-accepted
			buf := make([]byte, size)
			for i := range messages {
				n, err := server.Recv(buf)
				if err != nil || !bytes.Equal(buf[:n], message(i, size)) {
					t.Fatalf("message %d: %d bytes that begin with %d: %v", i, n, buf[0], err)
				}
			}
			if err := errors.Join(client.Close(), server.Close()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestLimitGoesOneWay(t *testing.T) {
	if _, err := (&limitSender{}).Recv(nil); err == nil {
		t.Error("the sender received")
	}
	if err := (&limitReceiver{}).Send(nil); err == nil {
		t.Error("the receiver sent")
	}
}

func TestUnknownPeer(t *testing.T) {
	if _, err := New("carrier pigeon", Options{}); err == nil || !strings.Contains(err.Error(), "skeleton-udp") {
		t.Errorf("%v: no list of those there are", err)
	}
}

func TestBuffers(t *testing.T) {
	if one, many := (Options{}).Buffer(), (Options{Conns: 2}).Buffer(); one != oneBuffer || many != manyBuffer {
		t.Errorf("one connection has %d bytes of buffer, many have %d", one, many)
	}
}

func TestSkeletonOnRawIPHasLargerPackets(t *testing.T) {
	udp := newSkeleton(skeleton.UDP, Options{MTU: 1452, OneWay: true, Conns: 2}).(*bare).config
	raw := newSkeleton(skeleton.Raw, Options{MTU: 1452}).(*bare).config
	if udp.MTU != 1452 || raw.MTU != 1460 || udp.Window != skeletonShare || raw.Window != skeletonWindow {
		t.Errorf("%+v, %+v", udp, raw)
	}
}
