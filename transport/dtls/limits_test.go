package dtls

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gosctp/sctp/simnet"
	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/internal/carriertest"
)

func stranger(i int) netip.Addr { return netip.AddrFrom4([4]byte{203, 0, byte(i >> 8), byte(i)}) }

// A flood of ClientHellos from addresses that do not exist costs what MaxHandshakes of them cost, and does not keep clients out that do.
func TestFloodOfHellos(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		s := withKey("hint", "secret")
		s.MaxHandshakes = 10
		server := w.listen(s)
		hello := clientHello(t)
		flood := func(n int) {
			for i := range n {
				server.receive(forgedFrom(stranger(i), 1, hello))
			}
			synctest.Wait()
		}
		flood(1000)
		if n := server.Counters(); server.kept() != (kept{handshakes: 10, halfOpen: 10, addrs: 10}) || n.Forgotten != 990 {
			t.Errorf("%+v; %+v", server.kept(), n)
		}
		client := w.open(withKey("client", "secret"))
		dialled := make(chan *Peer)
		go func() { dialled <- w.dial(client) }()
		time.Sleep(12 * time.Millisecond) // The client has the cookie, and nobody else ever will.
		flood(5)
		if p := <-dialled; p == nil {
			t.Fatal("no connection")
		}
		time.Sleep(2 * cookieTime)
		if n := server.Counters(); server.kept() != (kept{accepted: 1, addrs: 1, ids: 1}) || n.Accepted != 1 {
			t.Errorf("%+v; %+v", server.kept(), n)
		}
	})
}

// Who has shown that he receives what is sent to him does not make room.
func TestHandshakesThatArePastTheCookieStay(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		s := withKey("hint", "secret")
		s.MaxHandshakes = 1
		server := w.listen(s)
		client := w.open(withKey("client", "other"))
		failed := make(chan error)
		go func() {
			_, err := client.Dial(context.Background(), serverAt)
			failed <- err
		}()
		time.Sleep(100 * time.Millisecond) // It waits for an end that will not come: the keys differ.
		server.receive(forgedFrom(stranger(1), 1, clientHello(t)))
		if n := server.Counters(); server.kept().handshakes != 1 || n.Refused != 1 || n.Forgotten != 0 {
			t.Errorf("%+v; %+v", server.kept(), n)
		}
		if err := <-failed; !errors.Is(err, ErrKey) {
			t.Error(err)
		}
	})
}

func TestMaxConnections(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		s, c := withKey("hint", "secret"), withKey("client", "secret")
		s.MaxConnections = 1
		server, _, peer := w.pair(s, c)
		second := w.net.AddHost("second", netip.MustParseAddr("192.0.2.3"))
		second.SetEncapPort(1)
		other := New(second.Transport(), c, false)
		w.carriers = append(w.carriers, other)
		if _, err := other.Dial(context.Background(), serverAt); !errors.Is(err, ErrNoAnswer) {
			t.Errorf("the second: %v", err)
		}
		if n := server.Counters(); n.Refused == 0 || n.Accepted != 1 {
			t.Errorf("%+v", n)
		}
		peer.Close()
		synctest.Wait()
		time.Sleep(time.Second)
		if _, err := other.Dial(context.Background(), serverAt); err != nil {
			t.Errorf("after the first has left: %v", err)
		}
	})
}

func TestDefaultLimits(t *testing.T) {
	c := Config{}.defaults()
	if c.HandshakeTimeout != DefaultHandshakeTimeout || c.IdleTimeout != DefaultIdleTimeout || c.MaxHandshakes != DefaultMaxHandshakes ||
		c.MaxConnections != DefaultMaxConnections {
		t.Errorf("%+v", c)
	}
	// 2^64 identifiers are not guessed.
	if idLength < 8 {
		t.Errorf("identifiers have %d bytes", idLength)
	}
}

// narrow is a carrier that is full until it is opened.
type narrow struct {
	*sink
	mu   sync.Mutex
	more sync.Cond
	room int
	took int
	over bool
}

func newNarrow() *narrow {
	n := &narrow{sink: newSink()}
	n.more.L = &n.mu
	return n
}

func (n *narrow) WriteBatch(ds []transport.Datagram) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	k := min(n.room, len(ds))
	n.room -= k
	n.took += k
	return k, nil
}

func (n *narrow) WaitWritable() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	for n.room == 0 && !n.over {
		n.more.Wait()
	}
	if n.over {
		return net.ErrClosed
	}
	return nil
}

func (n *narrow) open(room int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.room += room
	n.more.Broadcast()
}

func (n *narrow) taken() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.took
}

func (n *narrow) end() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.over = true
	n.more.Broadcast()
}

// What the carrier underneath does not take waits, and WriteBatch with it, but never for long.
func TestFullCarrier(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var goroutines sync.WaitGroup
		lower := newNarrow()
		var o output
		o.init(lower, &goroutines)
		record := []byte("a record")
		write := func(int) { o.add(transport.Datagram{Data: record}) }
		n, err := o.batch(2*maxWaiting, write)
		if n != maxWaiting || err != nil {
			t.Fatalf("took %d, %v, want %d", n, err, maxWaiting)
		}
		if n, err := o.batch(1, write); n != 0 || err != nil {
			t.Fatalf("took %d, %v, when full", n, err)
		}
		for range 2 * maxWaiting { // those of handshakes and alerts
			write(0)
		}
		if o.waiting() != 2*maxWaiting {
			t.Errorf("%d records wait, want %d", o.waiting(), 2*maxWaiting)
		}
		writable := make(chan error)
		go func() { writable <- o.wait() }()
		synctest.Wait()
		select {
		case err := <-writable:
			t.Fatalf("WaitWritable says %v with a full queue", err)
		default:
		}
		lower.open(2*maxWaiting - 1)
		if err := <-writable; err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if o.waiting() != 1 || lower.taken() != 2*maxWaiting-1 {
			t.Errorf("%d records wait, %d left", o.waiting(), lower.taken())
		}
		o.close()
		if err := o.wait(); !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
		if _, err := o.batch(1, write); !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
		lower.end()
		goroutines.Wait()
	})
}

// Packets that nobody reads hold their connections up, not the carrier; those that do not fit are lost.
func TestPacketsThatNobodyReads(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		server, client, peer := w.pair(withKey("hint", "secret"), withKey("client", "secret"))
		const sent = maxArrived + maxQueued + 1000
		for i := range sent {
			carriertest.Write(t, client, transport.Datagram{Path: pathTo(peer.IP()), Data: carriertest.Packet(1, 2, i, 100)})
			if i%100 == 0 {
				time.Sleep(time.Second)
			}
		}
		time.Sleep(time.Second)
		n := server.Counters()
		if n.Overflowed == 0 || server.in.waiting() != maxArrived {
			t.Fatalf("%d packets wait; %+v", server.in.waiting(), n)
		}
		back := server.Peers()[0]
		if back.link.waiting() != maxQueued {
			t.Errorf("%d records wait, want %d", back.link.waiting(), maxQueued)
		}
		r := carriertest.Read(t, server)
		for i := range maxArrived + maxQueued {
			want := transport.Datagram{Path: pathTo(back.IP()), Data: carriertest.Packet(1, 2, i, 100)}
			carriertest.Want(t, "what waited arrives in order", r.Next(t), want)
		}
		server.Close()
	})
}

func (o *output) waiting() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.list)
}

func (in *inbox) waiting() int {
	in.mu.Lock()
	defer in.mu.Unlock()
	return len(in.queue)
}

func (l *link) waiting() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.queue)
}

// A datagram that does not fit into the DTLS implementation's buffer is lost, and so is never sent: MTU says less.
func TestMaxRecord(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		w.link(simnet.Link{MTU: 60_000})
		w.client.SetMTU(60_000)
		w.server.SetMTU(60_000)
		server, client, peer := w.pair(withKey("hint", "secret"), withKey("client", "secret"))
		limit := client.MTU(pathTo(peer.IP()))
		if limit != maxRecord-peer.overhead {
			t.Errorf("MTU is %d", limit)
		}
		r := carriertest.Read(t, server)
		for _, size := range []int{limit + 1, limit} {
			carriertest.Write(t, client, transport.Datagram{Path: pathTo(peer.IP()), Data: carriertest.Packet(1, 2, 3, size)})
		}
		if got := r.Next(t); len(got.Data) != limit {
			t.Errorf("%d bytes arrived, want %d", len(got.Data), limit)
		}
		server.Close()
	})
}

// Records may be overtaken by as many as one call hands to the network, and more.
func TestReplayWindow(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		server, client, peer := w.pair(withKey("hint", "secret"), withKey("client", "secret"))
		r := carriertest.Read(t, server)
		late := newSink()
		early := client.out.lower
		client.out.lower = late
		carriertest.Write(t, client, transport.Datagram{Path: pathTo(peer.IP()), Data: carriertest.Packet(1, 2, 0, 100)})
		held := <-late.sent
		client.out.lower = early
		for i := range replayWindow - 10 {
			carriertest.Write(t, client, transport.Datagram{Path: pathTo(peer.IP()), Data: carriertest.Packet(1, 2, i+1, 100)})
			r.Next(t)
		}
		for range 2 { // the second time it is a replay
			early.WriteBatch([]transport.Datagram{{Path: peer.way(), Data: held}})
		}
		if got := r.Next(t); got.Data[7] != 0 {
			t.Errorf("% x arrived", got.Data[:12])
		}
		time.Sleep(time.Second)
		r.Idle(t)
		server.Close()
	})
}

// A handshake has a few datagrams at a time.
func TestStrangersFillNoQueue(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		server := w.listen(withKey("hint", "secret"))
		p := server.newPeer(transport.Path{Remote: stranger(1), EncapPort: 1}) // which nobody reads
		for i := range 2 * maxFlight {
			if took := p.link.push(forgedFrom(stranger(1), 1, record(recordHandshake, 0, 11))); took != (i < maxFlight) {
				t.Fatalf("datagram %d is taken: %v", i, took)
			}
		}
		p.link.Close()
		for _, size := range []int{1, usualRecord, usualRecord + 1, maxRecord} {
			if b := bufferFor(size); len(b.data) < size || len(b.data) > max(usualRecord, maxRecord*min(1, size/(usualRecord+1))) {
				t.Errorf("a buffer of %d bytes for %d", len(b.data), size)
			}
		}
	})
}

func TestUnreadPeersDoNotStopClose(t *testing.T) {
	simulate(t, func(t *testing.T, w *world) {
		server, client, peer := w.pair(withKey("hint", "secret"), withKey("client", "secret"))
		for i := range maxArrived + 100 {
			carriertest.Write(t, client, transport.Datagram{Path: pathTo(peer.IP()), Data: carriertest.Packet(1, 2, i, 100)})
		}
		time.Sleep(time.Second)
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if err := server.Close(); err != nil {
			t.Errorf("a second Close says %v", err)
		}
		if _, err := server.ReadBatch(0, make([]transport.Datagram, 1)); !errors.Is(err, net.ErrClosed) {
			t.Errorf("ReadBatch says %v", err)
		}
		if _, err := server.WriteBatch(nil); !errors.Is(err, net.ErrClosed) {
			t.Errorf("WriteBatch says %v", err)
		}
	})
}

// Two hundred clients at one socket, each with a connection and an association.
func TestManyPeers(t *testing.T) {
	const clients = 200
	s, c := newAuthority(t).pair(t)
	server, to := listen(t, s)
	serve(t, server)
	var all sync.WaitGroup
	errs := make(chan error, clients)
	for range 8 {
		all.Go(func() {
			for range clients / 8 {
				errs <- visit(t, to, c)
			}
		})
	}
	all.Wait()
	for range clients {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if n := server.Counters(); n.Accepted != clients {
		t.Errorf("%+v", n)
	}
	eventually(t, "all connections have ended", func() bool { return len(server.Peers()) == 0 }, seen(server))
}

// visit connects, exchanges a message and leaves.
func visit(t *testing.T, to string, c Config) error {
	client, peer, err := Dial(within(t), to, c)
	if err != nil {
		return err
	}
	defer client.Close()
	conn, err := dialer(client).DialSCTP(within(t), "sctp", peer.Addr(7))
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.Write([]byte("hello")); err != nil {
		return err
	}
	if m, err := conn.ReadMessage(within(t), 10); err != nil || string(m.Data) != "hello" {
		return fmt.Errorf("read %q, %w", m.Data, err)
	}
	return conn.Shutdown(within(t))
}

// All at the same time, too.
func TestManyPeersAtOnce(t *testing.T) {
	const clients = 200
	s, c := withKey("hint", "secret"), withKey("client", "secret")
	server, to := listen(t, s)
	serve(t, server)
	var carriers []*Transport
	for range clients {
		client, peer := dial(t, to, c)
		exchange(t, connect(t, client, peer), 3000)
		carriers = append(carriers, client)
	}
	if n := len(server.Peers()); n != clients {
		t.Errorf("%d connections", n)
	}
	for _, client := range carriers {
		client.Close()
	}
	eventually(t, "all connections have ended", func() bool { return len(server.Peers()) == 0 }, seen(server))
}
