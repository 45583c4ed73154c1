package wire

import (
	"fmt"
	"strconv"

	"github.com/gosctp/sctp/internal/seq"
)

// The parts of a description below the chunk: lists, parameters, causes.

// maxQuoted bounds, in bytes, how much of a reason a description quotes.
const maxQuoted = 256

func appendGapList(b []byte, name string, cum seq.TSN, gaps Gaps) []byte {
	return appendList(b, name, gaps.Len(), func(b []byte, i int) []byte {
		g := gaps.At(i)
		b = strconv.AppendUint(b, uint64(cum+seq.TSN(g.Start)), 10)
		if g.End != g.Start {
			b = append(b, '-')
			b = strconv.AppendUint(b, uint64(cum+seq.TSN(g.End)), 10)
		}
		return b
	})
}

func appendDupList(b []byte, dups TSNs) []byte {
	return appendList(b, " dups=", dups.Len(), func(b []byte, i int) []byte {
		return strconv.AppendUint(b, uint64(dups.At(i)), 10)
	})
}

// appendParams appends parameters, each after a semicolon.
func appendParams(b, params []byte) ([]byte, error) {
	for len(params) > 0 {
		p, rest, err := NextParam(params)
		if err != nil {
			return b, err
		}
		b = append(b, "; "...)
		if b, err = p.appendTo(b); err != nil {
			return b, err
		}
		params = rest
	}
	return b, nil
}

// String describes the parameter.
func (p Param) String() string {
	b, err := p.appendTo(nil)
	if err != nil {
		return string(appendMalformed(nil, err))
	}
	return string(b)
}

func (p Param) appendTo(b []byte) ([]byte, error) {
	b = append(b, p.Type.String()...)
	switch p.Type {
	case ParamIPv4, ParamIPv6:
		a, err := ParseAddress(p)
		return a.AppendTo(append(b, ' ')), err
	case ParamSupportedAddressTypes, ParamHMACAlgo:
		list, err := parseUint16s(p, paramRule)
		return appendUint16List(b, " ", list), err
	case ParamSupportedExtensions, ParamChunkList:
		list := ParseChunkTypes(p)
		return appendList(b, " ", list.Len(), func(b []byte, i int) []byte {
			return append(b, list.At(i).String()...)
		}), nil
	case ParamCookiePreservative:
		ms, err := ParseCookiePreservative(p)
		return fmt.Appendf(b, " %d ms", ms), err
	case ParamSSNTSNReset:
		r, err := ParseSSNTSNReset(p)
		return fmt.Appendf(b, " req=%d", r), err
	case ParamSuccess, ParamZeroChecksum, ParamAdaptation:
		v, err := ParseUint32Param(p)
		return fmt.Appendf(b, " %d", v), err
	case ParamUnrecognized:
		q, _, err := NextParam(p.Value)
		return fmt.Appendf(b, " %s", q.Type), err
	case ParamOutSSNReset:
		r, err := ParseOutSSNReset(p)
		b = fmt.Appendf(b, " req=%d resp=%d last=%d", r.ReqSeq, r.RespSeq, r.LastTSN)
		return appendUint16List(b, " streams=", r.Streams), err
	case ParamInSSNReset:
		r, err := ParseInSSNReset(p)
		return appendUint16List(fmt.Appendf(b, " req=%d", r.ReqSeq), " streams=", r.Streams), err
	case ParamReconfigResponse:
		r, err := ParseReconfigResponse(p)
		b = fmt.Appendf(b, " resp=%d %s", r.RespSeq, r.Result)
		if r.HasTSNs {
			b = fmt.Appendf(b, " sender=%d receiver=%d", r.SenderNextTSN, r.ReceiverNextTSN)
		}
		return b, err
	case ParamAddOutStreams, ParamAddInStreams:
		a, err := ParseAddStreams(p)
		return fmt.Appendf(b, " req=%d new=%d", a.ReqSeq, a.New), err
	case ParamAddIP, ParamDeleteIP, ParamSetPrimary:
		r, err := ParseAddrRequest(p)
		return fmt.Appendf(b, " id=%d %s", r.CorrelationID, r.Addr), err
	case ParamErrorCause:
		e, err := ParseErrorCauses(p)
		if err != nil {
			return b, err
		}
		return appendCauses(fmt.Appendf(b, " id=%d", e.CorrelationID), e.Causes)
	case ParamECNCapable, ParamForwardTSNSupported, ParamDisableRestart:
		return b, nil
	default:
		// Opaque to all but its sender, not for people, or unknown.
		return appendBytes(b, len(p.Value)), nil
	}
}

func appendUint16List(b []byte, name string, list Uint16s) []byte {
	return appendList(b, name, list.Len(), func(b []byte, i int) []byte {
		return strconv.AppendUint(b, uint64(list.At(i)), 10)
	})
}

// appendCauses appends error causes, each after a semicolon.
func appendCauses(b, causes []byte) ([]byte, error) {
	for len(causes) > 0 {
		c, rest, err := NextCause(causes)
		if err != nil {
			return b, err
		}
		b = append(b, "; "...)
		if b, err = c.appendTo(b); err != nil {
			return b, err
		}
		causes = rest
	}
	return b, nil
}

// String describes the cause.
func (c Cause) String() string {
	b, err := c.appendTo(nil)
	if err != nil {
		return string(appendMalformed(nil, err))
	}
	return string(b)
}

func (c Cause) appendTo(b []byte) ([]byte, error) {
	b = append(b, c.Code.String()...)
	switch c.Code {
	case CauseInvalidStream:
		sid, err := ParseInvalidStream(c)
		return fmt.Appendf(b, " %d", sid), err
	case CauseMissingParam:
		types, err := ParseMissingParams(c)
		return appendList(b, " ", types.Len(), func(b []byte, i int) []byte {
			return append(b, ParamType(types.At(i)).String()...)
		}), err
	case CauseStaleCookie:
		us, err := ParseStaleCookie(c)
		return fmt.Appendf(b, " by %d µs", us), err
	case CauseNoUserData:
		tsn, err := ParseNoUserData(c)
		return fmt.Appendf(b, " TSN=%d", tsn), err
	case CauseUnsupportedHMAC:
		id, err := ParseUnsupportedHMAC(c)
		return fmt.Appendf(b, " %d", id), err
	case CauseRestartNewEncapPort:
		current, newPort, err := ParseRestartNewEncapPort(c)
		return fmt.Appendf(b, " %d, not %d", newPort, current), err
	case CauseUnrecognizedChunk:
		if len(c.Value) == 0 {
			return b, c.badLength("at least 5", "RFC 9260 section 3.3.10.6")
		}
		return fmt.Appendf(b, " %s", ChunkType(c.Value[0])), nil
	case CauseUnresolvableAddress, CauseUnrecognizedParams, CauseRestartNewAddresses:
		return appendParams(b, c.Value)
	case CauseUserAbort, CauseProtocolViolation:
		if len(c.Value) == 0 {
			return b, nil
		}
		return fmt.Appendf(b, " %q", c.Value[:min(len(c.Value), maxQuoted)]), nil
	default:
		if len(c.Value) == 0 {
			return b, nil
		}
		return appendBytes(b, len(c.Value)), nil
	}
}
