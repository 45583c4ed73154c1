package mmsg

import (
	"testing"
	"time"

	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/internal/carriertest"
)

// turn is one of a dialogue: something leaves, and patience, if any, is what the reader then has. Its answer comes to one who has slept or not.
func (t *talk) turn(spoken *uint32, slept bool) time.Duration {
	*spoken++
	patience := t.patience(*spoken)
	t.heard(1, *spoken, slept)
	return patience
}

func TestWhoTalksLooksForAnswers(t *testing.T) {
	var k talk
	var spoken uint32
	for range talkTurns {
		if got := k.turn(&spoken, true); got != 0 {
			t.Fatalf("looks for %v before it is a dialogue", got)
		}
	}
	if got := k.turn(&spoken, false); got != talkPatience {
		t.Errorf("looks for %v in a dialogue, want %v", got, talkPatience)
	}
	if k.turn(&spoken, true) != talkPatience { // which was in vain
		t.Error("does not look any more, though answers came")
	}
	for i := range talkRest {
		if got := k.turn(&spoken, true); got != 0 {
			t.Fatalf("looks for %v again after %d turns", got, i)
		}
	}
	if k.turn(&spoken, false) != talkPatience {
		t.Error("does not try again")
	}
	if got := k.patience(spoken); got != 0 {
		t.Errorf("looks for %v when nothing was said", got)
	}
	if got := k.patience(spoken + 2); got != 0 {
		t.Errorf("looks for %v when much was said", got)
	}
}

func TestWhatIsNoDialogue(t *testing.T) {
	for name, heard := range map[string]func(k *talk, spoken uint32){
		"several packets":      func(k *talk, spoken uint32) { k.heard(2, spoken+1, true) },
		"no packet":            func(k *talk, spoken uint32) { k.heard(0, spoken+1, false) },
		"one that was unasked": func(k *talk, spoken uint32) { k.heard(1, spoken, true) },
		"one for many":         func(k *talk, spoken uint32) { k.heard(1, spoken+3, true) },
	} {
		var k talk
		var spoken uint32
		for range talkTurns {
			k.turn(&spoken, true)
		}
		heard(&k, spoken)
		if k.turns != 0 || k.patience(k.spoken+1) != 0 {
			t.Errorf("%s: still a dialogue", name)
		}
	}
}

// Two sides that answer each other, however they wait, get all answers; those who wait on threads of their own find out that they are in a dialogue.
func TestDialogue(t *testing.T) {
	addr := carriertest.Loopback["IPv4"]
	kinds(t, func(t *testing.T, opts Options) {
		a, _ := newUDP(t, addr, opts)
		b, port := newUDP(t, addr, opts)
		const turns = 4 * talkTurns
		done := make(chan error, 1)
		go func() {
			ds := make([]transport.Datagram, 4)
			for range turns {
				n, err := b.ReadBatch(0, ds)
				if err == nil {
					_, err = b.WriteBatch(ds[:n])
				}
				if err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
		ds := make([]transport.Datagram, 4)
		question := packets(transport.Path{Local: addr, Remote: addr, EncapPort: port}, 1, 100)
		for i := range turns {
			carriertest.Write(t, &carrier{a}, question...)
			n, err := a.ReadBatch(0, ds)
			if err != nil || n != 1 || string(ds[0].Data) != string(question[0].Data) {
				t.Fatalf("answer %d: %d packets, %v", i, n, err)
			}
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		if d, ok := a.sockets[0].fd.(*ownDescriptor); ok && d.talk.turns != talkTurns {
			t.Errorf("%d turns are known, want %d", d.talk.turns, talkTurns)
		}
	})
}

// A batch of one packet leaves by another call than one of several. The errors of both are taken the same way.
func TestOnePacketOrSeveral(t *testing.T) {
	addr := carriertest.Loopback["IPv4"]
	g, port := newUDP(t, addr, Options{NoSegmentation: true})
	r := carriertest.Read(t, &carrier{g})
	path := transport.Path{Local: addr, Remote: addr, EncapPort: port}
	for _, n := range []int{1, 3, 1} {
		ds := packets(path, n, 100)
		carriertest.Write(t, &carrier{g}, ds...)
		for i := range ds {
			if got := r.Next(t); string(got.Data) != string(ds[i].Data) {
				t.Fatalf("%d of %d: got %s", i, n, carriertest.String(got))
			}
		}
	}
	if d, ok := g.sockets[0].fd.(*ownDescriptor); ok && d.spoken.Load() != 5 {
		t.Errorf("%d packets are known to have left, want 5", d.spoken.Load())
	}
}
