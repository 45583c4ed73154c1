package cookie

import (
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/mono"
)

const start = mono.Time(5 * time.Hour / 2)

func content() *Content {
	return &Content{
		Lifespan: 60 * time.Second, LocalPort: 3868, PeerPort: 40000, LocalTag: 1, PeerTag: 2, LocalTieTag: 3, PeerTieTag: 4,
		LocalTSN: 5, PeerTSN: 6, OutStreams: 7, InStreams: 8, LocalRwnd: 9, PeerRwnd: 10, HasAdaptation: true, PeerAdaptation: 11,
		LocalAddr:     netip.MustParseAddr("192.0.2.1"),
		PeerAddrs:     []netip.Addr{netip.MustParseAddr("198.51.100.1"), netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("fe80::1%eth0")},
		PeerEncapPort: 9899,
		Extensions:    12,
	}
}

func TestRoundTrip(t *testing.T) {
	jar := NewJar([32]byte{1})
	authenticated := content()
	authenticated.LocalAuth, authenticated.PeerAuth = []byte("ours"), []byte("the peer's")
	for _, want := range []*Content{content(), authenticated} {
		got, err := jar.Open(start.Add(time.Second), jar.Seal(nil, start, want))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("opened %+v, %v\nwant   %+v", got, err, want)
		}
	}
}

func TestSealedKnowsTheCookieAgain(t *testing.T) {
	jar := NewJar([32]byte{1})
	c, other := content(), content()
	mine, others := jar.Seal(nil, start, c), jar.Seal(nil, start+1, other)
	if !c.Sealed(mine) || c.Sealed(others) || c.Sealed(mine[:macLen-1]) || c.Sealed(nil) {
		t.Error("a cookie is not told from another one")
	}
	if read, err := jar.Open(start, mine); err != nil || !read.Sealed(mine) || read.Sealed(others) {
		t.Errorf("what was read from a cookie is not told from another one: %v", err)
	}
}

// Key vectors are there both or not at all.
func TestKeyVectorsThatAreCutShort(t *testing.T) {
	c := content()
	plain := len(c.append(nil))
	c.LocalAuth, c.PeerAuth = []byte("ours"), []byte("p")
	b := c.append(nil)
	for n := plain + 1; n <= len(b); n++ {
		if ok := new(Content).parse(b[:n]); ok != (n == len(b)) {
			t.Errorf("%d of %d bytes: %v", n, len(b), ok)
		}
	}
}

// RFC 9260 section 5.1.5 item 2: every bit is authenticated.
func TestEveryFlippedBitIsNoticed(t *testing.T) {
	jar := NewJar([32]byte{1})
	b := jar.Seal(nil, start, content())
	for i := range b {
		for bit := range 8 {
			b[i] ^= 1 << bit
			if c, err := jar.Open(start.Add(time.Second), b); err == nil {
				t.Fatalf("byte %d, bit %d flipped and the cookie opened: %+v", i, bit, c)
			}
			b[i] ^= 1 << bit
		}
	}
	for n := range b {
		if _, err := jar.Open(start.Add(time.Second), b[:n]); err == nil {
			t.Fatalf("the first %d bytes opened", n)
		}
	}
}

func TestAnotherSecretDoesNotOpen(t *testing.T) {
	b := NewJar([32]byte{1}).Seal(nil, start, content())
	if _, err := NewJar([32]byte{2}).Open(start, b); err == nil {
		t.Error("a cookie opened under another secret")
	}
	if _, err := NewJar([32]byte{1}).Open(start, b); err != nil {
		t.Errorf("another jar of the same secret: %v", err)
	}
}

func TestKeysRotate(t *testing.T) {
	jar := NewJar([32]byte{1})
	b := jar.Seal(nil, start, content()) // half an hour before the next key
	fresh := jar.Seal(nil, start.Add(time.Hour), content())
	if _, err := jar.Open(start.Add(time.Hour), b); err != nil {
		t.Errorf("a cookie under the previous key: %v", err)
	}
	if _, err := jar.Open(start.Add(time.Hour), fresh); err != nil {
		t.Errorf("a cookie under the new key: %v", err)
	}
	if _, err := jar.Open(start.Add(2*time.Hour), b); err == nil {
		t.Error("a cookie opened two keys later")
	}
	if _, err := jar.Open(start.Add(-time.Second), b); err == nil {
		t.Error("a cookie from the future opened")
	}
}

func TestStaleness(t *testing.T) {
	c := content()
	c.Created = start
	if d := c.Staleness(start.Add(60 * time.Second)); d > 0 {
		t.Errorf("at the end of its life the cookie is stale by %v", d)
	}
	if d := c.Staleness(start.Add(61 * time.Second)); d != time.Second {
		t.Errorf("a second later it is stale by %v", d)
	}
}

func TestTooManyAddresses(t *testing.T) {
	c := content()
	for len(c.PeerAddrs) <= MaxAddrs {
		c.PeerAddrs = append(c.PeerAddrs, netip.MustParseAddr("192.0.2.9"))
	}
	jar := NewJar([32]byte{1})
	if _, err := jar.Open(start, jar.Seal(nil, start, c)); err == nil {
		t.Errorf("a cookie with %d addresses opened, the limit is %d", len(c.PeerAddrs), MaxAddrs)
	}
}

func FuzzOpen(f *testing.F) {
	jar := NewJar([32]byte{1})
	f.Add(jar.Seal(nil, start, content()))
	f.Fuzz(func(t *testing.T, b []byte) {
		var c Content
		c.parse(b) // what authenticates may still be of another version: it must not panic
		jar.Open(start, b)
	})
}

// RFC 9260 sections 3.3.11 and 5.1.3: a cookie is as small as can be. It has to leave beside INIT ACK's own fields and addresses.
func TestCookiesAreSmall(t *testing.T) {
	c := content()
	c.PeerAddrs = c.PeerAddrs[:1]
	if n := len(NewJar([32]byte{1}).Seal(nil, start, c)); n > 128 {
		t.Errorf("the cookie of a peer with one address takes %d bytes", n)
	}
}
