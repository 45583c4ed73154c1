package sim

import (
	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// offers are the extensions that a host offers, by its configuration and its carrier.
func (h *HostPlan) offers() assoc.Extensions {
	e := (assoc.DefaultExtensions | h.Config.Enable) &^ h.Config.Disable
	if h.Config.FragmentInterleave < 2 {
		e &^= assoc.Interleaving // RFC 8260 section 2.2.1: the application has to be able to read such messages
	}
	if h.Carrier.ErrorDetection == 0 {
		e &^= assoc.ZeroChecksum
	}
	if !h.Carrier.ECN {
		e &^= assoc.ECN
	}
	if !h.Authenticates && !h.Config.UnauthenticatedASCONF { // RFC 5061 section 4.2.7
		e &^= assoc.DynamicAddresses
	}
	return e
}

// agreed are the extensions that the associations of a client use.
func (s *Scenario) agreed(client int) assoc.Extensions {
	c, server := &s.Hosts[client], &s.Hosts[0]
	e := c.offers() & server.offers()
	if c.Carrier.ErrorDetection != server.Carrier.ErrorDetection {
		e &^= assoc.ZeroChecksum
	}
	if (!c.Authenticates || !server.Authenticates) && (!c.Config.UnauthenticatedASCONF || !server.Config.UnauthenticatedASCONF) {
		e &^= assoc.DynamicAddresses
	}
	return e
}

// needed are the extensions without which a chunk type may not be sent.
var needed = map[wire.ChunkType]assoc.Extensions{
	wire.ChunkForwardTSN: assoc.PartialReliability, wire.ChunkIForwardTSN: assoc.PartialReliability | assoc.Interleaving,
	wire.ChunkReConfig: assoc.Reconfiguration, wire.ChunkIData: assoc.Interleaving,
	wire.ChunkECNE: assoc.ECN, wire.ChunkCWR: assoc.ECN,
	wire.ChunkNRSack: assoc.NRSack, wire.ChunkPktDrop: assoc.PacketDrop,
	wire.ChunkASCONF: assoc.DynamicAddresses, wire.ChunkASCONFAck: assoc.DynamicAddresses,
}

// replacedBy are chunk types that may not be sent with an extension.
var replacedBy = map[wire.ChunkType]assoc.Extensions{
	wire.ChunkData: assoc.Interleaving, wire.ChunkForwardTSN: assoc.Interleaving, wire.ChunkSack: assoc.NRSack,
}

// judgeAgreement judges whether a packet uses only what both sides have: chunk types, the ECN field, and a checksum of zero, which is
// never for INIT and COOKIE ECHO (RFC 9653 section 5.2). used is what the association says.
func (u *user) judgeAgreement(d *transport.Datagram, h wire.Header, used assoc.Extensions) {
	if !u.agreed.Has(used) || u.up && used != u.agreed {
		u.fail(RuleAgreed, "in use are %v, but these were agreed: %v", used, u.agreed)
	}
	if !wire.ChecksumOK(d.Data) {
		switch {
		case h.Checksum != 0:
			u.fail(RuleContent, "a packet with a wrong checksum")
		case !used.Has(assoc.ZeroChecksum):
			u.fail(RuleAgreed, "a packet without checksum, but these were agreed: %v", used)
		}
	}
	if d.ECN != transport.NotECT && !used.Has(assoc.ECN) {
		u.fail(RuleAgreed, "a packet with ECN %d, but these were agreed: %v", d.ECN, used)
	}
	for rest := d.Data[wire.HeaderLen:]; len(rest) > 0; {
		c, r, err := wire.NextChunk(rest)
		if err != nil {
			return
		}
		rest = r
		if (c.Type == wire.ChunkInit || c.Type == wire.ChunkCookieEcho) && !wire.ChecksumOK(d.Data) {
			u.fail(RuleAgreed, "%v without checksum", c.Type)
		}
		if n := needed[c.Type]; !used.Has(n) || used&replacedBy[c.Type] != 0 {
			u.fail(RuleAgreed, "%v, but these were agreed: %v", c.Type, used)
		}
	}
}

// judgeReply judges a packet that belongs to no association: it never lacks its checksum (RFC 9653 section 5.2).
func (n *node) judgeReply(packet []byte) {
	if !wire.ChecksumOK(packet) {
		n.w.fail(RuleAgreed, "host %d replies with a packet without checksum", n.index)
	}
}
