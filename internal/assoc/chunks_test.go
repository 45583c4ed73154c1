package assoc

import (
	"cmp"
	"fmt"
	"net/netip"
	"strings"

	"github.com/gosctp/sctp/internal/cookie"
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// chunk is a chunk that the scripted peer sends.
type chunk interface {
	append(ta *testAssoc, b []byte) []byte
}

type chunkFunc func(ta *testAssoc, b []byte) []byte

func (f chunkFunc) append(ta *testAssoc, b []byte) []byte { return f(ta, b) }

// rawChunk is a chunk of any type with any value.
func rawChunk(t wire.ChunkType, flags uint8, value ...byte) chunk {
	return chunkFunc(func(_ *testAssoc, b []byte) []byte { return wire.AppendChunk(b, t, flags, value) })
}

// dataChunk is a DATA chunk of the peer; without further ado a whole ordered message on stream 0, whose SSN is its TSN.
type dataChunk struct {
	tsn, ssn int
	sid      uint16
	flags    uint8
	user     []byte
}

func data(tsn int) dataChunk {
	return dataChunk{tsn: tsn, ssn: tsn, flags: wire.FlagBegin | wire.FlagEnd, user: []byte("0123456789")}
}

func (d dataChunk) on(sid uint16, ssn int) dataChunk { d.sid, d.ssn = sid, ssn; return d }
func (d dataChunk) withFlags(flags uint8) dataChunk  { d.flags = flags; return d }
func (d dataChunk) carrying(text string) dataChunk   { d.user = []byte(text); return d }
func (d dataChunk) ofSize(n int) dataChunk           { d.user = make([]byte, n); return d }
func (d dataChunk) tsnOf(ta *testAssoc) seq.TSN      { return ta.peerTSN.Add(d.tsn) }
func (d dataChunk) append(ta *testAssoc, b []byte) []byte {
	w := wire.Data{TSN: d.tsnOf(ta), StreamID: d.sid, SSN: seq.SSN(d.ssn), PPID: 46, Flags: d.flags, UserData: d.user}
	return w.Append(b)
}

// sackChunk is a SACK of the peer. Gaps are pairs of TSNs, first and last.
type sackChunk struct {
	cum  int
	gaps []int
	dups []int
	rwnd uint32
}

func sack(cum int, gaps ...int) sackChunk { return sackChunk{cum: cum, gaps: gaps, rwnd: 1 << 20} }

// twice says that TSNs arrived once more than before.
func (s sackChunk) twice(tsns ...int) sackChunk { s.dups = tsns; return s }

func (s sackChunk) withRwnd(n uint32) sackChunk { s.rwnd = n; return s }

func (s sackChunk) append(ta *testAssoc, b []byte) []byte {
	var blocks []wire.GapBlock
	for i := 0; i < len(s.gaps); i += 2 {
		blocks = append(blocks, wire.GapBlock{Start: uint16(s.gaps[i] - s.cum), End: uint16(s.gaps[i+1] - s.cum)})
	}
	var dups []seq.TSN
	for _, t := range s.dups {
		dups = append(dups, ta.localTSN.Add(t))
	}
	return wire.AppendSack(b, ta.localTSN.Add(s.cum), s.rwnd, blocks, dups)
}

// initOf is the peer's INIT or INIT ACK before a test changes it.
func (ta *testAssoc) initOf() wire.Init {
	streams := cmp.Or(ta.streams, 10)
	in := wire.Init{Tag: ta.tag, ARwnd: 1 << 20, OutStreams: streams, InStreams: streams, InitialTSN: ta.peerTSN}
	for _, a := range ta.peer {
		in.Params = wire.AppendAddress(in.Params, a)
	}
	in.Params = appendExtensions(in.Params, ta.peerHas, ta.carrier)
	return in
}

// initChunk is the peer's INIT, with changes.
func initChunk(changes ...func(*wire.Init)) chunk {
	return chunkFunc(func(ta *testAssoc, b []byte) []byte {
		in := ta.initOf()
		for _, f := range changes {
			f(&in)
		}
		return in.Append(b, wire.ChunkInit)
	})
}

// initAck is the peer's INIT ACK with the cookie "cookie", with changes.
func initAck(changes ...func(*wire.Init)) chunk {
	return chunkFunc(func(ta *testAssoc, b []byte) []byte {
		in := ta.initOf()
		in.Params = wire.AppendParam(in.Params, wire.ParamStateCookie, []byte("cookie"))
		for _, f := range changes {
			f(&in)
		}
		return in.Append(b, wire.ChunkInitAck)
	})
}

// param adds a parameter to an INIT or INIT ACK.
func param(t wire.ParamType, value ...byte) func(*wire.Init) {
	return func(in *wire.Init) { in.Params = wire.AppendParam(in.Params, t, value) }
}

// address adds an address parameter.
func address(a netip.Addr) func(*wire.Init) {
	return func(in *wire.Init) { in.Params = wire.AppendAddress(in.Params, a) }
}

func cookieAck() chunk               { return rawChunk(wire.ChunkCookieAck, 0) }
func cookieEcho(cookie []byte) chunk { return rawChunk(wire.ChunkCookieEcho, 0, cookie...) }
func shutdownAck() chunk             { return rawChunk(wire.ChunkShutdownAck, 0) }

func shutdownComplete(flags uint8) chunk { return rawChunk(wire.ChunkShutdownComplete, flags) }

func shutdown(cum int) chunk {
	return chunkFunc(func(ta *testAssoc, b []byte) []byte { return wire.AppendShutdown(b, ta.localTSN.Add(cum)) })
}

func abortChunk(flags uint8, causes ...byte) chunk {
	return rawChunk(wire.ChunkAbort, flags, causes...)
}
func errorChunk(causes ...byte) chunk { return rawChunk(wire.ChunkError, 0, causes...) }

func staleCookie(microseconds uint32) chunk {
	return errorChunk(wire.AppendStaleCookie(nil, microseconds)...)
}

func heartbeat(info string) chunk {
	return chunkFunc(func(_ *testAssoc, b []byte) []byte { return wire.AppendHeartbeat(b, wire.ChunkHeartbeat, []byte(info)) })
}

// answerHeartbeat answers the HEARTBEAT in a packet that the association sent.
func answerHeartbeat(p sentPacket) chunk {
	for _, c := range p.chunks {
		if c.Type == wire.ChunkHeartbeat {
			return rawChunk(wire.ChunkHeartbeatAck, 0, c.Value...)
		}
	}
	panic("there is no HEARTBEAT in the packet")
}

// jar is one with the secret of the association's endpoint.
func (ta *testAssoc) jar() *cookie.Jar { return cookie.NewJar(*testIdentity.Secret) }

// cookieFor is the cookie that the association's endpoint puts into its answer to the peer's INIT.
func (ta *testAssoc) cookieFor(o *Offer, changes ...func(*wire.Init)) []byte {
	ta.t.Helper()
	b := initChunk(changes...).append(ta, nil)
	c, _, _ := wire.NextChunk(b)
	d := &transport.Datagram{Path: transport.Path{Local: local1, Remote: peer1}}
	h := wire.Header{SrcPort: peerPort, DstPort: localPort}
	packet := AnswerInit(nil, ta.now, ta.jar(), d, h, c, o)
	ack, _, err := wire.NextChunk(packet[wire.HeaderLen:])
	if err != nil || ack.Type != wire.ChunkInitAck {
		ta.t.Fatalf("INIT was answered with %s", wire.Describe(packet))
	}
	return cookieIn(ack)
}

// cookieIn is the cookie in an INIT ACK.
func cookieIn(ack wire.Chunk) []byte {
	in, _ := wire.ParseInit(ack)
	for rest := in.Params; len(rest) > 0; {
		p, more, err := wire.NextParam(rest)
		if err != nil {
			break
		}
		if p.Type == wire.ParamStateCookie {
			return p.Value
		}
		rest = more
	}
	return nil
}

// texts describes the chunks of a packet in the words that want compares.
func (ta *testAssoc) texts(p sentPacket) []string {
	var out []string
	for _, c := range p.chunks {
		out = append(out, ta.text(c))
	}
	return out
}

// text describes a chunk: its name, then what identifies it, then details. TSNs are relative.
func (ta *testAssoc) text(c wire.Chunk) string {
	name := strings.ReplaceAll(c.Type.String(), " ", "-")
	switch c.Type {
	case wire.ChunkData:
		d, _ := wire.ParseData(c)
		return fmt.Sprintf("DATA %d %s sid=%d ssn=%d len=%d", d.TSN.Diff(ta.localTSN), flagLetters(c.Flags), d.StreamID, d.SSN, len(d.UserData))
	case wire.ChunkIData:
		d, _ := wire.ParseIData(c)
		return fmt.Sprintf("I-DATA %d %s sid=%d mid=%d len=%d", d.TSN.Diff(ta.localTSN), flagLetters(c.Flags), d.StreamID, d.MID, len(d.UserData))
	case wire.ChunkSack:
		s, _ := wire.ParseSack(c)
		gaps, dups := "", ""
		for i := range s.Gaps.Len() {
			g, cum := s.Gaps.At(i), s.CumTSN.Diff(ta.peerTSN)
			gaps += fmt.Sprintf(",%d-%d", cum+int(g.Start), cum+int(g.End))
		}
		for i := range s.Dups.Len() {
			dups += fmt.Sprintf(",%d", s.Dups.At(i).Diff(ta.peerTSN))
		}
		return fmt.Sprintf("SACK %d gaps=%s dups=%s rwnd=%d", s.CumTSN.Diff(ta.peerTSN), strings.TrimPrefix(gaps, ","),
			strings.TrimPrefix(dups, ","), s.ARwnd)
	case wire.ChunkNRSack:
		s, _ := wire.ParseNRSack(c)
		gaps, kept := "", ""
		cum := s.CumTSN.Diff(ta.peerTSN)
		for i := range s.Gaps.Len() {
			gaps += fmt.Sprintf(",%d-%d", cum+int(s.Gaps.At(i).Start), cum+int(s.Gaps.At(i).End))
		}
		for i := range s.NRGaps.Len() {
			kept += fmt.Sprintf(",%d-%d", cum+int(s.NRGaps.At(i).Start), cum+int(s.NRGaps.At(i).End))
		}
		return fmt.Sprintf("NR-SACK %d gaps=%s kept=%s dups=%d", cum, strings.TrimPrefix(gaps, ","), strings.TrimPrefix(kept, ","), s.Dups.Len())
	case wire.ChunkForwardTSN:
		f, _ := wire.ParseForwardTSN(c)
		text := fmt.Sprintf("FORWARD-TSN %d", f.NewCumTSN.Diff(ta.localTSN))
		for i := range f.Streams.Len() {
			text += fmt.Sprintf(" %d:%d", f.Streams.At(i).StreamID, f.Streams.At(i).SSN)
		}
		return text
	case wire.ChunkIForwardTSN:
		f, _ := wire.ParseIForwardTSN(c)
		text := fmt.Sprintf("I-FORWARD-TSN %d", f.NewCumTSN.Diff(ta.localTSN))
		for i := range f.Messages.Len() {
			m := f.Messages.At(i)
			text += fmt.Sprintf(" %d:%d", m.StreamID, m.MID)
			if m.Unordered {
				text += "U"
			}
		}
		return text
	case wire.ChunkInit, wire.ChunkInitAck:
		in, _ := wire.ParseInit(c)
		return fmt.Sprintf("%s OS=%d MIS=%d", name, in.OutStreams, in.InStreams)
	case wire.ChunkASCONF, wire.ChunkASCONFAck:
		return name + " " + ta.asconfText(c)
	case wire.ChunkReConfig:
		return name + " " + ta.reconfigText(c)
	case wire.ChunkCookieEcho:
		return name + " " + string(c.Value)
	case wire.ChunkShutdown:
		cum, _ := wire.ParseShutdown(c)
		return fmt.Sprintf("SHUTDOWN %d", cum.Diff(ta.peerTSN))
	case wire.ChunkPktDrop:
		d, _ := wire.ParsePktDrop(c)
		return fmt.Sprintf("PKTDROP flags=%d quoted=%d of=%d", d.Flags, len(d.Packet), d.OriginalLen)
	case wire.ChunkECNE:
		t, _ := wire.ParseECNE(c)
		return fmt.Sprintf("ECNE %d", t.Diff(ta.peerTSN))
	case wire.ChunkCWR:
		t, _ := wire.ParseCWR(c)
		return fmt.Sprintf("CWR %d", t.Diff(ta.localTSN))
	case wire.ChunkAbort, wire.ChunkError, wire.ChunkShutdownComplete:
		if c.Flags&wire.FlagT != 0 {
			name += " T"
		}
		return name + causeNames(c)
	}
	return name
}

func causeNames(c wire.Chunk) (names string) {
	for rest := c.Value; len(rest) > 0; {
		cause, more, err := wire.NextCause(rest)
		if err != nil {
			return names + " malformed"
		}
		names += " " + cause.Code.String()
		rest = more
	}
	return names
}

func flagLetters(flags uint8) string {
	s := ""
	for _, f := range []struct {
		flag   uint8
		letter string
	}{{wire.FlagBegin, "B"}, {wire.FlagEnd, "E"}, {wire.FlagUnordered, "U"}, {wire.FlagImmediate, "I"}} {
		if flags&f.flag != 0 {
			s += f.letter
		}
	}
	if s == "" {
		return "middle"
	}
	return s
}

// eventText describes an event in the words that wantEvent compares.
func eventText(e Event) string {
	switch e := e.(type) {
	case AssocChange:
		name := map[AssocState]string{CommUp: "up", CommLost: "lost", Restart: "restart", ShutdownComplete: "shutdown-complete",
			CantStartAssoc: "cant-start"}[e.State]
		if e.Err != nil {
			return fmt.Sprintf("%s (%v)", name, e.Err)
		}
		return fmt.Sprintf("%s out=%d in=%d", name, e.OutStreams, e.InStreams)
	case PeerAddrChange:
		return fmt.Sprintf("%v %s", e.Addr, map[AddrState]string{AddrAvailable: "available", AddrUnreachable: "unreachable",
			AddrConfirmed: "confirmed", AddrPotentiallyFailed: "potentially-failed",
			AddrMadePrimary: "made-primary", AddrAdded: "added", AddrRemoved: "removed"}[e.State])
	case LocalAddrChange:
		return fmt.Sprintf("%v %s", e.Addr, map[bool]string{true: "there", false: "gone"}[e.Added])
	case SendFailed:
		return fmt.Sprintf("send-failed sent=%v len=%d (%v)", e.Sent, len(e.Data), e.Err)
	case RemoteError:
		return "remote-error " + e.Code.String()
	case Stall:
		return fmt.Sprintf("%s %v %v", map[StallReason]string{StallEnded: "goes-on", StallUnacknowledged: "stalled", StallWindow: "stalled-by-window",
			StallPacketSize: "stalled-by-size"}[e.Reason], e.Addr, e.For)
	case ShutdownEvent:
		return "shutdown"
	case AdaptationIndication:
		return fmt.Sprintf("adaptation %d", e.Ind)
	case PartialDeliveryAborted:
		return fmt.Sprintf("partial-delivery-aborted sid=%d", e.Stream)
	case Authentication:
		if e.Err != nil {
			return fmt.Sprintf("auth-failed %d (%v)", e.Key, e.Err)
		}
		return fmt.Sprintf("%s %d", map[AuthIndication]string{AuthNewKey: "new-key", AuthFreeKey: "free-key"}[e.Indication], e.Key)
	case SenderDry:
		return "dry"
	case AddrsChanged:
		return addrsText(e)
	case StreamReset, AssocReset, StreamChange:
		return reconfigEventText(e)
	}
	return fmt.Sprintf("%T", e)
}
