package assoc

import (
	"net/netip"

	"github.com/gosctp/sctp/internal/path"
	"github.com/gosctp/sctp/transport"
)

// kinship is how much two pairs of addresses have in common: of two paths that are as good as each other the one is taken that has the least
// in common with the path that failed, since what broke that one may have broken its relatives too (RFC 9260 section 6.4.1).
type kinship struct {
	// same counts the addresses that both pairs have: a path from or to the same address shares at least its last link.
	same int
	// prefix is the sum of the common prefixes of sources and of destinations, in bits. Networks are numbered by where they are.
	prefix int
}

func kinshipOf(p, q transport.Path) kinship {
	source, destination := alike(p.Local, q.Local), alike(p.Remote, q.Remote)
	return kinship{same: source.same + destination.same, prefix: source.prefix + destination.prefix}
}

// alike compares two addresses. A source that is left to the routes says nothing; addresses of different families have nothing in common.
func alike(a, b netip.Addr) (k kinship) {
	switch {
	case !a.IsValid() || !b.IsValid():
	case a == b:
		k = kinship{same: 1, prefix: a.BitLen()}
	case a.BitLen() == b.BitLen():
		k.prefix = commonPrefix(a, b)
	}
	return k
}

// less reports whether k is further away.
func (k kinship) less(other kinship) bool {
	if k.same != other.same {
		return k.same < other.same
	}
	return k.prefix < other.prefix
}

// moreDivergent reports whether p has less in common with from, if there is such a path, than q has.
func moreDivergent(from, p, q *path.Path) bool {
	return from != nil && kinshipOf(from.Addr, p.Addr).less(kinshipOf(from.Addr, q.Addr))
}
