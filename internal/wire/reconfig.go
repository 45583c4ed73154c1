package wire

import (
	"fmt"

	"github.com/gosctp/sctp/internal/seq"
)

// ReConfig is a RE-CONFIG chunk (RFC 6525 section 3.1): one or two parameters.
type ReConfig struct {
	First  Param
	Second Param // without Raw if there is none
}

// ParseReConfig reads a RE-CONFIG chunk. Whether the two parameters may stand together, [ReConfig.Allowed] tells.
func ParseReConfig(c Chunk) (r ReConfig, err error) {
	var rest []byte
	r.First, rest, err = NextParam(c.Value)
	if err != nil || len(rest) == 0 {
		return r, err
	}
	r.Second, rest, err = NextParam(rest)
	if err == nil && len(rest) > 0 {
		err = c.badLength("one or two parameters", "RFC 6525 section 3.1")
	}
	return r, err
}

// Allowed reports whether the parameters are one of the ten combinations of RFC 6525 section 3.1.
func (r ReConfig) Allowed() bool {
	if r.Second.Raw == nil {
		switch r.First.Type {
		case ParamOutSSNReset, ParamInSSNReset, ParamSSNTSNReset, ParamAddOutStreams, ParamAddInStreams, ParamReconfigResponse:
			return true
		default:
			return false
		}
	}
	switch r.First.Type {
	case ParamOutSSNReset:
		return r.Second.Type == ParamInSSNReset
	case ParamAddOutStreams:
		return r.Second.Type == ParamAddInStreams
	case ParamReconfigResponse:
		return r.Second.Type == ParamOutSSNReset || r.Second.Type == ParamReconfigResponse
	default:
		return false
	}
}

// OutSSNReset is an Outgoing SSN Reset Request parameter (RFC 6525 section 4.1).
type OutSSNReset struct {
	ReqSeq  seq.TSN // Re-configuration Request Sequence Number
	RespSeq seq.TSN // Re-configuration Response Sequence Number
	LastTSN seq.TSN // Sender's Last Assigned TSN
	Streams Uint16s // none means all
}

// ParseOutSSNReset reads an Outgoing SSN Reset Request parameter.
func ParseOutSSNReset(p Param) (OutSSNReset, error) {
	v := p.Value
	if len(v) < 12 || len(v)%2 != 0 {
		return OutSSNReset{}, p.badLength("16 + 2 for each stream", "RFC 6525 section 4.1")
	}
	return OutSSNReset{
		ReqSeq:  seq.TSN(be.Uint32(v)),
		RespSeq: seq.TSN(be.Uint32(v[4:])),
		LastTSN: seq.TSN(be.Uint32(v[8:])),
		Streams: Uint16s{v[12:]},
	}, nil
}

// AppendOutSSNReset appends an Outgoing SSN Reset Request parameter.
func AppendOutSSNReset(b []byte, reqSeq, respSeq, lastTSN seq.TSN, streams []uint16) []byte {
	b, m := BeginParam(b, ParamOutSSNReset)
	b = be.AppendUint32(b, uint32(reqSeq))
	b = be.AppendUint32(b, uint32(respSeq))
	b = be.AppendUint32(b, uint32(lastTSN))
	return EndParam(appendUint16s(b, streams), m)
}

// InSSNReset is an Incoming SSN Reset Request parameter (RFC 6525 section 4.2).
type InSSNReset struct {
	ReqSeq  seq.TSN
	Streams Uint16s // none means all
}

// ParseInSSNReset reads an Incoming SSN Reset Request parameter.
func ParseInSSNReset(p Param) (InSSNReset, error) {
	v := p.Value
	if len(v) < 4 || len(v)%2 != 0 {
		return InSSNReset{}, p.badLength("8 + 2 for each stream", "RFC 6525 section 4.2")
	}
	return InSSNReset{seq.TSN(be.Uint32(v)), Uint16s{v[4:]}}, nil
}

// AppendInSSNReset appends an Incoming SSN Reset Request parameter.
func AppendInSSNReset(b []byte, reqSeq seq.TSN, streams []uint16) []byte {
	b, m := BeginParam(b, ParamInSSNReset)
	b = be.AppendUint32(b, uint32(reqSeq))
	return EndParam(appendUint16s(b, streams), m)
}

// ParseSSNTSNReset reads an SSN/TSN Reset Request parameter (RFC 6525 section 4.3) and returns its Re-configuration Request
// Sequence Number. To append one, use AppendUint32Param.
func ParseSSNTSNReset(p Param) (reqSeq seq.TSN, err error) {
	v, err := ParseUint32Param(p)
	return seq.TSN(v), err
}

// ReconfigResult is the result in a Re-configuration Response (RFC 6525 section 4.4).
type ReconfigResult uint32

const (
	ReconfigNothingToDo       ReconfigResult = 0
	ReconfigPerformed         ReconfigResult = 1
	ReconfigDenied            ReconfigResult = 2
	ReconfigWrongSSN          ReconfigResult = 3
	ReconfigAlreadyInProgress ReconfigResult = 4
	ReconfigBadSequence       ReconfigResult = 5
	ReconfigInProgress        ReconfigResult = 6
)

// String returns the description in RFC 6525 section 4.4.
func (r ReconfigResult) String() string {
	switch r {
	case ReconfigNothingToDo:
		return "Success - Nothing to do"
	case ReconfigPerformed:
		return "Success - Performed"
	case ReconfigDenied:
		return "Denied"
	case ReconfigWrongSSN:
		return "Error - Wrong SSN"
	case ReconfigAlreadyInProgress:
		return "Error - Request already in progress"
	case ReconfigBadSequence:
		return "Error - Bad Sequence Number"
	case ReconfigInProgress:
		return "In progress"
	default:
		return fmt.Sprintf("result %d", uint32(r))
	}
}

// ReconfigResponse is a Re-configuration Response parameter (RFC 6525 section 4.4).
type ReconfigResponse struct {
	RespSeq seq.TSN // Re-configuration Response Sequence Number
	Result  ReconfigResult
	// HasTSNs tells whether the two TSNs are there: in the answer to an SSN/TSN Reset Request.
	HasTSNs         bool
	SenderNextTSN   seq.TSN
	ReceiverNextTSN seq.TSN
}

// ParseReconfigResponse reads a Re-configuration Response parameter.
func ParseReconfigResponse(p Param) (ReconfigResponse, error) {
	v := p.Value
	if len(v) != 8 && len(v) != 16 {
		return ReconfigResponse{}, p.badLength("12 or 20", "RFC 6525 section 4.4")
	}
	r := ReconfigResponse{RespSeq: seq.TSN(be.Uint32(v)), Result: ReconfigResult(be.Uint32(v[4:])), HasTSNs: len(v) == 16}
	if r.HasTSNs {
		r.SenderNextTSN = seq.TSN(be.Uint32(v[8:]))
		r.ReceiverNextTSN = seq.TSN(be.Uint32(v[12:]))
	}
	return r, nil
}

// Append appends the parameter.
func (r ReconfigResponse) Append(b []byte) []byte {
	b, m := BeginParam(b, ParamReconfigResponse)
	b = be.AppendUint32(b, uint32(r.RespSeq))
	b = be.AppendUint32(b, uint32(r.Result))
	if r.HasTSNs {
		b = be.AppendUint32(b, uint32(r.SenderNextTSN))
		b = be.AppendUint32(b, uint32(r.ReceiverNextTSN))
	}
	return EndParam(b, m)
}

// AddStreams is an Add Outgoing or Add Incoming Streams Request parameter (RFC 6525 sections 4.5 and 4.6).
type AddStreams struct {
	ReqSeq seq.TSN
	// New is how many streams to add.
	New uint16
}

// ParseAddStreams reads one of those two parameters.
func ParseAddStreams(p Param) (AddStreams, error) {
	if len(p.Value) != 8 {
		return AddStreams{}, p.badLength("12", "RFC 6525 sections 4.5 and 4.6")
	}
	return AddStreams{seq.TSN(be.Uint32(p.Value)), be.Uint16(p.Value[4:])}, nil
}

// Append appends the parameter as t: ParamAddOutStreams or ParamAddInStreams.
func (a AddStreams) Append(b []byte, t ParamType) []byte {
	b = appendHeader(b, uint16(t), 8)
	b = be.AppendUint32(b, uint32(a.ReqSeq))
	b = be.AppendUint16(b, a.New)
	return be.AppendUint16(b, 0)
}
