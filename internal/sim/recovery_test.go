package sim

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/cc"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/simnet"
	"github.com/gosctp/sctp/transport"
)

// The network of the figures on loss recovery.
const (
	recoveryRTT  = 40 * time.Millisecond
	recoveryRate = 2_500_000 // bytes a second
	recoveryRun  = 20 * time.Second
	// A spike holds everything up for so long, once in a period, and then delivers it at once, as radio links do.
	spikeEvery, spikeLength = 5 * time.Second, 1500 * time.Millisecond
)

// recoverer is a sender that finds and answers losses in some way.
type recoverer struct {
	name   string
	config func(*assoc.Config)
	// filter meddles with the packets.
	filter func(*transport.Datagram) bool
}

// recoveryLink is that of the figures, one way.
func recoveryLink() simnet.Link {
	return simnet.Link{Delay: recoveryRTT / 2, Rate: recoveryRate, Queue: recoveryRate / 10}
}

// mute puts other TSNs into the reports of duplicates, which so say nothing.
func mute(d *transport.Datagram) bool {
	if c := chunkOf(d.Data, wire.ChunkSack); c != nil {
		gaps, dups := int(binary.BigEndian.Uint16(c[12:])), int(binary.BigEndian.Uint16(c[14:]))
		for i := range dups {
			copy(c[16+4*(gaps+i):], c[4:8])
		}
		wire.Seal(d.Data)
	}
	return true
}

// spikes has a link hold packets up now and then.
func (l *lab) spikes(from, to *simnet.Host, link simnet.Link) {
	const step = 5 * time.Millisecond
	for start := spikeEvery; start < recoveryRun; start += spikeEvery {
		for after := time.Duration(0); after <= spikeLength; after += step {
			late := link
			late.Delay += spikeLength - after
			l.at(start+after, func() { l.net.SetLink(simnet.Exactly(from.Addrs()[0]), simnet.Exactly(to.Addrs()[0]), late) })
		}
	}
}

// recovered is what a bulk transfer came to.
type recovered struct {
	goodput float64 // Mbit/s
	stats   assoc.Stats
}

// bulkOver plays a bulk transfer for recoveryRun.
func (k *recoverer) bulkOver(there simnet.Link, spikes bool) recovered {
	l := newLab(7)
	c := goUsers(cc.CUBIC)
	k.config(&c)
	left, right := l.pair(there, simnet.Link{Delay: recoveryRTT / 2})
	a, b := l.sctp(left, c), l.sctp(right, c)
	read := 0
	a.write = a.bulk
	b.read = func(_ assoc.RcvInfo, n int) { read += n }
	if k.filter != nil {
		l.net.Filter(k.filter)
	}
	if spikes {
		l.spikes(left, right, there)
	}
	a.connect(right)
	l.run(recoveryRun)
	return recovered{8 * float64(read) / 1e6 / recoveryRun.Seconds(), a.a.Stats()}
}

// pausing sends a few packets at a time, so that each time some are the last, and returns how long until all of them are read, sorted.
func (k *recoverer) pausing(loss float64) (took []time.Duration, s assoc.Stats) {
	const bursts, size, pause = 600, 6000, 2 * time.Second
	l := newLab(7)
	c := goUsers(cc.CUBIC)
	k.config(&c)
	there := recoveryLink()
	there.Loss = loss
	left, right := l.pair(there, simnet.Link{Delay: recoveryRTT / 2})
	a, b := l.sctp(left, c), l.sctp(right, c)
	var sentAt []mono.Time
	b.read = func(assoc.RcvInfo, int) { took = append(took, l.now.Sub(sentAt[len(took)])) }
	for i := range bursts {
		l.at(time.Second+time.Duration(i)*pause, func() {
			a.input(func(now mono.Time) {
				sentAt = append(sentAt, now)
				if err := a.a.Send(now, &assoc.Message{Data: make([]byte, size)}); err != nil {
					panic(err)
				}
			})
		})
	}
	a.connect(right)
	l.run(time.Second + bursts*pause)
	slices.Sort(took)
	return took, a.a.Stats()
}

// TestRecovery shows what it is worth to find out what was not lost, and what was lost at the end.
func TestRecovery(t *testing.T) {
	t.Parallel()
	with := recoverer{"as Go users have it", func(*assoc.Config) {}, nil}
	var b strings.Builder
	fmt.Fprintf(&b, "Bulk transfers with CUBIC for %v over a link of %d Mbit/s and %v of round trip, on which packets are overtaken by others, or which\n",
		recoveryRun, 8*recoveryRate/1_000_000, recoveryRTT)
	fmt.Fprintf(&b, "holds all packets up for %v, once in %v; only its queue loses some, at the beginning: goodput, chunks that were sent again, fast\n", spikeLength, spikeEvery)
	fmt.Fprintln(&b, "recoveries and time-outs, and how many of both were taken back (RFC 3708, RFC 5682).")
	fmt.Fprintln(&b, "Made by: go test ./internal/sim -run TestRecovery -update")
	without := recoverer{"without undoing", func(c *assoc.Config) { c.Undo = false }, nil}
	muted := recoverer{"reports of duplicates are lost", with.config, mute}
	overtaken := func(share float64, delay time.Duration) simnet.Link {
		link := recoveryLink()
		link.Reorder, link.ReorderDelay = share, delay
		return link
	}
	for _, n := range []struct {
		name   string
		link   simnet.Link
		spikes bool
		// gain is how much more than without undoing there has to be.
		gain float64
	}{
		{"1 % overtaken, by 5 ms", overtaken(0.01, 5*time.Millisecond), false, 1},
		{"1 % overtaken, by 30 ms", overtaken(0.01, 30*time.Millisecond), false, 1.5},
		{"5 % overtaken, by 30 ms", overtaken(0.05, 30*time.Millisecond), false, 1.5},
		{"spikes, 80 Mbit/s, 200 ms", simnet.Link{Delay: 9 * recoveryRTT / 2, Rate: 4 * recoveryRate, Queue: recoveryRate}, true, 1.15},
	} {
		fmt.Fprintf(&b, "\n%-34s Mbit/s    again  recoveries  undone  time-outs  undone\n", n.name)
		var rates []float64
		for _, k := range []recoverer{with, without, muted} {
			r := k.bulkOver(n.link, n.spikes)
			rates = append(rates, r.goodput)
			fmt.Fprintf(&b, "    %-30s %6.2f %8d %11d %7d %10d %7d\n", k.name, r.goodput, r.stats.Retransmitted,
				r.stats.FastRetransmits, r.stats.RecoveriesUndone, r.stats.Timeouts, r.stats.TimeoutsUndone)
			if k.name == without.name && r.stats.RecoveriesUndone+r.stats.TimeoutsUndone > 0 {
				t.Errorf("%s: something is undone where that is off", n.name)
			}
		}
		if rates[0] < n.gain*rates[1] {
			t.Errorf("%s: %.2f Mbit/s, without undoing %.2f, want %.2f times as much", n.name, rates[0], rates[1], n.gain)
		}
		// The canary: where the peer's reports do not arrive, nothing can be gained by them.
		if !n.spikes && n.gain > 1 && rates[2] > rates[0]/1.2 {
			t.Errorf("%s: %.2f Mbit/s also without reports of duplicates", n.name, rates[2])
		}
	}
	compareTable(t, "recovery.txt", b.String())
}

// TestTails shows how soon the last packets of a few are repaired.
func TestTails(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	fmt.Fprintf(&b, "Messages of 6 KB, five packets, with pauses, over a link of %v of round trip that loses packets: milliseconds until a message\n", recoveryRTT)
	fmt.Fprintln(&b, "is read, with and without tail-loss probes (RFC 8985 section 7), and how many probes and time-outs there were.")
	fmt.Fprintln(&b, "Made by: go test ./internal/sim -run TestTails -update")
	fmt.Fprintln(&b)
	fmt.Fprintln(&b, "loss                               median     95 %     99 %  longest  probes  time-outs")
	for _, n := range []struct {
		loss float64
		p    int // this percentile has to be half of what it is without
	}{{0.005, 0}, {0.02, 99}, {0.05, 95}} {
		loss := n.loss
		var late []time.Duration
		for _, k := range []recoverer{
			{"with", func(*assoc.Config) {}, nil},
			{"without", func(c *assoc.Config) { c.TailProbe = false }, nil},
		} {
			took, s := k.pausing(loss)
			fmt.Fprintf(&b, "%4.1f%% %-28s %8.1f %8.1f %8.1f %8.1f %7d %10d\n", 100*loss, k.name, milliseconds(percentile(took, 50)),
				milliseconds(percentile(took, 95)), milliseconds(percentile(took, 99)), milliseconds(percentile(took, 100)), s.TailProbes, s.Timeouts)
			late = append(late, percentile(took, n.p))
		}
		if n.p > 0 && late[0] > late[1]/2 {
			t.Errorf("%.1f %% lost: %d %% of the messages take %v with probes, %v without", 100*loss, n.p, late[0], late[1])
		}
	}
	compareTable(t, "tails.txt", b.String())
}
