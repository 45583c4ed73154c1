//go:build linux

package programs

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// socatListens is what socat -dd says when a client may come.
const socatListens = "listening on"

// TestSocat sends a file through socat, and serves several clients with a child each.
func TestSocat(t *testing.T) {
	for _, c := range carriers {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t, c, "socat")
			for _, f := range []struct{ listen, connect, addr string }{
				{"SCTP4-LISTEN", "SCTP4-CONNECT", loopback4}, {"SCTP6-LISTEN", "SCTP6-CONNECT", "[" + loopback6 + "]"},
			} {
				t.Run("a file, "+f.listen, func(t *testing.T) {
					p, port := p.in(t), newPort()
					sent, received := someFile(t, 2<<20), emptyFile(t)
					server := p.run("socat", "-dd", "-u", f.listen+":"+port, "OPEN:"+received+",trunc")
					server.mentions(socatListens)
					p.run("socat", "-u", "OPEN:"+sent, f.connect+":"+f.addr+":"+port).ends()
					server.ends()
					sameFiles(t, sent, received)
				})
				t.Run("fork, "+f.listen, func(t *testing.T) {
					p, port := p.in(t), newPort()
					server := p.run("socat", "-dd", f.listen+":"+port+",fork", "EXEC:cat")
					server.mentions(socatListens)
					var clients []*program
					for range 3 {
						clients = append(clients, p.run("socat", "-", f.connect+":"+f.addr+":"+port))
					}
					for _, client := range clients {
						client.hears("hello")
						client.says("hello")
					}
					for _, client := range clients {
						client.hearsNoMore()
						client.ends()
					}
				})
			}
		})
	}
}

// someFile makes a file that everybody may read, and emptyFile one that everybody may write.
func someFile(t *testing.T, size int) string {
	t.Helper()
	content := make([]byte, size)
	random := rand.NewChaCha8([32]byte{})
	_, _ = random.Read(content)
	return file(t, content)
}

func emptyFile(t *testing.T) string {
	t.Helper()
	return file(t, nil)
}

func file(t *testing.T, content []byte) string {
	t.Helper()
	f, err := os.CreateTemp(dir, "file-")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := f.Chmod(0o666); err != nil {
		t.Fatal(err)
	}
	return filepath.Clean(f.Name())
}

func sameFiles(t *testing.T, a, b string) {
	t.Helper()
	inA, err := os.ReadFile(a)
	if err != nil {
		t.Fatal(err)
	}
	inB, err := os.ReadFile(b)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(inA, inB) {
		t.Errorf("%d bytes were sent, and %d others received", len(inA), len(inB))
	}
}
