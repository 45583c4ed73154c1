package auth

import (
	"bytes"
	"encoding/hex"
	"errors"
	"slices"
	"testing"

	"github.com/gosctp/sctp/internal/wire"
)

// counting returns a random number that counts up from first.
func counting(first byte) (r [RandomLen]byte) {
	for i := range r {
		r[i] = first + byte(i)
	}
	return r
}

var (
	here        = Vector(counting(0), &Config{Chunks: []wire.ChunkType{wire.ChunkASCONF, wire.ChunkASCONFAck, wire.ChunkData}})
	withList    = Vector(counting(100), &Config{Chunks: []wire.ChunkType{wire.ChunkASCONF}, HMACs: []uint16{wire.HMACSHA1}})
	withoutList = Vector(counting(100), &Config{HMACs: []uint16{wire.HMACSHA1}})
)

// context makes the context of a side; the peer's list may be any.
func context(t *testing.T, own, peer []byte, keys ...Key) *Context {
	t.Helper()
	c := &Config{Keys: keys}
	if len(keys) > 0 {
		c.Active = keys[len(keys)-1].ID
	}
	x := NewContext(c)
	if x.Agreed() || x.Requires(wire.ChunkData) || x.Asked(wire.ChunkData) {
		t.Fatal("agreed before the handshake")
	}
	if err := x.Agree(own, peer); err != nil || !x.Agreed() {
		t.Fatal(err)
	}
	return x
}

// data is a DATA chunk with one byte and its padding.
var data = (&wire.Data{TSN: 1, StreamID: 2, SSN: 3, UserData: []byte("a")}).Append(nil)

// header stands for a common header.
const header = "header "

// cut takes a signed packet apart.
func cut(t *testing.T, packet []byte) (a wire.Auth, c wire.Chunk, rest []byte) {
	t.Helper()
	c, rest, err := wire.NextChunk(packet[len(header):])
	if err == nil {
		a, err = wire.ParseAuth(c)
	}
	if err != nil {
		t.Fatal(err)
	}
	return a, c, rest
}

// What an independent program makes of the same vectors, keys and chunks (RFC 4895 sections 6.1 and 6.2).
func TestKnownAnswers(t *testing.T) {
	chunk, _ := hex.DecodeString("0003001100000001000000020000000361000000")
	for _, c := range []struct {
		peer   []byte
		secret string
		hmac   uint16
		want   string
	}{
		{withList, "", wire.HMACSHA1, "9fea4b46e0d2197abe8bd0d8f9617fd7d680ac84"},
		{withList, "", wire.HMACSHA256, "14bc8c3066b30333b648d4bbf98681321b33e481ad12c0c4c456fd0f08362988"},
		{withList, "secret", wire.HMACSHA1, "3029058f54b44f1ef8b0a767f76ec61f69518b25"},
		{withList, "secret", wire.HMACSHA256, "4c10bd76f7585add1e2c00e04f4f0eccd5e8c80039891f434e43cbe38e67cc23"},
		{withoutList, "", wire.HMACSHA1, "ea2dd8a42125d8c02781bda45b74c42d0179fc11"},
		{withoutList, "", wire.HMACSHA256, "6b9c27f1dd50b42a4630181f6fe1b945b017c313e81e69e6ae2c7bbf5244a304"},
		{withoutList, "secret", wire.HMACSHA1, "ff0ecfd9a0c4b042a579d974068c26f8634f391f"},
		{withoutList, "secret", wire.HMACSHA256, "ae6afcc908780733958606d82bc4c08ff0a88183c836e6c60c4756ab8d81f927"},
	} {
		var keys []Key
		if c.secret != "" {
			keys = []Key{{ID: 7, Secret: []byte(c.secret)}}
		}
		for _, x := range []*Context{context(t, here, c.peer, keys...), context(t, c.peer, here, keys...)} {
			x.hmac = c.hmac
			a, _, rest := cut(t, x.Sign(append([]byte(header), chunk...), len(header), x.active))
			if got := hex.EncodeToString(a.HMAC); got != c.want || a.HMACID != c.hmac || a.KeyID != x.active || !bytes.Equal(rest, chunk) {
				t.Errorf("%q, HMAC %d: %s, want %s", c.secret, c.hmac, got, c.want)
			}
		}
	}
}

// The order of the vectors is that of the numbers, then that of their lengths (section 6.1); the secret comes first.
func TestAssociationKey(t *testing.T) {
	for _, c := range []struct{ one, other, want string }{
		{"\x01\x02", "\x01\x03", "k\x01\x02\x01\x03"},
		{"\x02", "\x01\x00", "k\x02\x01\x00"},
		{"\x00\x02", "\x02", "k\x02\x00\x02"},
		{"\x00\x03", "\x02", "k\x02\x00\x03"},
		{"\x02", "\x02", "k\x02\x02"},
	} {
		for _, v := range [][2]string{{c.one, c.other}, {c.other, c.one}} {
			if got := associationKey([]byte("k"), []byte(v[0]), []byte(v[1])); string(got) != c.want {
				t.Errorf("%q with %q: %q, want %q", v[0], v[1], got, c.want)
			}
		}
	}
}

// Vectors are the parameters without padding; on the wire they are padded.
func TestVector(t *testing.T) {
	c := &Config{Chunks: []wire.ChunkType{wire.ChunkInit, wire.ChunkAuth, wire.ChunkData}, HMACs: []uint16{2, wire.HMACSHA256, wire.HMACSHA256}}
	v := Vector(counting(0), c)
	r := counting(0)
	want := slices.Concat([]byte{0x80, 2, 0, 36}, r[:], []byte{0x80, 3, 0, 5, 0, 0x80, 4, 0, 8, 0, 3, 0, 1})
	if !bytes.Equal(v, want) {
		t.Errorf("vector is %x, want %x", v, want)
	}
	params := AppendParams(nil, v)
	if len(params) != len(v)+3 {
		t.Errorf("%d bytes of parameters, want %d", len(params), len(v)+3)
	}
	var n Announced
	for len(params) > 0 {
		p, rest, err := wire.NextParam(params)
		if err != nil {
			t.Fatal(err)
		}
		n.Take(p)
		n.Take(wire.Param{Type: p.Type, Raw: []byte("a second one is ignored")})
		params = rest
	}
	n.Take(wire.Param{Type: wire.ParamAdaptation})
	if !bytes.Equal(n.Vector(), v) || !n.Usable() || n.Fault() != nil {
		t.Errorf("read back: %x, usable %v, fault %v", n.Vector(), n.Usable(), n.Fault())
	}
	if got := (&Config{}).algorithms(); !slices.Equal(got, []uint16{wire.HMACSHA256, wire.HMACSHA1}) {
		t.Errorf("algorithms by default: %v", got)
	}
	if !bytes.Equal(AppendParams([]byte("b"), []byte{1}), []byte("b")) {
		t.Error("rubbish became a parameter")
	}
}

// What a peer announces that no AUTH can be made of.
func TestAnnounced(t *testing.T) {
	param := func(t wire.ParamType, n int) wire.Param {
		p, _, _ := wire.NextParam(wire.AppendParam(nil, t, make([]byte, n)))
		return p
	}
	sha1, _, _ := wire.NextParam(wire.AppendHMACAlgos(nil, 99, wire.HMACSHA1))
	random := param(wire.ParamRandom, RandomLen)
	for _, c := range []struct {
		name   string
		params []wire.Param
		fault  error
		usable bool
	}{
		{"nothing", nil, nil, false},
		{"no algorithms", []wire.Param{random}, nil, false},
		{"no random number", []wire.Param{sha1}, nil, false},
		{"all", []wire.Param{sha1, random, param(wire.ParamChunkList, 256)}, nil, true},
		{"none of our algorithms", []wire.Param{random, param(wire.ParamHMACAlgo, 2*maxHMACs)}, nil, false},
		{"31 bytes", []wire.Param{sha1, param(wire.ParamRandom, 31)}, errRandom, false},
		{"33 bytes", []wire.Param{sha1, param(wire.ParamRandom, 33)}, errRandom, false},
		{"257 chunks", []wire.Param{random, sha1, param(wire.ParamChunkList, 257)}, errChunks, false},
		{"too many algorithms", []wire.Param{random, param(wire.ParamHMACAlgo, 2*maxHMACs+2)}, errHMACs, false},
		{"half an algorithm", []wire.Param{random, param(wire.ParamHMACAlgo, 3)}, errHMACs, false},
	} {
		var n Announced
		for _, p := range c.params {
			n.Take(p)
		}
		if err := n.Fault(); err != c.fault || n.Usable() != c.usable {
			t.Errorf("%s: %v, usable %v", c.name, err, n.Usable())
		}
	}
	for _, v := range [][]byte{nil, {1}, {0x80, 2, 0, 3}, {0x80, 2, 0, 9}, random.Raw} {
		if err := NewContext(&Config{}).Agree(v, here); err != errVector {
			t.Errorf("own vector %x: %v", v, err)
		}
		if err := NewContext(&Config{}).Agree(here, v); err != errVector {
			t.Errorf("peer's vector %x: %v", v, err)
		}
	}
}

// Lists never have what cannot be authenticated (section 3.2).
func TestChunkSet(t *testing.T) {
	var s ChunkSet
	if !s.Empty() {
		t.Error("a new set is not empty")
	}
	for i := range 256 {
		s.Add(wire.ChunkType(i))
	}
	for _, c := range []wire.ChunkType{wire.ChunkInit, wire.ChunkInitAck, wire.ChunkShutdownComplete, wire.ChunkAuth} {
		if s.Has(c) {
			t.Errorf("%v is listed", c)
		}
	}
	all := make([]byte, 2*256)
	for i := range all {
		all[i] = byte(255 - i)
	}
	if types := list(all); len(types) != 252 || types[0] != 255 {
		t.Errorf("%d types, want 252 in their order", len(types))
	}
	x := context(t, here, withList)
	if !x.Requires(wire.ChunkData) || x.Asked(wire.ChunkData) || !x.Asked(wire.ChunkASCONF) || len(x.LocalChunks()) != 3 || len(x.PeerChunks()) != 1 {
		t.Error("lists are mixed up")
	}
	if got := x.Overhead(); got != 28 {
		t.Errorf("AUTH with SHA-1 takes %d bytes, want 28", got)
	}
	if got := context(t, withList, here).Overhead(); got != maxChunkLen || maxSize != 32 {
		t.Errorf("AUTH with SHA-256 takes %d bytes, want 40", got)
	}
	if got := context(t, here, withoutList).Overhead(); got != 0 {
		t.Errorf("AUTH takes %d bytes of packets to who asked for nothing", got)
	}
}

// What is signed verifies, and nothing else does.
func TestVerify(t *testing.T) {
	one, two := Key{ID: 1, Secret: []byte("one")}, Key{ID: 2, Secret: []byte("two")}
	sender, receiver := context(t, here, withList, one), context(t, withList, here, two, one)
	packet := sender.Sign(append([]byte(header), data...), len(header), sender.active)
	verify := func(packet []byte) error {
		a, c, rest := cut(t, packet)
		return receiver.Verify(a, c, rest)
	}
	if err := verify(packet); err != nil || !bytes.HasPrefix(packet, []byte(header)) {
		t.Fatalf("what was signed: %v", err)
	}
	for i := len(header) + 8; i < len(packet); i++ {
		packet[i] ^= 1
		if err := verify(packet); !errors.Is(err, ErrMismatch) {
			t.Fatalf("byte %d changed: %v", i, err)
		}
		packet[i] ^= 1
	}
	a, c, rest := cut(t, packet)
	if err := receiver.Verify(wire.Auth{KeyID: 1, HMACID: wire.HMACSHA1, HMAC: a.HMAC[:19]}, c, rest); !errors.Is(err, ErrMismatch) {
		t.Errorf("short HMAC: %v", err)
	}
	if err := receiver.Verify(wire.Auth{KeyID: 1, HMACID: wire.HMACSHA256, HMAC: a.HMAC}, c, rest); !errors.Is(err, ErrUnsupportedHMAC) {
		t.Errorf("an algorithm that was not offered: %v", err)
	}
	if err := receiver.Verify(wire.Auth{KeyID: 3, HMACID: wire.HMACSHA1, HMAC: a.HMAC}, c, rest); !errors.Is(err, ErrUnknownKey) {
		t.Errorf("unknown key: %v", err)
	}
	receiver.SetKey(1, []byte("another"))
	if err := verify(packet); !errors.Is(err, ErrMismatch) {
		t.Errorf("after the key was replaced: %v", err)
	}
	receiver.SetKey(1, []byte("one"))
	if err := verify(packet); err != nil {
		t.Errorf("after the key came back: %v", err)
	}
}

// RFC 5061 has its chunks authenticated whoever lists them.
func TestProtect(t *testing.T) {
	x := context(t, withoutList, withoutList)
	if x.Overhead() != 0 {
		t.Error("AUTH takes room, and nobody asked for it")
	}
	x.Protect(wire.ChunkASCONF, wire.ChunkASCONFAck)
	for _, typ := range []wire.ChunkType{wire.ChunkASCONF, wire.ChunkASCONFAck} {
		if !x.Requires(typ) || !x.Asked(typ) {
			t.Errorf("%v is not protected", typ)
		}
	}
	if x.Requires(wire.ChunkData) || x.Asked(wire.ChunkData) || x.Overhead() == 0 || len(x.PeerChunks()) > 0 {
		t.Error("more than that is protected, or nothing, or it is said to be the peer's wish")
	}
	if err := x.Agree(withoutList, withoutList); err != nil || x.Asked(wire.ChunkASCONF) {
		t.Error("it outlives the next handshake:", err)
	}
}

// A new handshake makes other keys of the same secrets; one without the extension ends it.
func TestAgreeAgain(t *testing.T) {
	x, y := context(t, here, withList), context(t, withList, here)
	packet := x.Sign(append([]byte(header), data...), len(header), x.active)
	a, c, rest := cut(t, packet)
	if err := y.Agree(withoutList, here); err != nil {
		t.Fatal(err)
	}
	if err := y.Verify(a, c, rest); !errors.Is(err, ErrMismatch) {
		t.Errorf("authentic before a restart: %v after it", err)
	}
	if err := x.Agree(here, withoutList); err != nil {
		t.Fatal(err)
	}
	a, c, rest = cut(t, x.Sign(append([]byte(header), data...), len(header), x.active))
	if err := y.Verify(a, c, rest); err != nil {
		t.Errorf("after the restart of both: %v", err)
	}
	y.Disagree()
	if err := y.Verify(a, c, rest); !errors.Is(err, ErrUnsupportedHMAC) || y.Agreed() || y.Overhead() != 0 {
		t.Errorf("without the extension: %v", err)
	}
}

// The life of keys (RFC 6458 section 8.3). The null key is there unless it is deleted.
func TestKeys(t *testing.T) {
	x := context(t, here, withList, Key{ID: 4, Deactivated: true}, Key{ID: 1})
	want := func(what string, got, want error) {
		t.Helper()
		if !errors.Is(got, want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	want("a key that is not there", x.Activate(5), ErrNoKey)
	want("one that came deactivated", x.Activate(4), ErrNoKey)
	want("deactivate the active one", x.Deactivate(1), ErrKeyInUse)
	want("delete the active one", x.Delete(1), ErrKeyInUse)
	want("delete what is not there", x.Delete(5), ErrNoKey)
	x.SetKey(2, []byte("two"))
	want("activate", x.Activate(2), nil)
	if x.Active() != 2 {
		t.Errorf("active is %d", x.Active())
	}
	want("deactivate", x.Deactivate(1), nil)
	want("activate it again", x.Activate(1), ErrNoKey)
	want("delete", x.Delete(1), nil)
	want("twice", x.Deactivate(1), ErrNoKey)
	want("the null key", x.Activate(0), nil)
	if y := NewContext(&Config{Active: 9}); y.Active() != 0 {
		t.Errorf("an active key that is not there: %d", y.Active())
	}
}

// Nothing is allocated for a packet.
func TestNoAllocations(t *testing.T) {
	x, y := context(t, withList, here), context(t, here, withList)
	buf := make([]byte, 0, 2000)
	var packet []byte
	if n := testing.AllocsPerRun(100, func() {
		packet = x.Sign(append(append(buf[:0], header...), data...), len(header), x.active)
		a, c, rest := cut(t, packet)
		if y.Verify(a, c, rest) != nil {
			t.Fatal("not authentic")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// Whatever a peer announces, it is refused, of no use, or makes a context that verifies its own packets.
func FuzzAnnounced(f *testing.F) {
	f.Add(AppendParams(nil, here))
	f.Add(AppendParams(nil, withoutList))
	f.Fuzz(func(t *testing.T, params []byte) {
		var n Announced
		for len(params) > 0 {
			p, rest, err := wire.NextParam(params)
			if err != nil {
				break
			}
			n.Take(p)
			params = rest
		}
		if !n.Usable() {
			return
		}
		x, y := context(t, here, n.Vector()), context(t, n.Vector(), here)
		a, c, rest := cut(t, x.Sign(append([]byte(header), data...), len(header), x.active))
		if err := y.Verify(a, c, rest); err != nil {
			t.Error(err)
		}
	})
}

func BenchmarkSign(b *testing.B) {
	for name, peer := range map[string][]byte{"SHA-1": withoutList, "SHA-256": here} {
		b.Run(name, func(b *testing.B) {
			x := NewContext(&Config{})
			if err := x.Agree(here, peer); err != nil {
				b.Fatal(err)
			}
			packet := make([]byte, 1400, 1500)
			b.SetBytes(1400)
			for b.Loop() {
				x.Sign(packet, 12, x.active)
			}
		})
	}
}

// Keys go when nothing is sent with them any more: those that were deleted verify nothing meanwhile, and those that were deactivated do.
func TestRelease(t *testing.T) {
	sender, receiver := context(t, here, withList, Key{ID: 1}, Key{ID: 2}, Key{ID: 3}), context(t, withList, here, Key{ID: 1}, Key{ID: 2})
	if sender.Retiring() {
		t.Error("nothing was asked to go")
	}
	if err := errors.Join(sender.Deactivate(1), sender.Delete(2)); err != nil {
		t.Fatal(err)
	}
	used := func(id uint16) bool { return id == 1 || id == 2 }
	if free := sender.Release(used); free != nil || !sender.Retiring() {
		t.Errorf("keys %v are free, and in use", free)
	}
	for id, want := range map[uint16]error{1: nil, 2: ErrUnknownKey} {
		if sender.Usable(id) {
			t.Errorf("key %d may be used for something else", id)
		}
		a, c, rest := cut(t, sender.Sign(append([]byte(header), data...), len(header), id))
		if err := receiver.Verify(a, c, rest); err != nil {
			t.Errorf("what is sent with key %d: %v", id, err)
		}
		a, c, rest = cut(t, receiver.Sign(append([]byte(header), data...), len(header), id))
		if err := sender.Verify(a, c, rest); !errors.Is(err, want) {
			t.Errorf("what comes with key %d: %v, want %v", id, err, want)
		}
	}
	unused := func(uint16) bool { return false }
	if free := sender.Release(unused); !slices.Equal(free, []uint16{1}) || sender.Retiring() || sender.find(2) >= 0 {
		t.Errorf("free: %v, want 1, and 2 to be gone", free)
	}
	sender.SetKey(2, nil)
	if err := sender.Delete(2); err != nil {
		t.Fatal(err)
	}
	sender.SetKey(2, []byte("again"))
	if free := sender.Release(unused); free != nil || !sender.Usable(2) {
		t.Errorf("one that was added again has gone, or is free: %v", free)
	}
}
