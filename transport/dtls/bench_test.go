package dtls

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"testing"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/udpencap"
)

// pairs make an association on loopback: in UDP, for comparison, with packets of the size that DTLS has, and in DTLS.
var pairs = map[string]func(b *testing.B) (client, server *sctp.Conn){
	"udp": func(b *testing.B) (client, server *sctp.Conn) {
		open := func() *udpencap.Transport {
			t, err := udpencap.Open(udpencap.Config{FreePort: true, LocalAddrs: []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}})
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { t.Close() })
			return t
		}
		there := open()
		to := sctp.Addr{IPs: []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}, Port: 7, EncapPort: there.LocalPort()}
		return meet(b, there, open(), "sctp/udp", to.String())
	},
	"dtls": func(b *testing.B) (client, server *sctp.Conn) {
		s, c := newAuthority(b).pair(b)
		there, to := listen(b, s)
		here, peer := dial(b, to, c)
		return meet(b, there, here, "sctp", peer.Addr(7))
	},
}

func meet(b *testing.B, there, here transport.Transport, network, to string) (client, server *sctp.Conn) {
	b.Helper()
	config := sctp.Config{MaxPMTU: 1420}
	lc := sctp.ListenConfig{Carrier: there, Config: config}
	l, err := lc.Listen(context.Background(), network, ":7")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	d := sctp.Dialer{Carrier: here, Config: config}
	if client, err = d.DialSCTP(within(b), network, to); err != nil {
		b.Fatal(err)
	}
	if server, err = l.AcceptSCTP(); err != nil {
		b.Fatal(err)
	}
	return client, server
}

// BenchmarkBulk sends messages one way, BenchmarkPingPong there and back.
func BenchmarkBulk(b *testing.B) {
	for _, name := range []string{"udp", "dtls"} {
		for _, size := range []int{1 << 10, 64 << 10} {
			b.Run(fmt.Sprintf("%s/%d", name, size), func(b *testing.B) {
				client, server := pairs[name](b)
				go io.CopyBuffer(struct{ io.Writer }{io.Discard}, server, make([]byte, 64<<10))
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
				client.Close()
				server.Close()
			})
		}
	}
}

func BenchmarkPingPong(b *testing.B) {
	for _, name := range []string{"udp", "dtls"} {
		b.Run(name, func(b *testing.B) {
			client, server := pairs[name](b)
			go echo(server)
			p := make([]byte, 64)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := client.Write(p); err != nil {
					b.Fatal(err)
				}
				if _, err := io.ReadFull(client, p); err != nil {
					b.Fatal(err)
				}
			}
			client.Close()
		})
	}
}

// BenchmarkHandshake makes connections, with a certificate and with a key.
func BenchmarkHandshake(b *testing.B) {
	s, c := newAuthority(b).pair(b)
	for name, config := range map[string][2]Config{"certificate": {s, c}, "key": {withKey("hint", "secret"), withKey("client", "secret")}} {
		b.Run(name, func(b *testing.B) {
			_, to := listen(b, config[0])
			for b.Loop() {
				t, _, err := Dial(within(b), to, config[1])
				if err != nil {
					b.Fatal(err)
				}
				t.Close()
			}
		})
	}
}
