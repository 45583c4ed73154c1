package porttable

import (
	"errors"
	"fmt"
	"net"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// lockPatience is how long a claim waits for others that claim at the same moment. A claim takes some microseconds, a
// few milliseconds on hosts with very many sockets; only a process that was stopped in the middle of one holds the lock for longer.
const lockPatience = 5 * time.Second

// errLocked says that a process sits on the lock.
var errLocked = errors.New("another process is stuck while it claims a port")

// lock makes claims of a kind one after the other, over all processes of the host, so that a claim can look at several names
// before it takes some. The lock is a name too, which the kernel takes back from who dies.
func (k Kind) lock() (unlock func(), err error) {
	name := k.prefix() + "lock"
	deadline := time.Now().Add(lockPatience)
	for {
		fd, err := listen(name)
		if err == nil {
			return func() { unix.Close(fd) }, nil
		}
		if !isTaken(err) {
			return nil, fmt.Errorf("locking the port table: %w", err)
		}
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("locking the port table: %w (process %d)", errLocked, holder(name))
		}
		waitForEnd(name, deadline)
	}
}

// waitForEnd returns when who has a name has given it back, or later in vain.
func waitForEnd(name string, deadline time.Time) {
	conn, err := net.DialTimeout("unix", name, time.Until(deadline))
	if err != nil {
		runtime.Gosched() // It was given back this moment, or was taken this moment.
		return
	}
	defer conn.Close()
	if conn.SetReadDeadline(deadline) == nil {
		_, _ = conn.Read(make([]byte, 1)) // Who locks never sends anything, who has a port is asked once: any result means the end.
	}
}
