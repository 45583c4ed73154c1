package hostaddr

import (
	"net/netip"
	"sync"
	"time"
)

// FallbackMTU is the IP MTU assumed where the system does not tell one: the smallest that IPv6 allows (RFC 8200 section 5),
// which about every IPv4 link takes too.
const FallbackMTU = 1280

const (
	// mtuLifetime is how long MTUs believes an answer: long enough to make the system call rare, short enough to follow a
	// changed interface or route while it matters.
	mtuLifetime = 10 * time.Second
	// maxMTUs bounds the table of MTUs; peers decide how many addresses there are.
	maxMTUs = 4096
)

// MTUs remembers the IP MTU of the first hop for each pair of addresses. The zero value is ready for use, and safe for
// concurrent use.
type MTUs struct {
	mu    sync.Mutex
	known map[pair]knownMTU
}

type pair struct{ local, remote netip.Addr }

type knownMTU struct {
	mtu   int
	until time.Time
}

// Get returns the largest IP packet, header included, that the first hop from local to remote takes. An invalid local
// leaves the source address to the system.
func (m *MTUs) Get(local, remote netip.Addr) int {
	now := time.Now()
	m.mu.Lock()
	k, ok := m.known[pair{local, remote}]
	m.mu.Unlock()
	if ok && now.Before(k.until) {
		return k.mtu
	}
	return m.Renew(local, remote)
}

// Renew is Get, but asks the system even if an answer is known.
func (m *MTUs) Renew(local, remote netip.Addr) int {
	mtu, err := routeMTU(local, remote)
	if err != nil {
		mtu = FallbackMTU
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil || len(m.known) >= maxMTUs {
		m.known = map[pair]knownMTU{}
	}
	m.known[pair{local, remote}] = knownMTU{mtu, time.Now().Add(mtuLifetime)}
	return mtu
}

// Forget empties the table, for when routes or interfaces have changed.
func (m *MTUs) Forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.known)
}
