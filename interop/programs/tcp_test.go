//go:build linux

package programs

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestNginx has nginx, a TCP server of several processes that wait with epoll, serve clients over SCTP: curl compares a file, ab makes many
// connections, kept and not kept.
func TestNginx(t *testing.T) {
	for _, c := range carriers {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, c, "nginx", "curl", "ab")
			root := openDir(t)
			page := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
			if err := os.WriteFile(filepath.Join(root, "page"), page, 0o644); err != nil {
				t.Fatal(err)
			}
			port := newPort()
			server := p.traced().with("nginx", "-c", nginxFile(t, root, port))
			server.mentions("listen(")
			url := "http://" + loopback4 + ":" + port + "/page"

			got := emptyFile(t)
			p.with("curl", "-sSf", "-o", got, url).ends()
			if b, err := os.ReadFile(got); err != nil || !bytes.Equal(b, page) {
				t.Fatalf("%d of %d bytes came, %v", len(b), len(page), err)
			}
			for _, kept := range []string{"-q", "-k"} {
				ab := p.with("ab", kept, "-n", "100", "-c", "10", url)
				ab.says("Complete requests:      100")
				ab.says("Failed requests:        0")
				ab.ends()
			}
		})
	}
}

// nginxFile has two worker processes serve root at a port.
func nginxFile(t *testing.T, root, port string) string {
	t.Helper()
	text := fmt.Sprintf("daemon off; pid %[1]s/pid; error_log stderr; worker_processes 2; events {}\nhttp { access_log off; root %[1]s; server { listen %[2]s:%[3]s; }\n",
		root, loopback4, port)
	for _, what := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		text += fmt.Sprintf("%s_temp_path %s/%s;\n", what, root, what)
	}
	name := emptyFile(t)
	if err := os.WriteFile(name, []byte(text+"}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

// openDir is a directory that every user may write into.
func openDir(t *testing.T) string {
	t.Helper()
	d, err := os.MkdirTemp(dir, "open")
	if err == nil {
		err = os.Chmod(d, 0o777)
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestRedis has a TCP server with one thread answer twenty clients at once, one request at a time and many.
func TestRedis(t *testing.T) {
	for _, c := range carriers {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, c, "redis-server", "redis-benchmark", "redis-cli")
			port := newPort()
			server := p.with("redis-server", "--port", port, "--bind", loopback4, "--save", "", "--daemonize", "no")
			server.mentions("Ready to accept connections")
			for _, pipeline := range []string{"1", "16"} {
				p.with("redis-benchmark", "-p", port, "-n", "2000", "-c", "20", "-P", pipeline, "-t", "set,get", "-q").ends()
			}
			value := strings.Repeat("value ", 100)
			p.with("redis-cli", "-p", port, "set", "key", value).says("OK")
			p.with("redis-cli", "-p", port, "get", "key").says(value)
			p.with("redis-cli", "-p", port, "shutdown", "nosave").ends()
			server.ends()
		})
	}
}
