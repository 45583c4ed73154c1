package wire

import (
	"reflect"
	"testing"

	"github.com/gosctp/sctp/internal/seq"
)

func TestCauses(t *testing.T) {
	for _, c := range []struct {
		code  CauseCode
		bytes string
		got   []byte
		value any
		parse func(Cause) (any, error)
	}{
		{CauseInvalidStream, "0001 0008 0007 0000", AppendInvalidStream(nil, 7), uint16(7),
			func(c Cause) (any, error) { return ParseInvalidStream(c) }},
		{CauseMissingParam, "0002 000a 00000001 0007 0000", AppendMissingParams(nil, ParamStateCookie), []uint16{7},
			func(c Cause) (any, error) { l, err := ParseMissingParams(c); return list[uint16](l), err }},
		{CauseStaleCookie, "0003 0008 000f4240", AppendStaleCookie(nil, 1e6), uint32(1e6),
			func(c Cause) (any, error) { return ParseStaleCookie(c) }},
		{CauseOutOfResource, "0004 0004", AppendCause(nil, CauseOutOfResource, nil), "",
			func(c Cause) (any, error) { return string(c.Value), nil }},
		{CauseUnrecognizedChunk, "0006 0009 bf 00 0005 61 000000", AppendCause(nil, CauseUnrecognizedChunk, []byte("\xbf\x00\x00\x05a")), ChunkType(0xbf),
			func(c Cause) (any, error) { q, _, err := NextChunk(c.Value); return q.Type, err }},
		{CauseNoUserData, "0009 0008 00000011", AppendNoUserData(nil, 17), seq.TSN(17),
			func(c Cause) (any, error) { return ParseNoUserData(c) }},
		{CauseUserAbort, "000c 0007 627965 00", AppendCause(nil, CauseUserAbort, []byte("bye")), "bye",
			func(c Cause) (any, error) { return string(c.Value), nil }},
		{CauseRestartNewEncapPort, "000e 0008 26ab 26ac", AppendRestartNewEncapPort(nil, 9899, 9900), [2]uint16{9899, 9900},
			func(c Cause) (any, error) { o, n, err := ParseRestartNewEncapPort(c); return [2]uint16{o, n}, err }},
		{CauseUnsupportedHMAC, "0105 0006 0002 0000", AppendUnsupportedHMAC(nil, 2), uint16(2),
			func(c Cause) (any, error) { return ParseUnsupportedHMAC(c) }},
	} {
		wantBytes(t, c.code.String(), c.got, unhex(t, c.bytes))
		cause := theCause(t, c.got)
		if cause.Code != c.code {
			t.Errorf("code %d, want %d", cause.Code, c.code)
		}
		if value, err := c.parse(cause); err != nil || !reflect.DeepEqual(value, c.value) {
			t.Errorf("%s: got %v, error %v; want %v", c.code, value, err, c.value)
		}
	}
}

// A count that does not match the list cannot be trusted, however large it is (RFC 9260 section 3.3.10.2).
func TestMissingParamsCount(t *testing.T) {
	for _, b := range []string{
		"0002 000a 00000000 0007",
		"0002 000a 00000002 0007",
		"0002 0008 80000000",
		"0002 0008 ffffffff",
	} {
		if l, err := ParseMissingParams(theCause(t, unhex(t, b))); err == nil {
			t.Errorf("%s: %v, want an error", b, list[uint16](l))
		}
	}
}

func TestCausesOfAnErrorChunk(t *testing.T) {
	b, m := BeginChunk(nil, ChunkError, 0)
	b = AppendCause(b, CauseProtocolViolation, []byte("x"))
	b, p := BeginCause(b, CauseUnrecognizedParams)
	b = AppendParam(b, 0xc0ff, []byte{1})
	b = AppendParam(b, 0xc0fe, []byte{2, 3})
	b = EndChunk(EndCause(b, p), m)
	wantBytes(t, "ERROR", b, unhex(t, `
		09 00 001e
		000d 0005 78 000000
		0008 0012
			c0ff 0005 01 000000
			c0fe 0006 0203 0000`))
}
