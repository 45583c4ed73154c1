package assoc

import (
	"testing"

	"github.com/gosctp/sctp/internal/wire"
)

// RFC 4820: padding is skipped, whatever is in it.

func TestPadIsSkipped(t *testing.T) {
	ta := established(t)
	ta.recv(rawChunk(wire.ChunkPad, 0xff, 0xde, 0xad, 0xbe, 0xef), heartbeat("behind"))
	ta.want("what stands behind PAD counts", "HEARTBEAT-ACK")
	ta.wantIdle("PAD itself is not answered")
}

func TestPaddingOfInitIsSkipped(t *testing.T) {
	_, plain := answer(t, peer1, nil)
	_, padded := answer(t, peer1, nil, param(wire.ParamPadding, make([]byte, 1000)...), param(wire.ParamAdaptation, 0, 0, 0, 9))
	if got, want := len(cookieIn(padded[0])), len(cookieIn(plain[0])); got != want {
		t.Errorf("a cookie of %d bytes, without padding %d (section 4)", got, want)
	}
	ta := &testAssoc{t: t}
	if c, err := ta.jar().Open(1, cookieIn(padded[0])); err != nil || !c.HasAdaptation {
		t.Errorf("what stands behind the padding was not read: %+v, %v", c, err)
	}
	ack, err := wire.ParseInit(padded[0])
	if err != nil {
		t.Fatal(err)
	}
	for rest := ack.Params; len(rest) > 0; {
		var p wire.Param
		if p, rest, err = wire.NextParam(rest); err != nil {
			t.Fatal(err)
		}
		if p.Type == wire.ParamUnrecognized || p.Type == wire.ParamPadding {
			t.Errorf("INIT ACK answers the padding with %v", p)
		}
	}
}
