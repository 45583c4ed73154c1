package assoc

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/rx"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// The operations that FuzzDeliver makes of its input: a byte each, and for chunks a length and that many bytes.
const (
	opChunks = iota
	opChunksFromElsewhere
	opIncompleteTLV // chunks made of type, flags and value, with a length that is right
	opAdvance
	opExpire
	opSend
	opReceive
	opShutdown
	opMarked  // chunks in a packet that a router marked
	opDamaged // chunks in a packet with a wrong checksum
	opReconfigure
	opChangeAddrs
	opChunksFromNowhere // from an address that the peer does not have, if none was added meanwhile
	numOps
)

// FuzzDeliver feeds arbitrary chunks, behind a header with the right tag, to an association, between calls and time-outs: it never
// panics, what it holds stays within its limits, and NextPacket comes to an end.
func FuzzDeliver(f *testing.F) {
	seed := &testAssoc{peerTSN: peerInitialTSN, localTSN: 7000, tag: peerTag}
	for _, chunks := range [][]chunk{
		{data(0), data(2), data(0)}, {sack(-1), sack(0, 2, 3)}, {initChunk()}, {heartbeat("x")}, {shutdown(-1)}, {shutdownAck()},
		{shutdownComplete(1)}, {staleCookie(1)}, {ecne(0), cwr(0)}, {nrSack(-1, nil, []int{0, 0})},
		{reconfig(outReset(0, -1, 3, 1), inReset(1, 1)), reconfig(outReset(2, 0, -1))}, {reconfig(inReset(0, 8)), reconfig(tsnReset(1))},
		{reconfig(addOut(0, 3), addIn(1, 65000)), reconfig(response(0, wire.ReconfigInProgress), response(1, wire.ReconfigPerformed))},
		{reconfig(responseTSNs(0, 5, 6)), data(2), reconfig(tsnReset(0)), data(5)}, {pktDrop(sentPacket{tag: peerTag}, nil)}, {cookieAck(), rawChunk(0xff, 0, 1)}, {data(0).withFlags(wire.FlagBegin), data(1).withFlags(0)},
		{asconf(0, peer1, addIP(1, peer3), setPrimary(2, peer3), deleteIP(3, peer2)), asconf(1, peer1, deleteIP(1, peer3))},
		{asconf(0, wildcard, addIP(1, wildcard), deleteIP(2, wildcard)), asconfAck(0, refusedFor(1, 160), succeeded(2))},
		{data(1), forwardTSN(0, 0, 0), forwardTSN(3, 1, 5)},
		{idata(1), idata(2).fragment(1, 0, 1, 0), idata(3).fragment(1, 0, 0, wire.FlagBegin), iForwardTSN(4, 1, 0)},
	} {
		var b []byte
		for _, c := range chunks {
			b = c.append(seed, b)
		}
		for _, request := range []byte{0, 2, 3} {
			for level := range uint8(3) {
				f.Add(level, append([]byte{opSend, 200, opReconfigure, request, opChunks, byte(len(b))}, append(b, opAdvance, 40, opReceive, 9, opExpire)...))
			}
		}
	}
	f.Fuzz(func(t *testing.T, level uint8, ops []byte) {
		const window = 20000
		ta := newTestAssoc(t, passiveSide, announcing(peer1, peer2), over(dtls), peerHas(AllExtensions), with(func(c *Config) {
			c.Enable, c.FragmentInterleave, c.UnauthenticatedASCONF = AllExtensions, int(level%3), true
			c.RecvBuffer, c.SendBuffer, c.PartialDeliveryPoint = window, window, 3000
		}))
		ta.recv(cookieEcho(ta.cookieFor(&Offer{Config: Config{}.Defaults(), Tag: localTag, TSN: ta.localTSN})))
		ta.wantState("the handshake", StateEstablished)
		if got := ta.a.Status().Extensions; got.Has(Interleaving) != (level%3 == 2) || !got.Has(PartialReliability) {
			t.Fatalf("in use is %v", got)
		}
		for len(ops) >= 2 {
			op, arg := ops[0]%numOps, int(ops[1])
			ops = ops[2:]
			switch op {
			case opChunks, opChunksFromElsewhere, opChunksFromNowhere, opIncompleteTLV, opMarked, opDamaged:
				b := ops[:min(arg, len(ops))]
				ops = ops[len(b):]
				if op == opIncompleteTLV && len(b) >= 2 {
					b = wire.AppendChunk(nil, wire.ChunkType(b[0]), b[1], b[2:])
				}
				way := way1
				switch op {
				case opChunksFromElsewhere:
					way.Remote = peer2
				case opChunksFromNowhere:
					way.Remote = peer3
				}
				packet := append(wire.Header{SrcPort: peerPort, DstPort: localPort, Tag: ta.a.LocalTag()}.Append(nil), b...)
				d := transport.Datagram{Path: way, Data: packet}
				switch op {
				case opMarked:
					d.ECN = transport.CE
				case opDamaged:
					d.Kind = transport.Damaged
				}
				ta.a.Deliver(ta.now, &d)
			case opAdvance:
				ta.now = ta.now.Add(time.Duration(arg) * 10 * time.Millisecond)
				ta.a.Expire(ta.now)
			case opExpire:
				ta.now = max(ta.now, ta.a.NextDeadline())
				ta.a.Expire(ta.now)
			case opSend:
				_ = ta.a.Send(ta.now, &Message{Stream: uint16(arg % 12), Unordered: arg&1 != 0, Data: make([]byte, 1+16*arg)})
			case opReceive:
				ta.a.Receive(ta.now, make([]byte, arg))
			case opReconfigure:
				switch arg % 4 {
				case 0, 1:
					r := ResetRequest{Outgoing: arg&4 == 0, Incoming: arg&8 != 0}
					if arg&16 != 0 {
						r.Streams = []uint16{uint16(arg >> 5), uint16(arg & 7)}
					}
					_, _ = ta.a.ResetStreams(ta.now, r)
				case 2:
					_, _ = ta.a.ResetAssociation(ta.now)
				default:
					_, _ = ta.a.AddStreams(ta.now, uint16(arg>>2&7), uint16(arg>>5))
				}
			case opChangeAddrs:
				addrs := []netip.Addr{local1, local2, local3, wildcard}
				c := AddrChange{Primary: addrs[arg&3]}
				if arg&4 != 0 {
					c = AddrChange{Add: addrs[arg&3:][:1], Remove: addrs[arg>>3&3:][:arg>>5&1]}
				} else if arg&8 != 0 {
					c = AddrChange{Remove: addrs[arg&3:][:1]}
				}
				_, _ = ta.a.ChangeAddrs(ta.now, c)
			case opShutdown:
				if arg > 250 {
					ta.a.Shutdown(ta.now)
				}
			}
			ta.checkBounds(window)
			ta.settle()
			ta.forget()
			ta.events = nil
		}
	})
}

// checkBounds checks that nothing is larger than a peer may make it.
func (ta *testAssoc) checkBounds(window int) {
	ta.t.Helper()
	a := ta.a
	for _, b := range []struct {
		what      string
		n, atMost int
	}{
		{"bytes received", a.receive.inbound.Bytes(), 2 * (2*window + receiveSlack)},
		{"replies", len(a.control.replies), MaxReplies},
		{"HEARTBEAT ACKs", len(a.control.heartbeatAcks), MaxHeartbeatAcks},
		{"bytes of error causes", len(a.control.errors), MaxErrorBytes},
		{"reports of damaged packets", len(a.receive.drops.list), MaxDropReports},
		{"duplicates", len(a.receive.tsns.Duplicates()), rx.MaxDuplicates},
		{"paths", len(a.paths), MaxPeerAddrs},
		{"bytes held for sending", a.send.queue.Held(), window},
		{"burst", a.send.burst, 16 * a.cfg.MaxBurst},
	} {
		if b.n < 0 || b.n > b.atMost {
			ta.t.Fatalf("%d %s, at most %d are allowed", b.n, b.what, b.atMost)
		}
	}
	if x := a.addressing; x != nil {
		if n := len(x.own.waiting); n > MaxAddrChangesWaiting {
			ta.t.Fatalf("%d changes of addresses wait", n)
		}
		if n := len(x.peer.kept); n > MaxKeptASCONFAcks {
			ta.t.Fatalf("%d answers to ASCONF chunks are kept", n)
		}
	}
	for i, p := range a.paths {
		if p.ID != i || a.primary == nil || !slices.Contains(a.paths, a.primary) {
			ta.t.Fatalf("path %d has the number %d", i, p.ID)
		}
	}
	if r := a.reconfig; r != nil {
		if n := len(r.peer.answers); n > MaxReconfigAnswers {
			ta.t.Fatalf("%d answers in RE-CONFIG chunks", n)
		}
		if n := len(r.own.waiting); n > MaxReconfigWaiting+1 { // one that the peer asked for
			ta.t.Fatalf("%d requests wait", n)
		}
	}
	for _, p := range a.paths {
		if n := a.send.outstanding.Flight(p.ID); n < 0 || n > 4*window {
			ta.t.Fatalf("flight size %d", n)
		}
	}
	if a.State() != StateClosed && a.send.queue.Held() > 0 && a.NextDeadline().IsZero() {
		ta.t.Fatal("there is something to send and no timer runs")
	}
}
