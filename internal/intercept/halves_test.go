//go:build linux && (amd64 || arm64)

package intercept

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/require"
)

// goHalves is a TCP program whose connections end one direction after the other, or at once.
func goHalves() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	for _, size := range []int{0, 1, 300000} {
		if err := ask(l, size); err != nil {
			return fmt.Errorf("a question of %d bytes: %w", size, err)
		}
	}
	if err := plainPeer(l); err != nil {
		return fmt.Errorf("a peer without half-closing: %w", err)
	}
	return resetByPeer(l)
}

// ask sends a question, ends that direction, and reads the answer, which is given after the end of the question. Then it goes the other way
// round.
func ask(l net.Listener, size int) error {
	c, s, err := connected(l)
	if err != nil {
		return err
	}
	question := strings.Repeat("q", size)
	sent := make(chan error, 1)
	go func() {
		_, err := io.WriteString(c, question)
		sent <- errors.Join(err, c.CloseWrite())
	}()
	got, err := io.ReadAll(s)
	if string(got) != question || err != nil {
		return fmt.Errorf("got %d bytes, %w", len(got), err)
	}
	go func() {
		_, err := fmt.Fprintf(s, "%d bytes", len(got))
		sent <- errors.Join(err, s.CloseWrite())
	}()
	answer, err := io.ReadAll(c)
	if string(answer) != fmt.Sprintf("%d bytes", size) || err != nil {
		return fmt.Errorf("the answer %q, %w", answer, err)
	}
	return errors.Join(<-sent, <-sent, c.Close(), s.Close())
}

// connected returns both ends of a connection.
func connected(l net.Listener) (c, s *net.TCPConn, err error) {
	dialed, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		return nil, nil, err
	}
	accepted, err := l.Accept()
	if err != nil {
		return nil, nil, err
	}
	return dialed.(*net.TCPConn), accepted.(*net.TCPConn), nil
}

// plainPeer is an SCTP socket: it has no idea of ended directions, and is told SHUTDOWN.
func plainPeer(l net.Listener) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, linux.IPPROTO_SCTP)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	to := &unix.SockaddrInet4{Port: l.Addr().(*net.TCPAddr).Port, Addr: [4]byte{127, 0, 0, 1}}
	if err := unix.Connect(fd, to); err != nil {
		return err
	}
	accepted, err := l.Accept()
	if err != nil {
		return err
	}
	defer accepted.Close()
	s := accepted.(*net.TCPConn)
	if _, err := unix.Write(fd, []byte("plain")); err != nil {
		return err
	}
	b := make([]byte, 100)
	if n, err := s.Read(b); string(b[:n]) != "plain" || err != nil {
		return fmt.Errorf("read %q, %w", b[:n], err)
	}
	if _, err := s.Write([]byte("answer")); err != nil {
		return err
	}
	if err := s.CloseWrite(); err != nil {
		return err
	}
	if n, err := unix.Read(fd, b); string(b[:max(n, 0)]) != "answer" || err != nil {
		return fmt.Errorf("the peer read %d bytes, %w", n, err)
	}
	if n, err := unix.Read(fd, b); n != 0 || err != nil {
		return fmt.Errorf("the peer read %d bytes more, %w", n, err)
	}
	return nil
}

// resetByPeer is told that the other side is gone, and not that it has ended.
func resetByPeer(l net.Listener) error {
	c, s, err := connected(l)
	if err != nil {
		return err
	}
	if _, err := s.Write([]byte("last words")); err != nil {
		return err
	}
	b := make([]byte, 100)
	if n, err := c.Read(b); string(b[:n]) != "last words" || err != nil {
		return fmt.Errorf("read %q, %w", b[:n], err)
	}
	if err := errors.Join(s.SetLinger(0), s.Close()); err != nil {
		return err
	}
	if n, err := c.Read(b); !errors.Is(err, syscall.ECONNRESET) {
		return fmt.Errorf("read %q after a reset, %w", b[:n], err)
	}
	if _, err := c.Write([]byte("x")); !errors.Is(err, syscall.EPIPE) {
		return fmt.Errorf("write after a reset: %w", err)
	}
	return c.Close()
}

func TestTCPProgramsEndHalves(t *testing.T) {
	dir := bench(t)
	for _, network := range []string{"sctp/udp", "sctp"} {
		t.Run(strings.ReplaceAll(network, "/", " in "), func(t *testing.T) {
			if network == "sctp" {
				require.Root(t)
			}
			succeeds(t, supervised(t, dir, "-network", network, "-tcp", dir+"/self", "go-halves"))
		})
	}
}

func TestMessageThatEndsADirection(t *testing.T) {
	control := func(level int32, ppid uint32) []byte {
		w := linux.NewControlWriter(nil, linux.MaxControl)
		w.Add(level, linux.SCTP_RCVINFO, linux.Append(nil, &linux.RcvInfo{PPID: ppid}))
		return w.Bytes()
	}
	for _, tt := range []struct {
		name string
		b    []byte
		want bool
	}{
		{"it", control(linux.IPPROTO_SCTP, endOfDirection), true},
		{"another identifier", control(linux.IPPROTO_SCTP, 0), false},
		{"another level", control(1, endOfDirection), false},
		{"cut off", control(linux.IPPROTO_SCTP, endOfDirection)[:20], false},
		{"nothing", nil, false},
	} {
		if got := isEnd(tt.b); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
	var c [pumpControl]byte
	if n := len(control(linux.IPPROTO_SCTP, endOfDirection)); n > len(c) || halfClosing == 0 {
		t.Errorf("ancillary data of %d bytes", n)
	}
}
