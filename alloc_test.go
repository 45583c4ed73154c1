package sctp_test

import (
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
