// Package cookie seals into a State Cookie what an INIT and its answer agreed on, and opens it again when COOKIE ECHO
// brings it back (RFC 9260 sections 5.1.3 to 5.1.5).
//
// A cookie is authenticated with HMAC-SHA-256 under a key that changes every KeyLifetime; the keys derive from one secret and the time,
// so that sealing changes nothing and any holder of the secret can open. It is not encrypted and holds nothing that the peer does not
// know, except tie-tags, which are random stand-ins for the tags of an existing association (section 5.2.2).
package cookie

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash"
	"time"

	"github.com/gosctp/sctp/internal/mono"
)

// KeyLifetime is how long a key seals; it opens for as long again. RFC 9260 section 5.1.3 suggests to change it hourly.
const KeyLifetime = time.Hour

const macLen = sha256.Size

var (
	// ErrInvalid: not sealed here, or so long ago that the key is gone. Such a packet is discarded silently (section 5.1.5 item 2).
	ErrInvalid = errors.New("state cookie is not authentic")
)

// Jar seals and opens cookies. It is not safe for concurrent use; holders of the same secret make one each.
type Jar struct {
	secret [32]byte
	epoch  int64
	mac    hash.Hash // keyed for epoch; nil before the first use
	sum    [macLen]byte
}

// NewJar returns a jar for a secret.
func NewJar(secret [32]byte) *Jar { return &Jar{secret: secret} }

// epochOf is the number of the key in use at t.
func epochOf(t mono.Time) int64 { return int64(t) / int64(KeyLifetime) }

// authenticate returns the MAC of b under the key of an epoch, valid until the next call.
func (j *Jar) authenticate(epoch int64, b []byte) []byte {
	if j.mac == nil || j.epoch != epoch {
		derive := hmac.New(sha256.New, j.secret[:])
		derive.Write(binary.BigEndian.AppendUint64(nil, uint64(epoch)))
		j.mac, j.epoch = hmac.New(sha256.New, derive.Sum(nil)), epoch
	}
	j.mac.Reset()
	j.mac.Write(b)
	return j.mac.Sum(j.sum[:0])
}

// Seal appends the cookie for c, created now, to b.
func (j *Jar) Seal(b []byte, now mono.Time, c *Content) []byte {
	c.Created = now
	start := len(b)
	b = c.append(b)
	mac := j.authenticate(epochOf(now), b[start:])
	c.mac = [macLen]byte(mac)
	return append(b, mac...)
}

// Open authenticates a cookie and reads it. Whether it is stale is told by Content.Staleness: that depends on tags too (RFC 9260 section
// 5.2.4 item 3).
func (j *Jar) Open(now mono.Time, b []byte) (*Content, error) {
	if len(b) < macLen {
		return nil, ErrInvalid
	}
	body, mac := b[:len(b)-macLen], b[len(b)-macLen:]
	created, ok := createdAt(body)
	if !ok || now < created || epochOf(now)-epochOf(created) > 1 {
		return nil, ErrInvalid
	}
	if !hmac.Equal(mac, j.authenticate(epochOf(created), body)) {
		return nil, ErrInvalid
	}
	c := new(Content)
	if !c.parse(body) {
		return nil, ErrInvalid
	}
	c.mac = [macLen]byte(mac)
	return c, nil
}

// Sealed reports whether b is the cookie that c was read from or sealed as.
func (c *Content) Sealed(b []byte) bool {
	return len(b) >= macLen && [macLen]byte(b[len(b)-macLen:]) == c.mac
}
