//go:build linux

package lab

import (
	"fmt"
	"os/exec"
	"strings"
)

// Faults are what the links of a namespace do to packets of SCTP and UDP, in each direction. What happens to which packet follows from
// counting, so a run can be repeated.
type Faults struct {
	// Lose has every n-th packet lost. Captures in this namespace do not show those that were to leave.
	Lose int
	// Inward and Outward have all packets lost that come from the link, or go into it.
	Inward, Outward bool
	// Above has all packets lost that are longer, in bytes of the IP packet.
	Above int
	// Mark has every n-th packet that says it understands (ECT(0), RFC 3168 section 5) marked as having met congestion.
	Mark int
	// Damage has every n-th long packet of SCTP over IP arrive with other user data.
	Damage int
}

// void is a link that is down: packets that are sent into it are gone, and their sender is not told, as it would be of a
// drop on its own link.
const void = "void"

const (
	// longPacket is the size of an IP packet above which it carries user data, userData a place in that, in bytes of the SCTP packet:
	// behind any acknowledgement.
	longPacket = 500
	userData   = 300

	ethernetHeader = 14
)

// faultTable is the name of the table of rules.
const faultTable = "faults"

// Impair has links of the namespace behave as f says, instead of as an earlier call said.
func (n *Namespace) Impair(f Faults, links ...string) error {
	if err := n.Heal(); err != nil {
		return err
	}
	if err := n.IP("link", "show", void); err != nil {
		if err := n.IP("link", "add", void, "type", "veth", "peer", "name", void+"end"); err != nil {
			return err
		}
	}
	return n.nft(f.rules(links))
}

// Lost is how many packets Inward and Outward have lost since Impair was called.
func (n *Namespace) Lost() (packets int, err error) {
	out, err := exec.Command("ip", "netns", "exec", n.Name, "nft", "list", "table", "netdev", faultTable).Output()
	if err != nil {
		return 0, fmt.Errorf("nft: %w", err)
	}
	for rest, found := string(out), true; found; {
		if _, rest, found = strings.Cut(rest, "counter packets "); found {
			var count int
			if _, err := fmt.Sscan(rest, &count); err != nil {
				return 0, fmt.Errorf("nft: %w", err)
			}
			packets += count
		}
	}
	return packets, nil
}

// Heal takes the faults away.
func (n *Namespace) Heal() error {
	return n.nft("table netdev " + faultTable + "\ndelete table netdev " + faultTable + "\n")
}

// rules are the faults in the language of nft. The first packets pass: counting begins with zero.
func (f Faults) rules(links []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "table netdev %s {\n", faultTable)
	for i, link := range links {
		for _, hook := range []struct {
			name, lose string
			all        bool
			header     int // of the link, which counts in the length that nft sees
		}{{"ingress", "drop", f.Inward, 0}, {"egress", "fwd to " + void, f.Outward, ethernetHeader}} {
			fmt.Fprintf(&b, "chain %s%d {\ntype filter hook %s device %q priority 0;\n", hook.name, i, hook.name, link)
			if hook.all {
				fmt.Fprintf(&b, "meta l4proto { sctp, udp } counter %s\n", hook.lose)
			}
			if f.Above > 0 {
				fmt.Fprintf(&b, "meta l4proto { sctp, udp } meta length > %d %s\n", f.Above+hook.header, hook.lose)
			}
			if f.Lose > 0 {
				fmt.Fprintf(&b, "meta l4proto { sctp, udp } numgen inc mod %d %d %s\n", f.Lose, f.Lose-1, hook.lose)
			}
			if f.Damage > 0 {
				fmt.Fprintf(&b, "meta l4proto sctp meta length > %d numgen inc mod %d %d @th,%d,16 set 0xdead\n", longPacket, f.Damage, f.Damage-1, 8*userData)
			}
			if f.Mark > 0 {
				for _, ip := range []string{"ip", "ip6"} {
					fmt.Fprintf(&b, "%s ecn ect0 numgen inc mod %d %d %s ecn set ce\n", ip, f.Mark, f.Mark-1, ip)
				}
			}
			b.WriteString("}\n")
		}
	}
	b.WriteString("}\n")
	return b.String()
}

// Silence has the namespace, as a router, report nothing of packets that it drops: they vanish.
func (n *Namespace) Silence() error {
	return n.nft("table inet silence {\nchain reports {\ntype filter hook output priority 0;\n" +
		"icmp type destination-unreachable drop\nicmpv6 type { packet-too-big, destination-unreachable } drop\n}\n}\n")
}

// nft applies rules inside the namespace.
func (n *Namespace) nft(rules string) error {
	cmd := exec.Command("ip", "netns", "exec", n.Name, "nft", "-f", "-")
	cmd.Stdin = strings.NewReader(rules)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("nft: %w: %s", err, strings.TrimSpace(string(out)))
	}
	return nil
}
