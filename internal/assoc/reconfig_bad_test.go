package assoc

import (
	"testing"

	"github.com/gosctp/sctp/internal/wire"
)

// Section 3.1: ten combinations of parameters are allowed; any other gets an ERROR, and nothing of it is done.
func TestParametersThatDoNotGoTogether(t *testing.T) {
	kinds := map[wire.ParamType]func(s int) paramFunc{
		wire.ParamOutSSNReset:      func(s int) paramFunc { return outReset(s, -1, -1, 1) },
		wire.ParamInSSNReset:       func(s int) paramFunc { return inReset(s, 1) },
		wire.ParamSSNTSNReset:      tsnReset,
		wire.ParamReconfigResponse: func(int) paramFunc { return response(1000, wire.ReconfigPerformed) },
		wire.ParamAddOutStreams:    func(s int) paramFunc { return addOut(s, 1) },
		wire.ParamAddInStreams:     func(s int) paramFunc { return addIn(s, 1) },
	}
	allowed := 0
	for first, makeFirst := range kinds {
		for second, makeSecond := range kinds {
			r := wire.ReConfig{First: wire.Param{Type: first}, Second: wire.Param{Type: second, Raw: []byte{0}}}
			ta := reconfigurable(t)
			ta.recv(reconfig(makeFirst(0), makeSecond(1)))
			ta.wantState("no reason to end", StateEstablished)
			if r.Allowed() {
				allowed++
				continue
			}
			ta.want(first.String()+" with "+second.String(), "ERROR Protocol Violation")
			ta.wantIdle("nothing else")
			ta.wantNoEvent("nothing was done")
			ta.recv(reconfig(addOut(0, 1)))
			ta.want("the sequence number was not used", "RE-CONFIG RESP 0 performed", "SACK -1")
		}
	}
	if allowed != 4 {
		t.Errorf("%d pairs are allowed, want 4", allowed)
	}
}

func TestThreeParametersAreTooMany(t *testing.T) {
	ta := reconfigurable(t)
	ta.recv(reconfig(outReset(0, -1, -1), inReset(1), inReset(2)))
	ta.want("section 3.1", "ERROR Protocol Violation")
	ta.wantNoEvent("nothing was done")
}

// A parameter whose length contradicts its type is a violation as anywhere else.
func TestMalformedReconfiguration(t *testing.T) {
	seqs := []byte{0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1}
	for name, c := range map[string]chunk{
		"no parameter":                      reconfig(),
		"a header that is cut":              rawChunk(wire.ChunkReConfig, 0, 0, 13),
		"a length beyond the chunk":         rawChunk(wire.ChunkReConfig, 0, 0, 13, 0, 99, 0, 0),
		"a length below the header":         rawChunk(wire.ChunkReConfig, 0, 0, 13, 0, 3),
		"the second parameter is cut":       rawChunk(wire.ChunkReConfig, 0, 0, 14, 0, 8, 0, 0, 0, 1, 0, 13),
		"an outgoing reset that is cut":     reconfig(rawParam(wire.ParamOutSSNReset, seqs[:11]...)),
		"half a stream number":              reconfig(rawParam(wire.ParamOutSSNReset, append(seqs, 1)...)),
		"an incoming reset that is cut":     reconfig(rawParam(wire.ParamInSSNReset, 1, 2, 3)),
		"half a stream number, incoming":    reconfig(rawParam(wire.ParamInSSNReset, seqs[:5]...)),
		"an SSN/TSN reset with more":        reconfig(rawParam(wire.ParamSSNTSNReset, seqs[:8]...)),
		"a response that is cut":            reconfig(rawParam(wire.ParamReconfigResponse, seqs[:4]...)),
		"a response with one TSN":           reconfig(rawParam(wire.ParamReconfigResponse, seqs...)),
		"streams to add without a number":   reconfig(rawParam(wire.ParamAddOutStreams, seqs[:4]...)),
		"streams to ask for with too much":  reconfig(rawParam(wire.ParamAddInStreams, seqs...)),
		"the second parameter is malformed": reconfig(outReset(0, -1, -1), rawParam(wire.ParamInSSNReset, 1)),
	} {
		ta := reconfigurable(t)
		ta.recv(c)
		sent := ta.forget()
		if texts := ta.texts(sent[len(sent)-1]); !beginsWith(texts[0], "ABORT Protocol Violation") || ta.a.State() != StateClosed {
			t.Errorf("%s: %v, state %v", name, texts, ta.a.State())
		}
	}
}

// RFC 9260 section 3.2.1: the highest bits of its type say what is to be done with a parameter that is not known.
func TestUnknownParametersOfReconfiguration(t *testing.T) {
	const known = "RE-CONFIG RESP 0 performed"
	for _, test := range []struct {
		typ  wire.ParamType
		want []string
	}{
		{0x3fff, nil},
		{0x7fff, []string{"ERROR Unrecognized Parameters"}},
		{0xbfff, []string{known, "SACK -1"}},
		{0xffff, []string{"ERROR Unrecognized Parameters", known, "SACK -1"}},
	} {
		ta := reconfigurable(t)
		ta.recv(reconfig(rawParam(test.typ, 1, 2, 3, 4), outReset(0, -1, -1, 1)))
		if test.want == nil {
			ta.wantIdle("stop, without a word")
			continue
		}
		ta.want(test.typ.String(), test.want...)
		ta.recv(reconfig(addOut(len(test.want)/2, 1), rawParam(test.typ, 1, 2, 3, 4)))
		for _, text := range ta.texts(ta.forget()[0]) {
			if beginsWith(text, "ERROR") != (test.typ&0x4000 != 0) && !beginsWith(text, "RE-CONFIG") && !beginsWith(text, "SACK") {
				t.Errorf("behind a parameter that is known: %s", text)
			}
		}
	}
}

// Answers that nobody waits for mean nothing.
func TestAnswersToNothing(t *testing.T) {
	ta := reconfigurable(t)
	for _, result := range []wire.ReconfigResult{wire.ReconfigPerformed, wire.ReconfigInProgress, wire.ReconfigDenied, 99} {
		ta.recv(reconfig(response(0, result), response(1, result)))
	}
	ta.recv(reconfig(responseTSNs(0, 1, 2)))
	ta.resetOut(1)
	ta.want("the first request", "RE-CONFIG OUT 0")
	ta.recv(reconfig(response(1, wire.ReconfigPerformed)))
	ta.recv(reconfig(outReset(0, 0, -1, 1))) // it answers an incoming reset, which this is not
	ta.want("a request of the peer", "RE-CONFIG RESP 0 performed", "SACK -1")
	ta.wantEvent("a request of the peer", "stream-reset #0 incoming")
	ta.wantNoEvent("the own one is not answered")
	if ta.a.reconfigDeadline().IsZero() {
		t.Error("the timer has stopped")
	}
}

// An outgoing reset of other streams than were asked for is not the answer.
func TestResetOfOtherStreamsIsNoAnswer(t *testing.T) {
	ta := reconfigurable(t)
	ta.resetIn(1, 2)
	ta.want("the request", "RE-CONFIG IN 0 streams=1,2")
	ta.recv(reconfig(outReset(0, 0, -1, 1, 3)))
	ta.want("a request of the peer", "RE-CONFIG RESP 0 performed", "SACK -1")
	ta.wantEvent("a request of the peer", "stream-reset #0 incoming streams=1,3")
	ta.recv(reconfig(outReset(1, 0, -1)))
	ta.want("all streams include them", "RE-CONFIG RESP 1 performed", "SACK -1")
	ta.wantEvent("the answer", "stream-reset #1 incoming streams=1,2")
}

// A peer that answers its own way with streams that do not exist gets the RFC's answer, and the user learns of the failure.
func TestAnswerThatIsRefused(t *testing.T) {
	ta := reconfigurable(t)
	ta.resetIn(1)
	ta.want("the request", "RE-CONFIG IN 0 streams=1")
	ta.recv(reconfig(outReset(0, 0, -1, 1, 99)))
	ta.want("there is no stream 99", "RE-CONFIG RESP 0 wrong-ssn", "SACK -1")
	ta.wantEvent("the request", "stream-reset #1 incoming streams=1 failed")

	ta = reconfigurable(t)
	ta.addStreams(0, 5)
	ta.want("the request", "RE-CONFIG ADD-IN 0 +5")
	ta.recv(reconfig(addOut(0, 65000)))
	ta.want("some streams", "RE-CONFIG RESP 0 performed", "SACK -1")
	ta.events = nil
	ta.recv(reconfig(addOut(1, 5)))
	ta.want("the answer", "RE-CONFIG RESP 1 performed", "SACK -1")
	ta.wantEvent("the request", "stream-change #1 out=10 in=65015")
	ta.addStreams(0, 500)
	ta.recv(reconfig(addOut(2, 300)))
	ta.recv(reconfig(addOut(3, 500)))
	ta.forget()
	ta.wantEvent("the peer's own", "stream-change #0 out=10 in=65315")
	ta.wantEvent("there is no room left", "stream-change #2 out=10 in=65315 failed")
}
