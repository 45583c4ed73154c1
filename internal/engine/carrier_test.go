package engine

import (
	"bytes"
	"errors"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/simnet"
	"github.com/gosctp/sctp/transport"
)

// gated is a carrier that can be full, and that looks after how it is used.
type gated struct {
	transport.Transport
	writing atomic.Int32
	batches atomic.Int32

	mu     sync.Mutex
	opened sync.Cond
	full   bool
	closed bool
	misuse error
}

var _ transport.Transport = (*gated)(nil)

func newGated(t transport.Transport) *gated {
	g := &gated{Transport: t}
	g.opened.L = &g.mu
	return g
}

func (g *gated) setFull(full bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.full = full
	g.opened.Broadcast()
}

// WriteBatch takes half of what it is offered at most, and nothing while the carrier is full.
func (g *gated) WriteBatch(ds []transport.Datagram) (int, error) {
	defer g.writing.Add(-1)
	if g.writing.Add(1) > 1 {
		g.misused(errors.New("two wrote at once"))
	}
	g.batches.Add(1)
	g.mu.Lock()
	full := g.full
	g.mu.Unlock()
	if full {
		return 0, nil
	}
	return g.Transport.WriteBatch(ds[:(len(ds)+1)/2])
}

func (g *gated) WaitWritable() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.full && !g.closed {
		g.opened.Wait()
	}
	if g.closed {
		return net.ErrClosed
	}
	return nil
}

func (g *gated) Close() error {
	g.mu.Lock()
	g.closed = true
	g.opened.Broadcast()
	g.mu.Unlock()
	return g.Transport.Close()
}

func (g *gated) misused(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.misuse = err
}

func (g *gated) check(t *testing.T) {
	t.Helper()
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.misuse != nil {
		t.Error(g.misuse)
	}
}

// lab is two engines on two hosts, the first one's carrier gated.
type lab struct {
	t       *testing.T
	gate    *gated
	a, b    *Engine
	from    *Socket
	to      *Socket
	address netip.Addr
}

func inLab(t *testing.T, f func(t *testing.T, l *lab)) {
	synctest.Test(t, func(t *testing.T) {
		n := simnet.New(1)
		l := &lab{t: t, address: netip.MustParseAddr("192.0.2.2")}
		left, right := n.AddHost("left", netip.MustParseAddr("192.0.2.1")), n.AddHost("right", l.address)
		n.SetDefault(simnet.Link{Delay: time.Millisecond})
		l.gate = newGated(left.Transport())
		l.begin(l.gate, right.Transport())
		f(t, l)
		l.gate.check(t)
		l.a.Close()
		l.b.Close()
	})
}

func (l *lab) begin(left, right transport.Transport) {
	l.a, l.b = l.open(left), l.open(right)
	l.from = l.bind(l.a, SocketOptions{Config: assoc.Config{}.Defaults()})
	l.to = l.bind(l.b, SocketOptions{Port: 7, Config: assoc.Config{}.Defaults(), Backlog: 100})
}

func (l *lab) open(carrier transport.Transport) *Engine {
	l.t.Helper()
	e, err := Open(Options{Carrier: carrier})
	if err != nil {
		l.t.Fatal(err)
	}
	return e
}

func (l *lab) bind(e *Engine, o SocketOptions) *Socket {
	l.t.Helper()
	s, err := e.Bind(o)
	if err != nil {
		l.t.Fatal(err)
	}
	return s
}

// pair sets up an association from a new socket, so that there can be several.
func (l *lab) pair() (a, b *Assoc) {
	l.t.Helper()
	s := l.bind(l.a, SocketOptions{Config: assoc.Config{}.Defaults(), Transient: true})
	a, err := s.Connect(l.t.Context(), assoc.Config{}.Defaults(), Peer{Addrs: []netip.Addr{l.address}, Port: 7})
	if err != nil {
		l.t.Fatal(err)
	}
	b, err = l.to.Listener().Accept(l.t.Context())
	if err != nil {
		l.t.Fatal(err)
	}
	return a, b
}

func (l *lab) send(a *Assoc, data []byte) {
	l.t.Helper()
	if err := a.Send(l.t.Context(), &assoc.Message{Data: data}); err != nil {
		l.t.Error(err)
	}
}

// receive reads n bytes.
func (l *lab) receive(a *Assoc, n int) []byte {
	l.t.Helper()
	p := make([]byte, n)
	for got := 0; got < n; {
		m, _, err := a.Receive(l.t.Context(), p[got:])
		if err != nil {
			l.t.Error(err)
			return nil
		}
		got += m
	}
	return p
}

// A full carrier stops the pulling of packets, not the reading, nor those who send.
func TestFullCarrier(t *testing.T) {
	inLab(t, func(t *testing.T, l *lab) {
		a, b := l.pair()
		l.gate.setFull(true)
		start := time.Now()
		l.send(a, []byte("held up"))
		if time.Since(start) != 0 {
			t.Error("Send waited for the carrier")
		}
		l.send(b, []byte("gets through"))
		if got := l.receive(a, 12); string(got) != "gets through" {
			t.Errorf("received %q", got)
		}
		synctest.Wait()
		before := l.gate.batches.Load()
		for range 10 {
			l.send(a, []byte("held up as well"))
		}
		if n := l.gate.batches.Load(); n != before {
			t.Errorf("the full carrier was offered %d more batches", n-before)
		}
		l.gate.setFull(false)
		if got := l.receive(b, 7); string(got) != "held up" {
			t.Errorf("received %q", got)
		}
	})
}

// Whoever waits for a full carrier does not keep the engine from ending.
func TestCloseWhileTheCarrierIsFull(t *testing.T) {
	inLab(t, func(t *testing.T, l *lab) {
		a, _ := l.pair()
		l.gate.setFull(true)
		l.send(a, []byte("never leaves"))
		l.a.Close()
		if _, _, err := a.Receive(t.Context(), make([]byte, 1)); !errors.Is(err, errClosed) {
			t.Errorf("after Close: %v", err)
		}
	})
}

// Many send at once: everything arrives, and at no time two of them write.
func TestTheWriterIsOne(t *testing.T) {
	inLab(t, func(t *testing.T, l *lab) {
		const associations, messages, size = 20, 50, 3000
		var all sync.WaitGroup
		for range associations {
			a, b := l.pair()
			data := bytes.Repeat([]byte{byte(a.ID())}, size)
			all.Go(func() {
				for range messages {
					l.send(a, data)
				}
			})
			all.Go(func() {
				for range messages {
					if !bytes.Equal(l.receive(b, size), data) {
						t.Errorf("association %d received what is not its own", a.ID())
						return
					}
				}
			})
		}
		all.Wait()
	})
}

// What an association has to say at its end leaves before its engine closes the carrier.
func TestLastPacketLeaves(t *testing.T) {
	inLab(t, func(t *testing.T, l *lab) {
		a, b := l.pair()
		a.Abort([]byte("that was it"))
		l.a.Close()
		_, _, err := b.Receive(t.Context(), make([]byte, 1))
		var abort *assoc.AbortError
		if !errors.As(err, &abort) || string(abort.Reason) != "that was it" {
			t.Errorf("the peer got %v", err)
		}
	})
}

// A program may exit when Shutdown or Abort returns; the peer would wait for what is not written by then.
func TestShutdownWaitsForItsLastPacket(t *testing.T) {
	inLab(t, func(t *testing.T, l *lab) {
		a, b := l.pair()
		done := make(chan error, 1)
		go func() { done <- a.Shutdown(t.Context()) }()
		synctest.Wait() // SHUTDOWN is on its way.
		l.gate.setFull(true)
		time.Sleep(time.Second)
		select {
		case err := <-done:
			t.Errorf("Shutdown returned %v before SHUTDOWN COMPLETE was written", err)
		default:
		}
		l.gate.setFull(false)
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := b.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// The last packet of an association may still wait for its turn when the carrier ends, and with it all turns.
func TestShutdownEndsWithTheCarrier(t *testing.T) {
	inLab(t, func(t *testing.T, l *lab) {
		a, _ := l.pair()
		other, _ := l.pair()
		done := make(chan error, 1)
		go func() { done <- a.Shutdown(t.Context()) }()
		synctest.Wait() // SHUTDOWN is on its way.
		l.gate.setFull(true)
		l.send(other, []byte("has the turn"))
		time.Sleep(time.Second) // SHUTDOWN ACK has come.
		l.gate.Close()
		if err := <-done; err != nil {
			t.Error(err)
		}
		for {
			ev, err := a.NextEvent(t.Context())
			if err != nil {
				break
			}
			if change, ok := ev.(assoc.AssocChange); ok && change.State == assoc.CommLost {
				t.Error("an association that was shut down is told to be lost")
			}
		}
	})
}

func TestAbortWaitsForItsPacket(t *testing.T) {
	inLab(t, func(t *testing.T, l *lab) {
		a, _ := l.pair()
		l.gate.setFull(true)
		start := time.Now()
		time.AfterFunc(lastPacketPatience/2, func() { l.gate.setFull(false) })
		a.Abort(nil)
		if waited := time.Since(start); waited != lastPacketPatience/2 {
			t.Errorf("Abort returned after %v, the carrier took the packet after %v", waited, lastPacketPatience/2)
		}
	})
}

// A carrier that takes nothing any more does not hold the user for ever.
func TestAbortDoesNotWaitForEver(t *testing.T) {
	inLab(t, func(t *testing.T, l *lab) {
		a, _ := l.pair()
		l.gate.setFull(true)
		start := time.Now()
		a.Abort(nil)
		if waited := time.Since(start); waited != lastPacketPatience {
			t.Errorf("Abort returned after %v, want %v", waited, lastPacketPatience)
		}
	})
}
