package assoc

import (
	"errors"
	"testing"
)

func TestSendRefusesWhatItCannotDeliver(t *testing.T) {
	ta := established(t, with(func(c *Config) { c.SendBuffer = 1000 }))
	for _, test := range []struct {
		name string
		m    Message
		want error
	}{
		{"no data (RFC 9260 section 6.2)", Message{}, ErrEmptyMessage},
		{"a stream that does not exist", Message{Stream: 10, Data: make([]byte, 1)}, ErrBadStream},
		{"more than the send buffer", Message{Data: make([]byte, 1001)}, ErrMessageTooBig},
	} {
		if err := ta.a.Send(ta.now, &test.m); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
	}
	ta.send(600)
	if err := ta.a.Send(ta.now, &Message{Data: make([]byte, 600)}); !errors.Is(err, ErrSendBufferFull) {
		t.Errorf("a full buffer: %v, want %v", err, ErrSendBufferFull)
	}
	if n := ta.a.SendSpace(); n != 400 {
		t.Errorf("room for %d bytes, want 400: a refused message leaves everything as it was", n)
	}
	ta.want("what was taken leaves", "DATA 0")
	ta.wantIdle("nothing else does")
	ta.recv(sack(0))
	if n := ta.a.SendSpace(); n != 1000 {
		t.Errorf("room for %d bytes once everything is acknowledged", n)
	}
}

// Messages behind one in parts can fill the buffer, which then would never empty.
func TestFullBufferTakesWhatItWaitsFor(t *testing.T) {
	ta := established(t, with(func(c *Config) { c.SendBuffer = 1000 }))
	ta.sendMessage(Message{Stream: 1, Partial: true, Data: make([]byte, 100)})
	ta.want("the first part", "DATA 0")
	ta.sendMessage(Message{Stream: 2, Data: make([]byte, 900)})
	part := Message{Stream: 1, Partial: true, Data: make([]byte, 300)}
	if err := ta.a.Send(ta.now, &part); !errors.Is(err, ErrSendBufferFull) || ta.a.Stalled() {
		t.Errorf("before the first part is acknowledged: %v", err)
	}
	ta.recv(sack(0))
	if err := ta.a.Send(ta.now, &Message{Stream: 3, Data: make([]byte, 300)}); !errors.Is(err, ErrSendBufferFull) || !ta.a.Stalled() {
		t.Errorf("another message: %v", err)
	}
	ta.sendMessage(part)
	ta.want("the next part", "DATA 1")
	if err := ta.a.Send(ta.now, &part); !errors.Is(err, ErrSendBufferFull) {
		t.Errorf("one part at a time: %v", err)
	}
}

func TestEndReturnsEveryMessageOnce(t *testing.T) {
	ta := established(t)
	ta.send(100)
	ta.send(20 * fragment) // in part
	ta.send(200)           // not at all
	ta.forget()
	ta.recv(sack(0))
	ta.forget()
	ta.recv(abortChunk(0))
	ta.wantEvent("sent in part", "send-failed sent=true len=29040")
	ta.wantEvent("not sent", "send-failed sent=false len=200")
	ta.wantEvent("then the end", "lost (aborted by peer)")
	ta.wantNoEvent("the acknowledged one is not given back")
}

// RFC 9260 section 5.4: COOKIE ECHO may come from an address that is not confirmed yet.
func TestCookieEchoFromAnUnconfirmedAddress(t *testing.T) {
	ta := newTestAssoc(t, passiveSide, announcing(peer1, peer2))
	echo := cookieEcho(ta.cookieFor(&Offer{Config: Config{}.Defaults(), Tag: localTag, TSN: ta.localTSN}))
	ta.recvFrom(peer2, echo)
	p := ta.wantTo(peer2, "COOKIE ACK goes back the same way, and asks whether that is the peer", "COOKIE-ACK", "HEARTBEAT")
	ta.send(10)
	ta.wantTo(peer1, "DATA goes where INIT ACK went", "DATA 0")
	ta.recvFrom(peer2, answerHeartbeat(p))
	ta.wantEvent("up", "up")
	ta.wantEvent("confirmed", "198.51.100.2 confirmed")
}

func TestPeekTakesNothing(t *testing.T) {
	ta := begun(t)
	for range 2 {
		if n, info, ok := ta.a.Peek(); n != 10 || !ok || !info.EOR || info.PPID != 46 {
			t.Errorf("Peek: %d bytes, %+v, %v", n, info, ok)
		}
	}
	ta.receive(10)
	if _, _, ok := ta.a.Peek(); ok {
		t.Error("there is nothing left")
	}
}
