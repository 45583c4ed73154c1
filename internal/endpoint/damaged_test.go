package endpoint

import (
	"slices"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/transport"
)

// With PKTDROP a damaged packet is sent again at once, both ways; nobody waits for a time-out.
func TestDamagedPacketsAreSentAgain(t *testing.T) {
	n := newNetwork(t)
	a, z := n.host("A", 1, "192.0.2.1"), n.host("Z", 2, "192.0.2.2")
	c := assoc.Config{Enable: assoc.PacketDrop}
	a.bind(1000, 0, c)
	z.bind(2000, 5, c)
	a.connect(z, c)
	n.settle()
	hit := map[*host]bool{}
	n.lose = func(from *host, d *transport.Datagram) bool {
		if has(d.Data, wire.ChunkData) && !hit[from] {
			hit[from] = true
			d.Data = slices.Clone(d.Data)
			d.Data[len(d.Data)-1] ^= 1
		}
		return false
	}
	a.send(a.handles[0], "from A, damaged")
	n.settle()
	z.send(z.handles[0], "from Z, damaged")
	n.settle()
	if got := z.read(z.handles[0]); !slices.Equal(got, []string{"from A, damaged"}) {
		t.Errorf("Z read %q", got)
	}
	if got := a.read(a.handles[0]); !slices.Equal(got, []string{"from Z, damaged"}) {
		t.Errorf("A read %q", got)
	}
	for _, h := range []*host{a, z} {
		s := h.handles[0].Assoc.Status().Stats
		if s.Timeouts != 0 || s.DropsReported != 1 || s.DropsHeard != 1 || len(h.dropped) != 0 {
			t.Errorf("%s: %+v, dropped %v", h.name, s, h.dropped)
		}
	}
}

// A damaged packet is delivered as that to an association that may report it, if the tag is right; else it is dropped.
func TestWhoseDamagedPacketItIs(t *testing.T) {
	for name, test := range map[string]struct {
		config  assoc.Config
		reports bool
	}{
		"with PKTDROP":    {assoc.Config{Enable: assoc.PacketDrop}, true},
		"without PKTDROP": {assoc.Config{}, false},
	} {
		n := newNetwork(t)
		a, z := n.host("A", 1, "192.0.2.1"), n.host("Z", 2, "192.0.2.2")
		a.bind(1000, 0, test.config)
		z.bind(2000, 5, test.config)
		a.connect(z, test.config)
		n.settle()
		path := z.handles[0].Assoc.Paths(nil)[0]
		for _, packet := range packetsFor(z) {
			packet[len(packet)-1] ^= 1
			d := &transport.Datagram{Path: path, Data: packet}
			v := z.e.Route(n.now, d)
			if !test.reports {
				wantDrop(t, name, v, DropChecksum)
			} else if v.Kind != Deliver || v.Handle != z.handles[0] || d.Kind != transport.Damaged {
				t.Errorf("%s: verdict %d, reason %d, kind %d", name, v.Kind, v.Reason, d.Kind)
			}
			packet[7] ^= 1
			wantDrop(t, "another tag", z.e.Route(n.now, &transport.Datagram{Path: path, Data: packet}), DropChecksum)
			packet[7] ^= 1
			wantDrop(t, "another address", z.e.Route(n.now, arriving("192.0.2.77", "192.0.2.2", packet)), DropChecksum)
		}
		n.advance(time.Second)
		if len(z.live()) != 1 {
			t.Errorf("%s: the association is gone", name)
		}
	}
}
