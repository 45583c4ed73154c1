package assoc

import "github.com/gosctp/sctp/internal/wire"

// AcceptsZeroChecksum reports whether associations with this Config take packets with a checksum of zero, whatever the right one
// would be: their INIT or INIT ACK says so (RFC 9653 section 5.1), also to a peer that will make no use of it.
func AcceptsZeroChecksum(c *Config, carrier Carrier) bool {
	return c.offered(carrier).Has(ZeroChecksum)
}

// seal completes a packet. Its checksum is left at zero where the peer accepts that, which saves both sides reading every byte once
// more; not with INIT, nor with COOKIE ECHO, whose receiver does not know yet which association it belongs to (RFC 9653 section 5.2).
func (a *Association) seal(k *builder) {
	if !a.extensions.Has(ZeroChecksum) || a.state == StateCookieWait || k.cookie {
		wire.SealPieces(k.b, k.pieces.rest)
	}
}
