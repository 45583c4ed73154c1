package engine

import (
	"bytes"
	"math/rand/v2"
	"net/netip"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/simnet"
	"github.com/gosctp/sctp/transport"
)

// gatherer is a gated carrier that takes packets in pieces.
type gatherer struct {
	*gated
	gathers bool
	// inPieces counts the packets that were in pieces, each time that they were offered.
	inPieces atomic.Int32
}

var _ transport.Gatherer = (*gatherer)(nil)

func (g *gatherer) Gathers() bool { return g.gathers }

// WriteBatch puts packets together and sends them.
func (g *gatherer) WriteBatch(ds []transport.Datagram) (int, error) {
	whole := make([]transport.Datagram, len(ds))
	for i := range ds {
		whole[i] = ds[i]
		if len(ds[i].Rest) > 0 {
			whole[i].Data, whole[i].Rest = ds[i].Append(nil), nil
			g.inPieces.Add(1)
		}
	}
	return g.gated.WriteBatch(whole)
}

// Messages arrive as they were sent over a carrier that gathers, also if it is full at times and loses packets; and no buffer is kept once
// everything is written.
func TestPacketsInPieces(t *testing.T) {
	for _, gathers := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			n := simnet.New(1)
			l := &lab{t: t, address: netip.MustParseAddr("192.0.2.2")}
			left, right := n.AddHost("left", netip.MustParseAddr("192.0.2.1")), n.AddHost("right", l.address)
			left.SetMTU(9000)
			right.SetMTU(9000)
			n.SetDefault(simnet.Link{Delay: time.Millisecond, Loss: 0.02, MTU: 9000})
			l.gate = newGated(left.Transport())
			carrier := &gatherer{gated: l.gate, gathers: gathers}
			l.a, l.b = l.open(carrier), l.open(right.Transport())
			l.from = l.bind(l.a, SocketOptions{Config: assoc.Config{}.Defaults()})
			l.to = l.bind(l.b, SocketOptions{Port: 7, Config: assoc.Config{}.Defaults(), Backlog: 100})
			a, b := l.pair()

			const messages, size = 200, 30000
			random := func() *rand.Rand { return rand.New(rand.NewPCG(1, 1)) }
			fill := func(r *rand.Rand, p []byte) {
				for i := range p {
					p[i] = byte(r.Uint32())
				}
			}
			go func() {
				r, p := random(), make([]byte, size)
				for i := range messages {
					fill(r, p)
					if i%20 == 10 {
						l.gate.setFull(true)
						time.AfterFunc(5*time.Millisecond, func() { l.gate.setFull(false) })
					}
					l.send(a, p)
				}
			}()
			r, want := random(), make([]byte, size)
			for i := range messages {
				fill(r, want)
				if got := l.receive(b, size); !bytes.Equal(got, want) {
					t.Fatalf("gathers: %t; message %d is not what was sent", gathers, i)
				}
			}
			a.mu.Lock()
			again := a.core.Stats().Retransmitted
			a.mu.Unlock()
			if again == 0 {
				t.Error("nothing was sent again")
			}
			if got := carrier.inPieces.Load(); gathers != (got > messages) {
				t.Errorf("gathers: %t; %d packets were in pieces", gathers, got)
			}
			time.Sleep(time.Minute)
			synctest.Wait()
			for i, piece := range a.shard.out.pieces {
				if piece != nil {
					t.Errorf("piece %d is kept", i)
				}
			}
			if got := len(a.shard.out.pieces); gathers != (got == batchPackets*packetPieces) {
				t.Errorf("gathers: %t; there is room for %d pieces", gathers, got)
			}
			l.gate.check(t)
			l.a.Close()
			l.b.Close()
		})
	}
}

// An association is told that its packets are gone when the next batch is built, not when it is asked for more packets for the same one.
func TestPacketsAreGoneWithTheirBatch(t *testing.T) {
	inLab(t, func(t *testing.T, l *lab) {
		a, _ := l.pair()
		a.mu.Lock()
		defer a.mu.Unlock()
		w := &writer{round: a.round + 1, pieces: make([][]byte, packetPieces)}
		a.begin(w)
		if a.round != w.round {
			t.Fatalf("round %d, want %d", a.round, w.round)
		}
		if room := w.roomFor(0); len(room) != 0 || cap(room) != packetPieces {
			t.Errorf("room for %d pieces, %d of them taken", cap(room), len(room))
		}
	})
}
