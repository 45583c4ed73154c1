package assoc

import (
	"net/netip"
	"time"

	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// expires is the stimulus of a timer's expiration, or "off" where it does not run. arrange does what starts it.
func expires(which timer, arrange func(*testAssoc)) func(*testAssoc) string {
	return func(ta *testAssoc) string {
		if arrange != nil {
			arrange(ta)
			ta.forget()
		}
		deadline := which.deadline(ta.a)
		if deadline.IsZero() {
			return "off"
		}
		if which == timerHeartbeatDue {
			ta.a.paths[0].T3 = 0 // it is earlier, and has a row of its own
		}
		ta.now = max(ta.now, deadline)
		ta.a.Expire(ta.now)
		return ""
	}
}

// sends gives the association something to send, where it takes it.
func sends(ta *testAssoc) {
	if ta.a.Send(ta.now, &Message{Data: make([]byte, 10)}) == nil {
		ta.settle()
	}
}

func timeoutRows() []row {
	return []row{
		{timerT1Init.String(), expires(timerT1Init, nil), []cell{
			in("5.1 A", "send INIT", StateCookieWait),
			in("5.1 A", "off", except(StateCookieWait)...),
		}},
		{timerT1Cookie.String(), expires(timerT1Cookie, nil), []cell{
			in("5.1 C", "send COOKIE ECHO", StateCookieEchoed),
			in("5.1 C", "off", except(StateCookieEchoed)...),
		}},
		{timerT2Shutdown.String(), expires(timerT2Shutdown, nil), []cell{
			in("9.2", "send SHUTDOWN; tell 198.51.100.1 potentially-failed", StateShutdownSent),
			in("9.2", "send SHUTDOWN ACK; tell 198.51.100.1 potentially-failed", StateShutdownAckSent),
			in("9.2", "off", except(StateShutdownSent, StateShutdownAckSent)...),
		}},
		{timerT3Rtx.String(), expires(timerT3Rtx, sends), []cell{
			in("6.3.3", "send DATA; tell 198.51.100.1 potentially-failed", StateEstablished, StateShutdownPending, StateShutdownReceived),
			in("6", "off", StateClosed, StateCookieWait, StateCookieEchoed, StateShutdownSent, StateShutdownAckSent),
		}},
		{timerT5ShutdownGuard.String(), expires(timerT5ShutdownGuard, nil), []cell{
			in("9.2", "send ABORT; enter CLOSED; tell lost (peer does not answer)", StateShutdownSent),
			in("9.2", "off", except(StateShutdownSent)...),
		}},
		{timerSackDelay.String(), expires(timerSackDelay, func(ta *testAssoc) { ta.recv(data(0)); ta.recv(data(1)) }), []cell{
			in("6.2", "send SACK", StateEstablished, StateShutdownPending),
			in("6.2", "off", except(StateEstablished, StateShutdownPending)...),
		}},
		{timerHeartbeatDue.String(), expires(timerHeartbeatDue, nil), []cell{
			in("8.3", "send HEARTBEAT", StateEstablished),
			in("8.3", "discard", StateShutdownPending, StateShutdownReceived), // data in flight measures the path
			in("8.3", "off", StateClosed, StateCookieWait, StateCookieEchoed, StateShutdownSent, StateShutdownAckSent),
		}},
		{timerHeartbeatUnanswered.String(), expires(timerHeartbeatUnanswered, func(ta *testAssoc) {
			_ = ta.a.RequestHeartbeat(ta.now, peer1)
			ta.settle()
			ta.a.paths[0].T3 = 0
		}), []cell{
			in("8.2", "tell 198.51.100.1 potentially-failed", StateEstablished, StateShutdownPending, StateShutdownReceived),
			in("8.3", "off", StateClosed, StateCookieWait, StateCookieEchoed, StateShutdownSent, StateShutdownAckSent),
		}},
		{timerLifetime.String(), expires(timerLifetime, func(ta *testAssoc) {
			ta.a.extensions |= PartialReliability
			ta.a.send.peerRwnd = 0
			if m := timed(10, time.Millisecond); ta.a.Send(ta.now, &m) == nil {
				ta.settle()
			}
		}), []cell{
			in("RFC 3758 4.1 TR3", "tell send-failed sent=false len=10 (message was given up); tell dry",
				StateCookieWait, StateCookieEchoed, StateEstablished),
			in("9.2", "off", StateClosed, StateShutdownPending, StateShutdownSent, StateShutdownReceived, StateShutdownAckSent),
		}},
		{timerNextInit.String(), expires(timerNextInit, func(ta *testAssoc) {
			if ta.a.state == StateCookieWait {
				ta.a.opening.next = ta.now.Add(time.Millisecond)
			}
		}), []cell{
			in("RFC 8305 5", "send INIT", StateCookieWait),
			in("RFC 8305 5", "off", except(StateCookieWait)...),
		}},
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return "return " + err.Error()
}

func primitiveRows() []row {
	return []row{
		{"Send", func(ta *testAssoc) string { return text(ta.a.Send(ta.now, &Message{Data: []byte("x")})) }, []cell{
			in("6", "discard", StateCookieWait, StateCookieEchoed), // queued
			in("6.1", "send DATA", StateEstablished),
			in("9.2", "return association does not accept data", StateClosed, StateShutdownPending, StateShutdownSent, StateShutdownReceived,
				StateShutdownAckSent),
		}},
		{"Shutdown", func(ta *testAssoc) string { ta.a.Shutdown(ta.now); return "" }, []cell{
			in("9.2", "enter CLOSED; tell cant-start (aborted by this side)", StateCookieWait),
			in("9.2", "discard", StateCookieEchoed), // remembered
			in("9.2", "send SHUTDOWN; enter SHUTDOWN-SENT", StateEstablished),
			in("9.2", "discard", StateClosed, StateShutdownPending, StateShutdownSent, StateShutdownReceived, StateShutdownAckSent),
		}},
		{"AbortMessage", func(ta *testAssoc) string { return text(ta.a.AbortMessage(ta.now, 0)) }, []cell{
			everywhere("RFC 6458 8.1.26", "return no unfinished message on the stream"),
		}},
		{"Abort", func(ta *testAssoc) string { ta.a.Abort(ta.now, []byte("why")); return "" }, []cell{
			in("9.1", "enter CLOSED; tell cant-start (aborted by this side: \"why\")", StateCookieWait), // nobody to tell
			in("9.1", "send ABORT (User-Initiated Abort); enter CLOSED; tell cant-start (aborted by this side: \"why\")", StateCookieEchoed),
			in("9.1", "send ABORT (User-Initiated Abort); enter CLOSED; tell lost (aborted by this side: \"why\")",
				StateEstablished, StateShutdownSent, StateShutdownAckSent),
			in("9.1", "send ABORT (User-Initiated Abort); enter CLOSED; tell send-failed sent=true len=10 (aborted by this side: \"why\"); "+
				"tell lost (aborted by this side: \"why\")", StateShutdownPending, StateShutdownReceived),
			in("9.1", "discard", StateClosed),
		}},
		{"RequestHeartbeat", func(ta *testAssoc) string { return text(ta.a.RequestHeartbeat(ta.now, peer1)) }, []cell{
			in("11.1.10", "send HEARTBEAT", StateEstablished, StateShutdownPending, StateShutdownReceived),
			in("8.3", "return association does not accept data", StateClosed, StateCookieWait, StateCookieEchoed, StateShutdownSent, StateShutdownAckSent),
		}},
		{"SetPrimary", func(ta *testAssoc) string { return text(ta.a.SetPrimary(ta.now, peer1)) }, []cell{everywhere("11.1.6", "discard")}},
		{"SetPrimary to a stranger", func(ta *testAssoc) string { return text(ta.a.SetPrimary(ta.now, peer3)) }, []cell{
			everywhere("11.1.6", "return no such path: 198.51.100.3"),
		}},
		{"HostChanged", func(ta *testAssoc) string { ta.a.HostChanged(ta.now, []netip.Addr{local1}); return "" }, []cell{
			in("11", "tell 192.0.2.1 there", except(StateClosed)...),
			in("11", "discard", StateClosed),
		}},
		{"Receive", func(ta *testAssoc) string {
			if _, _, ok := ta.receive(10); ok {
				return "return something"
			}
			return ""
		}, []cell{everywhere("11.1.8", "discard")}},
		{icmpName(transport.PacketTooBig), icmp(transport.PacketTooBig, 600), []cell{
			in("10 ICMP7", "PMTU 600", StateCookieWait, StateCookieEchoed, StateEstablished, StateShutdownSent, StateShutdownAckSent),
			in("10 ICMP7", "send DATA; PMTU 600", StateShutdownPending, StateShutdownReceived), // with data in flight
			in("10 ICMP5", "discard", StateClosed),
		}},
		{icmpName(transport.ProtocolUnreachable), icmp(transport.ProtocolUnreachable, 0), []cell{
			in("10 ICMP8", "enter CLOSED; tell cant-start (peer has no SCTP)", StateCookieWait),
			in("10 ICMP8", "send HEARTBEAT", StateEstablished, StateShutdownPending, StateShutdownReceived), // doubtful: see icmp.go
			in("10 ICMP8", "discard", StateCookieEchoed, StateShutdownSent, StateShutdownAckSent),
			in("10 ICMP5", "discard", StateClosed),
		}},
		{icmpName(transport.Unreachable), icmp(transport.Unreachable, 0), []cell{everywhere("10 ICMP9", "discard")}},
	}
}

// icmp is the stimulus of an ICMP report that quotes the start of a packet of the association: in COOKIE-WAIT its INIT.
func icmp(kind transport.Kind, mtu int) func(*testAssoc) string {
	return func(ta *testAssoc) string {
		quoted := wire.Header{SrcPort: localPort, DstPort: peerPort, Tag: peerTag}.Append(nil)
		if ta.a.State() == StateCookieWait {
			in := wire.Init{Tag: localTag}
			quoted = in.Append(wire.Header{SrcPort: localPort, DstPort: peerPort}.Append(nil), wire.ChunkInit)
		}
		ta.a.Deliver(ta.now, &transport.Datagram{Path: way1, Kind: kind, MTU: mtu, Data: quoted})
		if p := ta.a.paths[0]; p.PMTU() == mtu && p.State() >= path.Active {
			return "PMTU 600"
		}
		return ""
	}
}
