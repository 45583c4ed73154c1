package sockets

import (
	"net/netip"
	"syscall"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/abi/linux"
	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/simnet"
)

// paddr is an IPv4 address as options have it.
func paddr(ip string, port uint16) (v linux.Storage) {
	v.Set(linux.Sockaddr{AddrPort: netip.AddrPortFrom(netip.MustParseAddr(ip), port)})
	return v
}

const firstFlags = linux.SPP_HB_ENABLE | linux.SPP_PMTUD_ENABLE | linux.SPP_SACKDELAY_ENABLE

// What SCTP_PEER_ADDR_PARAMS answers after each of these, on a new socket and on a connected one, as on Linux 6.12.
func TestPaddrParams(t *testing.T) {
	inWorld(t, func(w *world) {
		c, s, l := w.pair()
		fresh := w.socket(w.left, linux.AF_INET, sockStream)
		type params = linux.PaddrParams
		at := params{HeartbeatInterval: 30000, MaxRetransmits: 5, SackDelay: 200, Flags: firstFlags}
		live := uint32(1500) // simnet's, as the path has it
		for _, step := range []struct {
			what  string
			set   params
			err   error
			apply func(*params)
		}{
			{"nothing", params{}, nil, func(*params) {}},
			{"an interval and a limit", params{HeartbeatInterval: 5000, MaxRetransmits: 3, Flags: linux.SPP_HB_ENABLE}, nil,
				func(p *params) { p.HeartbeatInterval, p.MaxRetransmits = 5000, 3 }},
			{"an interval without its flag", params{HeartbeatInterval: 7000}, nil, func(*params) {}},
			{"no heartbeats", params{HeartbeatInterval: 9000, Flags: linux.SPP_HB_DISABLE}, nil,
				func(p *params) { p.Flags ^= linux.SPP_HB }},
			{"both", params{Flags: linux.SPP_HB}, syscall.EINVAL, func(*params) {}},
			{"a path MTU", params{PathMTU: 1400, Flags: linux.SPP_PMTUD_DISABLE}, nil,
				func(p *params) { p.PathMTU = 1400; p.Flags ^= linux.SPP_PMTUD }},
			{"too small", params{PathMTU: minPacket - 1, Flags: linux.SPP_PMTUD_DISABLE}, syscall.EINVAL, func(*params) {}},
			{"the least", params{PathMTU: minPacket, Flags: linux.SPP_PMTUD_DISABLE}, nil, func(p *params) { p.PathMTU = minPacket }},
			{"discovery", params{Flags: linux.SPP_PMTUD_ENABLE}, nil, func(p *params) { p.Flags ^= linux.SPP_PMTUD }},
			{"both", params{Flags: linux.SPP_PMTUD}, syscall.EINVAL, func(*params) {}},
			{"a delay", params{SackDelay: maxSackDelay, Flags: linux.SPP_SACKDELAY_ENABLE}, nil, func(p *params) { p.SackDelay = 500 }},
			{"too long", params{SackDelay: maxSackDelay + 1, Flags: linux.SPP_SACKDELAY_ENABLE}, syscall.EINVAL, func(*params) {}},
			{"no delays", params{Flags: linux.SPP_SACKDELAY_DISABLE}, nil, func(p *params) { p.Flags ^= linux.SPP_SACKDELAY }},
			{"both", params{Flags: linux.SPP_SACKDELAY}, syscall.EINVAL, func(*params) {}},
			{"DSCP", params{DSCP: 0x2b, Flags: linux.SPP_DSCP}, nil, func(p *params) { p.DSCP = 0x28; p.Flags |= linux.SPP_DSCP }},
			{"no time at all", params{HeartbeatInterval: 8, Flags: linux.SPP_HB_ENABLE | linux.SPP_HB_TIME_IS_ZERO}, nil,
				func(p *params) { p.HeartbeatInterval = 0; p.Flags ^= linux.SPP_HB }},
		} {
			step.apply(&at)
			for _, u := range []*user{fresh, c} {
				w.want(step.what, u.setSCTP(linux.SCTP_PEER_ADDR_PARAMS, &step.set), step.err)
				want, got := at, params{}
				if u == c && at.Flags&linux.SPP_PMTUD_ENABLE != 0 {
					want.PathMTU = live
				}
				if w.ok(u.get(linux.SCTP_PEER_ADDR_PARAMS, &got)); got != want {
					t.Errorf("%s:\n got %+v\nwant %+v", step.what, got, want)
				}
			}
		}
		closeAll(fresh, c, s, l)
	})
}

// A flow label is kept where there may be IPv6.
func TestFlowLabel(t *testing.T) {
	inWorld(t, func(w *world) {
		c, s, l := w.pair()
		set := linux.PaddrParams{FlowLabel: 0xf12345, Flags: linux.SPP_IPV6_FLOWLABEL}
		for u, want := range map[*user]uint32{
			w.socket(w.left, linux.AF_INET, sockStream): 0, w.socket(w.left, linux.AF_INET6, sockStream): 0x12345, c: 0x12345,
		} {
			w.ok(u.setSCTP(linux.SCTP_PEER_ADDR_PARAMS, &set))
			var got linux.PaddrParams
			if w.ok(u.get(linux.SCTP_PEER_ADDR_PARAMS, &got)); got.FlowLabel != want || got.Flags&linux.SPP_IPV6_FLOWLABEL != 0 != (want != 0) {
				t.Errorf("%#x, %v", got.FlowLabel, got.Flags)
			}
		}
		got := linux.PaddrParams{Address: paddr(rightIP, 7)}
		if w.ok(c.get(linux.SCTP_PEER_ADDR_PARAMS, &got)); got.FlowLabel != 0 || got.Flags != firstFlags {
			t.Errorf("an IPv4 address has %#x, %v", got.FlowLabel, got.Flags)
		}
		closeAll(c, s, l)
	})
}

// An address, the association and the socket have their own.
func TestPaddrParamsOfOneAddress(t *testing.T) {
	inWorld(t, func(w *world) {
		l := w.socket(w.right, linux.AF_INET, sockSeqpacket)
		w.ok(l.Bind(at("0.0.0.0", 7)))
		w.ok(l.Listen(1))
		c := w.socket(w.left, linux.AF_INET, sockSeqpacket)
		w.ok(c.setSCTP(linux.SCTP_PEER_ADDR_PARAMS, &linux.PaddrParams{HeartbeatInterval: 1001, Flags: linux.SPP_HB_ENABLE}))
		w.ok(c.connect(at(rightIP, 7)))
		a := c.members()[0]
		of := func(address linux.Storage, id linux.AssocID) uint32 {
			t.Helper()
			v := linux.PaddrParams{AssocID: id, Address: address}
			w.ok(c.get(linux.SCTP_PEER_ADDR_PARAMS, &v))
			return v.HeartbeatInterval
		}
		check := func(what string, path, association, socket uint32) {
			t.Helper()
			p, q, r := of(paddr(rightIP, 7), assocID(a)), of(linux.Storage{}, assocID(a)), of(linux.Storage{}, 0)
			if p != path || q != association || r != socket {
				t.Errorf("%s: %d, %d and %d; want %d, %d and %d", what, p, q, r, path, association, socket)
			}
			core := must(pathParamsOf(a, rightIP))
			if core.HBInterval != milliseconds(path) {
				t.Errorf("%s: the path has %v", what, core.HBInterval)
			}
		}
		check("inherited, in ticks", 1004, 1004, 1001)
		w.ok(c.setSCTP(linux.SCTP_PEER_ADDR_PARAMS, &linux.PaddrParams{AssocID: assocID(a), Address: paddr(rightIP, 7), HeartbeatInterval: 7000, Flags: linux.SPP_HB_ENABLE}))
		check("of the address", 7000, 1004, 1001)
		w.ok(c.setSCTP(linux.SCTP_PEER_ADDR_PARAMS, &linux.PaddrParams{HeartbeatInterval: 9000, Flags: linux.SPP_HB_ENABLE}))
		check("of the socket", 7000, 1004, 9000)
		w.ok(c.setSCTP(linux.SCTP_PEER_ADDR_PARAMS, &linux.PaddrParams{AssocID: assocID(a), HeartbeatInterval: 8000, Flags: linux.SPP_HB_ENABLE}))
		check("of the association", 8000, 8000, 9000)
		for id, want := range map[linux.AssocID]error{0: nil, linux.SCTP_CURRENT_ASSOC: syscall.EINVAL, 999: syscall.EINVAL} {
			v := linux.PaddrParams{AssocID: id, Address: paddr(rightIP, 7)}
			w.want("the address with another identifier", c.setSCTP(linux.SCTP_PEER_ADDR_PARAMS, &v), want)
			w.want("the address with another identifier", c.get(linux.SCTP_PEER_ADDR_PARAMS, &v), want)
			w.ok(c.setSCTP(linux.SCTP_PEER_ADDR_THLDS, &linux.PaddrThresholds{AssocID: id, Address: paddr(rightIP, 7)}))
		}
		for _, address := range []linux.Storage{paddr(leftIP, 7), paddr(rightIP, 8), {77}} {
			v := linux.PaddrParams{AssocID: assocID(a), Address: address}
			w.want("not an address of the peer", c.setSCTP(linux.SCTP_PEER_ADDR_PARAMS, &v), syscall.EINVAL)
			w.want("not an address of the peer", c.get(linux.SCTP_PEER_ADDR_PARAMS, &v), syscall.EINVAL)
		}
		closeAll(c, l)
	})
}

func pathParamsOf(a interface {
	TunePaths(func(netip.Addr, *assoc.PathParams))
}, remote string) (p assoc.PathParams, err error) {
	err = syscall.ENOENT
	a.TunePaths(func(addr netip.Addr, c *assoc.PathParams) {
		if addr.String() == remote {
			p, err = *c, nil
		}
	})
	return p, err
}

func TestHeartbeatOnDemand(t *testing.T) {
	inWorld(t, func(w *world) {
		c, s, l := w.pair()
		fresh := w.socket(w.left, linux.AF_INET, sockStream)
		demand := linux.PaddrParams{Flags: linux.SPP_HB_DEMAND}
		w.want("no association", fresh.setSCTP(linux.SCTP_PEER_ADDR_PARAMS, &demand), syscall.EINVAL)
		before := c.assoc.Status().Stats.ControlSent
		w.ok(c.setSCTP(linux.SCTP_PEER_ADDR_PARAMS, &demand))
		w.settle()
		demand.Address = paddr(rightIP, 7)
		w.ok(c.setSCTP(linux.SCTP_PEER_ADDR_PARAMS, &demand))
		w.settle()
		if n := c.assoc.Status().Stats.ControlSent - before; n != 2 {
			t.Errorf("%d heartbeats, want 2", n)
		}
		closeAll(fresh, c, s, l)
	})
}

func TestThresholds(t *testing.T) {
	inWorld(t, func(w *world) {
		c, s, l := w.pair()
		fresh := w.socket(w.left, linux.AF_INET, sockStream)
		for _, u := range []*user{fresh, c} {
			var v linux.PaddrThresholds
			if w.ok(u.get(linux.SCTP_PEER_ADDR_THLDS, &v)); v != (linux.PaddrThresholds{MaxRetransmits: 5, PSThreshold: 0xffff}) {
				t.Errorf("at first %+v", v)
			}
			w.ok(u.setSCTP(linux.SCTP_PEER_ADDR_THLDS, &linux.PaddrThresholds{MaxRetransmits: 7, PFThreshold: 3}))
			w.ok(u.setSCTP(linux.SCTP_PEER_ADDR_THLDS_V2, &linux.PaddrThresholdsV2{MaxRetransmits: 7, PFThreshold: 4, PSThreshold: 5}))
			w.want("switched before it failed", u.setSCTP(linux.SCTP_PEER_ADDR_THLDS_V2, &linux.PaddrThresholdsV2{PFThreshold: 5, PSThreshold: 4}), syscall.EINVAL)
			var v2 linux.PaddrThresholdsV2
			w.ok(u.get(linux.SCTP_PEER_ADDR_THLDS, &v))
			if w.ok(u.get(linux.SCTP_PEER_ADDR_THLDS_V2, &v2)); v.MaxRetransmits != 7 || v.PFThreshold != 4 || v.PSThreshold != 5 ||
				v2.MaxRetransmits != 7 || v2.PFThreshold != 4 || v2.PSThreshold != 5 {
				t.Errorf("changed to %+v, %+v", v, v2)
			}
			stranger := linux.PaddrThresholdsV2{Address: paddr(rightIP, 99)}
			w.want("a stranger", u.setSCTP(linux.SCTP_PEER_ADDR_THLDS_V2, &stranger), syscall.ENOENT)
			w.want("a stranger", u.get(linux.SCTP_PEER_ADDR_THLDS, &linux.PaddrThresholds{Address: stranger.Address}), syscall.ENOENT)
		}
		w.ok(c.setSCTP(linux.SCTP_PEER_ADDR_THLDS, &linux.PaddrThresholds{Address: paddr(rightIP, 7), MaxRetransmits: 4, PFThreshold: 2}))
		if p := must(pathParamsOf(c.assoc, rightIP)); p.PathMaxRetrans != 4 || p.PFMaxRetrans != 2 || !p.Switchover || p.PSMaxRetrans != 5 {
			t.Errorf("the path has %+v", p)
		}
		w.ok(c.setSCTP(linux.SCTP_PEER_ADDR_THLDS_V2, &linux.PaddrThresholdsV2{Address: paddr(rightIP, 7), PFThreshold: 2, PSThreshold: 0xffff}))
		if p := must(pathParamsOf(c.assoc, rightIP)); p.Switchover {
			t.Errorf("switchover is off: %+v", p)
		}
		w.ok(w.left.SetSysctl("pf_enable", "0"))
		w.ok(c.setSCTP(linux.SCTP_PEER_ADDR_THLDS, &linux.PaddrThresholds{MaxRetransmits: 4}))
		if p := must(pathParamsOf(c.assoc, rightIP)); p.PFMaxRetrans != 4 {
			t.Errorf("without potentially failed addresses: %+v", p)
		}
		closeAll(fresh, c, s, l)
	})
}

// Who is told that an address has potentially failed, and who may see it (RFC 7829 section 7.3).
func TestExposure(t *testing.T) {
	for exposure, want := range map[uint32]struct {
		told bool
		err  error
	}{exposureUnset: {false, nil}, exposureOff: {false, syscall.EACCES}, exposureOn: {true, nil}} {
		inWorld(t, func(w *world) {
			l := w.listener(5)
			c := w.socket(w.left, linux.AF_INET, sockStream)
			w.ok(c.setSCTP(linux.SCTP_EXPOSE_POTENTIALLY_FAILED_STATE, &linux.AssocValue{Value: exposure}))
			w.want("no such value", c.setSCTP(linux.SCTP_EXPOSE_POTENTIALLY_FAILED_STATE, &linux.AssocValue{Value: exposureOn + 1}), syscall.EINVAL)
			w.ok(c.setSCTP(linux.SCTP_EVENT, &linux.Event{Type: linux.SCTP_PEER_ADDR_CHANGE, On: 1}))
			w.ok(c.connect(at(rightIP, 7)))
			var v linux.AssocValue
			if w.ok(c.get(linux.SCTP_EXPOSE_POTENTIALLY_FAILED_STATE, &v)); v.Value != exposure {
				t.Errorf("%d is %d", exposure, v.Value)
			}
			host := netip.MustParsePrefix(rightIP + "/32")
			w.net.Cut(host, netip.MustParsePrefix("0.0.0.0/0"))
			w.ok(c.send("lost"))
			time.Sleep(5 * time.Second)
			info := linux.PaddrInfo{Address: paddr(rightIP, 7)}
			w.want("asking for the address", c.get(linux.SCTP_GET_PEER_ADDR_INFO, &info), want.err)
			if want.err == nil && info.State != linux.SCTP_PF {
				t.Errorf("the address is %v", info.State)
			}
			r, err := c.Receive(&Msg{Data: make([]byte, 200)})
			if err == nil {
				r.Commit()
			}
			if told := err == nil; told != want.told {
				t.Errorf("%d: told %v (%v)", exposure, told, err)
			}
			w.net.Repair(host, netip.MustParsePrefix("0.0.0.0/0"))
			time.Sleep(5 * time.Second)
			r, err = c.Receive(&Msg{Data: make([]byte, 200)})
			if err == nil {
				r.Commit()
			}
			if told := err == nil; told != want.told {
				t.Errorf("%d: told that it is back: %v (%v)", exposure, told, err)
			}
			closeAll(c, l)
		})
	}
}

// As on Linux the search for the path MTU is off unless asked for.
func TestProbeIntervalTurnsTheSearchOn(t *testing.T) {
	inWorld(t, func(w *world) {
		st := w.left
		if c := st.pathParams(&pathParams{}); c.RaiseInterval >= 0 {
			t.Errorf("it is on: %v", c.RaiseInterval)
		}
		if c := st.pathParams(&pathParams{probeInterval: minProbeInterval}); c.RaiseInterval != raiseFactor*5*time.Second {
			t.Errorf("it rests for %v", c.RaiseInterval)
		}
	})
}

// What is set is read again.
func TestEncapPortAndProbeInterval(t *testing.T) {
	inWorld(t, func(w *world) {
		c, s, l := w.pair()
		fresh := w.socket(w.left, linux.AF_INET, sockStream)
		for _, u := range []*user{fresh, c} {
			w.ok(u.setSCTP(linux.SCTP_REMOTE_UDP_ENCAPS_PORT, &linux.UDPEncaps{Port: 9899}))
			w.ok(u.setSCTP(linux.SCTP_PLPMTUD_PROBE_INTERVAL, &linux.ProbeInterval{Interval: minProbeInterval + 1}))
			w.want("too often", u.setSCTP(linux.SCTP_PLPMTUD_PROBE_INTERVAL, &linux.ProbeInterval{Interval: minProbeInterval - 1}), syscall.EINVAL)
			var port linux.UDPEncaps
			var probe linux.ProbeInterval
			w.ok(u.get(linux.SCTP_REMOTE_UDP_ENCAPS_PORT, &port))
			w.ok(u.get(linux.SCTP_PLPMTUD_PROBE_INTERVAL, &probe))
			if want := map[*user]uint32{fresh: 5001, c: 5004}[u]; port.Port != 9899 || probe.Interval != want {
				t.Errorf("%d, %d", port.Port, probe.Interval)
			}
			stranger := paddr(rightIP, 99)
			w.want("a stranger", u.setSCTP(linux.SCTP_REMOTE_UDP_ENCAPS_PORT, &linux.UDPEncaps{Address: stranger}), syscall.EINVAL)
			w.want("a stranger", u.get(linux.SCTP_PLPMTUD_PROBE_INTERVAL, &linux.ProbeInterval{Address: stranger}), syscall.EINVAL)
		}
		closeAll(fresh, c, s, l)
	})
}

// What a listener has, its sockets have, as it was when their association began.
func TestParamsAreInherited(t *testing.T) {
	inWorld(t, func(w *world) {
		l := w.listener(5)
		w.ok(l.setSCTP(linux.SCTP_RTOINFO, &linux.RTOInfo{Initial: 2000, Max: 30000, Min: 500}))
		w.ok(l.setSCTP(linux.SCTP_DELAYED_SACK, &linux.SackInfo{Delay: 100, Frequency: 3}))
		c := w.socket(w.left, linux.AF_INET, sockStream)
		w.ok(c.connect(at(rightIP, 7)))
		w.ok(l.setSCTP(linux.SCTP_RTOINFO, &linux.RTOInfo{Max: 40000}))
		s := w.accept(l)
		var v linux.RTOInfo
		if w.ok(s.get(linux.SCTP_RTOINFO, &v)); v != (linux.RTOInfo{Initial: 2000, Max: 30000, Min: 500}) {
			t.Errorf("accepted with %+v", v)
		}
		if a := s.assoc.Tunable(); a.RTOMax != 30*time.Second || a.SACKDelay != 100*time.Millisecond || a.SACKFrequency != 3 {
			t.Errorf("its association has %+v", a)
		}
		w.ok(s.assoc.Abort(nil))
		w.settle()
		s.follow()
		if w.ok(s.get(linux.SCTP_RTOINFO, &v)); v.Max != 40000 {
			t.Errorf("without association it has %+v, want what the listener had when it accepted", v)
		}
		closeAll(c, s, l)
	})
}

func TestAssocStats(t *testing.T) {
	inWorld(t, func(w *world) {
		c, s, l := w.pair()
		var v linux.AssocStats
		w.ok(c.get(linux.SCTP_GET_ASSOC_STATS, &v))
		want := linux.AssocStats{ObservedRTOAddress: paddr(rightIP, 7), MaxRTO: 750, OutPackets: 2, InPackets: 2, OutControlChunks: 2, InControlChunks: 2}
		if v != want {
			t.Errorf("the client\n got %+v\nwant %+v", v, want)
		}
		v = linux.AssocStats{}
		w.ok(s.get(linux.SCTP_GET_ASSOC_STATS, &v))
		if v.OutPackets != 1 || v.InPackets != 0 || v.OutControlChunks != 1 || v.InControlChunks != 0 {
			t.Errorf("the server got %+v", v)
		}
		w.ok(c.send("one"))
		cw := linux.NewControlWriter(nil, 100)
		cw.Add(linux.IPPROTO_SCTP, linux.SCTP_SNDINFO, linux.Append(nil, &linux.SndInfo{Flags: linux.SCTP_UNORDERED}))
		w.ok(c.sendMsg(&Msg{Data: []byte("two"), Control: cw.Bytes()}))
		s.wantText("one")
		w.settle()
		v = linux.AssocStats{}
		w.ok(c.get(linux.SCTP_GET_ASSOC_STATS, &v))
		if v.MaxRTO != 250 || v.OutOrdered != 1 || v.OutUnordered != 1 || v.InSacks == 0 {
			t.Errorf("the client has %+v", v)
		}
		v = linux.AssocStats{}
		w.ok(s.get(linux.SCTP_GET_ASSOC_STATS, &v))
		if v.InOrdered != 1 || v.InUnordered != 1 || v.OutSacks == 0 {
			t.Errorf("the server has %+v", v)
		}
		out, _, _, err := c.Option(linux.SOL_SCTP, int(linux.SCTP_GET_ASSOC_STATS), make([]byte, 144))
		if w.ok(err); len(out) != 144 || out[136] != 250 {
			t.Errorf("in 144 bytes: % x", out)
		}
		closeAll(c, s, l)
	})
}

// An IPv6 socket gets to see a v4-mapped address, whatever it asked with.
func TestAddressIsAnsweredAsTheSocketShowsIt(t *testing.T) {
	inWorld(t, func(w *world) {
		l := w.listener(5)
		c := w.socket(w.left, linux.AF_INET6, sockStream)
		w.ok(c.connect(at(rightIP, 7)))
		for _, want := range []string{"[::ffff:" + rightIP + "]:7", rightIP + ":7"} {
			v := linux.PaddrThresholds{Address: paddr(rightIP, 7)}
			if w.ok(c.get(linux.SCTP_PEER_ADDR_THLDS, &v)); v.Address.String() != want {
				t.Errorf("%v, want %s", v.Address, want)
			}
			w.ok(c.setSCTP(linux.SCTP_I_WANT_MAPPED_V4_ADDR, new(linux.Int)))
		}
		closeAll(c, l)
	})
}

// SCTP in UDP goes where the program says (RFC 6951 section 6.1).
func TestEncapPortOfThePeer(t *testing.T) {
	const usual, other = simnet.DefaultEncapPort, 4000
	inWorldOf(t, func(left, right *simnet.Host) {
		left.SetEncapPort(usual)
		right.SetEncapPort(other)
	}, func(w *world) {
		l := w.listener(5)
		c := w.socket(w.left, linux.AF_INET, sockStream)
		w.ok(c.setSCTP(linux.SCTP_REMOTE_UDP_ENCAPS_PORT, &linux.UDPEncaps{Port: other}))
		w.ok(c.connect(at(rightIP, 7)))
		s := w.accept(l)
		for range 2 {
			w.ok(c.send("hello"))
			s.wantText("hello")
			w.settle()
		}
		var v linux.PaddrParams
		if w.ok(c.get(linux.SCTP_PEER_ADDR_PARAMS, &v)); v.PathMTU != 1500 {
			t.Errorf("path MTU %d, want that of IP", v.PathMTU)
		}
		w.ok(c.setSCTP(linux.SCTP_REMOTE_UDP_ENCAPS_PORT, &linux.UDPEncaps{Address: paddr(rightIP, 7), Port: 4001}))
		if path := c.assoc.Paths()[0]; path.EncapPort != 4001 {
			t.Errorf("packets go to port %d", path.EncapPort)
		}
		w.ok(c.setSCTP(linux.SCTP_REMOTE_UDP_ENCAPS_PORT, &linux.UDPEncaps{Port: other}))
		w.ok(c.setSCTP(linux.SCTP_REMOTE_UDP_ENCAPS_PORT, &linux.UDPEncaps{}))
		w.ok(c.send("again"))
		s.wantText("again")
		closeAll(c, s, l)
	})
}

// NATs forget ports, so a program that leaves the heartbeat interval alone gets a shorter one in UDP than it sees.
func TestHeartbeatIntervalInUDP(t *testing.T) {
	for _, udp := range []bool{false, true} {
		inWorldOf(t, func(left, right *simnet.Host) {
			if udp {
				left.SetEncapPort(simnet.DefaultEncapPort)
				right.SetEncapPort(simnet.DefaultEncapPort)
			}
		}, func(w *world) {
			l := w.listener(5)
			c := w.socket(w.left, linux.AF_INET, sockStream)
			w.ok(c.connect(at(rightIP, 7)))
			s := w.accept(l)
			check := func(when string, shown uint32, want time.Duration) {
				t.Helper()
				var v linux.PaddrParams
				w.ok(c.get(linux.SCTP_PEER_ADDR_PARAMS, &v))
				if got := must(pathParamsOf(c.assoc, rightIP)).HBInterval; v.HeartbeatInterval != shown || got != want {
					t.Errorf("UDP %v, %s: %d ms are shown and %v are used; want %d and %v", udp, when, v.HeartbeatInterval, got, shown, want)
				}
			}
			usual := 30 * time.Second
			if udp {
				usual = assoc.EncapHBInterval
			}
			check("at first", 30000, usual)
			w.ok(c.setSCTP(linux.SCTP_PEER_ADDR_PARAMS, &linux.PaddrParams{HeartbeatInterval: 40000, Flags: linux.SPP_HB_ENABLE}))
			check("set", 40000, 40*time.Second)
			w.ok(c.setSCTP(linux.SCTP_PEER_ADDR_PARAMS, &linux.PaddrParams{HeartbeatInterval: 30000, Flags: linux.SPP_HB_ENABLE}))
			check("set to the default", 30000, usual)
			closeAll(c, s, l)
		})
	}
}

// An association has the least path MTU of its addresses, each with its own IP header.
func TestPathMTUOfSeveralAddresses(t *testing.T) {
	inWorld(t, func(w *world) {
		l := w.socket(w.right, linux.AF_INET6, sockSeqpacket)
		w.ok(l.Bind(at("::", 7)))
		w.ok(l.Listen(1))
		c := w.socket(w.left, linux.AF_INET6, sockStream)
		w.ok(c.connect(at(rightIP6, 7)))
		w.settle()
		mtu := func(ip string) uint32 {
			var v linux.PaddrParams
			if ip != "" {
				v.Address = paddr(ip, 7)
			}
			w.ok(c.get(linux.SCTP_PEER_ADDR_PARAMS, &v))
			return v.PathMTU
		}
		if a, b, all := mtu(rightIP), mtu(rightIP6), mtu(""); a != 1500 || b != 1500 || all != 1500 {
			t.Errorf("%d and %d, %d of the association; want 1500", a, b, all)
		}
		w.ok(c.setSCTP(linux.SCTP_PEER_ADDR_PARAMS, &linux.PaddrParams{Address: paddr(rightIP, 7), PathMTU: 1000, Flags: linux.SPP_PMTUD_DISABLE}))
		if a, b, all := mtu(rightIP), mtu(rightIP6), mtu(""); a != 1000 || b != 1500 || all != 1000 {
			t.Errorf("%d and %d, %d of the association; want 1000, 1500 and 1000", a, b, all)
		}
		closeAll(c, l)
	})
}

// The larger headers of interleaving leave less room for data (RFC 8260 section 2.1).
func TestMaxSegWithInterleaving(t *testing.T) {
	inWorld(t, func(w *world) {
		two, one := linux.Int(2), linux.AssocValue{Value: 1}
		l := w.socket(w.right, linux.AF_INET, sockStream)
		c := w.socket(w.left, linux.AF_INET, sockStream)
		w.ok(w.left.SetSysctl("intl_enable", "1"))
		w.ok(w.right.SetSysctl("intl_enable", "1"))
		for _, u := range []*user{l, c} {
			w.ok(u.setSCTP(linux.SCTP_FRAGMENT_INTERLEAVE, &two))
			w.ok(u.setSCTP(linux.SCTP_INTERLEAVING_SUPPORTED, &one))
		}
		w.ok(l.Bind(at("0.0.0.0", 7)))
		w.ok(l.Listen(1))
		w.ok(c.connect(at(rightIP, 7)))
		s := w.accept(l)
		least := uint32(minPacket - sizeofIPv4 - sizeofCommon - sizeofIData)
		w.ok(c.setSCTP(linux.SCTP_MAXSEG, &linux.AssocValue{Value: least}))
		w.want("less", c.setSCTP(linux.SCTP_MAXSEG, &linux.AssocValue{Value: least - 1}), syscall.EINVAL)
		w.want("more than a chunk", c.setSCTP(linux.SCTP_MAXSEG, &linux.AssocValue{Value: maxChunk - sizeofData}), syscall.EINVAL)
		closeAll(c, s, l)
	})
}
