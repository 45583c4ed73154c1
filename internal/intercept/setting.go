//go:build linux && (amd64 || arm64)

package intercept

import (
	"golang.org/x/sys/unix"
)

// openedSetting is a file of /proc/sys/net/sctp that was opened for writing: a pair of sockets, like those of SCTP sockets, with a number of
// which calls stop. So what is written counts when the call returns, and a bad value is refused. If the program duplicates the descriptor to
// a number of which calls do not stop, what is written there arrives through the pair.
type openedSetting struct {
	s      *supervisor
	name   string
	inode  uint64
	serial int32
	sup    int
	// read says that the value was read: a second read finds the end of the file.
	read bool
}

// maxSetting is the longest value that is read or written. Longer ones are cut off, as none is that long.
const maxSetting = 256

// openSetting opens a setting for writing.
func (c *call) openSetting(name string, flags int) outcome {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return failure(errno(err))
	}
	defer unix.Close(pair[0])
	o := &openedSetting{s: c.s, name: name, sup: pair[1]}
	var st unix.Stat_t
	if err = unix.Fstat(pair[0], &st); err == nil {
		o.inode = st.Ino
		o.serial, err = c.s.watch(o.sup, unix.EPOLLIN|unix.EPOLLRDHUP, o)
	}
	if err != nil {
		_ = unix.Close(o.sup)
		return failure(errno(err))
	}
	c.s.settings[o.inode] = o
	number, e := c.inject(pair[0], false, flags&unix.O_CLOEXEC != 0)
	if e != 0 {
		o.close()
	}
	return given(number, e)
}

// arrived takes what was written where calls do not stop, and notes the last close. It is called for an event, and before a call that
// settings count for.
func (o *openedSetting) arrived() {
	var b [maxSetting]byte
	for {
		n, _, err := unix.Recvfrom(o.sup, b[:], unix.MSG_DONTWAIT)
		switch {
		case err == unix.EINTR:
			continue
		case n > 0:
			if err := o.s.tree.files.SetSysctl(o.name, string(b[:n])); err != nil {
				o.s.problems.tell("net.sctp." + o.name + " stays as it was: " + err.Error())
			}
			continue
		case n == 0 && err == nil:
			o.close()
		}
		return
	}
}

func (o *openedSetting) close() {
	delete(o.s.settings, o.inode)
	o.s.unwatch(o.serial)
	_ = unix.Close(o.sup)
}

// settleSettings takes what was written before the program made a socket or looked at a setting.
func (s *supervisor) settleSettings() {
	for _, o := range s.settings {
		o.arrived()
	}
}

// serve serves a call on the descriptor.
func (o *openedSetting) serve(c *call) outcome {
	switch c.op {
	case callWrite, callWritev, callSendto, callPwritev2:
		return o.write(c)
	case callRead, callReadv, callRecvfrom, callPreadv2:
		return o.readValue(c)
	}
	return outcome{kind: native}
}

func (o *openedSetting) write(c *call) outcome {
	m, e := c.message()
	if e != 0 {
		return failure(e)
	}
	size := m.total(maxSetting)
	if size > maxSetting {
		return failure(unix.EINVAL)
	}
	value := c.s.buffer(int(size))
	if e := c.read(c.spans(&m, value)...); e != 0 {
		return failure(e)
	}
	if err := o.s.tree.files.SetSysctl(o.name, string(value)); err != nil {
		return failure(errno(err))
	}
	return success(len(value))
}

func (o *openedSetting) readValue(c *call) outcome {
	m, e := c.message()
	if e != 0 {
		return failure(e)
	}
	if o.read {
		return success(0)
	}
	v, err := o.s.tree.files.Sysctl(o.name)
	if err != nil {
		return failure(errno(err))
	}
	value := []byte(v + "\n")
	value = value[:min(uint64(len(value)), m.total(maxSetting))]
	if e := c.write(c.spans(&m, value)...); e != 0 {
		return failure(e)
	}
	o.read = true
	return success(len(value))
}
