package sockets

import (
	"net/netip"
	"syscall"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/simnet"
)

// A peer that was started again (RFC 9260 section 5.2, RFC 6458 section 6.1.1): the socket stays connected, what had arrived is read first.
func TestRestartOfThePeer(t *testing.T) {
	inWorld(t, func(w *world) {
		host := w.net.AddHost("again", netip.MustParseAddr("192.0.2.9"))
		before := w.open(host)
		l := w.listener(1)
		l.subscribe(linux.SCTP_ASSOC_CHANGE)
		connect := func(s *Stack) *user {
			c := w.socket(s, linux.AF_INET, sockStream)
			w.ok(c.Bind(at("192.0.2.9", 1000)))
			w.ok(c.connect(at(rightIP, 7)))
			return c
		}
		first := connect(before)
		server := w.accept(l)
		if n, ok := server.notification().(*linux.AssocChange); !ok || n.State != linux.SCTP_COMM_UP {
			t.Errorf("at the beginning the program is told %+v", n)
		}
		w.ok(first.send("old"))
		w.settle()
		if err := before.engine.Close(); err != nil { // without a word to the peer
			t.Fatal(err)
		}
		after := w.open(host)
		second := connect(after)
		w.settle()
		server.wantText("old")
		if n, ok := server.notification().(*linux.AssocChange); !ok || n.State != linux.SCTP_RESTART {
			t.Errorf("after the restart the program is told %+v", n)
		}
		w.ok(second.send("new"))
		server.wantText("new")
		w.ok(server.send("answer"))
		second.wantText("answer")
		if _, err := l.Accept(); err != syscall.EAGAIN {
			t.Errorf("a restart is no new connection: %v", err)
		}
		closeAll(first, second, server, l)
		w.ok(after.Close())
	})
}

// An unanswered connection attempt, an address that fails and comes back, and an association that does not.
func TestSilentPeers(t *testing.T) {
	inWorld(t, func(w *world) {
		c := w.socket(w.left, linux.AF_INET, sockSeqpacket)
		c.subscribe(linux.SCTP_ASSOC_CHANGE)
		w.want("nobody there", c.connect(at("192.0.2.77", 7)), syscall.ETIMEDOUT)
		if n, ok := c.notification().(*linux.AssocChange); !ok || n.State != linux.SCTP_CANT_STR_ASSOC {
			t.Errorf("the program is told %+v", n)
		}
		s := w.server()
		w.ok(c.sendTo("hello", at(rightIP, 7)))
		if n, ok := c.notification().(*linux.AssocChange); !ok || n.State != linux.SCTP_COMM_UP {
			t.Errorf("the program is told %+v", n)
		}
		w.settle()
		w.net.SetDefault(simnet.Link{Delay: time.Millisecond, Loss: 1})
		w.ok(c.sendTo("lost", at(rightIP, 7)))
		if n, ok := c.notification().(*linux.AssocChange); !ok || n.State != linux.SCTP_COMM_LOST {
			t.Errorf("the program is told %+v", n)
		}
		if err := c.sendInfo("x", nil, linux.SndInfo{AssocID: 3}); err != syscall.EPIPE {
			t.Errorf("to an association that is lost: %v", err)
		}
		closeAll(c, s)
	})
}

// The addresses of a peer as a program hears of them (RFC 6458 section 6.1.2), with Linux' spc_error; and what fails for good names the
// primary address.
func TestAddressesFailAndComeBack(t *testing.T) {
	inWorld(t, func(w *world) {
		l := w.socket(w.right, linux.AF_INET6, sockSeqpacket)
		w.ok(l.Bind(at("::", 7)))
		w.ok(l.Listen(5))
		c := w.socket(w.left, linux.AF_INET6, sockSeqpacket)
		c.subscribe(linux.SCTP_PEER_ADDR_CHANGE)
		few := linux.PaddrParams{MaxRetransmits: 1, HeartbeatInterval: 1000, Flags: linux.SPP_HB_ENABLE}
		w.ok(c.set(linux.SOL_SCTP, int(linux.SCTP_PEER_ADDR_PARAMS), &few))
		_, err := c.setList(linux.SCTP_SOCKOPT_CONNECTX, at(rightIP, 7), at(rightIP6, 7))
		w.want("connectx", err, syscall.EINPROGRESS)
		w.ok(c.until(c.ConnectResult))
		want := func(why, ip string, state linux.PaddrChangeState, reason int32) {
			t.Helper()
			note := c.notification()
			n, ok := note.(*linux.PaddrChange)
			if !ok {
				t.Fatalf("%s: the program is told %+v", why, note)
			}
			if n.State != state || n.Error != reason || n.Address.String() != ip {
				t.Errorf("%s: the program is told %v of %v, reason %d; want %v of %s, reason %d", why, n.State, n.Address, n.Error, state, ip, reason)
			}
		}
		first := "[::ffff:" + rightIP + "]:7"
		from, to := netip.MustParsePrefix(leftIP+"/32"), netip.MustParsePrefix(rightIP+"/32")
		w.net.Cut(from, to)
		want("the first does not answer", first, linux.SCTP_ADDR_UNREACHABLE, linux.SCTP_FAILED_THRESHOLD)
		w.ok(c.sendTo("by the other", at(rightIP6, 7)))
		text, _, err := l.receive(100)
		if w.ok(err); text != "by the other" {
			t.Errorf("received %q", text)
		}
		w.net.Repair(from, to)
		want("it does again", first, linux.SCTP_ADDR_AVAILABLE, linux.SCTP_HEARTBEAT_SUCCESS)
		closeAll(c, l)
	})
}
