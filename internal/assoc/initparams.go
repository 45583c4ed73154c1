package assoc

import (
	"net/netip"

	"github.com/gosctp/sctp/internal/wire"
)

// initParams is what the parameters of an INIT or INIT ACK say.
type initParams struct {
	addrs         []netip.Addr
	cookie        []byte
	preservative  uint32 // milliseconds
	adaptation    uint32
	hasAdaptation bool
	announced     announced
	// supported address types; all if the parameter is missing (RFC 9260 section 3.3.2.1.5).
	v4, v6 bool
	// unrecognized are parameters to be reported, one after the other (section 3.2.2).
	unrecognized []byte
	// hostName is the Host Name Address parameter, which makes the chunk unacceptable (section 5.1.2 B).
	hostName []byte
}

// parseInitParams reads the parameters. An error means that lengths contradict each other.
func parseInitParams(b []byte) (p initParams, err error) {
	p.v4, p.v6 = true, true
	for len(b) > 0 {
		var param wire.Param
		if param, b, err = wire.NextParam(b); err != nil {
			return p, err
		}
		stop, err := p.take(param)
		if err != nil {
			return p, err
		}
		if stop {
			break
		}
	}
	return p, nil
}

// take reads one parameter and reports whether the rest is to be ignored.
func (p *initParams) take(param wire.Param) (stop bool, err error) {
	switch param.Type {
	case wire.ParamIPv4, wire.ParamIPv6:
		var a netip.Addr
		if a, err = wire.ParseAddress(param); err == nil && len(p.addrs) < 4*MaxPeerAddrs {
			p.addrs = append(p.addrs, a)
		}
	case wire.ParamStateCookie:
		p.cookie = param.Value
	case wire.ParamCookiePreservative:
		p.preservative, err = wire.ParseCookiePreservative(param)
	case wire.ParamSupportedAddressTypes:
		p.v4, p.v6, err = wire.ParseSupportedAddressTypes(param)
	case wire.ParamHostName:
		p.hostName = param.Raw
		return true, nil
	case wire.ParamAdaptation:
		p.adaptation, err = wire.ParseUint32Param(param)
		p.hasAdaptation = err == nil
	case wire.ParamUnrecognized:
		// The peer reports what it ignored; that is what it was asked to do.
	case wire.ParamECNCapable:
		p.announced.extensions |= ECN
	case wire.ParamForwardTSNSupported:
		p.announced.extensions |= PartialReliability
	case wire.ParamSupportedExtensions:
		p.announced.takeSupported(wire.ParseChunkTypes(param))
	case wire.ParamRandom, wire.ParamChunkList, wire.ParamHMACAlgo:
		p.announced.auth.Take(param)
	case wire.ParamZeroChecksum:
		if p.announced.errorDetection, err = wire.ParseUint32Param(param); err == nil {
			p.announced.extensions |= ZeroChecksum
		}
	default:
		var report bool
		stop, report = param.Type.UnknownAction()
		if report && len(p.unrecognized)+len(param.Raw) <= MaxErrorBytes {
			p.unrecognized = append(p.unrecognized, param.Raw...)
			for len(p.unrecognized)%4 != 0 {
				p.unrecognized = append(p.unrecognized, 0)
			}
		}
	}
	return stop, err
}

// supported returns those of the local addresses that a peer at src can use: of the types that it lists, and of those that it uses itself all the
// same (section 5.1.2).
func (p *initParams) supported(local []netip.Addr, src netip.Addr) []netip.Addr {
	v4, v6 := families(p.addrs)
	v4, v6 = v4 || p.v4 || src.Is4(), v6 || p.v6 || src.Is6()
	if v4 && v6 {
		return local
	}
	var usable []netip.Addr
	for _, a := range local {
		if a.Is4() && v4 || a.Is6() && v6 {
			usable = append(usable, a)
		}
	}
	return usable
}

// fault returns the error cause for which an INIT or INIT ACK is refused, appended to b; nothing if it is acceptable (RFC 9260 sections
// 3.3.2, 3.3.3 and 5.1.2 B).
func (p *initParams) fault(b []byte, in *wire.Init, cfg *Config, offered Extensions) []byte {
	if offered.Has(authentication) {
		if err := p.announced.auth.Fault(); err != nil { // RFC 4895 section 6.1
			return wire.AppendCause(b, wire.CauseProtocolViolation, []byte(err.Error()))
		}
	}
	if offered.Has(DynamicAddresses) && !offered.Has(unauthenticated) && p.announced.extensions.Has(DynamicAddresses) && !p.announced.auth.Usable() {
		return wire.AppendCause(b, wire.CauseProtocolViolation, []byte("ASCONF without AUTH (RFC 5061 section 6)"))
	}
	switch {
	case in.OutStreams == 0, in.InStreams == 0, in.ARwnd < minRwnd:
		return wire.AppendCause(b, wire.CauseInvalidParam, nil)
	case p.hostName != nil:
		return wire.AppendCause(b, wire.CauseUnresolvableAddress, p.hostName)
	case cfg.Auth != nil && cfg.Auth.Required && !p.announced.auth.Usable():
		return wire.AppendCause(b, wire.CauseProtocolViolation, []byte("authentication is required (RFC 4895)"))
	}
	return b
}
