package sockets

import (
	"net/netip"
	"strings"
	"syscall"
	"testing"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/simnet"
)

// peers are the addresses of the peer that a connected socket lists.
func (u *user) peers() string {
	u.t.Helper()
	out, _, _, err := u.Option(linux.SOL_SCTP, int(linux.SCTP_GET_PEER_ADDRS), append(linux.Append(nil, &linux.GetAddrs{}), make([]byte, 200)...))
	if err != nil {
		return err.Error()
	}
	var v linux.GetAddrs
	if err := linux.Parse(out, &v); err != nil {
		u.t.Fatal(err)
	}
	list, err := linux.ParseSockaddrs(v.Addresses)
	if err != nil {
		u.t.Fatal(err)
	}
	var text []string
	for _, a := range list {
		text = append(text, a.Addr().String())
	}
	return strings.Join(text, " ")
}

// net.sctp.addr_scope_policy as Documentation/networking/ip-sysctl of Linux has it.
func TestAddressesGoByTheirScopes(t *testing.T) {
	const private, link = "10.0.0.2", "169.254.0.1"
	prepare := func(left, right *simnet.Host) {
		left.AddAddr(netip.MustParseAddr("10.0.0.1"))
		right.AddAddr(netip.MustParseAddr(private))
	}
	for _, c := range []struct{ policy, to, want string }{
		{"0", rightIP, rightIP + " " + private},
		{"1", rightIP, rightIP},
		{"2", rightIP, rightIP + " " + private},
		{"3", rightIP, rightIP},
		{"1", private, private + " " + rightIP},
	} {
		inWorldOf(t, prepare, func(w *world) {
			w.ok(w.left.SetSysctl("addr_scope_policy", c.policy))
			w.ok(w.right.SetSysctl("addr_scope_policy", c.policy))
			l := w.socket(w.right, linux.AF_INET, sockStream)
			w.ok(l.Bind(at("0.0.0.0", 7)))
			w.ok(l.Listen(1))
			s := w.socket(w.left, linux.AF_INET, sockStream)
			w.ok(s.connect(at(c.to, 7)))
			if got := s.peers(); got != c.want {
				t.Errorf("policy %s, connected to %s: the peer has %s, want %s", c.policy, c.to, got, c.want)
			}
			s.Close()
			l.Close()
		})
	}
	inWorldOf(t, func(left, _ *simnet.Host) { left.AddAddr(netip.MustParseAddr(link)) }, func(w *world) {
		for policy, want := range map[string]error{"0": nil, "1": syscall.ENETUNREACH, "2": syscall.ENETUNREACH, "3": nil} {
			w.ok(w.left.SetSysctl("addr_scope_policy", policy))
			s := w.socket(w.left, linux.AF_INET, sockStream)
			w.ok(s.Bind(at(link, 0)))
			if err := s.Connect(at(private, 7)); (err == syscall.ENETUNREACH) != (want != nil) {
				t.Errorf("policy %s: from a link to a private network: %v", policy, err)
			}
			s.Close()
		}
	})
}
