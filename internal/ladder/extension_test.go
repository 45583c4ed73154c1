package ladder

import (
	"strings"
	"testing"

	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

func reconfig(params []byte) []byte { return wire.AppendChunk(nil, wire.ChunkReConfig, 0, params) }

func answer(n seq.TSN, result wire.ReconfigResult) []byte {
	return wire.ReconfigResponse{RespSeq: n, Result: result}.Append(nil)
}

func idata(tsn seq.TSN, stream uint16, mid seq.MID, fsn uint32, flags uint8, text string) []byte {
	d := wire.IData{TSN: tsn, StreamID: stream, MID: mid, FSN: fsn, Flags: flags, UserData: []byte(text)}
	return d.Append(nil)
}

// extended is a story with every chunk that an extension brought.
func extended() *story {
	s := newStory()
	s.packet(client, server, 0, initChunk(wire.ChunkInit, client, 1000))
	s.packet(server, client, 0, initChunk(wire.ChunkInitAck, server, 5000))

	// Interleaved messages, one of which is given up.
	s.packet(client, server, 0, idata(1000, 1, 0, 0, wire.FlagBegin, "a long "), idata(1001, 2, 0, 0, whole, "short"))
	s.packet(client, server, 0, idata(1002, 1, 0, 1, 0, "and tedious ")).Dropped = true
	s.packet(client, server, 0, idata(1003, 3, 7, 1, wire.FlagEnd|wire.FlagUnordered, "!")).ECN = transport.CE
	s.packet(server, client, 0, wire.AppendNRSack(nil, 1001, 65536, []wire.GapBlock{{Start: 2, End: 2}}, []wire.GapBlock{{Start: 2, End: 2}}, nil),
		wire.AppendECNE(nil, 1003))
	skip := wire.AppendIForwardTSN(nil, 1003, []wire.SkippedMessage{{StreamID: 1, MID: 0}, {StreamID: 3, Unordered: true, MID: 7}})
	s.packet(client, server, 0, wire.AppendCWR(nil, 1003), skip)
	s.packet(client, server, 0, skip)
	s.packet(client, server, 0, wire.AppendForwardTSN(nil, 1003, make([]wire.SkippedStream, 5)))

	// Streams are reset and added, then the whole association.
	reset := reconfig(wire.AppendOutSSNReset(nil, 1000, 4999, 1003, []uint16{1, 3}))
	s.packet(client, server, 0, reset)
	s.packet(client, server, 1, reset)
	s.packet(server, client, 0, reconfig(answer(1000, wire.ReconfigInProgress)))
	s.packet(server, client, 0, reconfig(wire.AppendOutSSNReset(answer(1000, wire.ReconfigPerformed), 5000, 1000, 4999, nil)))
	s.packet(client, server, 0, reconfig(append(answer(5000, wire.ReconfigPerformed), answer(5001, wire.ReconfigDenied)...)))
	s.packet(client, server, 0, reconfig(wire.AppendInSSNReset(nil, 1001, []uint16{2})))
	s.packet(client, server, 0, reconfig(wire.AddStreams{ReqSeq: 1003, New: 4}.Append(
		wire.AddStreams{ReqSeq: 1002, New: 5}.Append(nil, wire.ParamAddOutStreams), wire.ParamAddInStreams)))
	s.packet(client, server, 0, reconfig(wire.AppendUint32Param(nil, wire.ParamSSNTSNReset, 1004)))
	anew := wire.ReconfigResponse{RespSeq: 1004, Result: wire.ReconfigPerformed, HasTSNs: true, SenderNextTSN: 90000, ReceiverNextTSN: 70000}
	s.packet(server, client, 0, reconfig(anew.Append(nil)))
	s.packet(server, client, 0, reconfig(anew.Append(nil)))
	s.packet(client, server, 0, idata(70000, 1, 0, 0, whole, "anew"))
	s.packet(server, client, 0, wire.AppendNRSack(nil, 70000, 65536, nil, nil, []seq.TSN{70000}))

	// A packet arrives damaged; another needs no checksum.
	drop := wire.PktDrop{Flags: wire.FlagBadCRC | wire.FlagTruncated, OriginalLen: 1400, Packet: make([]byte, 64)}
	s.packet(server, client, 0, drop.Append(nil))
	p := s.packet(client, server, 0, idata(70001, 1, 1, 0, whole, "sealed elsewhere"))
	p.ECN = transport.ECT0
	clear(p.Data[8:12])
	return s
}

func TestDiagramOfExtensions(t *testing.T) {
	golden(t, "extensions.txt", draw(t, Options{Width: 110}, true, extended().packets))
}

func TestTextOfExtensions(t *testing.T) {
	s := extended()
	var b []byte
	for _, p := range s.packets {
		b = AppendText(b, p, s.packets[0].Time)
	}
	golden(t, "extensions_text.txt", string(b))
}

// What is malformed is drawn as such, whatever the chunk.
func TestBrokenExtensionChunksAreDrawnAsSuch(t *testing.T) {
	for _, c := range []wire.ChunkType{
		wire.ChunkIData, wire.ChunkNRSack, wire.ChunkForwardTSN, wire.ChunkIForwardTSN, wire.ChunkReConfig, wire.ChunkECNE,
		wire.ChunkCWR, wire.ChunkPktDrop,
	} {
		s := newStory()
		s.packet(client, server, 0, chunk(c, 1, 2, 3))
		if got := draw(t, Options{}, true, s.packets); !strings.Contains(got, " of 7 bytes") && !strings.Contains(got, "rest of") {
			t.Errorf("a %v of 7 bytes is drawn as%s", c, got)
		}
	}
	s := newStory()
	s.packet(client, server, 0, reconfig(wire.AppendParam(nil, wire.ParamOutSSNReset, []byte{1})))
	s.packet(client, server, 0, reconfig(wire.AppendParam(nil, wire.ParamStateCookie, []byte{1})))
	got := draw(t, Options{}, true, s.packets)
	for _, want := range []string{"Outgoing SSN Reset Request parameter of 5 bytes", "RE-CONFIG State Cookie"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in%s", want, got)
		}
	}
}
