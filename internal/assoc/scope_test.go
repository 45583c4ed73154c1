package assoc

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/gosctp/sctp/internal/wire"
)

// addrsOf reads a list of addresses.
func addrsOf(list string) (addrs []netip.Addr) {
	for a := range strings.FieldsSeq(list) {
		addrs = append(addrs, netip.MustParseAddr(a))
	}
	return addrs
}

// What is announced to a peer is what it can reach.
func TestAnnouncedAddressesHaveTheScopeOfThePeer(t *testing.T) {
	const all = "127.0.0.1 ::1 169.254.0.9 fe80::1 10.0.0.1 fd00::1 192.0.2.1 224.0.0.1 2001:db8::2"
	for _, c := range []struct {
		what         string
		scoping      scoping
		bound, peers string
		want         string
	}{
		{"over loopback", scoping{}, all, "127.0.0.1", "127.0.0.1 ::1 10.0.0.1 fd00::1 192.0.2.1 2001:db8::2"},
		{"in a private network", scoping{}, all, "10.9.9.9", "10.0.0.1 fd00::1 192.0.2.1 2001:db8::2"},
		{"on a link", scoping{}, all, "fe80::9%eth0", "10.0.0.1 fd00::1 192.0.2.1 2001:db8::2"},
		{"to a global peer", scoping{}, all, "198.51.100.1", "192.0.2.1 2001:db8::2"},
		{"to a peer of which a private address is known, too", scoping{}, all, "198.51.100.1 10.9.9.9", "10.0.0.1 192.0.2.1 2001:db8::2"},
		{"which is so for each family", scoping{}, all, "10.9.9.9 2001:db8::9", "10.0.0.1 192.0.2.1 2001:db8::2"},
		{"behind a NAT", scoping{}, "127.0.0.1 10.0.0.1 10.1.0.1", "198.51.100.1", "10.0.0.1 10.1.0.1"},
		{"behind a NAT in UDP", scoping{encapsulated: true}, "127.0.0.1 10.0.0.1 10.1.0.1", "198.51.100.1", ""},
		{"in UDP to a global peer", scoping{encapsulated: true}, all, "198.51.100.1", "192.0.2.1 2001:db8::2"},
		{"in UDP in a private network", scoping{encapsulated: true}, all, "10.9.9.9", "10.0.0.1 fd00::1 192.0.2.1 2001:db8::2"},

		{"Linux, policy 1, over loopback", scoping{policy: LinuxScopes}, all, "127.0.0.1",
			"127.0.0.1 ::1 169.254.0.9 fe80::1 10.0.0.1 fd00::1 192.0.2.1 2001:db8::2"},
		{"Linux, policy 1, private", scoping{policy: LinuxScopes}, all, "10.9.9.9", "10.0.0.1 fd00::1 192.0.2.1 2001:db8::2"},
		{"Linux, policy 1, global: of IPv6 nothing is private", scoping{policy: LinuxScopes}, all, "198.51.100.1", "fd00::1 192.0.2.1 2001:db8::2"},
		{"Linux, policy 1, global, for want of better ones", scoping{policy: LinuxScopes}, "127.0.0.1 169.254.0.9 10.0.0.1", "198.51.100.1",
			"169.254.0.9 10.0.0.1"},
		{"Linux, policy 1, private, nothing fits", scoping{policy: LinuxScopes}, "127.0.0.1 169.254.0.9", "10.9.9.9", ""},
		{"Linux, policy 0", scoping{policy: LinuxScopesOff}, all, "198.51.100.1",
			"127.0.0.1 ::1 169.254.0.9 fe80::1 10.0.0.1 fd00::1 192.0.2.1 2001:db8::2"},
		{"Linux, policy 2", scoping{policy: LinuxScopesAndPrivate}, all, "198.51.100.1", "10.0.0.1 fd00::1 192.0.2.1 2001:db8::2"},
		{"Linux, policy 3", scoping{policy: LinuxScopesAndLink}, all, "198.51.100.1", "169.254.0.9 fe80::1 fd00::1 192.0.2.1 2001:db8::2"},
	} {
		if got := c.scoping.announceable(nil, addrsOf(c.bound), addrsOf(c.peers)); !slices.Equal(got, addrsOf(c.want)) {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
}

func TestAnnouncedAddressesAreBelievedIfTheyCanBeThePeers(t *testing.T) {
	const list = "127.0.0.1 224.0.0.1 0.0.0.0 fe80::1 169.254.0.9 10.0.0.9 198.51.100.2 198.51.100.2 2001:db8::9"
	for _, c := range []struct {
		what                  string
		scoping               scoping
		src, announced, local string
		want                  string
	}{
		{"unicast addresses of our family, each once", scoping{}, "198.51.100.1", list + " 198.51.100.1", "192.0.2.1",
			"198.51.100.1 10.0.0.9 198.51.100.2"},
		{"both families", scoping{}, "198.51.100.1", list + " 198.51.100.1", "192.0.2.1 2001:db8::2",
			"198.51.100.1 10.0.0.9 198.51.100.2 2001:db8::9"},
		{"nothing is known of this side", scoping{}, "10.0.0.1", "2001:db8::9", "", "10.0.0.1 2001:db8::9"},
		{"a NAT lies between: private addresses are another's", scoping{}, "198.51.100.1", list, "192.0.2.1", "198.51.100.1 198.51.100.2"},
		{"in a private network", scoping{}, "10.0.0.1", list, "192.0.2.1", "10.0.0.1 10.0.0.9 198.51.100.2"},
		{"over loopback", scoping{}, "127.0.0.2", list, "127.0.0.1", "127.0.0.2 127.0.0.1"},
		{"a link-local source keeps its zone", scoping{}, "fe80::9%eth0", "", "", "fe80::9%eth0"},
		{"Linux over loopback", scoping{policy: LinuxScopes}, "127.0.0.2", list, "127.0.0.1", "127.0.0.2 127.0.0.1 10.0.0.9 198.51.100.2"},
		{"Linux, global source", scoping{policy: LinuxScopes}, "198.51.100.1", list + " 198.51.100.1", "192.0.2.1", "198.51.100.1 198.51.100.2"},
		{"Linux, policy 2", scoping{policy: LinuxScopesAndPrivate}, "198.51.100.1", list, "192.0.2.1", "198.51.100.1 10.0.0.9 198.51.100.2"},
		{"Linux, policy 0", scoping{policy: LinuxScopesOff}, "198.51.100.1", list, "192.0.2.1",
			"198.51.100.1 127.0.0.1 10.0.0.9 198.51.100.2"},
	} {
		got := c.scoping.usablePeers(nil, netip.MustParseAddr(c.src), addrsOf(c.announced), addrsOf(c.local))
		if !slices.Equal(got, addrsOf(c.want)) {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
}

// RFC 6951 section 5.7: what a NAT would have to translate is in no packet. The peer is told all the same that it may have addresses of both families.
func TestInUDPNoPrivateAddressLeavesForAGlobalPeer(t *testing.T) {
	for _, encapsulated := range []bool{false, true} {
		ta := newTestAssoc(t, activeSide, over(Carrier{Encapsulated: encapsulated}), onHost(addrsOf("10.0.0.1 10.1.0.1")...))
		in, _ := wire.ParseInit(ta.want("set-up", "INIT").chunks[0])
		p, err := parseInitParams(in.Params)
		if err != nil || len(p.addrs) > 0 == encapsulated || !p.v4 || p.v6 {
			t.Errorf("in UDP %v: INIT lists %v, address types IPv4 %v, IPv6 %v, %v", encapsulated, p.addrs, p.v4, p.v6, err)
		}
		if got := ta.a.LocalAddrs(nil); len(got) > 0 == encapsulated {
			t.Errorf("in UDP %v: the peer knows of %v", encapsulated, got)
		}
	}
}

func TestLinuxListsNoLoneAddress(t *testing.T) {
	s := scoping{policy: LinuxScopes}
	for _, c := range []struct {
		bound, remote string
		want          bool
	}{
		{"127.0.0.1", "127.0.0.1", true},
		{"127.0.0.1 10.0.0.1", "10.0.0.2", true},
		{"127.0.0.1 10.0.0.1", "127.0.0.1", false},
		{"10.0.0.1 192.0.2.1", "198.51.100.1", true},
		{"10.0.0.1 192.0.2.1", "10.0.0.2", false},
	} {
		if got := s.lone(addrsOf(c.bound), netip.MustParseAddr(c.remote)); got != c.want {
			t.Errorf("%s to %s: %v", c.bound, c.remote, got)
		}
	}
}
