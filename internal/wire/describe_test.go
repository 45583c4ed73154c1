package wire

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/gosctp/sctp/internal/seq"
)

func TestDescribePacket(t *testing.T) {
	b := Header{SrcPort: 1, DstPort: 2, Tag: 3}.Append(nil)
	b = AppendChunk(b, ChunkCookieEcho, 0, make([]byte, 268))
	d := Data{TSN: 17, StreamID: 1, SSN: 2, PPID: 46, Flags: FlagBegin | FlagEnd, UserData: make([]byte, 1024)}
	b = d.Append(b)
	want := "COOKIE ECHO 268 bytes\nDATA TSN=17 SID=1 SSN=2 PPID=46 BE 1024 bytes"
	if got := Describe(b); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	want += "\nmalformed: rest of packet of 3 bytes: want a chunk header of 4 or nothing (RFC 9260 section 3.2)"
	if got := Describe(append(b, 0, 0, 0)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got, want := Describe(b[:11]), "malformed: packet of 11 bytes: want at least 12 (RFC 9260 section 3.1)"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestDescribeChunk(t *testing.T) {
	addr := netip.MustParseAddr("192.0.2.1")
	params := AppendAddress(nil, addr)
	params = AppendSupportedAddressTypes(params, true, true)
	params = AppendParam(params, ParamECNCapable, nil)
	params = AppendParam(params, ParamStateCookie, make([]byte, 9))
	params = AppendCookiePreservative(params, 1000)
	params = AppendUint32Param(params, ParamAdaptation, 5)
	params = AppendChunkTypes(params, ParamSupportedExtensions, ChunkASCONF, 0xfe)
	params = AppendParam(params, ParamUnrecognized, []byte{0xc0, 0xff, 0, 4})
	init := Init{Tag: 0x1234abcd, ARwnd: 65536, OutStreams: 10, InStreams: 2048, InitialTSN: 7, Params: params}
	causes := AppendInvalidStream(nil, 3)
	causes = AppendMissingParams(causes, ParamStateCookie, 0xfefe)
	causes = AppendStaleCookie(causes, 20)
	causes = AppendNoUserData(causes, 9)
	causes = AppendUnsupportedHMAC(causes, 2)
	causes = AppendRestartNewEncapPort(causes, 1, 2)
	causes = AppendCause(causes, CauseUnrecognizedChunk, []byte{0xfe, 0, 0, 4})
	causes = AppendCause(causes, CauseRestartNewAddresses, AppendAddress(nil, addr))
	causes = AppendCause(causes, CauseProtocolViolation, nil)
	causes = AppendCause(causes, CauseMissingState, make([]byte, 20))
	causes = AppendCause(causes, CauseOutOfResource, nil)
	asconf := ASCONF{Seq: 1, Addr: addr, Params: AddrRequest{2, addr}.Append(nil, ParamAddIP)}
	ack := ASCONFAck{Seq: 1, Params: ErrorCauses{2, AppendCause(nil, CauseNoAuthorization, nil)}.Append(nil)}
	auth := Auth{KeyID: 1, HMACID: HMACSHA1, HMAC: make([]byte, 20)}
	first := IData{TSN: 1, StreamID: 2, MID: 3, PPID: 4, Flags: FlagBegin | FlagUnordered | FlagImmediate, UserData: []byte{1}}
	middle := IData{TSN: 1, StreamID: 2, MID: 3, FSN: 4, UserData: []byte{1, 2}}
	drop := PktDrop{Bandwidth: 1, Queued: 2, Packet: make([]byte, 3)}
	damaged := PktDrop{Flags: FlagMiddleBox | FlagBadCRC | FlagTruncated, OriginalLen: 1400, Packet: make([]byte, 3)}
	reset := ReconfigResponse{RespSeq: 1, Result: ReconfigPerformed, HasTSNs: true, SenderNextTSN: 2, ReceiverNextTSN: 3}.Append(nil)

	for _, c := range []struct {
		bytes []byte
		want  string
	}{
		{init.Append(nil, ChunkInit), "INIT tag=0x1234abcd a_rwnd=65536 OS=10 MIS=2048 TSN=7; IPv4 Address 192.0.2.1; " +
			"Supported Address Types 5,6; ECN Capable; State Cookie 9 bytes; Cookie Preservative 1000 ms; " +
			"Adaptation Layer Indication 5; Supported Extensions ASCONF,chunk type 0xfe; " +
			"Unrecognized Parameter parameter type 0xc0ff"},
		{AppendSack(nil, 10, 4096, []GapBlock{{2, 2}, {4, 6}}, []seq.TSN{9, 8}), "SACK cum=10 a_rwnd=4096 gaps=12,14-16 dups=9,8"},
		{AppendSack(nil, 10, 0, nil, nil), "SACK cum=10 a_rwnd=0"},
		{AppendNRSack(nil, 10, 1, []GapBlock{{2, 2}}, []GapBlock{{4, 4}}, nil), "NR-SACK cum=10 a_rwnd=1 gaps=12 nr-gaps=14"},
		{AppendHeartbeat(nil, ChunkHeartbeatAck, make([]byte, 40)), "HEARTBEAT ACK 40 bytes"},
		{AppendChunk(nil, ChunkAbort, FlagT, AppendCause(nil, CauseUserAbort, []byte("bye\n"))), `ABORT T; User-Initiated Abort "bye\n"`},
		{AppendChunk(nil, ChunkError, 0, causes), "ERROR; Invalid Stream Identifier 3; " +
			"Missing Mandatory Parameter State Cookie,parameter type 0xfefe; Stale Cookie by 20 µs; No User Data TSN=9; " +
			"Unsupported HMAC Identifier 2; Restart of an Association with New Encapsulation Port 2, not 1; " +
			"Unrecognized Chunk Type chunk type 0xfe; Restart of an Association with New Addresses; IPv4 Address 192.0.2.1; " +
			"Protocol Violation; Missing State 20 bytes; Out of Resource"},
		{AppendShutdown(nil, 7), "SHUTDOWN cum=7"},
		{AppendChunk(nil, ChunkShutdownAck, 0, nil), "SHUTDOWN ACK"},
		{AppendChunk(nil, ChunkShutdownComplete, FlagT, nil), "SHUTDOWN COMPLETE T"},
		{AppendECNE(nil, 5), "ECNE TSN=5"},
		{AppendCWR(nil, 5), "CWR TSN=5"},
		{auth.Append(nil), "AUTH key=1 HMAC=1 20 bytes"},
		{asconf.Append(nil), "ASCONF seq=1 addr=192.0.2.1; Add IP Address id=2 192.0.2.1"},
		{ack.Append(nil), "ASCONF-ACK seq=1; Error Cause Indication id=2; Request Refused - No Authorization"},
		{AppendChunk(nil, ChunkReConfig, 0, AppendOutSSNReset(nil, 1, 2, 3, []uint16{4, 5})),
			"RE-CONFIG; Outgoing SSN Reset Request req=1 resp=2 last=3 streams=4,5"},
		{AppendChunk(nil, ChunkReConfig, 0, AppendInSSNReset(nil, 1, nil)), "RE-CONFIG; Incoming SSN Reset Request req=1"},
		{AppendChunk(nil, ChunkReConfig, 0, reset), "RE-CONFIG; Re-configuration Response resp=1 Success - Performed sender=2 receiver=3"},
		{AppendChunk(nil, ChunkReConfig, 0, AddStreams{1, 2}.Append(nil, ParamAddInStreams)), "RE-CONFIG; Add Incoming Streams Request req=1 new=2"},
		{AppendForwardTSN(nil, 5, []SkippedStream{{1, 2}}), "FORWARD TSN cum=5 skips=1/2"},
		{AppendIForwardTSN(nil, 5, []SkippedMessage{{1, false, 2}, {1, true, 3}}), "I-FORWARD-TSN cum=5 skips=1/2,1/3U"},
		{first.Append(nil), "I-DATA TSN=1 SID=2 MID=3 PPID=4 IUB 1 byte"},
		{middle.Append(nil), "I-DATA TSN=1 SID=2 MID=3 FSN=4 - 2 bytes"},
		{drop.Append(nil), "PKTDROP bandwidth=1 queued=2 3 bytes"},
		{damaged.Append(nil), "PKTDROP by a middle box bad checksum bandwidth=0 queued=0 of=1400 3 bytes"},
		{AppendPad(nil, 8), "PAD 4 bytes"},
		{AppendChunk(nil, 0x7e, 0, nil), "chunk type 0x7e 0 bytes, receiver is to stop and report"},
		{unhex(t, "00 03 0010 00000007 0001 0000 00000000"), "DATA TSN=7 SID=1 SSN=0 PPID=0 BE 0 bytes"},
		{unhex(t, "07 00 0006 0001"), "SHUTDOWN malformed: SHUTDOWN chunk of 6 bytes: want 8 (RFC 9260 section 3.3.8)"},
		{unhex(t, "09 00 0008 0003 0004"), "ERROR malformed: Stale Cookie cause of 4 bytes: want 8 (RFC 9260 section 3.3.10.3)"},
		{unhex(t, "09 00 0008 0006 0004"), "ERROR malformed: Unrecognized Chunk Type cause of 4 bytes: want at least 5 (RFC 9260 section 3.3.10.6)"},
	} {
		if got := theChunk(t, c.bytes).String(); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

func TestDescribeParamAndCauseAlone(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{theParam(t, AppendUint32Param(nil, ParamSuccess, 3)).String(), "Success Indication 3"},
		{theParam(t, AppendParam(nil, ParamSuccess, nil)).String(), "malformed: Success Indication parameter of 4 bytes: want 8 (RFC 5061 section 4.2.5)"},
		{theCause(t, AppendStaleCookie(nil, 3)).String(), "Stale Cookie by 3 µs"},
		{theCause(t, AppendCause(nil, CauseStaleCookie, nil)).String(), "malformed: Stale Cookie cause of 4 bytes: want 8 (RFC 9260 section 3.3.10.3)"},
	} {
		if c.got != c.want {
			t.Errorf("got  %s\nwant %s", c.got, c.want)
		}
	}
}

// The peer decides how long its lists and reasons are, not how long our lines get.
func TestDescriptionsAreBounded(t *testing.T) {
	s := theChunk(t, AppendSack(nil, 0, 0, make([]GapBlock, 8000), make([]seq.TSN, 8000))).String()
	if want := strings.Repeat("0,", maxListed) + "… (8000 in all)"; strings.Count(s, want) != 2 {
		t.Errorf("SACK with 16000 elements is described in %d bytes: %.200s", len(s), s)
	}
	s = theCause(t, AppendCause(nil, CauseUserAbort, make([]byte, 10000))).String()
	if strings.Count(s, `\x00`) != maxQuoted {
		t.Errorf("reason of 10000 bytes is described in %d", len(s))
	}
}

// Every code point of the tables has a name of its own.
func TestNames(t *testing.T) {
	seen := make(map[string]bool)
	unique := func(name, unknown string, wantKnown bool) {
		t.Helper()
		if known := !strings.HasPrefix(name, unknown); known != wantKnown || seen[name] {
			t.Errorf("%q: known %t, seen before %t", name, known, seen[name])
		}
		seen[name] = true
	}
	for _, typ := range []ChunkType{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 64, 65, 128, 129, 130, 132, 192, 193, 194} {
		unique(typ.String(), "chunk type", true)
	}
	for _, typ := range []ParamType{1, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 0x8000, 0x8001, 0x8002, 0x8003, 0x8004, 0x8005, 0x8006,
		0x8008, 0xc000, 0xc001, 0xc002, 0xc003, 0xc004, 0xc005, 0xc006, 0xc007, 0xc008} {
		unique(typ.String(), "parameter type", true)
	}
	for _, code := range []CauseCode{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 100, 101, 102, 103, 160, 161, 162, 163, 164, 176, 177, 178, 261} {
		unique(code.String(), "cause code", true)
	}
	for r := ReconfigNothingToDo; r <= ReconfigInProgress; r++ {
		unique(r.String(), "result ", true)
	}
	for a := ActionStop; a <= ActionSkipReport; a++ {
		unique(a.String(), "action ", true)
	}
	unique(ChunkType(63).String(), "chunk type", false)
	unique(ParamType(63).String(), "parameter type", false)
	unique(CauseCode(63).String(), "cause code", false)
	unique(ReconfigResult(63).String(), "result ", false)
	unique(Action(63).String(), "action ", false)
}
