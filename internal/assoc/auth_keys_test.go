package assoc

import (
	"errors"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/auth"
	"github.com/gosctp/sctp/internal/wire"
)

// twoKeys returns an association that has to authenticate DATA, whose two sides have the keys one and two.
func twoKeys(t *testing.T, more ...option) (*testAssoc, *auth.Context) {
	t.Helper()
	keys := []auth.Key{one, two}
	o := func(ta *testAssoc, c *Config, p *Params) {
		authentic(keys)(ta, c, p)
		for _, m := range more {
			m(ta, c, p)
		}
	}
	ta, x := authenticated(t, o, keys, wire.ChunkData)
	ta.forget()
	return ta, x
}

// wantKey wants a packet of DATA that is authenticated with a key.
func (ta *testAssoc) wantKey(reason string, x *auth.Context, key uint16, chunks ...string) {
	ta.t.Helper()
	p := ta.want(reason, chunks...)
	if a, _ := wire.ParseAuth(p.chunks[0]); a.KeyID != key {
		ta.t.Errorf("%s: sent with key %d, want %d", reason, a.KeyID, key)
	}
	ta.wantSigned(x, p, 0)
}

// RFC 6458 section 5.3.8: a message may name its key. Messages of different keys are not in one packet, those of one key are.
func TestMessageNamesItsKey(t *testing.T) {
	ta, x := twoKeys(t)
	for _, m := range []Message{{Key: 1, HasKey: true}, {Key: 2, HasKey: true}, {Key: 2, HasKey: true}, {}} {
		m.Data = []byte("x")
		if err := ta.a.Send(ta.now, &m); err != nil {
			t.Fatal(err)
		}
	}
	ta.settle()
	ta.wantKey("named", x, 1, "AUTH", "DATA 0")
	ta.wantKey("named, too", x, 2, "AUTH", "DATA 1", "DATA 2")
	ta.wantKey("the active key", x, 0, "AUTH", "DATA 3")
	ta.wantIdle("that was all")

	for key, want := range map[uint16]error{9: ErrNoAuthKey, 2: nil} {
		if err := ta.a.Send(ta.now, &Message{Data: []byte("x"), Key: key, HasKey: true}); !errors.Is(err, want) {
			t.Errorf("key %d: %v, want %v", key, err, want)
		}
	}
	plain := established(t)
	if err := plain.a.Send(plain.now, &Message{Data: []byte("x"), HasKey: true}); !errors.Is(err, ErrNoAuthKey) {
		t.Errorf("nothing is authenticated: %v", err)
	}
	offered := established(t, authentic(nil))
	if err := offered.a.Send(offered.now, &Message{Data: []byte("x"), HasKey: true}); !errors.Is(err, ErrNoAuthKey) {
		t.Errorf("the peer authenticates nothing: %v", err)
	}
}

// Messages keep their keys when they are sent again, and repetitions of different keys are not in one packet either.
func TestRepetitionsKeepTheirKeys(t *testing.T) {
	ta, x := twoKeys(t)
	ta.sendMessage(Message{Data: []byte("x"), Key: 1, HasKey: true})
	ta.sendMessage(Message{Data: []byte("x"), Key: 2, HasKey: true})
	ta.sendMessage(Message{Data: []byte("x")})
	if err := ta.a.ActivateAuthKey(2); err != nil {
		t.Fatal(err)
	}
	ta.forget()
	ta.advanceToTimer()
	ta.wantKey("after a time-out one packet leaves", x, 1, "AUTH", "DATA 0")
	ta.recv(sack(0))
	ta.wantKey("the next one", x, 2, "AUTH", "DATA 1")
	ta.recv(sack(1))
	ta.wantKey("and the one that had the key that was active", x, 0, "AUTH", "DATA 2")
}

// Where DATA is not listed, keys are nothing to go by: messages are bundled, and a SACK that is listed has the active key.
func TestKeysWithoutListedData(t *testing.T) {
	ta, x := authenticated(t, authentic([]auth.Key{one, two}), []auth.Key{one, two}, wire.ChunkSack)
	ta.forget()
	if ta.a.AuthenticatesData() {
		t.Error("DATA is not listed")
	}
	ta.recv(data(0))
	ta.forget()
	ta.recv(data(1))
	for key := range uint16(2) {
		if err := ta.a.Send(ta.now, &Message{Data: []byte("x"), Key: key + 1, HasKey: true}); err != nil {
			t.Fatal(err)
		}
	}
	ta.settle()
	ta.wantKey("in one packet", x, 0, "AUTH", "SACK 1", "DATA 0", "DATA 1")
}

// RFC 6458 sections 6.1.8 and 8.3.4: a key that was deactivated is free when the last message that has it is acknowledged; one that was deleted still
// serves those messages, and nothing else.
func TestKeysGoWithTheirLastMessage(t *testing.T) {
	ta, x := twoKeys(t)
	ta.sendMessage(Message{Data: []byte("x"), Key: 1, HasKey: true})
	ta.sendMessage(Message{Data: []byte("x"), Key: 2, HasKey: true})
	if err := errors.Join(ta.a.DeactivateAuthKey(1), ta.a.DeleteAuthKey(2)); err != nil {
		t.Fatal(err)
	}
	ta.forget()
	ta.settle()
	ta.wantNoEvent("both are in use")
	for _, key := range []uint16{1, 2} {
		if err := ta.a.Send(ta.now, &Message{Data: []byte("x"), Key: key, HasKey: true}); !errors.Is(err, ErrNoAuthKey) {
			t.Errorf("key %d for another message: %v", key, err)
		}
	}
	ta.advanceToTimer()
	ta.events = nil
	ta.wantKey("what has the key is repeated with it", x, 1, "AUTH", "DATA 0")
	ta.recv(sack(0))
	ta.wantEvent("the path is a good one", "198.51.100.1 available")
	ta.wantEvent("the deactivated one is free", "free-key 1")
	ta.wantKey("also with one that is deleted", x, 2, "AUTH", "DATA 1")
	if err := ta.a.DeleteAuthKey(2); !errors.Is(err, ErrNoAuthKey) {
		t.Errorf("to delete it twice: %v", err)
	}
	ta.recv(sack(1))
	ta.wantEvent("nothing is left", "dry")
	ta.wantNoEvent("nobody is told of what he has deleted")
	if err := ta.a.DeleteAuthKey(1); err != nil {
		t.Errorf("delete what is deactivated: %v", err)
	}
}

// What is given up needs its key no more.
func TestKeysOfMessagesThatAreGivenUp(t *testing.T) {
	ta, _ := twoKeys(t, peerHas(PartialReliability))
	ta.send(1)
	ta.recv(sack(0).withRwnd(0))
	ta.events = nil
	m := timed(1, 50*time.Millisecond)
	m.Key, m.HasKey = 1, true
	ta.sendMessage(m)
	if err := ta.a.DeactivateAuthKey(1); err != nil {
		t.Fatal(err)
	}
	ta.settle()
	ta.wantNoEvent("it waits for a window")
	ta.advanceToTimer()
	ta.wantEvent("its time is over", "send-failed")
	ta.wantEvent("nothing is left", "dry")
	ta.wantEvent("and the key is free", "free-key 1")
}
