package wire

import "github.com/gosctp/sctp/internal/seq"

// rebuildChunk parses c by its type and appends the result; false if it does not parse.
func rebuildChunk(c Chunk) (b []byte, ok bool) {
	var err error
	switch c.Type {
	case ChunkData:
		var d Data
		d, err = ParseData(c)
		b = d.Append(nil)
	case ChunkIData:
		var d IData
		d, err = ParseIData(c)
		b = d.Append(nil)
	case ChunkInit, ChunkInitAck:
		var i Init
		i, err = ParseInit(c)
		b = i.Append(nil, c.Type)
	case ChunkSack:
		var s Sack
		s, err = ParseSack(c)
		b = AppendSack(nil, s.CumTSN, s.ARwnd, list[GapBlock](s.Gaps), list[seq.TSN](s.Dups))
	case ChunkNRSack:
		var s NRSack
		s, err = ParseNRSack(c)
		b = AppendNRSack(nil, s.CumTSN, s.ARwnd, list[GapBlock](s.Gaps), list[GapBlock](s.NRGaps), list[seq.TSN](s.Dups))
	case ChunkHeartbeat, ChunkHeartbeatAck:
		var info []byte
		info, err = ParseHeartbeat(c)
		b = AppendHeartbeat(nil, c.Type, info)
	case ChunkShutdown:
		var tsn seq.TSN
		tsn, err = ParseShutdown(c)
		b = AppendShutdown(nil, tsn)
	case ChunkShutdownAck, ChunkCookieAck, ChunkShutdownComplete:
		err = ParseEmpty(c)
		b = AppendChunk(nil, c.Type, c.Flags, nil)
	case ChunkECNE:
		var tsn seq.TSN
		tsn, err = ParseECNE(c)
		b = AppendECNE(nil, tsn)
	case ChunkCWR:
		var tsn seq.TSN
		tsn, err = ParseCWR(c)
		b = AppendCWR(nil, tsn)
	case ChunkAuth:
		var a Auth
		a, err = ParseAuth(c)
		b = a.Append(nil)
	case ChunkASCONF:
		var a ASCONF
		if a, err = ParseASCONF(c); err == nil {
			b = a.Append(nil)
		}
	case ChunkASCONFAck:
		var a ASCONFAck
		a, err = ParseASCONFAck(c)
		b = a.Append(nil)
	case ChunkReConfig:
		var r ReConfig
		r, err = ParseReConfig(c)
		var m Mark
		b, m = BeginChunk(nil, c.Type, 0)
		b = EndChunk(r.Second.Append(r.First.Append(b)), m)
	case ChunkForwardTSN:
		var f ForwardTSN
		f, err = ParseForwardTSN(c)
		b = AppendForwardTSN(nil, f.NewCumTSN, list[SkippedStream](f.Streams))
	case ChunkIForwardTSN:
		var f IForwardTSN
		f, err = ParseIForwardTSN(c)
		b = AppendIForwardTSN(nil, f.NewCumTSN, list[SkippedMessage](f.Messages))
	case ChunkPktDrop:
		var d PktDrop
		d, err = ParsePktDrop(c)
		b = d.Append(nil)
	default:
		b = AppendChunk(nil, c.Type, c.Flags, c.Value)
	}
	return b, err == nil
}

// rebuildParam does the same for a parameter.
func rebuildParam(p Param) (b []byte, ok bool) {
	switch p.Type {
	case ParamIPv4, ParamIPv6:
		a, err := ParseAddress(p)
		if err != nil {
			return nil, false
		}
		return AppendAddress(nil, a), true
	case ParamSupportedAddressTypes:
		v4, v6, err := ParseSupportedAddressTypes(p)
		return AppendSupportedAddressTypes(nil, v4, v6), err == nil
	case ParamHMACAlgo:
		l, err := ParseHMACAlgos(p)
		return AppendHMACAlgos(nil, list[uint16](l)...), err == nil
	case ParamChunkList, ParamSupportedExtensions:
		return AppendChunkTypes(nil, p.Type, list[ChunkType](ParseChunkTypes(p))...), true
	case ParamCookiePreservative, ParamSSNTSNReset, ParamZeroChecksum, ParamSuccess, ParamAdaptation:
		v, err := ParseUint32Param(p)
		return AppendUint32Param(nil, p.Type, v), err == nil
	case ParamOutSSNReset:
		r, err := ParseOutSSNReset(p)
		return AppendOutSSNReset(nil, r.ReqSeq, r.RespSeq, r.LastTSN, list[uint16](r.Streams)), err == nil
	case ParamInSSNReset:
		r, err := ParseInSSNReset(p)
		return AppendInSSNReset(nil, r.ReqSeq, list[uint16](r.Streams)), err == nil
	case ParamReconfigResponse:
		r, err := ParseReconfigResponse(p)
		return r.Append(nil), err == nil
	case ParamAddOutStreams, ParamAddInStreams:
		a, err := ParseAddStreams(p)
		return a.Append(nil, p.Type), err == nil
	case ParamAddIP, ParamDeleteIP, ParamSetPrimary:
		r, err := ParseAddrRequest(p)
		if err != nil {
			return nil, false
		}
		return r.Append(nil, p.Type), true
	case ParamErrorCause:
		e, err := ParseErrorCauses(p)
		return e.Append(nil), err == nil
	default:
		return AppendParam(nil, p.Type, p.Value), true
	}
}

// rebuildCause does the same for a cause.
func rebuildCause(c Cause) (b []byte, ok bool) {
	switch c.Code {
	case CauseInvalidStream:
		sid, err := ParseInvalidStream(c)
		return AppendInvalidStream(nil, sid), err == nil
	case CauseMissingParam:
		l, err := ParseMissingParams(c)
		var types []ParamType
		for _, t := range list[uint16](l) {
			types = append(types, ParamType(t))
		}
		return AppendMissingParams(nil, types...), err == nil
	case CauseStaleCookie:
		us, err := ParseStaleCookie(c)
		return AppendStaleCookie(nil, us), err == nil
	case CauseNoUserData:
		tsn, err := ParseNoUserData(c)
		return AppendNoUserData(nil, tsn), err == nil
	case CauseRestartNewEncapPort:
		current, newPort, err := ParseRestartNewEncapPort(c)
		return AppendRestartNewEncapPort(nil, current, newPort), err == nil
	case CauseUnsupportedHMAC:
		id, err := ParseUnsupportedHMAC(c)
		return AppendUnsupportedHMAC(nil, id), err == nil
	default:
		return AppendCause(nil, c.Code, c.Value), true
	}
}
