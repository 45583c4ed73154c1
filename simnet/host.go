package simnet

import (
	"fmt"
	"math/bits"
	"net/netip"
	"slices"

	"github.com/gosctp/sctp/transport"
)

// DefaultMTU is the size of IP packets, header included, that hosts and links take unless told otherwise: Ethernet's.
const DefaultMTU = 1500

// DefaultEncapPort is the UDP port that a zero Path.EncapPort stands for (RFC 6951 section 3).
const DefaultEncapPort = 9899

// Header sizes that count against an MTU and a rate.
const (
	ipv4Header = 20
	ipv6Header = 40
	udpHeader  = 8
)

// Host is a host of a Network.
type Host struct {
	name string
	net  *Network
	// The rest is guarded by net.mu.
	addrs     []netip.Addr
	mtu       int
	encapPort uint16
	noECN     bool
	detection uint32
	firstHop  bool
	carrier   *carrier // nil while not opened as one
}

// AddHost adds a host. It panics if another host has one of the addresses, since then the test is wrong.
func (n *Network) AddHost(name string, addrs ...netip.Addr) *Host {
	h := &Host{name: name, net: n, mtu: DefaultMTU}
	for _, a := range addrs {
		h.AddAddr(a)
	}
	return h
}

// Name returns the name given to AddHost.
func (h *Host) Name() string { return h.name }

// Addrs returns the host's addresses in the order in which they were added.
func (h *Host) Addrs() []netip.Addr {
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	return slices.Clone(h.addrs)
}

// AddAddr gives the host one more address.
func (h *Host) AddAddr(a netip.Addr) {
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	if o := h.net.owner[a]; o != nil {
		panic(fmt.Sprintf("simnet: address %v of %s belongs to %s", a, h.name, o.name))
	}
	h.net.owner[a] = h
	h.addrs = append(h.addrs, a)
	h.carrier.addrsChanged()
}

// RemoveAddr takes an address away from the host; packets on the way to it are lost.
func (h *Host) RemoveAddr(a netip.Addr) {
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	if h.net.owner[a] != h {
		return
	}
	delete(h.net.owner, a)
	h.addrs = slices.DeleteFunc(h.addrs, func(b netip.Addr) bool { return b == a })
	h.carrier.addrsChanged()
}

// SetMTU sets the largest IP packet, header included, that the host's own interfaces take.
func (h *Host) SetMTU(mtu int) {
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	h.mtu = mtu
}

// SetEncapPort puts the host's packets into UDP (RFC 6951) and makes port the one that they come from and that it listens
// on; zero takes them out again. A new port in mid-association is what a rebinding NAT looks like to the peer.
// A host in UDP and one that is not do not reach each other.
func (h *Host) SetEncapPort(port uint16) {
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	h.encapPort = port
}

// SetECN says whether the host's carrier knows the ECN field of IP headers (transport.Caps.ECN), which it does at first.
// Without, its packets leave as not ECN-capable, and it does not see the marks of others.
func (h *Host) SetECN(on bool) {
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	h.noECN = !on
}

// SetErrorDetection makes the host's carrier one that finds damaged packets itself, by a method of that number
// (transport.Caps.ErrorDetection): those of its packets that a link corrupts are lost. Zero is a carrier that does not.
func (h *Host) SetErrorDetection(method uint32) {
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	h.detection = method
}

// SetFirstHopMTU has the host's carrier say that the MTU it tells is only that of the host's own interfaces (transport.Caps.FirstHopMTU), as
// those of operating systems do. At first it says nothing of the kind, and associations begin with packets of that size.
func (h *Host) SetFirstHopMTU(on bool) {
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	h.firstHop = on
}

// MTU returns the largest SCTP packet that the host's interface takes towards the remote address of the path.
func (h *Host) MTU(p transport.Path) int {
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	return h.mtu - h.overhead(p.Remote)
}

// overhead is the size of the headers in front of a packet from this host.
func (h *Host) overhead(to netip.Addr) int {
	size := ipv6Header
	if to.Is4() {
		size = ipv4Header
	}
	if h.encapPort != 0 {
		size += udpHeader
	}
	return size
}

// source returns the address that a packet to the given one leaves from when the sender does not say: the one that has the
// longest prefix in common with it (RFC 6724 section 5 rule 8), of several the first.
func (h *Host) source(to netip.Addr) netip.Addr {
	best, longest := netip.Addr{}, -1
	for _, a := range h.addrs {
		if a.Is4() != to.Is4() {
			continue
		}
		if common := commonBits(a, to); common > longest {
			best, longest = a, common
		}
	}
	return best
}

// commonBits returns the length of the longest common prefix of two addresses of the same family.
func commonBits(a, b netip.Addr) int {
	x, y := a.AsSlice(), b.AsSlice()
	for i := range x {
		if x[i] != y[i] {
			return 8*i + bits.LeadingZeros8(x[i]^y[i])
		}
	}
	return 8 * len(x)
}
