package assoc

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// Each limit of limits.go is reached, and what lies beyond is dropped without harm.

func TestPeerAddressesAreLimited(t *testing.T) {
	ta := newTestAssoc(t, activeSide)
	for i := range 3 * MaxPeerAddrs {
		ta.peer = append(ta.peer, netip.AddrFrom4([4]byte{198, 51, 101, byte(i)}))
	}
	ta.want("INIT opens the association", "INIT")
	ta.recv(initAck())
	ta.want("the rest is ignored", "COOKIE-ECHO")
	if n := len(ta.a.Paths(nil)); n != MaxPeerAddrs {
		t.Errorf("%d paths, want %d", n, MaxPeerAddrs)
	}
}

func TestAnnouncedAddressesAreLimited(t *testing.T) {
	var bound []netip.Addr
	for i := range 2 * MaxPeerAddrs {
		bound = append(bound, netip.AddrFrom4([4]byte{192, 0, 2, byte(i + 1)}))
	}
	for _, s := range []scoping{{}, {policy: LinuxScopes}} {
		if n := len(s.announceable(nil, bound, []netip.Addr{peer1})); n != MaxPeerAddrs {
			t.Errorf("%+v: %d addresses are announced, want %d", s, n, MaxPeerAddrs)
		}
	}
	private := []netip.Addr{netip.MustParseAddr("10.0.0.1")}
	for range 2 * MaxPeerAddrs {
		private = append(private, private[len(private)-1].Next())
	}
	if n := len(scoping{policy: LinuxScopes}.announceable(nil, private, []netip.Addr{peer1})); n != MaxPeerAddrs {
		t.Errorf("%d private addresses are announced, want %d", n, MaxPeerAddrs)
	}
}

func TestRepliesAreLimited(t *testing.T) {
	ta := established(t)
	for range 3 * MaxReplies {
		ta.deliver(0, way1, initChunk())
	}
	ta.settle()
	if n := len(ta.forget()); n != MaxReplies {
		t.Errorf("a batch of INITs was answered %d times, want %d", n, MaxReplies)
	}
	ta.recv(initChunk())
	ta.wantInitAck("the next batch is answered again", peerTag)
}

func TestAnswersToInitsDoNotCrowdOutTheAbort(t *testing.T) {
	ta := established(t)
	for range MaxReplies {
		ta.deliver(0, way1, initChunk())
	}
	ta.a.Abort(ta.now, nil)
	ta.settle()
	sent := ta.forget()
	if last := ta.texts(sent[len(sent)-1]); len(sent) != MaxReplies || !strings.HasPrefix(last[0], "ABORT") {
		t.Errorf("%d packets, the last one is %v; want %d and an ABORT", len(sent), last, MaxReplies)
	}
}

func TestHeartbeatAcksAreLimited(t *testing.T) {
	ta := established(t)
	for range 3 * MaxHeartbeatAcks {
		ta.deliver(localTag, way1, heartbeat("x"))
	}
	ta.settle()
	if n := len(ta.want("they share a packet", strings.Fields(strings.Repeat("HEARTBEAT-ACK ", MaxHeartbeatAcks))...).chunks); n != MaxHeartbeatAcks {
		t.Errorf("%d answers, want %d", n, MaxHeartbeatAcks)
	}
	ta.wantIdle("the rest counts as lost")
}

func TestHeartbeatInfoIsLimited(t *testing.T) {
	ta := established(t)
	ta.recv(heartbeat(strings.Repeat("x", MaxHeartbeatInfo)))
	ta.want("the largest that is answered", "HEARTBEAT-ACK")
	ta.recv(heartbeat(strings.Repeat("x", MaxHeartbeatInfo+1)))
	ta.wantIdle("nobody needs more")
}

func TestErrorCausesAreLimited(t *testing.T) {
	ta := established(t)
	for range 100 {
		ta.deliver(localTag, way1, rawChunk(0xfe, 0, make([]byte, 1000)...))
	}
	ta.settle()
	p := ta.forget()[0]
	if n := len(p.chunks[0].Value); n > MaxErrorBytes || n < MaxErrorBytes/2 {
		t.Errorf("an ERROR with %d bytes of causes, want at most %d", n, MaxErrorBytes)
	}
	ta.wantIdle("one ERROR chunk")
}

func TestUnrecognizedParametersAreLimited(t *testing.T) {
	ta := newTestAssoc(t, passiveSide)
	in := ta.initOf()
	for range 100 {
		in.Params = wire.AppendParam(in.Params, 0xfff0, make([]byte, 100))
	}
	p, err := parseInitParams(in.Params)
	if err != nil || len(p.unrecognized) == 0 || len(p.unrecognized) > MaxErrorBytes {
		t.Errorf("%d bytes of parameters are reported, %v; want at most %d", len(p.unrecognized), err, MaxErrorBytes)
	}
}

func TestReportedErrorsAreLimited(t *testing.T) {
	ta := established(t)
	var causes []byte
	for range 3 * MaxReportedErrors {
		causes = wire.AppendCause(causes, wire.CauseOutOfResource, nil)
	}
	ta.recv(errorChunk(causes...), errorChunk(causes...))
	if n := len(ta.events); n != MaxReportedErrors {
		t.Errorf("%d events from one packet, want %d", n, MaxReportedErrors)
	}
}

func TestLargestCookieIsEchoed(t *testing.T) {
	ta := newTestAssoc(t, activeSide)
	ta.want("INIT opens the association", "INIT")
	ta.send(10)
	ta.recv(initAck(func(in *wire.Init) { in.Params = wire.AppendParam(nil, wire.ParamStateCookie, make([]byte, MaxCookie)) }))
	p := ta.forget()[0]
	if len(p.chunks[0].Value) != MaxCookie || !p.mayFragment || len(p.chunks) != 1 {
		t.Errorf("a cookie of %d bytes, fragmented by IP: %v, %d chunks", len(p.chunks[0].Value), p.mayFragment, len(p.chunks))
	}
}

func TestCookieLifeIsLimited(t *testing.T) {
	life := Config{}.Defaults().ValidCookieLife
	if got := cookieLife(life, 5000); got != life+5*time.Second {
		t.Errorf("5 s more: %v", got)
	}
	if got := cookieLife(life, 1<<32-1); got != MaxCookieLife*life {
		t.Errorf("a peer asked for 50 days more and got %v, want at most %v", got, MaxCookieLife*life)
	}
}

func TestAbortReasonIsLimited(t *testing.T) {
	ta := established(t)
	ta.a.Abort(ta.now, make([]byte, 10*maxAbortReason))
	ta.settle()
	p := ta.want("whatever the user says", "ABORT User-Initiated Abort")
	if cause, _, _ := wire.NextCause(p.chunks[0].Value); len(cause.Value) != maxAbortReason {
		t.Errorf("a reason of %d bytes, want %d", len(cause.Value), maxAbortReason)
	}
}

func TestPathMTUIsLimited(t *testing.T) {
	ta := established(t)
	ta.a.SetMTU(ta.now, peer1, 1<<20)
	if pmtu := ta.a.Status().Paths[0].PMTU; pmtu != path.MaxPMTU {
		t.Errorf("PMTU %d, want what fits into an IP packet, %d", pmtu, path.MaxPMTU)
	}
}

// A batch of SACKs adds up to a burst, but not to one of any size.
func TestBurstOfABatchIsLimited(t *testing.T) {
	ta := established(t, with(func(c *Config) { c.MaxBurst, c.SendBuffer = 2, 10<<20 }))
	ta.send(10)
	ta.forget()
	for range 1000 {
		ta.deliver(localTag, way1, sack(0))
	}
	if got, want := ta.a.send.burst, maxOpportunities*2; got != want {
		t.Errorf("a credit of %d packets, want %d", got, want)
	}
	ta.settle()
	if ta.a.send.burst != 0 {
		t.Error("credit that was not used stays")
	}
}

// Received data is limited by memory, whatever window the peer believes in.
func TestReceivedDataAreLimited(t *testing.T) {
	const window = 20000
	ta := begun(t, with(func(c *Config) { c.RecvBuffer = window }))
	for tsn := 2; tsn < 5000; tsn++ { // TSN 1 never comes
		ta.deliver(localTag, transport.Path{Local: local1, Remote: peer1}, data(tsn).ofSize(1000))
	}
	ta.settle()
	if n := ta.a.receive.inbound.Bytes(); n > 2*(2*window+receiveSlack) {
		t.Errorf("%d bytes are held for a window of %d", n, window)
	}
	ta.recv(data(1))
	ta.want("what is missing still finds room", "SACK")
}
