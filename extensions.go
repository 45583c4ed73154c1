package sctp

import "github.com/gosctp/sctp/internal/assoc"

// Extensions is a set of extensions of the protocol. Both sides announce theirs in the handshake; what both have is in use.
type Extensions uint16

const (
	// PartialReliability lets messages be given up (RFC 3758, RFC 7496); see SndInfo.
	PartialReliability = Extensions(assoc.PartialReliability)
	// Reconfiguration resets streams and adds new ones (RFC 6525).
	Reconfiguration = Extensions(assoc.Reconfiguration)
	// Interleaving lets the fragments of large messages alternate with other messages (RFC 8260).
	Interleaving = Extensions(assoc.Interleaving)
	// ECN reacts to routers that mark packets instead of dropping them (RFC 4960 appendix A). It takes a carrier that sees
	// the IP header's bits.
	ECN = Extensions(assoc.ECN)
	// ZeroChecksum leaves error detection to a carrier that does it better, such as DTLS (RFC 9653).
	ZeroChecksum = Extensions(assoc.ZeroChecksum)
	// NRSack promises to keep what was acknowledged out of order, so that the sender need not
	// (draft-natarajan-tsvwg-sctp-nrsack). FreeBSD and usrsctp have it.
	NRSack = Extensions(assoc.NRSack)
	// PacketDrop reports packets that arrived damaged, so that they are sent again at once. FreeBSD and usrsctp have it; no
	// RFC has.
	PacketDrop = Extensions(assoc.PacketDrop)

	// DynamicAddresses adds and removes addresses of an association (RFC 5061); see [Conn.ChangeAddrs]. It takes Config.Auth,
	// or Config.UnauthenticatedASCONF.
	DynamicAddresses = Extensions(assoc.DynamicAddresses)

	// DefaultExtensions are offered unless [Config] says otherwise: all that an RFC has.
	DefaultExtensions = Extensions(assoc.DefaultExtensions)
	// AllExtensions are all that there are.
	AllExtensions = Extensions(assoc.AllExtensions)
)

// ReconfigRequests is a set of kinds of requests of RFC 6525, see [Config].DenyReconfig.
type ReconfigRequests uint8

const (
	// StreamResets are requests to reset streams, of either direction.
	StreamResets = ReconfigRequests(assoc.StreamResets)
	// AssocResets are requests to reset all streams and the TSNs.
	AssocResets = ReconfigRequests(assoc.AssocResets)
	// StreamAdditions are requests to add streams, of either direction.
	StreamAdditions = ReconfigRequests(assoc.StreamAdditions)

	// AllReconfigRequests are all that there are.
	AllReconfigRequests = ReconfigRequests(assoc.AllReconfigRequests)
)

// Has reports whether all of x are in the set.
func (e Extensions) Has(x Extensions) bool { return e&x == x }

// String lists the names, separated by commas.
func (e Extensions) String() string { return e.core().String() }

func (e Extensions) core() assoc.Extensions { return assoc.Extensions(e) }
