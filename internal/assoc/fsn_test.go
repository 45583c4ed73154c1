package assoc

import (
	"testing"

	"github.com/gosctp/sctp/internal/wire"
)

// likeLinux announces what Linux 6.12 does with interleaving switched on.
func likeLinux(in *wire.Init) {
	in.Params = wire.AppendChunkTypes(in.Params, wire.ParamSupportedExtensions, wire.ChunkIData)
}

// No RFC has this; Linux has it.
func TestFragmentsAreNumberedForLinux(t *testing.T) {
	level := with(func(c *Config) { c.FragmentInterleave = 2 })
	active := newTestAssoc(t, activeSide, level)
	active.recv(initAck(likeLinux))
	active.recv(cookieAck())

	passive := newTestAssoc(t, passiveSide, level)
	offer := Offer{Config: Config{FragmentInterleave: 2}.Defaults(), Tag: localTag, TSN: passive.localTSN}
	c, err := passive.jar().Open(passive.now, passive.cookieFor(&offer, likeLinux))
	if err != nil {
		t.Fatal(err)
	}
	passive.a = Accept(passive.now, &offer.Config, passive.a.params, testIdentity, c)
	passive.recv(cookieEcho(passive.cookieFor(&offer, likeLinux)))

	for _, ta := range []*testAssoc{active, passive} {
		if e := ta.a.Status().Extensions; e != Interleaving {
			t.Fatalf("in use are %v", e)
		}
		ta.setMTUs()
		ta.forget()
		ta.send(3*testMTU - 300)
		var numbers []uint32
		for _, p := range ta.forget() {
			for _, c := range p.chunks {
				if d, err := wire.ParseIData(c); err == nil {
					numbers = append(numbers, d.FSN)
				}
			}
		}
		if len(numbers) != 3 || numbers[0] != 0 || numbers[1] != 0 || numbers[2] != 1 {
			t.Errorf("fragments are numbered %v", numbers)
		}
		ta.recv(idata(0).fragment(1, 0, 0, wire.FlagBegin).carrying("a"), idata(1).fragment(1, 0, 0, 0).carrying("b"))
		ta.recv(idata(2).fragment(1, 0, 1, wire.FlagEnd).carrying("c"))
		ta.wantRead("0, 0, 1 is a whole message", "1.0:abc")
	}
}
