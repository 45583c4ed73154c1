package assoc

// Urgency says when packets should be asked for after a Send.
type Urgency uint8

const (
	// Now: nothing is in flight that an acknowledgement is to be expected of, or what windows let out fills a train.
	Now Urgency = iota
	// Soon: more may be queued before, and share packets and system calls with it.
	Soon
	// Later: several trains wait already for windows to open. It is the turn of those who open them.
	Later
)

// trainData is how much data fills what a carrier sends with one call: what an IP packet has room for, since trains are large packets to the
// system, less the headers of those that the train is made of.
const trainData = 60 << 10

// Urgency says how urgent it is to ask NextPacket, after a message of size bytes was queued. It is Later once for each train that waits, for
// the user to stop then and let others run.
func (a *Association) Urgency(size int) Urgency {
	s := &a.send
	if a.state != StateEstablished || s.outstanding.Len() == 0 {
		return Now
	}
	p := a.dataPath()
	room := min(p.CC.Cwnd()-s.outstanding.Flight(p.ID), s.rwnd())
	queued := s.queue.Unsent() + s.queue.Messages()*a.dataHeaderLen()
	switch {
	case min(room, queued) >= trainData:
		return Now
	case queued > 2*trainData && queued%trainData < size:
		return Later
	}
	return Soon
}
