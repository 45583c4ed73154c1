package sockets

import (
	"net/netip"
	"syscall"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/abi/linux"
)

// control is ancillary data of level SOL_SCTP.
func control(items ...any) []byte {
	w := linux.NewControlWriter(nil, 400)
	for i := 0; i < len(items); i += 2 {
		w.Add(linux.SOL_SCTP, items[i].(linux.ControlType), linux.Append(nil, items[i+1].(linux.Struct)))
	}
	return w.Bytes()
}

// abandoned is what SCTP_PR_STREAM_STATUS counts.
func (u *user) abandoned(stream uint16, p linux.PRPolicy) linux.PRStatus {
	u.t.Helper()
	v := linux.PRStatus{StreamID: stream, Policy: p}
	if err := u.get(linux.SCTP_PR_STREAM_STATUS, &v); err != nil {
		u.t.Error(err)
	}
	return v
}

// A lifetime of 0 is over at once if the policy is named, and no lifetime if it is not. Linux 6.12 does so.
func TestLifetimeOfNothing(t *testing.T) {
	inWorld(t, func(w *world) {
		c, s, l := w.pair()
		ttl := linux.SndInfo{Stream: 1, Flags: linux.SendFlags(linux.SCTP_PR_SCTP_TTL)}
		w.ok(c.sendInfo("never", nil, ttl))
		w.ok(c.sendInfo("always", nil, linux.SndInfo{Stream: 1}))
		s.wantText("always")
		if n := c.abandoned(1, linux.SCTP_PR_SCTP_TTL); n.AbandonedUnsent != 1 || n.AbandonedSent != 0 {
			t.Errorf("%+v", n)
		}
		var all linux.PRStatus
		all.Policy = linux.PRPolicy(linux.SCTP_PR_SCTP_ALL)
		if w.ok(c.get(linux.SCTP_PR_ASSOC_STATUS, &all)); all.AbandonedUnsent != 1 {
			t.Errorf("%+v", all)
		}
		closeAll(c, s, l)
	})
}

// The default counts where a message says nothing else (RFC 6458 section 8.1.32).
func TestDefaultPRInfo(t *testing.T) {
	inWorld(t, func(w *world) {
		c, s, l := w.pair()
		w.ok(c.setSCTP(linux.SCTP_DEFAULT_PRINFO, &linux.DefaultPRInfo{Policy: linux.SCTP_PR_SCTP_TTL, Value: 20}))
		left, right := netip.MustParsePrefix(leftIP+"/32"), netip.MustParsePrefix(rightIP+"/32")
		w.net.Cut(left, right)
		w.ok(c.send("by default"))
		w.ok(c.sendMsg(&Msg{Data: []byte("for long"), Control: control(linux.SCTP_PRINFO, &linux.PRInfo{Policy: linux.SCTP_PR_SCTP_TTL, Value: 60000})}))
		time.Sleep(100 * time.Millisecond)
		w.net.Repair(left, right)
		s.wantText("for long")
		if n := c.abandoned(0, linux.SCTP_PR_SCTP_TTL); n.AbandonedUnsent+n.AbandonedSent != 1 {
			t.Errorf("%+v", n)
		}
		closeAll(c, s, l)
	})
}

func TestCountersThatThereAreNot(t *testing.T) {
	inWorld(t, func(w *world) {
		c, s, l := w.pair()
		for _, v := range []*linux.PRStatus{{}, {Policy: 0x40}, {StreamID: 10, Policy: linux.SCTP_PR_SCTP_RTX}} {
			w.want("a counter", c.get(linux.SCTP_PR_STREAM_STATUS, v), syscall.EINVAL)
		}
		for _, p := range []linux.PRPolicy{linux.SCTP_PR_SCTP_RTX, linux.SCTP_PR_SCTP_PRIO} {
			if n := c.abandoned(0, p); n.AbandonedUnsent != 0 {
				t.Errorf("%+v", n)
			}
		}
		closeAll(c, s, l)
	})
}

// SCTP_SENDALL goes to each association with the defaults of that one (RFC 6458 section 5.3.4).
func TestDefaultsOfAMessageToAll(t *testing.T) {
	inWorld(t, func(w *world) {
		s := w.server()
		var clients []*user
		for range 2 {
			c := w.socket(w.left, linux.AF_INET, sockStream)
			w.ok(c.connect(at(rightIP, 7)))
			clients = append(clients, c)
		}
		w.settle()
		over := s.members()[0]
		w.ok(s.setSCTP(linux.SCTP_DEFAULT_PRINFO, &linux.DefaultPRInfo{AssocID: assocID(over), Policy: linux.SCTP_PR_SCTP_TTL, Value: 1}))
		right, left := netip.MustParsePrefix(rightIP+"/32"), netip.MustParsePrefix(leftIP+"/32")
		w.net.Cut(right, left)
		w.ok(s.sendInfo("to all", nil, linux.SndInfo{Flags: linux.SCTP_SENDALL}))
		w.settle()
		w.net.Repair(right, left)
		clients[1].wantText("to all")
		w.settle()
		if clients[0].Ready().In {
			t.Error("the lifetime of the first has no end")
		}
		closeAll(append(clients, s)...)
	})
}
