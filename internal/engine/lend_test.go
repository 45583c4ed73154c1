package engine

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/simnet"
	"github.com/gosctp/sctp/transport"
)

// endable is a carrier of two queues whose reading can be interrupted. A goroutine of its own reads the one below.
type endable struct {
	transport.Transport
	arrived [2]chan transport.Datagram
	asked   [2]chan struct{}
	over    chan struct{}
	// queue is the one by which packets arrive.
	queue atomic.Int32
	// copies is how often each packet arrives; 0 stands for 1.
	copies atomic.Int32
}

func newEndable(t transport.Transport) *endable {
	c := &endable{Transport: t, over: make(chan struct{})}
	for queue := range c.Queues() {
		c.arrived[queue], c.asked[queue] = make(chan transport.Datagram, 1000), make(chan struct{}, 1)
	}
	go func() {
		defer close(c.over)
		ds := make([]transport.Datagram, 10)
		for {
			n, err := t.ReadBatch(0, ds)
			if err != nil {
				return
			}
			for _, d := range ds[:n] {
				d.Data = bytes.Clone(d.Data)
				c.arrived[c.queue.Load()] <- d
			}
		}
	}()
	return c
}

func (c *endable) Queues() int { return len(c.arrived) }

func (c *endable) ReadBatch(queue int, ds []transport.Datagram) (int, error) {
	select {
	case ds[0] = <-c.arrived[queue]:
	case <-c.asked[queue]:
		return 0, nil
	case <-c.over:
		return 0, net.ErrClosed
	}
	n := 1
	for ; n < int(c.copies.Load()); n++ {
		ds[n] = ds[0]
	}
	return n, nil
}

func (c *endable) Interrupt(queue int) {
	select {
	case c.asked[queue] <- struct{}{}:
	default:
	}
}

// inDialogue runs f with an association of which a, whose engine can lend its reader's role, asks and b answers.
func inDialogue(t *testing.T, f func(l *lab, a, b *Assoc)) {
	synctest.Test(t, func(t *testing.T) {
		n := simnet.New(1)
		l := &lab{t: t, address: netip.MustParseAddr("192.0.2.2")}
		left, right := n.AddHost("left", netip.MustParseAddr("192.0.2.1")), n.AddHost("right", l.address)
		n.SetDefault(simnet.Link{Delay: 100 * time.Microsecond})
		l.a, l.b = l.open(newEndable(left.Transport())), l.open(right.Transport())
		l.to = l.bind(l.b, SocketOptions{Port: 7, Config: assoc.Config{}.Defaults(), Backlog: 100})
		a, b := l.pair()
		l.answer(b)
		for range 3 * lendAfter {
			l.ask(a)
		}
		if !a.borrows() {
			t.Error("a dialogue, and the role was not lent")
		}
		f(l, a, b)
		l.a.Close()
		l.b.Close()
	})
}

// answer has b send back what it gets.
func (l *lab) answer(b *Assoc) {
	go func() {
		p := make([]byte, 1000)
		for {
			n, _, err := b.Receive(context.Background(), p)
			if err != nil {
				return
			}
			l.send(b, p[:n])
		}
	}()
}

func (l *lab) ask(a *Assoc) {
	l.t.Helper()
	l.send(a, []byte("question"))
	l.receive(a, len("question"))
}

// borrows reports whether the user of a has been lent the role.
func (a *Assoc) borrows() bool {
	r := a.lender.Load()
	if r == nil {
		return false
	}
	r.lending.mu.Lock()
	defer r.lending.mu.Unlock()
	return r.lending.borrower == a
}

// Who reads one queue hears of what comes by another, and the dialogue moves there.
func TestAnswersComeByAnotherQueue(t *testing.T) {
	inDialogue(t, func(l *lab, a, _ *Assoc) {
		carrier := l.a.carrier.(*endable)
		for _, queue := range []int{1, 0} {
			carrier.queue.Store(int32(queue))
			l.send(a, []byte("question"))
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			if _, _, err := a.Receive(ctx, make([]byte, 100)); err != nil {
				t.Fatalf("queue %d: %v", queue, err)
			}
			cancel()
			for range 3 * lendAfter {
				l.ask(a)
			}
			if r := a.lender.Load(); r == nil || r.queue != queue {
				t.Errorf("queue %d: its reader has not lent its role", queue)
			}
		}
	})
}

func TestUserInADialogueReads(t *testing.T) {
	inDialogue(t, func(l *lab, a, _ *Assoc) {
		r := a.lender.Load()
		before := r.lending.turns
		for range 100 {
			l.ask(a)
		}
		if n := r.lending.turns - before; n < 100 {
			t.Errorf("of 100 answers the user read %d", n)
		}
		// Between two answers he may wait for as long as it takes: nobody looks after him meanwhile, and he keeps the role.
		for range 3 {
			time.AfterFunc(time.Second, func() { l.send(a, []byte("question")) })
			l.receive(a, len("question"))
		}
		if !a.borrows() {
			t.Error("the role is not his any more")
		}
	})
}

func TestRoleReturns(t *testing.T) {
	for what, f := range map[string]func(l *lab, a, b *Assoc){
		"the user is busy with something else": func(l *lab, a, b *Assoc) {
			l.send(b, []byte("unheard"))
			time.Sleep(2 * lookEvery)
			synctest.Wait()
			if !a.unread() {
				t.Error("after two looks a packet waits still")
			}
			l.receive(a, len("unheard"))
		},
		"the user comes late": func(l *lab, a, _ *Assoc) {
			time.AfterFunc(time.Second, func() { l.send(a, []byte("question")) })
			l.receive(a, len("question")) // the goroutine has stopped looking meanwhile
			time.Sleep(3 * lookEvery)
		},
		"much is sent": func(l *lab, a, _ *Assoc) {
			l.send(a, make([]byte, lentBytes+1))
			synctest.Wait()
		},
		"others get packets": func(l *lab, a, _ *Assoc) {
			other, b := l.pair()
			l.send(b, []byte("for another"))
			l.ask(a)
			l.receive(other, len("for another"))
			synctest.Wait()
		},
		"packets come in numbers": func(l *lab, a, _ *Assoc) {
			l.a.carrier.(*endable).copies.Store(fullPackets)
			l.ask(a)
			synctest.Wait()
		},
		"the association ends": func(l *lab, a, b *Assoc) {
			if err := b.Abort([]byte("over")); err != nil {
				t.Error(err)
			}
			if _, _, err := a.Receive(l.t.Context(), make([]byte, 10)); err == nil || err == io.EOF {
				t.Errorf("reading ends with %v", err)
			}
			time.Sleep(3 * lookEvery)
		},
	} {
		t.Run(what, func(t *testing.T) {
			inDialogue(t, func(l *lab, a, b *Assoc) {
				f(l, a, b)
				if a.borrows() {
					t.Error("the role is lent still")
				}
			})
		})
	}
}

// What ends the waiting of a user ends it, too, where he waits for the carrier.
func TestBorrowerIsCalledBack(t *testing.T) {
	for _, c := range []struct {
		what string
		do   func(l *lab, a *Assoc, cancel context.CancelFunc)
		want error
	}{
		{"deadline", func(_ *lab, a *Assoc, _ context.CancelFunc) { a.SetReadDeadline(time.Now().Add(time.Second)) }, os.ErrDeadlineExceeded},
		{"deadline of the past", func(_ *lab, a *Assoc, _ context.CancelFunc) { a.SetReadDeadline(time.Unix(1, 0)) }, os.ErrDeadlineExceeded},
		{"context", func(_ *lab, _ *Assoc, cancel context.CancelFunc) { cancel() }, context.Canceled},
		{"close", func(_ *lab, a *Assoc, _ context.CancelFunc) { a.Abort(nil) }, net.ErrClosed},
		{"end of the engine", func(l *lab, _ *Assoc, _ context.CancelFunc) { l.a.Close() }, errClosed},
		{"end of the carrier", func(l *lab, _ *Assoc, _ context.CancelFunc) { l.a.carrier.Close() }, net.ErrClosed},
	} {
		t.Run(c.what, func(t *testing.T) {
			inDialogue(t, func(l *lab, a, _ *Assoc) {
				ctx, cancel := context.WithCancel(l.t.Context())
				defer cancel()
				ended := make(chan error)
				go func() {
					_, _, err := a.Receive(ctx, make([]byte, 10))
					ended <- err
				}()
				synctest.Wait()
				if a.readable.away.Load() == nil {
					t.Error("he does not wait for the carrier")
				}
				c.do(l, a, cancel)
				if err := <-ended; !errors.Is(err, c.want) {
					t.Errorf("reading ends with %v, want %v", err, c.want)
				}
			})
		})
	}
}

// Of two users one reads, and leaves the role to the other with his message.
func TestTwoUsersInADialogue(t *testing.T) {
	inDialogue(t, func(l *lab, a, _ *Assoc) {
		const each = 50
		done := make(chan struct{})
		for range 2 {
			go func() {
				for range each {
					l.receive(a, len("question"))
				}
				done <- struct{}{}
			}()
		}
		start := time.Now()
		for range 2 * each {
			l.send(a, []byte("question"))
			time.Sleep(300 * time.Microsecond)
		}
		<-done
		<-done
		if d := time.Since(start); d > 2*each*300*time.Microsecond+2*lookEvery {
			t.Errorf("it took %v: somebody waited for the goroutine to look", d)
		}
	})
}

// A batch of packets for nobody, for several, or for one who does not wait is no part of a dialogue.
func TestWhatIsNoDialogue(t *testing.T) {
	a, b := new(Assoc), new(Assoc)
	for _, c := range []struct {
		why     string
		owners  []*Assoc
		awaited bool
		want    int
	}{
		{"one packet", []*Assoc{a}, true, 4},
		{"a SACK and an answer", []*Assoc{a, a}, true, 4},
		{"too many", []*Assoc{a, a, a}[:lentPackets+1], true, 0},
		{"two associations", []*Assoc{a, b}, true, 0},
		{"another association", []*Assoc{b}, true, 1},
		{"nobody", []*Assoc{nil}, true, 0},
		{"nobody waits", []*Assoc{a}, false, 0},
	} {
		l := lending{streak: 3, last: a}
		l.note(c.owners, c.awaited)
		if l.streak != c.want {
			t.Errorf("%s: streak %d, want %d", c.why, l.streak, c.want)
		}
	}
}
