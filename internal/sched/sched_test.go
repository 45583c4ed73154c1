package sched

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

var all = []struct {
	name string
	new  func() Scheduler
}{
	{"FCFS", FCFS}, {"RoundRobin", RoundRobin}, {"RoundRobinPacket", RoundRobinPacket}, {"Priority", Priority},
	{"FairCapacity", FairCapacity}, {"WeightedFair", WeightedFair},
}

// backlog is streams with more to send than a test takes from them.
func backlog(s Scheduler, n int) []*Stream {
	streams := make([]*Stream, n)
	for i := range streams {
		streams[i] = &Stream{ID: uint16(i), Head: 1000, Arrival: uint64(i)}
		s.Add(streams[i])
	}
	return streams
}

// Whatever streams come and go, a scheduler names one that is there, and Next changes nothing.
func TestOnlyAddedStreamsAreNext(t *testing.T) {
	for _, test := range all {
		t.Run(test.name, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(1, 2))
			s := test.new()
			added := make(map[*Stream]bool)
			var streams [20]Stream
			arrival := uint64(0)
			for range 100000 {
				u := &streams[rnd.IntN(len(streams))]
				switch {
				case rnd.IntN(8) == 0:
					s.Packet()
				case !added[u]:
					arrival++
					*u = Stream{ID: u.ID, Value: uint16(rnd.IntN(4)), Head: 100, Arrival: arrival, key: u.key}
					s.Add(u)
					added[u] = true
				case rnd.IntN(3) == 0:
					s.Remove(u)
					delete(added, u)
				default:
					next := s.Next()
					if next == nil {
						continue
					}
					arrival++
					next.Arrival = arrival
					s.Sent(next, 1+rnd.IntN(1000), rnd.IntN(2) == 0)
				}
				if rnd.IntN(2) == 0 {
					next := s.Next()
					if next != nil && !added[next] {
						t.Fatal("a removed stream is next")
					}
					continue
				}
				s.Packet()
				next := s.Next()
				if (next != nil) != (len(added) > 0) || next != nil && !added[next] || s.Next() != next {
					t.Fatalf("next is %v of %d streams", next, len(added))
				}
			}
		})
	}
}

func TestFCFSKeepsToTheOrderOfArrival(t *testing.T) {
	s := FCFS()
	rnd := rand.New(rand.NewPCG(1, 2))
	queues := make([][]uint64, 30)
	streams := make([]Stream, 30)
	for n := range uint64(1000) {
		i := rnd.IntN(len(queues))
		if queues[i] = append(queues[i], n); len(queues[i]) == 1 {
			streams[i] = Stream{ID: uint16(i), Arrival: n}
			s.Add(&streams[i])
		}
	}
	for want := range uint64(1000) {
		u := s.Next()
		if u.Arrival != want {
			t.Fatalf("message %d leaves, want %d", u.Arrival, want)
		}
		q := queues[u.ID][1:]
		if queues[u.ID] = q; len(q) > 0 {
			u.Arrival = q[0]
		}
		s.Sent(u, 10, true)
		if len(q) == 0 {
			s.Remove(u)
		}
	}
}

// After any number of turns, the numbers of turns that streams have had differ by one at most.
func TestRoundRobinGivesTurns(t *testing.T) {
	s := RoundRobin()
	streams := backlog(s, 7)
	turns := make([]int, 7)
	for range 1000 {
		u := s.Next()
		turns[u.ID]++
		s.Sent(u, 1+turns[u.ID], false)
		s.Packet()
		if low, high := extremes(turns); high-low > 1 {
			t.Fatalf("turns %v", turns)
		}
	}
	s.Remove(streams[3])
	s.Add(streams[3])
	for range 6 {
		if u := s.Next(); u == streams[3] {
			t.Fatal("a stream that comes anew does not wait for its turn")
		}
		s.Sent(s.Next(), 1, true)
	}
	if s.Next() != streams[3] {
		t.Error("it is not its turn after all others")
	}
}

func TestRoundRobinPacketChangesStreamsBetweenPackets(t *testing.T) {
	s := RoundRobinPacket()
	streams := backlog(s, 5)
	for i := range 50 {
		s.Packet() // of control chunks: it is nobody's turn
		for range 3 {
			if u := s.Next(); int(u.ID) != i%5 {
				t.Fatalf("packet %d: stream %d", i, u.ID)
			}
			s.Sent(s.Next(), 10, true)
		}
		s.Packet()
	}
	s.Sent(s.Next(), 10, true)
	s.Remove(streams[0])
	if s.Next() != nil {
		t.Error("another stream bundles with the first")
	}
	s.Packet()
	if s.Next() != streams[1] {
		t.Error("the next packet is not of the next stream")
	}
}

func TestPriorityNeverLetsALessUrgentStreamGoFirst(t *testing.T) {
	s := Priority()
	rnd := rand.New(rand.NewPCG(3, 4))
	added := make(map[*Stream]bool)
	turns := make(map[*Stream]int)
	streams := make([]Stream, 40)
	for i := range streams {
		streams[i] = Stream{ID: uint16(i), Value: uint16(i / 4)}
	}
	for n := range 20000 {
		u := &streams[rnd.IntN(len(streams))]
		switch {
		case !added[u]:
			s.Add(u)
			added[u] = true
			turns[u] = n
		case rnd.IntN(2) == 0:
			s.Remove(u)
			delete(added, u)
		}
		next := s.Next()
		if next == nil {
			continue
		}
		for u := range added {
			if u.Value < next.Value || u.Value == next.Value && turns[u] < turns[next] {
				t.Fatalf("stream %d of priority %d goes first, %d of %d waits", next.ID, next.Value, u.ID, u.Value)
			}
		}
		s.Sent(next, 10, false)
		turns[next] = n
	}
}

const largestChunk = 1400

// FairCapacity: the bytes that streams have had differ by one chunk at most, however different their messages are.
func TestFairCapacityDiffersByOneChunk(t *testing.T) {
	s := FairCapacity()
	backlog(s, 9)
	rnd := rand.New(rand.NewPCG(5, 6))
	bytes := make([]int, 9)
	for range 10000 {
		u := s.Next()
		n := 1 + rnd.IntN(largestChunk)
		if u.ID%2 == 0 {
			n = 1 + rnd.IntN(20)
		}
		bytes[u.ID] += n
		s.Sent(u, n, true)
		if low, high := extremes(bytes); high-low > largestChunk {
			t.Fatalf("bytes %v", bytes)
		}
	}
}

// A stream that was silent has no claim to what it did not use, nor a debt for what it used alone.
func TestFairCapacityForgetsSilence(t *testing.T) {
	s := FairCapacity()
	streams := backlog(s, 3)
	s.Remove(streams[1])
	s.Remove(streams[2])
	for range 1000 {
		s.Sent(s.Next(), largestChunk, true)
	}
	s.Add(streams[1])
	s.Add(streams[2])
	bytes := make([]int, 3)
	for range 1000 {
		u := s.Next()
		bytes[u.ID] += largestChunk
		s.Sent(u, largestChunk, true)
		if low, high := extremes(bytes); high-low > largestChunk {
			t.Fatalf("bytes %v", bytes)
		}
	}
}

// WeightedFair: bytes divided by weight differ by one chunk at most, divided by the smaller weight.
func TestWeightedFairIsProportional(t *testing.T) {
	s := WeightedFair()
	weights := []uint16{0, 1, 2, 5, 100, 65535}
	for i, w := range weights {
		s.Add(&Stream{ID: uint16(i), Value: w})
	}
	rnd := rand.New(rand.NewPCG(7, 8))
	service := make([]float64, len(weights))
	for range 200000 {
		u := s.Next()
		n := 1 + rnd.IntN(largestChunk)
		service[u.ID] += float64(n) / float64(max(1, weights[u.ID]))
		s.Sent(u, n, true)
		if low, high := extremes(service); high-low > largestChunk+1 {
			t.Fatalf("bytes by weight %v", service)
		}
	}
}

// The clocks of fair schedulers wrap without notice.
func TestFairClocksWrap(t *testing.T) {
	s := &fair{now: 1<<64 - 5*clockUnit}
	backlog(s, 4)
	bytes := make([]int, 4)
	for range 100 {
		u := s.Next()
		bytes[u.ID]++
		s.Sent(u, 1, true)
		if low, high := extremes(bytes); high-low > 1 {
			t.Fatalf("bytes %v", bytes)
		}
	}
}

func extremes[T int | float64](list []T) (low, high T) {
	low, high = list[0], list[0]
	for _, n := range list {
		low, high = min(low, n), max(high, n)
	}
	return low, high
}

func TestSchedulingDoesNotAllocate(t *testing.T) {
	for _, test := range all {
		s := test.new()
		backlog(s, 100)
		if n := testing.AllocsPerRun(1000, func() { step(s) }); n != 0 {
			t.Errorf("%s: %v allocations a step", test.name, n)
		}
	}
}

// step sends a chunk, and then the stream has nothing more for a moment.
func step(s Scheduler) {
	u := s.Next()
	u.Arrival += 65536
	s.Sent(u, 1000, true)
	s.Remove(u)
	s.Packet()
	s.Add(u)
}

func BenchmarkStep(b *testing.B) {
	for _, test := range all {
		for _, n := range []int{1, 100, 65535} {
			b.Run(fmt.Sprintf("%s/%d", test.name, n), func(b *testing.B) {
				s := test.new()
				backlog(s, n)
				b.ReportAllocs()
				for b.Loop() {
					step(s)
				}
			})
		}
	}
}
