package sockets

import (
	"bytes"
	"net/netip"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// value is the answer to an option that is a struct sctp_assoc_value.
func (u *user) value(name linux.OptName) uint32 {
	u.t.Helper()
	var v linux.AssocValue
	if err := u.get(name, &v); err != nil {
		u.t.Errorf("%v: %v", name, err)
	}
	return v.Value
}

// pairWith is pair, of sockets that were prepared.
func (w *world) pairWith(prepare func(u *user)) (client, server *user) {
	w.t.Helper()
	l := w.socket(w.right, linux.AF_INET, sockStream)
	prepare(l)
	w.ok(l.Bind(at(rightIP, 7)))
	w.ok(l.Listen(1))
	client = w.socket(w.left, linux.AF_INET, sockStream)
	prepare(client)
	w.ok(client.connect(at(rightIP, 7)))
	server = w.accept(l)
	closeAll(l)
	return client, server
}

// Extensions that were not known to Linux are switched on and off as the others.
func TestExtensionsAreInUseWhenBothSidesWant(t *testing.T) {
	for _, name := range []linux.OptName{
		linux.SCTP_NRSACK_SUPPORTED, linux.SCTP_PKTDROP_SUPPORTED, linux.SCTP_RECONFIG_SUPPORTED, linux.SCTP_PR_SUPPORTED, linux.SCTP_ECN_SUPPORTED,
	} {
		for _, on := range []uint32{0, 1} {
			inWorld(t, func(w *world) {
				c, s := w.pairWith(func(u *user) { w.ok(u.setSCTP(name, &linux.AssocValue{Value: on})) })
				if got := c.value(name); got != on || s.value(name) != on {
					t.Errorf("%v is %d, want %d", name, got, on)
				}
				w.ok(c.send("data"))
				s.wantText("data")
				closeAll(c, s)
			})
		}
	}
}

// RFC 8260 section 4.3.1: a program that wants interleaving has said that it can cope with it.
func TestInterleavingTakesTheSysctlAndTheLevel(t *testing.T) {
	inWorld(t, func(w *world) {
		on := &linux.AssocValue{Value: 1}
		one := linux.Int(1)
		u := w.socket(w.left, linux.AF_INET, sockStream)
		w.ok(u.setSCTP(linux.SCTP_FRAGMENT_INTERLEAVE, &one))
		w.want("without the sysctl", u.setSCTP(linux.SCTP_INTERLEAVING_SUPPORTED, on), syscall.EPERM)
		w.withExtensions()
		fresh := w.socket(w.left, linux.AF_INET, sockStream)
		w.want("at level 0", fresh.setSCTP(linux.SCTP_INTERLEAVING_SUPPORTED, on), syscall.EPERM)
		w.ok(u.setSCTP(linux.SCTP_INTERLEAVING_SUPPORTED, on))
		many := w.socket(w.left, linux.AF_INET, sockSeqpacket)
		unknown := &linux.AssocValue{AssocID: 999, Value: 1}
		w.want("of an unknown association", many.setSCTP(linux.SCTP_INTERLEAVING_SUPPORTED, unknown), syscall.EINVAL)
		closeAll(u, fresh, many)

		c, s := w.pairWith(func(u *user) {
			w.ok(u.setSCTP(linux.SCTP_FRAGMENT_INTERLEAVE, &one))
			w.ok(u.setSCTP(linux.SCTP_INTERLEAVING_SUPPORTED, on))
		})
		if c.value(linux.SCTP_INTERLEAVING_SUPPORTED) != 1 || s.value(linux.SCTP_INTERLEAVING_SUPPORTED) != 1 {
			t.Error("interleaving is not in use")
		}
		zero := linux.Int(0)
		w.ok(s.setSCTP(linux.SCTP_FRAGMENT_INTERLEAVE, &zero))
		if got := s.assoc.Tunable().FragmentInterleave; got != allMayAlternate {
			t.Errorf("level %d, while fragments alternate", got)
		}
		closeAll(c, s)
	})
}

// RFC 9653 section 7.1.
func TestZeroChecksumNeedsTheCarrier(t *testing.T) {
	inWorld(t, func(w *world) {
		dtls, none, other := linux.Int(linux.SCTP_EDMID_LOWER_LAYER_DTLS), linux.Int(linux.SCTP_EDMID_NONE), linux.Int(77)
		u := w.socket(w.left, linux.AF_INET, sockStream)
		w.want("a carrier without", u.setSCTP(linux.SCTP_ACCEPT_ZERO_CHECKSUM, &dtls), syscall.EOPNOTSUPP)
		w.ok(u.setSCTP(linux.SCTP_ACCEPT_ZERO_CHECKSUM, &none))
		_, err := u.option(linux.SOL_SCTP, int(linux.SCTP_ACCEPT_ZERO_CHECKSUM))
		w.want("it cannot be asked for", err, syscall.ENOPROTOOPT)
		closeAll(u)

		h := w.net.AddHost("protected", netip.MustParseAddr("192.0.2.9"))
		h.SetErrorDetection(transport.DTLS)
		st := w.open(h)
		u = w.socket(st, linux.AF_INET, sockStream)
		w.want("another method", u.setSCTP(linux.SCTP_ACCEPT_ZERO_CHECKSUM, &other), syscall.EOPNOTSUPP)
		for _, k := range []struct {
			v    *linux.Int
			want bool
		}{{&none, false}, {&dtls, true}, {&none, false}} {
			w.ok(u.setSCTP(linux.SCTP_ACCEPT_ZERO_CHECKSUM, k.v))
			if c := u.config(); c.Enable.Has(assoc.ZeroChecksum) != k.want || c.Disable.Has(assoc.ZeroChecksum) == k.want {
				t.Errorf("after %d: %v enabled, %v disabled", *k.v, c.Enable, c.Disable)
			}
		}
		closeAll(u)
		w.ok(st.Close())
	})
}

// The peer is told in the handshake (RFC 6458 sections 6.1.6 and 8.1.10), behind that the association came up.
func TestAdaptationLayerIsTold(t *testing.T) {
	for _, code := range []uint32{0, 0x01020304} {
		inWorld(t, func(w *world) {
			c, s := w.pairWith(func(u *user) {
				u.subscribeAll()
				w.ok(u.setSCTP(linux.SCTP_ADAPTATION_LAYER, &linux.Adaptation{Indication: code}))
			})
			for _, u := range []*user{c, s} {
				u.wantState(linux.SCTP_COMM_UP)
				if code != 0 {
					if n, ok := u.notification().(*linux.AdaptationEvent); !ok || n.Indication != code {
						t.Errorf("%+v, want the code point", n)
					}
				}
				if n, ok := u.notification().(*linux.AuthKeyEvent); !ok {
					t.Errorf("%T: 0 is told, or the order is another", n)
				}
			}
			closeAll(c, s)
		})
	}
}

// SCTP_AUTH_CHUNK has messages count only if they are authenticated, with a key that is there.
func TestMessagesAreAuthenticated(t *testing.T) {
	inWorld(t, func(w *world) {
		w.withExtensions()
		many := func(st *Stack) *user { return w.socket(st, linux.AF_INET, sockSeqpacket) }
		c, s := many(w.left), many(w.right)
		w.ok(s.Bind(at(rightIP, 7)))
		w.ok(s.Listen(1))
		w.ok(s.setSCTP(linux.SCTP_AUTH_CHUNK, &linux.AuthChunk{Chunk: uint8(wire.ChunkData)}))
		w.ok(s.setSCTP(linux.SCTP_HMAC_IDENT, &linux.HMACAlgo{Idents: []uint16{linux.SCTP_AUTH_HMAC_ID_SHA256, linux.SCTP_AUTH_HMAC_ID_SHA1}}))
		w.ok(c.connect(at(rightIP, 7)))
		id := assocID(c.members()[0])
		room := append(linux.Append(nil, &linux.AuthChunks{AssocID: id}), bytes.Repeat([]byte{1}, 8)...)
		room[4] = 8 // a buffer need not be zero
		out, _, _, err := c.Option(linux.SOL_SCTP, int(linux.SCTP_PEER_AUTH_CHUNKS), room)
		w.ok(err)
		var peer linux.AuthChunks
		w.ok(linux.Parse(out, &peer))
		if !bytes.Contains(peer.Chunks, []byte{uint8(wire.ChunkData)}) {
			t.Errorf("the server wants %x", peer.Chunks)
		}
		stats := func(u *user) assoc.Stats { return u.members()[0].Status().Stats }
		w.ok(c.sendTo("with the empty key", at(rightIP, 7)))
		s.wantText("with the empty key")
		if stats(s).AuthReceived == 0 {
			t.Error("nothing was authenticated")
		}
		w.ok(c.setSCTP(linux.SCTP_AUTH_KEY, &linux.AuthKey{AssocID: id, KeyNumber: 5, Key: []byte("five")}))
		w.ok(c.setSCTP(linux.SCTP_AUTH_ACTIVE_KEY, &linux.AuthKeyID{AssocID: id, KeyNumber: 5}))
		w.ok(c.sendTo("with another", at(rightIP, 7)))
		time.Sleep(100 * time.Millisecond)
		if got := stats(s); got.AuthUnknownKeys == 0 || got.MessagesReceived != 1 {
			t.Errorf("%d packets with an unknown key, %d messages", got.AuthUnknownKeys, got.MessagesReceived)
		}
		w.ok(s.setSCTP(linux.SCTP_AUTH_KEY, &linux.AuthKey{AssocID: assocID(s.members()[0]), KeyNumber: 5, Key: []byte("five")}))
		s.wantText("with another")
		closeAll(c, s)
	})
}

// Keys are an association's own, and those to come have the socket's.
func TestKeys(t *testing.T) {
	inWorld(t, func(w *world) {
		w.withExtensions()
		many := func(st *Stack) *user { return w.socket(st, linux.AF_INET, sockSeqpacket) }
		c, s := many(w.left), many(w.right)
		c.subscribe(linux.SCTP_AUTHENTICATION_EVENT)
		w.ok(s.Bind(at(rightIP, 7)))
		w.ok(s.Listen(1))
		w.ok(c.setSCTP(linux.SCTP_AUTH_KEY, &linux.AuthKey{KeyNumber: 1, Key: []byte("one")}))
		w.ok(c.setSCTP(linux.SCTP_AUTH_ACTIVE_KEY, &linux.AuthKeyID{KeyNumber: 1}))
		w.ok(c.connect(at(rightIP, 7)))
		id := assocID(c.members()[0])
		supported := linux.AssocValue{AssocID: id}
		w.ok(c.get(linux.SCTP_AUTH_SUPPORTED, &supported))
		if supported.Value != 1 {
			t.Error("AUTH is not in use")
		}
		active := func(id linux.AssocID) uint16 {
			t.Helper()
			v := linux.AuthKeyID{AssocID: id}
			w.ok(c.get(linux.SCTP_AUTH_ACTIVE_KEY, &v))
			return v.KeyNumber
		}
		if active(id) != 1 {
			t.Error("the association has not got the socket's keys")
		}
		all := linux.SCTP_ALL_ASSOC
		w.ok(c.setSCTP(linux.SCTP_AUTH_KEY, &linux.AuthKey{AssocID: all, KeyNumber: 2, Key: []byte("two")}))
		w.ok(c.setSCTP(linux.SCTP_AUTH_ACTIVE_KEY, &linux.AuthKeyID{AssocID: linux.SCTP_CURRENT_ASSOC, KeyNumber: 2}))
		if active(id) != 2 || active(linux.SCTP_FUTURE_ASSOC) != 1 {
			t.Errorf("key %d is active, of associations to come %d", active(id), active(linux.SCTP_FUTURE_ASSOC))
		}
		own := &linux.AuthKeyID{AssocID: id, KeyNumber: 1}
		w.ok(c.setSCTP(linux.SCTP_AUTH_DEACTIVATE_KEY, own))
		if n, ok := c.notification().(*linux.AuthKeyEvent); !ok || n.Indication != linux.SCTP_AUTH_FREE_KEY || n.KeyNumber != 1 {
			t.Errorf("%+v, want that key 1 is free", n)
		}
		w.want("one that is deactivated", c.setSCTP(linux.SCTP_AUTH_ACTIVE_KEY, own), syscall.EINVAL)
		w.ok(c.setSCTP(linux.SCTP_AUTH_KEY, &linux.AuthKey{AssocID: id, KeyNumber: 1, Key: []byte("new")}))
		w.ok(c.setSCTP(linux.SCTP_AUTH_ACTIVE_KEY, own))
		w.ok(c.setSCTP(linux.SCTP_AUTH_DELETE_KEY, &linux.AuthKeyID{AssocID: id, KeyNumber: 2}))
		w.want("one that is deleted", c.setSCTP(linux.SCTP_AUTH_ACTIVE_KEY, &linux.AuthKeyID{AssocID: id, KeyNumber: 2}), syscall.EINVAL)
		w.want("it is there for others", c.setSCTP(linux.SCTP_AUTH_DELETE_KEY, &linux.AuthKeyID{KeyNumber: 2}), nil)
		w.want("of all", c.setSCTP(linux.SCTP_AUTH_DELETE_KEY, &linux.AuthKeyID{AssocID: all, KeyNumber: 1}), syscall.EINVAL)
		if got := c.value(linux.SCTP_AUTH_SUPPORTED); got != 1 {
			t.Errorf("for associations to come it is %d", got)
		}
		closeAll(c, s)
	})
}

// SCTP_AUTHINFO names the key of a message (RFC 6458 section 5.3.8); where messages are not authenticated nobody looks at it. A key that was
// deactivated is free when its last message is acknowledged.
func TestMessagesNameTheirKeys(t *testing.T) {
	inWorld(t, func(w *world) {
		w.withExtensions()
		c, s := w.pairWith(func(u *user) {
			u.subscribe(linux.SCTP_AUTHENTICATION_EVENT)
			w.ok(u.setSCTP(linux.SCTP_AUTH_KEY, &linux.AuthKey{KeyNumber: 1, Key: []byte("one")}))
			w.ok(u.setSCTP(linux.SCTP_AUTH_KEY, &linux.AuthKey{KeyNumber: 2, Key: []byte("two")}))
			w.ok(u.setSCTP(linux.SCTP_AUTH_DEACTIVATE_KEY, &linux.AuthKeyID{KeyNumber: 2}))
			w.ok(u.setSCTP(linux.SCTP_AUTH_CHUNK, &linux.AuthChunk{Chunk: uint8(wire.ChunkData)}))
		})
		named := func(u *user, key uint16) error {
			cw := linux.NewControlWriter(nil, 100)
			cw.Add(linux.IPPROTO_SCTP, linux.SCTP_AUTHINFO, linux.Append(nil, &linux.AuthInfo{KeyNumber: key}))
			return u.sendMsg(&Msg{Data: []byte("named"), Control: cw.Bytes()})
		}
		w.ok(named(c, 1))
		w.ok(c.setSCTP(linux.SCTP_AUTH_DEACTIVATE_KEY, &linux.AuthKeyID{KeyNumber: 1}))
		if n, ok := s.notification().(*linux.AuthKeyEvent); !ok || n.Indication != linux.SCTP_AUTH_NEW_KEY || n.KeyNumber != 1 {
			t.Errorf("%+v, want that the peer uses key 1", n)
		}
		s.wantText("named")
		if n, ok := c.notification().(*linux.AuthKeyEvent); !ok || n.Indication != linux.SCTP_AUTH_FREE_KEY || n.KeyNumber != 1 {
			t.Errorf("%+v, want that key 1 is free", n)
		}
		for _, key := range []uint16{1, 2, 3} {
			w.want("deactivated, or not there", named(c, key), syscall.EINVAL)
		}
		w.ok(named(c, 0))
		s.wantText("named")
		closeAll(c, s)

		w.ok(w.left.SetSysctl("auth_enable", "0"))
		c, s = w.pairWith(func(*user) {})
		w.ok(named(c, 77))
		s.wantText("named")
		closeAll(c, s)
	})
}

func TestLocalAuthChunks(t *testing.T) {
	inWorld(t, func(w *world) {
		u := w.socket(w.left, linux.AF_INET, sockStream)
		on, off := &linux.AssocValue{Value: 1}, &linux.AssocValue{}
		chunks := func() []byte {
			out, _, _, err := u.Option(linux.SOL_SCTP, int(linux.SCTP_LOCAL_AUTH_CHUNKS), make([]byte, 20))
			if err != nil {
				t.Error(err)
				return nil
			}
			return out[8:]
		}
		w.ok(u.setSCTP(linux.SCTP_AUTH_SUPPORTED, on))
		if got := chunks(); len(got) != 0 {
			t.Errorf("without ASCONF % x", got)
		}
		w.ok(u.setSCTP(linux.SCTP_ASCONF_SUPPORTED, on))
		w.ok(u.setSCTP(linux.SCTP_AUTH_CHUNK, &linux.AuthChunk{}))
		if got := chunks(); !slices.Equal(got, []byte{0xc1, 0x80, 0}) {
			t.Errorf("with ASCONF and DATA % x", got)
		}
		_, _, _, err := u.Option(linux.SOL_SCTP, int(linux.SCTP_LOCAL_AUTH_CHUNKS), make([]byte, 10))
		w.want("too little room", err, syscall.EINVAL)
		w.ok(u.setSCTP(linux.SCTP_AUTH_SUPPORTED, off))
		w.want("off again", u.get(linux.SCTP_LOCAL_AUTH_CHUNKS, new(linux.AuthChunks)), syscall.EACCES)
		closeAll(u)
	})
}

// RFC 5061 without RFC 5061: what the socket has can be set.
func TestAutoASCONFTakesAllAddresses(t *testing.T) {
	inWorld(t, func(w *world) {
		one, zero := linux.Int(1), linux.Int(0)
		w.ok(w.left.SetSysctl("default_auto_asconf", "1"))
		u := w.socket(w.left, linux.AF_INET, sockStream)
		auto := func() int {
			n, err := u.option(linux.SOL_SCTP, int(linux.SCTP_AUTO_ASCONF))
			w.ok(err)
			return n
		}
		if auto() != 0 {
			t.Error("on before the socket is bound")
		}
		w.want("not bound", u.setSCTP(linux.SCTP_AUTO_ASCONF, &one), syscall.EINVAL)
		w.ok(u.Bind(at("0.0.0.0", 0)))
		if auto() != 1 {
			t.Error("the sysctl does not count")
		}
		w.ok(u.setSCTP(linux.SCTP_AUTO_ASCONF, &zero))
		if auto() != 0 {
			t.Error("not off")
		}
		w.ok(u.setSCTP(linux.SCTP_AUTO_ASCONF, &one))
		if auto() != 1 {
			t.Error("not on")
		}
		closeAll(u)
	})
}

// RFC 6458 section 6.1.10.
func TestNotificationsStop(t *testing.T) {
	inWorld(t, func(w *world) {
		c, s, l := w.pair()
		stopped := linux.Event{Type: linux.SCTP_NOTIFICATIONS_STOPPED_EVENT, On: 1}
		w.ok(c.setSCTP(linux.SCTP_EVENT, &stopped))
		w.ok(c.setSCTP(linux.SCTP_EVENT, &linux.Event{Type: linux.SCTP_SENDER_DRY_EVENT, On: 1}))
		if stopped.On = 0; c.get(linux.SCTP_EVENT, &stopped) != nil || stopped.On != 1 {
			t.Error("it is not subscribed to")
		}
		for c.mailbox.Lost() == 0 {
			c.assoc.Post(assoc.SenderDry{})
		}
		c.assoc.Post(assoc.SenderDry{})
		var last linux.Notification
		for r := c.Ready(); r.In; r = c.Ready() {
			last = c.notification()
		}
		if _, ok := last.(*linux.NotificationsStopped); !ok {
			t.Errorf("the last one is %T", last)
		}
		if dry := (linux.Event{Type: linux.SCTP_SENDER_DRY_EVENT}); c.get(linux.SCTP_EVENT, &dry) != nil || dry.On != 0 {
			t.Error("it is still subscribed to others")
		}
		closeAll(c, s, l)
	})
}

// Sockets begin with what the sysctls say.
func TestSysctlsAreTheDefaultsOfExtensions(t *testing.T) {
	for sysctl, option := range map[string]linux.OptName{
		"prsctp_enable": linux.SCTP_PR_SUPPORTED, "ecn_enable": linux.SCTP_ECN_SUPPORTED, "reconf_enable": linux.SCTP_RECONFIG_SUPPORTED,
		"auth_enable": linux.SCTP_AUTH_SUPPORTED, "addip_enable": linux.SCTP_ASCONF_SUPPORTED,
	} {
		inWorld(t, func(w *world) {
			for value, want := range map[string]uint32{"0": 0, "1": 1, "7": 1} {
				w.ok(w.left.SetSysctl(sysctl, value))
				u := w.socket(w.left, linux.AF_INET, sockStream)
				if got := u.value(option); got != want {
					t.Errorf("with %s = %s %v is %d", sysctl, value, option, got)
				}
				closeAll(u)
			}
		})
	}
}
