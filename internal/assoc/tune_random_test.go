package assoc

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// tuneWorld is two associations whose parameters change at random while they send, over a network that loses and reorders packets.
type tuneWorld struct {
	*pair
	t      *testing.T
	rand   *rand.Rand
	flying []flyingPacket
	sent   [2]uint32 // messages by each end
	got    [2]uint32 // by each end, of those that the other sent
	parts  [2][]byte // of a message
}

// oneOf picks.
func oneOf[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// tune changes everything that can change.
func (w *tuneWorld) tune(i int) {
	r := w.rand
	params := func(p *PathParams) {
		p.HBInterval = oneOf(r, -time.Second, 1, 50*time.Millisecond, time.Minute)
		p.SACKDelay, p.SACKFrequency = oneOf(r, -time.Millisecond, time.Millisecond, 500*time.Millisecond), oneOf(r, 1, 2, 5, 100)
		p.FixedPMTU, p.KeptPMTU = oneOf(r, 0, 0, 512, 600, 1500, 1<<20), oneOf(r, false, false, true)
		p.DSCP = uint8(r.IntN(64))
	}
	a := w.ends[i]
	t := a.Tunable()
	t.Nagle = oneOf(r, false, true)
	t.RTOMin, t.RTOMax = oneOf(r, time.Millisecond, time.Second), oneOf(r, time.Second, 4*time.Second)
	t.RTOInitial = oneOf(r, time.Millisecond, time.Hour)
	t.MaxBurst, t.MaxSeg = oneOf(r, 1, 4, 1<<20), oneOf(r, 0, 4, 100, 1400, 65000)
	params(&t.PathParams)
	a.Tune(w.now, t)
	for _, way := range a.Paths(nil) {
		p, err := a.PathParams(way.Remote)
		if err != nil {
			w.t.Fatal(err)
		}
		params(&p)
		if err := a.TunePath(w.now, way.Remote, p); err != nil {
			w.t.Fatal(err)
		}
	}
}

// send queues a message that says its number and its length.
func (w *tuneWorld) send(i int) {
	b := make([]byte, 8+w.rand.IntN(oneOf(w.rand, 1, 100, 9000)))
	binary.BigEndian.PutUint32(b, w.sent[i])
	binary.BigEndian.PutUint32(b[4:], uint32(len(b)))
	copy(b[8:], bytes.Repeat([]byte{byte(w.sent[i])}, len(b)-8))
	if w.ends[i].Send(w.now, &Message{Data: b}) == nil {
		w.sent[i]++
	}
}

// read checks what has come. A message that is cut into very many chunks may come in parts.
func (w *tuneWorld) read(i int) {
	for {
		n, info, ok := w.ends[i].Receive(w.now, w.scratch)
		if !ok {
			return
		}
		w.parts[i] = append(w.parts[i], w.scratch[:n]...)
		if !info.EOR {
			continue
		}
		b := w.parts[i]
		if len(b) < 8 || binary.BigEndian.Uint32(b) != w.got[i] || binary.BigEndian.Uint32(b[4:]) != uint32(len(b)) ||
			slices.ContainsFunc(b[8:], func(c byte) bool { return c != byte(w.got[i]) }) {
			w.t.Fatalf("end %d reads %d bytes, %v, want message %d: %x", i, len(b), info, w.got[i], b[:min(len(b), 16)])
		}
		w.got[i]++
		w.parts[i] = b[:0]
	}
}

// carry moves packets for a millisecond.
func (w *tuneWorld) carry() {
	for i, a := range w.ends {
		if a.NextDeadline().Reached(w.now) {
			a.Expire(w.now)
		}
		for a.NextPacket(w.now, w.buf, &w.d) {
			if most := a.Status().Paths[0].PMTU; len(w.d.Data) > most && !w.d.MayFragment {
				w.t.Fatalf("a packet of %d bytes, at most %d fit", len(w.d.Data), most)
			}
			if w.rand.IntN(100) >= 3 {
				at := w.now.Add(time.Duration(1+w.rand.IntN(10)) * time.Millisecond)
				w.flying = append(w.flying, flyingPacket{at, 1 - i, bytes.Clone(w.d.Data)})
			}
		}
		w.drain(a)
	}
	for _, p := range w.flying {
		if p.at.Reached(w.now) {
			w.d.Data, w.d.Path.Local, w.d.Path.Remote = p.data, addrOf[p.to], addrOf[1-p.to]
			w.ends[p.to].Deliver(w.now, &w.d)
			w.drain(w.ends[p.to])
		}
	}
	w.flying = slices.DeleteFunc(w.flying, func(p flyingPacket) bool { return p.at.Reached(w.now) })
	w.now = w.now.Add(time.Millisecond)
}

func TestTuningAtRandom(t *testing.T) {
	for seed := range uint64(40) {
		w := &tuneWorld{t: t, rand: rand.New(rand.NewPCG(seed, 9)), pair: newPair(t, func(c *Config) {
			c.AssocMaxRetrans, c.PathMaxRetrans, c.RTOMax = 1000, 1000, 4*time.Second
		})}
		const messages = 150
		for step := 0; w.got != [2]uint32{messages, messages}; step++ {
			if step > 400_000 {
				t.Fatalf("seed %d: the ends have read %v of %v messages", seed, w.got, w.sent)
			}
			for i := range w.ends {
				if w.rand.IntN(100) < 2 {
					w.tune(i)
				}
				if w.sent[i] < messages && w.rand.IntN(10) == 0 {
					w.send(i)
				}
				w.read(i)
			}
			w.carry()
		}
		w.ends[0].Shutdown(w.now)
		for step := 0; w.ends[0].State() != StateClosed; step++ { // a lost SHUTDOWN COMPLETE is the endpoint's to repeat
			if step > 400_000 {
				t.Fatalf("seed %d: %v and %v do not end", seed, w.ends[0].State(), w.ends[1].State())
			}
			w.carry()
		}
	}
}
