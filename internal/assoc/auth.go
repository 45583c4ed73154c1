package assoc

import (
	"slices"

	"github.com/gosctp/sctp/internal/auth"
	"github.com/gosctp/sctp/internal/cookie"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/wire"
)

// authentication, in Association.extensions and in cookies, says that chunks are authenticated (RFC 4895). It is offered by Config.Auth, not by
// Config.Enable.
const authentication Extensions = 1 << 14

// authenticator is what an association has for authentication.
type authenticator struct {
	*auth.Context
	// own is the key vector of INIT, and of INIT ACK as long as the handshake lasts.
	own []byte
	// trouble is why the last of what had to be authentic was discarded, if nothing was authentic since.
	trouble AuthError
}

// AuthVector makes the key vector of an INIT or INIT ACK with a random number (RFC 4895 section 6.1); nil if the configuration has no
// authentication.
func AuthVector(c *Config, random func() uint64) []byte {
	if c.Auth == nil {
		return nil
	}
	var r [auth.RandomLen]byte
	var v uint64
	for i := range r {
		if i%8 == 0 {
			v = random()
		}
		r[i] = byte(v)
		v >>= 8
	}
	keys := *c.Auth
	if (DefaultExtensions|c.Enable)&^c.Disable&DynamicAddresses != 0 { // RFC 5061 section 4.2.7
		keys.Chunks = append(slices.Clip(keys.Chunks), wire.ChunkASCONF, wire.ChunkASCONFAck)
	}
	return auth.Vector(r, &keys)
}

// beginAuth prepares authentication with these keys, before anything is sent.
func (a *Association) beginAuth(c *auth.Config) {
	a.auth = &authenticator{Context: auth.NewContext(c)}
	a.send.queue.CountKeys()
}

func (a *Association) newVector() []byte { return AuthVector(a.cfg, a.rand.Uint64) }

// agree takes the key vectors of both sides; without the extension in use there is nothing to authenticate.
func (a *Association) agree(own, peer []byte) {
	if !a.extensions.Has(authentication) {
		if a.auth != nil {
			a.auth.Disagree()
		}
		return
	}
	if a.auth == nil { // it was configured when the INIT was answered
		a.beginAuth(&auth.Config{})
	}
	if a.auth.Agree(own, peer) != nil {
		a.auth.Disagree()
	}
	a.auth.own, a.auth.trouble = own, AuthError{}
	if a.auth.Agreed() && a.extensions.Has(DynamicAddresses) {
		a.auth.Protect(wire.ChunkASCONF, wire.ChunkASCONFAck)
	}
}

// Authenticates reports whether chunks are authenticated with this peer.
func (a *Association) Authenticates() bool { return a.auth != nil && a.auth.Agreed() }

// authOverhead is what AUTH takes of packets.
func (a *Association) authOverhead() int {
	if a.auth == nil {
		return 0
	}
	return a.auth.Overhead()
}

// dataOverhead is what AUTH takes of packets with DATA, if the peer lists it.
func (a *Association) dataOverhead() int {
	if a.auth == nil || !a.auth.Asked(a.dataType()) {
		return 0
	}
	return a.auth.Overhead()
}

func (a *Association) dataType() wire.ChunkType {
	if a.extensions.Has(Interleaving) {
		return wire.ChunkIData
	}
	return wire.ChunkData
}

// reserveAuth keeps room for AUTH in a packet.
func (a *Association) reserveAuth(k *builder) {
	if a.auth == nil {
		return
	}
	k.reserved, k.key = a.auth.Overhead(), a.auth.Active()
	k.limit -= k.reserved
}

// release gives DATA the room of AUTH where nothing in the packet needs it. A packet that is closed stays so.
func (a *Association) release(k *builder) {
	if k.reserved == 0 || k.room() == 0 || a.dataOverhead() > 0 || a.listedIn(k.b) >= 0 {
		return
	}
	k.limit += k.reserved
	k.reserved = 0
}

// listedIn is where the first chunk of a packet is that the peer wants authenticated, -1 if there is none.
func (a *Association) listedIn(packet []byte) int {
	for rest := packet[wire.HeaderLen:]; len(rest) > 0; {
		c, more, err := wire.NextChunk(rest)
		if err != nil {
			break
		}
		if a.auth.Asked(c.Type) {
			return len(packet) - len(rest)
		}
		rest = more
	}
	return -1
}

// sign puts AUTH into a packet, before the first chunk that the peer wants authenticated (RFC 4895 section 6.2). A COOKIE ECHO that need not be
// keeps its place at the beginning.
func (a *Association) sign(packet []byte, key uint16) []byte {
	at := a.listedIn(packet)
	if at < 0 {
		return packet
	}
	a.incidents().AuthSent++
	a.stats.ControlSent++
	return a.auth.Sign(packet, at, key)
}

// admission says what becomes of a chunk.
type admission uint8

const (
	admitChunk admission = iota
	// admitOthers: it is discarded, those behind it count.
	admitOthers
	// admitNothing: it and what follows are discarded.
	admitNothing
)

// authenticate verifies AUTH, and discards what should stand behind one and does not (RFC 4895 section 6.3). rest is what follows c.
func (a *Association) authenticate(now mono.Time, in *inbound, c wire.Chunk, rest []byte) admission {
	x := a.auth.Context
	switch {
	case x.Agreed():
	case c.Type == wire.ChunkAuth:
		next, _, err := wire.NextChunk(rest)
		if err != nil || next.Type != wire.ChunkCookieEcho {
			return admitNothing
		}
		x = a.cookieContext(now, next)
	case c.Type == wire.ChunkCookieEcho:
		x = a.cookieContext(now, c)
	default:
		return admitChunk
	}
	switch {
	case x == nil && c.Type == wire.ChunkAuth:
		return admitNothing
	case x == nil:
		return admitChunk
	case c.Type == wire.ChunkAuth:
		return a.recvAuth(in, x, c, rest)
	case x.Requires(c.Type) && !a.control.authenticated:
		a.incidents().AuthMissing++
		a.distrust(ErrNotAuthenticated, 0)
		if c.Type == wire.ChunkASCONF {
			return admitNothing // RFC 5061 section 5.2 D5
		}
		return admitOthers
	}
	return admitChunk
}

// cookieContext is the context that a COOKIE ECHO brings to a collision of INITs, where the peer's INIT ACK has not come: nil if there is none.
func (a *Association) cookieContext(now mono.Time, echo wire.Chunk) *auth.Context {
	c, err := cookie.NewJar(*a.secret).Open(now, echo.Value)
	if err != nil || len(c.PeerAuth) == 0 {
		return nil
	}
	return a.auth.With(c.LocalAuth, c.PeerAuth)
}

// recvAuth verifies an AUTH chunk. A second one in a packet is refused: verifying one after the other would let a peer ask for much work with few
// bytes.
func (a *Association) recvAuth(in *inbound, x *auth.Context, c wire.Chunk, rest []byte) admission {
	h, err := wire.ParseAuth(c)
	if err != nil || a.control.authenticated {
		err = auth.ErrMismatch
	} else {
		err = x.Verify(h, c, rest)
	}
	switch err {
	case nil:
	case auth.ErrUnsupportedHMAC:
		a.incidents().AuthUnknownKeys++
		if a.state != StateCookieWait && a.state != StateClosed && in.header.Tag == a.localTag {
			a.queueCause(wire.AppendUnsupportedHMAC(nil, h.HMACID))
		}
	case auth.ErrUnknownKey:
		a.incidents().AuthUnknownKeys++
	default:
		a.incidents().AuthMismatches++
	}
	if err != nil {
		a.distrust(err, h.KeyID)
		return admitNothing
	}
	a.incidents().AuthReceived++
	a.auth.trouble = AuthError{}
	a.control.authenticated = true
	if a.state != StateClosed && a.auth.Heard(h.KeyID) { // the association comes up before it has news
		a.emit(Authentication{Indication: AuthNewKey, Key: h.KeyID})
	}
	return admitOthers
}

// AuthenticEcho reports whether a packet whose chunks bring a cookie may make an association: whether its AUTH chunk, if it begins with one, is right,
// and whether there is one if this side wants COOKIE ECHO authenticated (RFC 4895 section 6.3).
func AuthenticEcho(cfg *Config, c *cookie.Content, chunks []byte) bool {
	first, rest, err := wire.NextChunk(chunks)
	if err != nil {
		return false
	}
	if len(c.PeerAuth) == 0 {
		return first.Type != wire.ChunkAuth
	}
	keys := cfg.Auth
	if keys == nil {
		keys = new(auth.Config)
	}
	x := auth.NewContext(keys)
	if x.Agree(c.LocalAuth, c.PeerAuth) != nil {
		return false
	}
	if first.Type != wire.ChunkAuth {
		return !x.Requires(wire.ChunkCookieEcho)
	}
	h, err := wire.ParseAuth(first)
	return err == nil && x.Verify(h, first, rest) == nil
}
