package wire

import "testing"

// Parameters without padding are measured by their headers.
func TestParamLength(t *testing.T) {
	for _, c := range []struct {
		param string
		n     int
		ok    bool
	}{
		{"\x80\x03\x00\x05\xc1", 5, true},
		{"\x80\x03\x00\x05\xc1more", 5, true},
		{"\x80\x03\x00\x04", 4, true},
		{"\x80\x03\x00\x05", 5, false},
		{"\x80\x03\x00\x03", 3, false},
		{"\x80\x03\x00", 0, false},
	} {
		if n, ok := ParamLength([]byte(c.param)); n != c.n || ok != c.ok {
			t.Errorf("%x: %d, %v", c.param, n, ok)
		}
	}
}

func TestAuthLen(t *testing.T) {
	for _, n := range []int{0, 1, 20, 32} {
		a := Auth{HMAC: make([]byte, n)}
		if got := len(a.Append(nil)); got != AuthLen(n) {
			t.Errorf("%d bytes of HMAC: %d, want %d", n, AuthLen(n), got)
		}
	}
}
