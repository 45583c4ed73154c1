//go:build linux

package programs

import (
	"fmt"
	"strings"
	"testing"
)

// articlePort is the port of the server with threads.
const articlePort = "4444"

// TestProgramsOfTheArticles runs what articles about SCTP begin with: programs that know the kernel's API from its manual pages.
func TestProgramsOfTheArticles(t *testing.T) {
	for _, c := range carriers {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, c)
			for _, linked := range []string{"-pie", "-static"} {
				for _, addr := range []string{loopback4, loopback6} {
					t.Run(fmt.Sprintf("%s, at %s", linked[1:], addr), func(t *testing.T) {
						p := p.in(t)
						here := func(t *testing.T) sides { p := p.in(t); return sides{t, p.run, p.run} }
						t.Run("echo", func(t *testing.T) { here(t).echo(compile(t, "echo.c", linked), addr) })
						t.Run("daytime", func(t *testing.T) { here(t).daytime(compile(t, "daytime.c", linked), addr) })
						t.Run("pieces", func(t *testing.T) { here(t).pieces(compile(t, "pieces.c", linked), addr) })
						t.Run("five", func(t *testing.T) { here(t).five(compile(t, "five.c", linked), addr, articlePort) })
						t.Run("many", func(t *testing.T) {
							second := "127.0.0.2"
							if addr == loopback6 {
								second = "fd00::2"
								if err := p.namespace.IP("addr", "replace", second+"/128", "dev", "lo", "nodad"); err != nil {
									t.Fatal(err)
								}
							}
							here(t).many(compile(t, "many.c", linked), addr, second)
						})
						t.Run("echo over TCP", func(t *testing.T) {
							p := p.in(t)
							sides{t, p.with, p.with}.echo(compile(t, "echo.c", linked, "-DTRANSPORT=IPPROTO_TCP"), addr)
						})
					})
				}
			}
		})
	}
}

func (s sides) echo(path, addr string) {
	s.t.Helper()
	port := newPort()
	server := s.server(path, "serve", addr, port)
	server.says("listening")
	for _, text := range []string{"hello", "again"} {
		client := s.client(path, "ask", addr, port, text)
		client.says("echo " + text)
		client.ends()
		server.says("got " + text)
	}
}

// The zone of the server is three hours behind Greenwich, so that the two streams differ.
func (s sides) daytime(path, addr string) {
	s.t.Helper()
	port := newPort()
	server := s.server("env", "TZ=XYZ3", path, "serve", addr, port)
	server.says("listening")
	client := s.client(path, "ask", addr, port)
	client.says("streams in 5 out 5")
	if line := client.says("local "); !strings.HasSuffix(line, " XYZ") {
		s.t.Errorf("%q", line)
	}
	if line := client.says("Greenwich "); !strings.HasSuffix(line, " GMT") {
		s.t.Errorf("%q", line)
	}
	client.ends()
}

func (s sides) pieces(path, addr string) {
	s.t.Helper()
	port := newPort()
	server := s.server(path, "serve", addr, port)
	server.says("listening")
	s.client(path, "send", addr, port, "1", "4096", "4097", "40000", "200000", "3000").ends()
	wantPieces(server, 1, 4096, 4097, 40000, 200000, 3000)
}

func (s sides) five(path, addr, port string) {
	s.t.Helper()
	server := s.server(path, "serve", addr, port)
	server.says("listening")
	for range 3 {
		client := s.client(path, "send", addr, port)
		for i := range 5 {
			client.says(fmt.Sprintf("message %d of 5 OK", i+1))
		}
		client.ends()
		server.says("client came")
		server.says("client left")
	}
}

func (s sides) many(path string, addrs ...string) {
	s.t.Helper()
	port := newPort()
	server := s.server(append([]string{path, "serve", port}, addrs...)...)
	server.says(fmt.Sprint("listening at ", len(addrs)))
	client := s.client(append([]string{path, "ask", port}, addrs...)...)
	client.says("answer on 3 for 77")
	client.says("same association 1")
	client.ends()
	server.says("question on 3 for 77")
	server.says("peer has ")
	server.says("end")
	server.ends()
}

// wantPieces expects messages that are complete when the reader takes them piece by piece. One that is larger than the receive window cannot be,
// and the reader sees the seams.
func wantPieces(server *program, sizes ...int) {
	server.t.Helper()
	const window, piece = 106496, 4096
	full := false // once it was, Linux may go on with parts until it has read all that waits
	for _, size := range sizes {
		count := ""
		if full = full || size >= window; !full {
			count = fmt.Sprintf("%d, 0 wrong", (size+piece-1)/piece)
		}
		if line := server.says(fmt.Sprintf("message of %d in %s", size, count)); !strings.HasSuffix(line, ", 0 wrong") {
			server.t.Error(line)
		}
	}
	server.says("end")
	server.ends()
}
