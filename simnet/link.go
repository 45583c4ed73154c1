package simnet

import (
	"net/netip"
	"slices"
	"time"
)

// Link says what happens to packets of one direction. The zero Link is perfect: no delay, no loss, any rate, Ethernet's MTU.
// Probabilities lie between 0 and 1 and are drawn for each packet.
type Link struct {
	// Delay is how long a packet travels. Jitter is the most that is added to it; it does not reorder packets.
	Delay, Jitter time.Duration
	// Loss is the probability that a packet vanishes, after it has taken its time on the link.
	Loss float64
	// Burst is how many packets are lost in a row, in the mean, as on radio links; they come the more seldom, so that Loss is still the share
	// that is lost (the model of Gilbert). Up to 1, each is lost by itself.
	Burst float64
	// Duplicate is the probability that a packet arrives twice.
	Duplicate float64
	// Reorder is the probability that a packet is overtaken: it is held back by up to ReorderDelay while later ones pass.
	// A zero ReorderDelay stands for a quarter of Delay, at least a millisecond.
	Reorder      float64
	ReorderDelay time.Duration
	// Corrupt is the probability that one bit of a packet flips.
	Corrupt float64
	// Rate is the speed in bytes per second, headers of IP and UDP included; zero is any speed.
	Rate int
	// Queue is how many bytes wait for their turn at that rate before packets are dropped; zero stands for 100 ms worth.
	Queue int
	// Mark is how many bytes wait when packets with an ECN-capable codepoint begin to be marked CE (RFC 3168 section 5);
	// zero marks none.
	Mark int
	// MarkChance is the probability that a packet with an ECN-capable codepoint is marked CE, as on a way where others fill
	// the queue.
	MarkChance float64
	// Shared is the bottleneck that the packets go through, with those of others, in place of Rate, Queue and Mark.
	Shared *Bottleneck
	// MTU is the largest IP packet, header included, that passes; zero stands for DefaultMTU. A larger one is dropped and
	// reported to its sender, unless it may be fragmented.
	MTU int
	// BlackHole drops packets that are too big without a report.
	BlackHole bool
	// NoFragments drops them even if they may be fragmented, as a switch does, unless their sender cuts them to size (Datagram.MTU).
	NoFragments bool
}

// between is a direction between sets of addresses.
type between struct{ from, to netip.Prefix }

func (b between) contains(from, to netip.Addr) bool {
	return b.from.Contains(from) && b.to.Contains(to)
}

// rule applies a link to a direction.
type rule struct {
	between
	link Link
}

// Exactly returns the prefix that contains only a.
func Exactly(a netip.Addr) netip.Prefix { return netip.PrefixFrom(a, a.BitLen()) }

// Connect applies l in both directions between two sets of addresses.
func (n *Network) Connect(a, b netip.Prefix, l Link) {
	n.SetLink(a, b, l)
	n.SetLink(b, a, l)
}

// SetDefault applies l to everything for which no other link is set.
func (n *Network) SetDefault(l Link) {
	v4, v6 := netip.PrefixFrom(netip.IPv4Unspecified(), 0), netip.PrefixFrom(netip.IPv6Unspecified(), 0)
	n.SetLink(v4, v4, l)
	n.SetLink(v6, v6, l)
}

// SetLink applies l from one set of addresses to another, instead of what was set for exactly these before. Of several links
// that cover a packet the narrowest applies, by the lengths of both prefixes together; of equally narrow ones the first that was set.
// Packets already on their way keep what they met.
func (n *Network) SetLink(from, to netip.Prefix, l Link) {
	dir := between{from.Masked(), to.Masked()}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.changed++
	if i := slices.IndexFunc(n.rules, func(r rule) bool { return r.between == dir }); i >= 0 {
		n.rules[i].link = l
		return
	}
	n.rules = append(n.rules, rule{dir, l})
}

// link returns the link that applies from one address to another.
func (n *Network) link(from, to netip.Addr) Link {
	best, width := Link{}, -1
	for _, r := range n.rules {
		if w := r.from.Bits() + r.to.Bits(); w > width && r.contains(from, to) {
			best, width = r.link, w
		}
	}
	return best
}

// Cut breaks the way between two sets of addresses in both directions, also for packets that are on it.
func (n *Network) Cut(a, b netip.Prefix) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.cuts = append(n.cuts, between{a.Masked(), b.Masked()})
}

// Repair undoes all cuts between exactly these two sets of addresses.
func (n *Network) Repair(a, b netip.Prefix) {
	there, back := between{a.Masked(), b.Masked()}, between{b.Masked(), a.Masked()}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.cuts = slices.DeleteFunc(n.cuts, func(c between) bool { return c == there || c == back })
}

func (n *Network) isCut(from, to netip.Addr) bool {
	for _, c := range n.cuts {
		if c.contains(from, to) || c.contains(to, from) {
			return true
		}
	}
	return false
}
