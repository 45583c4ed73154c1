package sctp

import (
	"fmt"
	"slices"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/auth"
	"github.com/gosctp/sctp/internal/wire"
)

// ChunkType is the type of a chunk (RFC 9260 section 3.2), for the lists of [Auth].
type ChunkType uint8

// Types of chunks that are worth authenticating.
const (
	ChunkData       = ChunkType(wire.ChunkData)
	ChunkIData      = ChunkType(wire.ChunkIData)
	ChunkSack       = ChunkType(wire.ChunkSack)
	ChunkAbort      = ChunkType(wire.ChunkAbort)
	ChunkShutdown   = ChunkType(wire.ChunkShutdown)
	ChunkCookieEcho = ChunkType(wire.ChunkCookieEcho)
	ChunkReConfig   = ChunkType(wire.ChunkReConfig)
	ChunkASCONF     = ChunkType(wire.ChunkASCONF)    // always, where addresses can be changed
	ChunkASCONFAck  = ChunkType(wire.ChunkASCONFAck) // likewise
)

func (t ChunkType) String() string { return wire.ChunkType(t).String() }

// HMAC is an algorithm of authentication (RFC 4895 section 3.3).
type HMAC uint16

const (
	HMACSHA1   = HMAC(wire.HMACSHA1)   // 20 bytes in each packet
	HMACSHA256 = HMAC(wire.HMACSHA256) // 32 bytes in each packet
)

// Auth offers the peer to authenticate chunks with keys that both sides have (RFC 4895). It is in use if the peer offers it too;
// [Conn.Authenticated] tells. Whoever wants no association without it sets Required.
//
// Each side says which types of chunks it accepts only authenticated, and the other then authenticates them. A packet that fails is
// discarded without a word, as if it had been lost, and counted in [Stats]; an [AuthenticationEvent] tells, and an [AuthError] if the association
// ends over it.
type Auth struct {
	// Chunks are what the peer has to authenticate (SCTP_AUTH_CHUNK, RFC 6458 section 8.3.2). INIT, INIT ACK, SHUTDOWN COMPLETE and AUTH
	// cannot be. With COOKIE ECHO nobody gets in who has not the key.
	Chunks []ChunkType
	// HMACs are the algorithms that the peer may use, the preferred one first (SCTP_HMAC_IDENT, section 8.1.17): SHA-256, then SHA-1, which
	// everybody has to have and is therefore always the last.
	HMACs []HMAC
	// Keys are the keys that both sides share (SCTP_AUTH_KEY, section 8.3.3). Key 0 is empty if it is not among them: it protects against
	// those who have not seen the handshake.
	Keys []AuthKey
	// ActiveKey is the number of the key to send with (SCTP_AUTH_ACTIVE_KEY, section 8.1.18).
	ActiveKey uint16
	// Required refuses peers that do not authenticate, with an ABORT. Otherwise an attacker who changes packets on their way could have both
	// sides believe that the other one does not.
	Required bool
}

// AuthKey is a key that both sides have.
type AuthKey struct {
	Number uint16
	Secret []byte
}

// KeyChoice is which key authenticates a message. The zero value is the active one; [UseAuthKey] names another.
type KeyChoice struct {
	number uint16
	named  bool
}

// UseAuthKey chooses a key for a message. Sending fails with [ErrNoAuthKey] if it is not there or deactivated, or if nothing is authenticated
// with this peer.
func UseAuthKey(number uint16) KeyChoice { return KeyChoice{number, true} }

// AuthIndication is what became of a key (RFC 6458 section 6.1.8).
type AuthIndication uint8

const (
	AuthNewKey  = AuthIndication(assoc.AuthNewKey)  // the peer uses it for the first time
	AuthFreeKey = AuthIndication(assoc.AuthFreeKey) // it was deactivated, and no message that has it waits for its acknowledgement
	AuthNone    = AuthIndication(assoc.AuthNone)    // the peer does not authenticate
	// AuthFailed, which RFC 6458 does not have: what the peer sends is discarded because it is not authentic. It is told once, until
	// something is authentic again.
	AuthFailed = AuthIndication(assoc.AuthFailed)
)

func (i AuthIndication) String() string {
	switch i {
	case AuthNewKey:
		return "AUTH_NEW_KEY"
	case AuthFreeKey:
		return "AUTH_FREE_KEY"
	case AuthNone:
		return "AUTH_NO_AUTH"
	case AuthFailed:
		return "AUTH_FAILED"
	}
	return fmt.Sprintf("AuthIndication(%d)", uint8(i))
}

// AuthenticationEvent: something became of a key (RFC 6458 section 6.1.8).
type AuthenticationEvent struct {
	AssocID    AssocID
	Indication AuthIndication
	Key        uint16
	// Err is what is wrong if the indication is AuthFailed: [ErrAuthMismatch], [ErrNotAuthenticated], [ErrUnknownAuthKey], or [ErrAuthHMAC].
	Err error
}

// Assoc names the association.
func (n AuthenticationEvent) Assoc() AssocID { return n.AssocID }

func (n AuthenticationEvent) String() string {
	if n.Err != nil {
		return fmt.Sprintf("authentication: %v, key %d: %v", n.Indication, n.Key, n.Err)
	}
	return fmt.Sprintf("authentication: %v, key %d", n.Indication, n.Key)
}

// Why what a peer sends is discarded, in [AuthenticationEvent] and [AuthError].
var (
	// ErrAuthMismatch: the key of that number is another one than the peer's, or somebody else sent it.
	ErrAuthMismatch = auth.ErrMismatch
	// ErrNotAuthenticated: it is not authenticated at all, and has to be.
	ErrNotAuthenticated = assoc.ErrNotAuthenticated
	// ErrUnknownAuthKey: there is no key of that number.
	ErrUnknownAuthKey = auth.ErrUnknownKey
	// ErrAuthHMAC: the algorithm is none of Auth.HMACs.
	ErrAuthHMAC = auth.ErrUnsupportedHMAC
)

// AuthError is an [ErrTimeout] that has to do with keys: nobody answers whose packets are discarded, or who discards packets.
type AuthError struct {
	// Key is the number of the key. Err is why what the peer sent was discarded: ErrAuthMismatch, ErrNotAuthenticated, ErrUnknownAuthKey or
	// ErrAuthHMAC. It is nil if the peer never acknowledged what was sent with the key, so that it may not have it.
	Key uint16
	Err error
}

func (e *AuthError) Error() string { return (&assoc.AuthError{Key: e.Key, Err: e.Err}).Error() }

// Timeout says true.
func (e *AuthError) Timeout() bool { return true }

// Temporary says true, as ErrTimeout does.
func (e *AuthError) Temporary() bool { return true }

// Unwrap has ErrTimeout and Err.
func (e *AuthError) Unwrap() []error { return []error{ErrTimeout, e.Err} }

// Errors of changes of keys.
var (
	// ErrNoAuthKey: there is no key of that number, or it is deactivated.
	ErrNoAuthKey = assoc.ErrNoAuthKey
	// ErrAuthKeyInUse: the key is the active one.
	ErrAuthKeyInUse = auth.ErrKeyInUse
)

// Authenticated reports whether chunks are authenticated: both sides offered it.
func (c *Conn) Authenticated() bool {
	var yes bool
	_ = c.assoc.Auth(func(a *assoc.Association) error { // an association that is over authenticates nothing
		yes = a.Authenticates()
		return nil
	})
	return yes
}

// SetAuthKey adds a key, or replaces the one of its number (SCTP_AUTH_KEY, RFC 6458 section 8.3.3). To change keys without losing
// packets, add the new one on both sides, then make it active. Without Config.Auth the error is [ErrNotNegotiated].
func (c *Conn) SetAuthKey(k AuthKey) error {
	return c.authenticate(func(a *assoc.Association) error { return a.SetAuthKey(k.Number, k.Secret) })
}

// ActivateAuthKey sends with a key from now on (SCTP_AUTH_ACTIVE_KEY, section 8.1.18). Messages that were written before keep the key that was
// active then, also when they have to be sent again. The error is [ErrNoAuthKey] for one that is not there or deactivated.
func (c *Conn) ActivateAuthKey(number uint16) error {
	return c.authenticate(func(a *assoc.Association) error { return a.ActivateAuthKey(number) })
}

// DeactivateAuthKey never makes a key active again, and goes on to accept it from the peer (SCTP_AUTH_DEACTIVATE_KEY, section 8.3.4). An
// [AuthenticationEvent] says when nothing needs it for sending. The active key cannot go: [ErrAuthKeyInUse].
func (c *Conn) DeactivateAuthKey(number uint16) error {
	return c.authenticate(func(a *assoc.Association) error { return a.DeactivateAuthKey(number) })
}

// DeleteAuthKey forgets a key (SCTP_AUTH_DELETE_KEY, section 8.3.5). What the peer authenticates with it is discarded from then on. The active
// key cannot go: [ErrAuthKeyInUse]. Messages that were written with the key are still sent with it.
func (c *Conn) DeleteAuthKey(number uint16) error {
	return c.authenticate(func(a *assoc.Association) error { return a.DeleteAuthKey(number) })
}

// PeerAuthChunks are the types of chunks that the peer wants authenticated (SCTP_PEER_AUTH_CHUNKS, section 8.2.3).
func (c *Conn) PeerAuthChunks() []ChunkType {
	var types []ChunkType
	_ = c.assoc.Auth(func(a *assoc.Association) error { // as in Authenticated
		for _, t := range a.PeerAuthChunks() {
			types = append(types, ChunkType(t))
		}
		return nil
	})
	return types
}

func (c *Conn) authenticate(do func(*assoc.Association) error) error {
	return c.wrap("authenticate", c.assoc.Auth(do))
}

// core returns a as the association needs it.
func (a *Auth) core() *auth.Config {
	if a == nil {
		return nil
	}
	c := &auth.Config{Active: a.ActiveKey, Required: a.Required}
	for _, t := range a.Chunks {
		c.Chunks = append(c.Chunks, wire.ChunkType(t))
	}
	for _, h := range a.HMACs {
		c.HMACs = append(c.HMACs, uint16(h))
	}
	for _, k := range a.Keys {
		c.Keys = append(c.Keys, auth.Key{ID: k.Number, Secret: slices.Clone(k.Secret)})
	}
	return c
}

// validate refuses what would be left out silently.
func (a *Auth) validate() error {
	if a == nil {
		return nil
	}
	for _, t := range a.Chunks {
		if !auth.Listable(wire.ChunkType(t)) {
			return &ConfigError{"Auth.Chunks", a.Chunks, "no INIT, INIT ACK, SHUTDOWN COMPLETE or AUTH (RFC 4895 section 3.2)"}
		}
	}
	for _, h := range a.HMACs {
		if auth.Size(uint16(h)) == 0 {
			return &ConfigError{"Auth.HMACs", a.HMACs, "HMACSHA1 and HMACSHA256"}
		}
	}
	if a.ActiveKey != 0 && !slices.ContainsFunc(a.Keys, func(k AuthKey) bool { return k.Number == a.ActiveKey }) {
		return &ConfigError{"Auth.ActiveKey", a.ActiveKey, "0 or the number of one of Auth.Keys"}
	}
	return nil
}
