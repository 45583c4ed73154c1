package sockets

import (
	"bytes"
	"errors"
	"math/bits"
	"reflect"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// every subscribes a socket to everything but SCTP_SNDRCV.
func (u *user) subscribeAll() {
	u.t.Helper()
	all := bytes.Repeat([]byte{1}, linux.Size(&linux.EventSubscribe{}))
	all[0] = 0
	if _, err := u.SetOption(linux.SOL_SCTP, int(linux.SCTP_EVENTS), all); err != nil {
		u.t.Fatal(err)
	}
}

// notification reads one.
func (u *user) notification() linux.Notification {
	u.t.Helper()
	m := &Msg{Data: make([]byte, 1<<16)}
	if err := u.receiveMsg(m); err != nil {
		u.t.Errorf("no notification: %v", err)
		return nil
	}
	if want := int(linux.MSG_NOTIFICATION | linux.MSG_EOR); m.OutFlags != want {
		u.t.Errorf("received %.40q, flags %v", m.Data[:m.N], linux.MsgFlags(m.OutFlags))
		return nil
	}
	n, err := linux.ParseNotification(m.Data[:m.N])
	if err != nil {
		u.t.Error(err)
	}
	return n
}

// wantState fails unless the next thing is a change of the association.
func (u *user) wantState(want linux.AssocChangeState) *linux.AssocChange {
	u.t.Helper()
	for {
		switch n := u.notification().(type) {
		case *linux.AssocChange:
			if n.State != want {
				u.t.Errorf("%v, want %v", n.State, want)
			}
			return n
		case *linux.PaddrChange, *linux.SenderDry: // these may come at any time
		default:
			u.t.Errorf("%T, want %v", n, want)
			return &linux.AssocChange{}
		}
	}
}

func TestNotificationsOfALife(t *testing.T) {
	inWorld(t, func(w *world) {
		l := w.listener(5)
		l.subscribeAll()
		c := w.socket(w.left, linux.AF_INET, sockStream)
		c.subscribeAll()
		w.ok(c.connect(at(rightIP, 7)))
		s := w.accept(l)
		for _, u := range []*user{c, s} {
			up := u.wantState(linux.SCTP_COMM_UP)
			if up.OutStreams != 10 || up.InStreams != 10 || up.AssocID < linux.FirstAssocID {
				t.Errorf("came up as %+v", up)
			}
			if n, ok := u.notification().(*linux.AuthKeyEvent); !ok || n.Indication != linux.SCTP_AUTH_NO_AUTH {
				t.Errorf("%+v, want that the peer has no AUTH", n)
			}
		}
		w.ok(c.send("data"))
		w.ok(c.Shutdown(shutWR))
		w.settle()
		s.wantText("data")
		if n, ok := s.notification().(*linux.ShutdownEvent); !ok {
			t.Errorf("%T, want the peer's shutdown", n)
		}
		s.wantState(linux.SCTP_SHUTDOWN_COMP)
		s.wantEnd()
		c.wantState(linux.SCTP_SHUTDOWN_COMP)
		closeAll(l, c, s)
	})
}

func TestAbortIsToldWithItsCause(t *testing.T) {
	inWorld(t, func(w *world) {
		c, s, l := w.pair()
		c.subscribeAll()
		w.ok(s.set(linux.SOL_SOCKET, linux.SO_LINGER, &linux.Linger{On: 1}))
		s.Close()
		w.settle()
		lost := c.wantState(linux.SCTP_COMM_LOST)
		if lost.Error != bits.ReverseBytes16(uint16(wire.CauseUserAbort)) || !slices.Equal(lost.Info, []byte{0, 12, 0, 4}) {
			t.Errorf("lost with %+v", lost)
		}
		closeAll(c, l)
	})
}

func TestRefusalIsTold(t *testing.T) {
	inWorld(t, func(w *world) {
		c := w.socket(w.left, linux.AF_INET, sockStream)
		c.subscribeAll()
		w.want("connect", c.connect(at(rightIP, 9)), syscall.ECONNREFUSED)
		c.wantState(linux.SCTP_CANT_STR_ASSOC)
		closeAll(c)
	})
}

func TestNotificationInPieces(t *testing.T) {
	inWorld(t, func(w *world) {
		l := w.listener(5)
		l.subscribeAll()
		c := w.socket(w.left, linux.AF_INET, sockStream)
		w.ok(c.connect(at(rightIP, 7)))
		s := w.accept(l)
		w.settle()
		if n, _ := s.Ioctl(linux.SIOCINQ); n != 20 {
			t.Errorf("FIONREAD says %d", n)
		}
		peek := &Msg{Data: make([]byte, 8), Flags: int(linux.MSG_PEEK)}
		w.ok(s.receiveMsg(peek))
		first, m, err := s.receive(8)
		if err != nil || m.OutFlags != int(linux.MSG_NOTIFICATION) || first != string(peek.Data) {
			t.Errorf("the first piece: %d bytes, flags %v, error %v", len(first), linux.MsgFlags(m.OutFlags), err)
		}
		if n, _ := s.Ioctl(linux.SIOCINQ); n != 12 {
			t.Errorf("FIONREAD says %d", n)
		}
		rest, m, err := s.receive(100)
		if err != nil || m.OutFlags != int(linux.MSG_NOTIFICATION|linux.MSG_EOR) {
			t.Errorf("the rest: %d bytes, flags %v, error %v", len(rest), linux.MsgFlags(m.OutFlags), err)
		}
		if n, err := linux.ParseNotification([]byte(first + rest)); err != nil || n.Type() != linux.SCTP_ASSOC_CHANGE {
			t.Errorf("together %v, %v", n, err)
		}
		closeAll(l, c, s)
	})
}

func TestUnsentMessagesComeBack(t *testing.T) {
	for _, kind := range []linux.NotificationType{linux.SCTP_SEND_FAILED, linux.SCTP_SEND_FAILED_EVENT} {
		inWorld(t, func(w *world) {
			c, s, l := w.pair()
			w.ok(c.set(linux.SOL_SCTP, int(linux.SCTP_EVENT), &linux.Event{Type: kind, On: 1}))
			w.ok(s.send("unread"))
			w.settle()
			for range 100 {
				w.ok(c.send(string(make([]byte, 1400))))
			}
			w.settle() // the peer's window is full
			s.Close()
			w.settle()
			c.wantText("unread")
			var id linux.AssocID
			var info linux.SndInfo
			var data []byte
			switch n := c.notification().(type) {
			case *linux.SendFailed:
				id, info, data = n.AssocID, linux.SndInfo{Flags: n.Info.Flags, AssocID: n.Info.AssocID}, n.Data
			case *linux.SendFailedEvent:
				id, info, data = n.AssocID, n.Info, n.Data
			}
			if len(data) != 1400 || info.Flags != firstPart|lastPart || info.AssocID != 0 || id < linux.FirstAssocID {
				t.Errorf("%v: %d bytes, %+v of %d", kind, len(data), info, id)
			}
			closeAll(c, l)
		})
	}
}

// A message that was cut comes back as it was cut, like on Linux.
func TestUnsentMessageComesBackInParts(t *testing.T) {
	inWorld(t, func(w *world) {
		c, s, l := w.pair()
		w.ok(c.setSCTP(linux.SCTP_MAXSEG, &linux.AssocValue{Value: 1000}))
		w.ok(c.setSCTP(linux.SCTP_EVENT, &linux.Event{Type: linux.SCTP_SEND_FAILED_EVENT, On: 1}))
		text := bytes.Repeat([]byte("0123456789"), 250)
		never := control(linux.SCTP_SNDINFO, &linux.SndInfo{Flags: linux.SCTP_UNORDERED | linux.SendFlags(linux.SCTP_PR_SCTP_TTL), Context: 7})
		w.ok(c.sendMsg(&Msg{Data: text, Control: never}))
		var got []byte
		for _, want := range []linux.SendFlags{firstPart, 0, lastPart} {
			n, ok := c.notification().(*linux.SendFailedEvent)
			if !ok || n.Info.Flags != want|unorderedChunk || n.Info.Context != 7 || n.Flags != linux.SCTP_DATA_UNSENT {
				t.Fatalf("%+v, want flags %#x", n, want|unorderedChunk)
			}
			got = append(got, n.Data...)
		}
		if !bytes.Equal(got, text) {
			t.Errorf("%d bytes come back, or others", len(got))
		}
		closeAll(c, s, l)
	})
}

func TestSubscriptions(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.socket(w.left, linux.AF_INET, sockStream)
		s.subscribeAll()
		events := func() []byte {
			out, _, _, err := s.Option(linux.SOL_SCTP, int(linux.SCTP_EVENTS), make([]byte, 14))
			w.ok(err)
			return out
		}
		_, err := s.SetOption(linux.SOL_SCTP, int(linux.SCTP_EVENTS), []byte{1, 0, 7})
		w.ok(err)
		if got := events(); !slices.Equal(got, []byte{1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}) {
			t.Errorf("the beginning was changed, and all is %v", got)
		}
		_, err = s.SetOption(linux.SOL_SCTP, int(linux.SCTP_EVENTS), make([]byte, 15))
		w.want("too long", err, syscall.EINVAL)
		for _, kind := range []linux.NotificationType{0x7fff, linux.SCTP_SN_TYPE_MAX + 1} {
			bad := linux.Event{Type: kind}
			w.want("no such notification", s.set(linux.SOL_SCTP, int(linux.SCTP_EVENT), &bad), syscall.EINVAL)
			_, _, _, err = s.Option(linux.SOL_SCTP, int(linux.SCTP_EVENT), linux.Append(nil, &bad))
			w.want("no such notification", err, syscall.EINVAL)
		}
		ev := linux.Event{Type: linux.SCTP_PEER_ADDR_CHANGE}
		w.ok(s.set(linux.SOL_SCTP, int(linux.SCTP_EVENT), &ev))
		out, _, _, err := s.Option(linux.SOL_SCTP, int(linux.SCTP_EVENT), linux.Append(nil, &ev))
		if w.ok(err); out[6] != 0 || events()[2] != 0 {
			t.Errorf("unsubscribed, and it is %v, %v", out, events())
		}
		closeAll(s)
	})
}

func TestSenderDryComesAtOnce(t *testing.T) {
	inWorld(t, func(w *world) {
		c, s, l := w.pair()
		on := linux.Event{Type: linux.SCTP_SENDER_DRY_EVENT, On: 1}
		for range 2 {
			w.ok(c.set(linux.SOL_SCTP, int(linux.SCTP_EVENT), &on))
			if n, ok := c.notification().(*linux.SenderDry); !ok {
				t.Errorf("%T", n)
			}
		}
		_, err := c.Receive(&Msg{Data: make([]byte, 100)})
		w.want("only once each time", err, syscall.EAGAIN)
		out, _, _, err := c.Option(linux.SOL_SCTP, int(linux.SCTP_EVENT), linux.Append(nil, &on))
		if w.ok(err); out[6] != 1 {
			t.Errorf("subscribed, and it is %v", out)
		}
		closeAll(c, s, l)
	})
}

func TestControlDescribesMessages(t *testing.T) {
	inWorld(t, func(w *world) {
		c, s, l := w.pair()
		one := linux.Int(1)
		w.ok(s.set(linux.SOL_SCTP, int(linux.SCTP_RECVRCVINFO), &one))
		_, err := s.SetOption(linux.SOL_SCTP, int(linux.SCTP_EVENTS), []byte{1})
		w.ok(err)
		cw := linux.NewControlWriter(nil, 100)
		cw.Add(linux.IPPROTO_SCTP, linux.SCTP_SNDINFO, linux.Append(nil, &linux.SndInfo{
			Stream: 3, Flags: linux.SCTP_UNORDERED, PPID: 0x01020304,
		}))
		w.ok(c.sendMsg(&Msg{Data: []byte("x"), Control: cw.Bytes()}))
		_, m, err := s.receive(10)
		w.ok(err)
		item, rest, ok, err := linux.NextControl(m.Control[:m.ControlLen])
		var rcv linux.RcvInfo
		if w.ok(errors.Join(err, linux.Parse(item.Data, &rcv))); !ok || item.Type != linux.SCTP_RCVINFO || rcv.Stream != 3 ||
			rcv.Flags != linux.SCTP_UNORDERED || rcv.PPID != 0x01020304 || rcv.TSN == 0 || rcv.AssocID != assocID(s.assoc) {
			t.Errorf("%v %+v", item.Type, rcv)
		}
		item, rest, ok, err = linux.NextControl(rest)
		var snd linux.SndRcvInfo
		if w.ok(errors.Join(err, linux.Parse(item.Data, &snd))); !ok || item.Type != linux.SCTP_SNDRCV || snd.Stream != 3 ||
			snd.TSN != rcv.TSN || snd.PPID != rcv.PPID || len(rest) != 0 {
			t.Errorf("%v %+v", item.Type, snd)
		}
		w.ok(c.send("y"))
		short := &Msg{Data: make([]byte, 1), Control: make([]byte, 20)}
		if w.ok(s.receiveMsg(short)); short.OutFlags != int(linux.MSG_EOR|linux.MSG_CTRUNC) || short.ControlLen != 20 {
			t.Errorf("room for 20 bytes: %d, %v", short.ControlLen, linux.MsgFlags(short.OutFlags))
		}
		closeAll(c, s, l)
	})
}

// Every event of the core is a notification that can be read, or one that nobody is told of.
func TestEventsAsNotifications(t *testing.T) {
	inWorld(t, func(w *world) {
		c, s, l := w.pair()
		id := assocID(c.assoc)
		for _, k := range []struct {
			event assoc.Event
			want  linux.Notification
		}{
			{assoc.AssocChange{State: assoc.Restart, OutStreams: 3, InStreams: 4},
				&linux.AssocChange{State: linux.SCTP_RESTART, OutStreams: 3, InStreams: 4, AssocID: id}},
			{assoc.AssocChange{State: assoc.CommLost, Err: &assoc.AbortError{Remote: true, Code: 12, Reason: []byte("bye")}},
				&linux.AssocChange{State: linux.SCTP_COMM_LOST, Error: 0x0c00, AssocID: id, Info: []byte("\x00\x0c\x00\x07bye")}},
			{assoc.AssocChange{State: assoc.CommLost, Err: assoc.ErrTimeout},
				&linux.AssocChange{State: linux.SCTP_COMM_LOST, AssocID: id}},
			{assoc.RemoteError{Code: 1, Data: []byte("abcde")},
				&linux.RemoteError{Cause: 1, AssocID: id, Data: []byte("abcde\x00\x00\x00")}},
			{assoc.ShutdownEvent{}, &linux.ShutdownEvent{AssocID: id}},
			{assoc.AdaptationIndication{Ind: 7}, &linux.AdaptationEvent{Indication: 7, AssocID: id}},
			{assoc.PartialDeliveryAborted{Stream: 2, SSN: 3}, &linux.PartialDelivery{AssocID: id, Stream: 2, Sequence: 3}},
			{assoc.SenderDry{}, &linux.SenderDry{AssocID: id}},
			{assoc.StreamReset{Incoming: true, Outgoing: true, Denied: true, Streams: []uint16{1, 2}},
				&linux.StreamReset{Flags: 7, AssocID: id, Streams: []uint16{1, 2}}},
			{assoc.AssocReset{Failed: true, LocalTSN: 1, PeerTSN: 2},
				&linux.AssocReset{Flags: linux.SCTP_ASSOC_RESET_FAILED, AssocID: id, LocalTSN: 1, RemoteTSN: 2}},
			{assoc.Authentication{Indication: assoc.AuthNewKey, Key: 4}, &linux.AuthKeyEvent{KeyNumber: 4, AssocID: id}},
			{assoc.Authentication{Indication: assoc.AuthFreeKey, Key: 4},
				&linux.AuthKeyEvent{KeyNumber: 4, Indication: linux.SCTP_AUTH_FREE_KEY, AssocID: id}},
			{assoc.NotificationsStopped{}, &linux.NotificationsStopped{}},
			{assoc.StreamChange{OutStreams: 12, InStreams: 13, AddedOut: 5, AddedIn: 6}, &linux.StreamChange{AssocID: id, InStreams: 6, OutStreams: 5}},
			{assoc.SendFailed{Sent: true, Stream: 1, PPID: 2, Unordered: true, Context: 3, Data: []byte("x")},
				&linux.SendFailedEvent{Flags: linux.SCTP_DATA_SENT, AssocID: id, Data: []byte("x"), Info: linux.SndInfo{
					Stream: 1, Flags: firstPart | lastPart | unorderedChunk, PPID: 0x02000000, Context: 3,
				}}},
		} {
			b := c.Socket.notification(c.assoc, k.event)
			n, err := linux.ParseNotification(b)
			if err != nil || !reflect.DeepEqual(n, k.want) && !bytes.Equal(b, linux.Append(nil, k.want)) {
				t.Errorf("%+v is %+v, want %+v, %v", k.event, n, k.want, err)
			}
			sub := newSubscriber(subscription(0).with(n.Type(), true))
			if !sub.Wants(k.event) || newSubscriber(0).Wants(k.event) {
				t.Errorf("%T is wanted unsubscribed, or not wanted subscribed", k.event)
			}
		}
		sub := newSubscriber(^subscription(0))
		if sub.Wants(assoc.PeerAddrChange{State: assoc.AddrPotentiallyFailed}) || !sub.Wants(assoc.PeerAddrChange{State: assoc.AddrAdded}) {
			t.Error("states of addresses that are told")
		}
		if sub.Wants(assoc.Authentication{Indication: assoc.AuthFailed}) {
			t.Error("Linux tells of no packets that are not authentic")
		}
		if sub.Wants(assoc.RoutesChanged{}) || c.Socket.notification(c.assoc, assoc.RoutesChanged{}) != nil {
			t.Error("what the endpoint needs is told")
		}
		closeAll(c, s, l)
	})
}

// Between sockets of one host a kernel shuts an association down within the call that asks for it: a program sees either nothing or the end, and
// the end is told before it is read. Programs rely on that.
func TestShutdownOnOneHostIsOneStep(t *testing.T) {
	inWorld(t, func(w *world) {
		l := w.socket(w.left, linux.AF_INET, sockStream)
		w.ok(l.Bind(at(leftIP, 7)))
		w.ok(l.Listen(1))
		l.subscribe(linux.SCTP_ASSOC_CHANGE)
		c := w.socket(w.left, linux.AF_INET, sockStream)
		w.ok(c.connect(at(leftIP, 7)))
		s := w.accept(l)
		s.wantState(linux.SCTP_COMM_UP)
		closeAll(c)
		s.wantState(linux.SCTP_SHUTDOWN_COMP)
		s.wantEnd()
		closeAll(s, l)
	})
}

// The last word of a peer that has shut the association down may be lost with the peer. For a reader that is the end all the same.
func TestPeerThatIsGoneAfterItsShutdown(t *testing.T) {
	inWorld(t, func(w *world) {
		l := w.socket(w.left, linux.AF_INET, sockStream)
		w.ok(l.Bind(at(leftIP, 7)))
		w.ok(l.Listen(1))
		c := w.socket(w.left, linux.AF_INET, sockStream)
		w.ok(c.connect(at(leftIP, 7)))
		s := w.accept(l)
		w.net.Filter(func(d *transport.Datagram) bool {
			chunk, _, err := wire.NextChunk(d.Data[wire.HeaderLen:])
			return err != nil || chunk.Type != wire.ChunkShutdownComplete
		})
		closeAll(c)
		start := time.Now()
		s.wantEnd()
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("the end is read after %v", d)
		}
		time.Sleep(patience)
		if n, err := s.option(linux.SOL_SOCKET, linux.SO_ERROR); n != 0 || err != nil {
			t.Errorf("SO_ERROR is %d, %v", n, err)
		}
		closeAll(s, l)
	})
}
