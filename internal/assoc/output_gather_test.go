package assoc

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/gosctp/sctp/internal/auth"
	"github.com/gosctp/sctp/transport"
)

// packetsBothWays returns what two associations with the same past send, one of which builds its packets in pieces.
func packetsBothWays(t *testing.T, room int, of func(t *testing.T) *testAssoc, send ...int) (whole, pieces []transport.Datagram) {
	t.Helper()
	for i, into := range []*[]transport.Datagram{&whole, &pieces} {
		ta := of(t)
		for _, n := range send {
			data := bytes.Repeat([]byte{byte(n)}, n)
			if err := ta.a.Send(ta.now, &Message{Data: data}); err != nil {
				t.Fatal(err)
			}
		}
		buf, d := bytes.Repeat([]byte{0xff}, 65535), transport.Datagram{}
		for {
			d.Rest = nil
			if i == 1 {
				d.Rest = make([][]byte, 0, room)
			}
			if !ta.a.NextPacket(ta.now, buf, &d) {
				break
			}
			p := d
			p.Data = bytes.Clone(d.Data)
			p.Rest = nil
			for _, piece := range d.Rest {
				p.Rest = append(p.Rest, bytes.Clone(piece))
			}
			*into = append(*into, p)
		}
	}
	return whole, pieces
}

// In pieces, packets are what they are whole; only user data that is worth it is left where it is.
func TestPacketsInPieces(t *testing.T) {
	plain := func(t *testing.T) *testAssoc { return established(t, large) }
	for _, tt := range []struct {
		name string
		of   func(t *testing.T) *testAssoc
		send []int
		room int
		want string // the pieces of each packet
	}{
		{"nothing to leave", plain, []int{gatherLeast - 1}, 8, "[0]"},
		{"one chunk", plain, []int{gatherLeast}, 8, "[1]"},
		{"padding behind it", plain, []int{gatherLeast + 1}, 8, "[2]"},
		{"fragments", plain, []int{30000}, 8, "[1 1]"},
		{"two in a packet", plain, []int{5000, 5000, 10}, 8, "[4]"},
		{"small ones between", plain, []int{10, 5000, 10, 10, 5000, 10}, 8, "[4]"},
		{"more than there is room for", plain, []int{4100, 4100, 4100, 4100}, 4, "[4]"},
		{"room for one", plain, []int{4100, 4100, 4100}, 3, "[2]"},
		{"too little room", plain, []int{4100}, 2, "[0]"},
		{"I-DATA", func(t *testing.T) *testAssoc { return interleaving(t, large) }, []int{5001, 5002, 10}, 8, "[4]"},
		{"with a SACK", func(t *testing.T) *testAssoc {
			ta := plain(t)
			ta.recv(data(0))
			return ta
		}, []int{5000}, 8, "[1]"},
		{"of zero checksum", func(t *testing.T) *testAssoc {
			return established(t, large, over(dtls), peerHas(ZeroChecksum))
		}, []int{5000}, 8, "[1]"},
		{"authenticated", func(t *testing.T) *testAssoc {
			return established(t, large, with(func(c *Config) { c.Auth = &auth.Config{} }))
		}, []int{5000}, 8, "[0]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			whole, pieces := packetsBothWays(t, tt.room, tt.of, tt.send...)
			if len(whole) != len(pieces) {
				t.Fatalf("%d packets, in pieces %d", len(whole), len(pieces))
			}
			var got []int
			for i := range whole {
				w, p := whole[i], pieces[i]
				got = append(got, len(p.Rest))
				if !bytes.Equal(w.Data, p.Append(nil)) {
					t.Errorf("packet %d in pieces is %x, want %x", i, p.Append(nil), w.Data)
				}
				w.Data, p.Data, p.Rest = nil, nil, nil
				if fmt.Sprint(w) != fmt.Sprint(p) {
					t.Errorf("packet %d in pieces goes as %v, whole as %v", i, p, w)
				}
			}
			if fmt.Sprint(got) != tt.want {
				t.Errorf("there are %v pieces, want %s", got, tt.want)
			}
		})
	}
}

// Each chunk that is sent again is so in pieces, too, and its data stays what it is while a packet refers to it.
func TestRepetitionsInPieces(t *testing.T) {
	ta := established(t, large)
	ta.send(5000)
	ta.want("it is sent", "DATA 0")
	if ta.gathered != 1 {
		t.Errorf("%d packets in pieces, want 1", ta.gathered)
	}
	ta.advanceToTimer()
	ta.want("T3-rtx", "DATA 0")
	if ta.gathered != 2 {
		t.Errorf("%d packets in pieces, want 2", ta.gathered)
	}
}

// What a packet that is not written yet refers to is not written over, whatever becomes of the message.
func TestLentDataStays(t *testing.T) {
	ta := established(t, large)
	if err := ta.a.Send(ta.now, &Message{Data: bytes.Repeat([]byte{1}, 5000)}); err != nil {
		t.Fatal(err)
	}
	d := transport.Datagram{Rest: make([][]byte, 0, 8)}
	if !ta.a.NextPacket(ta.now, make([]byte, 65535), &d) || len(d.Rest) != 1 {
		t.Fatalf("a packet with %d pieces behind the first one, want 1", len(d.Rest))
	}
	// The peer says that it has it before it was written.
	ta.deliver(ta.a.LocalTag(), transport.Path{Local: local1, Remote: peer1}, sack(0))
	for range 3 {
		if err := ta.a.Send(ta.now, &Message{Data: bytes.Repeat([]byte{2}, 5000)}); err != nil {
			t.Fatal(err)
		}
	}
	if want := bytes.Repeat([]byte{1}, 5000); !bytes.Equal(d.Rest[0], want) {
		t.Errorf("the packet has become %x...", d.Rest[0][:8])
	}
}

// large makes packets that several messages fit into.
func large(ta *testAssoc, _ *Config, _ *Params) { ta.mtu = 20000 }
