package assoc

import (
	"net/netip"
	"testing"
	"time"
)

// Associations may share a Config: what one of them is told concerns no other.
func TestSharedParametersAreNotChanged(t *testing.T) {
	shared := Config{MaxBurst: 8}.For(Carrier{})
	before := shared
	p := Params{LocalPort: localPort, PeerPort: peerPort, LocalAddrs: []netip.Addr{local1}, Wildcard: true, PeerAddrs: []netip.Addr{peer1}}
	one, other := Connect(1, &shared, p, testIdentity), Connect(1, &shared, p, testIdentity)
	if one.Config() != &shared || other.Config() != &shared {
		t.Fatal("complete parameters were copied")
	}
	tuned := one.Tunable()
	tuned.MaxBurst = 9
	one.Tune(1, tuned)
	one.SetAutoASCONF(1, false)
	one.SetAutoASCONF(1, true)
	if c := one.Config(); c.MaxBurst != 9 || !c.AutoASCONF {
		t.Errorf("what one was told is not so: %+v", c)
	}
	if other.Config() != &shared || shared != before {
		t.Errorf("the other has other parameters now: %+v", shared)
	}
	if c := Connect(1, &Config{MaxBurst: 9}, p, testIdentity).Config(); c.MaxBurst != 9 || c.RTOMax != time.Minute {
		t.Errorf("what was missing was not filled in: %+v", c)
	}
}

// What a path is told concerns no other one, and no other association.
func TestSharedParametersOfPathsAreNotChanged(t *testing.T) {
	shared := Config{}.For(Carrier{})
	p := Params{LocalPort: localPort, PeerPort: peerPort, LocalAddrs: []netip.Addr{local1}, Wildcard: true, PeerAddrs: []netip.Addr{peer1, peer2}}
	one, other := Connect(1, &shared, p, testIdentity), Connect(1, &shared, p, testIdentity)
	before, err := one.PathParams(peer1)
	if err != nil {
		t.Fatal(err)
	}
	changed := before
	changed.SACKFrequency = 9
	if err := one.TunePath(1, peer1, changed); err != nil {
		t.Fatal(err)
	}
	if got, err := one.PathParams(peer1); got != changed || err != nil {
		t.Errorf("%+v, %v, want %+v", got, err, changed)
	}
	for _, a := range []*Association{one, other} {
		if got, err := a.PathParams(peer2); got != before || err != nil {
			t.Errorf("%+v, %v for another path, want %+v", got, err, before)
		}
	}
	if got, err := other.PathParams(peer1); got != before || err != nil {
		t.Errorf("%+v, %v for another association, want %+v", got, err, before)
	}
}
