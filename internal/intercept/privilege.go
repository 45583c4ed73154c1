//go:build linux && (amd64 || arm64)

package intercept

import (
	"bytes"
	"os"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// firstForAll is the first port that everybody may bind, unless the administrator has set another.
const firstForAll = 1024

// firstForAllFile has what the administrator of the network namespace has set; in containers that is often 0.
const firstForAllFile = "/proc/sys/net/ipv4/ip_unprivileged_port_start"

// mayBind reports whether the caller may bind the ports of a packed array of addresses. Of an array that is none the socket says so.
func (c *call) mayBind(addresses []byte) bool {
	list, err := linux.ParseSockaddrs(addresses)
	if err != nil {
		return true
	}
	low := func(first int) bool {
		return slices.ContainsFunc(list, func(a linux.Sockaddr) bool { return a.Port() != 0 && int(a.Port()) < first })
	}
	return !low(firstForAll) || !low(unprivilegedFrom()) || c.task().capable(unix.CAP_NET_BIND_SERVICE)
}

// unprivilegedFrom is the first port that everybody may bind.
func unprivilegedFrom() int {
	text, err := os.ReadFile(firstForAllFile)
	if err != nil {
		return firstForAll
	}
	n, err := strconv.Atoi(string(bytes.TrimSpace(text)))
	if err != nil {
		return firstForAll
	}
	return n
}

// capable reports whether the thread has a capability in effect.
func (t *task) capable(number int) bool {
	status, err := os.ReadFile(procPath(t.tid, "status"))
	if err != nil {
		return false
	}
	set, err := strconv.ParseUint(statusField(status, "CapEff"), 16, 64)
	return err == nil && set>>number&1 != 0
}
