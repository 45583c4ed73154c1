package sockets

import (
	"math"
	"syscall"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// get asks for an option; v is the question and the answer.
func (u *user) get(name linux.OptName, v linux.Struct) error {
	out, _, _, err := u.Option(linux.SOL_SCTP, int(name), linux.Append(nil, v))
	if err == nil {
		err = linux.Parse(out, v)
	}
	return err
}

// setSCTP sets an option of level SOL_SCTP.
func (u *user) setSCTP(name linux.OptName, v linux.Struct) error {
	return u.set(linux.SOL_SCTP, int(name), v)
}

// The answers in this file are those of Linux 6.12, before an association and with one: there times are counted in ticks.
func TestRTOInfo(t *testing.T) {
	inWorld(t, func(w *world) {
		c, s, l := w.pair()
		fresh := w.socket(w.left, linux.AF_INET, sockStream)
		for _, test := range []struct {
			set, want, connected linux.RTOInfo
			err                  error
		}{
			{linux.RTOInfo{}, linux.RTOInfo{Initial: 3000, Max: 60000, Min: 1000}, linux.RTOInfo{Initial: 3000, Max: 60000, Min: 1000}, nil},
			{linux.RTOInfo{Initial: 1, Max: 1, Min: 1}, linux.RTOInfo{Initial: 1, Max: 1, Min: 1}, linux.RTOInfo{Initial: tick, Max: tick, Min: tick}, nil},
			{linux.RTOInfo{Initial: 40000, Max: 30000, Min: 500}, linux.RTOInfo{Initial: 40000, Max: 30000, Min: 500}, linux.RTOInfo{Initial: 40000, Max: 30000, Min: 500}, nil},
			{linux.RTOInfo{Initial: 3000, Max: 400, Min: 500}, linux.RTOInfo{Initial: 40000, Max: 30000, Min: 500}, linux.RTOInfo{Initial: 40000, Max: 30000, Min: 500}, syscall.EINVAL},
			{linux.RTOInfo{Initial: math.MaxUint32}, linux.RTOInfo{Initial: math.MaxUint32, Max: 30000, Min: 500}, linux.RTOInfo{Initial: forever, Max: 30000, Min: 500}, nil},
		} {
			for u, want := range map[*user]linux.RTOInfo{fresh: test.want, c: test.connected} {
				w.want("setting it", u.setSCTP(linux.SCTP_RTOINFO, &test.set), test.err)
				var got linux.RTOInfo
				if w.ok(u.get(linux.SCTP_RTOINFO, &got)); got != want {
					t.Errorf("set to %+v: %+v, want %+v", test.set, got, want)
				}
			}
		}
		if a := c.assoc.Tunable(); a.RTOMax != 30*time.Second || a.RTOMin != 500*time.Millisecond {
			t.Errorf("the association has %+v", a)
		}
		if c := fresh.config(); c.RTOMax != 30*time.Second {
			t.Errorf("associations to come will have %v", c.RTOMax)
		}
		closeAll(c, s, l, fresh)
	})
}

func TestAssocInfo(t *testing.T) {
	inWorld(t, func(w *world) {
		c, s, l := w.pair()
		fresh := w.socket(w.left, linux.AF_INET, sockStream)
		var v linux.AssocParams
		if w.ok(fresh.get(linux.SCTP_ASSOCINFO, &v)); v != (linux.AssocParams{MaxRetransmits: 10, CookieLife: 60000}) {
			t.Errorf("at first %+v", v)
		}
		for _, u := range []*user{fresh, c} {
			w.ok(u.setSCTP(linux.SCTP_ASSOCINFO, &linux.AssocParams{MaxRetransmits: 7, PeerDestinations: 9, PeerRwnd: 9, LocalRwnd: 9, CookieLife: 1}))
			w.ok(u.setSCTP(linux.SCTP_ASSOCINFO, &linux.AssocParams{}))
		}
		if w.ok(fresh.get(linux.SCTP_ASSOCINFO, &v)); v != (linux.AssocParams{MaxRetransmits: 7, CookieLife: 1}) {
			t.Errorf("changed to %+v", v)
		}
		want := linux.AssocParams{MaxRetransmits: 7, PeerDestinations: 1, PeerRwnd: defaultBuffer / 2, LocalRwnd: defaultBuffer / 2, CookieLife: 1}
		if w.ok(c.get(linux.SCTP_ASSOCINFO, &v)); v != want {
			t.Errorf("of an association %+v, want %+v", v, want)
		}
		if a := c.assoc.Tunable(); a.AssocMaxRetrans != 7 || a.ValidCookieLife != time.Millisecond {
			t.Errorf("the association has %+v", a)
		}
		closeAll(c, s, l, fresh)
	})
}

// With several paths the limit of the association may not be above the sum of theirs.
func TestAssocInfoOfSeveralPaths(t *testing.T) {
	inWorld(t, func(w *world) {
		l := w.socket(w.right, linux.AF_INET6, sockSeqpacket)
		w.ok(l.Bind(at("::", 7)))
		w.ok(l.Listen(1))
		c := w.socket(w.left, linux.AF_INET6, sockStream)
		w.ok(c.connect(at(rightIP6, 7)))
		w.settle()
		if n := len(c.assoc.Paths()); n != 2 {
			t.Fatalf("%d paths", n)
		}
		w.want("the sum is 10", c.setSCTP(linux.SCTP_ASSOCINFO, &linux.AssocParams{MaxRetransmits: 11}), syscall.EINVAL)
		w.ok(c.setSCTP(linux.SCTP_ASSOCINFO, &linux.AssocParams{MaxRetransmits: 10}))
		v := linux.PaddrParams{MaxRetransmits: 6}
		v.Address.Set(linux.Sockaddr{AddrPort: c.peer})
		w.ok(c.setSCTP(linux.SCTP_PEER_ADDR_PARAMS, &v))
		w.ok(c.setSCTP(linux.SCTP_ASSOCINFO, &linux.AssocParams{MaxRetransmits: 11}))
		closeAll(c, l)
	})
}

func TestMaxSeg(t *testing.T) {
	inWorld(t, func(w *world) {
		c, s, l := w.pair()
		fresh := w.socket(w.left, linux.AF_INET, sockStream)
		six := w.socket(w.left, linux.AF_INET6, sockStream)
		for u, least := range map[*user]uint32{fresh: minPacket - sizeofIPv4 - sizeofCommon - sizeofData, six: minPacket - sizeofIPv6 - sizeofCommon - sizeofData, c: 464} {
			for value, want := range map[uint32]error{
				1: syscall.EINVAL, least - 1: syscall.EINVAL, least: nil, maxChunk - sizeofData: nil, maxChunk - sizeofData + 1: syscall.EINVAL,
				math.MaxUint32: syscall.EINVAL,
			} {
				w.want("setting it", u.setSCTP(linux.SCTP_MAXSEG, &linux.AssocValue{Value: value}), want)
			}
		}
		for _, u := range []*user{fresh, c} {
			var v linux.AssocValue
			w.ok(u.setSCTP(linux.SCTP_MAXSEG, &linux.AssocValue{Value: 1001}))
			want := map[*user]uint32{fresh: 1001, c: 1000}[u]
			if w.ok(u.get(linux.SCTP_MAXSEG, &v)); v.Value != want {
				t.Errorf("1001 is %d, want %d", v.Value, want)
			}
			old := linux.Int(0)
			w.ok(u.setSCTP(linux.SCTP_MAXSEG, &old))
			if w.ok(u.get(linux.SCTP_MAXSEG, &old)); u == fresh && old != 0 || u == c && old == 0 {
				t.Errorf("unlimited it is %d", old)
			}
		}
		w.ok(c.setSCTP(linux.SCTP_MAXSEG, &linux.AssocValue{Value: 500}))
		w.ok(c.send(string(make([]byte, 1200))))
		s.wantText(string(make([]byte, 1200)))
		if n := c.assoc.Status().Stats.OrderedSent; n != 3 {
			t.Errorf("%d chunks, want 3", n)
		}
		closeAll(c, s, l, fresh, six)
	})
}

func TestMaxBurst(t *testing.T) {
	inWorld(t, func(w *world) {
		l := w.socket(w.right, linux.AF_INET, sockSeqpacket)
		w.ok(l.Bind(at("0.0.0.0", 7)))
		w.ok(l.Listen(1))
		c := w.socket(w.left, linux.AF_INET, sockSeqpacket)
		w.ok(c.connect(at(rightIP, 7)))
		a := c.members()[0]
		for _, test := range []struct {
			id            linux.AssocID
			value         uint32
			assoc, socket uint32
			core          int
		}{
			{assocID(a), 8, 8, 4, 8},
			{linux.SCTP_FUTURE_ASSOC, 9, 8, 9, 8},
			{linux.SCTP_CURRENT_ASSOC, 10, 10, 9, 10},
			{linux.SCTP_ALL_ASSOC, 0, 0, 0, unlimited},
			{linux.SCTP_ALL_ASSOC, math.MaxUint32, math.MaxUint32, math.MaxUint32, unlimited},
		} {
			w.ok(c.setSCTP(linux.SCTP_MAX_BURST, &linux.AssocValue{AssocID: test.id, Value: test.value}))
			of, future := linux.AssocValue{AssocID: assocID(a)}, linux.AssocValue{}
			w.ok(c.get(linux.SCTP_MAX_BURST, &of))
			w.ok(c.get(linux.SCTP_MAX_BURST, &future))
			if of.Value != test.assoc || future.Value != test.socket || a.Tunable().MaxBurst != test.core {
				t.Errorf("%d to %d: %d, %d and %d", test.id, test.value, of.Value, future.Value, a.Tunable().MaxBurst)
			}
		}
		w.want("nobody's", c.setSCTP(linux.SCTP_MAX_BURST, &linux.AssocValue{AssocID: 999}), syscall.EINVAL)
		out, _, _, err := c.Option(linux.SOL_SCTP, int(linux.SCTP_MAX_BURST), []byte{0, 0, 0, 0, 1, 1, 1, 1, 77})
		if w.ok(err); len(out) != 9 || out[8] != 77 {
			t.Errorf("Linux leaves the length as it was: % x", out)
		}
		closeAll(c, l)
	})
}

func TestAutoClose(t *testing.T) {
	inWorld(t, func(w *world) {
		l := w.socket(w.right, linux.AF_INET, sockSeqpacket)
		w.ok(l.Bind(at("0.0.0.0", 7)))
		w.ok(l.Listen(1))
		c := w.socket(w.left, linux.AF_INET, sockSeqpacket)
		for value, want := range map[linux.Int]linux.Int{0: 0, 8589934: 8589934, 8589935: 8589934, -1: 8589934} {
			var got linux.Int
			w.ok(c.setSCTP(linux.SCTP_AUTOCLOSE, &value))
			if w.ok(c.get(linux.SCTP_AUTOCLOSE, &got)); got != want {
				t.Errorf("%d is %d, want %d", value, got, want)
			}
		}
		five := linux.Int(5)
		w.ok(c.setSCTP(linux.SCTP_AUTOCLOSE, &five))
		w.ok(c.connect(at(rightIP, 7)))
		w.ok(c.setSCTP(linux.SCTP_AUTOCLOSE, new(linux.Int)))
		time.Sleep(4 * time.Second)
		w.ok(c.sendMsg(&Msg{Data: []byte("x"), Name: at(rightIP, 7)}))
		time.Sleep(4 * time.Second)
		if len(c.members()) != 1 {
			t.Error("it was closed while in use")
		}
		time.Sleep(2 * time.Second)
		if len(c.members()) != 0 {
			t.Error("an idle association, which began with the option, was not closed")
		}
		one := w.socket(w.left, linux.AF_INET, sockStream)
		w.want("a one-to-one socket", one.setSCTP(linux.SCTP_AUTOCLOSE, &five), syscall.EOPNOTSUPP)
		closeAll(c, l, one)
	})
}

// A new socket's identifiers other than that of associations to come.
func TestTimingOfNobody(t *testing.T) {
	inWorld(t, func(w *world) {
		u := w.socket(w.left, linux.AF_INET, sockSeqpacket)
		for _, id := range []linux.AssocID{linux.SCTP_CURRENT_ASSOC, linux.SCTP_ALL_ASSOC, 77} {
			for name, v := range map[linux.OptName]linux.Struct{
				linux.SCTP_RTOINFO: &linux.RTOInfo{AssocID: id}, linux.SCTP_ASSOCINFO: &linux.AssocParams{AssocID: id},
				linux.SCTP_MAXSEG: &linux.AssocValue{AssocID: id}, linux.SCTP_EXPOSE_POTENTIALLY_FAILED_STATE: &linux.AssocValue{AssocID: id},
				linux.SCTP_PEER_ADDR_PARAMS: &linux.PaddrParams{AssocID: id}, linux.SCTP_PEER_ADDR_THLDS: &linux.PaddrThresholds{AssocID: id},
				linux.SCTP_PEER_ADDR_THLDS_V2: &linux.PaddrThresholdsV2{AssocID: id}, linux.SCTP_REMOTE_UDP_ENCAPS_PORT: &linux.UDPEncaps{AssocID: id},
				linux.SCTP_PLPMTUD_PROBE_INTERVAL: &linux.ProbeInterval{AssocID: id},
			} {
				w.want(name.String(), u.setSCTP(name, v), syscall.EINVAL)
				w.want(name.String(), u.get(name, v), syscall.EINVAL)
			}
			w.want("asking", u.get(linux.SCTP_MAX_BURST, &linux.AssocValue{AssocID: id}), syscall.EINVAL)
			w.want("statistics", u.get(linux.SCTP_GET_ASSOC_STATS, &linux.AssocStats{AssocID: id}), syscall.EINVAL)
		}
		closeAll(u)
	})
}
