package cookie

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"time"

	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/seq"
)

// MaxAddrs bounds the peer addresses in a cookie.
const MaxAddrs = 32

// Content is what a State Cookie keeps between INIT and COOKIE ECHO.
type Content struct {
	Created  mono.Time
	Lifespan time.Duration

	LocalPort, PeerPort     uint16
	LocalTag, PeerTag       uint32
	LocalTieTag, PeerTieTag uint32 // zero: no association existed (RFC 9260 section 5.2.2)
	LocalTSN, PeerTSN       seq.TSN
	OutStreams, InStreams   uint16 // agreed
	LocalRwnd, PeerRwnd     uint32
	HasAdaptation           bool
	PeerAdaptation          uint32
	Extensions              uint16     // those in use, as package assoc counts them
	LocalAddr               netip.Addr // where the INIT went
	PeerAddrs               []netip.Addr
	PeerEncapPort           uint16
	// LocalAuth and PeerAuth are the key vectors of both sides if AUTH is in use, which hold no secret (RFC 4895 section 6.3); PeerAuth is not
	// empty then.
	LocalAuth, PeerAuth []byte

	mac [macLen]byte // that it was read or sealed with
}

// Staleness is how long ago the cookie's life ended; zero or less if it has not.
func (c *Content) Staleness(now mono.Time) time.Duration {
	return now.Sub(c.Created.Add(c.Lifespan))
}

// fixedLen is the length of what precedes the addresses.
const fixedLen = 8 + 8 + 2*4 + 4*6 + 2*2 + 4*2 + 1 + 4

// createdAt reads the first field alone: which key to use depends on it.
func createdAt(b []byte) (mono.Time, bool) {
	if len(b) < fixedLen {
		return 0, false
	}
	return mono.Time(binary.BigEndian.Uint64(b)), true
}

func (c *Content) append(b []byte) []byte {
	be := binary.BigEndian
	b = be.AppendUint64(b, uint64(c.Created))
	b = be.AppendUint64(b, uint64(c.Lifespan))
	for _, v := range [...]uint16{c.LocalPort, c.PeerPort, c.PeerEncapPort, c.OutStreams, c.InStreams, c.Extensions} {
		b = be.AppendUint16(b, v)
	}
	for _, v := range [...]uint32{c.LocalTag, c.PeerTag, c.LocalTieTag, c.PeerTieTag, uint32(c.LocalTSN), uint32(c.PeerTSN),
		c.LocalRwnd, c.PeerRwnd, c.PeerAdaptation} {
		b = be.AppendUint32(b, v)
	}
	if c.HasAdaptation {
		b = append(b, 1)
	} else {
		b = append(b, 0)
	}
	b = appendAddr(b, c.LocalAddr)
	for _, a := range c.PeerAddrs {
		b = appendAddr(b, a)
	}
	if len(c.PeerAuth) > 0 {
		b = append(b, noAddr)
		b = be.AppendUint16(b, uint16(len(c.LocalAuth)))
		b = append(append(b, c.LocalAuth...), c.PeerAuth...)
	}
	return b
}

// noAddr stands where another address would begin, before the key vectors.
const noAddr = 0

func (c *Content) parse(b []byte) bool {
	if len(b) < fixedLen {
		return false
	}
	be := binary.BigEndian
	c.Created, c.Lifespan = mono.Time(be.Uint64(b)), time.Duration(be.Uint64(b[8:]))
	b = b[16:]
	for _, v := range [...]*uint16{&c.LocalPort, &c.PeerPort, &c.PeerEncapPort, &c.OutStreams, &c.InStreams, &c.Extensions} {
		*v, b = be.Uint16(b), b[2:]
	}
	for _, v := range [...]*uint32{&c.LocalTag, &c.PeerTag, &c.LocalTieTag, &c.PeerTieTag, (*uint32)(&c.LocalTSN), (*uint32)(&c.PeerTSN),
		&c.LocalRwnd, &c.PeerRwnd, &c.PeerAdaptation} {
		*v, b = be.Uint32(b), b[4:]
	}
	c.HasAdaptation, b = b[0] == 1, b[1:]
	var ok bool
	if c.LocalAddr, b, ok = cutAddr(b); !ok {
		return false
	}
	for len(b) > 0 && b[0] != noAddr {
		var a netip.Addr
		if a, b, ok = cutAddr(b); !ok || len(c.PeerAddrs) == MaxAddrs {
			return false
		}
		c.PeerAddrs = append(c.PeerAddrs, a)
	}
	return len(c.PeerAddrs) > 0 && c.parseAuth(b)
}

// parseAuth reads the key vectors, if there are any.
func (c *Content) parseAuth(b []byte) bool {
	if len(b) == 0 {
		return true
	}
	if len(b) < 3 {
		return false
	}
	n := int(binary.BigEndian.Uint16(b[1:]))
	b = b[3:]
	if n >= len(b) {
		return false
	}
	c.LocalAuth, c.PeerAuth = slices.Clone(b[:n]), slices.Clone(b[n:])
	return true
}

// appendAddr writes a length and that many bytes: 4 or 16 and the zone, which link-local addresses need.
func appendAddr(b []byte, a netip.Addr) []byte {
	start := len(b)
	b, _ = a.AppendBinary(append(b, 0)) // it has no errors
	b[start] = byte(len(b) - start - 1)
	return b
}

func cutAddr(b []byte) (a netip.Addr, rest []byte, ok bool) {
	if len(b) == 0 || len(b) < 1+int(b[0]) {
		return a, nil, false
	}
	n := 1 + int(b[0])
	return a, b[n:], a.UnmarshalBinary(b[1:n]) == nil
}
