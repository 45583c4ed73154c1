package wire

// Quoted is the start of a packet as an ICMP report quotes it: at least 8 bytes, not always more.
type Quoted struct {
	SrcPort, DstPort uint16
	Tag              uint32
	// Init: enough is quoted to see that the packet holds an INIT, and InitiateTag is that chunk's.
	Init        bool
	InitiateTag uint32
}

// minQuoted is what every ICMPv4 report quotes beyond the IP header (RFC 792).
const minQuoted = 8

// ParseQuoted reads the start of a packet; false if less than 8 bytes are quoted (RFC 9260 section 10, ICMP5 and ICMP6).
func ParseQuoted(b []byte) (Quoted, bool) {
	if len(b) < minQuoted {
		return Quoted{}, false
	}
	q := Quoted{SrcPort: be.Uint16(b), DstPort: be.Uint16(b[2:]), Tag: be.Uint32(b[4:])}
	if first := HeaderLen; len(b) >= first+8 && ChunkType(b[first]) == ChunkInit {
		q.Init, q.InitiateTag = true, be.Uint32(b[first+4:])
	}
	return q, true
}
