package wire

// HeartbeatInfo is what this implementation puts into the Heartbeat Info parameter: which path, and a nonce (RFC 9260 section 5.4). The peer
// sends it back unread; the time of sending stays at home, where nobody can change it.
type HeartbeatInfo struct {
	Path  uint32
	Nonce uint64
}

// HeartbeatInfoLen is its length.
const HeartbeatInfoLen = 12

// Append appends a HEARTBEAT chunk with the info.
func (h HeartbeatInfo) Append(b []byte) []byte {
	var info [HeartbeatInfoLen]byte
	be.PutUint32(info[:], h.Path)
	be.PutUint64(info[4:], h.Nonce)
	return AppendHeartbeat(b, ChunkHeartbeat, info[:])
}

// ParseHeartbeatInfo reads the info of a HEARTBEAT ACK; false if it is none of ours.
func ParseHeartbeatInfo(info []byte) (HeartbeatInfo, bool) {
	if len(info) != HeartbeatInfoLen {
		return HeartbeatInfo{}, false
	}
	return HeartbeatInfo{Path: be.Uint32(info), Nonce: be.Uint64(info[4:])}, true
}
