package assoc

import (
	"time"

	"github.com/gosctp/sctp/internal/cookie"
	"github.com/gosctp/sctp/internal/wire"
)

// Packets that stand alone: the endpoint sends them where no association exists, and an association where it does not speak for
// itself.

// beginPacket appends a common header; sealPacket completes the packet that begins at start.
func beginPacket(b []byte, src, dst uint16, tag uint32) []byte {
	return wire.Header{SrcPort: src, DstPort: dst, Tag: tag}.Append(b)
}

func sealPacket(b []byte, start int) []byte {
	wire.Seal(b[start:])
	return b
}

// AppendAbort appends a packet with an ABORT that has the given causes. reflected sets the T bit: the tag is the one of the packet
// answered (RFC 9260 section 8.4 item 8).
func AppendAbort(b []byte, src, dst uint16, tag uint32, reflected bool, causes []byte) []byte {
	start := len(b)
	b = beginPacket(b, src, dst, tag)
	b = wire.AppendChunk(b, wire.ChunkAbort, flagT(reflected), causes)
	return sealPacket(b, start)
}

// AppendShutdownComplete appends a packet with SHUTDOWN COMPLETE (section 8.4 item 5).
func AppendShutdownComplete(b []byte, src, dst uint16, tag uint32, reflected bool) []byte {
	start := len(b)
	b = beginPacket(b, src, dst, tag)
	b = wire.AppendChunk(b, wire.ChunkShutdownComplete, flagT(reflected), nil)
	return sealPacket(b, start)
}

// AppendStaleCookie appends a packet with an ERROR that tells by how much the cookie is too old (section 3.3.10.3).
func AppendStaleCookie(b []byte, c *cookie.Content, stale time.Duration) []byte {
	microseconds := min((stale + time.Microsecond - 1).Microseconds(), 1<<32-1) // rounded up
	return appendError(b, c, wire.AppendStaleCookie(nil, uint32(microseconds)))
}

// appendError appends a packet with an ERROR to the sender of a cookie.
func appendError(b []byte, c *cookie.Content, causes []byte) []byte {
	start := len(b)
	b = beginPacket(b, c.LocalPort, c.PeerPort, c.PeerTag)
	b = wire.AppendChunk(b, wire.ChunkError, 0, causes)
	return sealPacket(b, start)
}

func flagT(reflected bool) uint8 {
	if reflected {
		return wire.FlagT
	}
	return 0
}
