package dtls

// The start of a record (RFC 6347 section 4.1): type, version, epoch, sequence number, length.
const (
	offVersion   = 1
	offEpoch     = 3
	offLength    = 11
	recordHeader = 13
	// offID is where a connection identifier is, in front of the length (RFC 9146 section 4).
	offID = offLength
)

// Types of records, and of handshake messages, which have theirs as first byte.
const (
	recordChangeCipherSpec = 20
	recordAlert            = 21
	recordHandshake        = 22
	recordConnectionID     = 25
	helloFromClient        = 1
	helloFromServer        = 2
)

// isHello reports whether a datagram begins with a plaintext handshake message of a type.
func isHello(b []byte, message byte) bool {
	return len(b) > recordHeader && b[0] == recordHandshake && !isSealed(b) && b[recordHeader] == message
}

func isClientHello(b []byte) bool { return isHello(b, helloFromClient) }

func isServerHello(b []byte) bool { return isHello(b, helloFromServer) }

// isSealed reports whether a record is protected: its epoch is not the first.
func isSealed(b []byte) bool {
	return len(b) >= recordHeader && (b[offEpoch] != 0 || b[offEpoch+1] != 0)
}

// connectionID returns the identifier that this side gave the connection of a datagram, nil if it has none.
func connectionID(b []byte) []byte {
	if len(b) < recordHeader+idLength || b[0] != recordConnectionID {
		return nil
	}
	return b[offID : offID+idLength]
}

// inspect looks at the records of a datagram for a connection. They are fit to be given to it unless they would do harm: everybody can send
// plaintext, and the DTLS implementation ends handshakes, and even connections, for plaintext records of types that do not belong there.
// sealed tells that there is a protected one.
func inspect(b []byte, accepted, established bool) (fit, sealed bool) {
	for len(b) > 0 {
		if len(b) < recordHeader {
			return false, false
		}
		length := offLength
		if b[0] == recordConnectionID {
			if length += idLength; !accepted || len(b) < recordHeader+idLength {
				return false, false // Who dials has given out no identifier.
			}
		}
		size := length + 2 + int(b[length])<<8 + int(b[length+1])
		if size > len(b) || !isSealed(b) && !mayBePlain(b[:size], established) {
			return false, false
		}
		if isClientHello(b[:size]) && !accepted || isServerHello(b[:size]) && accepted {
			return false, false // It is the other side's to say.
		}
		sealed = sealed || isSealed(b)
		b = b[size:]
	}
	return true, sealed
}

// mayBePlain reports whether a record may be plaintext: after the handshake when the last flight is sent again. A change of ciphers has one body only
// (RFC 5246 section 7.1), and for any other the DTLS implementation ends the connection.
func mayBePlain(record []byte, established bool) bool {
	switch record[0] {
	case recordHandshake:
		return true
	case recordChangeCipherSpec:
		return len(record) == recordHeader+1 && record[recordHeader] == 1
	case recordAlert:
		return !established
	}
	return false
}

// unwrapAlert repairs an alert about a handshake that has failed. There is no connection identifier yet, as nothing is protected (RFC 9146 section
// 3); but the DTLS implementation puts one in as soon as it knows it, and no peer would understand that.
func unwrapAlert(b []byte) []byte {
	const inside = 3 // level, description, type
	n := len(b)
	if n < recordHeader+inside || b[0] != recordConnectionID || isSealed(b) || b[n-1] != recordAlert {
		return b
	}
	alert := append([]byte{recordAlert}, b[offVersion:offLength]...)
	return append(alert, 0, 2, b[n-3], b[n-2])
}
