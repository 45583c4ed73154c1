package sim

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/auth"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/simnet"
)

// epoch is when a run begins: after zero, which means unset.
const epoch = mono.Time(time.Second)

// serverPort is the port of host 0; host i binds serverPort+i.
const serverPort = 5000

// Scenario is everything that a run depends on. Host 0 listens; every other host sets up an association with it.
type Scenario struct {
	Seed   uint64
	Planes []Plane
	Hosts  []HostPlan
	// Talks has what each client and the server do with their association: Talks[i] belongs to host i+1.
	Talks   []Talk
	Actions []Action
	// UDP puts all packets into UDP (RFC 6951), each host behind a port of its own.
	UDP bool
	// LatePull is the probability that packets are not pulled at once but up to a millisecond later.
	LatePull float64
	// Replay is the share of packets that arrive once more, up to seconds later; Noise is the share on whose occasion somebody who
	// does not know the verification tag forges a similar one.
	Replay, Noise float64
	// Unreliable: the scenario may end an association with an error.
	Unreliable bool
	// Limit is the virtual time in which everything has to be over.
	Limit time.Duration
}

// Plane is a network of its own, to which every host of the plane is attached with one address.
type Plane struct {
	IPv6 bool
	Link simnet.Link
}

// prefix of plane p.
func (s *Scenario) prefix(p int) netip.Prefix {
	if s.Planes[p].IPv6 {
		return netip.PrefixFrom(netip.AddrFrom16([16]byte{0xfd, 0, byte(p)}), 48)
	}
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(p)}), 16)
}

// addr of a host on plane p.
func (s *Scenario) addr(p, host int) netip.Addr {
	if s.Planes[p].IPv6 {
		return netip.AddrFrom16([16]byte{0: 0xfd, 2: byte(p), 15: byte(host + 1)})
	}
	return netip.AddrFrom4([4]byte{10, byte(p), 0, byte(host + 1)})
}

// HostPlan is a host.
type HostPlan struct {
	// Planes that the host is attached to; the first is its first address.
	Planes []int
	MTU    int
	Config assoc.Config
	// Carrier is what the host's packets travel in.
	Carrier assoc.Carrier
	// Authenticates: Auth is what the host wants of authentication.
	Authenticates bool
	Auth          auth.Config
}

// Talk is the use of one association.
type Talk struct {
	// Simultaneous: the server sets up the association too, at the same time (RFC 9260 section 5.2.1).
	Simultaneous bool
	// FirstAddrOnly: the client knows only the first of the server's addresses.
	FirstAddrOnly bool
	// Early: messages are given to Send before the association is up.
	Early bool
	// Loads and Closes are what the client [0] and the server [1] send, and whether they shut down when all of it is accepted. At
	// least one of them does.
	Loads  [2]Load
	Closes [2]bool
	// ReadSize is the size of the buffers that the two sides read into.
	ReadSize [2]int
}

// Load is what an application sends.
type Load struct {
	Messages int
	// MinSize to MaxSize bytes each; small ones are likelier.
	MinSize, MaxSize int
	Streams          int
	// Unordered is the share of unordered messages.
	Unordered float64
	// Choosy is the share of messages that ask for a path of their own, or for a SACK without delay.
	Choosy float64
	// MayGiveUp is the share of messages with a policy of partial reliability.
	MayGiveUp float64
	// InPieces is the share of messages that are given to Send in several pieces.
	InPieces float64
	// Cancelled is the share of the messages in several pieces that are given up after the first.
	Cancelled float64
	// Background is the number of messages of BackgroundSize that are sent in pieces besides, each on a stream of its own behind the others,
	// while half of the send buffer is free.
	Background, BackgroundSize int
	// Alternate: messages begin while others have not ended, even where the former then wait for the latter. As long as the send buffer takes
	// more of these too, that is no harm.
	Alternate bool
	// Values are the priorities or weights of the first streams (RFC 8260 section 3).
	Values []uint16
	// Pace is the time between two messages; zero sends as fast as the buffer takes them.
	Pace time.Duration
}

// ActionKind is what happens to a running scenario.
type ActionKind uint8

const (
	// Cut and Repair break and mend a plane.
	Cut ActionKind = iota + 1
	Repair
	// Pause stops reading on a host, Resume goes on.
	Pause
	Resume
	// Shutdown and Abort end all associations of a host in mid-transfer.
	Shutdown
	Abort
	// Crash loses everything that a client knows; Reconnect sets up its association again from the same port.
	Crash
	Reconnect
	// Narrow lowers the MTU of a plane.
	Narrow
	// Move changes the addresses of all associations of a host.
	Move
	// Prefer makes a random path primary on all associations of a host; Probe sends a heartbeat to one.
	Prefer
	Probe
	// Reset, Renumber and Add ask for the reset of some or all streams, for that of all streams and the TSNs, and for more streams, on
	// all associations of a host (RFC 6525).
	Reset
	Renumber
	Add
	// Reschedule changes the scheduler of all associations of a host.
	Reschedule
	// Rekey has all associations of a host send with another key.
	Rekey
	// Rebind gives a host another UDP port, as a NAT does that has forgotten the first.
	Rebind
)

var actionNames = [...]string{
	Cut: "cut", Repair: "repair", Pause: "pause", Resume: "resume", Shutdown: "shutdown", Abort: "abort", Crash: "crash",
	Rekey: "rekey", Reconnect: "reconnect", Narrow: "narrow", Move: "move", Prefer: "prefer", Probe: "probe", Rebind: "rebind",
	Reset: "reset", Renumber: "renumber", Add: "add streams", Reschedule: "reschedule",
}

func (k ActionKind) String() string { return actionNames[k] }

// Action happens once, After the epoch.
type Action struct {
	After time.Duration
	Kind  ActionKind
	// Index of a plane (Cut, Repair, Narrow) or a host.
	Index int
}

// String describes the scenario in a few lines.
func (s *Scenario) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d: UDP %v, late pull %.2f, replay %.2f, noise %.2f, unreliable %v, limit %v\n",
		s.Seed, s.UDP, s.LatePull, s.Replay, s.Noise, s.Unreliable, s.Limit)
	for i, p := range s.Planes {
		fmt.Fprintf(&b, "  plane %d %v: %+v\n", i, s.prefix(i), p.Link)
	}
	for i, h := range s.Hosts {
		fmt.Fprintf(&b, "  host %d on planes %v, MTU %d: %+v\n", i, h.Planes, h.MTU, h.Config)
		if h.Authenticates {
			fmt.Fprintf(&b, "    authenticates: %+v\n", h.Auth)
		}
	}
	for i, t := range s.Talks {
		fmt.Fprintf(&b, "  talk of host %d: %+v\n", i+1, t)
	}
	for _, a := range s.Actions {
		fmt.Fprintf(&b, "  after %v: %v %d\n", a.After, a.Kind, a.Index)
	}
	return b.String()
}
