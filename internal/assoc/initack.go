package assoc

import (
	"net/netip"
	"time"

	"github.com/gosctp/sctp/internal/auth"
	"github.com/gosctp/sctp/internal/cookie"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/seq"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// Offer is this side's part of an INIT ACK.
type Offer struct {
	Config Config // with its defaults
	Tag    uint32
	TSN    seq.TSN
	// LocalAddrs are the bound addresses, or all of the host's.
	LocalAddrs []netip.Addr
	// LocalTieTag and PeerTieTag are zero if no association exists (RFC 9260 section 5.2.2).
	LocalTieTag, PeerTieTag uint32
	// KnownAddrs are the peer's addresses in an existing association: an INIT that adds to them is refused. Nil if none exists.
	KnownAddrs []netip.Addr
	Carrier    Carrier
	// Auth is this side's key vector if Config.Auth is there (RFC 4895 section 6.1); see AuthVector.
	Auth []byte
}

// Refuses reports whether an answer to an INIT is ABORT.
func Refuses(answer []byte) bool {
	return len(answer) > wire.HeaderLen && wire.ChunkType(answer[wire.HeaderLen]) == wire.ChunkAbort
}

// answerRoom is what the cookie and the parameters of an INIT ACK take together as a rule: INITs come from strangers, and must cost little.
const answerRoom = 512

// AnswerInit appends to b the packet that answers the packet in d, which holds the INIT in: INIT ACK with a cookie, or ABORT with the reason why not, or
// nothing if there must be no answer. It keeps no state (RFC 9260 section 5.1 B).
func AnswerInit(b []byte, now mono.Time, jar *cookie.Jar, d *transport.Datagram, h wire.Header, chunk wire.Chunk, o *Offer) []byte {
	in, err := wire.ParseInit(chunk)
	if err != nil || in.Tag == 0 {
		return b // section 3.3.2: a zero Initiate Tag is discarded silently
	}
	p, err := parseInitParams(in.Params)
	if err != nil {
		return AppendAbort(b, h.DstPort, h.SrcPort, in.Tag, false, wire.AppendCause(nil, wire.CauseProtocolViolation, []byte(err.Error())))
	}
	offered := o.Config.offered(o.Carrier)
	if fault := p.fault(nil, &in, &o.Config, offered); len(fault) > 0 {
		return AppendAbort(b, h.DstPort, h.SrcPort, in.Tag, false, fault)
	}
	scoping := o.Config.scoping(o.Carrier)
	peers := scoping.usablePeers(nil, d.Path.Remote, p.addrs, o.LocalAddrs)
	if added := addedAddrs(nil, peers, o.KnownAddrs); len(added) > 0 {
		return AppendAbort(b, h.DstPort, h.SrcPort, in.Tag, false, wire.AppendCause(nil, wire.CauseRestartNewAddresses, added))
	}

	extensions := p.announced.common(offered, o.Carrier)
	c := cookie.Content{
		Lifespan:  cookieLife(o.Config.ValidCookieLife, p.preservative),
		LocalPort: h.DstPort, PeerPort: h.SrcPort,
		LocalTag: o.Tag, PeerTag: in.Tag,
		LocalTieTag: o.LocalTieTag, PeerTieTag: o.PeerTieTag,
		LocalTSN: o.TSN, PeerTSN: in.InitialTSN,
		OutStreams: min(o.Config.OutStreams, in.InStreams), InStreams: min(in.OutStreams, o.Config.MaxInStreams),
		LocalRwnd: o.Config.announcedRwnd(), PeerRwnd: in.ARwnd,
		HasAdaptation: p.hasAdaptation, PeerAdaptation: p.adaptation,
		LocalAddr: d.Path.Local, PeerAddrs: peers, PeerEncapPort: d.Path.EncapPort,
		Extensions: uint16(extensions),
	}

	if extensions.Has(authentication) {
		c.LocalAuth, c.PeerAuth = o.Auth, p.announced.auth.Vector()
	}
	params, mark := wire.BeginParam(make([]byte, 0, answerRoom), wire.ParamStateCookie)
	params = wire.EndParam(jar.Seal(params, now, &c), mark)
	params = appendOwnParams(params, &o.Config, scoping, p.supported(o.LocalAddrs, d.Path.Remote), peers)
	params = appendExtensions(params, extensions|offered&ZeroChecksum, o.Carrier) // which each side accepts for itself
	params = auth.AppendParams(params, c.LocalAuth)
	params = appendUnrecognized(params, p.unrecognized)
	ack := wire.Init{
		Tag: o.Tag, ARwnd: c.LocalRwnd, OutStreams: c.OutStreams, InStreams: o.Config.MaxInStreams, InitialTSN: o.TSN, Params: params,
	}
	start := len(b)
	b = beginPacket(b, h.DstPort, h.SrcPort, in.Tag)
	return sealPacket(ack.Append(b, wire.ChunkInitAck), start)
}

// cookieLife is Valid.Cookie.Life, extended as the peer asked, within limits.
func cookieLife(life time.Duration, preservative uint32) time.Duration {
	return min(life+time.Duration(preservative)*time.Millisecond, MaxCookieLife*life)
}

// appendUnrecognized reports parameters, each inside an Unrecognized Parameter (RFC 9260 section 3.2.2).
func appendUnrecognized(b, params []byte) []byte {
	for len(params) > 0 {
		p, rest, err := wire.NextParam(params)
		if err != nil {
			break
		}
		b = wire.AppendParam(b, wire.ParamUnrecognized, p.Raw)
		params = rest
	}
	return b
}

// addedAddrs appends, as parameters, the addresses that are not known; nothing if no association exists.
func addedAddrs(b []byte, addrs, known []netip.Addr) []byte {
	if known == nil {
		return b
	}
	for _, a := range addrs {
		if !contains(known, a) {
			b = wire.AppendAddress(b, a)
		}
	}
	return b
}

// appendOwnParams appends the parameters that INIT and INIT ACK have in common, of which the latter goes to the first of peers.
func appendOwnParams(b []byte, cfg *Config, s scoping, local, peers []netip.Addr) []byte {
	if !s.lone(local, peers[0]) {
		for _, a := range s.announceable(make([]netip.Addr, 0, MaxPeerAddrs), local, peers) {
			b = wire.AppendAddress(b, a.WithZone(""))
		}
	}
	if cfg.AdaptationIndication != nil {
		b = wire.AppendUint32Param(b, wire.ParamAdaptation, *cfg.AdaptationIndication)
	}
	return b
}
