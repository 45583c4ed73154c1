package sockets

import (
	"fmt"
	"strings"
	"syscall"
	"testing"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// next receives up to size bytes and tells them with what SCTP_NXTINFO says.
func (u *user) next(size int, flags linux.MsgFlags) string {
	u.t.Helper()
	m := &Msg{Data: make([]byte, size), Control: make([]byte, 256), Flags: int(flags)}
	if err := u.receiveMsg(m); err != nil {
		return err.Error()
	}
	what := string(m.Data[:m.N])
	if linux.MsgFlags(m.OutFlags)&linux.MSG_NOTIFICATION != 0 {
		what = fmt.Sprint("event ", m.N)
	}
	item, _, ok, err := linux.NextControl(m.Control[:m.ControlLen])
	if !ok || err != nil || item.Type != linux.SCTP_NXTINFO {
		return what
	}
	var n linux.NxtInfo
	if err := linux.Parse(item.Data, &n); err != nil {
		u.t.Error(err)
	}
	return fmt.Sprintf("%s, next %d bytes of stream %d, %v, PPID %d", what, n.Length, n.Stream, n.Flags, n.PPID)
}

// What comes next, to what comes now. These are the answers of Linux 6.12 (interop/questions, group details).
func TestNextInfo(t *testing.T) {
	inWorld(t, func(w *world) {
		c, s := w.pairWith(func(u *user) {
			one := linux.Int(1)
			w.ok(u.setSCTP(linux.SCTP_RECVNXTINFO, &one))
			w.ok(u.setSCTP(linux.SCTP_NODELAY, &one))
			u.subscribe(linux.SCTP_ASSOC_CHANGE, linux.SCTP_AUTHENTICATION_EVENT)
		})
		w.ok(c.sendInfo("first", nil, linux.SndInfo{Stream: 3, PPID: 9}))
		w.ok(c.sendInfo("the second", nil, linux.SndInfo{Stream: 4, PPID: 7, Flags: linux.SCTP_UNORDERED}))
		w.settle()
		event := ", next 20 bytes of stream 0, SCTP_NOTIFICATION, PPID 0"
		first := ", next 5 bytes of stream 3, 0, PPID 9"
		second := ", next 10 bytes of stream 4, SCTP_UNORDERED, PPID 7"
		for i, k := range []struct {
			size  int
			flags linux.MsgFlags
			want  string
		}{
			{100, linux.MSG_PEEK, "event 20" + event},
			{100, 0, "event 20" + event},
			{8, 0, "event 8" + first},
			{100, 0, "event 12" + first},
			{100, linux.MSG_PEEK, "first" + first},
			{2, 0, "fi" + second},
			{100, 0, "rst" + second},
			{100, linux.MSG_PEEK, "the second" + second},
			{100, 0, "the second"},
		} {
			if got := s.next(k.size, k.flags); got != k.want {
				t.Errorf("%d: %q, want %q", i, got, k.want)
			}
		}
		closeAll(c, s)
	})
}

// What is next may be of another association.
func TestNextInfoOfAnother(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.server()
		one := linux.Int(1)
		s.subscribe()
		w.ok(s.setSCTP(linux.SCTP_RECVNXTINFO, &one))
		var clients []*user
		for i := range 2 {
			c := w.socket(w.left, linux.AF_INET, sockStream)
			w.ok(c.connect(at(rightIP, 7)))
			w.ok(c.sendInfo(strings.Repeat("x", i+1), nil, linux.SndInfo{Stream: uint16(i)}))
			w.settle()
			clients = append(clients, c)
		}
		if got := s.next(10, 0); got != "x, next 2 bytes of stream 1, 0, PPID 0" {
			t.Error(got)
		}
		if got := s.next(10, 0); got != "xx" {
			t.Error(got)
		}
		closeAll(append(clients, s)...)
	})
}

// Ancillary data that do not fit are cut within an item (MSG_CTRUNC), and what is before the cut is right.
func TestControlIsCutWithinAnItem(t *testing.T) {
	inWorld(t, func(w *world) {
		c, s, l := w.pair()
		one := linux.Int(1)
		w.ok(s.setSCTP(linux.SCTP_RECVRCVINFO, &one))
		w.ok(c.sendInfo("x", nil, linux.SndInfo{Stream: 3}))
		m := &Msg{Data: make([]byte, 1), Control: make([]byte, 17)}
		if w.ok(s.receiveMsg(m)); m.ControlLen != 17 || m.Control[16] != 3 || m.OutFlags&int(linux.MSG_CTRUNC) == 0 {
			t.Errorf("% x, %v", m.Control[:m.ControlLen], linux.MsgFlags(m.OutFlags))
		}
		closeAll(c, s, l)
	})
}

// RFC 6458 section 8.1.26: a message goes on until a call says that it ends, by either flag.
func TestExplicitEOR(t *testing.T) {
	inWorld(t, func(w *world) {
		c, s, l := w.pair()
		one, zero := linux.Int(1), linux.Int(0)
		w.want("without the option", c.sendInfo("x", nil, linux.SndInfo{Flags: linux.SCTP_EOR}), syscall.EINVAL)
		w.ok(c.setSCTP(linux.SCTP_EXPLICIT_EOR, &one))
		if n, err := c.option(linux.SOL_SCTP, int(linux.SCTP_EXPLICIT_EOR)); n != 1 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		w.ok(c.send("one "))
		w.ok(c.send("message "))
		w.settle()
		if s.Ready().In {
			t.Error("something came before its end")
		}
		w.ok(c.sendInfo("in parts", nil, linux.SndInfo{Flags: linux.SCTP_EOR}))
		s.wantText("one message in parts")
		w.ok(c.send("another "))
		w.ok(c.sendMsg(&Msg{Data: []byte("one"), Flags: int(linux.MSG_EOR)}))
		s.wantText("another one")
		w.ok(c.send("the "))
		w.ok(c.setSCTP(linux.SCTP_EXPLICIT_EOR, &zero))
		w.ok(c.send("last"))
		s.wantText("the last")
		w.ok(c.send("whole again"))
		s.wantText("whole again")
		closeAll(c, s, l)
	})
}

// Messages that wait behind one that is not finished may fill the send buffer: more of that one is taken all the same.
func TestUnfinishedMessageIsTakenWhenTheBufferIsFull(t *testing.T) {
	inWorld(t, func(w *world) {
		c, s, l := w.pair()
		one := linux.Int(1)
		w.ok(c.setSCTP(linux.SCTP_EXPLICIT_EOR, &one))
		w.ok(c.send("begun and "))
		w.settle()
		fill := &Msg{Data: make([]byte, 50000), Control: control(linux.SCTP_SNDINFO, &linux.SndInfo{Stream: 1, Flags: linux.SCTP_EOR})}
		for {
			sent, err := c.Send(fill)
			if err == syscall.EAGAIN {
				break
			}
			w.ok(err)
			sent.Commit()
		}
		if !c.Ready().Out {
			t.Error("not ready to send, but the end is awaited")
		}
		w.ok(c.sendInfo("ended", nil, linux.SndInfo{Flags: linux.SCTP_EOR}))
		s.wantText("begun and ended")
		for range 3 {
			if text, _, err := s.receive(1 << 16); len(text) != 50000 || err != nil {
				t.Errorf("%d bytes, %v", len(text), err)
			}
		}
		s.Close()
		closeAll(c, l)
	})
}

// Between the parts of a message nothing else is handed out at level 0, other associations' at level 1, and other streams' at level 2 (RFC
// 6458 section 8.1.20).
func TestLevelsOfInterleaving(t *testing.T) {
	for level, want := range []string{"", "other", "other"} {
		inWorld(t, func(w *world) {
			s := w.server()
			s.subscribe()
			l, point, one := linux.Int(level), linux.Int(1000), linux.Int(1)
			var clients []*user
			for range 2 {
				c := w.socket(w.left, linux.AF_INET, sockStream)
				w.ok(c.connect(at(rightIP, 7)))
				w.ok(c.setSCTP(linux.SCTP_NODELAY, &one))
				clients = append(clients, c)
			}
			w.ok(s.setSCTP(linux.SCTP_FRAGMENT_INTERLEAVE, &l)) // which counts for associations that there are
			w.ok(s.setSCTP(linux.SCTP_PARTIAL_DELIVERY_POINT, &point))
			if n, err := s.option(linux.SOL_SCTP, int(linux.SCTP_FRAGMENT_INTERLEAVE)); n != min(level, 1) || err != nil {
				t.Errorf("level %d is shown as %d, %v", level, n, err)
			}
			c := clients[0]
			w.ok(c.setSCTP(linux.SCTP_EXPLICIT_EOR, &one))
			w.ok(c.send(strings.Repeat("x", 2000)))
			w.settle()
			if got, m, err := s.receive(5000); len(got) < 1000 || m.OutFlags != 0 || err != nil {
				t.Errorf("%d bytes, flags %v, %v; want the first part", len(got), linux.MsgFlags(m.OutFlags), err)
			}
			w.ok(clients[1].sendInfo("other", nil, linux.SndInfo{}))
			w.settle()
			var got []string
			for r := s.Ready(); r.In; r = s.Ready() {
				text, _, err := s.receive(5000)
				w.ok(err)
				got = append(got, text)
			}
			if text := strings.Join(got, " "); text != want {
				t.Errorf("level %d: %q between the parts, want %q", level, text, want)
			}
			if tunable := s.members()[0].Tunable(); tunable.FragmentInterleave != level {
				t.Errorf("level %d: the association has %+v", level, tunable)
			}
			w.ok(c.sendInfo("the end", nil, linux.SndInfo{Flags: linux.SCTP_EOR}))
			w.settle()
			if r := s.Ready(); !r.In {
				t.Error("the rest does not come")
			}
			closeAll(append(clients, s)...)
		})
	}
}

func TestPeelOffWithFlags(t *testing.T) {
	inWorld(t, func(w *world) {
		s, c := w.server(), w.socket(w.left, linux.AF_INET, sockStream)
		w.ok(c.connect(at(rightIP, 7)))
		id := s.wantState(linux.SCTP_COMM_UP).AssocID
		peel := func(id linux.AssocID) (*Socket, []byte, error) {
			v := linux.PeelOffFlags{PeelOff: linux.PeelOff{AssocID: id}, Flags: linux.SOCK_NONBLOCK}
			out, _, accepted, err := s.Option(linux.SOL_SCTP, int(linux.SCTP_SOCKOPT_PEELOFF_FLAGS), linux.Append(nil, &v))
			return accepted, out, err
		}
		_, _, err := peel(999)
		w.want("an unknown association", err, syscall.EINVAL)
		n, out, err := peel(id)
		w.ok(err)
		var v linux.PeelOffFlags
		if linux.Parse(out, &v) != nil || v.Flags != linux.SOCK_NONBLOCK || v.AssocID != id {
			t.Errorf("%+v", v)
		}
		peeled := w.use(n)
		w.ok(c.send("to the new one"))
		if text, _, _ := peeled.message(); text != "to the new one" {
			t.Errorf("%q", text)
		}
		closeAll(c, s, peeled)
	})
}
