package engine

import (
	"net/netip"
	"time"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// On a shared carrier every process of the host gets a copy of every packet, and one of them answers those out of the
// blue (RFC 9260 section 8.4): the one with the right to it, if the port is nobody's.

// watchOOTB waits for the right to answer, which one process of a host has at a time.
func (e *Engine) watchOOTB() {
	for !e.claimOOTB() {
		select {
		case <-e.ports.OOTBFree():
		case <-e.done:
			return
		}
	}
}

// claimOOTB begins to answer if no other process does.
func (e *Engine) claimOOTB() bool {
	if !e.ports.ClaimOOTB() {
		return false
	}
	e.portsMu.Lock()
	defer e.portsMu.Unlock()
	e.ootb = true
	e.mu.Lock()
	e.core.SetOOTB(true)
	e.mu.Unlock()
	_ = e.filterPorts() // As in unclaim.
	return true
}

const (
	// maxNeighbours bounds the ports of other processes that a reader remembers; it forgets all when there are more.
	maxNeighbours = 1024
	// neighbourTime is how long it remembers one. So long may a packet to a port that was given back stay unanswered.
	neighbourTime = time.Second
)

// neighbours are the ports of this host that other processes hold, as one reader has found out: the one with the right
// to answer gets copies of all their packets, and asking the table takes system calls.
type neighbours map[neighbour]mono.Time

type neighbour struct {
	port uint16
	addr netip.Addr
}

// destination returns the port that a packet goes to, and whether that is another process's as far as is known.
func (n neighbours) destination(now mono.Time, d *transport.Datagram) (port uint16, known bool) {
	if len(n) == 0 || d.Kind != transport.Packet {
		return 0, false
	}
	h, err := wire.ParseHeader(d.Data)
	if err != nil {
		return 0, false
	}
	return h.DstPort, now.Before(n[neighbour{h.DstPort, d.Path.Local}])
}

// add remembers that another process holds a port.
func (n neighbours) add(now mono.Time, port uint16, addr netip.Addr) {
	if len(n) >= maxNeighbours {
		clear(n)
	}
	n[neighbour{port, addr}] = now.Add(neighbourTime)
}

// mayBeOfOthers reports whether a stateless answer comes from a port that another process may have. That a socket listens here is
// reason enough to answer INIT and COOKIE ECHO at a port that is shared. Engine.mu is held.
func (e *Engine) mayBeOfOthers(answer []byte) bool {
	if !e.caps.Shared || e.ports == nil {
		return false
	}
	port := sourcePort(answer)
	return e.held[port] == 0 || e.shared[port] > 0 && !isOffer(answer)
}

// isOffer reports whether an answer is a step of a handshake.
func isOffer(answer []byte) bool {
	c, _, err := wire.NextChunk(answer[wire.HeaderLen:])
	return err == nil && (c.Type == wire.ChunkInitAck || c.Type == wire.ChunkError)
}

// answerDoubtful gives those answers to the writer that come from nobody's ports. No lock is held: the table of ports is the
// operating system's. It is asked once for all answers from one port, so that a flood costs little.
func (s *shard) answerDoubtful(now mono.Time, doubt *replyQueue, others neighbours) {
	e := s.engine
	var asked neighbour
	held := false
	for doubt.len() > 0 {
		r := doubt.pop()
		if n := (neighbour{sourcePort(r.data), r.path.Local}); n != asked {
			asked, held = n, e.ports.Held(n.port, n.addr)
		}
		if held {
			others.add(now, asked.port, asked.addr)
			e.tallies.mistaken.Add(1)
		} else {
			s.out.reply(r.path, r.data)
		}
	}
}

// sourcePort is the port that a packet of this side comes from.
func sourcePort(packet []byte) uint16 {
	h, _ := wire.ParseHeader(packet) // This side has built it.
	return h.SrcPort
}
