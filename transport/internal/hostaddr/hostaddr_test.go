package hostaddr

import (
	"net"
	"net/netip"
	"slices"
	"testing"

	"github.com/gosctp/sctp/internal/require"
)

func TestScopesOrderAddresses(t *testing.T) {
	var got []addrScope
	for _, a := range []string{"192.0.2.1", "2001:db8::1", "10.1.2.3", "fd00::1", "169.254.1.1", "fe80::1", "127.0.0.1", "::1"} {
		got = append(got, scope(netip.MustParseAddr(a)))
	}
	want := []addrScope{scopeGlobal, scopeGlobal, scopePrivate, scopePrivate, scopeLink, scopeLink, scopeLoopback, scopeLoopback}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestListHasLoopbackLast(t *testing.T) {
	addrs, err := List()
	if err != nil {
		t.Fatal(err)
	}
	if len(addrs) == 0 || !addrs[len(addrs)-1].IsLoopback() {
		t.Errorf("addresses are %v, want a loopback address last", addrs)
	}
}

func TestFromPrefix(t *testing.T) {
	for in, want := range map[string]string{
		"192.0.2.1/24":   "192.0.2.1",
		"2001:db8::1/64": "2001:db8::1",
		"fe80::1/64":     "fe80::1%eth7",
		"224.0.0.1/4":    "",
		"0.0.0.0/0":      "",
	} {
		ip, ipnet, err := net.ParseCIDR(in)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := fromPrefix(&net.IPNet{IP: ip, Mask: ipnet.Mask}, "eth7")
		if ok != (want != "") || ok && got.String() != want {
			t.Errorf("%s: got %v (%t), want %q", in, got, ok, want)
		}
	}
}

func TestZonesTranslateBothWays(t *testing.T) {
	interfaces, err := net.Interfaces()
	require.That(t, err == nil && len(interfaces) > 0, "interfaces of the network")
	var z Zones
	ifc := interfaces[0]
	linkLocal := netip.MustParseAddr("fe80::1")
	for range 2 { // From the system, then from memory.
		with := z.WithZone(linkLocal, ifc.Index)
		if with.Zone() != ifc.Name {
			t.Errorf("interface %d is zone %q, want %q", ifc.Index, with.Zone(), ifc.Name)
		}
		if got := z.Index(with); got != ifc.Index {
			t.Errorf("zone %q is interface %d, want %d", with.Zone(), got, ifc.Index)
		}
	}
	z.Forget()
	if got := z.Index(linkLocal.WithZone(ifc.Name)); got != ifc.Index {
		t.Errorf("after Forget zone %q is interface %d, want %d", ifc.Name, got, ifc.Index)
	}
	if global := netip.MustParseAddr("2001:db8::1"); z.WithZone(global, ifc.Index) != global || z.Index(global) != 0 {
		t.Error("an address that is not link-local got a zone")
	}
	if got := z.WithZone(linkLocal, 1<<30).Zone(); got != "1073741824" {
		t.Errorf("an interface that does not exist is zone %q, want its number", got)
	}
	if got := z.Index(linkLocal.WithZone("17")); got != 17 {
		t.Errorf("zone 17 is interface %d", got)
	}
}

func TestZonesAreLimited(t *testing.T) {
	var z Zones
	for i := range 3 * maxZones {
		z.learn("eth"+string(rune('a'+i)), i+1)
	}
	if len(z.names) > maxZones || len(z.indexes) > maxZones {
		t.Errorf("%d names and %d indexes are kept, limit %d", len(z.names), len(z.indexes), maxZones)
	}
}

func TestMTUs(t *testing.T) {
	loopback := netip.MustParseAddr("127.0.0.1")
	var m MTUs
	if got := m.Get(loopback, loopback); got < FallbackMTU {
		t.Errorf("the MTU of loopback is %d", got)
	}
	if got := m.Get(netip.MustParseAddr("192.0.2.200"), loopback); got != FallbackMTU {
		t.Errorf("from an address that is not the host's the MTU is %d, want %d", got, FallbackMTU)
	}
	if len(m.known) != 2 {
		t.Errorf("%d answers are remembered, want 2", len(m.known))
	}
	m.Forget()
	if len(m.known) != 0 {
		t.Errorf("%d answers are remembered after Forget", len(m.known))
	}
}

func TestMTUsAreLimited(t *testing.T) {
	var m MTUs
	m.Get(netip.Addr{}, netip.MustParseAddr("127.0.0.1"))
	for i := range 3 * maxMTUs {
		m.known[pair{remote: netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)})}] = knownMTU{}
		if i%100 == 0 {
			m.Renew(netip.Addr{}, netip.MustParseAddr("127.0.0.1"))
		}
	}
	m.Renew(netip.Addr{}, netip.MustParseAddr("127.0.0.1"))
	if len(m.known) > maxMTUs {
		t.Errorf("%d answers are remembered, limit %d", len(m.known), maxMTUs)
	}
}
