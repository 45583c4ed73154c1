package simnet

import (
	"fmt"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/transport"
)

// Fate is what happened to a packet.
type Fate uint8

const (
	// Sent: the packet is on its way.
	Sent Fate = iota + 1
	// Duplicated: a second copy of it is.
	Duplicated
	// Corrupted: a bit of it was flipped; Sent or LostDamaged follows.
	Corrupted
	// Delivered: it reached a host.
	Delivered
	// LostLink: the link lost it.
	LostLink
	// LostQueue: the queue before the link was full.
	LostQueue
	// LostTooBig: it did not fit through the host's interface or the link.
	LostTooBig
	// LostCut: the way was cut.
	LostCut
	// LostNoHost: nobody had the address when it got there.
	LostNoHost
	// LostNoSource: the sender does not have the address that it was to leave from.
	LostNoSource
	// LostPort: the receiver does not listen on that UDP port, or not on UDP.
	LostPort
	// LostNAT: a NAT did not let it through.
	LostNAT
	// LostFilter: Network.Filter took it out.
	LostFilter
	// LostDamaged: it was corrupted, and hosts with SetErrorDetection notice.
	LostDamaged
	// LostInbox: the receiving carrier was not read from.
	LostInbox
)

var fateNames = [...]string{
	Sent: "sent", Duplicated: "duplicated", Corrupted: "corrupted", Delivered: "delivered",
	LostLink: "lost on the link", LostQueue: "lost in a full queue", LostTooBig: "too big", LostCut: "lost on a cut way",
	LostNoHost: "lost: no such host", LostNoSource: "not sent: no such source", LostPort: "lost: no such UDP port",
	LostNAT: "lost at a NAT", LostFilter: "filtered", LostDamaged: "lost: damaged", LostInbox: "lost in a full inbox",
}

func (f Fate) String() string {
	if int(f) < len(fateNames) && fateNames[f] != "" {
		return fateNames[f]
	}
	return fmt.Sprintf("Fate(%d)", uint8(f))
}

// Event is something that happened to a packet.
type Event struct {
	Time mono.Time
	Fate Fate
	// Path is as the sender sees it.
	Path transport.Path
	// Data is valid only during the call.
	Data []byte
}

func (n *Network) note(at mono.Time, f Fate, p transport.Path, data []byte) {
	if n.trace != nil {
		n.trace(Event{Time: at, Fate: f, Path: p, Data: data})
	}
}
