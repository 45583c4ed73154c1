package sctp_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/gosctp/sctp"
)

// In steady state neither a message nor a packet allocates, over real sockets and with the acknowledgements counted in.
func TestMessagesDoNotAllocate(t *testing.T) {
	interleaved := sctp.Config{FragmentInterleave: 2}
	for _, c := range []struct {
		name   string
		config sctp.Config
		size   int
		info   sctp.SndInfo
	}{
		{"small", sctp.Config{}, 100, sctp.SndInfo{Stream: 1}},
		{"several packets", sctp.Config{}, 100_000, sctp.SndInfo{Stream: 1}},
		{"small, interleaved", interleaved, 100, sctp.SndInfo{Stream: 1}},
		{"several packets, interleaved", interleaved, 100_000, sctp.SndInfo{Stream: 1}},
		{"unordered, interleaved", interleaved, 100_000, sctp.SndInfo{Stream: 1, Unordered: true}},
		{"timed", sctp.Config{}, 100, sctp.SndInfo{Stream: 1, PR: sctp.Lifetime(time.Minute)}},
		{"few retransmissions, interleaved", interleaved, 100_000, sctp.SndInfo{Stream: 1, PR: sctp.MaxRetransmits(9)}},
		{"by priority", sctp.Config{}, 100_000, sctp.SndInfo{Stream: 1, PR: sctp.PriorityPolicy(9)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			client, server := pairUDP(t, c.config)
			defer client.Close()
			defer server.Close()
			if got := client.Status().Extensions.Has(sctp.Interleaving); got != (c.config.FragmentInterleave == 2) {
				t.Fatalf("interleaving in use: %v", got)
			}
			out, in := make([]byte, c.size), make([]byte, c.size)
			info := c.info
			roundTrip := func() {
				for _, way := range [][2]*sctp.Conn{{client, server}, {server, client}} {
					if _, err := way[0].WriteMsg(out, &info); err != nil {
						t.Fatal(err)
					}
					for n := 0; n < len(in); {
						m, _, err := way[1].ReadMsg(in[n:])
						if err != nil {
							t.Fatal(err)
						}
						n += m
					}
				}
			}
			for range 100 {
				roundTrip()
			}
			// What the runtime allocates in the background is far less than one per round trip.
			if n := testing.AllocsPerRun(300, roundTrip); n >= 1 {
				t.Errorf("a round trip costs %v allocations, want none", n)
			}
		})
	}
}

// Nor does one in a stream of messages that go one way, as fast as they can. How many are under way at one time is up to the system, and each time
// that it is more than ever before memory is allocated for them: so the best of several runs counts.
func TestBulkDoesNotAllocate(t *testing.T) {
	for _, size := range []int{64, 1 << 10, 64 << 10} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			const buffer = 1 << 20
			client, server := pairUDP(t, sctp.Config{SendBuffer: buffer, RecvBuffer: buffer})
			defer client.Close()
			defer server.Close()
			messages := 4 * buffer / max(size, 1<<10)
			read := make(chan error, 1)
			go func() {
				in := make([]byte, size)
				for {
					for n := 0; n < messages*size; {
						m, _, err := server.ReadMsg(in)
						if err != nil {
							read <- err
							return
						}
						n += m
					}
					read <- nil
				}
			}()
			out := make([]byte, size)
			run := func() {
				for range messages {
					if _, err := client.WriteMsg(out, nil); err != nil {
						t.Fatal(err)
					}
				}
				if err := <-read; err != nil {
					t.Fatal(err)
				}
			}
			best := math.Inf(1)
			for try := 0; try < 20 && best > 0.01; try++ {
				best = min(best, testing.AllocsPerRun(3, run)/float64(messages))
			}
			if best > 0.01 {
				t.Errorf("a message costs %.3f allocations, want none", best)
			}
		})
	}
}
