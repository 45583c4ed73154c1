package sockets

import (
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/require"
)

// setList sets an option whose value is a list of addresses.
func (u *user) setList(name linux.OptName, list ...[]byte) (int, error) {
	var value []byte
	for _, a := range list {
		value = append(value, a...)
	}
	return u.SetOption(linux.SOL_SCTP, int(name), value)
}

func TestBindx(t *testing.T) {
	inWorld(t, func(w *world) {
		const add = linux.SCTP_SOCKOPT_BINDX_ADD
		for _, c := range []struct {
			what string
			list [][]byte
			want error
		}{
			{"nothing", nil, syscall.EINVAL},
			{"half an address", [][]byte{at(leftIP, 7)[:8]}, syscall.EINVAL},
			{"two ports", [][]byte{at(leftIP, 7), at("127.0.0.1", 8)}, syscall.EINVAL},
			{"one twice", [][]byte{at(leftIP, 7), at(leftIP, 7)}, syscall.EINVAL},
			{"IPv6", [][]byte{at(leftIP6, 7)}, syscall.EINVAL},
			{"the wildcard and more", [][]byte{at("0.0.0.0", 7), at(leftIP, 7)}, syscall.EINVAL},
			{"another's", [][]byte{at(leftIP, 7), at("192.0.2.77", 7)}, syscall.EADDRNOTAVAIL},
			{"the wildcard", [][]byte{at("0.0.0.0", 7)}, nil},
			{"two", [][]byte{at(leftIP, 7), at("127.0.0.1", 7)}, nil},
		} {
			s := w.socket(w.left, linux.AF_INET, sockStream)
			_, err := s.setList(add, c.list...)
			w.want(c.what, err, c.want)
			s.Close()
		}
	})
}

// local are the addresses that a socket lists as its own, or an association of it.
func (u *user) local(id linux.AssocID) string {
	u.t.Helper()
	value := linux.Append(nil, &linux.GetAddrs{AssocID: id})
	out, _, _, err := u.Option(linux.SOL_SCTP, int(linux.SCTP_GET_LOCAL_ADDRS), append(value, make([]byte, 200)...))
	if err != nil {
		return err.Error()
	}
	var v linux.GetAddrs
	if err := linux.Parse(out, &v); err != nil {
		u.t.Fatal(err)
	}
	list, err := linux.ParseSockaddrs(v.Addresses)
	if len(v.Addresses) > 0 && err != nil {
		u.t.Fatal(err)
	}
	var text []string
	for _, a := range list {
		text = append(text, a.Addr().String())
	}
	return strings.Join(text, " ")
}

// As Linux 6.12 answered (interop/questions, group bindx).
func TestBindxOfBoundSockets(t *testing.T) {
	const add, remove = linux.SCTP_SOCKOPT_BINDX_ADD, linux.SCTP_SOCKOPT_BINDX_REM
	inWorld(t, func(w *world) {
		s := w.socket(w.left, linux.AF_INET, sockStream)
		_, err := s.setList(remove, at("127.0.0.1", 0))
		w.want("removing from a socket that is not bound", err, syscall.EBUSY)
		w.ok(s.Bind(at("127.0.0.1", 7)))
		for _, c := range []struct {
			what   string
			option linux.OptName
			list   [][]byte
			want   error
			left   string
		}{
			{"the same port", add, [][]byte{at("127.0.0.2", 7)}, nil, "127.0.0.1 127.0.0.2"},
			{"port 0", add, [][]byte{at("127.0.0.3", 0)}, nil, "127.0.0.1 127.0.0.2 127.0.0.3"},
			{"another port", add, [][]byte{at("127.0.0.4", 8)}, syscall.EINVAL, "127.0.0.1 127.0.0.2 127.0.0.3"},
			{"what is there", add, [][]byte{at("127.0.0.2", 7)}, syscall.EINVAL, "127.0.0.1 127.0.0.2 127.0.0.3"},
			{"the wildcard", add, [][]byte{at("0.0.0.0", 7)}, syscall.EINVAL, "127.0.0.1 127.0.0.2 127.0.0.3"},
			{"another's", add, [][]byte{at("127.0.0.4", 7), at("192.0.2.77", 7)}, syscall.EADDRNOTAVAIL, "127.0.0.1 127.0.0.2 127.0.0.3"},
			{"multicast", add, [][]byte{at("224.0.0.1", 7)}, syscall.EADDRNOTAVAIL, "127.0.0.1 127.0.0.2 127.0.0.3"},
			{"removing what is not there", remove, [][]byte{at("127.0.0.9", 7)}, syscall.EINVAL, "127.0.0.1 127.0.0.2 127.0.0.3"},
			{"removing from another port", remove, [][]byte{at("127.0.0.2", 8)}, syscall.EINVAL, "127.0.0.1 127.0.0.2 127.0.0.3"},
			{"removing multicast", remove, [][]byte{at("224.0.0.1", 7)}, syscall.EADDRNOTAVAIL, "127.0.0.1 127.0.0.2 127.0.0.3"},
			{"removing IPv6", remove, [][]byte{at("::1", 7)}, syscall.EINVAL, "127.0.0.1 127.0.0.2 127.0.0.3"},
			{"removing with port 0", remove, [][]byte{at("127.0.0.2", 0)}, nil, "127.0.0.1 127.0.0.3"},
			{"removing nothing", remove, nil, syscall.EINVAL, "127.0.0.1 127.0.0.3"},
			{"removing all", remove, [][]byte{at("127.0.0.1", 7), at("127.0.0.3", 7)}, syscall.EBUSY, "127.0.0.1 127.0.0.3"},
			{"removing the first", remove, [][]byte{at("127.0.0.1", 7)}, nil, "127.0.0.3"},
		} {
			_, err := s.setList(c.option, c.list...)
			w.want(c.what, err, c.want)
			if got := s.local(0); got != c.left {
				t.Errorf("%s: %s are left, want %s", c.what, got, c.left)
			}
		}
		if got := shown(s.Name()); got != "127.0.0.4:7" {
			t.Errorf("getsockname shows %s, want what was bound last, even if it was taken back", got)
		}
		w.ok(s.Listen(1))
		_, err = s.setList(add, at("127.0.0.4", 7))
		w.want("while listening", err, nil)
		wild := w.socket(w.left, linux.AF_INET, sockStream)
		w.ok(wild.Listen(1))
		_, err = wild.setList(add, at("127.0.0.1", 0))
		w.want("one more than all", err, syscall.EINVAL)
		_, err = wild.setList(remove, at("127.0.0.1", 0))
		w.want("one less than all", err, syscall.EBUSY)
		closeAll(s, wild)
	})
}

func TestBindxKeepsWhatItCannotTakeBack(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.socket(w.left, linux.AF_INET, sockStream)
		_, err := s.setList(linux.SCTP_SOCKOPT_BINDX_ADD, at("127.0.0.1", 7), at("127.0.0.2", 8))
		w.want("two ports", err, syscall.EINVAL)
		if got := s.local(0); got != "127.0.0.1" {
			t.Errorf("%s is left", got)
		}
		s.Close()
	})
}

func TestBindxLeavesAssociationsAsTheyAre(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.socket(w.right, linux.AF_INET, sockSeqpacket)
		w.ok(s.Bind(at(rightIP, 7)))
		w.ok(s.Listen(1))
		c := w.socket(w.left, linux.AF_INET, sockSeqpacket)
		w.ok(c.sendTo("hello", at(rightIP, 7)))
		_, m, err := s.receive(100)
		w.ok(err)
		_, err = s.setList(linux.SCTP_SOCKOPT_BINDX_ADD, at("127.0.0.1", 7))
		w.ok(err)
		_, err = s.setList(linux.SCTP_SOCKOPT_BINDX_REM, at(rightIP, 7))
		w.ok(err)
		w.ok(s.sendTo("good day", m.Name[:m.NameLen]))
		c.wantText("good day")
		id := assocID(s.members()[0])
		if all, one := s.local(0), s.local(id); all != "127.0.0.1" || one != rightIP {
			t.Errorf("the socket has %s, the association %s", all, one)
		}
		if got := s.local(id + 99); got != syscall.EINVAL.Error() {
			t.Errorf("no such association: %s", got)
		}
		closeAll(s, c)
	})
}

// An accepted socket has addresses of its own: its listener keeps those it has, and may be gone.
func TestBindxOfAcceptedSockets(t *testing.T) {
	inWorld(t, func(w *world) {
		l := w.socket(w.right, linux.AF_INET, sockStream)
		w.ok(l.Bind(at(rightIP, 7)))
		_, err := l.setList(linux.SCTP_SOCKOPT_BINDX_ADD, at("127.0.0.1", 7))
		w.ok(err)
		w.ok(l.Listen(1))
		c := w.socket(w.left, linux.AF_INET, sockStream)
		w.ok(c.connect(at(rightIP, 7)))
		a := w.accept(l)
		_, err = a.setList(linux.SCTP_SOCKOPT_BINDX_REM, at("127.0.0.1", 7))
		w.ok(err)
		if of, own := l.local(0), a.local(0); of != rightIP+" 127.0.0.1" {
			t.Errorf("the listener has %s, its child %s", of, own)
		}
		l.Close()
		_, err = a.setList(linux.SCTP_SOCKOPT_BINDX_ADD, at("127.0.0.1", 7))
		w.ok(err)
		_, err = a.setList(linux.SCTP_SOCKOPT_BINDX_REM, at("127.0.0.1", 7))
		w.ok(err)
		closeAll(a, c)
	})
}

func TestReusePort(t *testing.T) {
	inWorld(t, func(w *world) {
		one := linux.Int(9)
		first, second := w.socket(w.left, linux.AF_INET, sockStream), w.socket(w.left, linux.AF_INET, sockStream)
		for _, s := range []*user{first, second} {
			w.ok(s.set(linux.SOL_SCTP, int(linux.SCTP_REUSE_PORT), &one))
			w.ok(s.Bind(at(leftIP, 7)))
			w.want("of a bound socket", s.set(linux.SOL_SCTP, int(linux.SCTP_REUSE_PORT), &one), syscall.EFAULT)
			if got, _ := s.option(linux.SOL_SCTP, int(linux.SCTP_REUSE_PORT)); got != 1 {
				t.Errorf("it is %d", got)
			}
		}
		w.ok(first.Listen(1))
		w.want("a second listener", second.Listen(1), syscall.EADDRINUSE)
		many := w.socket(w.left, linux.AF_INET, sockSeqpacket)
		w.want("of a one-to-many socket", many.set(linux.SOL_SCTP, int(linux.SCTP_REUSE_PORT), &one), syscall.EOPNOTSUPP)
		closeAll(first, second, many)
	})
}

// As Linux 6.12 answered (interop/questions, group bind): an accepted socket is bound, too.
func TestAcceptedSocketsKeepThePort(t *testing.T) {
	inWorld(t, func(w *world) {
		client, server, listener := w.pair()
		listener.Close()
		again := w.socket(w.right, linux.AF_INET, sockStream)
		w.want("while a connection is left", again.Bind(at("0.0.0.0", 7)), syscall.EADDRINUSE)
		on := linux.Int(1)
		w.ok(again.set(linux.SOL_SOCKET, linux.SO_REUSEADDR, &on))
		w.want("with SO_REUSEADDR on one of them", again.Bind(at("0.0.0.0", 7)), syscall.EADDRINUSE)
		w.want("a connection to whom nobody listens", w.socket(w.left, linux.AF_INET, sockStream).connect(at(rightIP, 7)), syscall.ECONNREFUSED)
		client.Close()
		server.wantEnd()
		w.settle()
		w.want("while the accepted socket is open", again.Bind(at("0.0.0.0", 7)), syscall.EADDRINUSE)
		server.Close()
		w.ok(again.Bind(at("0.0.0.0", 7)))
		closeAll(again)
	})
}

func TestReuseAddr(t *testing.T) {
	inWorld(t, func(w *world) {
		client, server, listener := w.pair()
		on := linux.Int(1)
		w.ok(listener.set(linux.SOL_SOCKET, linux.SO_REUSEADDR, &on))
		again := w.socket(w.right, linux.AF_INET, sockStream)
		w.ok(again.set(linux.SOL_SOCKET, linux.SO_REUSEADDR, &on))
		w.want("while another listens", again.Bind(at("0.0.0.0", 7)), syscall.EADDRINUSE)
		listener.Close()
		w.ok(again.Bind(at("0.0.0.0", 7)))
		w.ok(again.Listen(1))
		w.ok(client.send("hello"))
		server.wantText("hello")
		closeAll(client, server, again)
	})
}

func TestConnectx(t *testing.T) {
	inWorld(t, func(w *world) {
		l := w.socket(w.right, linux.AF_INET6, sockStream)
		w.ok(l.Bind(at("::", 7)))
		w.ok(l.Listen(5))
		c := w.socket(w.left, linux.AF_INET6, sockStream)
		const connectx = linux.SCTP_SOCKOPT_CONNECTX
		for _, k := range []struct {
			what string
			list [][]byte
			want error
		}{
			{"nothing", nil, syscall.EINVAL},
			{"two ports", [][]byte{at(rightIP, 7), at(rightIP6, 8)}, syscall.EINVAL},
			{"one twice", [][]byte{at(rightIP, 7), at(rightIP, 7)}, syscall.EADDRNOTAVAIL},
			{"the wildcard", [][]byte{at("0.0.0.0", 7)}, syscall.EINVAL},
		} {
			_, err := c.setList(connectx, k.list...)
			w.want(k.what, err, k.want)
		}
		_, err := c.setList(connectx, at(rightIP, 0))
		w.want("port 0", err, syscall.EINPROGRESS)
		w.want("port 0", c.ConnectResult(), syscall.ECONNREFUSED)
		id, err := c.setList(connectx, at(rightIP, 7), at(rightIP6, 7))
		w.want("two addresses", err, syscall.EINPROGRESS)
		w.ok(c.until(c.ConnectResult))
		if id != int(assocID(c.assoc)) || id < int(linux.FirstAssocID) {
			t.Errorf("identifier %d", id)
		}
		_, err = c.setList(connectx, at(rightIP, 7))
		w.want("again", err, syscall.EISCONN)
		old := w.socket(w.left, linux.AF_INET6, sockStream)
		id, err = old.setList(linux.SCTP_SOCKOPT_CONNECTX_OLD, at(rightIP, 7))
		if w.want("the oldest", err, syscall.EINPROGRESS); id != 0 {
			t.Errorf("it returns %d", id)
		}
		w.ok(old.until(old.ConnectResult))
		four := w.socket(w.left, linux.AF_INET, sockStream)
		_, err = four.setList(connectx, at(rightIP6, 7))
		w.want("IPv6 on an IPv4 socket", err, syscall.EINVAL)
		closeAll(l, c, old, four)
	})
}

func TestPathsOfAnAssociation(t *testing.T) {
	inWorld(t, func(w *world) {
		l := w.socket(w.right, linux.AF_INET6, sockSeqpacket)
		w.ok(l.Bind(at("::", 7)))
		w.ok(l.Listen(5))
		c := w.socket(w.left, linux.AF_INET6, sockSeqpacket)
		result, err := c.setList(linux.SCTP_SOCKOPT_CONNECTX, at(rightIP, 7), at(rightIP6, 7))
		w.want("connectx", err, syscall.EINPROGRESS)
		w.ok(c.until(c.ConnectResult))
		w.settle()
		id := linux.AssocID(result)
		storage := func(ip string, port uint16) linux.Storage {
			a, _ := linux.ParseSockaddr(at(ip, port))
			return linux.StorageOf(a)
		}
		primary := func() string {
			out, _, _, err := c.Option(linux.SOL_SCTP, int(linux.SCTP_PRIMARY_ADDR), linux.Append(nil, &linux.Prim{AssocID: id}))
			var v linux.Prim
			w.ok(err)
			w.ok(linux.Parse(out, &v))
			return v.Address.String()
		}
		if got := primary(); got != "[::ffff:"+rightIP+"]:7" {
			t.Errorf("the primary address is %s", got)
		}
		w.ok(c.set(linux.SOL_SCTP, int(linux.SCTP_EVENT), &linux.Event{AssocID: id, Type: linux.SCTP_PEER_ADDR_CHANGE, On: 1}))
		w.ok(c.set(linux.SOL_SCTP, int(linux.SCTP_PRIMARY_ADDR), &linux.Prim{AssocID: id, Address: storage(rightIP6, 7)}))
		w.ok(c.set(linux.SOL_SCTP, int(linux.SCTP_PRIMARY_ADDR), &linux.Prim{AssocID: id, Address: storage(rightIP6, 7)}))
		told, m, err := c.receive(200)
		w.ok(err)
		note, err := linux.ParseNotification([]byte(told))
		w.ok(err)
		if n, ok := note.(*linux.PaddrChange); !ok || n.State != linux.SCTP_ADDR_MADE_PRIM || n.Address.String() != "["+rightIP6+"]:7" {
			t.Errorf("the program is told %+v", note)
		}
		if from := shown(m.Name[:m.NameLen], nil); from != "["+rightIP6+"]:7" || c.Ready().In {
			t.Errorf("it is told from %s, and there is more: %t", from, c.Ready().In)
		}
		if got := primary(); got != "["+rightIP6+"]:7" {
			t.Errorf("changed, the primary address is %s", got)
		}
		for _, bad := range []linux.Prim{
			{AssocID: id, Address: storage("192.0.2.77", 7)}, {AssocID: id, Address: storage(rightIP, 8)}, {AssocID: id},
		} {
			w.want("no address of the peer", c.set(linux.SOL_SCTP, int(linux.SCTP_PRIMARY_ADDR), &bad), syscall.EINVAL)
		}
		_, _, _, err = c.Option(linux.SOL_SCTP, int(linux.SCTP_PRIMARY_ADDR), linux.Append(nil, &linux.Prim{}))
		w.want("of no association", err, syscall.EINVAL)
		info := linux.PaddrInfo{Address: storage(rightIP, 7)}
		out, _, _, err := c.Option(linux.SOL_SCTP, int(linux.SCTP_GET_PEER_ADDR_INFO), linux.Append(nil, &info))
		w.ok(err)
		if w.ok(linux.Parse(out, &info)); info.AssocID != id || info.State != linux.SCTP_ACTIVE || info.Cwnd == 0 || info.RTO == 0 {
			t.Errorf("%+v", info)
		}
		info.Address = storage(leftIP, 7)
		_, _, _, err = c.Option(linux.SOL_SCTP, int(linux.SCTP_GET_PEER_ADDR_INFO), linux.Append(nil, &info))
		w.want("of this side", err, syscall.EINVAL)
		closeAll(l, c)
	})
}

func TestMessagesSayWhichAddressTheyCameFrom(t *testing.T) {
	inWorld(t, func(w *world) {
		l := w.socket(w.right, linux.AF_INET6, sockSeqpacket)
		w.ok(l.Bind(at("::", 7)))
		w.ok(l.Listen(5))
		c := w.socket(w.left, linux.AF_INET6, sockSeqpacket)
		_, err := c.setList(linux.SCTP_SOCKOPT_CONNECTX, at(rightIP, 7), at(rightIP6, 7))
		w.want("connectx", err, syscall.EINPROGRESS)
		w.ok(c.until(c.ConnectResult))
		w.settle()
		for _, x := range []struct{ to, from string }{
			{rightIP6, "[" + leftIP6 + "]:"}, {"::ffff:" + rightIP, "[::ffff:" + leftIP + "]:"}, {rightIP6, "[" + leftIP6 + "]:"},
		} {
			w.ok(c.sendInfo("hello", at(x.to, 7), linux.SndInfo{Flags: linux.SCTP_ADDR_OVER}))
			w.settle()
			text, m, err := l.receive(100)
			if from := shown(m.Name[:m.NameLen], err); text != "hello" || !strings.HasPrefix(from, x.from) {
				t.Errorf("a message to %s came from %s: %q", x.to, from, text)
			}
		}
		closeAll(l, c)
	})
}

// The interface that every host has, and its number on Linux.
const loName, loIndex = "lo", 1

func TestLinkLocalAddressesHaveInterfaces(t *testing.T) {
	i, err := net.InterfaceByName(loName)
	require.That(t, err == nil && i.Index == loIndex, "lo, as interface 1")
	scoped := func(ip string, port uint16, scope uint32) []byte {
		return linux.Sockaddr{AddrPort: netip.AddrPortFrom(netip.MustParseAddr(ip), port), ScopeID: scope}.Append(nil)
	}
	inWorld(t, func(w *world) {
		one := w.open(w.net.AddHost("one", netip.MustParseAddr("fe80::1%"+loName)))
		two := w.open(w.net.AddHost("two", netip.MustParseAddr("fe80::2%"+loName)))
		l := w.socket(two, linux.AF_INET6, sockStream)
		w.want("no interface", l.Bind(scoped("fe80::2", 7, 0)), syscall.EADDRNOTAVAIL)
		w.want("an interface that there is not", l.Bind(scoped("fe80::2", 7, 1<<30)), syscall.EADDRNOTAVAIL)
		w.ok(l.Bind(scoped("fe80::2", 7, loIndex)))
		w.ok(l.Listen(1))
		c := w.socket(one, linux.AF_INET6, sockStream)
		w.want("to no interface", c.Connect(scoped("fe80::2", 7, 0)), syscall.EINVAL)
		w.ok(c.connect(scoped("fe80::2", 7, loIndex)))
		s := w.accept(l)
		for what, name := range map[string]func() ([]byte, error){"fe80::2": c.PeerName, "fe80::1": c.Name} {
			b, err := name()
			a, parseErr := linux.ParseSockaddr(b)
			if err != nil || parseErr != nil || a.Addr().String() != what || a.ScopeID != loIndex {
				t.Errorf("%v of interface %d (%v, %v), want %s", a, a.ScopeID, err, parseErr, what)
			}
		}
		closeAll(c, s, l)
		w.ok(one.Close())
		w.ok(two.Close())
	})
}
