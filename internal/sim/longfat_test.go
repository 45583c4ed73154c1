package sim

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/cc"
)

// growingBuffers are those of Go users who leave the sizes open.
func growingBuffers(c *assoc.Config) {
	c.RecvBuffer, c.MaxRecvBuffer, c.FillRecvBuffer = 128<<10, 16<<20, 1<<20
	c.SendBuffer, c.MaxSendBuffer, c.MaxMessage = 32<<10, 16<<20, 1<<20
}

// TestLongFatPipes compares the goodput of buffers that grow with that of buffers that were large from the beginning, and of those that stay
// small, on links of which much fits onto the way.
func TestLongFatPipes(t *testing.T) {
	var b strings.Builder
	fmt.Fprintln(&b, "Goodput in Mbit/s of virtual time over links whose queue holds a round trip, with CUBIC and messages of 8 KiB: buffers that grow")
	fmt.Fprintln(&b, "to 16 MiB as needed, buffers of 64 MiB, and buffers of 1 MiB. Made by: go test ./internal/sim -run TestLongFatPipes -update")
	fmt.Fprintln(&b)
	fmt.Fprintln(&b, "   RTT        rate     sent     grow   64 MiB  ratio    1 MiB")
	for _, net := range []struct {
		rtt        time.Duration
		rate, sent int // bytes a second, and bytes in all
	}{
		{time.Millisecond, 12_500_000, 8 << 20},
		{20 * time.Millisecond, 12_500_000, 8 << 20},
		{20 * time.Millisecond, 125_000_000, 32 << 20},
		{100 * time.Millisecond, 12_500_000, 16 << 20},
	} {
		goodput := func(configure func(*assoc.Config)) float64 {
			s := transfer(net.rtt, 0, 1)
			s.Planes[0].Link.Rate = net.rate
			s.Planes[0].Link.Queue = int(float64(net.rate) * net.rtt.Seconds())
			if s.Planes[0].Link.Queue < 64<<10 {
				s.Planes[0].Link.Queue = 64 << 10
			}
			s.Talks[0].Loads[0].Messages = net.sent >> 13
			for i := range s.Hosts {
				c := &s.Hosts[i].Config
				*c = assoc.Config{CongestionControl: cc.CUBIC, RACK: true}
				c.Memory = &memory{limit: 64 << 20}
				configure(c)
			}
			r := Run(s, Options{})
			if r.Violation != nil {
				t.Errorf("RTT %v, %d bytes/s: %v", net.rtt, net.rate, r.Violation)
			}
			return 8 * float64(r.Bytes) / 1e6 / r.Took.Seconds()
		}
		fixed := func(n int) func(*assoc.Config) {
			return func(c *assoc.Config) { c.RecvBuffer, c.SendBuffer = n, n }
		}
		grow, large, small := goodput(growingBuffers), goodput(fixed(64<<20)), goodput(fixed(1<<20))
		fmt.Fprintf(&b, "%6v %4d Mbit/s %4d MiB %8.2f %8.2f %6.2f %8.2f\n", net.rtt, 8*net.rate/1e6, net.sent>>20, grow, large, grow/large, small)
		if grow < 0.95*large {
			t.Errorf("RTT %v, %d bytes/s: buffers that grow have %.2f Mbit/s, large ones %.2f", net.rtt, net.rate, grow, large)
		}
	}
	compareTable(t, "longfat.txt", b.String())
}
