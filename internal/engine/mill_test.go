package engine

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// mill is a carrier that makes packets itself, as fast as they are read: associations are set up over it, and then each queue brings packets of
// some of them, as if sent by their peer. So it shows what the engine can do by itself, without an operating system and a peer.
type mill struct {
	*pipeEnd
	queues []*millQueue
}

// millQueue is a receive queue. Its reader alone touches flows, next and left once begin is closed.
type millQueue struct {
	early chan transport.Datagram
	begin chan struct{}
	flows []*millFlow
	next  int
	left  int
	done  chan struct{}
	// made has room for the packets of a batch.
	made [readPackets][]byte
}

// millFlow is the packets of one association: what its peer sent last, and how many the user has not read.
type millFlow struct {
	packet transport.Datagram
	unread atomic.Int64
}

const (
	// millRun is how many packets of an association come together, millUnread how many may wait for its user.
	millRun, millUnread = 16, 64
	// offTSN and offSSN are where a packet has the TSN and the SSN of its first DATA chunk.
	offTSN, offSSN = wire.HeaderLen + 4, wire.HeaderLen + 10
)

func newMill(queues int) *mill {
	m := &mill{pipeEnd: newPipeEnd("192.0.2.2")}
	for range queues {
		m.queues = append(m.queues, &millQueue{early: make(chan transport.Datagram, 100), begin: make(chan struct{}), done: make(chan struct{})})
	}
	m.arrive = func(d transport.Datagram) { m.queueOf(d.Data).early <- d }
	return m
}

func (m *mill) queueOf(packet []byte) *millQueue {
	return m.queues[int(binary.BigEndian.Uint32(packet[4:]))%len(m.queues)]
}

func (m *mill) Queues() int { return len(m.queues) }

func (m *mill) Caps() transport.Caps { return transport.Caps{Writers: len(m.queues)} }

func (m *mill) ReadBatch(queue int, ds []transport.Datagram) (int, error) {
	q := m.queues[queue]
	select {
	case ds[0] = <-q.early:
		return 1, nil
	case <-q.begin:
	case <-m.closed:
		return 0, net.ErrClosed
	}
	if q.left == 0 {
		close(q.done)
		<-m.closed
		return 0, net.ErrClosed
	}
	return q.make(ds), nil
}

// make makes packets of those whose users keep up.
func (q *millQueue) make(ds []transport.Datagram) (n int) {
	for n == 0 {
		for range q.flows {
			f := q.flows[q.next]
			q.next = (q.next + 1) % len(q.flows)
			for i := 0; i < millRun && n < len(ds) && q.left > 0 && f.unread.Load() < millUnread; i++ {
				q.made[n] = f.appendNext(q.made[n][:0])
				ds[n] = transport.Datagram{Path: f.packet.Path, Data: q.made[n]}
				n++
				q.left--
			}
		}
		if n == 0 {
			runtime.Gosched()
		}
	}
	return n
}

func (f *millFlow) appendNext(b []byte) []byte {
	last := f.packet.Data
	binary.BigEndian.PutUint32(last[offTSN:], binary.BigEndian.Uint32(last[offTSN:])+1)
	binary.BigEndian.PutUint16(last[offSSN:], binary.BigEndian.Uint16(last[offSSN:])+1)
	b = append(b, last...)
	wire.Seal(b)
	f.unread.Add(1)
	return b
}

// pipeEnd is one of two carriers that bring packets to each other.
type pipeEnd struct {
	addr   netip.Addr
	peer   *pipeEnd
	in     chan transport.Datagram
	arrive func(transport.Datagram)
	closed chan struct{}
	once   sync.Once
}

func newPipeEnd(addr string) *pipeEnd {
	p := &pipeEnd{addr: netip.MustParseAddr(addr), in: make(chan transport.Datagram, 100), closed: make(chan struct{})}
	p.arrive = func(d transport.Datagram) { p.in <- d }
	return p
}

// WriteBatch loses everything when the other end is closed.
func (p *pipeEnd) WriteBatch(ds []transport.Datagram) (int, error) {
	for _, d := range ds {
		select {
		case <-p.peer.closed:
		default:
			p.peer.arrive(transport.Datagram{Path: transport.Path{Local: p.peer.addr, Remote: p.addr}, Data: slices.Clone(d.Data)})
		}
	}
	return len(ds), nil
}

func (p *pipeEnd) ReadBatch(_ int, ds []transport.Datagram) (int, error) {
	select {
	case ds[0] = <-p.in:
		return 1, nil
	case <-p.closed:
		return 0, net.ErrClosed
	}
}

func (p *pipeEnd) Queues() int                       { return 1 }
func (p *pipeEnd) WaitWritable() error               { return nil }
func (p *pipeEnd) LocalAddrs() ([]netip.Addr, error) { return []netip.Addr{p.addr}, nil }
func (p *pipeEnd) AddrChanges() <-chan struct{}      { return nil }
func (p *pipeEnd) MTU(transport.Path) int            { return 1480 }
func (p *pipeEnd) Caps() transport.Caps              { return transport.Caps{} }
func (p *pipeEnd) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

// BenchmarkReceiving has one engine receive the packets of many associations, each with a message of 1 KiB for its user, over one queue and over
// several: with -cpu 1,2 it shows what another processor brings.
func BenchmarkReceiving(b *testing.B) {
	for _, queues := range []int{1, 2, 4} {
		b.Run(fmt.Sprintf("queues=%d", queues), func(b *testing.B) { benchmarkReceiving(b, queues) })
	}
}

func benchmarkReceiving(b *testing.B, queues int) {
	const associations, size = 32, 1024
	m, customer := newMill(queues), newPipeEnd("192.0.2.1")
	m.peer, customer.peer = customer, m.pipeEnd
	// What the customer sends is kept, so that more of it can be made.
	flows := make(map[*millQueue][]*millFlow)
	early := m.arrive
	m.arrive = func(d transport.Datagram) {
		if wire.ChunkType(d.Data[wire.HeaderLen]) == wire.ChunkData {
			kept := slices.Clone(d.Data)
			flows[m.queueOf(kept)] = append(flows[m.queueOf(kept)], &millFlow{packet: transport.Datagram{Path: d.Path, Data: kept}})
		}
		early(d)
	}
	open := func(c transport.Transport) *Engine {
		e, err := Open(Options{Carrier: c})
		if err != nil {
			b.Fatal(err)
		}
		return e
	}
	to, from := open(m), open(customer)
	defer to.Close()
	listening, err := to.Bind(SocketOptions{Port: 7, Config: assoc.Config{}.Defaults(), Backlog: associations})
	if err != nil {
		b.Fatal(err)
	}
	all := make(map[uint32]*Assoc)
	for range associations {
		s, err := from.Bind(SocketOptions{Config: assoc.Config{}.Defaults(), Transient: true})
		if err != nil {
			b.Fatal(err)
		}
		a, err := s.Connect(b.Context(), assoc.Config{}.Defaults(), Peer{Addrs: []netip.Addr{m.addr}, Port: 7})
		if err != nil {
			b.Fatal(err)
		}
		accepted, err := listening.Listener().Accept(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		if err := a.Send(b.Context(), &assoc.Message{Data: make([]byte, size)}); err != nil {
			b.Fatal(err)
		}
		if _, _, err := accepted.Receive(b.Context(), make([]byte, size)); err != nil {
			b.Fatal(err)
		}
		all[accepted.core.LocalTag()] = accepted
	}
	customer.Close() // nothing is heard of it any more
	from.Close()

	b.ReportAllocs()
	b.SetBytes(size)
	b.ResetTimer()
	for i, q := range m.queues {
		q.flows = flows[q]
		q.left = b.N / queues
		if i == 0 {
			q.left += b.N % queues
		}
		for _, f := range q.flows {
			go f.read(all[binary.BigEndian.Uint32(f.packet.Data[4:])], size)
		}
		close(q.begin)
	}
	for _, q := range m.queues {
		if len(q.flows) == 0 {
			b.Fatal("all associations have tags of other queues")
		}
		<-q.done
	}
}

// read is the user.
func (f *millFlow) read(a *Assoc, size int) {
	for p := make([]byte, size); ; f.unread.Add(-1) {
		if _, _, err := a.Receive(context.Background(), p); err != nil {
			return
		}
	}
}
