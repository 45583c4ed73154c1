package assoc

import (
	"bytes"
	"testing"

	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// reporting makes both ends use PKTDROP, which has to be asked for.
func reporting(t *testing.T, options ...option) *testAssoc {
	t.Helper()
	enable := with(func(c *Config) { c.Enable = PacketDrop })
	return established(t, append([]option{enable, peerHas(PacketDrop)}, options...)...)
}

// recvDamaged delivers a packet of the peer with these chunks whose checksum is wrong.
func (ta *testAssoc) recvDamaged(chunks ...chunk) {
	packet := wire.Header{SrcPort: peerPort, DstPort: localPort, Tag: ta.a.LocalTag()}.Append(nil)
	for _, c := range chunks {
		packet = c.append(ta, packet)
	}
	path := transport.Path{Local: local1, Remote: peer1}
	ta.a.Deliver(ta.now, &transport.Datagram{Path: path, Data: packet, Kind: transport.Damaged})
	ta.settle()
}

// pktDrop reports a packet of the association that had these chunks; change, if not nil, alters the report.
func pktDrop(p sentPacket, change func(*wire.PktDrop)) chunk {
	return chunkFunc(func(ta *testAssoc, b []byte) []byte {
		packet := wire.Header{SrcPort: localPort, DstPort: peerPort, Tag: p.tag}.Append(nil)
		for _, c := range p.chunks {
			packet = append(packet, c.Raw...)
			packet = append(packet, make([]byte, wire.Padded(len(c.Raw))-len(c.Raw))...)
		}
		d := wire.PktDrop{Flags: wire.FlagBadCRC, Bandwidth: 1 << 20, Queued: 1000, Packet: packet}
		if change != nil {
			change(&d)
		}
		return d.Append(b)
	})
}

func TestDamagedPacketIsReported(t *testing.T) {
	ta := reporting(t)
	ta.recvDamaged(data(0).ofSize(100))
	p := ta.want("the report quotes it", "PKTDROP flags=2 quoted=128 of=0")
	d, err := wire.ParsePktDrop(p.chunks[0])
	q, ok := wire.ParseQuoted(d.Packet)
	if err != nil || !ok || q.SrcPort != peerPort || q.Tag != localTag || d.Bandwidth != 1<<20 || d.Queued != 0 {
		t.Errorf("the report is %+v, %v, of a packet with %+v", d, err, q)
	}
	ta.recv(data(0))
	ta.want("what was in it was not believed", "SACK 0")
	ta.recvDamaged(data(1).ofSize(1000))
	ta.want("a long one is cut", "PKTDROP flags=6 quoted=256 of=1028")
	if got := ta.a.Status().Stats; got.DropsReported != 2 || got.PacketsReceived != 3 {
		t.Errorf("%d reported, %d packets received", got.DropsReported, got.PacketsReceived)
	}
	if MaxDropQuote != 256 {
		t.Error("this test goes by another MaxDropQuote")
	}
}

func TestDamagedPacketsThatAreNotReported(t *testing.T) {
	for name, options := range map[string][]option{
		"the peer has no PKTDROP": {with(func(c *Config) { c.Enable = PacketDrop })},
		"we have none":            {peerHas(PacketDrop)},
	} {
		ta := established(t, options...)
		ta.recvDamaged(data(0))
		ta.wantIdle(name)
	}
	ta := reporting(t)
	for name, c := range map[string]chunk{
		"a report":          pktDrop(sentPacket{tag: peerTag}, nil),
		"ABORT":             abortChunk(0),
		"INIT":              initChunk(),
		"INIT ACK":          initAck(),
		"COOKIE ECHO":       cookieEcho([]byte("cookie")),
		"SHUTDOWN COMPLETE": shutdownComplete(0),
	} {
		ta.recvDamaged(data(0), c)
		ta.wantIdle(name + " is in it")
	}
	ta.a.deliverDamaged(&transport.Datagram{Data: make([]byte, wire.HeaderLen-1)})
	ta.settle()
	ta.wantIdle("no common header")
	ta.recvDamaged(chunkFunc(func(_ *testAssoc, b []byte) []byte { return append(b, 0, 3, 0, 1) }))
	ta.want("damage is no reason not to report", "PKTDROP")
	ta.recv(shutdown(-1))
	ta.want("", "SHUTDOWN-ACK")
	ta.recvDamaged(data(0))
	ta.wantIdle("the peer sends nothing more")
}

// There are never more reports than packets that arrive whole, give or take MaxDropReports.
func TestReportsAreNoFlood(t *testing.T) {
	ta := reporting(t)
	reports := func() (n int) {
		for range 1000 {
			ta.recvDamaged(data(0))
		}
		for _, p := range ta.forget() {
			for _, c := range p.chunks {
				if c.Type == wire.ChunkPktDrop {
					n++
				}
			}
		}
		return n
	}
	if n := reports(); n > MaxDropReports {
		t.Errorf("%d reports after the handshake, the limit is %d", n, MaxDropReports)
	}
	ta.recv(data(0))
	ta.forget()
	if n := reports(); n != 1 {
		t.Errorf("%d reports after one packet, want one", n)
	}
	for i := range 100 {
		ta.recv(data(1 + i))
	}
	ta.forget()
	if n := reports(); n != MaxDropReports {
		t.Errorf("%d reports after a hundred packets, want %d", n, MaxDropReports)
	}
	path := transport.Path{Local: local1, Remote: peer1}
	for range 100 {
		ta.deliver(localTag, path, data(0))
		ta.a.deliverDamaged(&transport.Datagram{Data: make([]byte, 20)})
	}
	if n := len(ta.a.receive.drops.list); n != MaxDropReports {
		t.Errorf("%d reports wait in one batch, the limit is %d", n, MaxDropReports)
	}
}

// What arrived damaged is sent again at once, and the congestion window stays.
func TestReportedDataIsSentAgain(t *testing.T) {
	ta := reporting(t)
	for range 3 {
		ta.send(100)
	}
	sent := ta.forget()
	before := ta.a.Status().Paths[0]
	ta.recv(pktDrop(sent[1], nil))
	ta.want("the chunk in it, once", "DATA 1")
	ta.wantIdle("and nothing else")
	after := ta.a.Status().Paths[0]
	if after.Cwnd != before.Cwnd || after.Ssthresh != before.Ssthresh || after.FlightSize != before.FlightSize {
		t.Errorf("before %+v, after %+v", before, after)
	}
	ta.recv(pktDrop(sent[1], nil))
	ta.recv(sack(0, 2, 2))
	ta.recv(pktDrop(sent[1], nil), pktDrop(sent[2], nil), pktDrop(sent[0], nil))
	ta.wantIdle("not twice, and nothing that has arrived")
	ta.recv(sack(2))
	ta.wantEvent("it arrives", "dry")
	if n := ta.a.Status().Stats.DropsHeard; n != 5 {
		t.Errorf("%d reports were counted, want 5", n)
	}
}

// A packet with several chunks, cut in the middle of one: what is quoted is enough.
func TestReportOfATruncatedPacket(t *testing.T) {
	ta := reporting(t)
	for range 3 {
		if err := ta.a.Send(ta.now, &Message{Data: bytes.Repeat([]byte("x"), 300)}); err != nil {
			t.Fatal(err)
		}
	}
	ta.settle()
	p := ta.want("one packet", "DATA 0", "DATA 1", "DATA 2")
	ta.recv(pktDrop(p, func(d *wire.PktDrop) {
		d.Flags |= wire.FlagTruncated
		d.OriginalLen = uint16(len(d.Packet))
		d.Packet = d.Packet[:wire.HeaderLen+316+40]
	}))
	ta.want("two are quoted", "DATA 0", "DATA 1")
}

// Reports that are of no use, or no good.
func TestReportsThatChangeNothing(t *testing.T) {
	ta := reporting(t)
	ta.send(100)
	p := ta.want("", "DATA 0")
	for name, change := range map[string]func(*wire.PktDrop){
		"dropped for want of memory": func(d *wire.PktDrop) { d.Flags = 0 },
		"from a box on the way":      func(d *wire.PktDrop) { d.Flags |= wire.FlagMiddleBox },
		"not our port":               func(d *wire.PktDrop) { d.Packet[0] ^= 1 },
		"not the peer's port":        func(d *wire.PktDrop) { d.Packet[3] ^= 1 },
		"not the peer's tag":         func(d *wire.PktDrop) { d.Packet[4] ^= 1 },
		"less than a header":         func(d *wire.PktDrop) { d.Packet = d.Packet[:wire.HeaderLen-1] },
		"a header alone":             func(d *wire.PktDrop) { d.Packet = d.Packet[:wire.HeaderLen] },
		"no packet":                  func(d *wire.PktDrop) { d.Packet = nil },
		"a chunk of no length":       func(d *wire.PktDrop) { d.Packet[wire.HeaderLen+2], d.Packet[wire.HeaderLen+3] = 0, 0 },
		"a chunk of another length":  func(d *wire.PktDrop) { d.Packet[wire.HeaderLen+3]++ },
		"another TSN":                func(d *wire.PktDrop) { d.Packet[wire.HeaderLen+4] ^= 0x40 },
		"another stream":             func(d *wire.PktDrop) { d.Packet[wire.HeaderLen+9] ^= 1 },
		"another type":               func(d *wire.PktDrop) { d.Packet[wire.HeaderLen] = uint8(wire.ChunkIData) },
		"half a chunk header":        func(d *wire.PktDrop) { d.Packet = d.Packet[:wire.HeaderLen+10] },
	} {
		ta.recv(pktDrop(p, change))
		ta.wantIdle(name)
	}
	ta.recv(rawChunk(wire.ChunkPktDrop, 0, make([]byte, 11)...))
	ta.want("a chunk that is too short", "ABORT Protocol Violation")
}

func TestReportedSackIsRepeated(t *testing.T) {
	ta := reporting(t)
	ta.recv(data(0))
	p := ta.want("", "SACK 0")
	ta.recv(pktDrop(p, nil))
	ta.want("the peer did not get it", "SACK 0")
	ta.wantIdle("once")
}

func TestReportedIDataIsSentAgain(t *testing.T) {
	ta := reporting(t)
	ta.a.extensions |= Interleaving
	ta.a.send.queue.SetInterleaving(true)
	ta.a.send.outstanding.SetInterleaving(true)
	ta.send(100)
	p := ta.want("", "I-DATA")
	ta.recv(pktDrop(p, func(d *wire.PktDrop) { d.Packet[wire.HeaderLen] = uint8(wire.ChunkData) }))
	ta.wantIdle("a DATA chunk was never sent")
	ta.recv(pktDrop(p, nil))
	ta.want("the chunk again", "I-DATA")
}

// Who restarts sent none of the packets that arrived damaged before, and may have no PKTDROP.
func TestARestartForgetsReports(t *testing.T) {
	ta := reporting(t)
	ta.peerHas = 0
	ta.recv(initChunk(retagged))
	ack, sealed, _ := ta.wantInitAck("INIT of the new incarnation, which has no PKTDROP", newPeerTag)
	ta.tag, ta.peerTSN, ta.localTSN = newPeerTag, peerInitialTSN.Add(1000), ack.InitialTSN
	way := transport.Path{Local: local1, Remote: peer1}
	ta.a.Deliver(ta.now, &transport.Datagram{Path: way, Data: append(wire.Header{}.Append(nil), 0, 3, 0, 16), Kind: transport.Damaged})
	ta.deliver(ack.Tag, way, cookieEcho(sealed))
	ta.settle()
	ta.want("no report", "COOKIE-ACK")
	ta.wantIdle("none at all")
}
