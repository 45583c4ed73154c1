package wire

const (
	// asconfFixedLen is the length of an ASCONF or ASCONF-ACK chunk up to its first parameter (RFC 5061 section 4.1).
	asconfFixedLen = 8
	// errorCauseFixedLen is the length of an Error Cause Indication up to its first cause (RFC 5061 section 4.2.3).
	errorCauseFixedLen = 8
)
