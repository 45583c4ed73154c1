package endpoint

import (
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// campsAt reports whether a packet with which an association begins comes from an address that h has, but that nobody has confirmed to be its peer's. Who
// lists, or adds, the address of another would otherwise keep the owner from coming here (RFC 5062 section 2). The owner's association gets the
// same route; tags tell the two apart.
func campsAt(h *Handle, header wire.Header, d *transport.Datagram) bool {
	if header.Tag == h.tag || h.confirmed(d.Path.Remote) {
		return false
	}
	first, _, err := wire.NextChunk(d.Data[wire.HeaderLen:])
	return err == nil && (first.Type == wire.ChunkInit || first.Type == wire.ChunkCookieEcho || first.Type == wire.ChunkAuth)
}
