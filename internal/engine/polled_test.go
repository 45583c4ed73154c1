package engine

import (
	"bytes"
	"net"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/simnet"
	"github.com/gosctp/sctp/transport"
)

// pollable makes a carrier one whose user may wait for packets.
type pollable struct {
	transport.Transport
	inputs  []transport.Input
	arrived chan transport.Datagram
	closed  chan struct{}
}

// newPollable has a goroutine of its own read until ReadBatch is called for the first time or the carrier ends.
func newPollable(t transport.Transport, inputs ...transport.Input) *pollable {
	p := &pollable{Transport: t, inputs: inputs, arrived: make(chan transport.Datagram, 1000), closed: make(chan struct{})}
	if len(inputs) > 0 {
		go p.read()
	}
	return p
}

func (p *pollable) read() {
	drain(p.Transport, p.closed, func(d transport.Datagram) { p.arrived <- d })
}

// drain hands copies of what a carrier reads to somebody until it ends, and closes a channel then.
func drain(t transport.Transport, closed chan<- struct{}, take func(transport.Datagram)) {
	defer close(closed)
	ds := make([]transport.Datagram, 64)
	for {
		n, err := t.ReadBatch(0, ds)
		if err != nil {
			return
		}
		for _, d := range ds[:n] {
			d.Data = bytes.Clone(d.Data)
			take(d)
		}
	}
}

func (p *pollable) Inputs() []transport.Input { return p.inputs }

func (p *pollable) TryReadBatch(_ int, ds []transport.Datagram) (int, error) {
	for n := range ds {
		select {
		case ds[n] = <-p.arrived:
		case <-p.closed:
			return 0, net.ErrClosed
		default:
			return n, nil
		}
	}
	return len(ds), nil
}

// ReadBatch is for goroutines. What the other one reads reaches them all the same.
func (p *pollable) ReadBatch(queue int, ds []transport.Datagram) (int, error) {
	if len(p.inputs) == 0 {
		return p.Transport.ReadBatch(queue, ds)
	}
	select {
	case ds[0] = <-p.arrived:
		return 1, nil
	case <-p.closed:
		return 0, net.ErrClosed
	}
}

func TestUserReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := simnet.New(1)
		there := netip.MustParseAddr("192.0.2.2")
		left, right := n.AddHost("left", netip.MustParseAddr("192.0.2.1")), n.AddHost("right", there)
		n.SetDefault(simnet.Link{Delay: time.Millisecond})
		l := &lab{t: t, address: there}
		l.a = l.open(left.Transport())
		e, err := Open(Options{Carrier: newPollable(right.Transport(), transport.Input{Descriptor: 1, Queue: 0}), Polled: true})
		if err != nil {
			t.Fatal(err)
		}
		l.b = e
		if got := e.Inputs(); len(got) != 1 || got[0].Descriptor != 1 {
			t.Errorf("inputs %v", got)
		}
		if e.Serve(0) {
			t.Error("more where there is nothing")
		}
		l.to = l.bind(e, SocketOptions{Port: 7, Config: assoc.Config{}.Defaults(), Backlog: 1})
		serving := make(chan struct{})
		over := make(chan struct{})
		go func() {
			defer close(over)
			for {
				select {
				case <-serving:
					return
				case <-time.After(time.Millisecond):
					for e.Serve(0) {
					}
				}
			}
		}()
		a, b := l.pair()
		l.send(a, []byte("served"))
		if got := l.receive(b, 6); string(got) != "served" {
			t.Errorf("received %q", got)
		}
		close(serving)
		<-over
		synctest.Wait()
		for range 2 * batchPackets {
			l.send(a, []byte("on its way"))
		}
		time.Sleep(100 * time.Millisecond)
		for e.Serve(0) {
		}
		l.receive(b, 2*batchPackets*len("on its way"))
		e.ReadOn()
		e.ReadOn() // once is enough
		if e.Inputs() != nil {
			t.Error("inputs of an engine that reads by itself")
		}
		l.send(a, []byte("read on"))
		if got := l.receive(b, 7); string(got) != "read on" {
			t.Errorf("received %q", got)
		}
		l.a.Close()
		l.b.Close()
	})
}

// The end of the carrier is that of the engine, whoever reads; and what cannot be polled is read by the engine.
func TestUserReadsUntilTheCarrierEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := simnet.New(1)
		host := n.AddHost("host", netip.MustParseAddr("192.0.2.1"))
		carrier := newPollable(host.Transport(), transport.Input{})
		e, err := Open(Options{Carrier: carrier, Polled: true})
		if err != nil {
			t.Fatal(err)
		}
		carrier.Close()
		synctest.Wait()
		if e.Serve(0) || !e.ended.Load() {
			t.Error("the engine goes on without its carrier")
		}
		e.Close()
	})
	for what, wrap := range map[string]func(transport.Transport) transport.Transport{
		"cannot be polled": func(t transport.Transport) transport.Transport { return t },
		"has no inputs":    func(t transport.Transport) transport.Transport { return newPollable(t) },
	} {
		synctest.Test(t, func(t *testing.T) {
			host := simnet.New(1).AddHost("host", netip.MustParseAddr("192.0.2.1"))
			e, err := Open(Options{Carrier: wrap(host.Transport()), Polled: true})
			if err != nil {
				t.Fatal(err)
			}
			if e.Inputs() != nil {
				t.Errorf("a carrier that %s is polled", what)
			}
			e.ReadOn()
			e.Close()
		})
	}
}
