package sim

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/simnet"
	"github.com/gosctp/sctp/transport"
)

// Time-outs where nothing is lost are what a small RTO.Min may cost. They come from acknowledgements that the peer delays: a message that fills
// an even number of packets is acknowledged at once, the next one after SACK.Delay.
const (
	spuriousMessages = 1000
	spuriousPace     = 700 * time.Millisecond // longer than any SACK is delayed
)

// rtoMins are the values to compare.
var rtoMins = []time.Duration{
	time.Millisecond, 10 * time.Millisecond, 30 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond,
	250 * time.Millisecond, 300 * time.Millisecond, 400 * time.Millisecond, 550 * time.Millisecond, time.Second,
}

// sackDelays are those of a peer that acknowledges every packet, of one that was told to hurry, of Linux, usrsctp, FreeBSD and ours by default, and
// the longest that RFC 9260 section 6.2 allows.
var sackDelays = []time.Duration{-1, 10 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond}

// spuriousTimeouts plays a transfer without losses and counts time-outs.
func spuriousTimeouts(t *testing.T, l simnet.Link, rtoMin, sackDelay time.Duration, m Meddle) uint64 {
	s := plain()
	s.Planes[0].Link = l
	s.Hosts[0].Config = assoc.Config{SACKDelay: sackDelay}
	s.Hosts[1].Config = assoc.Config{RTOMin: rtoMin, TailProbe: true, AssocMaxRetrans: 100, MaxBurst: 8}
	s.Talks[0].Loads[0] = Load{Messages: spuriousMessages, MinSize: 100, MaxSize: 4000, Streams: 1, Pace: spuriousPace}
	w := newWorld(s, Options{Meddle: m})
	var stats assoc.Stats
	w.net.Schedule(epoch.Add((spuriousMessages-1)*spuriousPace), func() { stats = w.talks[0].users[0].a.Stats() })
	if r := w.run(); r.Violation != nil {
		t.Fatalf("RTO.Min %v, SACK.Delay %v: %v", rtoMin, sackDelay, r.Violation)
	}
	return stats.Timeouts
}

// deaf takes the I bit off every chunk, as if the receiver did not know it (RFC 7053).
func deaf(d *transport.Datagram) bool {
	for rest := d.Data[wire.HeaderLen:]; len(rest) > 0; {
		c, more, err := wire.NextChunk(rest)
		if err != nil {
			break
		}
		if c.Type == wire.ChunkData {
			rest[1] &^= wire.FlagImmediate
		}
		rest = more
	}
	wire.Seal(d.Data)
	return true
}

// TestSpuriousTimeouts is how small RTO.Min may be.
func TestSpuriousTimeouts(t *testing.T) {
	var b strings.Builder
	fmt.Fprintf(&b, "Time-outs in a transfer of %d messages, one each %v, of 1 to 3 packets, of which none is lost, by the sender's RTO.Min and by the\n", spuriousMessages, spuriousPace)
	fmt.Fprintln(&b, "receiver's SACK.Delay. Each is sent again in vain, with a congestion window of one packet after it.")
	fmt.Fprintln(&b, "Made by: go test ./internal/sim -run TestSpuriousTimeouts -update")
	for _, n := range []struct {
		name string
		link simnet.Link
		m    Meddle
	}{
		{"one host: 50 µs, up to 500 µs more", simnet.Link{Delay: 50 * time.Microsecond, Jitter: 500 * time.Microsecond}, Meddle{}},
		{"one site: 1 ms, up to 5 ms more", simnet.Link{Delay: time.Millisecond, Jitter: 5 * time.Millisecond}, Meddle{}},
		{"a country: 20 ms, up to 20 ms more", simnet.Link{Delay: 20 * time.Millisecond, Jitter: 20 * time.Millisecond}, Meddle{}},
		{"one site, peer without I bit", simnet.Link{Delay: time.Millisecond, Jitter: 5 * time.Millisecond}, Meddle{Network: deaf}},
	} {
		fmt.Fprintf(&b, "\n%-36s", n.name)
		for _, d := range sackDelays {
			name := "each at once"
			if d > 0 {
				name = d.String()
			}
			fmt.Fprintf(&b, " %12s", name)
		}
		b.WriteByte('\n')
		for _, rtoMin := range rtoMins {
			fmt.Fprintf(&b, "    RTO.Min %-24v", rtoMin)
			for _, d := range sackDelays {
				n := spuriousTimeouts(t, n.link, rtoMin, d, n.m)
				fmt.Fprintf(&b, " %12d", n)
				if rtoMin == time.Second && n > 0 {
					t.Errorf("%d time-outs with the default RTO.Min and a SACK.Delay of %v", n, d)
				}
			}
			b.WriteByte('\n')
		}
	}
	compareTable(t, "rtomin.txt", b.String())
}
