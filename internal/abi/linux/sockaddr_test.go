package linux

import (
	"bytes"
	"net/netip"
	"syscall"
	"testing"
)

func addr(s string) Sockaddr { return Sockaddr{AddrPort: netip.MustParseAddrPort(s)} }

func TestSockaddrBytes(t *testing.T) {
	scoped := addr("[fe80::1]:9")
	scoped.ScopeID, scoped.FlowInfo = 2, 0x12345
	for _, c := range []struct {
		a    Sockaddr
		want []byte
	}{
		{addr("127.0.0.1:7"), []byte{2, 0, 0, 7, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}},
		{addr("[::ffff:127.0.0.1]:258"), []byte{10, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1, 0, 0, 0, 0}},
		{scoped, []byte{10, 0, 0, 9, 0, 1, 0x23, 0x45, 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0}},
		{Sockaddr{}, append([]byte{10, 0}, make([]byte, 26)...)},
	} {
		got := c.a.Append(nil)
		if !bytes.Equal(got, c.want) {
			t.Errorf("%v: got %x, want %x", c.a, got, c.want)
		}
		back, err := ParseSockaddr(append(got, 1, 2, 3)) // programs may say more than there is
		if c.a.IsValid() && (err != nil || back != c.a) {
			t.Errorf("%v came back as %v, %v", c.a, back, err)
		}
		for n := range got {
			if _, err := ParseSockaddr(got[:n]); err != syscall.EINVAL {
				t.Errorf("%v of %d bytes: %v", c.a, n, err)
			}
		}
	}
	for _, family := range []byte{AF_UNSPEC, 1, 255} {
		if _, err := ParseSockaddr(append([]byte{family}, make([]byte, 127)...)); err != syscall.EINVAL {
			t.Errorf("family %d: %v", family, err)
		}
	}
}

func TestSockaddrArrays(t *testing.T) {
	want := []Sockaddr{addr("10.0.0.1:7"), addr("[2001:db8::1]:7"), addr("10.0.0.2:7")}
	var b []byte
	for _, a := range want {
		b = a.Append(b)
	}
	got, err := ParseSockaddrs(b)
	if err != nil || len(got) != len(want) || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Errorf("got %v, %v", got, err)
	}
	for _, n := range []int{0, 1, 15, 17, 16 + 27, len(b) - 1} {
		if _, err := ParseSockaddrs(b[:n]); err != syscall.EINVAL {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	first, rest, err := NextSockaddr(b[:17])
	if err != nil || first != want[0] || len(rest) != 1 {
		t.Errorf("what precedes a bad address: %v, %d bytes left, %v", first, len(rest), err)
	}
}

func TestToUser(t *testing.T) {
	for _, c := range []struct {
		a      string
		family int
		mapped bool
		want   string
	}{
		{"10.0.0.1:7", AF_INET, true, "10.0.0.1:7"},
		{"10.0.0.1:7", AF_INET6, true, "[::ffff:10.0.0.1]:7"},
		{"10.0.0.1:7", AF_INET6, false, "10.0.0.1:7"},
		{"[::ffff:10.0.0.1]:7", AF_INET6, true, "[::ffff:10.0.0.1]:7"},
		{"[::ffff:10.0.0.1]:7", AF_INET6, false, "10.0.0.1:7"},
		{"[2001:db8::1]:7", AF_INET6, true, "[2001:db8::1]:7"},
		{"[2001:db8::1]:7", AF_INET6, false, "[2001:db8::1]:7"},
	} {
		if got := addr(c.a).ToUser(c.family, c.mapped); got != addr(c.want) {
			t.Errorf("%s for family %d, mapped %v: %v, want %s", c.a, c.family, c.mapped, got, c.want)
		}
	}
	if addr("10.0.0.1:7").Family() != AF_INET || addr("[::1]:7").Family() != AF_INET6 {
		t.Error("families")
	}
}

func TestStorage(t *testing.T) {
	s := Storage(bytes.Repeat([]byte{0xee}, sizeofStorage))
	s.Set(addr("10.0.0.1:7"))
	if got, err := s.Sockaddr(); err != nil || got != addr("10.0.0.1:7") || s[16] != 0xee || s.String() != "10.0.0.1:7" {
		t.Errorf("%v, %v, %x", got, err, s[16])
	}
	for _, c := range []struct {
		s    Storage
		want [2]bool // on an IPv4 and on an IPv6 socket
	}{
		{StorageOf(addr("0.0.0.0:7")), [2]bool{true, true}},
		{StorageOf(addr("10.0.0.1:0")), [2]bool{false, false}},
		{StorageOf(addr("[::]:7")), [2]bool{true, true}},
		{StorageOf(addr("[::1]:7")), [2]bool{false, false}},
		{Storage{}, [2]bool{true, true}},
		{Storage{4: 1}, [2]bool{false, true}}, // no family: where an IPv4 socket has the address, an IPv6 socket has the flow
		{Storage{0: 1}, [2]bool{false, false}},
	} {
		if got := [2]bool{c.s.IsAny(AF_INET), c.s.IsAny(AF_INET6)}; got != c.want {
			t.Errorf("%v is any: %v, want %v", c.s, got, c.want)
		}
	}
	if got := (Storage{0: 1}).String(); got != "family 1" {
		t.Error(got)
	}
}
