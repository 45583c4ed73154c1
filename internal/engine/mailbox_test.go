package engine

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
)

// mailed is a lab in which the right side never waits: its associations share a mailbox, and want all notifications.
type mailed struct {
	*lab
	box    *Mailbox
	likes  Filter
	server *Socket
	calls  atomic.Int32
}

func inMailed(t *testing.T, exclusive bool, f func(m *mailed)) {
	inLab(t, func(t *testing.T, l *lab) {
		m := &mailed{lab: l, box: NewMailbox(exclusive), likes: every{}}
		m.box.SetChanged(func() { m.calls.Add(1) })
		m.server = l.bind(l.b, SocketOptions{
			Port: 9, Config: assoc.Config{PartialDeliveryPoint: 2000}.Defaults(), Backlog: 100,
			Mail: func() (*Mailbox, Filter) { return m.box, m.likes },
		})
		f(m)
	})
}

// every wants everything.
type every struct{}

func (every) Wants(assoc.Event) bool { return true }
func (every) Stop()                  {}

// client connects.
func (m *mailed) client() *Assoc {
	m.t.Helper()
	s := m.bind(m.a, SocketOptions{Config: assoc.Config{}.Defaults(), Transient: true})
	a, err := s.Connect(context.Background(), assoc.Config{}.Defaults(), m.peer(9))
	if err != nil {
		m.t.Fatal(err)
	}
	return a
}

func (l *lab) peer(port uint16) Peer { return Peer{Addrs: []netip.Addr{l.address}, Port: port} }

func (m *mailed) send(a *Assoc, text string) {
	m.t.Helper()
	if err := a.Send(context.Background(), &assoc.Message{Data: []byte(text)}); err != nil {
		m.t.Fatal(err)
	}
}

func (m *mailed) settle() {
	time.Sleep(time.Second)
	synctest.Wait()
}

// all takes everything out of box, pieces of up to size bytes.
func all(box *Mailbox, size int) (got []string) {
	p := make([]byte, size)
	for {
		next, ok := box.Next(p)
		if !ok {
			return got
		}
		switch ev := next.Event.(type) {
		case nil:
			text := string(p[:next.N])
			if !next.Info.EOR {
				text += "…"
			}
			got = append(got, text)
		case assoc.AssocChange:
			got = append(got, fmt.Sprint("change ", ev.State))
		default:
			got = append(got, fmt.Sprintf("%T", ev))
		}
		follows := box.Follows(&next)
		box.Take(&next)
		if _, more := box.Next(nil); follows != more && (follows || next.at == 0 && (next.Event != nil || next.Info.EOR)) {
			got = append(got, fmt.Sprintf("(something follows: %t)", follows))
		}
	}
}

func (m *mailed) want(why string, got []string, want ...string) {
	m.t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		m.t.Errorf("%s: %.300v, want %v", why, got, want)
	}
}

func TestMailboxKeepsTheOrder(t *testing.T) {
	inMailed(t, true, func(m *mailed) {
		a, b := m.client(), m.client()
		m.settle()
		m.want("two came up", all(m.box, 100), "change 1", "assoc.Authentication", "change 1", "assoc.Authentication")
		m.send(a, "a1")
		m.settle()
		m.send(b, "b1")
		m.settle()
		m.send(a, "a2")
		if err := a.Shutdown(context.Background()); err != nil {
			t.Fatal(err)
		}
		m.send(b, "b2")
		m.settle()
		if m.calls.Load() == 0 || m.box.Arrivals() != 10 {
			t.Errorf("%d calls, %d arrivals", m.calls.Load(), m.box.Arrivals())
		}
		m.want("all", all(m.box, 100), "a1", "b1", "a2", "assoc.ShutdownEvent", "change 4", "b2")
	})
}

func TestMailboxFiltersAndBounds(t *testing.T) {
	inMailed(t, true, func(m *mailed) {
		m.likes = nil
		a := m.client()
		m.send(a, "x")
		m.settle()
		m.want("nothing is wanted but data", all(m.box, 100), "x")
		for range maxMail + 3 {
			m.box.addEvent(a, assoc.SenderDry{})
		}
		if got := len(all(m.box, 1)); got != maxMail || m.box.Lost() != 3 {
			t.Errorf("%d notifications, %d lost", got, m.box.Lost())
		}
	})
}

// RFC 6458 section 6.1.10. Nothing is wanted any more once it was said.
func TestFullMailboxSaysSo(t *testing.T) {
	inMailed(t, true, func(m *mailed) {
		likes := new(untilStopped)
		m.likes = likes
		m.client()
		m.settle()
		all(m.box, 1)
		a := m.box.Members()[0]
		for range maxMail + 3 {
			a.Post(assoc.SenderDry{})
		}
		got := all(m.box, 1)
		if last := got[len(got)-1]; len(got) != maxMail+1 || last != "assoc.NotificationsStopped" || !likes.stopped || m.box.Lost() != 1 {
			t.Errorf("%d notifications, the last is %s, %d lost, stopped %t", len(got), last, m.box.Lost(), likes.stopped)
		}
	})
}

// untilStopped wants everything at first.
type untilStopped struct{ stopped bool }

func (u *untilStopped) Wants(assoc.Event) bool { return !u.stopped }
func (u *untilStopped) Stop()                  { u.stopped = true }

func TestSecondIsWhatComesAfterTheNext(t *testing.T) {
	inMailed(t, true, func(m *mailed) {
		m.likes = nil
		a, b := m.client(), m.client()
		m.settle()
		for _, s := range []struct {
			by   *Assoc
			text string
		}{{a, "a1"}, {a, "a2+"}, {b, "b1++"}} {
			m.send(s.by, s.text)
			m.settle()
		}
		of := m.box.Members()
		m.box.addEvent(of[1], assoc.SenderDry{})
		m.box.addMessages(of[1], 1) // of which there is nothing
		var got []string
		for {
			next, ok := m.box.Next(nil)
			if !ok {
				break
			}
			second, ok := m.box.Second(&next)
			got = append(got, fmt.Sprintf("%d %T %t", second.Size, second.Event, ok))
			next.N = next.Size
			m.box.Take(&next)
		}
		m.want("after each", got, "3 <nil> true", "4 <nil> true", "0 assoc.SenderDry true", "0 <nil> false")
	})
}

func TestPartOfAMessageHoldsUpOthers(t *testing.T) {
	for _, exclusive := range []bool{true, false} {
		inMailed(t, exclusive, func(m *mailed) {
			m.likes = nil
			a, b := m.client(), m.client()
			if err := a.OpenMessage(0); err != nil {
				t.Fatal(err)
			}
			part := &assoc.Message{Data: make([]byte, 3000), Partial: true}
			if _, err := a.SendPart(context.Background(), part); err != nil {
				t.Fatal(err)
			}
			m.settle()
			m.send(b, "b")
			m.settle()
			before := len(all(m.box, 10000))
			if want := map[bool]int{true: 1, false: 2}[exclusive]; before != want {
				t.Errorf("exclusive %t: %d pieces before the rest, want %d", exclusive, before, want)
			}
			if _, err := a.SendPart(context.Background(), &assoc.Message{Data: []byte("end")}); err != nil {
				t.Fatal(err)
			}
			m.settle()
			got := all(m.box, 10000)
			if exclusive {
				m.want("the rest, then the other", got, "end", "b")
			} else {
				m.want("the rest", got, "end")
			}
		})
	}
}

func TestMailMovesWithItsAssociation(t *testing.T) {
	inMailed(t, true, func(m *mailed) {
		a, b := m.client(), m.client()
		m.send(a, "a")
		m.send(b, "b")
		m.settle()
		own := NewMailbox(true)
		next, _ := m.box.Next(nil)
		if err := m.box.Move(next.Assoc, own); err != nil {
			t.Fatal(err)
		}
		if err := m.box.Move(next.Assoc, own); !errors.Is(err, net.ErrClosed) {
			t.Errorf("moved twice: %v", err)
		}
		m.want("what moved", all(own, 20), "change 1", "assoc.Authentication", "a")
		m.want("what stays", all(m.box, 20), "change 1", "assoc.Authentication", "b")
		m.send(a, "later")
		m.settle()
		m.want("what comes", all(own, 10), "later")
	})
}

func TestUnreadMailOfTheDeadIsBounded(t *testing.T) {
	inMailed(t, true, func(m *mailed) {
		m.likes = nil
		for i := range maxEnded + 2 {
			m.server.Listen(1000, nil)
			a := m.client()
			m.send(a, fmt.Sprint(i))
			if err := a.Shutdown(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		m.settle()
		if !m.box.Unread() {
			t.Error("nothing to read")
		}
		got := all(m.box, 10)
		if len(got) != maxEnded || got[0] != "2" {
			t.Errorf("%d messages, from %s on", len(got), got[0])
		}
		if m.box.Unread() || len(m.box.ended) != 0 {
			t.Errorf("something to read of %d", len(m.box.ended))
		}
	})
}

func TestReserveKeepsRoom(t *testing.T) {
	inMailed(t, true, func(m *mailed) {
		const limit = 5000
		box := NewMailbox(true)
		var told atomic.Int32
		box.SetChanged(func() { told.Add(1) })
		c := assoc.Config{SendBuffer: 2 * limit}.Defaults()
		a, err := m.from.BeginWithMailbox(c, m.peer(9), box, nil)
		if err != nil {
			t.Fatal(err)
		}
		m.settle()
		if at := a.Standing(); at.Up || at.Ended {
			t.Errorf("not started, it stands at %+v", at)
		}
		a.Start()
		if a.SendBuffer() != 2*limit || a.Mailbox() != box {
			t.Errorf("a send buffer of %d", a.SendBuffer())
		}
		msg := func(stream uint16, n int) *assoc.Message {
			return &assoc.Message{Stream: stream, Data: make([]byte, n)}
		}
		for _, bad := range []struct {
			m    *assoc.Message
			want error
		}{
			{msg(0, 0), assoc.ErrEmptyMessage}, {msg(0, limit+1), assoc.ErrMessageTooBig}, {msg(1000, 1), assoc.ErrBadStream},
		} {
			if err := a.Reserve(bad.m, limit); !errors.Is(err, bad.want) {
				t.Errorf("%v, want %v", err, bad.want)
			}
		}
		one, two := msg(0, limit-1), msg(0, limit)
		if err := errors.Join(a.Reserve(one, limit), a.Reserve(two, limit)); err != nil {
			t.Fatal(err)
		}
		if err := a.Reserve(msg(0, 1), limit); !errors.Is(err, assoc.ErrSendBufferFull) || a.Room(limit) || a.Unsent() != 2*limit-1 {
			t.Errorf("no room, and %v, %d bytes held", err, a.Unsent())
		}
		a.Unreserve(limit)
		a.SendReserved(one)
		m.settle()
		if told.Load() == 0 || !a.Room(limit) || a.Unsent() != 0 {
			t.Errorf("told %d times, %d bytes held", told.Load(), a.Unsent())
		}
		if at := a.Standing(); !at.Up || at.Ended {
			t.Errorf("it stands at %+v", at)
		}
		a.BeginShutdown()
		if err := a.Reserve(one, limit); !errors.Is(err, ErrShutdown) {
			t.Errorf("after shutdown: %v", err)
		}
		a.Leave(0)
		if err := a.Reserve(one, limit); !errors.Is(err, net.ErrClosed) {
			t.Errorf("after close: %v", err)
		}
	})
}

func TestIdentifiersStayInTheirRange(t *testing.T) {
	inLab(t, func(t *testing.T, l *lab) {
		for _, want := range []uint32{firstID, firstID + 1} {
			a, err := l.from.Begin(assoc.Config{}.Defaults(), l.peer(uint16(100+want)))
			if err != nil || a.ID() != want {
				t.Errorf("identifier %d, want %d, %v", a.ID(), want, err)
			}
		}
		l.a.lastID = maxID
		a, err := l.from.Begin(assoc.Config{}.Defaults(), l.peer(200))
		if err != nil || a.ID() != firstID {
			t.Errorf("after the last comes %d, %v", a.ID(), err)
		}
	})
}

func TestAwaitIdle(t *testing.T) {
	inMailed(t, true, func(m *mailed) {
		a := m.client()
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := m.a.AwaitIdle(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("one is left: %v", err)
		}
		a.Leave(time.Minute)
		if err := m.a.AwaitIdle(context.Background()); err != nil {
			t.Error(err)
		}
	})
}
