package assoc

// switchOver makes the path that data takes now the primary one, if the primary path has had too many errors and the user wants that
// (RFC 7829 section 5). If data takes it all the same, there is no better one yet: it is looked for again when a path fails or comes back.
func (a *Association) switchOver() {
	if a.opening != nil || !a.primary.Outlived() {
		return
	}
	p := a.dataPath()
	if p == a.primary {
		return
	}
	a.primary = p
	a.emit(PeerAddrChange{Addr: p.Addr.Remote, State: AddrMadePrimary})
}
