package sim

import (
	"encoding/binary"
	"time"

	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// maxHaunt is how long a packet may have been lost in the network before it is replayed.
const maxHaunt = 5 * time.Second

// haunt sends what an ill-disposed network makes of a packet on its way to d.Path.Remote: a replay of it, or a forgery by
// somebody who sees no packets and has to guess the verification tag.
func (w *world) haunt(d *transport.Datagram) {
	if w.rng.Float64() < w.s.Replay {
		w.inject(d)
	}
	if w.rng.Float64() < w.s.Noise {
		w.inject(w.forge(d))
	}
}

// inject has a datagram, given as its sender sees it, appear at the receiver some time later.
func (w *world) inject(d *transport.Datagram) {
	host := w.hostOf(d.Path.Remote)
	if host < 0 || !d.Path.Local.IsValid() {
		return
	}
	arrives := *d
	if d.Kind == transport.Packet {
		arrives.Path.Local, arrives.Path.Remote = d.Path.Remote, d.Path.Local
	} else if host = w.hostOf(d.Path.Local); host < 0 {
		return
	}
	w.net.Inject(w.now.Add(time.Duration(1+w.rng.Int64N(int64(maxHaunt)))), w.nodes[host].host, arrives)
}

// forge returns a copy of a packet with a wrong tag, or an ICMP report about a packet with a wrong tag.
func (w *world) forge(d *transport.Datagram) *transport.Datagram {
	f := *d
	f.Data = append([]byte(nil), d.Data...)
	if tag := f.Data[4:8]; binary.BigEndian.Uint32(tag) != 0 {
		binary.BigEndian.PutUint32(tag, w.rng.Uint32()|1)
	} else if init := chunkOf(f.Data, wire.ChunkInit); init != nil {
		binary.BigEndian.PutUint32(init[4:8], w.rng.Uint32()|1)
	}
	switch w.rng.IntN(8) {
	case 0:
		f.Kind, f.MTU = transport.PacketTooBig, 600
	case 1:
		f.Kind = transport.ProtocolUnreachable
	default:
		wire.Seal(f.Data)
	}
	return &f
}

// chunkOf returns the first chunk of a packet, to be altered in place, if it is of the given type.
func chunkOf(packet []byte, want wire.ChunkType) []byte {
	if c, _, err := wire.NextChunk(packet[wire.HeaderLen:]); err == nil && c.Type == want {
		return c.Raw
	}
	return nil
}
