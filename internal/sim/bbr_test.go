package sim

import (
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/cc"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/simnet"
)

// A path of 100 Mbit/s and 20 ms: a quarter of a megabyte fills it.
const (
	modelRate  = 12_500_000
	modelRTT   = 20 * time.Millisecond
	modelQueue = 256 << 10
)

var modelLink = simnet.Link{Delay: modelRTT / 2, Rate: modelRate, Queue: modelQueue}

// goes lets a flow go on and returns what of a rate it uses meanwhile.
func (f *labFlow) goes(l *lab, d time.Duration, rate float64) float64 {
	before, now := f.got(), l.now.Sub(epoch)
	l.run(now + d)
	return float64(f.got()-before) / rate / d.Seconds()
}

// becomes changes the link that a flow sends over.
func (f *labFlow) becomes(l *lab, link simnet.Link) {
	l.net.SetLink(simnet.Exactly(f.from), simnet.Exactly(f.to), link)
}

func TestBBRFollowsThePath(t *testing.T) {
	l := newLab(1)
	f := l.association(goUsers(cc.BBRv3), modelLink, simnet.Link{Delay: modelRTT / 2}, 0)
	l.run(2 * time.Second)
	if g := f.goes(l, 3*time.Second, modelRate); g < 0.85 {
		t.Errorf("at first: %.2f of the path", g)
	}
	slow := modelLink
	slow.Rate /= 10
	f.becomes(l, slow)
	l.run(l.now.Sub(epoch) + 8*time.Second)
	if g := f.goes(l, 5*time.Second, modelRate/10); g < 0.85 {
		t.Errorf("a tenth as fast: %.2f of the path", g)
	}
	f.becomes(l, modelLink)
	l.run(l.now.Sub(epoch) + 8*time.Second)
	if g := f.goes(l, 5*time.Second, modelRate); g < 0.85 {
		t.Errorf("as fast as before: %.2f of the path", g)
	}
	far := modelLink
	far.Delay *= 3
	f.becomes(l, far)
	l.run(l.now.Sub(epoch) + 20*time.Second)
	if g := f.goes(l, 5*time.Second, modelRate); g < 0.85 {
		t.Errorf("twice as far: %.2f of the path", g)
	}
}

// A queue that takes hardly more than what leaves together drops the rest of a burst, as policers do.
func TestBBRWhereNothingMayWait(t *testing.T) {
	link := modelLink
	link.Queue = 16 << 10
	l := newLab(1)
	f := l.association(goUsers(cc.BBRv3), link, simnet.Link{Delay: modelRTT / 2}, 0)
	l.run(3 * time.Second)
	if g := f.goes(l, 5*time.Second, modelRate); g < 0.8 {
		t.Errorf("%.2f of the path", g)
	}
}

func TestBBRAfterAnOutage(t *testing.T) {
	l := newLab(1)
	f := l.association(goUsers(cc.BBRv3), modelLink, simnet.Link{Delay: modelRTT / 2}, 0)
	l.run(2 * time.Second)
	dead := modelLink
	dead.Loss = 1
	f.becomes(l, dead)
	l.run(3 * time.Second)
	f.becomes(l, modelLink)
	l.run(6 * time.Second)
	if g := f.goes(l, 2*time.Second, modelRate); g < 0.8 {
		t.Errorf("after an outage of a second: %.2f of the path", g)
	}
}

// Marks are heeded: less has to be sent again than where packets are dropped only, and most of the path is in use.
func TestBBRHeedsMarks(t *testing.T) {
	repeated := 0
	for _, ecn := range []bool{false, true} {
		s := transfer(modelRTT, 0, 1)
		s.Talks[0].Loads[0].Messages *= 2
		s.Planes[0].Link.Queue, s.Planes[0].Link.Mark = 128<<10, 32<<10
		for i := range s.Hosts {
			s.Hosts[i].Carrier.ECN = ecn
			s.Hosts[i].Config.CongestionControl, s.Hosts[i].Config.RACK = cc.BBRv3, true
		}
		r := Run(s, Options{})
		g := float64(r.Bytes) / modelRate / r.Took.Seconds()
		t.Logf("ECN %v: %.2f of the path, %d marked, %d sent again", ecn, g, r.Marked, r.Repeated)
		if r.Violation != nil || g < 0.6 || ecn && (r.Marked == 0 || r.Repeated >= repeated) {
			t.Errorf("ECN %v: %v; %.2f of the path, %d marked, %d sent again", ecn, r.Violation, g, r.Marked, r.Repeated)
		}
		repeated = r.Repeated
	}
}

// What a user sends now and then does not make BBR believe that the path is slow, and what he sends after a silence leaves at the path's rate.
func TestBBRIsNotMisledBySilence(t *testing.T) {
	l := newLab(1)
	left, right := l.pair(modelLink, simnet.Link{Delay: modelRTT / 2})
	a, b := l.sctp(left, goUsers(cc.BBRv3)), l.sctp(right, goUsers(cc.BBRv3))
	bulk, read := true, 0
	a.write = func() {
		if bulk {
			a.bulk()
		}
	}
	b.read = func(_ assoc.RcvInfo, n int) { read += n }
	a.connect(right)
	l.run(2 * time.Second)
	bulk = false
	for at := 3 * time.Second; at < 10*time.Second; at += 100 * time.Millisecond {
		l.run(at)
		a.input(func(now mono.Time) { a.a.Send(now, &assoc.Message{Data: bulkData[:1000]}) })
	}
	l.run(20 * time.Second)
	read, bulk = 0, true
	a.input(func(mono.Time) {})
	l.run(20*time.Second + 500*time.Millisecond)
	if g := float64(read) / modelRate / 0.5; g < 0.8 {
		t.Errorf("%.2f of the path in the first half second", g)
	}
}
