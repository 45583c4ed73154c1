package assoc

import (
	"testing"

	"github.com/gosctp/sctp/internal/auth"
	"github.com/gosctp/sctp/internal/wire"
)

var dtls = Carrier{ErrorDetection: 1, ECN: true}

// announcedBy is what a peer understands of the parameters by which e is announced.
func announcedBy(t *testing.T, e Extensions, carrier Carrier) announced {
	t.Helper()
	p, err := parseInitParams(appendExtensions(nil, e, carrier))
	if err != nil || len(p.unrecognized) > 0 {
		t.Fatalf("%v: %v, unrecognized %x", e, err, p.unrecognized)
	}
	return p.announced
}

func TestExtensionsInUseAreThoseOfBoth(t *testing.T) {
	for ours := range AllExtensions + 1 {
		for theirs := range AllExtensions + 1 {
			peer := announcedBy(t, theirs, dtls)
			want := ours & theirs &^ DynamicAddresses // as nothing is authenticated
			if got := peer.common(ours, dtls); got != want {
				t.Fatalf("we offer %v, the peer %v: in use %v, want %v", ours, theirs, got, want)
			}
		}
	}
}

// RFC 8260 section 2.3.1: with I-DATA, messages are given up by I-FORWARD-TSN and no other chunk.
func TestInterleavingWithoutIForwardTSNIsReliable(t *testing.T) {
	params := wire.AppendForwardTSNSupported(nil)
	params = wire.AppendChunkTypes(params, wire.ParamSupportedExtensions, wire.ChunkForwardTSN, wire.ChunkIData)
	p, err := parseInitParams(params)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.announced.common(AllExtensions, dtls); got&AllExtensions != Interleaving {
		t.Errorf("in use %v, want interleaving alone", got)
	}
	if got := p.announced.common(PartialReliability, dtls); got != PartialReliability {
		t.Errorf("without interleaving: in use %v, want partial reliability", got)
	}
}

// RFC 9653 section 5.1: the method counts, not only the parameter.
func TestZeroChecksumTakesTheSameMethod(t *testing.T) {
	peer := announcedBy(t, ZeroChecksum, Carrier{ErrorDetection: 2})
	if got := peer.common(AllExtensions, dtls); got != 0 {
		t.Errorf("another method: in use %v", got)
	}
}

func TestWhatIsOfferedFollowsConfigAndCarrier(t *testing.T) {
	tests := []struct {
		name            string
		enable, disable Extensions
		carrier         Carrier
		without         Extensions
		level           int
	}{
		{"all that there are", NRSack | PacketDrop, 0, dtls, 0, 2},
		{"all that an RFC has", 0, 0, dtls, NRSack | PacketDrop, 2},
		{"disabling wins", Interleaving | NRSack | PacketDrop, Interleaving | ECN, dtls, Interleaving | ECN, 2},
		{"a carrier of plain packets", ZeroChecksum | NRSack | PacketDrop, 0, Carrier{ECN: true}, ZeroChecksum, 2},
		{"a user for whom messages may not alternate", AllExtensions, 0, dtls, Interleaving, 1},
		{"a carrier that hides the IP header", AllExtensions, 0, Carrier{ErrorDetection: 1}, ECN, 2},
	}
	for _, test := range tests {
		c := Config{Enable: test.enable, Disable: test.disable, FragmentInterleave: test.level}
		all := AllExtensions &^ test.without
		if got, want := c.offered(test.carrier), all&^DynamicAddresses; got != want {
			t.Errorf("%s: offered %v, want %v", test.name, got, want)
		}
		c.UnauthenticatedASCONF = true
		if got, want := c.offered(test.carrier), all|unauthenticated; got != want {
			t.Errorf("%s, unauthenticated: offered %v, want %v", test.name, got, want)
		}
		c.UnauthenticatedASCONF, c.Auth = false, &auth.Config{}
		if got, want := c.offered(test.carrier), all|authentication; got != want {
			t.Errorf("%s, authenticated: offered %v, want %v", test.name, got, want)
		}
	}
}

func TestExtensionsAreNamed(t *testing.T) {
	if s := (Reconfiguration | NRSack).String(); s != "reconfiguration, NR-SACK" {
		t.Errorf("got %q", s)
	}
	if s := Extensions(0).String(); s != "none" {
		t.Errorf("the empty set is %q", s)
	}
}
