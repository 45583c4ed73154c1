package sctp_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp"
	"github.com/gosctp/sctp/internal/require"
)

// clientEnv makes this test binary a client that wants an echo from the address in it.
const clientEnv = "GOSCTP_TEST_CLIENT"

// runClient is what another process does.
func runClient(network, address string) error {
	d := sctp.Dialer{Timeout: 10 * time.Second}
	c, err := d.DialSCTP(context.Background(), network, address)
	if err != nil {
		return err
	}
	defer c.Close()
	for i := range 100 {
		m := fmt.Sprint("message ", i)
		if _, err := c.WriteMsg([]byte(m), nil); err != nil {
			return err
		}
		echo, err := c.ReadMessage(context.Background(), 1000)
		if err != nil {
			return err
		}
		if string(echo.Data) != m {
			return fmt.Errorf("echo of %q is %q", m, echo.Data)
		}
	}
	return c.Shutdown(context.Background())
}

// echo serves every association of a listener.
func echo(l *sctp.Listener) {
	for {
		c, err := l.AcceptSCTP()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			io.Copy(c, c)
		}()
	}
}

// clients runs several other processes at once against the listener.
func clients(t *testing.T, network string, l *sctp.Listener) {
	t.Helper()
	go echo(l)
	var running []*exec.Cmd
	for range 3 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), clientEnv+"="+network+" "+l.Addr().String(), "GORACE=atexit_sleep_ms=0")
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		running = append(running, cmd)
	}
	for _, cmd := range running {
		if err := cmd.Wait(); err != nil {
			t.Error("a client: ", err)
		}
	}
}

// Every process gets a copy of every packet. None may answer what is another's.
func TestProcessesShareRawIP(t *testing.T) {
	require.Root(t)
	for _, c := range []struct{ network, address string }{
		{"sctp4", "127.0.0.1:0"}, {"sctp6", "[::1]:0"}, {"sctp", ":0"},
	} {
		t.Run(c.network+c.address, func(t *testing.T) {
			l, err := sctp.Listen(c.network, c.address)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			clients(t, c.network, l)
		})
	}
}

// Only one process has UDP port 9899; the others are found all the same.
func TestProcessesFindEachOtherOverUDP(t *testing.T) {
	for _, c := range []struct{ network, address string }{
		{"sctp/udp", "127.0.0.1:0"}, {"sctp/udp6", "[::1]:0"}, {"sctp/udp", ":0"},
	} {
		t.Run(c.network+c.address, func(t *testing.T) {
			l := listenUDP(t, c.network, c.address)
			clients(t, c.network, l)
		})
	}
}

func TestNobodyListensOnRawIP(t *testing.T) {
	require.Root(t)
	_, err := sctp.Dial("sctp", "127.0.0.1:9")
	if err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("got %v, want a refusal", err)
	}
}

// Without the privilege the error says which one it is, and what works without.
func TestRawIPWithoutPrivilege(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	if os.Geteuid() == 0 {
		cmd = exec.Command(require.Tool(t, "setpriv"), "--bounding-set=-net_raw", os.Args[0])
	}
	cmd.Env = append(os.Environ(), clientEnv+"=sctp 127.0.0.1:9")
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Error("it worked")
	}
	for _, want := range []string{"dial sctp", "CAP_NET_RAW", "sctp/udp"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the error %q does not name %s", out, want)
		}
	}
}
