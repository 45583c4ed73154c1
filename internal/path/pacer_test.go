package path

import (
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/cc"
	"github.com/gosctp/sctp/internal/mono"
)

// At a million bytes per second a quantum of 3000 is 3 ms, and a packet of 1000 one.
const (
	pacerRate = 1e6
	quantum   = 3000
)

// leave sends packets of 1000 bytes as long as they may leave at one moment.
func leave(p *Pacer, now mono.Time) (n int) {
	for ; n < 100 && p.Open(now, pacerRate, quantum); n++ {
		p.Sent(now, 1000, pacerRate, quantum)
	}
	return n
}

func TestPacerLetsAQuantumLeaveAtATime(t *testing.T) {
	var p Pacer
	now := mono.Time(time.Hour)
	if n := leave(&p, now); n != 4 {
		t.Fatalf("%d packets at first, want a quantum and what crosses it", n)
	}
	if wait := p.Due.Sub(now); wait != 4*time.Millisecond {
		t.Errorf("the next leave after %v, want 4 ms", wait)
	}
	if n := leave(&p, now+3e6); n != 0 {
		t.Errorf("%d packets before", n)
	}
	total := 0
	for range 100 {
		now = p.Due
		n := leave(&p, now)
		if n < 3 || n > 4 {
			t.Fatalf("%d packets, want about a quantum", n)
		}
		total += n
	}
	if took := now.Sub(mono.Time(time.Hour)); total < int(took.Milliseconds())-1 || total > int(took.Milliseconds())+4 {
		t.Errorf("%d packets in %v", total, took)
	}
}

func TestPacerCatchesUpAfterALateTimer(t *testing.T) {
	for _, c := range []struct {
		late time.Duration
		want int
	}{{0, 4}, {2 * time.Millisecond, 6}, {3 * time.Millisecond, 7}, {time.Second, 7}} {
		var p Pacer
		leave(&p, mono.Time(time.Hour))
		if n := leave(&p, p.Due.Add(c.late)); n != c.want {
			t.Errorf("a timer that is late by %v: %d packets, want %d", c.late, n, c.want)
		}
	}
}

func TestPacerIsOpenAfterASilence(t *testing.T) {
	var p Pacer
	now := mono.Time(time.Hour)
	p.Open(now, pacerRate, quantum)
	p.Sent(now, 1000, pacerRate, quantum)
	if !p.release.IsZero() || !p.Due.IsZero() {
		t.Error("one packet of three has closed it")
	}
	if n := leave(&p, now.Add(time.Minute)); n != 4 {
		t.Errorf("%d packets after a minute, want a quantum", n)
	}
	if p.Due.IsZero() {
		t.Error("nothing is due though data waits")
	}
}

func TestPacingFollowsTheController(t *testing.T) {
	p := newPath(Active)
	if rate, _ := p.Pacing(); rate != 0 {
		t.Errorf("RFC 9260 is paced: %.0f", rate)
	}
	p.CC = cc.New(cc.BBRv3, p.PMDCS(), false)
	if rate, n := p.Pacing(); rate != p.CC.PacingRate(0, 0) || n != cc.Quantum(rate, p.PMDCS()) {
		t.Errorf("rate %.0f, quantum %d", rate, n)
	}
	p.Pacer.Due = 7
	if p.NextDeadline() != 7 {
		t.Error("the pacer's time is no deadline")
	}
}
