package assoc

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/tx"
	"github.com/gosctp/sctp/transport"
)

// resetWorld is two associations that send on streams while both sides reset and add streams at random, over a network that loses, delays,
// repeats and reorders packets.
type resetWorld struct {
	*pair
	t      *testing.T
	rand   *rand.Rand
	bad    bool // the network
	flying []flyingPacket
	users  [2]resetUser
	// performed counts the requests of users by the type of the event, ended those that ended otherwise.
	performed map[string]int
	ended     int
	givenUp   int
	last      bool // the last message on each stream has been sent
}

// resetUser is the user of one end.
type resetUser struct {
	sent map[uint16]int // messages sent on each stream
	got  map[uint16]int // the number of the next one to be received on each stream
	// loose are the unordered ones that are on their way to this user.
	loose   map[uint32]bool
	pending map[uint32]string
}

type flyingPacket struct {
	at   mono.Time
	to   int
	data []byte
}

// The first of two streams whose messages are unordered, and of two whose messages may be given up.
const (
	firstLoose    = 8
	firstFleeting = 6
)

func loose(stream uint16) bool    { return stream == firstLoose || stream == firstLoose+1 }
func fleeting(stream uint16) bool { return stream == firstFleeting || stream == firstFleeting+1 }

func newResetWorld(t *testing.T, seed uint64, changes ...func(*Config)) *resetWorld {
	changes = append(changes, func(c *Config) { c.AssocMaxRetrans, c.PathMaxRetrans, c.RTOMax = 1000, 1000, 4*time.Second })
	w := &resetWorld{
		pair: newPair(t, changes...), t: t, rand: rand.New(rand.NewPCG(seed, 1)), bad: true, performed: map[string]int{},
	}
	for i := range w.users {
		w.users[i] = resetUser{map[uint16]int{}, map[uint16]int{}, map[uint32]bool{}, map[uint32]string{}}
	}
	return w
}

// chance is true n times in a hundred.
func (w *resetWorld) chance(n int) bool { return w.rand.IntN(100) < n }

// act lets a user do something.
func (w *resetWorld) act(i int) {
	a, u := w.ends[i], &w.users[i]
	note := func(what string) func(uint32, error) {
		return func(id uint32, err error) {
			if err == nil {
				u.pending[id] = what
			}
		}
	}
	switch n := w.rand.IntN(100); {
	case n < 80:
		stream := uint16(w.rand.IntN(10))
		w.send(i, stream, fleeting(stream))
	case n < 90:
		r := ResetRequest{Outgoing: w.chance(60), Incoming: w.chance(40)}
		if w.chance(80) {
			r.Streams = []uint16{uint16(w.rand.IntN(10)), uint16(w.rand.IntN(10))}
		}
		note("stream reset")(a.ResetStreams(w.now, r))
	case n < 95:
		note("stream change")(a.AddStreams(w.now, uint16(w.rand.IntN(3)), uint16(w.rand.IntN(3))))
	default:
		note("assoc reset")(a.ResetAssociation(w.now))
	}
}

// send sends a message that says which one it is.
func (w *resetWorld) send(i int, stream uint16, fleeting bool) {
	u, peer := &w.users[i], &w.users[1-i]
	id := u.sent[stream]
	data := make([]byte, 6+w.rand.IntN(3000))
	binary.BigEndian.PutUint16(data, stream)
	binary.BigEndian.PutUint32(data[2:], uint32(id))
	m := Message{Stream: stream, Unordered: loose(stream), Data: data}
	if fleeting {
		m.PR = tx.PRInfo{Policy: tx.PRRTX}
	}
	if w.ends[i].Send(w.now, &m) != nil {
		return
	}
	u.sent[stream]++
	if loose(stream) {
		peer.loose[uint32(stream)<<16|uint32(id)] = true
	}
}

// receive reads what there is: ordered messages in order, each message once, whatever was reset.
func (w *resetWorld) receive(i int) {
	a, u := w.ends[i], &w.users[i]
	for {
		n, info, ok := a.Receive(w.now, w.scratch)
		if !ok {
			return
		}
		stream, id := binary.BigEndian.Uint16(w.scratch), binary.BigEndian.Uint32(w.scratch[2:])
		switch {
		case n < 6 || stream != info.Stream || !info.EOR:
			w.t.Fatalf("%d bytes on stream %d, which is %d", n, info.Stream, stream)
		case info.Unordered:
			if !u.loose[uint32(stream)<<16|id] {
				w.t.Fatalf("message %d on stream %d came twice", id, stream)
			}
			delete(u.loose, uint32(stream)<<16|id)
		case int(id) < u.got[stream], int(id) > u.got[stream] && !fleeting(stream):
			w.t.Fatalf("message %d on stream %d, want %d", id, stream, u.got[stream])
		default:
			u.got[stream] = int(id) + 1
		}
	}
}

// listen takes events. A request that was accepted ends once.
func (w *resetWorld) listen(i int) {
	u := &w.users[i]
	end := func(id uint32, what string, denied, failed bool) {
		if id == 0 {
			return
		}
		if u.pending[id] != what {
			w.t.Fatalf("request %d, %q, ended as %s", id, u.pending[id], what)
		}
		delete(u.pending, id)
		if denied || failed {
			w.ended++
		} else {
			w.performed[what]++
		}
	}
	for e, ok := w.ends[i].NextEvent(); ok; e, ok = w.ends[i].NextEvent() {
		switch e := e.(type) {
		case StreamReset:
			end(e.Request, "stream reset", e.Denied, e.Failed)
		case StreamChange:
			end(e.Request, "stream change", e.Denied, e.Failed)
		case AssocReset:
			end(e.Request, "assoc reset", e.Denied, e.Failed)
		case PeerAddrChange, SenderDry, ShutdownEvent:
		case AssocChange:
			if e.State != ShutdownComplete {
				w.t.Fatalf("%s", eventText(e))
			}
		case SendFailed:
			if !fleeting(e.Stream) {
				w.t.Fatalf("%s", eventText(e))
			}
			w.givenUp++
		case PartialDeliveryAborted:
			if !fleeting(e.Stream) {
				w.t.Fatalf("%s", eventText(e))
			}
		default:
			w.t.Fatalf("%s", eventText(e))
		}
	}
}

// settle does what drivers do after an input: packets fly.
func (w *resetWorld) settle() {
	for i, a := range w.ends {
		w.listen(i)
		w.receive(i)
		for a.NextPacket(w.now, w.buf, &w.d) {
			copies := 1
			if w.bad && w.chance(10) {
				copies = 2 * w.rand.IntN(2)
			}
			for range copies {
				delay := 5 * time.Millisecond
				if w.bad {
					delay += time.Duration(w.rand.IntN(10)) * time.Millisecond
				}
				w.flying = append(w.flying, flyingPacket{w.now.Add(delay), 1 - i, slices.Clone(w.d.Data)})
			}
		}
	}
}

// step lets the next thing happen: a packet arrives, or a timer expires. It says false after end.
func (w *resetWorld) step(end mono.Time) bool {
	first := -1
	for i, f := range w.flying {
		if first < 0 || f.at < w.flying[first].at {
			first = i
		}
	}
	next := end
	if first >= 0 {
		next = min(next, w.flying[first].at)
	}
	for _, a := range w.ends {
		if d := a.NextDeadline(); !d.IsZero() {
			next = min(next, d)
		}
	}
	w.now = max(w.now, next)
	if w.now == end {
		return false
	}
	if first >= 0 && w.flying[first].at == w.now {
		f := w.flying[first]
		w.flying = slices.Delete(w.flying, first, first+1)
		way := transport.Path{Local: addrOf[f.to], Remote: addrOf[1-f.to]}
		w.ends[f.to].Deliver(w.now, &transport.Datagram{Path: way, Data: f.data})
	}
	for _, a := range w.ends {
		if a.NextDeadline().Reached(w.now) {
			a.Expire(w.now)
		}
	}
	w.settle()
	return true
}

// wait lets so much time pass.
func (w *resetWorld) wait(d time.Duration) {
	for end := w.now.Add(d); w.step(end); {
	}
}

// missing says what is still to come, nothing at last.
func (w *resetWorld) missing() string {
	for i := range w.users {
		u, peer := &w.users[i], &w.users[1-i]
		for stream, n := range u.sent {
			if !loose(stream) && peer.got[stream] != n && (w.last || !fleeting(stream)) {
				return fmt.Sprintf("messages of end %d on stream %d: %d of %d have arrived", i, stream, peer.got[stream], n)
			}
		}
		if len(u.loose) > 0 || len(u.pending) > 0 {
			return fmt.Sprintf("%d unordered messages for end %d, its requests %v", len(u.loose), i, u.pending)
		}
		if r := w.ends[i].reconfig; r != nil && (r.own.flight != nil || len(r.own.waiting) > 0) {
			return fmt.Sprintf("what the peer asked of end %d", i)
		}
	}
	return ""
}

// finish makes the network good, and waits until everything has arrived.
func (w *resetWorld) finish(why string) {
	w.bad = false
	for range 1000 {
		w.wait(time.Second)
		if w.missing() == "" {
			return
		}
	}
	w.t.Fatalf("%s: stuck: %s", why, w.missing())
}

// Whatever both sides ask for, whatever the network does: no message is lost, none comes twice or out of order, no stream is stuck, each
// request ends, and the two sides agree.
func TestResetsAtRandom(t *testing.T) {
	seeds := uint64(60)
	if testing.Short() {
		seeds = 10
	}
	performed, ended, givenUp := map[string]int{}, 0, 0
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w := newResetWorld(t, seed, func(c *Config) {
				if seed%2 == 1 { // I-DATA
					c.FragmentInterleave = 2
				}
			})
			for range 150 {
				w.act(w.rand.IntN(2))
				w.settle()
				w.wait(time.Duration(w.rand.IntN(40)) * time.Millisecond)
				if w.chance(3) {
					w.wait(20 * time.Second)
				}
			}
			w.finish("after the requests")
			for i, a := range w.ends {
				if peer := w.ends[1-i]; a.outStreams != peer.inStreams {
					t.Errorf("end %d has %d outgoing streams, its peer %d incoming ones", i, a.outStreams, peer.inStreams)
				}
				for s := range a.outStreams {
					w.send(i, s, false)
				}
			}
			w.last = true
			w.settle()
			w.finish("one more message on every stream")
			for what, n := range w.performed {
				performed[what] += n
			}
			ended, givenUp = ended+w.ended, givenUp+w.givenUp
		})
	}
	t.Logf("performed: %v; otherwise: %d; messages given up: %d", performed, ended, givenUp)
	if givenUp < int(seeds) {
		t.Errorf("%d messages were given up with %d seeds, the test shows little", givenUp, seeds)
	}
	for _, what := range []string{"stream reset", "stream change", "assoc reset"} {
		if n := performed[what]; n < int(seeds) {
			t.Errorf("%s: performed %d times with %d seeds, the test shows little", what, n, seeds)
		}
	}
}

// A shutdown among all that is graceful: what was sent before it arrives, and each request ends.
func TestShutdownAmongResets(t *testing.T) {
	for seed := range uint64(60) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w := newResetWorld(t, seed)
			for range 30 {
				w.act(w.rand.IntN(2))
				w.settle()
				w.wait(time.Duration(w.rand.IntN(40)) * time.Millisecond)
			}
			for i, a := range w.ends {
				if i == int(seed%2) || w.chance(30) {
					a.Shutdown(w.now)
				}
			}
			w.settle()
			for range 100000 {
				// A SHUTDOWN COMPLETE that is lost is a matter for the endpoint.
				w.bad = !slices.ContainsFunc(w.ends[:], func(a *Association) bool { return a.State() == StateShutdownSent || a.State() == StateClosed })
				w.wait(10 * time.Millisecond)
				if w.ends[0].State() == StateClosed && w.ends[1].State() == StateClosed {
					break
				}
			}
			w.last = false
			if what := w.missing(); what != "" {
				t.Errorf("states %v and %v: %s", w.ends[0].State(), w.ends[1].State(), what)
			}
		})
	}
}
