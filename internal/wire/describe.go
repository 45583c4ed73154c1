package wire

import (
	"errors"
	"fmt"
)

// maxListed bounds how many elements of a list a description names: a SACK may have thousands of Gap Ack Blocks.
const maxListed = 32

// Describe returns what the packet holds as text for people, a line per chunk and no newline at the end:
//
//	COOKIE ECHO 268 bytes
//	DATA TSN=17 SID=0 SSN=0 PPID=0 BE 1024 bytes
//
// Lengths are those of the value or the user data. TSNs and counts are decimal, tags hexadecimal. Gap Ack Blocks are shown as
// the TSNs that they stand for. What is malformed gets a line that says why. The checksum is not looked at.
func Describe(packet []byte) string { return string(AppendDescription(nil, packet)) }

// AppendDescription appends what Describe returns.
func AppendDescription(b, packet []byte) []byte {
	if _, err := ParseHeader(packet); err != nil {
		return appendMalformed(b, err)
	}
	rest := packet[HeaderLen:]
	for first := true; len(rest) > 0; first = false {
		if !first {
			b = append(b, '\n')
		}
		c, r, err := NextChunk(rest)
		if err != nil {
			return appendMalformed(b, err)
		}
		b = c.appendTo(b)
		rest = r
	}
	return b
}

// String describes the chunk in one line.
func (c Chunk) String() string { return string(c.appendTo(nil)) }

func (c Chunk) appendTo(b []byte) []byte {
	b = append(b, c.Type.String()...)
	start := len(b)
	b, err := c.appendDetails(b)
	if err != nil && !errors.Is(err, ErrNoUserData) {
		return appendMalformed(append(b[:start], ' '), err)
	}
	return b
}

func appendMalformed(b []byte, err error) []byte {
	return append(append(b, "malformed: "...), err.Error()...)
}

// appendDetails appends what follows the name. If it fails, what it appended is of no use.
func (c Chunk) appendDetails(b []byte) ([]byte, error) {
	switch c.Type {
	case ChunkData:
		d, err := ParseData(c)
		b = fmt.Appendf(b, " TSN=%d SID=%d SSN=%d PPID=%d", d.TSN, d.StreamID, d.SSN, d.PPID)
		return appendFragment(b, d.Flags, d.UserData), err
	case ChunkIData:
		d, err := ParseIData(c)
		b = fmt.Appendf(b, " TSN=%d SID=%d MID=%d", d.TSN, d.StreamID, d.MID)
		if d.Begin() {
			b = fmt.Appendf(b, " PPID=%d", d.PPID)
		} else {
			b = fmt.Appendf(b, " FSN=%d", d.FSN)
		}
		return appendFragment(b, d.Flags, d.UserData), err
	case ChunkInit, ChunkInitAck:
		i, err := ParseInit(c)
		if err != nil {
			return b, err
		}
		b = fmt.Appendf(b, " tag=0x%08x a_rwnd=%d OS=%d MIS=%d TSN=%d", i.Tag, i.ARwnd, i.OutStreams, i.InStreams, i.InitialTSN)
		return appendParams(b, i.Params)
	case ChunkSack:
		s, err := ParseSack(c)
		b = fmt.Appendf(b, " cum=%d a_rwnd=%d", s.CumTSN, s.ARwnd)
		b = appendGapList(b, " gaps=", s.CumTSN, s.Gaps)
		return appendDupList(b, s.Dups), err
	case ChunkNRSack:
		s, err := ParseNRSack(c)
		b = fmt.Appendf(b, " cum=%d a_rwnd=%d", s.CumTSN, s.ARwnd)
		b = appendGapList(b, " gaps=", s.CumTSN, s.Gaps)
		b = appendGapList(b, " nr-gaps=", s.CumTSN, s.NRGaps)
		return appendDupList(b, s.Dups), err
	case ChunkHeartbeat, ChunkHeartbeatAck:
		info, err := ParseHeartbeat(c)
		return appendBytes(b, len(info)), err
	case ChunkAbort, ChunkError:
		return appendCauses(appendT(b, c), c.Value)
	case ChunkShutdown:
		tsn, err := ParseShutdown(c)
		return fmt.Appendf(b, " cum=%d", tsn), err
	case ChunkShutdownAck, ChunkCookieAck:
		return b, ParseEmpty(c)
	case ChunkShutdownComplete:
		return appendT(b, c), ParseEmpty(c)
	case ChunkECNE:
		tsn, err := ParseECNE(c)
		return fmt.Appendf(b, " TSN=%d", tsn), err
	case ChunkCWR:
		tsn, err := ParseCWR(c)
		return fmt.Appendf(b, " TSN=%d", tsn), err
	case ChunkAuth:
		a, err := ParseAuth(c)
		b = fmt.Appendf(b, " key=%d HMAC=%d", a.KeyID, a.HMACID)
		return appendBytes(b, len(a.HMAC)), err
	case ChunkASCONF:
		a, err := ParseASCONF(c)
		if err != nil {
			return b, err
		}
		return appendParams(fmt.Appendf(b, " seq=%d addr=%s", a.Seq, a.Addr), a.Params)
	case ChunkASCONFAck:
		a, err := ParseASCONFAck(c)
		if err != nil {
			return b, err
		}
		return appendParams(fmt.Appendf(b, " seq=%d", a.Seq), a.Params)
	case ChunkReConfig:
		if _, err := ParseReConfig(c); err != nil {
			return b, err
		}
		return appendParams(b, c.Value)
	case ChunkForwardTSN:
		f, err := ParseForwardTSN(c)
		b = fmt.Appendf(b, " cum=%d", f.NewCumTSN)
		return appendList(b, " skips=", f.Streams.Len(), func(b []byte, i int) []byte {
			s := f.Streams.At(i)
			return fmt.Appendf(b, "%d/%d", s.StreamID, s.SSN)
		}), err
	case ChunkIForwardTSN:
		f, err := ParseIForwardTSN(c)
		b = fmt.Appendf(b, " cum=%d", f.NewCumTSN)
		return appendList(b, " skips=", f.Messages.Len(), func(b []byte, i int) []byte {
			m := f.Messages.At(i)
			b = fmt.Appendf(b, "%d/%d", m.StreamID, m.MID)
			if m.Unordered {
				b = append(b, 'U')
			}
			return b
		}), err
	case ChunkPktDrop:
		d, err := ParsePktDrop(c)
		if d.Flags&FlagMiddleBox != 0 {
			b = append(b, " by a middle box"...)
		}
		if d.Flags&FlagBadCRC != 0 {
			b = append(b, " bad checksum"...)
		}
		b = fmt.Appendf(b, " bandwidth=%d queued=%d", d.Bandwidth, d.Queued)
		if d.Flags&FlagTruncated != 0 {
			b = fmt.Appendf(b, " of=%d", d.OriginalLen)
		}
		return appendBytes(b, len(d.Packet)), err
	case ChunkCookieEcho, ChunkPad, ChunkDTLS:
		return appendBytes(b, len(c.Value)), nil
	default:
		b = appendBytes(b, len(c.Value))
		return append(append(b, ", receiver is to "...), Action(c.Type>>6).String()...), nil
	}
}

// appendFragment appends flags and length of user data. The flags stand in the order of the RFC's picture.
func appendFragment(b []byte, flags uint8, userData []byte) []byte {
	b = append(b, ' ')
	start := len(b)
	for _, f := range [...]struct {
		bit    uint8
		letter byte
	}{{FlagImmediate, 'I'}, {FlagUnordered, 'U'}, {FlagBegin, 'B'}, {FlagEnd, 'E'}} {
		if flags&f.bit != 0 {
			b = append(b, f.letter)
		}
	}
	if len(b) == start {
		b = append(b, '-')
	}
	return appendBytes(b, len(userData))
}

func appendBytes(b []byte, n int) []byte {
	if n == 1 {
		return append(b, " 1 byte"...)
	}
	return fmt.Appendf(b, " %d bytes", n)
}

func appendT(b []byte, c Chunk) []byte {
	if c.Flags&FlagT != 0 {
		return append(b, " T"...)
	}
	return b
}

// appendList appends a name and the elements of a list of length n, with commas between them; nothing if n is 0.
func appendList(b []byte, name string, n int, element func(b []byte, i int) []byte) []byte {
	if n == 0 {
		return b
	}
	b = append(b, name...)
	for i := range min(n, maxListed) {
		if i > 0 {
			b = append(b, ',')
		}
		b = element(b, i)
	}
	if n > maxListed {
		b = fmt.Appendf(b, ",… (%d in all)", n)
	}
	return b
}
