package assoc

import (
	"testing"
	"time"

	"github.com/gosctp/sctp/transport"
)

// racing returns an association in COOKIE-WAIT whose INITs are staggered by 250 ms.
func racing(t *testing.T, options ...option) *testAssoc {
	t.Helper()
	options = append([]option{multiHomed(peer1, peer2, peer3), with(func(c *Config) { c.InitStagger = 250 * time.Millisecond })}, options...)
	return newTestAssoc(t, activeSide, options...)
}

func TestInitGoesToAllAddressesOneAfterTheOther(t *testing.T) {
	ta := racing(t)
	ta.wantTo(peer1, "at once", "INIT")
	ta.advance(249 * time.Millisecond)
	ta.wantIdle("the first one has its chance")
	ta.advance(time.Millisecond)
	ta.wantTo(peer2, "after 250 ms", "INIT")
	ta.advance(250 * time.Millisecond)
	ta.wantTo(peer3, "after 500 ms", "INIT")
	ta.advance(499 * time.Millisecond)
	ta.wantIdle("each has had one")
	ta.advance(time.Millisecond)
	ta.wantTo(peer1, "T1-init expires after 1 s as ever", "INIT")
	ta.advance(1999 * time.Millisecond)
	ta.wantIdle("and then after 2 s")
	ta.advance(time.Millisecond)
	ta.wantTo(peer2, "there is no second race", "INIT")
	if n := ta.a.Stats().T1Expired; n != 2 {
		t.Errorf("T1 expired %d times", n)
	}
}

func TestFirstAnswerWinsTheRace(t *testing.T) {
	ta := racing(t)
	ta.want("at once", "INIT")
	ta.advance(250 * time.Millisecond)
	ta.want("after 250 ms", "INIT")
	ta.recvFrom(peer2, initAck())
	ta.wantTo(peer2, "the address that answers has the cookie", "COOKIE-ECHO")
	ta.recvFrom(peer1, initAck())
	ta.wantIdle("another INIT ACK comes too late (RFC 9260 section 5.2.3)")
	ta.advance(500 * time.Millisecond)
	ta.wantIdle("the race is over")
	ta.recvFrom(peer2, cookieAck())
	ta.wantEvent("up", "up")
	ta.send(10)
	ta.wantTo(peer2, "it is the primary one", "DATA 0")
	if p := ta.a.Status().Paths[0]; p.Path.Remote != peer2 || p.SRTT != 500*time.Millisecond {
		t.Errorf("%v has a round trip of %v: only that of the cookie can be told", p.Path.Remote, p.SRTT)
	}
}

func TestAnswerInTimeEndsTheRaceBeforeItBegins(t *testing.T) {
	ta := racing(t)
	ta.want("at once", "INIT")
	ta.advance(10 * time.Millisecond)
	ta.recv(initAck())
	ta.wantTo(peer1, "the first one answers", "COOKIE-ECHO")
	if rtt := ta.a.Status().Paths[0].SRTT; rtt != 10*time.Millisecond {
		t.Errorf("the round trip is %v, want 10 ms", rtt)
	}
	ta.advance(time.Second)
	ta.wantTo(peer2, "T1-cookie goes by its own time", "COOKIE-ECHO")
}

// An answer from an address that nobody knows decides nothing about the primary path (RFC 9260 section 5.4).
func TestAnswerOfAStrangerIsNotPrimary(t *testing.T) {
	ta := racing(t, multiHomed(peer1, peer2))
	ta.want("at once", "INIT")
	ta.advance(250 * time.Millisecond)
	ta.want("after 250 ms", "INIT")
	ta.recvTagged(localTag, transport.Path{Local: local1, Remote: peer3}, initAck())
	ta.wantTo(peer1, "the cookie goes to an address that the user gave", "COOKIE-ECHO")
	if ta.a.primary.Addr.Remote != peer1 {
		t.Errorf("%v is primary", ta.a.primary.Addr.Remote)
	}
}

func TestLoneAddressRacesAgainstNobody(t *testing.T) {
	ta := newTestAssoc(t, activeSide, with(func(c *Config) { c.InitStagger = time.Millisecond }))
	ta.want("at once", "INIT")
	ta.advance(999 * time.Millisecond)
	ta.wantIdle("only T1-init repeats it")
}
