package assoc

import (
	"errors"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

func TestTuneKeepsTheRest(t *testing.T) {
	a := &Association{cfg: new(Config{MaxBurst: 7, Nagle: true, HBMaxBurst: 2}.Defaults())}
	want := Tunable{
		DisableFragments: true, RTOInitial: 2 * time.Second, RTOMin: time.Millisecond, RTOMax: 3 * time.Second, AssocMaxRetrans: 4,
		ValidCookieLife: 5 * time.Second, MaxBurst: 6, MaxSeg: 700, PartialDeliveryPoint: 9, FragmentInterleave: 2, DenyReconfig: AssocResets,
		PathParams: PathParams{
			PathMaxRetrans: 8, PFMaxRetrans: 9, HBInterval: -10, SACKDelay: 50 * time.Millisecond, SACKFrequency: 3,
			FixedPMTU: 1000, KeptPMTU: true, RaiseInterval: time.Minute, DSCP: 11, FlowLabel: 12, Switchover: true, PSMaxRetrans: 13,
		},
	}
	a.Tune(1, want)
	if got := a.Tunable(); got != want || a.cfg.HBMaxBurst != 2 || a.send.burst != 6 {
		t.Errorf("%+v, a burst of %d", got, a.send.burst)
	}
	a.Tune(1, Tunable{})
	if got := a.Tunable(); got.SACKDelay != 200*time.Millisecond || got.SACKFrequency != 2 || got.HBInterval != 30*time.Second {
		t.Errorf("what is zero is not the default: %+v", got)
	}
}

// tunePath changes the parameters of the path to the peer's first address.
func (ta *testAssoc) tunePath(change func(*PathParams)) {
	ta.t.Helper()
	p, err := ta.a.PathParams(peer1)
	if err != nil {
		ta.t.Fatal(err)
	}
	change(&p)
	if err := ta.a.TunePath(ta.now, peer1, p); err != nil {
		ta.t.Fatal(err)
	}
	ta.settle()
}

// tune changes the parameters of the association.
func (ta *testAssoc) tune(change func(*Tunable)) {
	p := ta.a.Tunable()
	change(&p)
	ta.a.Tune(ta.now, p)
	ta.settle()
}

func TestHeartbeatIntervalCanChange(t *testing.T) {
	ta := begun(t)
	rto := ta.a.Status().Paths[0].RTO
	ta.tunePath(func(p *PathParams) { p.HBInterval = 5 * time.Second })
	if d := ta.advanceToTimer(); d < 5*time.Second+rto/2 || d > 5*time.Second+3*rto/2 {
		t.Errorf("a HEARTBEAT after %v, want 5 s, the RTO and its jitter", d)
	}
	ta.recv(answerHeartbeat(ta.want("the new interval", "HEARTBEAT")))
	ta.tunePath(func(p *PathParams) { p.HBInterval = -p.HBInterval })
	ta.advance(time.Hour)
	ta.wantIdle("heartbeats are off")
	if err := ta.a.RequestHeartbeat(ta.now, peer1); err != nil {
		t.Fatal(err)
	}
	ta.settle()
	ta.recv(answerHeartbeat(ta.want("one that the user asked for leaves all the same", "HEARTBEAT")))
	ta.tunePath(func(p *PathParams) { p.HBInterval = -p.HBInterval })
	ta.advance(7 * time.Second)
	ta.want("they are on again", "HEARTBEAT")
}

func TestRetransmissionLimitsCanChange(t *testing.T) {
	ta := begun(t)
	ta.tune(func(p *Tunable) { p.AssocMaxRetrans, p.RTOMax = 2, 2*time.Second })
	ta.tunePath(func(p *PathParams) { p.PathMaxRetrans, p.PFMaxRetrans = 1, 1 })
	ta.send(10)
	ta.advanceToTimer()
	ta.wantNoEvent("one error is neither potentially failed nor failed")
	if d := ta.advanceToTimer(); d != 2*time.Second {
		t.Errorf("T3-rtx after %v, want the new RTO.Max", d)
	}
	ta.wantEvent("Path.Max.Retrans is 1 now", "198.51.100.1 unreachable")
	if d := ta.advanceToTimer(); d != 2*time.Second {
		t.Errorf("T3-rtx after %v, want the new RTO.Max", d)
	}
	ta.wantState("Association.Max.Retrans is 2 now", StateClosed)
}

func TestSackPolicyIsThatOfThePath(t *testing.T) {
	ta := begun(t, multiHomed(peer1, peer2))
	ta.tunePath(func(p *PathParams) { p.SACKDelay, p.SACKFrequency = 40*time.Millisecond, 3 })
	ta.recv(data(1))
	if d := ta.advanceToTimer(); d != 40*time.Millisecond {
		t.Errorf("a SACK after %v, want the path's delay", d)
	}
	ta.want("the delay is over", "SACK 1")
	ta.recv(data(2))
	ta.recv(data(3))
	ta.wantIdle("two packets are not answered here")
	ta.recv(data(4))
	ta.want("three are", "SACK 4")
	ta.recvFrom(peer2, data(5))
	ta.recvFrom(peer2, data(6))
	ta.want("the other path's frequency is 2", "SACK 6")
	ta.tunePath(func(p *PathParams) { p.SACKDelay = -p.SACKDelay })
	ta.recv(data(7))
	ta.want("without delay", "SACK 7")
}

func TestPathMTUCanBeFixed(t *testing.T) {
	ta := begun(t)
	ta.tunePath(func(p *PathParams) { p.FixedPMTU = 600 })
	ta.setMTUs()
	ta.send(700)
	for range 2 {
		if p := ta.want("the message is cut for the fixed path MTU", "DATA"); p.size > 600-20 || !p.mayFragment {
			t.Errorf("a packet of %d bytes, to be fragmented on the way: %v", p.size, p.mayFragment)
		}
	}
	ta.recv(sack(1))
	routes := ta.routes
	ta.tunePath(func(p *PathParams) { p.FixedPMTU = 0 })
	if ta.routes != routes+1 {
		t.Error("nobody was asked for the path MTU")
	}
	ta.send(fragment)
	if p := ta.want("the network's path MTU counts again", "DATA 2"); p.mayFragment {
		t.Error("the packet may be fragmented on the way")
	}
}

func TestMaxSegCanChange(t *testing.T) {
	ta := begun(t)
	ta.tune(func(p *Tunable) { p.MaxSeg = 100 })
	if got := ta.a.Status().FragmentationPoint; got != 100 {
		t.Errorf("fragmentation point %d", got)
	}
	ta.send(250)
	if p := ta.want("three chunks in one packet", "DATA 0", "DATA 1", "DATA 2"); p.size != wire.HeaderLen+3*wire.DataHeaderLen+100+100+52 {
		t.Errorf("a packet of %d bytes", p.size)
	}
	ta.tune(func(p *Tunable) { p.MaxSeg = 0 })
	ta.recv(sack(2))
	ta.send(250)
	ta.want("whole again", "DATA 3")
}

func TestIdleAssociationIsClosed(t *testing.T) {
	ta := begun(t, with(func(c *Config) { c.AutoClose = 10 * time.Second }))
	ta.advance(8 * time.Second)
	ta.recv(data(1))
	ta.advance(8 * time.Second)
	ta.want("data came", "SACK 1")
	ta.send(10)
	ta.want("data goes", "DATA 0")
	ta.recv(sack(0))
	ta.advance(9 * time.Second)
	ta.wantState("not idle for long enough", StateEstablished)
	ta.wantIdle("nothing is to be sent")
	ta.advance(time.Second)
	ta.want("RFC 6458 section 8.1.8", "SHUTDOWN 1")
	ta.recv(shutdownAck())
	ta.wantState("closed", StateClosed)
}

func TestIdleAssociationFinishesFirst(t *testing.T) {
	ta := begun(t, with(func(c *Config) { c.AutoClose, c.RTOInitial, c.RTOMin = 100*time.Millisecond, time.Second, time.Second }))
	ta.send(10)
	ta.want("data goes", "DATA 0")
	ta.advance(200 * time.Millisecond)
	ta.wantState("it is not acknowledged yet", StateShutdownPending)
	ta.recv(sack(0))
	ta.want("now it is", "SHUTDOWN 0")
}

func TestPeakRTO(t *testing.T) {
	ta := begun(t, multiHomed(peer1, peer2), with(func(c *Config) { c.RTOInitial = 3 * time.Second }))
	if d, addr := ta.a.TakePeakRTO(); d != 3*time.Second || addr != peer1 {
		t.Errorf("%v of %v, want RTO.Initial of the first path", d, addr)
	}
	ta.a.paths[1].RTO.BackOff()
	if d, addr := ta.a.TakePeakRTO(); d != 6*time.Second || addr != peer2 {
		t.Errorf("%v of %v, want twice as much of the second path", d, addr)
	}
	if d, addr := ta.a.TakePeakRTO(); d != time.Second || addr != peer2 {
		t.Errorf("%v of %v, want RTO.Min and the address of before", d, addr)
	}
}

func TestEncapsulationPortCanChange(t *testing.T) {
	ta := begun(t)
	if err := ta.a.SetEncapPort(ta.now, peer1, 9900); err != nil {
		t.Fatal(err)
	}
	ta.send(10)
	if p := ta.want("data goes", "DATA 0"); p.path.EncapPort != 9900 {
		t.Errorf("to port %d", p.path.EncapPort)
	}
}

func TestTuningAPathThatIsNotThere(t *testing.T) {
	ta := begun(t)
	_, err := ta.a.PathParams(peer2)
	for _, err := range []error{err, ta.a.TunePath(ta.now, peer2, PathParams{}), ta.a.SetEncapPort(ta.now, peer2, 1)} {
		if !errors.Is(err, ErrNoSuchPath) {
			t.Error(err)
		}
	}
}

func TestLabelsOfPackets(t *testing.T) {
	ta := begun(t, with(func(c *Config) { c.DSCP, c.FlowLabel = 10, 0x12345 }))
	buf, d := make([]byte, 2000), transport.Datagram{}
	if err := ta.a.Send(ta.now, &Message{Data: []byte("x")}); err != nil {
		t.Fatal(err)
	}
	if !ta.a.NextPacket(ta.now, buf, &d) || d.DSCP != 10 || d.FlowLabel != 0x12345 {
		t.Errorf("DSCP %d, flow label %#x", d.DSCP, d.FlowLabel)
	}
	ta.tunePath(func(p *PathParams) { p.DSCP, p.FlowLabel = 11, 0 })
	if err := ta.a.Send(ta.now, &Message{Data: []byte("x")}); err != nil {
		t.Fatal(err)
	}
	if !ta.a.NextPacket(ta.now, buf, &d) || d.DSCP != 11 || d.FlowLabel != 0 {
		t.Errorf("changed to DSCP %d, flow label %#x", d.DSCP, d.FlowLabel)
	}
}

func TestTunedPartialDelivery(t *testing.T) {
	ta := established(t)
	tuned := ta.a.Tunable()
	tuned.PartialDeliveryPoint = 3
	ta.a.Tune(ta.now, tuned)
	ta.recv(data(0).withFlags(wire.FlagBegin).carrying("abc"))
	if n, info, ok := ta.a.Peek(); n != 3 || info.EOR || !ok {
		t.Errorf("%d bytes, %+v, %t: the part is not handed out", n, info, ok)
	}
	if _, _, ok := ta.a.PeekSecond(); ok {
		t.Error("there is a second message")
	}
}

// RFC 6458 section 8.1.3: attempts to set an association up come at least so often.
func TestMaxInitTimeout(t *testing.T) {
	ta := newTestAssoc(t, activeSide, with(func(c *Config) { c.MaxInitTimeout, c.RTOMax = 1500*time.Millisecond, time.Minute }))
	for _, want := range []time.Duration{time.Second, 1500 * time.Millisecond, 1500 * time.Millisecond} {
		ta.want("INIT again", "INIT")
		if d := ta.advanceToTimer(); d != want {
			t.Errorf("T1-init after %v, want %v", d, want)
		}
	}
}
