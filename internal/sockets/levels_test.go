package sockets

import (
	"math"
	"strings"
	"syscall"
	"testing"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// Where Linux 6.12 was asked, these are its answers (interop/questions).
func TestPlainOptions(t *testing.T) {
	const many, one = sockSeqpacket, sockStream
	inWorld(t, func(w *world) {
		for _, c := range []struct {
			typ, level, name int
			value            linux.Int
			set              error
			want             int
		}{
			{one, linux.SOL_SOCKET, linux.SO_PRIORITY, 3, nil, 3},
			{one, linux.SOL_SOCKET, linux.SO_RCVLOWAT, 10, nil, 10},
			{one, linux.SOL_SOCKET, linux.SO_RCVLOWAT, 0, nil, 1},
			{one, linux.SOL_SOCKET, linux.SO_RCVLOWAT, -1, nil, math.MaxInt32},
			{one, linux.SOL_SOCKET, linux.SO_SNDLOWAT, 10, syscall.ENOPROTOOPT, 1},
			{one, linux.SOL_SOCKET, linux.SO_ZEROCOPY, 1, syscall.EOPNOTSUPP, 0},
			{one, linux.SOL_SOCKET, linux.SO_BSDCOMPAT, 1, nil, 0},
			{one, linux.SOL_SOCKET, linux.SO_MARK, 7, nil, 7},
			{one, linux.SOL_SOCKET, linux.SO_BUSY_POLL, -1, syscall.EINVAL, 0},
			{one, linux.SOL_IP, linux.IP_TOS, 0x28, nil, 0x28},
			{one, linux.SOL_IP, linux.IP_TOS, -1, nil, 0xfc},
			{many, linux.SOL_IP, linux.IP_TOS, -1, nil, 0xff},
			{one, linux.SOL_IP, linux.IP_TTL, 5, nil, 5},
			{one, linux.SOL_IP, linux.IP_TTL, 0, syscall.EINVAL, defaultTTL},
			{one, linux.SOL_IP, linux.IP_TTL, 256, syscall.EINVAL, defaultTTL},
			{one, linux.SOL_IP, linux.IP_TTL, -1, nil, defaultTTL},
			{one, linux.SOL_IP, linux.IP_MTU_DISCOVER, 2, nil, 2},
			{one, linux.SOL_IP, linux.IP_MTU_DISCOVER, 9, syscall.EINVAL, discoverWant},
			{one, linux.SOL_IP, linux.IP_FREEBIND, 4, nil, 1},
			{one, linux.SOL_IPV6, linux.IPV6_UNICAST_HOPS, 5, nil, 5},
			{one, linux.SOL_IPV6, linux.IPV6_UNICAST_HOPS, -1, nil, defaultTTL},
			{one, linux.SOL_IPV6, linux.IPV6_UNICAST_HOPS, 256, syscall.EINVAL, defaultTTL},
			{one, linux.SOL_IPV6, linux.IPV6_TCLASS, 0x28, nil, 0x28},
			{one, linux.SOL_IPV6, linux.IPV6_TCLASS, -1, nil, 0},
			{one, linux.SOL_IPV6, linux.IPV6_TCLASS, 256, syscall.EINVAL, 0},
			{many, linux.SOL_IPV6, linux.IPV6_TCLASS, 0x2b, nil, 0x2b},
			{one, linux.SOL_IPV6, linux.IPV6_RECVPKTINFO, 1, nil, 1},
			{one, linux.SOL_IPV6, linux.IPV6_V6ONLY, 1, nil, 1},
		} {
			s := w.socket(w.left, linux.AF_INET6, c.typ)
			what := linux.OptionName(c.level, c.name)
			if err := s.set(c.level, c.name, &c.value); err != c.set {
				t.Errorf("%s set to %d: %v, want %v", what, c.value, err, c.set)
			}
			if got, err := s.option(c.level, c.name); got != c.want || err != nil {
				t.Errorf("%s set to %d is %d (%v), want %d", what, c.value, got, err, c.want)
			}
			s.Close()
		}
	})
}

func TestPlainOptionsThatAreRefused(t *testing.T) {
	inWorld(t, func(w *world) {
		four, six := w.socket(w.left, linux.AF_INET, sockStream), w.socket(w.left, linux.AF_INET6, sockStream)
		for _, c := range []struct {
			s           *user
			level, name int
			set, get    error
		}{
			{four, linux.SOL_SOCKET, linux.SO_PEEK_OFF, syscall.EOPNOTSUPP, syscall.EOPNOTSUPP},
			{four, linux.SOL_SOCKET, 200, syscall.ENOPROTOOPT, syscall.ENOPROTOOPT},
			{four, linux.SOL_IP, linux.IP_MTU, syscall.ENOPROTOOPT, syscall.ENOTCONN},
			{four, linux.SOL_IP, 99, syscall.ENOPROTOOPT, syscall.ENOPROTOOPT},
			{four, linux.SOL_IPV6, linux.IPV6_V6ONLY, syscall.ENOPROTOOPT, syscall.EOPNOTSUPP},
			{six, linux.SOL_IPV6, linux.IPV6_MTU, syscall.EINVAL, syscall.ENOTCONN},
			{six, linux.SOL_IPV6, 999, syscall.ENOPROTOOPT, syscall.ENOPROTOOPT},
			{six, 6, 1, syscall.ENOPROTOOPT, syscall.ENOPROTOOPT},
			{four, 6, 1, syscall.ENOPROTOOPT, syscall.EOPNOTSUPP},
		} {
			v := linux.Int(1)
			w.want("set "+linux.OptionName(c.level, c.name), c.s.set(c.level, c.name, &v), c.set)
			_, err := c.s.option(c.level, c.name)
			w.want("get "+linux.OptionName(c.level, c.name), err, c.get)
		}
		closeAll(four, six)
	})
}

func TestLengthsOfPlainOptions(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.socket(w.left, linux.AF_INET6, sockStream)
		for _, c := range []struct {
			level, name, length int
			want                error
		}{
			{linux.SOL_SOCKET, linux.SO_KEEPALIVE, 3, syscall.EINVAL}, {linux.SOL_SOCKET, linux.SO_KEEPALIVE, 9, nil},
			{linux.SOL_SOCKET, linux.SO_LINGER, 7, syscall.EINVAL}, {linux.SOL_SOCKET, linux.SO_TYPE, 3, syscall.EINVAL},
			{linux.SOL_IP, linux.IP_TOS, 0, nil}, {linux.SOL_IP, linux.IP_TOS, 1, nil},
			{linux.SOL_IP, linux.IP_FREEBIND, 0, syscall.EINVAL}, {linux.SOL_IP, linux.IP_FREEBIND, 1, nil},
			{linux.SOL_IPV6, linux.IPV6_TCLASS, 3, syscall.EINVAL},
			{linux.SOL_SOCKET, linux.SO_BINDTODEVICE, 0, nil},
		} {
			_, err := s.SetOption(c.level, c.name, make([]byte, c.length))
			w.want(linux.OptionName(c.level, c.name), err, c.want)
		}
		ttl := linux.Int(200)
		w.ok(s.set(linux.SOL_IP, linux.IP_TTL, &ttl))
		for _, c := range []struct{ level, name, room, length int }{
			{linux.SOL_IP, linux.IP_TTL, 0, 0}, {linux.SOL_IP, linux.IP_TTL, 3, 1}, {linux.SOL_IP, linux.IP_TTL, 8, 4},
			{linux.SOL_IPV6, linux.IPV6_UNICAST_HOPS, 3, 3}, {linux.SOL_SOCKET, linux.SO_TYPE, 1, 1},
			{linux.SOL_SOCKET, linux.SO_LINGER, 7, 7}, {linux.SOL_SOCKET, linux.SO_PEERCRED, 40, 12},
			{linux.SOL_SOCKET, linux.SO_COOKIE, 8, 8}, {linux.SOL_SOCKET, linux.SO_BINDTODEVICE, 16, 0},
		} {
			out, _, _, err := s.Option(c.level, c.name, make([]byte, c.room))
			if err != nil || len(out) != c.length {
				t.Errorf("%s into %d bytes: %x (%v), want %d bytes", linux.OptionName(c.level, c.name), c.room, out, err, c.length)
			}
		}
		_, _, _, err := s.Option(linux.SOL_SOCKET, linux.SO_COOKIE, make([]byte, 7))
		w.want("no room for the cookie", err, syscall.EINVAL)
		s.Close()
	})
}

func TestNameOfADevice(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.socket(w.left, linux.AF_INET, sockStream)
		_, err := s.SetOption(linux.SOL_SOCKET, linux.SO_BINDTODEVICE, []byte("nosuchdevice\x00"))
		w.want("no such device", err, syscall.ENODEV)
		_, err = s.SetOption(linux.SOL_SOCKET, linux.SO_BINDTODEVICE, []byte("lo"+strings.Repeat("\x00", 30)))
		w.ok(err)
		out, _, _, err := s.Option(linux.SOL_SOCKET, linux.SO_BINDTODEVICE, make([]byte, maxDevice))
		if string(out) != "lo\x00" || err != nil {
			t.Errorf("bound to %q (%v)", out, err)
		}
		_, _, _, err = s.Option(linux.SOL_SOCKET, linux.SO_BINDTODEVICE, make([]byte, maxDevice-1))
		w.want("no room", err, syscall.EINVAL)
		s.Close()
	})
}

func TestLingerTimes(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.socket(w.left, linux.AF_INET, sockStream)
		for _, c := range []struct{ set, want linux.Linger }{
			{linux.Linger{On: 2, Seconds: 5}, linux.Linger{On: 1, Seconds: 5}},
			{linux.Linger{On: 1, Seconds: -1}, linux.Linger{On: 1, Seconds: lingerForever}},
			{linux.Linger{}, linux.Linger{Seconds: lingerForever}},
		} {
			w.ok(s.set(linux.SOL_SOCKET, linux.SO_LINGER, &c.set))
			out, _, _, err := s.Option(linux.SOL_SOCKET, linux.SO_LINGER, make([]byte, 8))
			w.ok(err)
			var got linux.Linger
			if w.ok(linux.Parse(out, &got)); got != c.want {
				t.Errorf("%+v is %+v, want %+v", c.set, got, c.want)
			}
		}
		s.Close()
	})
}

func TestWhatSendingLeavesOnASocket(t *testing.T) {
	inWorld(t, func(w *world) {
		client, server, listener := w.pair()
		ask := func(s *user, name int) int {
			n, err := s.option(linux.SOL_IP, name)
			w.ok(err)
			return n
		}
		if tos, discover, mtu := ask(client, linux.IP_TOS), ask(client, linux.IP_MTU_DISCOVER), ask(client, linux.IP_MTU); tos != ectBit ||
			discover != discoverDo || mtu != 1500 {
			t.Errorf("the client has TOS %#x, discovery %d, MTU %d", tos, discover, mtu)
		}
		if tos, discover := ask(server, linux.IP_TOS), ask(server, linux.IP_MTU_DISCOVER); tos != 0 || discover != discoverDo {
			t.Errorf("the server has TOS %#x, discovery %d", tos, discover)
		}
		_, err := server.option(linux.SOL_IP, linux.IP_MTU)
		w.want("the server's MTU, before it sends", err, syscall.ENOTCONN)
		w.ok(server.send("x"))
		if got := ask(server, linux.IP_TOS); got != ectBit {
			t.Errorf("the server has sent, and TOS %#x", got)
		}
		if got, _ := client.option(linux.SOL_SOCKET, linux.SO_PRIORITY); got != 0 {
			t.Errorf("priority %d", got)
		}
		tos := linux.Int(0x28)
		w.ok(client.set(linux.SOL_IP, linux.IP_TOS, &tos))
		if got, _ := client.option(linux.SOL_SOCKET, linux.SO_PRIORITY); got != 2 || ask(client, linux.IP_TOS) != 0x2a {
			t.Errorf("TOS %#x, priority %d", ask(client, linux.IP_TOS), got)
		}
		out, _, _, err := client.Option(linux.SOL_SOCKET, linux.SO_PEERNAME, make([]byte, 16))
		if shown(out, err) != rightIP+":7" {
			t.Errorf("SO_PEERNAME: %s", shown(out, err))
		}
		_, _, _, err = client.Option(linux.SOL_SOCKET, linux.SO_PEERNAME, make([]byte, 17))
		w.want("more room than a name takes", err, syscall.EINVAL)
		closeAll(client, server, listener)
	})
}

func TestAcceptedSocketsHaveTheirListenersOptions(t *testing.T) {
	inWorld(t, func(w *world) {
		l := w.listener(1)
		for level, names := range map[int][]int{linux.SOL_IP: {linux.IP_TTL, linux.IP_TOS}, linux.SOL_SOCKET: {linux.SO_PRIORITY, linux.SO_KEEPALIVE}} {
			for _, name := range names {
				v := linux.Int(8)
				w.ok(l.set(level, name, &v))
			}
		}
		c := w.socket(w.left, linux.AF_INET, sockStream)
		w.ok(c.connect(at(rightIP, 7)))
		server := w.accept(l)
		for _, o := range []struct{ level, name, want int }{
			{linux.SOL_IP, linux.IP_TTL, 8}, {linux.SOL_IP, linux.IP_TOS, 0},
			{linux.SOL_SOCKET, linux.SO_PRIORITY, 0}, {linux.SOL_SOCKET, linux.SO_KEEPALIVE, 1},
		} {
			if got, _ := server.option(o.level, o.name); got != o.want {
				t.Errorf("%s is %d, want %d", linux.OptionName(o.level, o.name), got, o.want)
			}
		}
		closeAll(l, c, server)
	})
}

func TestPacketsHaveTheServiceOfTheSocket(t *testing.T) {
	inWorld(t, func(w *world) {
		client, server, listener := w.pair()
		field := func(s *user) uint8 { return s.assoc.Tunable().PathParams.DSCP }
		tos := linux.Int(0xb8)
		w.ok(client.set(linux.SOL_IP, linux.IP_TOS, &tos))
		if got := field(client); got != 0xb8>>2 {
			t.Errorf("the client sends with %#x", got)
		}
		own := linux.PaddrParams{DSCP: 0x28, Flags: linux.SPP_DSCP}
		w.ok(client.set(linux.SOL_SCTP, int(linux.SCTP_PEER_ADDR_PARAMS), &own))
		tos = 0x10
		w.ok(client.set(linux.SOL_IP, linux.IP_TOS, &tos))
		if got := field(client); got != 0x28>>2 {
			t.Errorf("an association with a field of its own sends with %#x", got)
		}
		w.ok(listener.set(linux.SOL_IP, linux.IP_TOS, &tos))
		second := w.socket(w.left, linux.AF_INET, sockStream)
		w.ok(second.connect(at(rightIP, 7)))
		accepted := w.accept(listener)
		if got := field(accepted); got != 0 {
			t.Errorf("an accepted socket has no TOS, and sends with %#x", got)
		}
		six := w.socket(w.left, linux.AF_INET6, sockStream)
		w.ok(six.set(linux.SOL_IPV6, linux.IPV6_TCLASS, &tos))
		if got := six.params.Load().path.dscp; got != 0x10 {
			t.Errorf("an IPv6 socket will send with %#x", got)
		}
		w.ok(six.set(linux.SOL_IP, linux.IP_TOS, &tos))
		closeAll(client, server, listener, second, accepted, six)
	})
}

func TestIoctls(t *testing.T) {
	inWorld(t, func(w *world) {
		client, server, listener := w.pair()
		for _, c := range []struct {
			s       *user
			request uint32
			want    error
		}{
			{client, linux.SIOCINQ, nil}, {client, linux.SIOCOUTQ, syscall.ENOTTY}, {client, linux.SIOCATMARK, syscall.ENOTTY},
			{client, linux.SIOCGSTAMP, syscall.ENOENT}, {client, linux.SIOCGSTAMPNS, syscall.ENOENT},
			{listener, linux.SIOCINQ, syscall.ENOTCONN}, {listener, linux.SIOCATMARK, syscall.ENOTCONN},
			{listener, linux.SIOCGSTAMP, syscall.ENOENT},
		} {
			_, err := c.s.Ioctl(c.request)
			w.want("a request", err, c.want)
		}
		closeAll(client, server, listener)
	})
}

func TestUsersDoNotShareTheirPorts(t *testing.T) {
	inWorld(t, func(w *world) {
		on := linux.Int(1)
		bind := func(uid uint32) (*user, error) {
			s := w.socket(w.left, linux.AF_INET, sockStream)
			s.SetHolder(uid, 1)
			w.ok(s.set(linux.SOL_SOCKET, linux.SO_REUSEPORT, &on))
			return s, s.Bind(at(leftIP, 7))
		}
		mine, err := bind(1)
		w.ok(err)
		w.ok(mine.Listen(1))
		second, err := bind(1)
		w.ok(err)
		w.ok(second.Listen(1))
		other, err := bind(2)
		w.want("another user's", err, syscall.EADDRINUSE)
		closeAll(mine, second, other)
	})
}

func TestFreebind(t *testing.T) {
	inWorld(t, func(w *world) {
		on := linux.Int(1)
		s := w.socket(w.left, linux.AF_INET, sockStream)
		w.want("another host's address", s.Bind(at("192.0.2.77", 7)), syscall.EADDRNOTAVAIL)
		w.ok(s.set(linux.SOL_IP, linux.IP_FREEBIND, &on))
		w.ok(s.Bind(at("192.0.2.77", 7)))
		if got := shown(s.Name()); got != "192.0.2.77:7" {
			t.Errorf("it is bound to %s", got)
		}
		s.Close()
	})
}
