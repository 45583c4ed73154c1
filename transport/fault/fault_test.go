package fault

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/bits"
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gosctp/sctp/transport"
	"github.com/gosctp/sctp/transport/internal/carriertest"
	"github.com/gosctp/sctp/transport/udpencap"
)

func TestMain(m *testing.M) { carriertest.Main(m) }

// sink is a carrier that keeps what is sent, and takes no more than it has room for.
type sink struct {
	transport.Transport
	sent chan transport.Datagram
	room int
	in   []transport.Datagram
	// detection is the error detection method of the carrier.
	detection uint32
}

func newSink() *sink { return &sink{sent: make(chan transport.Datagram, 1<<16), room: math.MaxInt} }

func (s *sink) WriteBatch(ds []transport.Datagram) (int, error) {
	n := min(len(ds), s.room)
	s.room -= n
	for _, d := range ds[:n] {
		d.Data = bytes.Clone(d.Data)
		s.sent <- d
	}
	return n, nil
}

func (s *sink) ReadBatch(_ int, ds []transport.Datagram) (int, error) {
	n := copy(ds, s.in)
	s.in = s.in[n:]
	return n, nil
}

func (s *sink) WaitWritable() error { s.room = math.MaxInt; return nil }
func (s *sink) Close() error        { return nil }
func (s *sink) Caps() transport.Caps {
	return transport.Caps{ErrorDetection: s.detection}
}

// all returns what has been sent so far, as numbers.
func (s *sink) all() []uint32 {
	var numbers []uint32
	for {
		select {
		case d := <-s.sent:
			numbers = append(numbers, binary.BigEndian.Uint32(d.Data[4:]))
		default:
			return numbers
		}
	}
}

var (
	here          = netip.MustParseAddr("192.0.2.1")
	there         = netip.MustParseAddr("192.0.2.2")
	elsewhere     = netip.MustParseAddr("192.0.2.3")
	path          = transport.Path{Local: here, Remote: there}
	pathElsewhere = transport.Path{Local: here, Remote: elsewhere}
)

// packets are n numbered ones.
func packets(p transport.Path, n int) []transport.Datagram {
	var ds []transport.Datagram
	for i := range n {
		ds = append(ds, transport.Datagram{Path: p, Data: carriertest.Packet(1, 2, i, 100)})
	}
	return ds
}

// near fails unless got is a fraction p of n, give or take what chance allows.
func near(t *testing.T, what string, got uint64, n int, p float64) {
	t.Helper()
	want := float64(n) * p
	if math.Abs(float64(got)-want) > 5*math.Sqrt(want) {
		t.Errorf("%s: %d of %d packets, want about %.0f", what, got, n, want)
	}
}

func TestWithoutFaultsEverythingPasses(t *testing.T) {
	s := newSink()
	f := Wrap(s, 1)
	carriertest.Write(t, f, packets(path, 100)...)
	got := s.all()
	if len(got) != 100 || !slices.IsSorted(got) {
		t.Errorf("got packets %v", got)
	}
	if c := f.Counters(); c != (Counters{Passed: 100}) {
		t.Errorf("counters are %+v", c)
	}
}

func TestLossDuplicatesAndDamage(t *testing.T) {
	const n = 10000
	s := newSink()
	f := Wrap(s, 1)
	f.SetFaults(Faults{Loss: 0.1, Duplicate: 0.05, Corrupt: 0.02})
	sent := packets(path, n)
	carriertest.Write(t, f, sent...)
	c := f.Counters()
	near(t, "lost", c.Lost, n, 0.1)
	near(t, "duplicated", c.Duplicated, n, 0.9*0.05)
	near(t, "corrupted", c.Corrupted, n, 0.9*0.02)
	if uint64(len(s.sent)) != n-c.Lost+c.Duplicated || c.Passed != uint64(len(s.sent)) {
		t.Errorf("%d packets arrived with counters %+v", len(s.sent), c)
	}
	for i, d := range sent {
		if !bytes.Equal(d.Data, carriertest.Packet(1, 2, i, 100)) {
			t.Fatalf("packet %d was changed in its sender's memory", i)
		}
	}
}

func TestDamageIsOneBit(t *testing.T) {
	s := newSink()
	f := Wrap(s, 1)
	f.SetFaults(Faults{Corrupt: 1})
	for _, d := range packets(path, 100) {
		carriertest.Write(t, f, d)
		got := <-s.sent
		wrong := 0
		for i := range d.Data {
			wrong += bits.OnesCount8(d.Data[i] ^ got.Data[i])
		}
		if wrong != 1 {
			t.Fatalf("%d bits are wrong, want 1", wrong)
		}
	}
}

func TestDamageIsLossWhereItIsDetected(t *testing.T) {
	s := newSink()
	s.detection = transport.DTLS
	f := Wrap(s, 1)
	f.SetFaults(Faults{Corrupt: 1})
	carriertest.Write(t, f, packets(path, 100)...)
	if c, want := f.Counters(), (Counters{Corrupted: 100, Lost: 100}); c != want || len(s.sent) != 0 {
		t.Errorf("%d packets arrived with counters %+v, want %+v", len(s.sent), c, want)
	}
}

func TestOnlyECNCapablePacketsAreMarked(t *testing.T) {
	const n = 10000
	s := newSink()
	f := Wrap(s, 1)
	f.SetFaults(Faults{Mark: 0.1})
	for _, ecn := range []transport.ECN{transport.NotECT, transport.ECT0} {
		sent := packets(path, n)
		for i := range sent {
			sent[i].ECN = ecn
		}
		carriertest.Write(t, f, sent...)
		marked := uint64(0)
		for range n {
			if d := <-s.sent; d.ECN == transport.CE {
				marked++
			} else if d.ECN != ecn {
				t.Fatalf("ECN field %d became %d", ecn, d.ECN)
			}
		}
		if c := f.Counters(); c.Marked != marked || ecn == transport.NotECT && marked != 0 {
			t.Errorf("with ECN field %d: %d packets are marked, counters %+v", ecn, marked, c)
		}
	}
	near(t, "marked", f.Counters().Marked, n, 0.1)
}

func TestTheSeedDecides(t *testing.T) {
	run := func(seed uint64) []uint32 {
		s := newSink()
		f := Wrap(s, seed)
		f.SetFaults(Faults{Loss: 0.3, Duplicate: 0.3})
		carriertest.Write(t, f, packets(path, 200)...)
		return s.all()
	}
	if !slices.Equal(run(7), run(7)) {
		t.Error("the same seed gave different runs")
	}
	if slices.Equal(run(7), run(8)) {
		t.Error("different seeds gave the same run")
	}
}

func TestACutPathPassesNothingEitherWay(t *testing.T) {
	s := newSink()
	f := Wrap(s, 1)
	cut := Match{Remote: there}
	f.Cut(cut)
	f.Cut(cut) // Twice is once.
	carriertest.Write(t, f, packets(path, 5)...)
	carriertest.Write(t, f, packets(pathElsewhere, 3)...)
	if got := len(s.all()); got != 3 {
		t.Errorf("%d packets were sent, want the 3 of the other path", got)
	}
	s.in = append(packets(path, 4), packets(pathElsewhere, 2)...)
	ds := make([]transport.Datagram, 3)
	n, err := f.ReadBatch(0, ds)
	if n != 2 || err != nil || ds[0].Path != pathElsewhere {
		t.Errorf("read %d packets (%v), want the 2 of the other path", n, err)
	}
	if c := f.Counters(); c.Cut != 9 {
		t.Errorf("%d packets were cut, want 9", c.Cut)
	}
	f.Repair(cut)
	carriertest.Write(t, f, packets(path, 5)...)
	if got := len(s.all()); got != 5 {
		t.Errorf("%d packets were sent after the repair, want 5", got)
	}
}

func TestPathsHaveFaultsOfTheirOwn(t *testing.T) {
	s := newSink()
	f := Wrap(s, 1)
	f.SetFaults(Faults{Loss: 1})
	f.SetPathFaults(Match{Local: here, Remote: elsewhere}, Faults{Loss: 1})
	f.SetPathFaults(Match{Local: here, Remote: elsewhere}, Faults{}) // Replaces.
	f.SetPathFaults(Match{Local: here}, Faults{MTU: 100})
	large := packets(path, 1)
	large[0].Data = make([]byte, 101)
	carriertest.Write(t, f, packets(pathElsewhere, 2)...)
	carriertest.Write(t, f, packets(path, 3)...)
	carriertest.Write(t, f, large...)
	carriertest.Write(t, f, packets(transport.Path{Local: there, Remote: here}, 4)...)
	if got := len(s.all()); got != 5 {
		t.Errorf("%d packets were sent, want 2 and 3: the large one and those of other paths are lost", got)
	}
}

// A carrier that is full takes the rest later; nothing is lost or doubled by that.
func TestAFullCarrier(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSink()
		f := Wrap(s, 1)
		f.SetFaults(Faults{Reorder: 0.5, ReorderDelay: time.Second})
		s.room = 10
		ds := packets(path, 100)
		n, err := f.WriteBatch(ds)
		if err != nil || n >= len(ds) {
			t.Fatalf("a carrier with room for 10 packets took %d (%v)", n, err)
		}
		s.room = math.MaxInt
		carriertest.Write(t, f, ds[n:]...)
		<-time.After(2 * time.Second)
		synctest.Wait()
		got := s.all()
		slices.Sort(got)
		if len(got) != 100 || len(slices.Compact(got)) != 100 {
			t.Errorf("packets %v arrived, want each of 100 once", got)
		}
		f.Close()
	})
}

func TestDelayKeepsTheOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSink()
		f := Wrap(s, 1)
		defer f.Close()
		f.SetFaults(Faults{Delay: 50 * time.Millisecond})
		start := time.Now()
		carriertest.Write(t, f, packets(path, 20)...)
		for i := range 20 {
			d := <-s.sent
			if got := binary.BigEndian.Uint32(d.Data[4:]); got != uint32(i) {
				t.Errorf("packet %d arrived in place of %d", got, i)
			}
			if took := time.Since(start); took != 50*time.Millisecond {
				t.Errorf("packet %d took %v, want 50 ms", i, took)
			}
		}
	})
}

func TestJitterAndReorderingChangeTheOrder(t *testing.T) {
	for name, faults := range map[string]Faults{
		"jitter":  {Delay: 10 * time.Millisecond, Jitter: 10 * time.Millisecond},
		"reorder": {Reorder: 0.2, ReorderDelay: 5 * time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newSink()
			f := Wrap(s, 1)
			defer f.Close()
			f.SetFaults(faults)
			carriertest.Write(t, f, packets(path, 100)...)
			<-time.After(20 * time.Millisecond)
			synctest.Wait()
			got := s.all()
			if len(got) != 100 || slices.IsSorted(got) {
				t.Errorf("%s: packets arrived as %v, want all of 100, some out of order", name, got)
			}
		})
	}
}

// A packet with a shorter delay does not wait for one that is due later.
func TestAShorterDelayOvertakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSink()
		f := Wrap(s, 1)
		defer f.Close()
		f.SetPathFaults(Match{Remote: there}, Faults{Delay: time.Hour})
		f.SetPathFaults(Match{Remote: elsewhere}, Faults{Delay: time.Second})
		start := time.Now()
		carriertest.Write(t, f, packets(path, 1)...)
		synctest.Wait()
		carriertest.Write(t, f, packets(pathElsewhere, 1)...)
		if d := <-s.sent; d.Path != pathElsewhere || time.Since(start) != time.Second {
			t.Errorf("after %v came a packet on %v", time.Since(start), d.Path)
		}
	})
}

func TestTooManyDelayedAreLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSink()
		f := Wrap(s, 1)
		f.SetFaults(Faults{Delay: time.Hour})
		carriertest.Write(t, f, packets(path, maxDelayed+10)...)
		if c := f.Counters(); c.Lost != 10 {
			t.Errorf("%d packets were lost, want the 10 that there was no room for", c.Lost)
		}
		f.Close()
		if got := len(s.all()); got != 0 {
			t.Errorf("%d packets were sent by Close, want none", got)
		}
	})
}

// The wrapper works over sockets: an answer comes back until the path is cut.
func TestOverUDP(t *testing.T) {
	var ends [2]*udpencap.Transport
	for i := range ends {
		tr, err := udpencap.Open(udpencap.Config{AnyPort: true})
		if err != nil {
			t.Fatal(err)
		}
		ends[i] = tr
	}
	one, two := netip.MustParseAddr("127.0.0.1"), carriertest.Loopback["IPv6"]
	f := Wrap(ends[0], 1)
	f.SetFaults(Faults{Delay: time.Millisecond})
	a, b := carriertest.Read(t, f), carriertest.Read(t, ends[1])
	port := ends[1].LocalPort()
	f.Cut(Match{Remote: two})
	for i := range 10 {
		for _, addr := range []netip.Addr{one, two} {
			p := transport.Path{Local: addr, Remote: addr, EncapPort: port}
			carriertest.Write(t, f, transport.Datagram{Path: p, Data: carriertest.Packet(1, 2, i, 50)})
		}
		question := b.Next(t)
		if question.Path.Remote != one {
			t.Fatal("a packet came on the path that is cut")
		}
		carriertest.Write(t, ends[1], transport.Datagram{Path: question.Path, Data: question.Data})
		carriertest.Want(t, "the answer comes back", a.Next(t),
			transport.Datagram{Path: transport.Path{Local: one, Remote: one, EncapPort: port}, Data: question.Data})
	}
	b.Idle(t)
}
