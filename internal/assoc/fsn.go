package assoc

import "github.com/gosctp/sctp/internal/wire"

// Linux (seen up to 6.12) numbers the fragments of a message 0, 0, 1, 2, … where RFC 8260 section 2.1 has 0, 1, 2, 3, and puts no
// message together that is numbered otherwise. So with Linux both directions are numbered its way. It gives itself away in the
// handshake: of the two chunks of RFC 8260 it lists I-DATA only. Whoever else has that one lists I-FORWARD-TSN too.

// linuxFSN, in Association.extensions and in cookies, stands for a peer that numbers like Linux. It is no extension that could be offered.
const linuxFSN Extensions = 1 << 15

// numbersLikeLinux reports whether the peer is one of those.
func (n *announced) numbersLikeLinux() bool { return n.extensions.Has(Interleaving) && !n.iForward }

// toPeer makes the FSN of a chunk the one that the peer expects, fromPeer the one of the RFC.
func (e Extensions) toPeer(d *wire.IData) {
	if e&linuxFSN != 0 && !d.Begin() {
		d.FSN--
	}
}

func (e Extensions) fromPeer(d *wire.IData) {
	if e&linuxFSN != 0 && !d.Begin() {
		d.FSN++
	}
}
