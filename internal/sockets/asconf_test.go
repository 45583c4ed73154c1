package sockets

import (
	"net/netip"
	"syscall"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/simnet"
)

// dynamic has both stacks change addresses, with AUTH or without.
func (w *world) dynamic(auth bool) {
	w.t.Helper()
	for _, st := range []*Stack{w.left, w.right} {
		w.ok(st.SetSysctl("addip_enable", "1"))
		if auth {
			w.ok(st.SetSysctl("auth_enable", "1"))
		} else {
			w.ok(st.SetSysctl("addip_noauth_enable", "1"))
		}
	}
}

// bindx and SCTP_SET_PEER_PRIMARY_ADDR reach the peer, who is told of it as on Linux.
func TestBindxChangesAssociations(t *testing.T) {
	const leftIP2 = "192.0.2.11"
	for _, auth := range []bool{false, true} {
		inWorldOf(t, func(left, _ *simnet.Host) { left.AddAddr(netip.MustParseAddr(leftIP2)) }, func(w *world) {
			w.dynamic(auth)
			s := w.socket(w.right, linux.AF_INET, sockSeqpacket)
			w.ok(s.Bind(at(rightIP, 7)))
			w.ok(s.Listen(1))
			c := w.socket(w.left, linux.AF_INET, sockSeqpacket)
			w.ok(c.Bind(at(leftIP, 0)))
			w.ok(c.sendTo("hello", at(rightIP, 7)))
			_, _, err := s.receive(100)
			w.ok(err)
			time.Sleep(time.Second) // the client, too, knows that it is connected
			peers := func() (list string) {
				a := s.members()[0]
				for _, p := range a.Status().Paths {
					list += p.Path.Remote.String() + " "
				}
				return list
			}
			wantPeers := func(why, want string) {
				t.Helper()
				time.Sleep(time.Second)
				if got := peers(); got != want {
					t.Errorf("%s: the server has the client at %s, want %s", why, got, want)
				}
			}
			_, err = c.setList(linux.SCTP_SOCKOPT_BINDX_ADD, at(leftIP2, 0))
			w.ok(err)
			wantPeers("added", leftIP+" "+leftIP2+" ")
			prefer := linux.SetPeerPrim{AssocID: assocID(c.members()[0])}
			port := c.bound.Port()
			for why, wrong := range map[string][]byte{
				"no port":            at(leftIP2, 0),
				"the peer's port":    at(leftIP2, 7),
				"the peer's address": at(rightIP, port),
			} {
				copy(prefer.Address[:], wrong)
				w.want(why, c.setSCTP(linux.SCTP_SET_PEER_PRIMARY_ADDR, &prefer), syscall.EADDRNOTAVAIL)
			}
			copy(prefer.Address[:], at(leftIP2, port))
			w.ok(c.setSCTP(linux.SCTP_SET_PEER_PRIMARY_ADDR, &prefer))
			time.Sleep(time.Second)
			if p := s.members()[0].Status().Paths; !p[1].Primary {
				t.Errorf("the server sends to %+v", p)
			}
			_, err = c.setList(linux.SCTP_SOCKOPT_BINDX_REM, at(leftIP, 0))
			w.ok(err)
			wantPeers("removed", leftIP2+" ")
			copy(prefer.Address[:], at(leftIP, port))
			w.want("an address that it has no more", c.setSCTP(linux.SCTP_SET_PEER_PRIMARY_ADDR, &prefer), syscall.EADDRNOTAVAIL)
			w.ok(c.sendTo("good day", at(rightIP, 7)))
			text, _, err := s.receive(100)
			w.ok(err)
			if text != "good day" {
				t.Errorf("the server reads %q", text)
			}
			closeAll(c, s)
		})
	}
}

// SCTP_AUTO_ASCONF follows the addresses of the host, also on associations that there are.
func TestAutoASCONF(t *testing.T) {
	var host *simnet.Host
	inWorldOf(t, func(left, _ *simnet.Host) { host = left }, func(w *world) {
		w.dynamic(true)
		s := w.socket(w.right, linux.AF_INET, sockSeqpacket)
		w.ok(s.Bind(at(rightIP, 7)))
		w.ok(s.Listen(1))
		c := w.socket(w.left, linux.AF_INET, sockSeqpacket)
		w.ok(c.Bind(at("0.0.0.0", 0)))
		w.ok(c.sendTo("hello", at(rightIP, 7)))
		_, _, err := s.receive(100)
		w.ok(err)
		time.Sleep(time.Second)
		on := linux.Int(1)
		w.ok(c.setSCTP(linux.SCTP_AUTO_ASCONF, &on))
		host.AddAddr(netip.MustParseAddr("192.0.2.11"))
		time.Sleep(time.Second)
		if p := s.members()[0].Status().Paths; len(p) != 2 {
			t.Errorf("the server has the client at %+v", p)
		}
		closeAll(c, s)
	})
}
