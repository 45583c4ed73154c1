package sockets

import (
	"strings"
	"syscall"
	"testing"

	"github.com/gosctp/sctp/internal/abi/linux"
)

func TestSocketArguments(t *testing.T) {
	inWorld(t, func(w *world) {
		for _, c := range []struct {
			family, typ, protocol int
			want                  error
		}{
			{linux.AF_INET, sockStream, linux.IPPROTO_SCTP, nil},
			{linux.AF_INET6, sockStream | 0o2000000 | 0o4000, linux.IPPROTO_SCTP, nil},
			{-1, sockStream, linux.IPPROTO_SCTP, syscall.EAFNOSUPPORT},
			{linux.AF_INET, sockMax, linux.IPPROTO_SCTP, syscall.EINVAL},
			{linux.AF_INET, sockDgram, linux.IPPROTO_SCTP, syscall.EPROTONOSUPPORT},
			{linux.AF_INET, sockRaw, linux.IPPROTO_SCTP, syscall.EPROTONOSUPPORT},
			{linux.AF_INET, sockStream, 6, syscall.EPROTONOSUPPORT},
			{linux.AF_INET, sockSeqpacket, 6, syscall.EPROTONOSUPPORT},
			{linux.AF_INET, 4, linux.IPPROTO_SCTP, syscall.ESOCKTNOSUPPORT},
		} {
			_, err := w.left.Socket(c.family, c.typ, c.protocol)
			if err != c.want {
				t.Errorf("socket(%d, %#o, %d): %v, want %v", c.family, c.typ, c.protocol, err, c.want)
			}
		}
	})
}

func TestNewStackKnowsItsNetworks(t *testing.T) {
	if _, err := NewStack(Config{Network: "tcp"}); err == nil {
		t.Error("a stack on TCP")
	}
}

func TestMessagesGoBothWays(t *testing.T) {
	inWorld(t, func(w *world) {
		client, server, listener := w.pair()
		w.ok(client.send("hello"))
		server.wantText("hello")
		w.ok(server.send("good day"))
		client.wantText("good day")
		closeAll(client, listener)
		server.wantEnd()
		closeAll(server)
	})
}

func TestMoreToCome(t *testing.T) {
	inWorld(t, func(w *world) {
		client, server, listener := w.pair()
		w.ok(client.sendMsg(&Msg{Data: []byte("more"), Flags: int(linux.MSG_MORE)}))
		w.settle()
		_, err := server.Receive(&Msg{Data: make([]byte, 10)})
		w.want("before the rest", err, syscall.EAGAIN)
		w.ok(client.send("end"))
		server.wantText("more")
		server.wantText("end")
		closeAll(client, server, listener)
	})
}

func TestSendingToPort0(t *testing.T) {
	inWorld(t, func(w *world) {
		for _, typ := range []int{sockStream, sockSeqpacket} {
			s := w.socket(w.left, linux.AF_INET, typ)
			w.ok(s.sendTo("x", at(rightIP, 0)))
			if typ == sockStream {
				w.want("after it", s.send("y"), syscall.ECONNREFUSED)
			}
			closeAll(s)
		}
	})
}

func TestNames(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.socket(w.left, linux.AF_INET, sockStream)
		if got := shown(s.Name()); got != "0.0.0.0:0" {
			t.Errorf("a new socket is %s", got)
		}
		_, err := s.PeerName()
		w.want("the peer of a new socket", err, syscall.ENOTCONN)
		s.Close()

		client, server, listener := w.pair()
		local := shown(client.Name())
		if !strings.HasPrefix(local, leftIP+":") || local == leftIP+":0" {
			t.Errorf("a client without bind is %s", local)
		}
		for _, c := range []struct{ what, got, want string }{
			{"the server", shown(server.Name()), rightIP + ":7"},
			{"the listener", shown(listener.Name()), "0.0.0.0:7"},
			{"the client's peer", shown(client.PeerName()), rightIP + ":7"},
			{"the server's peer", shown(server.PeerName()), local},
		} {
			if c.got != c.want {
				t.Errorf("%s is %s, want %s", c.what, c.got, c.want)
			}
		}
		_, err = listener.PeerName()
		w.want("the listener's peer", err, syscall.ENOTCONN)
		w.ok(client.send("x"))
		if _, m, _ := server.receive(1); shown(m.Name[:m.NameLen], nil) != shown(server.PeerName()) {
			t.Errorf("the message is from %s", shown(m.Name[:m.NameLen], nil))
		}
		closeAll(client, server, listener)
	})
}

func TestIPv6SocketShowsIPv4Mapped(t *testing.T) {
	inWorld(t, func(w *world) {
		l := w.socket(w.right, linux.AF_INET6, sockStream)
		w.ok(l.Bind(at("::", 7)))
		w.ok(l.Listen(1))
		four := w.socket(w.left, linux.AF_INET, sockStream)
		w.ok(four.connect(at(rightIP, 7)))
		server := w.accept(l)
		if got := shown(server.PeerName()); !strings.HasPrefix(got, "[::ffff:"+leftIP+"]:") {
			t.Errorf("an IPv4 client is %s", got)
		}
		six := w.socket(w.left, linux.AF_INET6, sockStream)
		w.ok(six.connect(at(rightIP6, 7)))
		server6 := w.accept(l)
		if got := shown(server6.PeerName()); !strings.HasPrefix(got, "["+leftIP6+"]:") {
			t.Errorf("an IPv6 client is %s", got)
		}
		mapped := w.socket(w.left, linux.AF_INET6, sockStream)
		w.ok(mapped.connect(at("::ffff:"+rightIP, 7)))
		closeAll(l, four, server, six, server6, mapped)
	})
}

func TestBindAnswers(t *testing.T) {
	inWorld(t, func(w *world) {
		bind := func(addr []byte) error {
			s := w.socket(w.left, linux.AF_INET, sockStream)
			defer s.Close()
			return s.Bind(addr)
		}
		w.want("too short", bind(at("0.0.0.0", 7)[:15]), syscall.EINVAL)
		w.want("no family", bind(nil), syscall.EINVAL)
		w.want("IPv6 on an IPv4 socket", bind(at("::1", 7)), syscall.EINVAL)
		w.want("another host's", bind(at("192.0.2.77", 7)), syscall.EADDRNOTAVAIL)
		w.want("multicast", bind(at("224.0.0.1", 7)), syscall.EADDRNOTAVAIL)
		w.want("broadcast", bind(at("255.255.255.255", 7)), syscall.EADDRNOTAVAIL)
		w.want("own", bind(at(leftIP, 7)), nil)

		one := w.socket(w.left, linux.AF_INET, sockStream)
		w.ok(one.Bind(at(leftIP, 8)))
		if got := shown(one.Name()); got != leftIP+":8" {
			t.Errorf("bound to %s", got)
		}
		w.want("twice", one.Bind(at(leftIP, 9)), syscall.EINVAL)
		w.want("taken", bind(at("0.0.0.0", 8)), syscall.EADDRINUSE)
		one.Close()
		w.want("free again", bind(at("0.0.0.0", 8)), nil)
	})
}

func TestConnectAnswers(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.socket(w.left, linux.AF_INET, sockStream)
		w.want("too short", s.Connect(at(rightIP, 7)[:3]), syscall.EINVAL)
		w.want("port 0", s.connect(at(rightIP, 0)), syscall.ECONNREFUSED)
		if n, _ := s.option(linux.SOL_SOCKET, linux.SO_ERROR); syscall.Errno(n) != syscall.ECONNREFUSED {
			t.Errorf("port 0: SO_ERROR is %v", syscall.Errno(n))
		}
		w.want("port 0 in the background", s.Connect(at(rightIP, 0)), syscall.EINPROGRESS)
		if r := s.Ready(); !r.Out && r.Err == nil {
			t.Errorf("port 0: %+v", r)
		}
		w.want("multicast", s.Connect(at("224.0.0.1", 7)), syscall.EINVAL)
		w.want("the wildcard", s.Connect(at("0.0.0.0", 7)), syscall.EINVAL)
		w.want("no family", s.Connect(make([]byte, 16)), syscall.EOPNOTSUPP)
		w.want("nobody listens", s.connect(at(rightIP, 9)), syscall.ECONNREFUSED)
		if n, _ := s.option(linux.SOL_SOCKET, linux.SO_ERROR); syscall.Errno(n) != syscall.ECONNREFUSED {
			t.Errorf("SO_ERROR is %v", syscall.Errno(n))
		}
		if n, _ := s.option(linux.SOL_SOCKET, linux.SO_ERROR); n != 0 {
			t.Errorf("SO_ERROR is %v the second time", syscall.Errno(n))
		}
		l := w.listener(1)
		w.want("another try", s.connect(at(rightIP, 7)), nil)
		w.want("twice", s.Connect(at(rightIP, 7)), syscall.EISCONN)
		w.want("a listener", l.Connect(at(leftIP, 7)), syscall.EISCONN)
		w.want("listening when connected", s.Listen(1), syscall.EINVAL)

		silent := w.socket(w.left, linux.AF_INET, sockStream)
		w.want("nobody there", silent.connect(at("192.0.2.77", 7)), syscall.ETIMEDOUT)
		closeAll(s, l, silent)
	})
}

func TestConnectInTheBackground(t *testing.T) {
	inWorld(t, func(w *world) {
		l := w.listener(1)
		s := w.socket(w.left, linux.AF_INET, sockStream)
		w.want("connect", s.Connect(at(rightIP, 7)), syscall.EINPROGRESS)
		w.want("again", s.Connect(at(rightIP, 7)), syscall.EALREADY)
		w.want("its outcome", s.ConnectResult(), syscall.EAGAIN)
		_, err := s.Send(&Msg{Data: []byte("early")})
		w.want("a message before", err, syscall.EPIPE)
		_, err = s.PeerName()
		w.want("the peer before", err, syscall.ENOTCONN)
		if r := s.Ready(); r != (Readiness{}) {
			t.Errorf("ready for %+v before", r)
		}
		w.settle()
		if r := s.Ready(); !r.Out || r.In || r.Err != nil {
			t.Errorf("connected, and ready for %+v", r)
		}
		w.want("its outcome", s.ConnectResult(), nil)
		w.want("once more", s.Connect(at(rightIP, 7)), syscall.EISCONN)

		refused := w.socket(w.left, linux.AF_INET, sockStream)
		w.want("connect", refused.Connect(at(rightIP, 9)), syscall.EINPROGRESS)
		w.settle()
		if r := refused.Ready(); r.Out || r.Err != syscall.ECONNREFUSED {
			t.Errorf("refused, and ready for %+v", r)
		}
		closeAll(l, s, refused)
	})
}

func TestAcceptAnswers(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.socket(w.right, linux.AF_INET, sockStream)
		_, err := s.Accept()
		w.want("not listening", err, syscall.EINVAL)
		l := w.listener(5)
		_, err = l.Accept()
		w.want("nobody there", err, syscall.EAGAIN)
		before := l.Ready()
		c := w.socket(w.left, linux.AF_INET, sockStream)
		w.ok(c.connect(at(rightIP, 7)))
		w.settle()
		if r := l.Ready(); !r.In || r.Out || r.Arrivals == before.Arrivals || before.In {
			t.Errorf("somebody waits: %+v, before: %+v", r, before)
		}
		w.ok(l.Listen(0))
		w.want("listening for none twice", l.Listen(0), syscall.EINVAL)
		_, err = l.Accept()
		w.want("listening no more", err, syscall.EINVAL)
		refused := w.socket(w.left, linux.AF_INET, sockStream)
		w.want("a client then", refused.connect(at(rightIP, 7)), syscall.ECONNREFUSED)
		closeAll(s, l, c, refused)
	})
}

func TestWhoIsGoneIsAcceptedAllTheSame(t *testing.T) {
	inWorld(t, func(w *world) {
		l := w.listener(5)
		c := w.socket(w.left, linux.AF_INET, sockStream)
		w.ok(c.connect(at(rightIP, 7)))
		w.ok(c.send("bye"))
		c.Close()
		w.settle()
		s := w.accept(l)
		s.wantText("bye")
		s.wantEnd()
		w.want("a message", s.send("x"), syscall.EPIPE)
		w.want("one with an address", s.sendTo("x", at(leftIP, 7)), syscall.EPIPE)
		closeAll(l, s)
	})
}

func TestBacklogAndMore(t *testing.T) {
	inWorld(t, func(w *world) {
		l := w.socket(w.right, linux.AF_INET, sockStream)
		w.ok(l.Listen(-1))
		if got := shown(l.Name()); got == "0.0.0.0:0" {
			t.Error("listening without bind has no port")
		}
		if l.listener == nil || somaxconn < 1 {
			t.Error("no listener")
		}
		closeAll(l)
	})
}

func TestPartsOfAMessage(t *testing.T) {
	inWorld(t, func(w *world) {
		client, server, listener := w.pair()
		w.ok(client.send("abcdefgh"))
		w.ok(client.send("next"))
		if n, _ := server.Ioctl(linux.SIOCINQ); n != 0 {
			t.Errorf("FIONREAD says %d before", n)
		}
		w.settle()
		if n, _ := server.Ioctl(linux.SIOCINQ); n != 8 {
			t.Errorf("FIONREAD says %d", n)
		}
		peek := &Msg{Data: make([]byte, 3), Flags: int(linux.MSG_PEEK)}
		w.ok(server.receiveMsg(peek))
		if string(peek.Data) != "abc" || peek.OutFlags != 0 {
			t.Errorf("peeked %q, flags %#x", peek.Data, peek.OutFlags)
		}
		for _, c := range []struct {
			size, flags int
			want        string
		}{{3, 0, "abc"}, {3, 0, "def"}, {3, int(linux.MSG_EOR), "gh"}, {9, int(linux.MSG_EOR), "next"}} {
			if got, m, err := server.receive(c.size); got != c.want || m.OutFlags != c.flags || err != nil {
				t.Errorf("received %q, flags %#x, error %v; want %q", got, m.OutFlags, err, c.want)
			}
		}
		_, err := server.Receive(&Msg{Data: make([]byte, 1)})
		w.want("all is read", err, syscall.EAGAIN)
		_, err = server.Receive(&Msg{Flags: int(linux.MSG_ERRQUEUE)})
		w.want("the error queue", err, syscall.EAGAIN)
		closeAll(client, server, listener)
	})
}

func TestReceivedIsTakenOrLeft(t *testing.T) {
	inWorld(t, func(w *world) {
		client, server, listener := w.pair()
		w.ok(client.send("abcdef"))
		w.settle()
		m := &Msg{Data: make([]byte, 4)}
		r, err := server.Receive(m)
		w.ok(err)
		if !r.More() {
			t.Error("two more bytes are not more")
		}
		_, err = server.Receive(&Msg{Data: make([]byte, 4)})
		w.want("another reader meanwhile", err, syscall.EAGAIN)
		r.Cancel()
		server.wantText("abcdef")
		for _, text := range []string{"one", "two"} {
			w.ok(client.send(text))
		}
		w.settle()
		for _, more := range []bool{true, false} {
			r, err := server.Receive(m)
			w.ok(err)
			if r.More() != more {
				t.Errorf("after %q: more is %t", m.Data[:m.N], r.More())
			}
			r.Commit()
		}
		closeAll(client, server, listener)
	})
}

func TestSentIsSentOrForgotten(t *testing.T) {
	inWorld(t, func(w *world) {
		client, server, listener := w.pair()
		for _, text := range []string{"no", "yes"} {
			sent, err := client.Send(&Msg{Data: []byte(text)})
			w.ok(err)
			if text == "yes" {
				sent.Commit()
			} else {
				sent.Cancel()
			}
		}
		server.wantText("yes")
		_, err := client.Ioctl(linux.SIOCOUTQ)
		w.want("another request", err, syscall.ENOTTY)
		closeAll(client, server, listener)
	})
}

func TestSendWaitsForRoom(t *testing.T) {
	inWorld(t, func(w *world) {
		listener := w.listener(1)
		client := w.socket(w.left, linux.AF_INET, sockStream)
		size := linux.Int(5000)
		w.ok(client.set(linux.SOL_SOCKET, linux.SO_SNDBUF, &size))
		w.ok(client.connect(at(rightIP, 7)))
		server := w.accept(listener)
		_, err := client.Send(&Msg{Data: make([]byte, 10001)})
		w.want("more than the buffer", err, syscall.EMSGSIZE)
		// Nobody reads, so sooner or later there is no room.
		data, sent := strings.Repeat("x", 9000), 0
		for err = nil; err == nil; sent++ {
			err = client.tryOnce(data)
			if err == nil && !client.Ready().Out {
				w.settle()
			}
		}
		w.want("a full buffer", err, syscall.EAGAIN)
		if client.Ready().Out {
			t.Error("ready to send without room")
		}
		for range sent - 1 {
			server.wantText(data)
		}
		w.settle()
		if !client.Ready().Out {
			t.Error("not ready to send with room")
		}
		closeAll(client, server, listener)
	})
}

func (u *user) tryOnce(text string) error {
	sent, err := u.Send(&Msg{Data: []byte(text)})
	if err == nil {
		sent.Commit()
	}
	return err
}

func TestSendAnswers(t *testing.T) {
	inWorld(t, func(w *world) {
		fresh := w.socket(w.left, linux.AF_INET, sockStream)
		w.want("not connected", fresh.send("x"), syscall.EPIPE)
		client, server, listener := w.pair()
		w.want("a listener", listener.send("x"), syscall.EPIPE)
		w.want("no data", client.send(""), syscall.EINVAL)
		control := func(i linux.SndInfo) []byte {
			c := linux.NewControlWriter(nil, 100)
			c.Add(linux.IPPROTO_SCTP, linux.SCTP_SNDINFO, linux.Append(nil, &i))
			return c.Bytes()
		}
		for _, c := range []struct {
			what string
			info linux.SndInfo
			name []byte
			want error
		}{
			{"a stream", linux.SndInfo{Stream: 9, Flags: linux.SCTP_UNORDERED, PPID: 0x01000000}, nil, nil},
			{"no such stream", linux.SndInfo{Stream: 10}, nil, syscall.EINVAL},
			{"EOF", linux.SndInfo{Flags: linux.SCTP_EOF}, nil, syscall.EINVAL},
			{"no such flag", linux.SndInfo{Flags: 0x4000}, nil, syscall.EINVAL},
			{"an address to override with", linux.SndInfo{Flags: linux.SCTP_ADDR_OVER}, nil, syscall.EINVAL},
			{"the peer's", linux.SndInfo{Flags: linux.SCTP_ADDR_OVER}, at(rightIP, 7), nil},
			{"another's", linux.SndInfo{}, at("192.0.2.77", 7), syscall.EADDRNOTAVAIL},
			{"no address", linux.SndInfo{}, []byte{1}, syscall.EINVAL},
		} {
			w.want(c.what, client.sendMsg(&Msg{Data: []byte("x"), Control: control(c.info), Name: c.name}), c.want)
		}
		closeAll(fresh, client, server, listener)
	})
}

func TestShutdownEndsBothDirections(t *testing.T) {
	inWorld(t, func(w *world) {
		client, server, listener := w.pair()
		w.want("no such way", client.Shutdown(3), syscall.EINVAL)
		w.ok(client.send("last"))
		w.ok(client.Shutdown(shutWR))
		w.want("a message after it", client.send("x"), syscall.EPIPE)
		w.settle()
		w.want("a message of the other side", server.send("x"), syscall.EPIPE)
		if r := server.Ready(); !r.In || !r.RdHup || r.Hup {
			t.Errorf("the other side is ready for %+v", r)
		}
		server.wantText("last")
		server.wantEnd()
		_, _, err := client.receive(10)
		w.want("this side has nothing to wait for", err, syscall.ENOTCONN)
		m := &Msg{Data: make([]byte, 1), Flags: int(linux.MSG_DONTWAIT)}
		_, err = client.Receive(m)
		w.want("unless it would not wait anyway", err, syscall.EAGAIN)
		fresh := w.socket(w.left, linux.AF_INET, sockStream)
		w.want("one that is not connected", fresh.Shutdown(shutWR), syscall.ENOTCONN)
		closeAll(fresh, client, server)
		w.ok(listener.Shutdown(shutWR))
		_, err = listener.Accept()
		w.want("accept after SHUT_WR", err, syscall.EAGAIN)
		w.ok(listener.Shutdown(shutRD))
		_, err = listener.Accept()
		w.want("accept after SHUT_RD", err, syscall.EINVAL)
		closeAll(listener)
	})
}

func TestShutdownOfReading(t *testing.T) {
	inWorld(t, func(w *world) {
		client, server, listener := w.pair()
		w.ok(server.send("before"))
		w.settle()
		w.ok(client.Shutdown(shutRD))
		w.ok(server.send("too late"))
		w.settle()
		client.wantText("before")
		w.ok(server.send("too late, too"))
		w.settle()
		client.wantEnd()
		w.ok(client.send("still"))
		server.wantText("still")
		w.ok(client.Shutdown(shutRDWR))
		if r := client.Ready(); !r.Hup || !r.RdHup || !r.In {
			t.Errorf("ready for %+v", r)
		}
		closeAll(client, server, listener)
	})
}

func TestCloseDeliversWhatWasSent(t *testing.T) {
	inWorld(t, func(w *world) {
		client, server, listener := w.pair()
		big := strings.Repeat("x", 60000)
		w.ok(client.send(big))
		client.Close()
		client.Close()
		server.wantText(big)
		server.wantEnd()
		closeAll(server, listener)
	})
}

func TestCloseWithUnreadDataAborts(t *testing.T) {
	inWorld(t, func(w *world) {
		client, server, listener := w.pair()
		w.ok(client.send("unread"))
		w.settle()
		server.Close()
		w.settle()
		if r := client.Ready(); r.Err != syscall.ECONNRESET {
			t.Errorf("ready for %+v", r)
		}
		w.want("a message", client.send("x"), syscall.ECONNRESET)
		w.want("another", client.send("x"), syscall.EPIPE)
		closeAll(client, listener)
	})
}

func TestLingerOfZeroAborts(t *testing.T) {
	inWorld(t, func(w *world) {
		client, server, listener := w.pair()
		w.ok(client.set(linux.SOL_SOCKET, linux.SO_LINGER, &linux.Linger{On: 1}))
		client.Close()
		_, _, err := server.receive(1)
		w.want("the other side", err, syscall.ECONNRESET)
		_, _, err = server.receive(1)
		w.want("and then", err, syscall.ENOTCONN)
		closeAll(server, listener)
	})
}

func TestClosedListenerRefuses(t *testing.T) {
	inWorld(t, func(w *world) {
		client, server, listener := w.pair()
		waiting := w.socket(w.left, linux.AF_INET, sockStream)
		w.ok(waiting.connect(at(rightIP, 7)))
		listener.Close()
		waiting.wantEnd() // one that waits for accept is shut down, not aborted
		w.want("one that comes later", waiting.Connect(at(rightIP, 7)), syscall.EISCONN)
		w.ok(client.send("the others live"))
		server.wantText("the others live")
		closeAll(client, server, waiting)
	})
}

func TestListenerDoesNotReceive(t *testing.T) {
	inWorld(t, func(w *world) {
		l := w.listener(1)
		_, _, err := l.receive(1)
		w.want("recvmsg", err, syscall.ENOTCONN)
		_, err = l.Ioctl(linux.SIOCINQ)
		w.want("FIONREAD", err, syscall.ENOTCONN)
		closeAll(l)
	})
}

// What ended before it was accepted is accepted all the same, and of no more use. Linux 6.1 answers so, whether an address is given or not.
func TestSendingOnWhatHadEndedBeforeItWasAccepted(t *testing.T) {
	inWorld(t, func(w *world) {
		l := w.listener(1)
		c := w.socket(w.left, linux.AF_INET, sockStream)
		w.ok(c.connect(at(rightIP, 7)))
		w.ok(c.send("all there is"))
		closeAll(c)
		w.settle()
		s := w.accept(l)
		w.want("by address", s.sendTo("x", at(rightIP, 7)), syscall.EPIPE)
		w.want("without", s.send("x"), syscall.EPIPE)
		s.wantText("all there is")
		s.wantEnd()
		closeAll(s, l)
	})
}
