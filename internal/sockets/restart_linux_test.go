package sockets

import (
	"strings"
	"syscall"
	"testing"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/require"
)

// A server that is started again while connections of the one before live on has its port, if both set SO_REUSEADDR. The stacks are those of
// different processes, as far as the host can tell.
func TestARestartedServerHasItsPort(t *testing.T) {
	for _, network := range []string{"sctp/udp", "sctp"} {
		t.Run(strings.ReplaceAll(network, "/", " in "), func(t *testing.T) {
			if network == "sctp" {
				require.Root(t)
			}
			w := &world{t: t}
			stack := func() *Stack {
				s, err := NewStack(Config{Network: network})
				w.ok(err)
				t.Cleanup(func() {
					if err := s.Close(); err != nil {
						t.Error(err)
					}
				})
				return s
			}
			on := linux.Int(1)
			server := func(s *Stack, port uint16) (*user, error) {
				l := w.socket(s, linux.AF_INET, sockStream)
				w.ok(l.set(linux.SOL_SOCKET, linux.SO_REUSEADDR, &on))
				return l, l.Bind(at("127.0.0.1", port))
			}
			connect := func(l *user, port uint16) (client, accepted *user) {
				client = w.socket(stack(), linux.AF_INET, sockStream)
				w.ok(client.connect(at("127.0.0.1", port)))
				return client, w.accept(l)
			}

			first, err := server(stack(), 0)
			w.ok(err)
			w.ok(first.Listen(1))
			name, err := linux.ParseSockaddr(nameOf(first))
			w.ok(err)
			port := name.Port()
			again := stack()
			_, err = server(again, port)
			w.want("while the first listens", err, syscall.EADDRINUSE)
			one, old := connect(first, port)
			first.Close()

			second, err := server(again, port)
			w.ok(err)
			w.ok(second.Listen(1))
			two, young := connect(second, port)
			for _, talk := range []struct{ client, server *user }{{one, old}, {two, young}} {
				w.ok(talk.client.send("hello"))
				talk.server.wantText("hello")
				w.ok(talk.server.send("good day"))
				talk.client.wantText("good day")
			}
			closeAll(one, two, old, young, second)
		})
	}
}

func nameOf(u *user) []byte {
	b, err := u.Name()
	if err != nil {
		u.t.Fatal(err)
	}
	return b
}
