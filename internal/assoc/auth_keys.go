package assoc

import (
	"github.com/gosctp/sctp/internal/auth"
	"github.com/gosctp/sctp/internal/tx"
	"github.com/gosctp/sctp/internal/wire"
)

// Keys of messages (RFC 6458 sections 5.3.8 and 8.1.18): each message has the key that was active, or was named, when it was given to Send, also when
// it is sent again. A packet has one AUTH chunk and so one key: messages of different keys are not bundled.

// AuthenticatesData reports whether user messages are authenticated, because the peer wants that.
func (a *Association) AuthenticatesData() bool { return a.dataOverhead() > 0 }

// MayUseKey reports whether a message may name this key.
func (a *Association) MayUseKey(key uint16) bool {
	return a.auth != nil && a.auth.Usable(key) && (a.opening != nil || a.auth.Agreed())
}

// keyOf is the key of a message.
func (a *Association) keyOf(m *Message) uint16 {
	switch {
	case a.auth == nil:
		return 0
	case m.HasKey:
		return m.Key
	}
	return a.auth.Active()
}

// otherKey reports whether a message may not go into a packet because its key is not the one of the DATA that is there.
func (a *Association) otherKey(k *builder, m *tx.Message) bool {
	return k.data > 0 && m.Key != k.key && a.AuthenticatesData()
}

// releaseKeys tells of keys that were deactivated when the last message that has them is acknowledged or given up.
func (a *Association) releaseKeys() {
	if a.auth == nil || !a.auth.Retiring() {
		return
	}
	for _, id := range a.auth.Release(a.send.queue.Uses) {
		a.emit(Authentication{Indication: AuthFreeKey, Key: id})
	}
}

// SetAuthKey adds or replaces an endpoint pair shared key (RFC 6458 section 8.3.3). The peer has to have it too before one side makes it active.
func (a *Association) SetAuthKey(id uint16, secret []byte) error {
	return a.changeKeys(func(x *auth.Context) error {
		x.SetKey(id, secret)
		return nil
	})
}

// ActivateAuthKey authenticates with a key what is sent from now on (section 8.1.18); messages that were given to Send before keep theirs.
func (a *Association) ActivateAuthKey(id uint16) error {
	return a.changeKeys(func(x *auth.Context) error { return x.Activate(id) })
}

// DeleteAuthKey forgets a key (section 8.3.5): what the peer authenticates with it is discarded. Messages that have it are still sent with it.
func (a *Association) DeleteAuthKey(id uint16) error {
	return a.changeKeys(func(x *auth.Context) error { return x.Delete(id) })
}

// DeactivateAuthKey takes a key for no further message (section 8.3.4). An Authentication event says when none that has it is left.
func (a *Association) DeactivateAuthKey(id uint16) error {
	return a.changeKeys(func(x *auth.Context) error { return x.Deactivate(id) })
}

// changeKeys changes the keys of an association that offers to authenticate.
func (a *Association) changeKeys(change func(*auth.Context) error) error {
	if a.auth == nil {
		return ErrNotNegotiated
	}
	err := change(a.auth.Context)
	a.releaseKeys()
	return err
}

// PeerAuthChunks and LocalAuthChunks are the types of chunks that the peer and this side want authenticated (sections 8.2.3 and 8.2.4).
func (a *Association) PeerAuthChunks() []wire.ChunkType {
	if !a.Authenticates() {
		return nil
	}
	return a.auth.PeerChunks()
}

// LocalAuthChunks is what this side wants authenticated.
func (a *Association) LocalAuthChunks() []wire.ChunkType {
	if !a.Authenticates() {
		return nil
	}
	return a.auth.LocalChunks()
}

// ActiveAuthKey is the number of the key that is sent with.
func (a *Association) ActiveAuthKey() uint16 {
	if a.auth == nil {
		return 0
	}
	return a.auth.Active()
}
