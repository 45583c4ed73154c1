package sockets

import (
	"syscall"
	"testing"

	"github.com/gosctp/sctp/internal/abi/linux"
)

func TestInitMsg(t *testing.T) {
	inWorld(t, func(w *world) {
		l := w.listener(5)
		ask := func(u *user) (v linux.InitMsg) {
			out, _, _, err := u.Option(linux.SOL_SCTP, int(linux.SCTP_INITMSG), make([]byte, 8))
			w.ok(err)
			w.ok(linux.Parse(out, &v))
			return v
		}
		if got := ask(l); got != (linux.InitMsg{OutStreams: 10, MaxInStreams: 65535, MaxAttempts: 8, MaxInitTimeout: 60000}) {
			t.Errorf("Linux' default is %+v", got)
		}
		w.ok(l.set(linux.SOL_SCTP, int(linux.SCTP_INITMSG), &linux.InitMsg{MaxInStreams: 5}))
		c := w.socket(w.left, linux.AF_INET, sockStream)
		w.ok(c.set(linux.SOL_SCTP, int(linux.SCTP_INITMSG), &linux.InitMsg{OutStreams: 20, MaxInStreams: 7}))
		if got := ask(c); got != (linux.InitMsg{OutStreams: 20, MaxInStreams: 7, MaxAttempts: 8, MaxInitTimeout: 60000}) {
			t.Errorf("changed to %+v", got)
		}
		w.ok(c.connect(at(rightIP, 7)))
		s := w.accept(l)
		out, _, _, err := c.Option(linux.SOL_SCTP, int(linux.SCTP_STATUS), make([]byte, 200))
		var v linux.Status
		w.ok(err)
		if w.ok(linux.Parse(out, &v)); v.OutStreams != 5 || v.InStreams != 7 {
			t.Errorf("%d streams out, %d in; want 5 and 7", v.OutStreams, v.InStreams)
		}
		closeAll(l, c, s)
	})
}

func TestStatus(t *testing.T) {
	inWorld(t, func(w *world) {
		c, s, l := w.pair()
		out, _, _, err := c.Option(linux.SOL_SCTP, int(linux.SCTP_STATUS), make([]byte, 176))
		var v linux.Status
		w.ok(err)
		w.ok(linux.Parse(out, &v))
		if v.State != linux.SCTP_ESTABLISHED || v.Rwnd != defaultBuffer/2 || v.OutStreams != 10 || v.AssocID < linux.FirstAssocID ||
			v.Primary.State != linux.SCTP_ACTIVE || v.Primary.Address.String() != rightIP+":7" || v.Primary.MTU == 0 {
			t.Errorf("%+v", v)
		}
		_, _, _, err = c.Option(linux.SOL_SCTP, int(linux.SCTP_STATUS), make([]byte, 175))
		w.want("too little room", err, syscall.EINVAL)
		_, _, _, err = l.Option(linux.SOL_SCTP, int(linux.SCTP_STATUS), make([]byte, 176))
		w.want("a listener", err, syscall.EINVAL)
		w.want("it cannot be set", c.set(linux.SOL_SCTP, int(linux.SCTP_STATUS), &v), syscall.ENOPROTOOPT)
		closeAll(c, s, l)
	})
}

func TestAddressLists(t *testing.T) {
	inWorld(t, func(w *world) {
		c, s, l := w.pair()
		ask := func(u *user, name linux.OptName, room int) (string, error) {
			out, _, _, err := u.Option(linux.SOL_SCTP, int(name), make([]byte, room))
			if err != nil {
				return "", err
			}
			var v linux.GetAddrs
			w.ok(linux.Parse(out, &v))
			text := ""
			for _, a := range must(linux.ParseSockaddrs(v.Addresses)) {
				text += a.Addr().String() + " "
			}
			return text, nil
		}
		if got, err := ask(c, linux.SCTP_GET_PEER_ADDRS, 1000); got != rightIP+" " || err != nil {
			t.Errorf("the peer has %q, %v", got, err)
		}
		if got, err := ask(s, linux.SCTP_GET_LOCAL_ADDRS, 1000); got != rightIP+" " || err != nil {
			t.Errorf("this side has %q, %v", got, err)
		}
		_, err := ask(c, linux.SCTP_GET_PEER_ADDRS, 20)
		w.want("too little room", err, syscall.ENOMEM)
		_, err = ask(l, linux.SCTP_GET_PEER_ADDRS, 1000)
		w.want("a listener's peer", err, syscall.EINVAL)
		fresh := w.socket(w.left, linux.AF_INET6, sockStream)
		out, _, _, err := fresh.Option(linux.SOL_SCTP, int(linux.SCTP_GET_LOCAL_ADDRS), make([]byte, 64))
		if w.ok(err); len(out) != 8 {
			t.Errorf("an unbound socket has %v", out)
		}
		w.ok(fresh.Bind(at("::", 70)))
		if got, err := ask(fresh, linux.SCTP_GET_LOCAL_ADDRS, 1000); got != "::ffff:"+leftIP+" "+leftIP6+" " || err != nil {
			t.Errorf("an IPv6 socket has %q, %v", got, err)
		}
		closeAll(c, s, l, fresh)
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestSwitches(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.socket(w.left, linux.AF_INET, sockStream)
		for name, first := range map[linux.OptName]int{
			linux.SCTP_NODELAY: 0, linux.SCTP_DISABLE_FRAGMENTS: 0, linux.SCTP_RECVRCVINFO: 0, linux.SCTP_I_WANT_MAPPED_V4_ADDR: 1,
		} {
			if got, err := s.option(linux.SOL_SCTP, int(name)); got != first || err != nil {
				t.Errorf("%v is %d at first, %v", name, got, err)
			}
			for _, value := range []linux.Int{77, 0} {
				w.ok(s.set(linux.SOL_SCTP, int(name), &value))
				if got, _ := s.option(linux.SOL_SCTP, int(name)); got != number(value != 0) {
					t.Errorf("%v set to %d is %d", name, value, got)
				}
			}
		}
		if c := s.config(); !c.Nagle || c.DisableFragments {
			t.Errorf("associations will have %+v", c)
		}
		one := linux.Int(1)
		w.want("another option", s.set(linux.SOL_SCTP, 98, &one), syscall.ENOPROTOOPT)
		_, err := s.option(linux.SOL_SCTP, 98)
		w.want("another option", err, syscall.ENOPROTOOPT)
		_, err = s.SetOption(linux.SOL_SCTP, int(linux.SCTP_NODELAY), []byte{1})
		w.want("too short", err, syscall.EINVAL)
		closeAll(s)
	})
}

func TestMessagesThatMustStayWhole(t *testing.T) {
	inWorld(t, func(w *world) {
		l := w.listener(5)
		c := w.socket(w.left, linux.AF_INET, sockStream)
		one := linux.Int(1)
		w.ok(c.set(linux.SOL_SCTP, int(linux.SCTP_DISABLE_FRAGMENTS), &one))
		w.ok(c.connect(at(rightIP, 7)))
		w.want("more than a packet", c.send(string(make([]byte, 1600))), syscall.EMSGSIZE)
		w.ok(c.send(string(make([]byte, 1200))))
		closeAll(c, l)
	})
}
