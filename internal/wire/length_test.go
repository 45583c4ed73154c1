package wire

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Which lengths, header included, a chunk may have if its contents are zeros. Counts of zero make the variable ones fixed.
var chunkLengths = []struct {
	typ   ChunkType
	parse func(Chunk) error
	ok    func(n int) bool
}{
	{ChunkData, func(c Chunk) error { _, err := ParseData(c); return err }, func(n int) bool { return n >= 17 }},
	{ChunkIData, func(c Chunk) error { _, err := ParseIData(c); return err }, func(n int) bool { return n >= 21 }},
	{ChunkInit, func(c Chunk) error { _, err := ParseInit(c); return err }, func(n int) bool { return n >= 20 }},
	{ChunkInitAck, func(c Chunk) error { _, err := ParseInit(c); return err }, func(n int) bool { return n >= 20 }},
	{ChunkSack, func(c Chunk) error { _, err := ParseSack(c); return err }, func(n int) bool { return n == 16 }},
	{ChunkNRSack, func(c Chunk) error { _, err := ParseNRSack(c); return err }, func(n int) bool { return n == 20 }},
	{ChunkShutdown, func(c Chunk) error { _, err := ParseShutdown(c); return err }, func(n int) bool { return n == 8 }},
	{ChunkShutdownAck, ParseEmpty, func(n int) bool { return n == 4 }},
	{ChunkCookieAck, ParseEmpty, func(n int) bool { return n == 4 }},
	{ChunkShutdownComplete, ParseEmpty, func(n int) bool { return n == 4 }},
	{ChunkECNE, func(c Chunk) error { _, err := ParseECNE(c); return err }, func(n int) bool { return n == 8 || n == 12 }},
	{ChunkCWR, func(c Chunk) error { _, err := ParseCWR(c); return err }, func(n int) bool { return n == 8 }},
	{ChunkAuth, func(c Chunk) error { _, err := ParseAuth(c); return err }, func(n int) bool { return n >= 8 }},
	{ChunkASCONFAck, func(c Chunk) error { _, err := ParseASCONFAck(c); return err }, func(n int) bool { return n >= 8 }},
	{ChunkPktDrop, func(c Chunk) error { _, err := ParsePktDrop(c); return err }, func(n int) bool { return n >= 16 }},
	{ChunkForwardTSN, func(c Chunk) error { _, err := ParseForwardTSN(c); return err }, func(n int) bool { return n >= 8 && n%4 == 0 }},
	{ChunkIForwardTSN, func(c Chunk) error { _, err := ParseIForwardTSN(c); return err }, func(n int) bool { return n >= 8 && n%8 == 0 }},
	// The zeros are a parameter or address of length 0 in these.
	{ChunkHeartbeat, func(c Chunk) error { _, err := ParseHeartbeat(c); return err }, func(int) bool { return false }},
	{ChunkASCONF, func(c Chunk) error { _, err := ParseASCONF(c); return err }, func(int) bool { return false }},
	{ChunkReConfig, func(c Chunk) error { _, err := ParseReConfig(c); return err }, func(int) bool { return false }},
}

func TestChunkLengths(t *testing.T) {
	for _, c := range chunkLengths {
		for n := 4; n <= 40; n++ {
			err := c.parse(Chunk{Type: c.typ, Value: make([]byte, n-4)})
			checkLength(t, c.typ.String(), n, err, c.ok(n))
		}
	}
}

// A list that contradicts its count is as wrong as a missing field.
func TestSackCountsAreChecked(t *testing.T) {
	for _, b := range []string{
		"03 00 0010 00000000 00000000 0001 0000",
		"03 00 0014 00000000 00000000 0000 0000 00000000",
		"03 00 0014 00000000 00000000 0001 0001 00010001",
		"03 00 0010 00000000 00000000 ffff ffff",
	} {
		if _, err := ParseSack(theChunk(t, unhex(t, b))); !errors.Is(err, ErrLength) {
			t.Errorf("%s: %v, want ErrLength", b, err)
		}
	}
	for _, b := range []string{
		"10 00 0014 00000000 00000000 0000 0001 0000 0000",
		"10 00 0018 00000000 00000000 0000 0000 0000 0000 00000000",
		"10 00 0014 00000000 00000000 ffff ffff ffff 0000",
	} {
		if _, err := ParseNRSack(theChunk(t, unhex(t, b))); !errors.Is(err, ErrLength) {
			t.Errorf("%s: %v, want ErrLength", b, err)
		}
	}
}

var paramLengths = []struct {
	typ   ParamType
	parse func(Param) error
	ok    func(n int) bool
}{
	{ParamIPv4, func(p Param) error { _, err := ParseAddress(p); return err }, func(n int) bool { return n == 8 }},
	{ParamIPv6, func(p Param) error { _, err := ParseAddress(p); return err }, func(n int) bool { return n == 20 }},
	{ParamCookiePreservative, func(p Param) error { _, err := ParseCookiePreservative(p); return err }, func(n int) bool { return n == 8 }},
	{ParamZeroChecksum, func(p Param) error { _, err := ParseUint32Param(p); return err }, func(n int) bool { return n == 8 }},
	{ParamSuccess, func(p Param) error { _, err := ParseUint32Param(p); return err }, func(n int) bool { return n == 8 }},
	{ParamAdaptation, func(p Param) error { _, err := ParseUint32Param(p); return err }, func(n int) bool { return n == 8 }},
	{ParamSSNTSNReset, func(p Param) error { _, err := ParseSSNTSNReset(p); return err }, func(n int) bool { return n == 8 }},
	{ParamSupportedAddressTypes, func(p Param) error { _, _, err := ParseSupportedAddressTypes(p); return err }, func(n int) bool { return n%2 == 0 }},
	{ParamHMACAlgo, func(p Param) error { _, err := ParseHMACAlgos(p); return err }, func(n int) bool { return n%2 == 0 }},
	{ParamOutSSNReset, func(p Param) error { _, err := ParseOutSSNReset(p); return err }, func(n int) bool { return n >= 16 && n%2 == 0 }},
	{ParamInSSNReset, func(p Param) error { _, err := ParseInSSNReset(p); return err }, func(n int) bool { return n >= 8 && n%2 == 0 }},
	{ParamReconfigResponse, func(p Param) error { _, err := ParseReconfigResponse(p); return err }, func(n int) bool { return n == 12 || n == 20 }},
	{ParamAddOutStreams, func(p Param) error { _, err := ParseAddStreams(p); return err }, func(n int) bool { return n == 12 }},
	{ParamAddInStreams, func(p Param) error { _, err := ParseAddStreams(p); return err }, func(n int) bool { return n == 12 }},
	{ParamErrorCause, func(p Param) error { _, err := ParseErrorCauses(p); return err }, func(n int) bool { return n >= 8 }},
	{ParamAddIP, func(p Param) error { _, err := ParseAddrRequest(p); return err }, func(int) bool { return false }},
}

func TestParamLengths(t *testing.T) {
	for _, c := range paramLengths {
		for n := 4; n <= 32; n++ {
			err := c.parse(Param{Type: c.typ, Value: make([]byte, n-4)})
			checkLength(t, c.typ.String(), n, err, c.ok(n))
		}
	}
}

var causeLengths = []struct {
	code  CauseCode
	parse func(Cause) error
	ok    []int
}{
	{CauseInvalidStream, func(c Cause) error { _, err := ParseInvalidStream(c); return err }, []int{8}},
	{CauseMissingParam, func(c Cause) error { _, err := ParseMissingParams(c); return err }, []int{8}},
	{CauseStaleCookie, func(c Cause) error { _, err := ParseStaleCookie(c); return err }, []int{8}},
	{CauseNoUserData, func(c Cause) error { _, err := ParseNoUserData(c); return err }, []int{8}},
	{CauseUnsupportedHMAC, func(c Cause) error { _, err := ParseUnsupportedHMAC(c); return err }, []int{6}},
	{CauseRestartNewEncapPort, func(c Cause) error { _, _, err := ParseRestartNewEncapPort(c); return err }, []int{8}},
}

func TestCauseLengths(t *testing.T) {
	for _, c := range causeLengths {
		for n := 4; n <= 16; n++ {
			err := c.parse(Cause{Code: c.code, Value: make([]byte, n-4)})
			checkLength(t, c.code.String(), n, err, slices.Contains(c.ok, n))
		}
	}
}

func checkLength(t *testing.T, what string, n int, err error, ok bool) {
	t.Helper()
	if ok != (err == nil) {
		t.Errorf("%s of %d bytes: error %v", what, n, err)
	}
}

// Whoever reads the error wants to know what was wrong and what would be right.
func TestLengthErrorSaysEverything(t *testing.T) {
	_, err := ParseShutdown(Chunk{Type: ChunkShutdown, Value: make([]byte, 8)})
	if got, want := fmt.Sprint(err), "SHUTDOWN chunk of 12 bytes: want 8 (RFC 9260 section 3.3.8)"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	var le *LengthError
	if !errors.As(err, &le) || le.Len != 12 {
		t.Errorf("%#v is not a LengthError of 12 bytes", err)
	}
	_, _, err = NextChunk(unhex(t, "0a 00 0009 01020304"))
	if !strings.Contains(fmt.Sprint(err), "COOKIE ECHO chunk of 9 bytes: want at most the 8 left of the packet") {
		t.Errorf("got %q", err)
	}
	_, err = ParseAddress(Param{Type: ParamHostName})
	if got, want := fmt.Sprint(err), "Host Name Address parameter: want IPv4 Address or IPv6 Address (RFC 9260 section 3.3.2.1)"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestNextParamAndNextCauseCheckLengths(t *testing.T) {
	for _, b := range []string{"0001", "0001 00", "0001 0000", "0001 0003", "0001 0009 01020304"} {
		if _, _, err := NextParam(unhex(t, b)); !errors.Is(err, ErrLength) {
			t.Errorf("NextParam(%s): %v, want ErrLength", b, err)
		}
		if _, _, err := NextCause(unhex(t, b)); !errors.Is(err, ErrLength) {
			t.Errorf("NextCause(%s): %v, want ErrLength", b, err)
		}
	}
}
