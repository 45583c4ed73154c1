// Package endpoint finds the association that a packet belongs to, and answers the packets that belong to none.
//
// It holds ports and tags, answers INIT statelessly and makes an association only out of a valid cookie (RFC 9260 section
// 5.1.3). Like package assoc it is a machine without input or output and not safe for concurrent use; the driver locks it apart
// from the associations, which it never calls after it made them.
package endpoint

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/cookie"
	"github.com/gosctp/sctp/internal/mono"
)

var (
	// ErrPortInUse: the port is bound already on one of the addresses.
	ErrPortInUse = errors.New("port is in use")
	// ErrAssocExists: the socket, or one that shares its port and an address, has an association with that peer.
	ErrAssocExists = errors.New("association with this peer exists")
	// ErrNoAddress: there is no usable address to begin with.
	ErrNoAddress = errors.New("no usable peer address")
)

// Config of an Endpoint.
type Config struct {
	// Seed is the only source of randomness: tags, TSNs, nonces and cookie keys come from it.
	Seed [32]byte
	// OOTB: this process answers out-of-the-blue packets (RFC 9260 section 8.4) to ports that it has not bound.
	OOTB bool
	// Carrier is what all packets travel in.
	Carrier assoc.Carrier
}

// Endpoint is all of SCTP on one carrier: its sockets and their associations.
type Endpoint struct {
	rand     *rand.ChaCha8
	secret   [32]byte
	jar      *cookie.Jar
	ootb     bool
	carrier  assoc.Carrier
	local    []netip.Addr
	sockets  map[uint16][]*Socket
	routes   map[route][]*Handle
	ported   map[route][]*Handle // those of routes with a UDP port, by the route without it
	tags     map[uint32]*Handle
	retired  retiredTags
	last     lastRoute
	counters Counters
	reply    []byte
}

// New returns an endpoint without sockets.
func New(c Config) *Endpoint {
	e := &Endpoint{
		rand:    rand.NewChaCha8(c.Seed),
		ootb:    c.OOTB,
		carrier: c.Carrier,
		sockets: make(map[uint16][]*Socket),
		routes:  make(map[route][]*Handle),
		ported:  make(map[route][]*Handle),
		tags:    make(map[uint32]*Handle),
	}
	e.secret = e.seed()
	e.jar = cookie.NewJar(e.secret)
	return e
}

// seed draws 32 random bytes.
func (e *Endpoint) seed() (s [32]byte) {
	e.rand.Read(s[:])
	return s
}

// SetOOTB turns answers to out-of-the-blue packets to ports that are not bound on or off.
func (e *Endpoint) SetOOTB(on bool) { e.ootb = on }

// SetLocalAddrs tells the host's addresses, for sockets bound to all of them.
func (e *Endpoint) SetLocalAddrs(addrs []netip.Addr) { e.local = append([]netip.Addr(nil), addrs...) }

// Connect begins an association from s to a peer's addresses: one of assoc in COOKIE-WAIT with its INIT ready to be pulled. It keeps c.
func (e *Endpoint) Connect(now mono.Time, s *Socket, c *assoc.Config, peerPort uint16, peerAddrs []netip.Addr, encapPort uint16) (*Handle, error) {
	var peers []netip.Addr
	for _, a := range peerAddrs {
		if a = a.Unmap(); assoc.Unicast(a) && s.reach().takesFamily(a) && len(peers) < assoc.MaxPeerAddrs {
			peers = append(peers, a)
		}
	}
	if len(peers) == 0 || peerPort == 0 {
		return nil, fmt.Errorf("%w: %v, port %d", ErrNoAddress, peerAddrs, peerPort)
	}
	for _, a := range peers {
		if e.taken(route{s.Port, peerPort, a, encapPort}, s) {
			return nil, fmt.Errorf("%w: %v, port %d", ErrAssocExists, a, peerPort)
		}
	}
	p := e.params(s, peerPort, encapPort)
	p.PeerAddrs = peers
	h := &Handle{Socket: s, peerPort: peerPort, reach: s.reach()}
	h.listen(c, e.carrier)
	h.Assoc = assoc.Connect(now, c, p, e.identity(e.newTag()))
	var space [fewRoutes]assoc.Route
	e.Update(h, h.Assoc.LocalTag(), h.Assoc.Routes(space[:0]))
	return h, nil
}

// Find returns the association of s with a peer that has an address, nil if there is none. Of several, with hosts behind one NAT, it is the one
// at the UDP port, or else the newest.
func (e *Endpoint) Find(s *Socket, peer netip.AddrPort, encapPort uint16) *Handle {
	return e.at(route{s.Port, peer.Port(), peer.Addr(), encapPort}, s)
}

// params are those of a new association on s.
func (e *Endpoint) params(s *Socket, peerPort, encapPort uint16) assoc.Params {
	return assoc.Params{
		LocalPort: s.Port, PeerPort: peerPort,
		LocalAddrs: e.localAddrs(s), Wildcard: len(s.Addrs) == 0, Host: e.hostAddrs(s.Family),
		PeerEncapPort: encapPort,
		Carrier:       e.carrier,
	}
}

// localAddrs are the addresses that s can announce.
func (e *Endpoint) localAddrs(s *Socket) []netip.Addr {
	if len(s.Addrs) > 0 {
		return s.Addrs
	}
	return e.hostAddrs(s.Family)
}

// HostAddrs are the host's addresses of the family that the association of h may use.
func (e *Endpoint) HostAddrs(h *Handle) []netip.Addr { return e.hostAddrs(h.reach.family) }

func (e *Endpoint) hostAddrs(f Family) []netip.Addr {
	if f == AnyFamily {
		return e.local
	}
	var addrs []netip.Addr
	for _, a := range e.local {
		if (reach{family: f}).takesFamily(a) {
			addrs = append(addrs, a)
		}
	}
	return addrs
}

func (e *Endpoint) identity(tag uint32) assoc.Identity {
	return assoc.Identity{Tag: tag, Seed: e.seed(), Secret: &e.secret}
}

// newTag returns a random tag that no association has or had lately (RFC 9260 section 5.3.1).
func (e *Endpoint) newTag() uint32 {
	for {
		if t := uint32(e.rand.Uint64()); t != 0 && e.tags[t] == nil && !e.retired.has(t) {
			return t
		}
	}
}
