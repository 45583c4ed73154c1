package simnet

import (
	"bytes"
	"math/bits"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/gosctp/sctp/transport"
)

func TestPerfectLinkDeliversAtOnceAndUnchanged(t *testing.T) {
	l := newLab(t, Link{})
	l.n.Send(second, l.left, &transport.Datagram{Path: transport.Path{Remote: rightAddr}, Data: []byte("payload"), ECN: transport.ECT0})
	h, d, ok := l.n.Deliver(second)
	if !ok || h != l.right || string(d.Data) != "payload" || d.Kind != transport.Packet || d.ECN != transport.ECT0 {
		t.Fatalf("got %v %+v %v", h, d, ok)
	}
	if want := (transport.Path{Local: rightAddr, Remote: leftAddr}); d.Path != want {
		t.Errorf("path %v, want it as the receiver sees it: %v", d.Path, want)
	}
	if due := l.n.NextDeadline(); !due.IsZero() {
		t.Errorf("something is still under way, due at %v", due)
	}
}

func TestDelayIsExact(t *testing.T) {
	l := newLab(t, Link{Delay: 30 * time.Millisecond})
	l.send(second, 1, 100)
	due := second.Add(30 * time.Millisecond)
	if got := l.n.NextDeadline(); got != due {
		t.Fatalf("next deadline %v, want %v", got, due)
	}
	if _, _, ok := l.n.Deliver(due - 1); ok {
		t.Error("arrived a nanosecond early")
	}
	if _, _, ok := l.n.Deliver(due); !ok {
		t.Error("did not arrive in time")
	}
}

func TestLossIsAsOftenAsAsked(t *testing.T) {
	l := newLab(t, Link{Loss: 0.1})
	arrived := len(l.sendMany(10_000))
	l.wantBetween("10 % of 10,000 packets lost", l.fates[LostLink], 900, 1100)
	if arrived+l.fates[LostLink] != 10_000 {
		t.Errorf("%d arrived and %d lost of 10,000", arrived, l.fates[LostLink])
	}
}

func TestJitterSpreadsButKeepsOrder(t *testing.T) {
	l := newLab(t, Link{Delay: 10 * time.Millisecond, Jitter: 5 * time.Millisecond})
	shortest, longest := time.Hour, time.Duration(0)
	for i, g := range l.sendMany(1000) {
		if g.number != i {
			t.Fatalf("packet %d arrived as number %d", g.number, i)
		}
		took := g.at.Sub(second.Add(time.Duration(i) * time.Millisecond))
		shortest, longest = min(shortest, took), max(longest, took)
	}
	l.wantBetween("shortest µs", int(shortest.Microseconds()), 10_000, 10_500)
	l.wantBetween("longest µs", int(longest.Microseconds()), 14_500, 15_000)
}

func TestReorderedPacketsAreOvertakenAndNoneIsLost(t *testing.T) {
	l := newLab(t, Link{Delay: 10 * time.Millisecond, Reorder: 0.2, ReorderDelay: 8 * time.Millisecond})
	all := l.sendMany(1000)
	overtaken := 0
	for i := 1; i < len(all); i++ {
		if all[i].number < all[i-1].number {
			overtaken++
		}
	}
	l.wantBetween("packets overtaken", overtaken, 100, 200)
	if len(all) != 1000 {
		t.Errorf("%d arrived of 1000", len(all))
	}
}

func TestDuplicatesArriveTwice(t *testing.T) {
	l := newLab(t, Link{Duplicate: 0.1})
	copies := make(map[int]int)
	for _, g := range l.sendMany(1000) {
		copies[g.number]++
	}
	twice := 0
	for i := range 1000 {
		if copies[i] == 2 {
			twice++
		} else if copies[i] != 1 {
			t.Fatalf("packet %d arrived %d times", i, copies[i])
		}
	}
	l.wantBetween("arrived twice", twice, 70, 130)
}

func TestCorruptionFlipsOneBit(t *testing.T) {
	l := newLab(t, Link{Corrupt: 0.1})
	for i := range 1000 {
		l.send(second, 0, 100+i%4)
	}
	corrupted := 0
	for _, g := range l.drain() {
		flipped := 0
		for _, b := range g.d.Data {
			flipped += bits.OnesCount8(b)
		}
		if flipped > 1 {
			t.Fatalf("%d bits flipped in one packet", flipped)
		}
		corrupted += flipped
	}
	l.wantBetween("packets with a flipped bit", corrupted, 70, 130)
}

func TestSendersDataIsNotTouched(t *testing.T) {
	l := newLab(t, Link{Corrupt: 1, Duplicate: 1})
	data := bytes.Repeat([]byte{0xa5}, 50)
	l.n.Send(second, l.left, &transport.Datagram{Path: transport.Path{Remote: rightAddr}, Data: data})
	if !bytes.Equal(data, bytes.Repeat([]byte{0xa5}, 50)) {
		t.Error("the sender's buffer was changed")
	}
	all := l.drain()
	if len(all) != 2 || &all[0].d.Data[0] == &all[1].d.Data[0] {
		t.Error("the two copies of a packet share their memory")
	}
}

func TestRateSpacesPackets(t *testing.T) {
	l := newLab(t, Link{Delay: 5 * time.Millisecond, Rate: 1_000_000, Queue: 1 << 20})
	for i := range 100 {
		l.send(second, i, 980) // 1,000 bytes with the IPv4 header: 1 ms each
	}
	for i, g := range l.drain() {
		want := second.Add(5*time.Millisecond + time.Duration(i+1)*time.Millisecond)
		if g.at != want || g.number != i {
			t.Fatalf("packet %d arrived as %d at %v, want %v", g.number, i, g.at, want)
		}
	}
}

func TestFullQueueDropsTheTail(t *testing.T) {
	l := newLab(t, Link{Rate: 1_000_000, Queue: 10_000})
	for i := range 100 {
		l.send(second, i, 980)
	}
	var numbers []int
	for _, g := range l.drain() {
		numbers = append(numbers, g.number)
	}
	if want := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}; !slices.Equal(numbers, want) {
		t.Errorf("arrived %v, want %v", numbers, want)
	}
	if l.fates[LostQueue] != 90 {
		t.Errorf("%d lost in the queue, want 90", l.fates[LostQueue])
	}
}

func TestLongQueueMarksOnlyECNCapablePackets(t *testing.T) {
	l := newLab(t, Link{Rate: 1_000_000, Queue: 1 << 20, Mark: 5000})
	for i := range 10 {
		for _, ecn := range []transport.ECN{transport.ECT0, transport.NotECT} {
			d := transport.Datagram{Path: transport.Path{Remote: rightAddr}, Data: make([]byte, 980), ECN: ecn}
			d.Data[3] = byte(i)
			l.n.Send(second, l.left, &d)
		}
	}
	for i, g := range l.drain() {
		want := transport.NotECT
		if i%2 == 0 {
			want = transport.ECT0
			if i*1000 > 5000 {
				want = transport.CE
			}
		}
		if g.d.ECN != want {
			t.Errorf("packet behind %d bytes: ECN %d, want %d", i*1000, g.d.ECN, want)
		}
	}
}

func TestMarkChanceMarksOnlyECNCapablePackets(t *testing.T) {
	l := newLab(t, Link{MarkChance: 0.3})
	marked := map[transport.ECN]int{}
	for _, ecn := range []transport.ECN{transport.NotECT, transport.ECT0, transport.ECT1} {
		for range 1000 {
			l.n.Send(second, l.left, &transport.Datagram{Path: transport.Path{Remote: rightAddr}, Data: make([]byte, 50), ECN: ecn})
		}
		for _, g := range l.drain() {
			if g.d.ECN != ecn && g.d.ECN != transport.CE {
				t.Fatalf("ECN field %d became %d", ecn, g.d.ECN)
			}
			if g.d.ECN == transport.CE {
				marked[ecn]++
			}
		}
	}
	l.wantBetween("marked of those not capable", marked[transport.NotECT], 0, 0)
	l.wantBetween("marked of ECT(0)", marked[transport.ECT0], 250, 350)
	l.wantBetween("marked of ECT(1)", marked[transport.ECT1], 250, 350)
}

func TestAHostWithoutECNNeitherSetsNorSeesIt(t *testing.T) {
	l := newLab(t, Link{MarkChance: 1})
	l.left.SetECN(false)
	send := func(from *Host, to netip.Addr) transport.ECN {
		l.n.Send(second, from, &transport.Datagram{Path: transport.Path{Remote: to}, Data: make([]byte, 50), ECN: transport.ECT0})
		return l.drain()[0].d.ECN
	}
	if got := send(l.left, rightAddr); got != transport.NotECT {
		t.Errorf("its packet arrived with ECN field %d", got)
	}
	if got := send(l.right, leftAddr); got != transport.NotECT {
		t.Errorf("it sees the ECN field %d", got)
	}
	l.left.SetECN(true)
	if got := send(l.right, leftAddr); got != transport.CE {
		t.Errorf("with ECN it sees the field %d, want CE", got)
	}
}

func TestDamageIsLossWhereItIsDetected(t *testing.T) {
	l := newLab(t, Link{Corrupt: 0.1})
	l.left.SetErrorDetection(transport.DTLS)
	for range 1000 {
		l.send(second, 0, 100)
	}
	all := l.drain()
	for _, g := range all {
		if !bytes.Equal(g.d.Data, make([]byte, 100)) {
			t.Fatal("a damaged packet arrived")
		}
	}
	l.wantBetween("lost for damage", l.fates[LostDamaged], 70, 130)
	if len(all)+l.fates[LostDamaged] != 1000 || l.fates[Corrupted] != l.fates[LostDamaged] {
		t.Errorf("%d arrived with fates %v", len(all), l.fates)
	}
}

func TestNarrowestLinkApplies(t *testing.T) {
	l := newLab(t, Link{Delay: 1})
	subnet := netip.MustParsePrefix("192.0.2.0/24")
	arrival := func(want time.Duration) {
		t.Helper()
		l.send(second, 0, 100)
		if all := l.drain(); len(all) != 1 || all[0].at.Sub(second) != want {
			t.Errorf("got %+v, want one packet after %v", all, want)
		}
	}
	arrival(1)
	l.n.SetLink(Exactly(leftAddr), Exactly(rightAddr), Link{Delay: 3})
	l.n.Connect(subnet, subnet, Link{Delay: 2})
	arrival(3)
	l.n.SetLink(Exactly(leftAddr), Exactly(rightAddr), Link{Delay: 4})
	arrival(4)
}

func TestCutLinkLosesBothDirectionsUntilRepaired(t *testing.T) {
	l := newLab(t, Link{Delay: 10 * time.Millisecond})
	a, b := Exactly(leftAddr), Exactly(rightAddr)
	l.n.Schedule(second.Add(time.Second), func() { l.n.Cut(a, b) })
	l.n.Schedule(second.Add(2*time.Second), func() { l.n.Repair(b, a) })
	l.send(second.Add(995*time.Millisecond), 1, 100) // still travelling when the link breaks
	l.n.Deliver(second.Add(time.Second))
	l.n.Send(second.Add(1500*time.Millisecond), l.right, &transport.Datagram{Path: transport.Path{Remote: leftAddr}, Data: make([]byte, 12)})
	if all := l.drain(); len(all) != 0 {
		t.Errorf("arrived over a cut link: %+v", all)
	}
	l.send(second.Add(3*time.Second), 2, 100)
	if all := l.drain(); len(all) != 1 || all[0].number != 2 {
		t.Errorf("after the repair: %+v", all)
	}
	if l.fates[LostCut] != 2 {
		t.Errorf("%d packets lost on the cut, want 2", l.fates[LostCut])
	}
}
