package sockets

import (
	"maps"
	"syscall"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// plain is an option of a level below SCTP's whose value is an int. Most are only kept and given back: what they ask of packets is the
// carrier's business, which serves many sockets at once.
type plain struct {
	// set says what is kept of a new value, or what is wrong with it; nil for an option that cannot be set, with refused or ENOPROTOOPT.
	set     func(s *Socket, n int) (int, error)
	refused syscall.Errno
	// get answers instead of what is kept.
	get func(s *Socket) (int, error)
	// needsByte: a value without any byte is EINVAL, not 0.
	needsByte bool
}

// plainKey names a plain option.
type plainKey struct{ level, name int }

// kept are the values of plain options that were set.
type kept map[plainKey]int

// unset are the values of those that were not, if it is not 0.
var unset = kept{
	{linux.SOL_SOCKET, linux.SO_RCVLOWAT}:      1,
	{linux.SOL_SOCKET, linux.SO_INCOMING_CPU}:  -1,
	{linux.SOL_IP, linux.IP_TTL}:               defaultTTL,
	{linux.SOL_IP, linux.IP_MTU_DISCOVER}:      discoverWant,
	{linux.SOL_IPV6, linux.IPV6_UNICAST_HOPS}:  defaultTTL,
	{linux.SOL_IPV6, linux.IPV6_MTU_DISCOVER}:  discoverWant,
	{linux.SOL_IPV6, linux.IPV6_AUTOFLOWLABEL}: 1,
}

// toChild are those that an accepted socket has, too.
func (k kept) toChild() kept {
	k = maps.Clone(k)
	delete(k, plainKey{linux.SOL_SOCKET, linux.SO_PRIORITY})
	delete(k, plainKey{linux.SOL_SOCKET, linux.SO_RCVLOWAT})
	delete(k, plainKey{linux.SOL_IP, linux.IP_TOS})
	return k
}

// plains are the plain options of each level.
var plains = map[int]map[int]plain{linux.SOL_SOCKET: socketLevel, linux.SOL_IP: ipLevel, linux.SOL_IPV6: ipv6Level}

// keepPlain keeps a value. s.mu is held.
func (s *Socket) keepPlain(level, name, n int) {
	if s.options.kept == nil {
		s.options.kept = kept{}
	}
	s.options.kept[plainKey{level, name}] = n
}

// plainValue is what is kept of an option, or what it is before anything was set. s.mu is held.
func (s *Socket) plainValue(level, name int) int {
	if n, ok := s.options.kept[plainKey{level, name}]; ok {
		return n
	}
	return unset[plainKey{level, name}]
}

// setPlain sets an option to n. s.mu is held.
func (s *Socket) setPlain(level, name, n int) error {
	o, known := plains[level][name]
	switch {
	case known && o.refused != 0:
		return o.refused
	case !known || o.set == nil:
		return syscall.ENOPROTOOPT
	}
	n, err := o.set(s, n)
	if err == nil {
		s.keepPlain(level, name, n)
	}
	return err
}

// getPlain answers an option. s.mu is held.
func (s *Socket) getPlain(level, name int) (int, error) {
	switch o, known := plains[level][name]; {
	case !known:
		return 0, syscall.ENOPROTOOPT
	case o.get != nil:
		return o.get(s)
	}
	return s.plainValue(level, name), nil
}

// onOff keeps 1 for everything but 0, asIs every value.
func onOff(_ *Socket, n int) (int, error) { return number(n != 0), nil }
func asIs(_ *Socket, n int) (int, error)  { return n, nil }

// within keeps the values of a range.
func within(least, most int) func(*Socket, int) (int, error) {
	return func(_ *Socket, n int) (int, error) {
		if n < least || n > most {
			return 0, syscall.EINVAL
		}
		return n, nil
	}
}

// always is the answer of an option that never changes.
func always(n int) func(*Socket) (int, error) { return func(*Socket) (int, error) { return n, nil } }

// intOf reads an int.
func intOf(value []byte) (int, error) {
	var n linux.Int
	if len(value) < linux.Size(&n) {
		return 0, syscall.EINVAL
	}
	err := linux.Parse(value[:linux.Size(&n)], &n)
	return int(n), err
}

func bytesOf(n int) []byte {
	v := linux.Int(n)
	return linux.Append(nil, &v)
}
