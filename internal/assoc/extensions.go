package assoc

import (
	"strings"

	"github.com/gosctp/sctp/internal/auth"
	"github.com/gosctp/sctp/internal/wire"
)

// Extensions is a set of extensions of the protocol. Both sides announce theirs in the handshake; what both have is in use.
type Extensions uint16

const (
	// PartialReliability lets messages be given up: FORWARD TSN (RFC 3758).
	PartialReliability Extensions = 1 << iota
	// Reconfiguration resets and adds streams: RE-CONFIG (RFC 6525).
	Reconfiguration
	// Interleaving lets the fragments of messages alternate: I-DATA and I-FORWARD-TSN (RFC 8260).
	Interleaving
	// ECN reacts to routers that mark packets instead of dropping them (RFC 4960 appendix A).
	ECN
	// ZeroChecksum leaves the checksum to a carrier that has a better one (RFC 9653).
	ZeroChecksum
	// NRSack promises to keep what gap blocks acknowledged (draft-natarajan-tsvwg-sctp-nrsack).
	NRSack
	// PacketDrop reports packets that arrived damaged: PKTDROP, which no RFC has.
	PacketDrop
	// DynamicAddresses adds and removes addresses: ASCONF (RFC 5061). It takes Config.Auth, or Config.UnauthenticatedASCONF.
	DynamicAddresses
)

// DefaultExtensions are offered unless Config says otherwise: all that an RFC has.
const DefaultExtensions = PartialReliability | Reconfiguration | Interleaving | ECN | ZeroChecksum | DynamicAddresses

// AllExtensions are all that there are.
const AllExtensions = DefaultExtensions | NRSack | PacketDrop

// Has reports whether all of x are in the set.
func (e Extensions) Has(x Extensions) bool { return e&x == x }

// extensionNames are in the order of the bits.
var extensionNames = [...]string{"partial reliability", "reconfiguration", "interleaving", "ECN", "zero checksum", "NR-SACK", "packet drop",
	"dynamic addresses"}

// String lists the names, separated by commas.
func (e Extensions) String() string {
	var names []string
	for i, name := range extensionNames {
		if e&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// Carrier is what the packets travel in, as far as the protocol cares.
type Carrier struct {
	// ErrorDetection is the identifier of the carrier's own error detection method (RFC 9653 section 8), 0 if it has none.
	ErrorDetection uint32
	// Encapsulated: packets travel in UDP (RFC 6951), and NATs may lie on their way.
	Encapsulated bool
	// ECN: the carrier can set and read the ECN field of the IP header.
	ECN bool
	// FirstHopMTU: what the carrier tells of the MTU of a path is what its first hop takes.
	FirstHopMTU bool
}

// offered is what this side announces over a carrier.
func (c *Config) offered(carrier Carrier) Extensions {
	e := (DefaultExtensions | c.Enable) &^ c.Disable
	if carrier.ErrorDetection == 0 {
		e &^= ZeroChecksum
	}
	if !carrier.ECN {
		e &^= ECN
	}
	if c.FragmentInterleave < 2 {
		e &^= Interleaving // RFC 8260 section 2.2.1: not before the user has asked for it
	}
	if c.Auth != nil {
		e |= authentication
	}
	if c.UnauthenticatedASCONF {
		e |= unauthenticated
	}
	if e&(authentication|unauthenticated) == 0 {
		e &^= DynamicAddresses
	}
	return e
}

// announced is what the parameters of a peer's INIT or INIT ACK say about extensions.
type announced struct {
	extensions Extensions
	// iForward: I-FORWARD-TSN is among the supported chunks.
	iForward bool
	// auth are the parameters of AUTH.
	auth auth.Announced
	// errorDetection is the method named in Zero Checksum Acceptable, 0 if the parameter is missing.
	errorDetection uint32
}

// extensionChunks are the chunk types by which Supported Extensions (RFC 5061 section 4.2.7) announces an extension.
var extensionChunks = [...]struct {
	chunk     wire.ChunkType
	extension Extensions
}{
	{wire.ChunkForwardTSN, PartialReliability}, {wire.ChunkReConfig, Reconfiguration}, {wire.ChunkIData, Interleaving},
	{wire.ChunkNRSack, NRSack}, {wire.ChunkPktDrop, PacketDrop}, {wire.ChunkASCONF, DynamicAddresses},
}

// takeSupported reads a Supported Extensions parameter.
func (n *announced) takeSupported(types wire.ChunkTypes) {
	for _, x := range extensionChunks {
		if types.Has(x.chunk) {
			n.extensions |= x.extension
		}
	}
	n.iForward = n.iForward || types.Has(wire.ChunkIForwardTSN)
}

// common is what both sides have.
func (n *announced) common(offered Extensions, carrier Carrier) Extensions {
	e := offered & n.extensions
	if offered.Has(authentication) && n.auth.Usable() {
		e |= authentication
	}
	if e&authentication == 0 && !offered.Has(unauthenticated) {
		e &^= DynamicAddresses
	}
	if n.errorDetection != carrier.ErrorDetection {
		e &^= ZeroChecksum // section 5.1 of RFC 9653: the method has to be the same
	}
	if e.Has(Interleaving) && n.numbersLikeLinux() {
		e &^= PartialReliability // RFC 8260 section 2.3.1: FORWARD TSN is of no use then
		e |= linuxFSN
	}
	return e
}

// appendExtensions appends the parameters that announce e.
func appendExtensions(b []byte, e Extensions, carrier Carrier) []byte {
	if e.Has(ECN) {
		b = wire.AppendParam(b, wire.ParamECNCapable, nil)
	}
	if e.Has(PartialReliability) {
		b = wire.AppendForwardTSNSupported(b)
	}
	var types [len(extensionChunks) + 3]wire.ChunkType
	n := 0
	for _, x := range extensionChunks {
		if e.Has(x.extension) {
			types[n] = x.chunk
			n++
		}
	}
	if e.Has(Interleaving) { // also without partial reliability: see numbersLikeLinux
		types[n] = wire.ChunkIForwardTSN
		n++
	}
	if e.Has(DynamicAddresses) {
		types[n] = wire.ChunkASCONFAck
		n++
	}
	if e.Has(authentication) { // Linux wants to see it here too
		types[n] = wire.ChunkAuth
		n++
	}
	if n > 0 {
		b = wire.AppendChunkTypes(b, wire.ParamSupportedExtensions, types[:n]...)
	}
	if e.Has(ZeroChecksum) {
		b = wire.AppendUint32Param(b, wire.ParamZeroChecksum, carrier.ErrorDetection)
	}
	return b
}
