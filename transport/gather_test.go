package transport_test

import (
	"testing"

	"github.com/gosctp/sctp/transport"
)

func TestPiecesOfADatagram(t *testing.T) {
	for _, tt := range []struct {
		data string
		rest []string
	}{{"", nil}, {"whole", nil}, {"", []string{"", "a"}}, {"in ", []string{"three ", "pieces"}}} {
		d := transport.Datagram{Data: []byte(tt.data)}
		want := tt.data
		for _, piece := range tt.rest {
			d.Rest = append(d.Rest, []byte(piece))
			want += piece
		}
		if got := string(d.Append([]byte("> "))); d.Len() != len(want) || got != "> "+want {
			t.Errorf("%q and %q: %d bytes, %q", tt.data, tt.rest, d.Len(), got)
		}
	}
}
