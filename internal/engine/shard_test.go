package engine

import (
	"context"
	"errors"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/simnet"
	"github.com/gosctp/sctp/transport"
)

// manyQueues is a carrier whose packets come over several queues, and that takes as many writers at a time.
type manyQueues struct {
	transport.Transport
	queues []chan transport.Datagram
	closed chan struct{}
	// choose says which queue a packet comes over.
	choose func(*transport.Datagram) int
	reader sync.WaitGroup
}

func newManyQueues(t transport.Transport, queues int, choose func(*transport.Datagram) int) *manyQueues {
	m := &manyQueues{Transport: t, closed: make(chan struct{}), choose: choose}
	for range queues {
		m.queues = append(m.queues, make(chan transport.Datagram, 1000))
	}
	m.reader.Go(m.read)
	return m
}

// read deals out what comes. A full queue loses packets, as those of an operating system do.
func (m *manyQueues) read() {
	drain(m.Transport, m.closed, func(d transport.Datagram) {
		select {
		case m.queues[m.choose(&d)%len(m.queues)] <- d:
		default:
		}
	})
}

func (m *manyQueues) Queues() int { return len(m.queues) }

func (m *manyQueues) Caps() transport.Caps {
	c := m.Transport.Caps()
	c.Writers = len(m.queues)
	return c
}

func (m *manyQueues) ReadBatch(queue int, ds []transport.Datagram) (n int, _ error) {
	select {
	case ds[0] = <-m.queues[queue]:
	case <-m.closed:
		return 0, net.ErrClosed
	}
	for n = 1; n < len(ds) && len(m.queues[queue]) > 0; n++ {
		ds[n] = <-m.queues[queue]
	}
	return n, nil
}

func (m *manyQueues) Close() error {
	err := m.Transport.Close()
	m.reader.Wait()
	return err
}

// byTag deals out by what tells associations apart, as the ports and addresses of UDP do, and atRandom by nothing.
func byTag(d *transport.Datagram) int {
	h := fnv.New32a()
	h.Write(d.Data[4:8])
	return int(h.Sum32() >> 16)
}

func atRandom(*transport.Datagram) int { return rand.IntN(1 << 16) }

// inSplitLab is inLab with several queues on both sides, and no gate.
func inSplitLab(t *testing.T, queues int, choose func(*transport.Datagram) int, f func(t *testing.T, l *lab)) {
	synctest.Test(t, func(t *testing.T) {
		n := simnet.New(1)
		l := &lab{t: t, address: netip.MustParseAddr("192.0.2.2")}
		left, right := n.AddHost("left", netip.MustParseAddr("192.0.2.1")), n.AddHost("right", l.address)
		n.SetDefault(simnet.Link{Delay: time.Millisecond})
		l.begin(newManyQueues(left.Transport(), queues, choose), newManyQueues(right.Transport(), queues, choose))
		f(t, l)
		l.a.Close()
		l.b.Close()
	})
}

// What one association does waits for no lock that all have: not for that of the endpoint, nor for what others than those of its shard share.
func TestDataTakesNoLockThatAllShare(t *testing.T) {
	inSplitLab(t, 2, byTag, func(t *testing.T, l *lab) {
		a, b := l.pair()
		l.exchange(a, b) // what an association begins with is over
		synctest.Wait()
		l.a.mu.Lock()
		defer l.a.mu.Unlock()
		l.b.mu.Lock()
		defer l.b.mu.Unlock()
		for _, s := range []*shard{l.a.shardOf(a.shard.number + 1), l.b.shardOf(b.shard.number + 1)} {
			s.out.mu.Lock()
			defer s.out.mu.Unlock()
			s.timers.mu.Lock()
			defer s.timers.mu.Unlock()
		}
		for range 50 {
			l.exchange(a, b)
		}
		if got := l.a.received() + l.b.received(); got < 100 {
			t.Errorf("%d packets found their association without the endpoint, of 100 messages", got)
		}
	})
}

// exchange sends a message there and back.
func (l *lab) exchange(a, b *Assoc) {
	l.t.Helper()
	for _, way := range [][2]*Assoc{{a, b}, {b, a}} {
		l.send(way[0], []byte("message"))
		if got := l.receive(way[1], 7); string(got) != "message" {
			l.t.Fatalf("received %q", got)
		}
	}
}

// Associations come and go while packets of others arrive over several queues: each gets its own messages, all of them, and in the end nobody is
// known any more.
func TestAssociationsComeAndGoOverSeveralQueues(t *testing.T) {
	for name, choose := range map[string]func(*transport.Datagram) int{"by tag": byTag, "at random": atRandom} {
		t.Run(name, func(t *testing.T) {
			inSplitLab(t, 3, choose, func(t *testing.T, l *lab) {
				const users, lives, messages = 8, 12, 20
				go l.echoAll()
				var all sync.WaitGroup
				for user := range users {
					all.Go(func() {
						for life := range lives {
							l.liveAndDie(byte(user), messages, life%3)
						}
					})
				}
				all.Wait()
				time.Sleep(time.Hour) // the last words of all
				synctest.Wait()
				for _, e := range []*Engine{l.a, l.b} {
					if n := len(e.Assocs()) + e.tags.count(); n != 0 {
						t.Errorf("%d associations and tags are left", n)
					}
				}
			})
		})
	}
}

// liveAndDie has an association answer messages and ends it in one of three ways.
func (l *lab) liveAndDie(user byte, messages, end int) {
	ctx := context.Background()
	s := l.bind(l.a, SocketOptions{Config: assoc.Config{}.Defaults(), Transient: true})
	a, err := s.Connect(ctx, assoc.Config{}.Defaults(), l.peer(7))
	if err != nil {
		l.t.Error(err)
		return
	}
	question := []byte{user, 0}
	for i := range messages {
		question[1] = byte(i)
		l.send(a, question)
		if got := l.receive(a, 2); !slices.Equal(got, question) {
			l.t.Errorf("the answer to % x is % x", question, got)
		}
	}
	switch end {
	case 0:
		err = a.Shutdown(ctx)
	case 1:
		err = a.Abort(nil)
	default:
		err = a.Close(time.Second)
	}
	if err != nil {
		l.t.Error(err)
	}
}

// echoAll answers every message of every association.
func (l *lab) echoAll() {
	for {
		b, err := l.to.Listener().Accept(context.Background())
		if err != nil {
			return
		}
		go func() {
			p := make([]byte, 100)
			for {
				n, _, err := b.Receive(context.Background(), p)
				if errors.Is(err, io.EOF) || err != nil {
					return
				}
				if err := b.Send(context.Background(), &assoc.Message{Data: p[:n]}); err != nil {
					return
				}
			}
		}()
	}
}

// A queue's associations are of its shard, and those that are dialled take turns.
func TestShardsOfAssociations(t *testing.T) {
	inSplitLab(t, 3, func(*transport.Datagram) int { return 2 }, func(t *testing.T, l *lab) {
		dialled := make(map[int]int)
		for range 9 {
			a, b := l.pair()
			dialled[a.shard.number]++
			if b.shard.number != 2 {
				t.Errorf("an association that came over queue 2 is of shard %d", b.shard.number)
			}
		}
		for shard := range 3 {
			if dialled[shard] != 3 {
				t.Errorf("9 associations that were dialled are spread as %v", dialled)
			}
		}
	})
}

func TestNumberOfShards(t *testing.T) {
	for _, tt := range []struct{ writers, want int }{{0, 1}, {1, 1}, {5, 5}, {maxShards, maxShards}, {maxShards + 1, maxShards}} {
		e := new(Engine)
		e.openShards(tt.writers)
		if len(e.shards) != tt.want {
			t.Errorf("%d shards for a carrier with %d writers, want %d", len(e.shards), tt.writers, tt.want)
		}
		var all shardSet
		for _, s := range e.shards {
			all.add(s)
		}
		for i := range e.shards {
			if s := all.next(e); s.number != i || e.shardOf(i+tt.want) != s {
				t.Errorf("shard %d comes in place of %d", s.number, i)
			}
		}
		if all != 0 {
			t.Errorf("%b is left of the set", all)
		}
	}
}

func TestTagsForgetWhoHasNone(t *testing.T) {
	var all tags
	a, b := new(Assoc), new(Assoc)
	all.put(1, a)
	all.put(1+tagStripes, b)
	all.remove(1, b) // has another one
	if all.find(1) != a || all.find(1+tagStripes) != b || all.find(2) != nil || all.count() != 2 {
		t.Error("two that share a stripe are not told apart")
	}
	all.remove(1, a)
	if all.find(1) != nil || all.count() != 1 {
		t.Error("is found although it was removed")
	}
}

// count is how many associations are known by a tag.
func (t *tags) count() (n int) {
	for i := range t {
		t[i].mu.RLock()
		n += len(t[i].known)
		t[i].mu.RUnlock()
	}
	return n
}
