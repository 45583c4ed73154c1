package dtls

import (
	"context"
	"crypto/rand"
	"slices"
	"time"

	"github.com/gosctp/sctp/transport"
)

// batchSize is how many datagrams are read at once.
const batchSize = 64

// read gives the datagrams of a queue to their connections.
func (t *Transport) read(queue int) {
	ds := make([]transport.Datagram, batchSize)
	for {
		n, err := t.lower.ReadBatch(queue, ds)
		if err != nil {
			t.in.close(err)
			return
		}
		for i := range ds[:n] {
			t.receive(&ds[i])
		}
	}
}

// receive handles one datagram.
func (t *Transport) receive(d *transport.Datagram) {
	if d.Kind != transport.Packet {
		t.report(d)
		return
	}
	p, second := t.find(d)
	for _, p := range [...]*Peer{p, second} {
		if p == nil {
			continue
		}
		fit := p.heard(d.Data)
		if fit && p.link.push(d) {
			continue
		}
		t.mu.Lock()
		if fit {
			t.counters.Overflowed++
		} else {
			t.counters.Strays++
		}
		t.mu.Unlock()
	}
}

// find returns the connection of a datagram, nil if there is none. Sometimes there are two that it may belong to: an established one, and
// the one that is to replace it. The other one cannot decrypt it.
func (t *Transport) find(d *transport.Datagram) (*Peer, *Peer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if id := connectionID(d.Data); id != nil {
		if p := t.byID[string(id)]; p != nil {
			return p, nil
		}
	}
	s := t.byAddr[remoteOf(d.Path)]
	hello := t.accept && isClientHello(d.Data)
	switch {
	case s != nil && s.pending != nil:
		if isSealed(d.Data) {
			return s.pending, s.established
		}
		return s.pending, nil
	case hello && (s == nil || s.established.accepted):
		return t.begin(d), nil // RFC 6347 section 4.2.8: an established connection lives until this one has shown who it is
	case s == nil:
		t.counters.Strays++
		return nil, nil
	}
	return s.established, nil
}

// begin begins a connection with the ClientHello of a peer, unless there are too many. t.mu is held.
func (t *Transport) begin(d *transport.Datagram) *Peer {
	if t.closed {
		return nil
	}
	if t.accepted >= t.config.MaxConnections || t.handshakes >= t.config.MaxHandshakes && !t.makeRoom() {
		t.counters.Refused++
		return nil
	}
	p := t.newPeer(d.Path)
	p.accepted = true
	conn, err := t.config.server(p.link, func() []byte { return t.newID(p) })
	if err != nil {
		p.cancel() // Listen would have refused the Config.
		t.counters.Refused++
		return nil
	}
	p.conn = conn
	t.handshakes++
	t.halfOpen = append(t.halfOpen, p)
	t.slot(remoteOf(d.Path)).pending = p
	p.cookie = time.AfterFunc(cookieTime, func() { t.giveUp(p) })
	t.goroutines.Go(func() { t.welcome(p) })
	return p
}

// makeRoom gives the oldest handshake up whose peer may not exist at all, and reports whether there was one. t.mu is held.
func (t *Transport) makeRoom() bool {
	if len(t.halfOpen) == 0 {
		return false
	}
	p := t.halfOpen[0]
	p.cancel()
	t.leaveHandshake(p)
	t.counters.Forgotten++
	return true
}

// giveUp ends a handshake whose peer has not returned the cookie in time.
func (t *Transport) giveUp(p *Peer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if slices.Contains(t.halfOpen, p) {
		p.cancel()
		t.leaveHandshake(p)
		t.counters.Forgotten++
	}
}

// verified notes that a peer has returned the cookie: its address is its own.
func (t *Transport) verified(p *Peer) {
	if !p.accepted {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.halfOpen = slices.DeleteFunc(t.halfOpen, func(q *Peer) bool { return q == p })
}

// leaveHandshake takes a connection out of those that are not established. t.mu is held.
func (t *Transport) leaveHandshake(p *Peer) {
	if p.left {
		return
	}
	p.left = true
	if p.accepted {
		t.handshakes--
		t.halfOpen = slices.DeleteFunc(t.halfOpen, func(q *Peer) bool { return q == p })
	}
	if s := t.byAddr[remoteOf(p.path)]; s != nil && s.pending == p {
		s.pending = nil
		t.tidy(remoteOf(p.path))
	}
}

// slot returns that of an address, a new one if there is none. t.mu is held.
func (t *Transport) slot(a udpAddr) *slot {
	s := t.byAddr[a]
	if s == nil {
		s = &slot{}
		t.byAddr[a] = s
	}
	return s
}

// tidy forgets an address that no connection has. t.mu is held.
func (t *Transport) tidy(a udpAddr) {
	if s := t.byAddr[a]; s != nil && *s == (slot{}) {
		delete(t.byAddr, a)
	}
}

// newID makes the connection identifier of p.
func (t *Transport) newID(p *Peer) []byte {
	id := make([]byte, idLength)
	rand.Read(id) // It never fails.
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.byID, p.id)
	p.id = string(id)
	t.byID[p.id] = p
	return id
}

// welcome is the life of a connection that a peer began.
func (t *Transport) welcome(p *Peer) {
	ctx, cancel := context.WithTimeout(p.ctx, t.config.HandshakeTimeout)
	defer cancel()
	err := p.conn.HandshakeContext(ctx)
	p.cookie.Stop()
	if err == nil && t.establish(p) {
		p.pump()
		return
	}
	p.cancel()
	p.conn.Close()
	t.mu.Lock()
	given := p.left // up before
	t.leaveHandshake(p)
	delete(t.byID, p.id)
	if !given {
		t.counters.Failed++
	}
	t.mu.Unlock()
	if err != nil && !given && t.config.OnHandshakeError != nil {
		t.config.OnHandshakeError(p.UDPAddr(), p.explain(err))
	}
}

// establish makes a connection known whose handshake is complete, and reports whether it is to live. It takes the place of one that the peer
// had from the same address. One with a connection identifier stays: its peer may have moved away, and somebody else got the address.
func (t *Transport) establish(p *Peer) bool {
	p.measure()
	t.mu.Lock()
	if p.left || t.closed {
		t.mu.Unlock()
		return false
	}
	t.leaveHandshake(p)
	t.lastAddr++
	p.ip = peerAddr(t.lastAddr)
	t.peers[p.ip] = p
	p.established.Store(true)
	s := t.slot(remoteOf(p.path))
	old := s.established
	s.established = p
	if p.accepted {
		t.accepted++
		t.counters.Accepted++
	} else {
		t.counters.Dialed++
	}
	if old != nil && old.id == "" {
		t.counters.Replaced++
	} else {
		old = nil
	}
	t.mu.Unlock()
	if old != nil {
		old.end(errReplaced)
	}
	return true
}

// forget takes an established connection out of all tables.
func (t *Transport) forget(p *Peer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.peers[p.ip] != p {
		return
	}
	delete(t.peers, p.ip)
	delete(t.byID, p.id)
	t.vacate(p)
	if p.accepted {
		t.accepted--
	}
}

// vacate takes a connection off its address. t.mu is held.
func (t *Transport) vacate(p *Peer) {
	if s := t.byAddr[remoteOf(p.path)]; s != nil && s.established == p {
		s.established = nil
		t.tidy(remoteOf(p.path))
	}
}

// moved notes that records of a connection come another way now, as its identifier and their authenticity show (RFC 9146 section 6).
func (t *Transport) moved(p *Peer, path transport.Path) {
	t.mu.Lock()
	elsewhere := remoteOf(p.path) != remoteOf(path) && t.peers[p.ip] == p
	if elsewhere {
		t.vacate(p)
		if s := t.slot(remoteOf(path)); s.established == nil {
			s.established = p
		}
		t.counters.Moved++
	}
	p.setWay(path)
	t.mu.Unlock()
	if elsewhere {
		t.in.notice(transport.Datagram{Kind: transport.Rerouted, Path: pathTo(p.ip)})
	}
}

// report handles the word of a router or host that a datagram did not arrive. RFC 8261 section 6.1 wants nothing to rely on these; but that nobody is
// there is worth knowing for somebody who has not heard anything yet.
func (t *Transport) report(d *transport.Datagram) {
	if d.Kind != transport.ProtocolUnreachable && d.Kind != transport.Unreachable {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if s := t.byAddr[remoteOf(d.Path)]; s != nil && s.pending != nil && !s.pending.accepted {
		s.pending.refused()
	}
}

// closeIdle closes connections that carry nothing.
func (t *Transport) closeIdle() {
	// Who was not active in two rounds was idle for one at least, and for less than the time.
	ticker := time.NewTicker(t.config.IdleTimeout / 2)
	defer ticker.Stop()
	for {
		select {
		case <-t.ctx.Done():
			return
		case <-ticker.C:
		}
		for _, p := range t.Peers() {
			switch {
			case !p.accepted:
			case p.active.Swap(false):
				p.idleRounds = 0
			case p.idleRounds == 0:
				p.idleRounds++
			default:
				t.mu.Lock()
				t.counters.Idle++
				t.mu.Unlock()
				p.end(errIdle)
			}
		}
	}
}
