package hostaddr

import (
	"net/netip"
	"testing"
)

func TestSource(t *testing.T) {
	for _, s := range []string{"127.0.0.1", "::1"} {
		a := netip.MustParseAddr(s)
		if got, err := Source(a); err != nil || got != a {
			t.Errorf("packets to %v leave from %v (%v)", a, got, err)
		}
	}
	if got, err := Source(netip.MustParseAddr("255.255.255.255")); err == nil {
		t.Errorf("packets to everybody leave from %v", got)
	}
}
