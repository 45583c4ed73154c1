package sockets

import (
	"slices"
	"sync/atomic"
	"syscall"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/auth"
	"github.com/gosctp/sctp/internal/engine"
	"github.com/gosctp/sctp/internal/wire"
)

// authOptions are those of AUTH (RFC 4895, RFC 6458 section 8.3). Lists are for associations to come, keys also for those that there are.
var authOptions = table{
	linux.SCTP_AUTH_CHUNK:          of(setAuthChunk, nil),
	linux.SCTP_HMAC_IDENT:          of(setHMACs, getHMACs),
	linux.SCTP_AUTH_KEY:            of(setAuthKey, nil),
	linux.SCTP_AUTH_ACTIVE_KEY:     of(setActiveKey, getActiveKey),
	linux.SCTP_AUTH_DELETE_KEY:     of(deleteKey, nil),
	linux.SCTP_AUTH_DEACTIVATE_KEY: of(deactivateKey, nil),
	linux.SCTP_PEER_AUTH_CHUNKS:    of(nil, getPeerAuthChunks),
	linux.SCTP_LOCAL_AUTH_CHUNKS:   of(nil, getLocalAuthChunks),
}

// authentication is what AUTH would be done with. Slices in it are replaced, not changed: associations share them with their socket.
type authentication struct {
	on     bool
	chunks []uint8 // what a peer shall authenticate
	hmacs  []uint16
	keys   []authKey
	active uint16
}

type authKey struct {
	number      uint16
	deactivated bool
	secret      []byte
}

// authenticationOf is that of a socket on which no option was set. There is always a key, number 0, which is empty (RFC 4895 section 6.1).
func authenticationOf(s *linux.Sysctls) authentication {
	a := authentication{hmacs: []uint16{linux.SCTP_AUTH_HMAC_ID_SHA1}, keys: make([]authKey, 1)}
	if s.AuthEnable != 0 {
		a.enable(s.AddIPEnable != 0)
	}
	return a
}

// core is what associations begin with; nil without AUTH.
func (a *authentication) core() *auth.Config {
	if !a.on {
		return nil
	}
	c := &auth.Config{HMACs: a.hmacs, Active: a.active}
	for _, t := range a.chunks {
		c.Chunks = append(c.Chunks, wire.ChunkType(t))
	}
	for _, k := range a.keys {
		c.Keys = append(c.Keys, auth.Key{ID: k.number, Secret: k.secret, Deactivated: k.deactivated})
	}
	return c
}

// enable switches AUTH on. ASCONF is of no use without (RFC 5061 section 4.1.1).
func (a *authentication) enable(asconf bool) {
	a.on = true
	if asconf {
		a.addChunk(uint8(wire.ChunkASCONF))
		a.addChunk(uint8(wire.ChunkASCONFAck))
	}
}

func (a *authentication) addChunk(t uint8) {
	if !slices.Contains(a.chunks, t) {
		a.chunks = append(slices.Clone(a.chunks), t)
	}
}

// find returns the place of a key that exists and may be used, or says EINVAL.
func (a *authentication) find(number uint16) (int, error) {
	i := slices.IndexFunc(a.keys, func(k authKey) bool { return k.number == number })
	if i < 0 {
		return 0, syscall.EINVAL
	}
	return i, nil
}

func (a *authentication) setKey(number uint16, secret []byte) error {
	k := authKey{number: number, secret: slices.Clone(secret)}
	a.keys = slices.Clone(a.keys)
	if i, err := a.find(number); err == nil {
		a.keys[i] = k
	} else {
		a.keys = append(a.keys, k)
	}
	return nil
}

func (a *authentication) activate(number uint16) error {
	i, err := a.find(number)
	if err == nil && a.keys[i].deactivated {
		err = syscall.EINVAL
	}
	if err == nil {
		a.active = number
	}
	return err
}

// retire finds a key that is not the active one, for it to go.
func (a *authentication) retire(number uint16) (int, error) {
	if number == a.active {
		return 0, syscall.EINVAL
	}
	a.keys = slices.Clone(a.keys)
	return a.find(number)
}

func (a *authentication) delete(number uint16) error {
	i, err := a.retire(number)
	if err == nil {
		a.keys = slices.Delete(a.keys, i, i+1)
	}
	return err
}

func (a *authentication) deactivate(number uint16) error {
	i, err := a.retire(number)
	if err == nil {
		a.keys[i].deactivated = true
	}
	return err
}

// changeAuth changes that of what an identifier names, those to come first; what has no AUTH says EACCES. use has each
// association that was changed do the same; what it says of keys is known already. s.mu is held.
func (s *Socket) changeAuth(id linux.AssocID, change func(*authentication) error, use func(*assoc.Association) error) error {
	targets, future, err := s.targets(id)
	try := func(p *atomic.Pointer[defaults]) error {
		auth := p.Load().auth
		failed := error(syscall.EACCES)
		if auth.on {
			failed = change(&auth)
		}
		if failed == nil {
			changeAt(p, func(d *defaults) { d.auth = auth })
		} else if err == nil {
			err = failed
		}
		return failed
	}
	if future {
		_ = try(&s.defaults) // err has it
		s.reconfigure()
	}
	for _, a := range targets {
		if sub, ok := a.Filter().(*subscriber); ok && try(&sub.defaults) == nil {
			_ = a.Auth(use)
		}
	}
	return err
}

// authOf is that of an association, or of those to come. s.mu is held.
func (s *Socket) authOf(id linux.AssocID) (*authentication, error) {
	a, err := s.source(id)
	if err != nil {
		return nil, err
	}
	auth := &s.defaultsOf(a).auth
	if !auth.on {
		return nil, syscall.EACCES
	}
	return auth, nil
}

// setAuthSupported is for associations to come.
func setAuthSupported(s *Socket, v *linux.AssocValue) error {
	if _, err := s.source(v.AssocID); err != nil {
		return err
	}
	s.changeFuture(func(d *defaults) {
		if d.auth.on = v.Value != 0; d.auth.on {
			d.auth.enable(s.options.ext.asconf)
		}
	})
	s.reconfigure()
	return nil
}

func getAuthSupported(s *Socket, v *linux.AssocValue) error {
	a, err := s.source(v.AssocID)
	if err != nil {
		return err
	}
	on := s.defaults.Load().auth.on
	if a != nil {
		on = authenticates(a)
	}
	v.Value = uint32(number(on))
	return nil
}

// authenticates reports whether an association uses AUTH; one that is over does not.
func authenticates(a *engine.Assoc) (yes bool) {
	_ = a.Auth(func(x *assoc.Association) error {
		yes = x.Authenticates()
		return nil
	})
	return yes
}

// setAuthChunk refuses what cannot be authenticated (RFC 4895 section 3.2).
func setAuthChunk(s *Socket, v *linux.AuthChunk) error {
	switch wire.ChunkType(v.Chunk) {
	case wire.ChunkInit, wire.ChunkInitAck, wire.ChunkShutdownComplete, wire.ChunkAuth:
		return syscall.EINVAL
	}
	s.changeFuture(func(d *defaults) { d.auth.addChunk(v.Chunk) })
	s.reconfigure()
	return nil
}

// setHMACs has SHA-1 among them, as RFC 4895 section 3.3 demands.
func setHMACs(s *Socket, v *linux.HMACAlgo) error {
	for _, id := range v.Idents {
		if id != linux.SCTP_AUTH_HMAC_ID_SHA1 && id != linux.SCTP_AUTH_HMAC_ID_SHA256 {
			return syscall.EOPNOTSUPP
		}
	}
	if !slices.Contains(v.Idents, linux.SCTP_AUTH_HMAC_ID_SHA1) {
		return syscall.EINVAL
	}
	s.changeFuture(func(d *defaults) { d.auth.hmacs = slices.Clone(v.Idents) })
	s.reconfigure()
	return nil
}

func getHMACs(s *Socket, v *linux.HMACAlgo) error {
	v.Idents = s.defaults.Load().auth.hmacs
	return nil
}

func setAuthKey(s *Socket, v *linux.AuthKey) error {
	return s.changeAuth(v.AssocID, func(a *authentication) error { return a.setKey(v.KeyNumber, v.Key) },
		func(x *assoc.Association) error { return x.SetAuthKey(v.KeyNumber, v.Key) })
}

func setActiveKey(s *Socket, v *linux.AuthKeyID) error {
	return s.changeAuth(v.AssocID, func(a *authentication) error { return a.activate(v.KeyNumber) },
		func(x *assoc.Association) error { return x.ActivateAuthKey(v.KeyNumber) })
}

func getActiveKey(s *Socket, v *linux.AuthKeyID) error {
	a, err := s.authOf(v.AssocID)
	if err == nil {
		v.KeyNumber = a.active
	}
	return err
}

func deleteKey(s *Socket, v *linux.AuthKeyID) error {
	return s.changeAuth(v.AssocID, func(a *authentication) error { return a.delete(v.KeyNumber) },
		func(x *assoc.Association) error { return x.DeleteAuthKey(v.KeyNumber) })
}

// deactivateKey tells when nothing uses the key any more, which is at once.
func deactivateKey(s *Socket, v *linux.AuthKeyID) error {
	return s.changeAuth(v.AssocID, func(a *authentication) error { return a.deactivate(v.KeyNumber) },
		func(x *assoc.Association) error { return x.DeactivateAuthKey(v.KeyNumber) })
}

// getPeerAuthChunks says EACCES of a peer that has no AUTH.
func getPeerAuthChunks(s *Socket, v *linux.AuthChunks) error {
	a := s.member(v.AssocID)
	if a == nil {
		return syscall.EINVAL
	}
	if !authenticates(a) {
		return syscall.EACCES
	}
	return a.Auth(func(x *assoc.Association) error {
		v.Chunks = v.Chunks[:0] // what the program's buffer had in it
		for _, t := range x.PeerAuthChunks() {
			v.Chunks = append(v.Chunks, byte(t))
		}
		return nil
	})
}

func getLocalAuthChunks(s *Socket, v *linux.AuthChunks) error {
	a, err := s.authOf(v.AssocID)
	if err == nil {
		v.Chunks = a.chunks
	}
	return err
}

// useKey has a message authenticated with the key that its ancillary data names (RFC 6458 section 5.3.8). Where user messages are not authenticated
// nobody looks at it.
func useKey(a *engine.Assoc, m *assoc.Message, c *linux.SendControl) {
	if !c.Asks(linux.SCTP_AUTHINFO) {
		return
	}
	_ = a.Auth(func(x *assoc.Association) error { // of one that is over, sending says so
		m.Key, m.HasKey = c.Auth.KeyNumber, x.AuthenticatesData()
		return nil
	})
}
