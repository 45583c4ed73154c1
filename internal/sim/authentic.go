package sim

import (
	"math/rand/v2"
	"slices"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/auth"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// authKeys are the keys that every host has which authenticates.
var authKeys = []auth.Key{{ID: 0}, {ID: 1, Secret: []byte("one")}, {ID: 2, Secret: []byte("two")}}

// authenticable are the types of chunks that hosts list. ERROR is not among them: the one that answers a COOKIE ECHO too late is never authenticated.
var authenticable = []wire.ChunkType{
	wire.ChunkData, wire.ChunkIData, wire.ChunkSack, wire.ChunkNRSack, wire.ChunkHeartbeat, wire.ChunkHeartbeatAck, wire.ChunkAbort,
	wire.ChunkShutdown, wire.ChunkShutdownAck, wire.ChunkCookieEcho, wire.ChunkCookieAck, wire.ChunkECNE, wire.ChunkCWR,
	wire.ChunkForwardTSN, wire.ChunkIForwardTSN, wire.ChunkReConfig, wire.ChunkPktDrop, wire.ChunkPad,
}

// authentication draws what hosts want authenticated (RFC 4895), from a generator of its own, so that the rest of a scenario is as it was.
func authentication(s *Scenario) {
	d := drawer{rand.New(rand.NewPCG(s.Seed, 2))}
	if !d.often(0.5) {
		return
	}
	for i := range s.Hosts {
		h := &s.Hosts[i]
		h.Authenticates = d.often(0.8)
		h.Auth = auth.Config{Keys: authKeys, Active: uint16(d.IntN(len(authKeys))), HMACs: pick(d, nil, []uint16{wire.HMACSHA1})}
		share := d.Float64()
		for _, t := range authenticable {
			if d.often(share) {
				h.Auth.Chunks = append(h.Auth.Chunks, t)
			}
		}
	}
	for range d.IntN(4) {
		s.Actions = append(s.Actions, Action{d.duration(0, 2e9), Rekey, d.IntN(len(s.Hosts))})
	}
}

// config is what the associations of the host are made with.
func (h *HostPlan) config() assoc.Config {
	c := h.Config
	if h.Authenticates {
		c.Auth = &h.Auth
	}
	return c
}

// rekey has the association send with another key, which the peer has as well.
func (u *user) rekey() {
	if !u.a.Authenticates() {
		return
	}
	if err := u.a.ActivateAuthKey(uint16(u.w.rng.IntN(len(authKeys)))); err != nil {
		u.fail(RuleError, "ActivateAuthKey: %v", err)
	}
}

// keyed has every other message name its key.
func (u *user) keyed(m *assoc.Message) {
	if u.n.plan.Authenticates && u.a.AuthenticatesData() && !m.Partial {
		m.Key, m.HasKey = uint16(len(m.Data)%len(authKeys)), len(m.Data)%2 == 0
	}
}

// judgeAuthentic judges whether what the peer lists stands behind AUTH, of which a packet has one at most, and something behind it (RFC 4895 section
// 6.2).
func (u *user) judgeAuthentic(d *transport.Datagram) {
	var asked auth.ChunkSet
	for _, t := range u.a.PeerAuthChunks() {
		asked.Add(t)
	}
	behind, count := false, 0
	for rest := d.Data[wire.HeaderLen:]; len(rest) > 0; {
		c, more, err := wire.NextChunk(rest)
		if err != nil {
			return
		}
		rest = more
		if c.Type == wire.ChunkAuth {
			count++
			behind = len(rest) > 0
		}
		if asked.Has(c.Type) && !behind {
			u.fail(RuleAuthentic, "%v that is not authenticated, though the peer wants that", c.Type)
		}
	}
	if count > 1 || count > 0 && (!behind || !u.a.Authenticates()) {
		u.fail(RuleAuthentic, "%d AUTH chunks, something behind them %v, authentication in use %v", count, behind, u.a.Authenticates())
	}
}

// judgeAuthFailures is for the end of an association: where nobody replays and nobody forgets, nothing was discarded. A peer whose association has
// ended first has no keys left for the ABORT that answers packets out of the blue.
func (u *user) judgeAuthFailures() {
	s := u.a.Stats()
	if slices.Contains(u.n.plan.Auth.Chunks, wire.ChunkAbort) {
		s.AuthMissing = 0
	}
	if n := s.AuthMismatches + s.AuthUnknownKeys + s.AuthMissing; n > 0 && !u.w.s.Unreliable {
		u.fail(RuleAuthentic, "%d mismatches, %d unknown keys, %d chunks not authenticated", s.AuthMismatches, s.AuthUnknownKeys, s.AuthMissing)
	}
}
