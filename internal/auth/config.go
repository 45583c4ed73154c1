package auth

import (
	"slices"

	"github.com/gosctp/sctp/internal/wire"
)

// Config is what an endpoint wants of authentication. None of it changes what is announced to an association that is there already.
type Config struct {
	// Chunks are the types that the peer has to authenticate; those that may not be listed are ignored.
	Chunks []wire.ChunkType
	// HMACs are the algorithms that the peer may use, the preferred one first: SHA-256 and SHA-1. SHA-1 is added where it is missing, because
	// everybody has it (RFC 4895 section 6.1).
	HMACs []uint16
	// Keys are the endpoint pair shared keys. Without one of number 0 there is an empty one of that number (RFC 4895 section 6.2).
	Keys []Key
	// Active is the number of the key to send with.
	Active uint16
	// Required: who does not authenticate is refused.
	Required bool
}

// Key is an endpoint pair shared key.
type Key struct {
	ID     uint16
	Secret []byte
	// Deactivated: it verifies, but nothing new is sent with it (RFC 6458 section 8.3.4).
	Deactivated bool
}

// chunks are the types of the configuration that may be listed, each once.
func (c *Config) chunks() []wire.ChunkType { return list(c.Chunks) }

// list are the types that may be listed, each once and in their order.
func list[T ~uint8](types []T) []wire.ChunkType {
	var seen ChunkSet
	var out []wire.ChunkType
	for _, v := range types {
		if t := wire.ChunkType(v); Listable(t) && !seen.Has(t) {
			seen.Add(t)
			out = append(out, t)
		}
	}
	return out
}

// algorithms are those of the configuration that exist, each once, and SHA-1.
func (c *Config) algorithms() []uint16 {
	var ids []uint16
	for _, id := range c.HMACs {
		if Size(id) > 0 && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	if len(c.HMACs) == 0 {
		ids = append(ids, wire.HMACSHA256)
	}
	if !slices.Contains(ids, wire.HMACSHA1) {
		ids = append(ids, wire.HMACSHA1)
	}
	return ids
}
