package dtls

// Counters are what a carrier has seen.
type Counters struct {
	// Accepted counts the connections that peers began, Dialed those of this side, both since they were established.
	Accepted, Dialed uint64
	// Failed counts handshakes of peers that failed, Forgotten those of them that were given up before the peer had shown that it receives
	// what is sent to it: they ended by time, or made room for others.
	Failed, Forgotten uint64
	// Refused counts handshakes that were not begun: there were MaxHandshakes or MaxConnections already.
	Refused uint64
	// Strays counts datagrams that belong to no connection and begin none, or are not fit for theirs; Overflowed those for which a connection had no room.
	Strays, Overflowed uint64
	// Moved counts changes of the addresses of peers, Replaced connections that a peer began anew from the same address.
	Moved, Replaced uint64
	// Idle counts connections that were closed because nobody used them.
	Idle uint64
}
