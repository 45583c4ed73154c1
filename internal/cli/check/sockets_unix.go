//go:build unix

package check

import (
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
