package assoc

import (
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/auth"
	"github.com/gosctp/sctp/internal/wire"
)

// The operations that FuzzAuthenticated makes of its input: a byte each, a length and that many bytes.
const (
	authPlain  = iota // chunks as they are
	authSigned        // the same behind an AUTH chunk that is right
	authSend          // a message with a key of this number
	authRekey
	authAdvance
	authOps
)

// FuzzAuthenticated feeds any chunks to an association that lists DATA, SACK and ABORT, with and without an AUTH chunk that is right, between messages,
// changes of keys and time-outs. It never panics; what is not signed brings no data, acknowledges nothing and never ends the association; and
// NextPacket comes to an end.
func FuzzAuthenticated(f *testing.F) {
	seed := &testAssoc{peerTSN: peerInitialTSN, localTSN: 7000, tag: peerTag}
	for _, chunks := range [][]chunk{
		{data(0), data(2)}, {sack(0)}, {heartbeat("x")}, {shutdown(-1)}, {rawChunk(wire.ChunkAbort, 0)}, {rawChunk(wire.ChunkAuth, 0, 0, 1, 0, 1)},
		{rawChunk(wire.ChunkAuth, 0, append([]byte{0, 1, 0, 3}, make([]byte, 32)...)...), data(1)},
	} {
		var b []byte
		for _, c := range chunks {
			b = c.append(seed, b)
		}
		f.Add(append(append([]byte{authSend, 1, authPlain, byte(len(b))}, b...), authRekey, 6, authSend, 2, authAdvance, 200))
		f.Add(append([]byte{authSend, 3, authSigned, byte(len(b))}, b...))
	}
	f.Fuzz(doAuthOps)
}

func doAuthOps(t *testing.T, ops []byte) {
	keys := []auth.Key{one, two}
	ta, x := authenticated(t, authentic(keys, wire.ChunkData, wire.ChunkSack, wire.ChunkAbort), keys, wire.ChunkData)
	for len(ops) >= 2 && ta.a.State() == StateEstablished {
		op, arg := ops[0]%authOps, ops[1]
		ops = ops[2:]
		switch op {
		case authPlain, authSigned:
			n := min(int(arg), len(ops))
			var b []byte
			b, ops = append(b, ops[:n]...), ops[n:]
			c := chunkFunc(func(_ *testAssoc, packet []byte) []byte { return append(packet, b...) })
			if op == authSigned {
				ta.recv(signed(x, c))
				break
			}
			before, unacked := ta.a.Stats(), ta.a.Status().Unacked
			ta.recv(c)
			if s := ta.a.Stats(); s.AuthReceived == before.AuthReceived && (s.BytesReceived != before.BytesReceived || ta.a.Status().Unacked < unacked) {
				t.Fatal("what is not authentic was believed")
			}
			if ta.a.State() == StateClosed && ta.a.Stats().AuthReceived == before.AuthReceived {
				t.Fatal("what is not authentic has ended the association")
			}
		case authSend:
			_ = ta.a.Send(ta.now, &Message{Data: make([]byte, 1+int(arg)), Key: uint16(arg % 4), HasKey: arg > 100})
			ta.settle()
		case authRekey:
			key := uint16(arg % 4)
			switch arg / 4 % 4 {
			case 0:
				_ = ta.a.SetAuthKey(key, []byte("other"))
			case 1:
				_ = ta.a.ActivateAuthKey(key)
			case 2:
				_ = ta.a.DeactivateAuthKey(key)
			case 3:
				_ = ta.a.DeleteAuthKey(key)
			}
			ta.settle()
		case authAdvance:
			ta.advance(time.Duration(arg) * 10 * time.Millisecond)
		}
		ta.forget()
	}
}
