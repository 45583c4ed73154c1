//go:build unix

package check

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sys/unix"
)

// protocol is SCTP's number in the IP header.
const protocol = 132

// kernelSCTP asks the kernel for a one-to-one socket of its own SCTP.
func kernelSCTP(context.Context, wrapFunc) (string, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, protocol)
	if err != nil {
		return "", err
	}
	unix.Close(fd)
	return "socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP) works", nil
}

// talk has one SCTP socket send a message to another, over the loopback interface.
func talk() error {
	var fds []int
	defer func() {
		for _, fd := range fds {
			unix.Close(fd)
		}
	}()
	open := func() (int, error) {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, protocol)
		if err == nil {
			fds = append(fds, fd)
		}
		return fd, err
	}
	server, err := open()
	if err != nil {
		return err
	}
	client, err := open()
	if err != nil {
		return err
	}
	if err := unix.Bind(server, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return fmt.Errorf("bind: %w", err)
	}
	if err := unix.Listen(server, 1); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	at, err := unix.Getsockname(server)
	if err != nil {
		return fmt.Errorf("getsockname: %w", err)
	}
	if err := unix.Connect(client, at); err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	accepted, _, err := unix.Accept(server)
	if err != nil {
		return fmt.Errorf("accept: %w", err)
	}
	fds = append(fds, accepted)
	message := []byte("hello")
	if _, err := unix.Write(client, message); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	got := make([]byte, 2*len(message))
	n, err := unix.Read(accepted, got)
	if err != nil {
		return fmt.Errorf("read: %w", err)
	}
	if !bytes.Equal(got[:n], message) {
		return fmt.Errorf("%q was sent and %q received", message, got[:n])
	}
	return nil
}

// rawIP opens a raw socket of each family.
func rawIP(context.Context, wrapFunc) (string, error) {
	var families []string
	var errs []error
	for _, f := range []struct {
		name   string
		domain int
	}{{"IPv4", unix.AF_INET}, {"IPv6", unix.AF_INET6}} {
		fd, err := unix.Socket(f.domain, unix.SOCK_RAW, protocol)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", f.name, err))
			continue
		}
		unix.Close(fd)
		families = append(families, f.name)
	}
	if len(families) > 0 {
		return strings.Join(families, " and "), nil
	}
	if err := errors.Join(errs...); errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
		return "", errors.New("needs CAP_NET_RAW: run as root, or use sctp/udp")
	}
	return "", errs[0]
}
