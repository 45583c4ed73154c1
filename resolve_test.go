package sctp

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
)

// names is a Resolver out of a table.
type names map[string][]netip.Addr

func (n names) LookupNetIP(_ context.Context, network, host string) ([]netip.Addr, error) {
	ips, ok := n[host]
	if !ok {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	return ips, nil
}

func TestResolve(t *testing.T) {
	var (
		v4  = netip.MustParseAddr("192.0.2.1")
		v4b = netip.MustParseAddr("192.0.2.2")
		v6  = netip.MustParseAddr("2001:db8::1")
		r   = names{"both": {v6, v4}, "two": {v4, v4b}, "six": {v6}}
	)
	for _, c := range []struct{ network, address, want string }{
		{"sctp", "both:1", "192.0.2.1:1 [2001:db8::1]:1"},
		{"sctp4", "both:1", "192.0.2.1:1"},
		{"sctp6", "both:1", "[2001:db8::1]:1"},
		{"sctp", "two:1", "192.0.2.1:1 192.0.2.2:1"},
		{"sctp", "two/six:1", "192.0.2.1/[2001:db8::1]:1"},
		{"sctp", "192.0.2.1/six:1", "192.0.2.1/[2001:db8::1]:1"},
		{"sctp", ":1", ":1"},
		{"sctp/udp", "six:1?udp=2", "[2001:db8::1]:1?udp=2"},
		{"sctp4", "six:1", "no suitable address"},
		{"sctp4", "[::1]:1", "no suitable address"},
		{"sctp6", "192.0.2.1:1", "no suitable address"},
		{"sctp", "unknown:1", "no such host"},
		{"sctp", "192.0.2.1:1?udp=2", "only on the networks sctp/udp"},
		{"sctp", "two/192.0.2.1:1", "twice"},
	} {
		n, err := parseNetwork(c.network)
		if err != nil {
			t.Fatal(err)
		}
		addrs, err := resolve(t.Context(), r, n, c.address)
		var got []string
		for _, a := range addrs {
			got = append(got, a.String())
		}
		if err != nil {
			got = []string{err.Error()}
		}
		if s := strings.Join(got, " "); !strings.Contains(s, c.want) {
			t.Errorf("%s %s: %s, want %s", c.network, c.address, s, c.want)
		}
	}
}

func TestUnknownNetworks(t *testing.T) {
	for _, name := range []string{"", "tcp", "sctp5", "sctp/", "sctp/tcp", "sctp/udp5", "SCTP", "sctpudp"} {
		_, err := Dial(name, "127.0.0.1:1")
		var unknown net.UnknownNetworkError
		if !errors.As(err, &unknown) {
			t.Errorf("Dial on %q: %v, want an UnknownNetworkError", name, err)
		}
	}
}

func TestDialNeedsAPort(t *testing.T) {
	if _, err := Dial("sctp/udp", "127.0.0.1:0"); err == nil || !strings.Contains(err.Error(), "port 0") {
		t.Errorf("dialling port 0: %v", err)
	}
}
