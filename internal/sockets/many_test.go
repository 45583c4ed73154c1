package sockets

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// server is a one-to-many socket on the right that listens on port 7 and tells of associations and messages.
func (w *world) server() *user {
	w.t.Helper()
	s := w.socket(w.right, linux.AF_INET, sockSeqpacket)
	w.ok(s.Bind(at("0.0.0.0", 7)))
	w.ok(s.Listen(1))
	s.subscribe(linux.SCTP_DATA_IO_EVENT, linux.SCTP_ASSOC_CHANGE, linux.SCTP_SHUTDOWN_EVENT)
	return s
}

// client is a one-to-many socket on the left.
func (w *world) client() *user {
	w.t.Helper()
	c := w.socket(w.left, linux.AF_INET, sockSeqpacket)
	c.subscribe(linux.SCTP_DATA_IO_EVENT, linux.SCTP_ASSOC_CHANGE, linux.SCTP_SHUTDOWN_EVENT)
	return c
}

func (u *user) subscribe(types ...linux.NotificationType) {
	u.t.Helper()
	var v linux.EventSubscribe
	for _, t := range types {
		v[t-linux.SCTP_SN_TYPE_BASE] = 1
	}
	if err := u.set(linux.SOL_SCTP, int(linux.SCTP_EVENTS), &v); err != nil {
		u.t.Fatal(err)
	}
}

// message receives a message and says which association it is of, and from whom.
func (u *user) message() (text string, info linux.SndRcvInfo, from string) {
	u.t.Helper()
	text, m, err := u.receive(1 << 16)
	if err != nil || m.OutFlags != int(linux.MSG_EOR) {
		u.t.Errorf("received %.40q, flags %v, error %v", text, linux.MsgFlags(m.OutFlags), err)
		return text, info, ""
	}
	item, _, _, err := linux.NextControl(m.Control[:m.ControlLen])
	if err == nil {
		err = linux.Parse(item.Data, &info)
	}
	if err != nil {
		u.t.Error(err)
	}
	return text, info, shown(m.Name[:m.NameLen], nil)
}

// sendInfo sends with ancillary data.
func (u *user) sendInfo(text string, to []byte, info linux.SndInfo) error {
	cw := linux.NewControlWriter(nil, 200)
	cw.Add(linux.IPPROTO_SCTP, linux.SCTP_SNDINFO, linux.Append(nil, &info))
	return u.sendMsg(&Msg{Data: []byte(text), Name: to, Control: cw.Bytes()})
}

func (u *user) sendTo(text string, to []byte) error {
	return u.sendMsg(&Msg{Data: []byte(text), Name: to})
}

func TestSendingBeginsAnAssociation(t *testing.T) {
	inWorld(t, func(w *world) {
		s, c := w.server(), w.client()
		w.ok(c.sendTo("hello", at(rightIP, 7)))
		id := c.wantState(linux.SCTP_COMM_UP).AssocID
		up := s.wantState(linux.SCTP_COMM_UP)
		text, info, from := s.message()
		if text != "hello" || info.AssocID != up.AssocID || !strings.HasPrefix(from, leftIP+":") {
			t.Errorf("%q from %s, %+v", text, from, info)
		}
		w.ok(s.sendInfo("by identifier", nil, linux.SndInfo{AssocID: info.AssocID}))
		if text, info, from = c.message(); text != "by identifier" || info.AssocID != id || from != rightIP+":7" {
			t.Errorf("%q from %s, %+v", text, from, info)
		}
		w.ok(s.sendTo("by address", at(leftIP, portOf(shown(c.Name())))))
		if text, _, _ = c.message(); text != "by address" {
			t.Errorf("%q", text)
		}
		w.ok(c.sendTo("the same association", at(rightIP, 7)))
		if n, _ := c.option(linux.SOL_SCTP, int(linux.SCTP_GET_ASSOC_NUMBER)); n != 1 {
			t.Errorf("%d associations", n)
		}
		w.settle()
		s.message()
		closeAll(c)
		if n := s.notification(); n.Type() != linux.SCTP_SHUTDOWN_EVENT {
			t.Errorf("%v", n.Type())
		}
		s.wantState(linux.SCTP_SHUTDOWN_COMP)
		closeAll(s)
	})
}

func portOf(name string) (port uint16) {
	fmt.Sscan(name[strings.LastIndexByte(name, ':')+1:], &port)
	return port
}

func TestOneToManyAnswers(t *testing.T) {
	inWorld(t, func(w *world) {
		s, c := w.server(), w.client()
		_, err := s.Accept()
		w.want("accept", err, syscall.EOPNOTSUPP)
		w.want("no association", c.send("x"), syscall.EPIPE)
		w.want("one that does not exist", c.sendInfo("x", nil, linux.SndInfo{AssocID: 999}), syscall.EPIPE)
		w.want("all of them", c.sendInfo("x", nil, linux.SndInfo{AssocID: linux.SCTP_ALL_ASSOC}), syscall.EPIPE)
		w.want("the end of none", c.sendInfo("", at(rightIP, 7), linux.SndInfo{Flags: linux.SCTP_EOF}), syscall.EINVAL)
		w.want("the end with data", c.sendInfo("x", at(rightIP, 7), linux.SndInfo{Flags: linux.SCTP_EOF}), syscall.EINVAL)
		w.want("nothing", c.sendTo("", at(rightIP, 7)), syscall.EINVAL)
		_, _, err = c.receive(1)
		w.want("nothing can come", err, syscall.ENOTCONN)
		_, err = s.Receive(&Msg{})
		w.want("something can", err, syscall.EAGAIN)
		if r := c.Ready(); !r.Out || r.In {
			t.Errorf("ready for %+v", r)
		}
		w.want("shutdown", c.Shutdown(shutWR), syscall.ENOTCONN)
		w.ok(c.connect(at(rightIP, 7)))
		w.want("connect twice", c.Connect(at(rightIP, 7)), syscall.EISCONN)
		w.want("connect to nobody", c.connect(at(rightIP, 9)), syscall.ECONNREFUSED)
		if n, _ := c.option(linux.SOL_SOCKET, linux.SO_ERROR); n != 0 {
			t.Errorf("SO_ERROR is %d", n)
		}
		if n, _ := c.option(linux.SOL_SOCKET, linux.SO_TYPE); n != sockSeqpacket {
			t.Errorf("SO_TYPE is %d", n)
		}
		w.want("connect", c.Connect(at(rightIP, 8)), syscall.EINPROGRESS)
		w.want("connect at once", c.Connect(at(rightIP, 8)), syscall.EALREADY)
		if r := s.Ready(); !r.In || anyNumber < somaxconn {
			t.Errorf("with a notification, ready for %+v", r)
		}
		w.settle()
		closeAll(s, c)
	})
}

func TestOrderOfManyAssociations(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.server()
		s.subscribe(linux.SCTP_DATA_IO_EVENT)
		var clients []*user
		for range 3 {
			c := w.socket(w.left, linux.AF_INET, sockStream)
			w.ok(c.connect(at(rightIP, 7)))
			clients = append(clients, c)
		}
		var want []string
		for i, who := range []int{0, 1, 1, 0, 2, 1, 0} {
			text := fmt.Sprint(i, " of ", who)
			w.ok(clients[who].send(text))
			w.settle()
			want = append(want, text)
		}
		ids := make(map[linux.AssocID]bool)
		for _, text := range want {
			got, info, _ := s.message()
			if ids[info.AssocID] = true; got != text {
				t.Errorf("%q, want %q", got, text)
			}
		}
		out, _, _, err := s.Option(linux.SOL_SCTP, int(linux.SCTP_GET_ASSOC_ID_LIST), make([]byte, 100))
		var list linux.AssocIDs
		if w.ok(err); linux.Parse(out, &list) != nil || len(list.IDs) != 3 || len(ids) != 3 || !ids[list.IDs[2]] || !slices.IsSorted(list.IDs) {
			t.Errorf("identifiers %v, of messages %v", list.IDs, ids)
		}
		_, _, _, err = s.Option(linux.SOL_SCTP, int(linux.SCTP_GET_ASSOC_ID_LIST), make([]byte, 15))
		w.want("too little room", err, syscall.EINVAL)
		w.ok(s.sendInfo("to all", nil, linux.SndInfo{Flags: linux.SCTP_SENDALL}))
		for _, c := range clients {
			c.wantText("to all")
		}
		closeAll(append(clients, s)...)
	})
}

func TestEndsOfAnAssociation(t *testing.T) {
	inWorld(t, func(w *world) {
		s, c := w.server(), w.client()
		begin := func() linux.AssocID {
			w.ok(c.connect(at(rightIP, 7)))
			s.wantState(linux.SCTP_COMM_UP)
			return c.wantState(linux.SCTP_COMM_UP).AssocID
		}
		w.ok(c.sendInfo("", nil, linux.SndInfo{AssocID: begin(), Flags: linux.SCTP_EOF}))
		c.wantState(linux.SCTP_SHUTDOWN_COMP)
		s.notification()
		s.wantState(linux.SCTP_SHUTDOWN_COMP)
		w.ok(c.sendInfo("why", nil, linux.SndInfo{AssocID: begin(), Flags: linux.SCTP_ABORT}))
		if lost := s.wantState(linux.SCTP_COMM_LOST); string(lost.Info[4:7]) != "why" {
			t.Errorf("lost with %q", lost.Info)
		}
		if lost := c.wantState(linux.SCTP_COMM_LOST); lost.Error != 0x0c00 || len(lost.Info) != 0 {
			t.Errorf("its own abort is %+v", lost)
		}
		id := begin()
		sent, err := c.Send(&Msg{Data: []byte("never mind"), Name: at(rightIP, 7)})
		w.ok(err)
		sent.Cancel()
		w.ok(c.sendInfo("still there", nil, linux.SndInfo{AssocID: id}))
		s.message()
		closeAll(s, c)
	})
}

func TestMessageThatBeginsAnAssociation(t *testing.T) {
	inWorld(t, func(w *world) {
		s, c := w.server(), w.client()
		w.want("no such stream", c.sendInfo("x", at(rightIP, 7), linux.SndInfo{Stream: 100}), syscall.EINVAL)
		if n := len(c.members()); n != 0 {
			t.Errorf("%d associations of a message that was not taken", n)
		}
		w.settle()
		_, err := s.Receive(&Msg{Data: make([]byte, 100)})
		w.want("the peer hears nothing of it", err, syscall.EAGAIN)

		w.ok(c.set(linux.SOL_SCTP, int(linux.SCTP_EVENT), &linux.Event{Type: linux.SCTP_SEND_FAILED_EVENT, On: 1}))
		sent, err := c.Send(&Msg{Data: []byte("to nobody"), Name: at(rightIP, 9)})
		w.ok(err)
		w.settle() // refused before the message is there
		sent.Commit()
		if lost := c.wantState(linux.SCTP_CANT_STR_ASSOC); lost.AssocID != 0 {
			t.Errorf("an association that never was: %+v", lost)
		}
		if failed, ok := c.notification().(*linux.SendFailedEvent); !ok || string(failed.Data) != "to nobody" || failed.AssocID != 0 {
			t.Errorf("the message: %+v", failed)
		}
		closeAll(s, c)
	})
}

func TestPeelOff(t *testing.T) {
	inWorld(t, func(w *world) {
		s, c := w.server(), w.client()
		w.ok(c.sendTo("before", at(rightIP, 7)))
		id := s.wantState(linux.SCTP_COMM_UP).AssocID
		w.settle()
		peel := func(u *user, id linux.AssocID) (*Socket, error) {
			_, _, accepted, err := u.Option(linux.SOL_SCTP, int(linux.SCTP_SOCKOPT_PEELOFF), linux.Append(nil, &linux.PeelOff{AssocID: id}))
			return accepted, err
		}
		_, err := peel(s, 999)
		w.want("an identifier that does not exist", err, syscall.EINVAL)
		_, err = peel(s, linux.SCTP_FUTURE_ASSOC)
		w.want("identifier 0", err, syscall.EINVAL)
		_, _, _, err = s.Option(linux.SOL_SCTP, int(linux.SCTP_SOCKOPT_PEELOFF), make([]byte, 7))
		w.want("too short", err, syscall.EINVAL)
		socket, err := peel(s, id)
		w.ok(err)
		p := w.use(socket)
		_, err = peel(s, id)
		w.want("again", err, syscall.EINVAL)
		_, err = peel(p, id)
		w.want("from what was peeled off", err, syscall.EINVAL)
		if text, info, _ := p.message(); text != "before" || info.AssocID != id {
			t.Errorf("%q, %+v", text, info)
		}
		if n, _ := p.option(linux.SOL_SOCKET, linux.SO_TYPE); n != sockSeqpacket {
			t.Errorf("SO_TYPE is %d", n)
		}
		for u, want := range map[*user]int{p: 1, s: 0} {
			if n, _ := u.option(linux.SOL_SCTP, int(linux.SCTP_GET_ASSOC_NUMBER)); n != want {
				t.Errorf("%d associations, want %d", n, want)
			}
		}
		w.want("listen", p.Listen(1), syscall.EINVAL)
		_, err = p.Accept()
		w.want("accept", err, syscall.EOPNOTSUPP)
		if got := shown(p.PeerName()); !strings.HasPrefix(got, leftIP+":") {
			t.Errorf("the peer is %s", got)
		}
		w.want("to whom was peeled off", s.connect(must(p.PeerName())), syscall.EADDRNOTAVAIL)
		c.wantState(linux.SCTP_COMM_UP)
		w.ok(p.send("without identifier"))
		if text, _, _ := c.message(); text != "without identifier" {
			t.Errorf("%q", text)
		}
		w.ok(p.Shutdown(shutWR))
		closeAll(p)
		if n := c.notification(); n.Type() != linux.SCTP_SHUTDOWN_EVENT {
			t.Errorf("%v", n.Type())
		}
		closeAll(s, c)
	})
}

func TestSubscriptionsOfManyAssociations(t *testing.T) {
	inWorld(t, func(w *world) {
		s, c := w.server(), w.client()
		w.ok(c.connect(at(rightIP, 7)))
		id := c.wantState(linux.SCTP_COMM_UP).AssocID
		on := func(id linux.AssocID) (bool, error) {
			out, _, _, err := c.Option(linux.SOL_SCTP, int(linux.SCTP_EVENT), linux.Append(nil, &linux.Event{AssocID: id, Type: linux.SCTP_SENDER_DRY_EVENT}))
			return err == nil && out[6] == 1, err
		}
		for _, k := range []struct {
			to              linux.AssocID
			value           uint8
			current, future bool
			want            error
		}{
			{linux.SCTP_FUTURE_ASSOC, 1, false, true, nil}, {id, 1, true, true, nil}, {linux.SCTP_ALL_ASSOC, 0, false, false, nil},
			{linux.SCTP_CURRENT_ASSOC, 1, true, false, nil}, {999, 0, true, false, syscall.EINVAL}, {-1, 0, true, false, nil},
		} {
			v := linux.Event{AssocID: k.to, Type: linux.SCTP_SENDER_DRY_EVENT, On: k.value}
			w.want("setting", c.set(linux.SOL_SCTP, int(linux.SCTP_EVENT), &v), k.want)
			current, err := on(id)
			w.ok(err)
			future, err := on(linux.SCTP_FUTURE_ASSOC)
			if w.ok(err); current != k.current || future != k.future {
				t.Errorf("after setting %d for %d: current %t, future %t", k.value, k.to, current, future)
			}
		}
		_, err := on(999)
		w.want("asking for one that does not exist", err, syscall.EINVAL)
		closeAll(s, c)
	})
}

func TestSendingBeginsAOneToOneConnection(t *testing.T) {
	inWorld(t, func(w *world) {
		l := w.listener(1)
		c := w.socket(w.left, linux.AF_INET, sockStream)
		cw := linux.NewControlWriter(nil, 200)
		cw.Add(linux.IPPROTO_SCTP, linux.SCTP_INIT, linux.Append(nil, &linux.InitMsg{OutStreams: 3, MaxInStreams: 2, MaxAttempts: 1}))
		w.ok(c.sendMsg(&Msg{Data: []byte("hello"), Name: at(rightIP, 7), Control: cw.Bytes()}))
		s := w.accept(l)
		s.wantText("hello")
		out, _, _, err := s.Option(linux.SOL_SCTP, int(linux.SCTP_STATUS), make([]byte, 176))
		var v linux.Status
		if w.ok(err); linux.Parse(out, &v) != nil || v.InStreams != 3 || v.OutStreams != 2 {
			t.Errorf("%d streams in, %d out", v.InStreams, v.OutStreams)
		}
		w.settle()
		w.want("to another", c.sendTo("x", at(rightIP, 9)), syscall.EADDRNOTAVAIL)
		closeAll(l, c, s)
	})
}
