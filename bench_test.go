package sctp_test

import (
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/gosctp/sctp"
)

// Over UDP on loopback. The comparison with others is in the module bench.

// BenchmarkBulk sends messages one way.
func BenchmarkBulk(b *testing.B) {
	for _, size := range []int{64, 1 << 10, 16 << 10, 64 << 10} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			client, server := pairUDP(b, sctp.Config{})
			defer server.Close()
			received := make(chan int64)
			go func() {
				n, _ := io.CopyBuffer(struct{ io.Writer }{io.Discard}, server, make([]byte, 64<<10))
				received <- n
			}()
			p := make([]byte, size)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := client.WriteMsg(p, nil); err != nil {
					b.Fatal(err)
				}
			}
			if err := client.Shutdown(b.Context()); err != nil {
				b.Fatal(err)
			}
			if n := <-received; n != int64(b.N)*int64(size) {
				b.Fatalf("received %d bytes of %d", n, b.N*size)
			}
			client.Close()
		})
	}
}

// BenchmarkExtensions sends messages of 16 KiB one way on four streams, with one or the other extension.
func BenchmarkExtensions(b *testing.B) {
	for _, c := range []struct {
		name   string
		config sctp.Config
		pr     sctp.PRInfo
	}{
		{"none", sctp.Config{Disable: sctp.AllExtensions}, sctp.PRInfo{}},
		{"default", sctp.Config{}, sctp.PRInfo{}},
		{"timed", sctp.Config{}, sctp.Lifetime(time.Minute)},
		{"interleaved", sctp.Config{FragmentInterleave: 2, Scheduler: sctp.RoundRobin}, sctp.PRInfo{}},
		{"weighted", sctp.Config{FragmentInterleave: 2, Scheduler: sctp.WeightedFair}, sctp.PRInfo{}},
	} {
		b.Run(c.name, func(b *testing.B) {
			client, server := pairUDP(b, c.config)
			defer server.Close()
			go io.CopyBuffer(struct{ io.Writer }{io.Discard}, server, make([]byte, 64<<10))
			p := make([]byte, 16<<10)
			info := sctp.SndInfo{PR: c.pr}
			b.SetBytes(int64(len(p)))
			b.ReportAllocs()
			for b.Loop() {
				info.Stream = (info.Stream + 1) % 4
				if _, err := client.WriteMsg(p, &info); err != nil {
					b.Fatal(err)
				}
			}
			if err := client.Shutdown(b.Context()); err != nil {
				b.Fatal(err)
			}
			client.Close()
		})
	}
}

// BenchmarkPingPong sends a message there and back.
func BenchmarkPingPong(b *testing.B) {
	for _, size := range []int{1, 1 << 10} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			client, server := pairUDP(b, sctp.Config{})
			defer client.Close()
			defer server.Close()
			go func() {
				p := make([]byte, size)
				for {
					n, err := server.Read(p)
					if err != nil {
						return
					}
					server.Write(p[:n])
				}
			}()
			p := make([]byte, size)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := client.Write(p); err != nil {
					b.Fatal(err)
				}
				if _, err := io.ReadFull(client, p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSetup sets associations up and shuts them down.
func BenchmarkSetup(b *testing.B) {
	l := listenUDP(b, "sctp/udp", "127.0.0.1:0")
	go func() {
		for {
			c, err := l.AcceptSCTP()
			if err != nil {
				return
			}
			c.Close()
		}
	}()
	b.ReportAllocs()
	for b.Loop() {
		c, err := sctp.Dial("sctp/udp", l.Addr().String())
		if err != nil {
			b.Fatal(err)
		}
		if err := c.Shutdown(b.Context()); err != nil {
			b.Fatal(err)
		}
		c.Close()
	}
}
