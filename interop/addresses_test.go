//go:build linux

package interop

import "testing"

// TestAddressesComeAndGo has the addresses of associations change (RFC 5061) while messages pass.
func TestAddressesComeAndGo(t *testing.T) {
	needs(t)
	t.Parallel()
	sideBySide(t, map[string]func(*testing.T){
		"gosctp": func(t *testing.T) {
			p := pairOf(t, gosctp, gosctp)
			wander(t,
				conversation{pair: p, client: p.a, server: p.b, carrier: rawIP, family: v4},
				conversation{pair: p, client: p.b, server: p.a, carrier: rawIP, family: mixed},
				conversation{pair: p, client: p.a, server: p.b, carrier: inUDP, family: v6})
		},
		"sockets and gosctp": func(t *testing.T) {
			p := pairOf(t, sockets, gosctp)
			wander(t,
				conversation{pair: p, client: p.a, server: p.b, carrier: rawIP, family: v4},
				conversation{pair: p, client: p.b, server: p.a, carrier: inUDP, family: v6})
		},
		"gosctp to usrsctp": func(t *testing.T) {
			p := pairOf(t, gosctp, usrsctp)
			wander(t, conversation{pair: p, client: p.a, server: p.b, carrier: rawIP, family: v4})
		},
		"usrsctp to gosctp": func(t *testing.T) {
			p := pairOf(t, usrsctp, gosctp)
			wander(t, conversation{pair: p, client: p.a, server: p.b, carrier: inUDP, family: v4})
		},
	})
}

// TestAddressesComeAndGoWithKernel is the same with Linux.
func TestAddressesComeAndGoWithKernel(t *testing.T) {
	needs(t)
	p := withKernel(t, "gosctp", ourPeer)
	// A socket that Linux accepts begins from these, and not from what its listener was told.
	kernelSetting(t, "auth_enable", "1", "0")
	kernelSetting(t, "addip_enable", "1", "0")
	wander(t,
		conversation{pair: p, client: p.a, server: p.b, carrier: rawIP, family: v4},
		conversation{pair: p, client: p.b, server: p.a, carrier: rawIP, family: v6})
}

// wander has each side take the second address away and give it back, prefer it, take it away while messages come to it, and prefer one after the other.
func wander(t *testing.T, conversations ...conversation) {
	t.Helper()
	for i := range conversations {
		conversations[i].paths, conversations[i].wanders, conversations[i].bothArgs = 2, true, []string{"asconf=1"}
	}
	v := setOut(t, conversations)
	v.move(fewMessages)
	for _, side := range []struct {
		name             string
		movers, watchers []*traveller
	}{{"the client", v.clients(), v.servers()}, {"the server", v.servers(), v.clients()}} {
		v.stage(side.name+" is without its second address for a while", func(*testing.T) { v.leaveAndReturn(1, side.movers, side.watchers) })
		v.stage(side.name+" prefers its second address", func(*testing.T) { v.prefer(1, side.movers, side.watchers) })
		v.stage(side.name+" is without it, and messages go to the first", func(*testing.T) { v.leaveAndReturn(1, side.movers, side.watchers) })
		v.stage(side.name+" prefers its second address again", func(*testing.T) { v.prefer(1, side.movers, side.watchers) })
		v.stage(side.name+" prefers its first address", func(*testing.T) { v.prefer(0, side.movers, side.watchers) })
	}
	v.stage("everybody arrives", func(*testing.T) { v.arrive() })
}

// leaveAndReturn has some travellers take an address away, and give it back when messages have passed without.
func (v *voyage) leaveAndReturn(path int, movers, watchers []*traveller) {
	for i, p := range movers {
		p.do("unbind "+p.own[path], "unbound ")
		watchers[i].hear("path " + p.own[path] + " removed")
	}
	v.avoid("the address is gone", path, watchers)
	for i, p := range movers {
		p.do("bind "+p.own[path], "bound ")
		watchers[i].hear("path " + p.own[path] + " added")
	}
	v.move(fewMessages)
}

// prefer has some travellers ask for messages to come to one of their addresses.
func (v *voyage) prefer(path int, movers, watchers []*traveller) {
	for i, p := range movers {
		p.do("prefer "+p.own[path], "preferred ")
		watchers[i].hear("path " + p.own[path] + " made_prim")
	}
	v.settle("the address is preferred", path, watchers)
}
