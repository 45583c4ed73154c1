package sctp

import (
	"net/netip"
	"strings"
	"testing"
)

func TestParseAddrReadsWhatStringWrites(t *testing.T) {
	for _, s := range []string{
		"192.0.2.1:3868",
		"192.0.2.1/198.51.100.1:3868",
		"[2001:db8::1]:0",
		"[::1]/[fd00::1]:3868",
		"[fe80::1%eth0]/192.0.2.1:65535",
		":3868",
		"192.0.2.1:7?udp=1",
	} {
		a, err := ParseAddr(s)
		if err != nil {
			t.Errorf("ParseAddr(%q): %v", s, err)
			continue
		}
		if got := a.String(); got != s {
			t.Errorf("ParseAddr(%q) is written %q", s, got)
		}
	}
}

func TestParseAddrTakesApart(t *testing.T) {
	a := MustParseAddr("[::1]/192.0.2.7:3868?udp=9900")
	if want := netip.MustParseAddr("::1"); len(a.IPs) != 2 || a.IPs[0] != want {
		t.Errorf("addresses are %v", a.IPs)
	}
	if a.Port != 3868 || a.EncapPort != 9900 {
		t.Errorf("ports are %d and %d", a.Port, a.EncapPort)
	}
	if a.Network() != "sctp/udp" || MustParseAddr("192.0.2.7:1").Network() != "sctp" {
		t.Error("the network does not follow the UDP port")
	}
	if mapped := MustParseAddr("[::ffff:192.0.2.7]:1"); mapped.String() != "192.0.2.7:1" {
		t.Errorf("an IPv4-mapped address became %v", mapped)
	}
	if d := MustParseAddr("192.0.2.7:1?udp=9899"); d.String() != "192.0.2.7:1" {
		t.Errorf("the default UDP port is written: %v", d)
	}
}

func TestParseAddrSaysWhatIsWrong(t *testing.T) {
	for s, want := range map[string]string{
		"":                              "missing port",
		"192.0.2.1":                     "missing port",
		"[::1]":                         "missing port",
		"192.0.2.1:":                    "number from 0 to 65535",
		"192.0.2.1:65536":               "number from 0 to 65535",
		"192.0.2.1:http":                "number from 0 to 65535",
		"::1:80":                        "in brackets",
		"[::1:80":                       "missing ]",
		"[192.0.2.1]:80":                "only IPv6",
		"192.0.2.1]:80":                 "bracket",
		"192.0.2.1//192.0.2.2:80":       "empty host",
		"192.0.2.1/:80":                 "empty host",
		"192.0.2.1/192.0.2.1:80":        "twice",
		"224.0.0.1:80":                  "multicast",
		"0.0.0.0/192.0.2.1:80":          "unspecified",
		"host.example:80":               "not an IP address",
		"192.0.2.1:80?udp=0":            "UDP port",
		"192.0.2.1:80?udp=":             "UDP port",
		"192.0.2.1:80?tcp=1":            "udp=PORT",
		strings.Repeat("x/", 40) + ":1": "empty host",
	} {
		a, err := ParseAddr(s)
		if err == nil {
			t.Errorf("ParseAddr(%q) = %v, want an error about %q", s, a, want)
			continue
		}
		if !strings.Contains(err.Error(), want) {
			t.Errorf("ParseAddr(%q): %v, want it to say %q", s, err, want)
		}
	}
}

func TestAddressesOfOneSideAreBounded(t *testing.T) {
	ips := make([]string, maxAddrs+1)
	ip := netip.MustParseAddr("192.0.2.0")
	for i := range ips {
		ip = ip.Next()
		ips[i] = ip.String()
	}
	if _, err := ParseAddr(strings.Join(ips[:maxAddrs], "/") + ":1"); err != nil {
		t.Errorf("%d addresses: %v", maxAddrs, err)
	}
	if _, err := ParseAddr(strings.Join(ips, "/") + ":1"); err == nil {
		t.Errorf("%d addresses were taken", len(ips))
	}
}

func FuzzParseAddr(f *testing.F) {
	f.Add("[::1]/192.0.2.7:3868?udp=9900")
	f.Add("host.example:1")
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseAddr(s)
		if err != nil {
			return
		}
		b, err := ParseAddr(a.String())
		if err != nil || b.String() != a.String() {
			t.Errorf("%q was read as %v and that as %v, %v", s, a, b, err)
		}
	})
}
