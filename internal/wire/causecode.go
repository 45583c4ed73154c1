package wire

import "fmt"

// CauseCode is the code of an error cause (RFC 9260 section 3.3.10).
type CauseCode uint16

const (
	CauseInvalidStream           CauseCode = 1  // RFC 9260 section 3.3.10.1
	CauseMissingParam            CauseCode = 2  // RFC 9260 section 3.3.10.2
	CauseStaleCookie             CauseCode = 3  // RFC 9260 section 3.3.10.3
	CauseOutOfResource           CauseCode = 4  // RFC 9260 section 3.3.10.4
	CauseUnresolvableAddress     CauseCode = 5  // RFC 9260 section 3.3.10.5
	CauseUnrecognizedChunk       CauseCode = 6  // RFC 9260 section 3.3.10.6
	CauseInvalidParam            CauseCode = 7  // RFC 9260 section 3.3.10.7
	CauseUnrecognizedParams      CauseCode = 8  // RFC 9260 section 3.3.10.8
	CauseNoUserData              CauseCode = 9  // RFC 9260 section 3.3.10.9
	CauseCookieWhileShuttingDown CauseCode = 10 // RFC 9260 section 3.3.10.10
	CauseRestartNewAddresses     CauseCode = 11 // RFC 9260 section 3.3.10.11
	CauseUserAbort               CauseCode = 12 // RFC 9260 section 3.3.10.12
	CauseProtocolViolation       CauseCode = 13 // RFC 9260 section 3.3.10.13
	CauseRestartNewEncapPort     CauseCode = 14 // draft-tuexen-tsvwg-rfc6951-bis section 5.2.3

	CauseMissingDTLSChunk      CauseCode = 100 // draft-ietf-tsvwg-sctp-dtls-chunk section 4.3.1
	CauseNoCommonDTLSMethod    CauseCode = 101 // draft-ietf-tsvwg-sctp-dtls-chunk section 4.3.2
	CauseDTLSTieBreaker        CauseCode = 102 // draft-ietf-tsvwg-sctp-dtls-chunk section 4.3.3
	CauseIncompatibleDTLSRoles CauseCode = 103 // draft-ietf-tsvwg-sctp-dtls-chunk section 4.3.4

	CauseDeleteLastAddress   CauseCode = 160 // RFC 5061 section 4.3.1
	CauseResourceShortage    CauseCode = 161 // RFC 5061 section 4.3.2
	CauseDeleteSourceAddress CauseCode = 162 // RFC 5061 section 4.3.3
	CauseIllegalASCONFAck    CauseCode = 163 // RFC 5061 section 4.3.4
	CauseNoAuthorization     CauseCode = 164 // RFC 5061 section 4.3.5

	CauseVTagCollision CauseCode = 176 // draft-ietf-tsvwg-natsupp section 5.2.1
	CauseMissingState  CauseCode = 177 // draft-ietf-tsvwg-natsupp section 5.2.2
	CausePortCollision CauseCode = 178 // draft-ietf-tsvwg-natsupp section 5.2.3

	CauseUnsupportedHMAC CauseCode = 0x0105 // RFC 4895 section 4.1
)

// String returns the name that the RFC gives the cause.
func (c CauseCode) String() string {
	switch c {
	case CauseInvalidStream:
		return "Invalid Stream Identifier"
	case CauseMissingParam:
		return "Missing Mandatory Parameter"
	case CauseStaleCookie:
		return "Stale Cookie"
	case CauseOutOfResource:
		return "Out of Resource"
	case CauseUnresolvableAddress:
		return "Unresolvable Address"
	case CauseUnrecognizedChunk:
		return "Unrecognized Chunk Type"
	case CauseInvalidParam:
		return "Invalid Mandatory Parameter"
	case CauseUnrecognizedParams:
		return "Unrecognized Parameters"
	case CauseNoUserData:
		return "No User Data"
	case CauseCookieWhileShuttingDown:
		return "Cookie Received While Shutting Down"
	case CauseRestartNewAddresses:
		return "Restart of an Association with New Addresses"
	case CauseUserAbort:
		return "User-Initiated Abort"
	case CauseProtocolViolation:
		return "Protocol Violation"
	case CauseRestartNewEncapPort:
		return "Restart of an Association with New Encapsulation Port"
	case CauseMissingDTLSChunk:
		return "Missing DTLS Chunk Support"
	case CauseNoCommonDTLSMethod:
		return "No Common DTLS Key Management Method"
	case CauseDTLSTieBreaker:
		return "DTLS Key Management Tie Breaker Collision"
	case CauseIncompatibleDTLSRoles:
		return "Incompatible DTLS Key Management Roles"
	case CauseDeleteLastAddress:
		return "Request to Delete Last Remaining IP Address"
	case CauseResourceShortage:
		return "Operation Refused Due to Resource Shortage"
	case CauseDeleteSourceAddress:
		return "Request to Delete Source IP Address"
	case CauseIllegalASCONFAck:
		return "Association Aborted Due to Illegal ASCONF-ACK"
	case CauseNoAuthorization:
		return "Request Refused - No Authorization"
	case CauseVTagCollision:
		return "VTag and Port Number Collision"
	case CauseMissingState:
		return "Missing State"
	case CausePortCollision:
		return "Port Number Collision"
	case CauseUnsupportedHMAC:
		return "Unsupported HMAC Identifier"
	default:
		return fmt.Sprintf("cause code %d", uint16(c))
	}
}
