//go:build linux

package lab

import (
	"fmt"
	"strconv"
)

// Masquerade makes the namespace a router that translates what leaves by a link: UDP comes from its address there and from a random port, another
// one each time that it has been forgotten. It forgets after so many seconds of silence, and when the link goes down.
func (n *Namespace) Masquerade(link string, seconds int) error {
	if err := n.Forward(); err != nil {
		return err
	}
	for _, name := range []string{"nf_conntrack_udp_timeout", "nf_conntrack_udp_timeout_stream"} {
		if err := n.run("sysctl", "-qw", "net.netfilter."+name+"="+strconv.Itoa(seconds)); err != nil {
			return err
		}
	}
	return n.nft(fmt.Sprintf("table ip nat {\nchain out {\ntype nat hook postrouting priority srcnat;\n"+
		"oifname %q meta l4proto udp masquerade to :20000-29999 fully-random\n}\n}\n", link))
}

// Publish has what comes by a link to a UDP port go to a host behind the NAT, as a NodePort of Kubernetes does.
func (n *Namespace) Publish(link string, port int, to string) error {
	return n.nft(fmt.Sprintf("table ip nat {\nchain in {\ntype nat hook prerouting priority dstnat;\n"+
		"iifname %q udp dport %d dnat to %s\n}\n}\n", link, port, to))
}
