package auth

import (
	"errors"
	"hash"
	"slices"

	"github.com/gosctp/sctp/internal/wire"
)

// Errors of Verify.
var (
	// ErrUnsupportedHMAC: an algorithm that this side did not list; the peer is told (RFC 4895 section 6.3).
	ErrUnsupportedHMAC = errors.New("HMAC algorithm was not offered")
	// ErrUnknownKey: there is no key of that number; silently discarded.
	ErrUnknownKey = errors.New("no such shared key")
	// ErrMismatch: the HMAC is not the one of these chunks under this key; silently discarded.
	ErrMismatch = errors.New("chunks are not authentic")
)

// Errors of changes of keys (RFC 6458 section 8.3).
var (
	// ErrNoKey: there is no key of that number, or it is deactivated.
	ErrNoKey = errors.New("no such shared key, or it is deactivated")
	// ErrKeyInUse: the active key cannot go.
	ErrKeyInUse = errors.New("the shared key is the active one")
)

// Context has the keys of one association and authenticates its packets from Agree on. It is not safe for concurrent use.
type Context struct {
	own, peer []byte // empty before Agree
	// required has what this side accepts only when it is authenticated, asked what the peer accepts only so.
	required, asked ChunkSet
	// accepted are the algorithms that the peer may use, hmac is the one to send with.
	accepted []uint16
	hmac     uint16
	keys     []sharedKey
	active   uint16
	// retiring: a key waits for what is still sent with it.
	retiring bool
	// sum and zeros are here because what a hash.Hash reads or writes would be allocated each time.
	sum, zeros [maxSize]byte
}

// sharedKey is a key of the endpoint pair, with the HMACs of the association's key that is made of it; nil before their first use.
type sharedKey struct {
	Key
	macs [len(algorithms)]hash.Hash
	// retiring: it was deactivated or deleted, and may have to sign what was to be sent with it before. deleted: it verifies nothing any more.
	retiring, deleted bool
	// heard: the peer has used it.
	heard bool
}

// NewContext makes a context with the keys of c.
func NewContext(c *Config) *Context {
	x := new(Context)
	x.SetKey(0, nil)
	for _, k := range c.Keys {
		x.SetKey(k.ID, k.Secret)
		x.keys[x.find(k.ID)].Deactivated = k.Deactivated
	}
	if x.find(c.Active) >= 0 {
		x.active = c.Active
	}
	return x
}

// Agree takes what both sides announced, in the handshake of the association or of a restart: lists, algorithms, and what the keys are made of. An
// error means that one of them is no key vector; then nothing has changed.
func (x *Context) Agree(own, peer []byte) error {
	mine, err := parseVector(own)
	if err != nil {
		return err
	}
	theirs, err := parseVector(peer)
	if err != nil {
		return err
	}
	x.own, x.peer, x.hmac = slices.Clone(own), slices.Clone(peer), firstKnown(theirs.hmacs)
	x.accepted = nil
	if ids, err := wire.ParseHMACAlgos(mine.hmacs); err == nil {
		for i := range ids.Len() {
			x.accepted = append(x.accepted, ids.At(i))
		}
	}
	x.required, x.asked = listed(mine.chunks), listed(theirs.chunks)
	x.forgetMACs()
	return nil
}

// With is a context with the same keys for other vectors, nil if they are none.
func (x *Context) With(own, peer []byte) *Context {
	y := &Context{keys: slices.Clone(x.keys), active: x.active}
	if y.Agree(own, peer) != nil {
		return nil
	}
	return y
}

// Disagree ends the use of the extension: the other side came back without it.
func (x *Context) Disagree() {
	x.own, x.peer, x.accepted, x.hmac = nil, nil, nil, 0
	x.required, x.asked = ChunkSet{}, ChunkSet{}
	x.forgetMACs()
}

// forgetMACs has the keys of the association made anew.
func (x *Context) forgetMACs() {
	for i := range x.keys {
		clear(x.keys[i].macs[:])
		x.keys[i].heard = false
	}
}

// Agreed reports whether the extension is in use.
func (x *Context) Agreed() bool { return len(x.peer) > 0 }

func listed(p wire.Param) (s ChunkSet) {
	for _, t := range p.Value {
		s.Add(wire.ChunkType(t))
	}
	return s
}

// Requires reports whether this side accepts a chunk of the type only behind AUTH.
func (x *Context) Requires(t wire.ChunkType) bool { return x.required.Has(t) }

// Protect has chunks of these types authenticated in both directions, whatever either side has listed. Agree ends it.
func (x *Context) Protect(types ...wire.ChunkType) {
	for _, t := range types {
		x.required.Add(t)
		x.asked.Add(t)
	}
}

// Asked reports whether the peer accepts a chunk of the type only behind AUTH.
func (x *Context) Asked(t wire.ChunkType) bool { return x.asked.Has(t) }

// PeerChunks and LocalChunks list what Asked and Requires say.
func (x *Context) PeerChunks() []wire.ChunkType { return listIn(x.peer) }

// LocalChunks lists what this side wants authenticated.
func (x *Context) LocalChunks() []wire.ChunkType { return listIn(x.own) }

// listIn is the list of a vector, in its order.
func listIn(vector []byte) []wire.ChunkType {
	n, err := parseVector(vector)
	if err != nil {
		return nil
	}
	return list(n.chunks.Value)
}

// Overhead is what AUTH takes of packets that may have to have it: 0 if the peer asked for nothing.
func (x *Context) Overhead() int {
	if x.asked.Empty() {
		return 0
	}
	return x.chunkLen()
}

func (x *Context) chunkLen() int { return wire.AuthLen(Size(x.hmac)) }

// Active is the number of the key to send with.
func (x *Context) Active() uint16 { return x.active }

func (x *Context) find(id uint16) int {
	return slices.IndexFunc(x.keys, func(k sharedKey) bool { return k.ID == id })
}

// SetKey adds a key, or replaces the one of its number.
func (x *Context) SetKey(id uint16, secret []byte) {
	k := sharedKey{Key: Key{ID: id, Secret: slices.Clone(secret)}}
	if i := x.find(id); i >= 0 {
		x.keys[i] = k
		return
	}
	x.keys = append(x.keys, k)
}

// Activate makes a key the one to send with.
func (x *Context) Activate(id uint16) error {
	if !x.Usable(id) {
		return ErrNoKey
	}
	x.active = id
	return nil
}

// Usable reports whether there is a key of that number that is not deactivated.
func (x *Context) Usable(id uint16) bool {
	i := x.find(id)
	return i >= 0 && !x.keys[i].Deactivated && !x.keys[i].deleted
}

// retire finds a key that is to go.
func (x *Context) retire(id uint16) (int, error) {
	i := x.find(id)
	switch {
	case i < 0 || x.keys[i].deleted:
		return 0, ErrNoKey
	case id == x.active:
		return 0, ErrKeyInUse
	}
	x.retiring, x.keys[i].retiring = true, true
	return i, nil
}

// Delete forgets a key: packets that are authenticated with it are discarded from now on. It signs what was to be sent with it until Release.
func (x *Context) Delete(id uint16) error {
	i, err := x.retire(id)
	if err == nil {
		x.keys[i].deleted = true
	}
	return err
}

// Deactivate keeps a key for what the peer sends, and never sends with it again.
func (x *Context) Deactivate(id uint16) error {
	i, err := x.retire(id)
	if err == nil {
		x.keys[i].Deactivated = true
	}
	return err
}

// Heard notes that the peer has used a key, and reports whether that is news. The key that is there from the beginning never is.
func (x *Context) Heard(id uint16) bool {
	i := x.find(id)
	if i < 0 || x.keys[i].heard || id == 0 {
		return false
	}
	x.keys[i].heard = true
	return true
}

// Retiring reports whether Release has something to find out.
func (x *Context) Retiring() bool { return x.retiring }

// Release lets go of the keys that were deactivated or deleted and that nothing is sent with any more, and names those of them that were not deleted.
func (x *Context) Release(used func(id uint16) bool) (free []uint16) {
	x.retiring = false
	for i := range x.keys {
		k := &x.keys[i]
		switch {
		case !k.retiring:
		case used(k.ID):
			x.retiring = true
		case !k.deleted:
			k.retiring = false
			free = append(free, k.ID)
		}
	}
	x.keys = slices.DeleteFunc(x.keys, func(k sharedKey) bool { return k.deleted && !used(k.ID) })
	return free
}

// Sign puts AUTH into a packet, before the chunk at offset at, over what is there from at on (RFC 4895 section 6.2). There has to be
// a key of that number.
func (x *Context) Sign(packet []byte, at int, key uint16) []byte {
	n := x.chunkLen()
	var room [maxChunkLen]byte
	packet = append(packet, room[:n]...)
	copy(packet[at+n:], packet[at:])
	a := wire.Auth{KeyID: key, HMACID: x.hmac, HMAC: room[:Size(x.hmac)]}
	a.Append(packet[:at])
	m := x.mac(x.find(key), x.hmac)
	m.Write(packet[at:])
	a.HMAC = m.Sum(x.sum[:0])
	a.Append(packet[:at])
	return packet
}

// Verify checks the AUTH chunk c, behind which the chunks in rest stand, up to the packet's end (RFC 4895 section 6.3).
func (x *Context) Verify(a wire.Auth, c wire.Chunk, rest []byte) error {
	if !slices.Contains(x.accepted, a.HMACID) {
		return ErrUnsupportedHMAC
	}
	i := x.find(a.KeyID)
	if i < 0 || x.keys[i].deleted {
		return ErrUnknownKey
	}
	if len(a.HMAC) != Size(a.HMACID) {
		return ErrMismatch
	}
	m := x.mac(i, a.HMACID)
	m.Write(c.Raw[:len(c.Raw)-len(a.HMAC)])
	m.Write(x.zeros[:len(a.HMAC)])
	m.Write(rest)
	if !equal(m.Sum(x.sum[:0]), a.HMAC) {
		return ErrMismatch
	}
	return nil
}

// mac is the HMAC of a key, made when it is needed first.
func (x *Context) mac(key int, id uint16) hash.Hash {
	k := &x.keys[key]
	m := &k.macs[place(id)]
	if *m == nil {
		*m = newMAC(id, associationKey(k.Secret, x.own, x.peer))
	}
	(*m).Reset()
	return *m
}
