package wire

import "fmt"

// ParamType is the type of a parameter (RFC 9260 section 3.2.1).
type ParamType uint16

const (
	ParamHeartbeatInfo         ParamType = 1  // RFC 9260 section 3.3.5
	ParamIPv4                  ParamType = 5  // RFC 9260 section 3.3.2.1.1
	ParamIPv6                  ParamType = 6  // RFC 9260 section 3.3.2.1.2
	ParamStateCookie           ParamType = 7  // RFC 9260 section 3.3.3.1.1
	ParamUnrecognized          ParamType = 8  // RFC 9260 section 3.3.3.1.2
	ParamCookiePreservative    ParamType = 9  // RFC 9260 section 3.3.2.1.3
	ParamHostName              ParamType = 11 // RFC 9260 section 3.3.2.1.4
	ParamSupportedAddressTypes ParamType = 12 // RFC 9260 section 3.3.2.1.5
	ParamOutSSNReset           ParamType = 13 // RFC 6525 section 4.1
	ParamInSSNReset            ParamType = 14 // RFC 6525 section 4.2
	ParamSSNTSNReset           ParamType = 15 // RFC 6525 section 4.3
	ParamReconfigResponse      ParamType = 16 // RFC 6525 section 4.4
	ParamAddOutStreams         ParamType = 17 // RFC 6525 section 4.5
	ParamAddInStreams          ParamType = 18 // RFC 6525 section 4.6

	ParamECNCapable          ParamType = 0x8000 // RFC 4960 appendix A
	ParamZeroChecksum        ParamType = 0x8001 // RFC 9653 section 4
	ParamRandom              ParamType = 0x8002 // RFC 4895 section 3.1
	ParamChunkList           ParamType = 0x8003 // RFC 4895 section 3.2
	ParamHMACAlgo            ParamType = 0x8004 // RFC 4895 section 3.3
	ParamPadding             ParamType = 0x8005 // RFC 4820 section 4
	ParamDTLSKeyManagement   ParamType = 0x8006 // draft-ietf-tsvwg-sctp-dtls-chunk section 4.1
	ParamSupportedExtensions ParamType = 0x8008 // RFC 5061 section 4.2.7

	ParamForwardTSNSupported ParamType = 0xc000 // RFC 3758 section 3.1
	ParamAddIP               ParamType = 0xc001 // RFC 5061 section 4.2.1
	ParamDeleteIP            ParamType = 0xc002 // RFC 5061 section 4.2.2
	ParamErrorCause          ParamType = 0xc003 // RFC 5061 section 4.2.3
	ParamSetPrimary          ParamType = 0xc004 // RFC 5061 section 4.2.4
	ParamSuccess             ParamType = 0xc005 // RFC 5061 section 4.2.5
	ParamAdaptation          ParamType = 0xc006 // RFC 5061 section 4.2.6
	ParamDisableRestart      ParamType = 0xc007 // draft-ietf-tsvwg-natsupp section 5.3.1
	ParamVTags               ParamType = 0xc008 // draft-ietf-tsvwg-natsupp section 5.3.2
)

// String returns the name that the RFC gives the parameter.
func (t ParamType) String() string {
	switch t {
	case ParamHeartbeatInfo:
		return "Heartbeat Info"
	case ParamIPv4:
		return "IPv4 Address"
	case ParamIPv6:
		return "IPv6 Address"
	case ParamStateCookie:
		return "State Cookie"
	case ParamUnrecognized:
		return "Unrecognized Parameter"
	case ParamCookiePreservative:
		return "Cookie Preservative"
	case ParamHostName:
		return "Host Name Address"
	case ParamSupportedAddressTypes:
		return "Supported Address Types"
	case ParamOutSSNReset:
		return "Outgoing SSN Reset Request"
	case ParamInSSNReset:
		return "Incoming SSN Reset Request"
	case ParamSSNTSNReset:
		return "SSN/TSN Reset Request"
	case ParamReconfigResponse:
		return "Re-configuration Response"
	case ParamAddOutStreams:
		return "Add Outgoing Streams Request"
	case ParamAddInStreams:
		return "Add Incoming Streams Request"
	case ParamECNCapable:
		return "ECN Capable"
	case ParamZeroChecksum:
		return "Zero Checksum Acceptable"
	case ParamRandom:
		return "Random"
	case ParamChunkList:
		return "Chunk List"
	case ParamHMACAlgo:
		return "Requested HMAC Algorithm"
	case ParamPadding:
		return "Padding"
	case ParamDTLSKeyManagement:
		return "DTLS Key Management"
	case ParamSupportedExtensions:
		return "Supported Extensions"
	case ParamForwardTSNSupported:
		return "Forward-TSN-Supported"
	case ParamAddIP:
		return "Add IP Address"
	case ParamDeleteIP:
		return "Delete IP Address"
	case ParamErrorCause:
		return "Error Cause Indication"
	case ParamSetPrimary:
		return "Set Primary Address"
	case ParamSuccess:
		return "Success Indication"
	case ParamAdaptation:
		return "Adaptation Layer Indication"
	case ParamDisableRestart:
		return "Disable Restart"
	case ParamVTags:
		return "VTags"
	default:
		return fmt.Sprintf("parameter type 0x%04x", uint16(t))
	}
}

// UnknownAction says what to do with a parameter of a type that the receiver does not know: whether to stop processing the
// parameters of the chunk, and whether to report this one (RFC 9260 section 3.2.1).
func (t ParamType) UnknownAction() (stop, report bool) { return Action(t >> 14).split() }
