package wire

import (
	"bytes"
	"net/netip"
	"testing"

	"github.com/gosctp/sctp/internal/seq"
)

// samples has a chunk, a parameter and a cause of every kind: what the fuzzers start from.
func samples() (chunks, params, causes [][]byte) {
	addr, addr6 := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")
	params = [][]byte{
		AppendParam(nil, ParamHeartbeatInfo, []byte("info")), AppendAddress(nil, addr), AppendAddress(nil, addr6),
		AppendParam(nil, ParamStateCookie, []byte("cookie")), AppendParam(nil, ParamUnrecognized, []byte{0xc0, 0xff, 0, 4}),
		AppendCookiePreservative(nil, 1000), AppendParam(nil, ParamHostName, []byte("host\x00")),
		AppendSupportedAddressTypes(nil, true, true), AppendOutSSNReset(nil, 1, 2, 3, []uint16{4}),
		AppendInSSNReset(nil, 1, []uint16{2}), AppendUint32Param(nil, ParamSSNTSNReset, 1),
		ReconfigResponse{RespSeq: 1, Result: 1}.Append(nil), ReconfigResponse{RespSeq: 1, HasTSNs: true}.Append(nil),
		AddStreams{1, 2}.Append(nil, ParamAddOutStreams), AddStreams{1, 2}.Append(nil, ParamAddInStreams),
		AppendParam(nil, ParamECNCapable, nil), AppendUint32Param(nil, ParamZeroChecksum, 1),
		AppendParam(nil, ParamRandom, make([]byte, 32)), AppendChunkTypes(nil, ParamChunkList, ChunkASCONF),
		AppendHMACAlgos(nil, HMACSHA256, HMACSHA1), AppendPadding(nil, 8),
		AppendChunkTypes(nil, ParamSupportedExtensions, ChunkASCONF, ChunkReConfig), AppendForwardTSNSupported(nil),
		AddrRequest{1, addr}.Append(nil, ParamAddIP), AddrRequest{1, addr6}.Append(nil, ParamDeleteIP),
		AddrRequest{1, addr}.Append(nil, ParamSetPrimary), AppendUint32Param(nil, ParamSuccess, 1),
		ErrorCauses{1, AppendCause(nil, CauseResourceShortage, AddrRequest{1, addr}.Append(nil, ParamAddIP))}.Append(nil),
		AppendUint32Param(nil, ParamAdaptation, 1), AppendParam(nil, ParamVTags, make([]byte, 12)),
	}
	causes = [][]byte{
		AppendInvalidStream(nil, 1), AppendMissingParams(nil, ParamStateCookie), AppendStaleCookie(nil, 1),
		AppendCause(nil, CauseOutOfResource, nil), AppendCause(nil, CauseUnresolvableAddress, AppendAddress(nil, addr)),
		AppendCause(nil, CauseUnrecognizedChunk, []byte{0xfe, 0, 0, 5, 1}), AppendCause(nil, CauseUnrecognizedParams, params[3]),
		AppendNoUserData(nil, 1), AppendCause(nil, CauseRestartNewAddresses, AppendAddress(nil, addr6)),
		AppendCause(nil, CauseUserAbort, []byte("reason")), AppendCause(nil, CauseProtocolViolation, []byte("rule")),
		AppendRestartNewEncapPort(nil, 1, 2), AppendUnsupportedHMAC(nil, 2),
	}
	data := Data{TSN: 1, StreamID: 2, SSN: 3, PPID: 4, Flags: FlagBegin, UserData: []byte("hello")}
	first := IData{TSN: 1, StreamID: 2, MID: 3, PPID: 4, Flags: FlagBegin, UserData: []byte("hello")}
	later := IData{TSN: 1, StreamID: 2, MID: 3, FSN: 4, UserData: []byte("hello")}
	init := Init{Tag: 1, ARwnd: 2, OutStreams: 3, InStreams: 4, InitialTSN: 5, Params: bytes.Join(params, nil)}
	asconf := ASCONF{Seq: 1, Addr: addr, Params: params[23]}
	ack := ASCONFAck{Seq: 1, Params: params[27]}
	auth := Auth{KeyID: 1, HMACID: HMACSHA256, HMAC: make([]byte, 32)}
	drop := PktDrop{Flags: FlagBadCRC, Packet: AppendShutdown(Header{SrcPort: 2, DstPort: 1, Tag: 3}.Append(nil), 4)}
	gaps, dups := []GapBlock{{2, 3}, {5, 5}}, []seq.TSN{1, 2}
	chunks = [][]byte{
		data.Append(nil), init.Append(nil, ChunkInit), init.Append(nil, ChunkInitAck), AppendSack(nil, 1, 2, gaps, dups),
		AppendHeartbeat(nil, ChunkHeartbeat, []byte("info")), AppendHeartbeat(nil, ChunkHeartbeatAck, []byte("infos")),
		AppendChunk(nil, ChunkAbort, FlagT, causes[9]), AppendShutdown(nil, 1), AppendChunk(nil, ChunkShutdownAck, 0, nil),
		AppendChunk(nil, ChunkError, 0, bytes.Join(causes, nil)), AppendChunk(nil, ChunkCookieEcho, 0, []byte("cookie")),
		AppendChunk(nil, ChunkCookieAck, 0, nil), AppendECNE(nil, 1), AppendCWR(nil, 1),
		AppendChunk(nil, ChunkShutdownComplete, FlagT, nil), auth.Append(nil), AppendNRSack(nil, 1, 2, gaps, gaps, dups),
		first.Append(nil), later.Append(nil), ack.Append(nil), drop.Append(nil), AppendChunk(nil, ChunkReConfig, 0, params[8]),
		AppendPad(nil, 8), AppendForwardTSN(nil, 1, []SkippedStream{{1, 2}}), asconf.Append(nil),
		AppendIForwardTSN(nil, 1, []SkippedMessage{{1, true, 2}}), AppendChunk(nil, 0xfe, 1, []byte("?")),
	}
	return chunks, params, causes
}

// Whatever arrives is read without a panic: walked, described, and given to every parser, of the right type or not.
func FuzzPacket(f *testing.F) {
	chunks, _, _ := samples()
	f.Add([]byte{})
	f.Add(Header{}.Append(nil))
	f.Add(append(Header{}.Append(nil), bytes.Join(chunks, nil)...))
	for _, c := range chunks {
		f.Add(append(Header{}.Append(nil), c...))
	}
	f.Fuzz(func(t *testing.T, packet []byte) {
		before := bytes.Clone(packet)
		ChecksumOK(packet)
		if text := Describe(packet); bytes.Count([]byte(text), []byte("\n")) > len(packet)/4 {
			t.Errorf("more lines than chunks:\n%s", text)
		}
		if len(packet) < HeaderLen {
			return
		}
		for rest := packet[HeaderLen:]; len(rest) > 0; {
			c, next, err := NextChunk(rest)
			if err != nil {
				break
			}
			parseAll(c)
			rest = next
		}
		wantBytes(t, "reading does not write", packet, before)
	})
}

func parseAll(c Chunk) {
	for _, l := range chunkLengths {
		_ = l.parse(c)
	}
	for rest, ok := c.Value, true; ok && len(rest) > 0; {
		_, rest, ok = NextQuotedChunk(rest)
	}
	for _, from := range []int{0, 4, 16} {
		for rest := c.Value[min(from, len(c.Value)):]; len(rest) > 0; {
			p, next, err := NextParam(rest)
			if err != nil {
				break
			}
			for _, l := range paramLengths {
				_ = l.parse(p)
			}
			for _, l := range causeLengths {
				_ = l.parse(Cause{CauseCode(p.Type), p.Value, p.Raw})
			}
			rest = next
		}
	}
}

// What Append writes Parse reads back: a chunk that was parsed and appended once stays as it is from then on.
func FuzzChunkRoundTrip(f *testing.F) {
	chunks, _, _ := samples()
	for _, c := range chunks {
		f.Add(c)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, _, err := NextChunk(b)
		if err != nil {
			return
		}
		once, ok := rebuildChunk(c)
		if !ok {
			return
		}
		again, ok := rebuildChunk(theChunk(t, once))
		if !ok {
			t.Fatalf("appended %x, which does not parse", once)
		}
		wantBytes(t, c.Type.String(), again, once)
	})
}

func FuzzParamRoundTrip(f *testing.F) {
	_, params, _ := samples()
	for _, p := range params {
		f.Add(p)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, _, err := NextParam(b)
		if err != nil {
			return
		}
		once, ok := rebuildParam(p)
		if !ok {
			return
		}
		again, ok := rebuildParam(theParam(t, once))
		if !ok {
			t.Fatalf("appended %x, which does not parse", once)
		}
		wantBytes(t, p.Type.String(), again, once)
	})
}

func FuzzCauseRoundTrip(f *testing.F) {
	_, _, causes := samples()
	for _, c := range causes {
		f.Add(c)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, _, err := NextCause(b)
		if err != nil {
			return
		}
		once, ok := rebuildCause(c)
		if !ok {
			return
		}
		again, ok := rebuildCause(theCause(t, once))
		if !ok {
			t.Fatalf("appended %x, which does not parse", once)
		}
		wantBytes(t, c.Code.String(), again, once)
	})
}

// The samples are canonical, so that a single parse and append has to give them back.
func TestSamplesSurviveARoundTrip(t *testing.T) {
	chunks, params, causes := samples()
	for _, b := range chunks {
		c := theChunk(t, b)
		if got, ok := rebuildChunk(c); !ok || !bytes.Equal(got, b) {
			t.Errorf("%s: parsed %t\n got %x\nwant %x", c.Type, ok, got, b)
		}
	}
	for _, b := range params {
		p := theParam(t, b)
		if got, ok := rebuildParam(p); !ok || !bytes.Equal(got, b) {
			t.Errorf("%s: parsed %t\n got %x\nwant %x", p.Type, ok, got, b)
		}
	}
	for _, b := range causes {
		c := theCause(t, b)
		if got, ok := rebuildCause(c); !ok || !bytes.Equal(got, b) {
			t.Errorf("%s: parsed %t\n got %x\nwant %x", c.Code, ok, got, b)
		}
	}
}
