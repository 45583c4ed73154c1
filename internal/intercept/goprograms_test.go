//go:build linux && (amd64 || arm64)

package intercept

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// goPrograms are programs in Go that this test program can become, static ones that use no C library.
var goPrograms = map[string]func() error{"go-raw": goRaw, "go-net": goNet, "go-web": goWeb, "go-halves": goHalves}

// become runs the program that the argument names, if it is one.
func become(name string) {
	f := goPrograms[name]
	if f == nil {
		return
	}
	if err := f(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

// goRaw uses SCTP sockets by system calls, as libraries for SCTP do.
func goRaw() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, unix.IPPROTO_SCTP)
	if err != nil {
		return err
	}
	if err := unix.Connect(fd, &unix.SockaddrInet4{Port: portEcho, Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return err
	}
	b := make([]byte, 10)
	for range 100 {
		if _, err := unix.Write(fd, []byte("raw")); err != nil {
			return err
		}
		if n, _, _, _, err := unix.Recvmsg(fd, b, nil, 0); n != 3 || err != nil {
			return fmt.Errorf("recvmsg: %d, %w", n, err)
		}
	}
	// A file lets Go's poller wait for it.
	if err := unix.SetNonblock(fd, true); err != nil {
		return err
	}
	f := os.NewFile(uintptr(fd), "sctp")
	time.AfterFunc(50*time.Millisecond, func() { _, _ = f.Write([]byte("poller")) })
	if n, err := f.Read(b); n != 6 || err != nil {
		return fmt.Errorf("read: %d, %w", n, err)
	}
	if err := f.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		return err
	}
	if _, err := f.Read(b); !errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("a read with a deadline: %w", err)
	}
	return f.Close()
}

// goNet is a TCP program.
func goNet() error {
	l, err := net.Listen("tcp", "127.0.0.1:8200")
	if err != nil {
		return err
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = io.Copy(c, c)
				_ = c.Close()
			}()
		}
	}()
	for i := range 20 {
		c, err := net.Dial("tcp", "127.0.0.1:8200")
		if err != nil {
			return err
		}
		fmt.Fprintf(c, "hello %02d", i)
		_ = c.(*net.TCPConn).CloseWrite()
		if b, err := io.ReadAll(c); len(b) != 8 || err != nil {
			return fmt.Errorf("echo %d: %q, %w", i, b, err)
		}
		_ = c.Close()
	}
	if c, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", portLater)); err != nil {
		return err
	} else if c.RemoteAddr().(*net.TCPAddr).Port != portLater {
		return fmt.Errorf("the peer is %v", c.RemoteAddr())
	}
	if _, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", portRefuse)); !errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("refused: %w", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if _, err := new(net.Dialer).DialContext(ctx, "tcp", fmt.Sprint("127.0.0.1:", portSilent)); err == nil {
		return errors.New("connected to nobody")
	}
	return goWeb()
}

// goWeb is a web server and its client.
func goWeb() error {
	h, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go http.Serve(h, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "a page") }))
	for range 5 {
		r, err := http.Get("http://" + h.Addr().String())
		if err != nil {
			return err
		}
		b, err := io.ReadAll(r.Body)
		_ = r.Body.Close()
		if string(b) != "a page" || err != nil {
			return fmt.Errorf("page: %q, %w", b, err)
		}
	}
	return nil
}
