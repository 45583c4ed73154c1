package sockets

import (
	"bytes"
	"testing"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// FuzzSocketOptions sets and asks for options with any bytes, on sockets of both styles without and with an association. Whatever is set, the
// sockets can be closed afterwards, and messages that were sent before arrive.
func FuzzSocketOptions(f *testing.F) {
	for _, o := range linux.Options() {
		size := 8
		if o.Value != nil {
			size = linux.Size(o.Value())
		}
		for _, fill := range []byte{0, 1, 0x7f, 0xff} {
			f.Add(linux.SOL_SCTP, int(o.Number), bytes.Repeat([]byte{fill}, size))
		}
	}
	for _, level := range []int{linux.SOL_SOCKET, linux.SOL_IP, linux.SOL_IPV6} {
		for name := range 80 {
			f.Add(level, name, []byte{1, 0, 0, 0})
		}
	}
	f.Fuzz(func(t *testing.T, level, name int, value []byte) {
		inWorld(t, func(w *world) {
			c, s, l := w.pair()
			many := w.socket(w.left, linux.AF_INET6, sockSeqpacket)
			w.ok(many.connect(at(rightIP, 7)))
			other := w.accept(l)
			users := []*user{c, many, l, w.socket(w.left, linux.AF_INET, sockStream), w.socket(w.right, linux.AF_INET6, sockSeqpacket)}
			w.ok(c.send("before"))
			for _, u := range users {
				options := [][]byte{value}
				if len(value) >= 4 && len(u.members()) > 0 { // the beginning of most values is an identifier
					own := linux.Int(assocID(u.members()[0]))
					options = append(options, linux.Put(bytes.Clone(value), &own))
				}
				for _, v := range options {
					_, _ = u.SetOption(level, name, v)
					_, _, n, _ := u.Option(level, name, v)
					if n != nil {
						n.Close()
					}
				}
			}
			s.wantText("before")
			closeAll(append(users, s, other)...)
		})
	})
}
