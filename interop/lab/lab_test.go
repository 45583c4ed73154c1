//go:build linux

package lab

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/require"
)

// patience bounds waits that succeed at once.
const patience = 10 * time.Second

// shell starts a shell script.
func shell(t *testing.T, script string) (*Process, context.Context) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	p, err := Start("script", command(ctx, "sh", "-c", script))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Stop)
	return p, ctx
}

func TestProcessIsSpokenToByLines(t *testing.T) {
	p, ctx := shell(t, `echo noise; echo ready; read answer; echo "got $answer"; echo end`)
	if line, err := p.Expect(ctx, "ready", "other"); err != nil || line != "ready" {
		t.Fatalf("Expect = %q, %v", line, err)
	}
	if err := p.Say("yes"); err != nil {
		t.Fatal(err)
	}
	lines, err := p.Lines(ctx, "end")
	if err != nil || strings.Join(lines, "|") != "got yes|end" {
		t.Fatalf("Lines = %q, %v", lines, err)
	}
	if err := p.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	if p.Log() != "noise\nready\ngot yes\nend" {
		t.Errorf("Log = %q", p.Log())
	}
}

func TestExpectFailsWithWhatWasSaid(t *testing.T) {
	for name, script := range map[string]string{
		"ended":  "echo something",
		"failed": "echo fail something; read forever",
	} {
		t.Run(name, func(t *testing.T) {
			p, ctx := shell(t, script)
			if _, err := p.Expect(ctx, "ready"); err == nil || !strings.Contains(err.Error(), "something") {
				t.Errorf("error %v, want what the program said", err)
			}
		})
	}
	t.Run("silent", func(t *testing.T) {
		p, _ := shell(t, "echo something; read forever")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := p.Expect(ctx, "ready"); err == nil {
			t.Error("no error when the time is over")
		}
	})
}

func TestStopKillsChildrenToo(t *testing.T) {
	// The child would keep the output open, and Stop waiting, for an hour.
	p, ctx := shell(t, "sleep 3600 & echo started; wait")
	if _, err := p.Expect(ctx, "started"); err != nil {
		t.Fatal(err)
	}
	p.Stop()
	if ctx.Err() != nil {
		t.Error("Stop took until the context ended")
	}
}

func TestCaptureSeesWhatPassesALink(t *testing.T) {
	require.Root(t)
	for _, tool := range []string{"ip", "ethtool", "sysctl", "tcpdump", "busybox"} {
		require.Tool(t, tool)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var ends [2]*Namespace
	for i := range ends {
		n, err := NewNamespace()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { n.Close() })
		ends[i] = n
	}
	if err := Connect("wire", ends[0], []string{"192.0.2.1/24"}, ends[1], []string{"192.0.2.2/24"}); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "capture.pcap")
	capture, err := ends[1].Capture(ctx, ctx, file, "icmp")
	if err != nil {
		t.Fatal(err)
	}
	ping := func() error { return ends[0].Command(ctx, "busybox", "ping", "-c", "1", "-W", "1", "192.0.2.2").Run() }
	if err := ping(); err != nil {
		t.Fatalf("ping: %v", err)
	}
	if err := capture.Close(ctx); err != nil {
		t.Fatal(err)
	}
	// The ping, and the packet that ends the capture.
	data, err := os.ReadFile(file)
	if err != nil || !bytes.Contains(data, []byte{192, 0, 2, 1, 192, 0, 2, 2}) || !bytes.Contains(data, []byte{lastWord, lastWord, lastWord, lastWord}) {
		t.Errorf("the capture is not complete: %v", err)
	}

	if err := ends[1].Down("wire"); err != nil {
		t.Fatal(err)
	}
	if ping() == nil {
		t.Error("a packet passes a link that is down")
	}
	if err := ends[1].Up("wire"); err != nil {
		t.Fatal(err)
	}
	for err := ping(); err != nil; err = ping() { // Linux may take a second to notice.
		if ctx.Err() != nil {
			t.Fatalf("no packet passes a link that is up again: %v", err)
		}
	}
}

func TestSweepRemovesOnlyWhatTheDeadLeft(t *testing.T) {
	require.Root(t)
	require.Tool(t, "ip")
	left := &Namespace{Name: namePrefix + "1000000000-1"} // no process has that number
	if err := ip("netns", "add", left.Name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { left.Close() })
	alive, err := NewNamespace()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { alive.Close() })

	if err := Sweep(); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("ip", "netns", "list").Output()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(out), left.Name) || !strings.Contains(string(out), alive.Name) {
		t.Errorf("namespaces after Sweep:\n%s", out)
	}
}
