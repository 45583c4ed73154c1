//go:build linux

package interop

import (
	"fmt"
	"testing"
	"time"

	"github.com/gosctp/sctp/interop/judge"
)

// TestVoyagesNoticeWhatIsSpoilt has receivers that lose, double or reorder a message, and one that does not.
func TestVoyagesNoticeWhatIsSpoilt(t *testing.T) {
	needs(t)
	t.Parallel()
	p := pairOf(t, gosctp, gosctp)
	spoils := []string{"", "lose", "double", "swap"}
	var conversations []conversation
	for _, spoil := range spoils {
		conversations = append(conversations, conversation{
			pair: p, client: p.a, server: p.b, carrier: rawIP, family: v4, paths: 2, clientArgs: []string{"spoil=" + spoil},
		})
	}
	j := setOut(t, conversations)
	j.move(someMessages)
	j.end()
	for i, k := range j.talks {
		if faults := k.faults(); (len(faults) > 0) != (spoils[i] != "") {
			t.Errorf("a receiver that spoils by %q: faults %q", spoils[i], faults)
		}
	}
}

// TestStrayPackets has packets that are of no association, of the wrong carrier, or between addresses of two paths.
func TestStrayPackets(t *testing.T) {
	k := &talk{conversation: conversation{carrier: rawIP, family: v4, port: 5000}}
	k.client = &traveller{speaker: &speaker{name: "gosctp"}, talk: k, own: []string{"a0", "a1"}, other: []string{"b0", "b1"}}
	k.server = &traveller{speaker: &speaker{name: "gosctp"}, talk: k, own: []string{"b0", "b1"}, other: []string{"a0", "a1"}}
	good := []judge.Packet{
		{Source: "a0", Destination: "b0", Ports: [2]int{49152, 5000}},
		{Source: "b1", Destination: "a1", Ports: [2]int{5000, 49152}},
	}
	if list := strays([]*talk{k}, span{}, good); len(list) != 0 {
		t.Errorf("good packets stray: %q", list)
	}
	for what, p := range map[string]judge.Packet{
		"of another port": {Source: "a0", Destination: "b0", Ports: [2]int{49152, 5001}},
		"across paths":    {Source: "a0", Destination: "b1", Ports: [2]int{49152, 5000}},
		"from elsewhere":  {Source: "c0", Destination: "a0", Ports: [2]int{5000, 49152}},
		"in UDP":          {Source: "a0", Destination: "b0", Ports: [2]int{49152, 5000}, InUDP: true},
	} {
		if list := strays([]*talk{k}, span{}, []judge.Packet{p}); len(list) != 1 {
			t.Errorf("a packet %s: %q", what, list)
		}
	}
	across := judge.Packet{Time: time.Unix(15, 0), Source: "a0", Destination: "b1", Ports: [2]int{49152, 5000}}
	for _, test := range []struct {
		chunks []int
		from   int64
		want   int
	}{{[]int{chunkHeartbeat}, 10, 0}, {[]int{chunkHeartbeatAck, chunkSack}, 10, 0}, {[]int{chunkSack}, 10, 1}, {[]int{chunkHeartbeat}, 16, 1}, {[]int{chunkHeartbeat, chunkData}, 10, 1}} {
		across.Chunks = test.chunks
		down := span{time.Unix(test.from, 0), time.Unix(20, 0)}
		if list := strays([]*talk{k}, down, []judge.Packet{across}); len(list) != test.want {
			t.Errorf("chunks %v across paths, the link being down from second %d on: %q", test.chunks, test.from, list)
		}
	}
	k.server.name = "usrsctp"
	if list := strays([]*talk{k}, span{}, []judge.Packet{{Source: "b0", Destination: "a1", Ports: [2]int{5000, 49152}}}); len(list) != 0 {
		t.Errorf("usrsctp may choose its source: %q", list)
	}
}

// TestWhereUserDataGoes has user data on the path that it has to leave alone, or take, before and after the time, and on others.
func TestWhereUserDataGoes(t *testing.T) {
	k := &talk{conversation: conversation{port: 5000}}
	k.client = &traveller{speaker: &speaker{name: "gosctp"}, talk: k, own: []string{"a0", "a1"}, other: []string{"b0", "b1"}}
	k.server = k.client
	data := func(second int64, path int) judge.Packet {
		return judge.Packet{
			Time: time.Unix(second, 0), Ports: [2]int{49152, 5000}, Chunks: []int{chunkSack, chunkData},
			Source: k.client.own[path], Destination: k.client.other[path],
		}
	}
	heartbeat := data(15, 0)
	heartbeat.Chunks = []int{chunkHeartbeat}
	for _, c := range []struct {
		taken   bool
		packets []judge.Packet
		good    bool
	}{
		{false, []judge.Packet{data(5, 0), data(15, 1), heartbeat, data(25, 0)}, true},
		{false, []judge.Packet{data(15, 1), data(16, 0)}, false},
		{false, []judge.Packet{data(5, 1)}, false},
		{true, []judge.Packet{data(15, 0), data(16, 1)}, true},
		{true, []judge.Packet{data(5, 0), data(15, 1), data(25, 0), heartbeat}, false},
	} {
		calm := calm{traveller: k.client, span: span{time.Unix(10, 0), time.Unix(20, 0)}, taken: c.taken}
		if fault := calm.fault(c.packets); (fault == "") != c.good {
			t.Errorf("taken %v, %s: %q", c.taken, fmt.Sprint(c.packets), fault)
		}
	}
}
