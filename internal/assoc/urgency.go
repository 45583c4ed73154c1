package assoc

// Urgency says when packets should be asked for after a Send.
type Urgency uint8

const (
	// Now: nothing is in flight that an acknowledgement is to be expected of, or what windows let out fills a train.
	Now Urgency = iota
	// Soon: more may be queued before, and share packets and system calls with it.
	Soon
)

// trainBytes is what a carrier sends with one call: about as much as an IP packet has room for, since trains are large packets to the system.
const trainBytes = 60 << 10

// Urgency says how urgent it is to ask NextPacket for what was queued.
func (a *Association) Urgency() Urgency {
	s := &a.send
	if a.state != StateEstablished || s.outstanding.Len() == 0 {
		return Now
	}
	p := a.dataPath()
	room := min(p.CC.Cwnd()-s.outstanding.Flight(p.ID), s.rwnd())
	if min(room, s.queue.Unsent()+s.queue.Messages()*a.dataHeaderLen()) >= trainBytes {
		return Now
	}
	return Soon
}
