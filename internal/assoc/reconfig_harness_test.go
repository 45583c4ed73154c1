package assoc

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
)

// reconfigurable returns an established association whose peer has RFC 6525 too, with ten streams in each direction.
func reconfigurable(t *testing.T, options ...option) *testAssoc {
	t.Helper()
	return established(t, append([]option{peerHas(Reconfiguration)}, options...)...)
}

// paramFunc appends a parameter of a RE-CONFIG chunk of the peer. Sequence numbers are counted from the Initial TSN of the side whose requests they
// number, TSNs as everywhere.
type paramFunc func(ta *testAssoc, b []byte) []byte

// reconfig is a RE-CONFIG chunk of the peer.
func reconfig(params ...paramFunc) chunk {
	return chunkFunc(func(ta *testAssoc, b []byte) []byte {
		b, m := wire.BeginChunk(b, wire.ChunkReConfig, 0)
		for _, p := range params {
			b = p(ta, b)
		}
		return wire.EndChunk(b, m)
	})
}

// outReset has the sequence numbers of the request and of the one that it answers, and the last TSN assigned.
func outReset(s, answers, last int, streams ...uint16) paramFunc {
	return func(ta *testAssoc, b []byte) []byte {
		return wire.AppendOutSSNReset(b, ta.peerTSN.Add(s), ta.localTSN.Add(answers), ta.peerTSN.Add(last), streams)
	}
}

func inReset(s int, streams ...uint16) paramFunc {
	return func(ta *testAssoc, b []byte) []byte { return wire.AppendInSSNReset(b, ta.peerTSN.Add(s), streams) }
}

func tsnReset(s int) paramFunc {
	return func(ta *testAssoc, b []byte) []byte {
		return wire.AppendUint32Param(b, wire.ParamSSNTSNReset, uint32(ta.peerTSN.Add(s)))
	}
}

func addOut(s int, n uint16) paramFunc {
	return func(ta *testAssoc, b []byte) []byte {
		return wire.AddStreams{ReqSeq: ta.peerTSN.Add(s), New: n}.Append(b, wire.ParamAddOutStreams)
	}
}

func addIn(s int, n uint16) paramFunc {
	return func(ta *testAssoc, b []byte) []byte {
		return wire.AddStreams{ReqSeq: ta.peerTSN.Add(s), New: n}.Append(b, wire.ParamAddInStreams)
	}
}

// response is a Re-configuration Response to the association's request.
func response(s int, result wire.ReconfigResult) paramFunc {
	return func(ta *testAssoc, b []byte) []byte {
		return wire.ReconfigResponse{RespSeq: ta.localTSN.Add(s), Result: result}.Append(b)
	}
}

// responseTSNs is the one to an SSN/TSN Reset Request.
func responseTSNs(s int, senderNext, receiverNext seq.TSN) paramFunc {
	return func(ta *testAssoc, b []byte) []byte {
		return wire.ReconfigResponse{
			RespSeq: ta.localTSN.Add(s), Result: wire.ReconfigPerformed, HasTSNs: true, SenderNextTSN: senderNext, ReceiverNextTSN: receiverNext,
		}.Append(b)
	}
}

// rawParam is any parameter.
func rawParam(t wire.ParamType, value ...byte) paramFunc {
	return func(_ *testAssoc, b []byte) []byte { return wire.AppendParam(b, t, value) }
}

// reconfigText describes the parameters of a RE-CONFIG chunk of the association.
func (ta *testAssoc) reconfigText(c wire.Chunk) string {
	var texts []string
	for rest := c.Value; len(rest) > 0; {
		p, more, err := wire.NextParam(rest)
		if err != nil {
			return "malformed"
		}
		texts, rest = append(texts, ta.reconfigParamText(p)), more
	}
	return strings.Join(texts, " | ")
}

func (ta *testAssoc) reconfigParamText(p wire.Param) string {
	switch p.Type {
	case wire.ParamOutSSNReset:
		r, _ := wire.ParseOutSSNReset(p)
		return fmt.Sprintf("OUT %d answers=%d last=%d streams=%s", r.ReqSeq.Diff(ta.localTSN), r.RespSeq.Diff(ta.peerTSN), r.LastTSN.Diff(ta.localTSN),
			listText(listOf(r.Streams)))
	case wire.ParamInSSNReset:
		r, _ := wire.ParseInSSNReset(p)
		return fmt.Sprintf("IN %d streams=%s", r.ReqSeq.Diff(ta.localTSN), listText(listOf(r.Streams)))
	case wire.ParamSSNTSNReset:
		s, _ := wire.ParseSSNTSNReset(p)
		return fmt.Sprintf("TSN %d", s.Diff(ta.localTSN))
	case wire.ParamAddOutStreams, wire.ParamAddInStreams:
		r, _ := wire.ParseAddStreams(p)
		name := map[wire.ParamType]string{wire.ParamAddOutStreams: "ADD-OUT", wire.ParamAddInStreams: "ADD-IN"}[p.Type]
		return fmt.Sprintf("%s %d +%d", name, r.ReqSeq.Diff(ta.localTSN), r.New)
	case wire.ParamReconfigResponse:
		r, _ := wire.ParseReconfigResponse(p)
		text := fmt.Sprintf("RESP %d %s", r.RespSeq.Diff(ta.peerTSN), resultNames[r.Result])
		if r.HasTSNs {
			text += fmt.Sprintf(" next=%d,%d", r.SenderNextTSN.Diff(ta.localTSN), uint32(r.ReceiverNextTSN-ta.peerTSN))
		}
		return text
	}
	return p.Type.String()
}

var resultNames = map[wire.ReconfigResult]string{
	wire.ReconfigNothingToDo: "nothing-to-do", wire.ReconfigPerformed: "performed", wire.ReconfigDenied: "denied", wire.ReconfigWrongSSN: "wrong-ssn",
	wire.ReconfigAlreadyInProgress: "already-in-progress", wire.ReconfigBadSequence: "bad-sequence", wire.ReconfigInProgress: "in-progress",
}

func listText(streams []uint16) string {
	if streams == nil {
		return "all"
	}
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(streams), " ", ","), "[]")
}

// reconfigEventText describes the events of RFC 6525 section 6.1.
func reconfigEventText(e Event) string {
	ending := func(denied, failed bool, result wire.ReconfigResult) string {
		switch {
		case denied:
			return " denied"
		case failed:
			return " failed (" + result.String() + ")"
		}
		return ""
	}
	switch e := e.(type) {
	case StreamReset:
		directions := ""
		if e.Outgoing {
			directions += " outgoing"
		}
		if e.Incoming {
			directions += " incoming"
		}
		return fmt.Sprintf("stream-reset #%d%s streams=%s%s", e.Request, directions, listText(e.Streams), ending(e.Denied, e.Failed, e.Result))
	case AssocReset:
		return fmt.Sprintf("assoc-reset #%d%s", e.Request, ending(e.Denied, e.Failed, e.Result))
	case StreamChange:
		return fmt.Sprintf("stream-change #%d out=%d in=%d%s", e.Request, e.OutStreams, e.InStreams, ending(e.Denied, e.Failed, e.Result))
	}
	return fmt.Sprintf("%T", e)
}

// resetStreams makes a request that has to be accepted.
func (ta *testAssoc) resetStreams(r ResetRequest) {
	ta.t.Helper()
	if _, err := ta.a.ResetStreams(ta.now, r); err != nil {
		ta.t.Fatalf("ResetStreams: %v", err)
	}
	ta.settle()
}

// resetOut resets outgoing streams, all without a list.
func (ta *testAssoc) resetOut(streams ...uint16) {
	ta.t.Helper()
	ta.resetStreams(ResetRequest{Outgoing: true, Streams: streams})
}

// resetIn asks for a reset of incoming streams, all without a list.
func (ta *testAssoc) resetIn(streams ...uint16) {
	ta.t.Helper()
	ta.resetStreams(ResetRequest{Incoming: true, Streams: streams})
}

func (ta *testAssoc) resetAssociation() {
	ta.t.Helper()
	if _, err := ta.a.ResetAssociation(ta.now); err != nil {
		ta.t.Fatalf("ResetAssociation: %v", err)
	}
	ta.settle()
}

func (ta *testAssoc) addStreams(out, in uint16) {
	ta.t.Helper()
	if _, err := ta.a.AddStreams(ta.now, out, in); err != nil {
		ta.t.Fatalf("AddStreams: %v", err)
	}
	ta.settle()
}

// sendOn sends a short message on a stream.
func (ta *testAssoc) sendOn(stream uint16) {
	ta.t.Helper()
	ta.sendMessage(Message{Stream: stream, Data: make([]byte, 10)})
}
