package sctp

import (
	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/engine"
)

// Buffers of a [Config] that leaves their sizes open.
const (
	// firstBuffer is what the receive buffer begins with, firstSendBuffer the send buffer, which grows at once when the congestion window asks for
	// it. No memory is taken before there is something in them.
	firstBuffer     = 128 << 10
	firstSendBuffer = 32 << 10
	// maxAutoBuffer is what each may grow to: 100 ms of 1 Gbit/s.
	maxAutoBuffer = 16 << 20
	// autoMessage is the size of a message, and autoPartialPoint that from which on it is handed out in parts, whatever the buffers have grown to.
	autoMessage      = 1 << 20
	autoPartialPoint = 512 << 10
	// maxBufferMemory is what the buffers of all associations of the process may have grown by, together.
	maxBufferMemory = 256 << 20
)

// bufferMemory is what they grow from.
var bufferMemory = engine.NewMemory(maxBufferMemory)

// autotune lets those buffers grow of which c does not say the size.
func (c *Config) autotune(core *assoc.Config) {
	if c.RecvBuffer == 0 {
		if c.PartialDeliveryPoint == 0 {
			core.PartialDeliveryPoint = autoPartialPoint
		}
		core.RecvBuffer, core.MaxRecvBuffer = firstBuffer, maxAutoBuffer
		core.FillRecvBuffer = 2 * max(core.PartialDeliveryPoint, autoPartialPoint) // so that messages that are handed out whole find room
	}
	if c.SendBuffer == 0 {
		core.SendBuffer, core.MaxSendBuffer, core.MaxMessage = firstSendBuffer, maxAutoBuffer, autoMessage
	}
	core.Memory = bufferMemory
}
