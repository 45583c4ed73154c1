package sim

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/mono"
	"github.com/gosctp/sctp/internal/wire"
	"github.com/gosctp/sctp/simnet"
	"github.com/gosctp/sctp/transport"
)

// Bounds on a run that only a bug reaches.
const (
	maxMessageSize    = 256 << 10
	maxStepsPerSecond = 200_000
)

// Options of a run.
type Options struct {
	// Trace, if not nil, gets a line for every packet and event.
	Trace io.Writer
	// Meddle makes the run go wrong on purpose.
	Meddle Meddle
}

// Meddle is how a run is made to break a rule, so that a test sees the rule notice. The zero value meddles with nothing.
type Meddle struct {
	// Network sees, may alter and may drop (false) every packet on its way.
	Network func(d *transport.Datagram) bool
	// Read replaces what an application has read.
	Read func(piece) []piece
	// Packet alters what the monitor sees of a packet, Status what it sees of an association.
	Packet func(d *transport.Datagram)
	Status func(s *assoc.Status)
	// Event drops events for which it is false.
	Event func(e assoc.Event) bool
	// SkipTimers lets no timer run; NeverClose lets no application shut down.
	SkipTimers, NeverClose bool
}

// Result of a run.
type Result struct {
	// Violation is the first one, nil if every rule held.
	Violation *Violation
	// Took is the virtual time of the run.
	Took time.Duration
	// Packets were sent, Bytes of user messages read.
	Packets, Bytes int
	// Repeated chunks with user data were sent again, Marked packets arrived with a mark of congestion.
	Repeated, Marked int
	// Chunks counts those that associations sent, by type.
	Chunks [256]int
	// Hash covers every packet and every byte that was read, with its time.
	Hash [sha256.Size]byte
}

// world is a running scenario.
type world struct {
	s       *Scenario
	rng     *rand.Rand
	net     *simnet.Network
	now     mono.Time
	nodes   []*node
	talks   []*talk
	actions []Action // still to come, in order
	// broken is for each plane when something last happened to it that may lose packets; in the future while it is cut or narrow.
	broken []mono.Time
	meddle *Meddle
	trace  io.Writer
	result Result
	hash   hash.Hash

	second int64 // of virtual time, and how many steps it has seen
	steps  int

	packet  [1 << 16]byte
	message [maxMessageSize]byte
}

// Run plays a scenario.
func Run(s *Scenario, o Options) Result { return newWorld(s, o).run() }

func newWorld(s *Scenario, o Options) *world {
	w := &world{
		s: s, rng: rand.New(rand.NewPCG(s.Seed, 2)), net: simnet.New(s.Seed), now: epoch,
		meddle: &o.Meddle, trace: o.Trace, hash: sha256.New(),
	}
	w.actions = slices.Clone(s.Actions)
	slices.SortStableFunc(w.actions, func(a, b Action) int { return int(a.After - b.After) })
	w.build()
	return w
}

func (w *world) run() Result {
	w.connect()
	for w.result.Violation == nil && w.step() {
	}
	if w.result.Violation == nil {
		w.judgeEnd()
	}
	w.result.Took = w.now.Sub(epoch)
	w.result.Hash = [sha256.Size]byte(w.hash.Sum(nil))
	return w.result
}

func (w *world) build() {
	w.broken = make([]mono.Time, len(w.s.Planes))
	for p, plane := range w.s.Planes {
		w.net.Connect(w.s.prefix(p), w.s.prefix(p), plane.Link)
	}
	w.net.SetDefault(simnet.Link{Delay: 20 * time.Millisecond}) // between planes
	w.net.Filter(w.meddle.Network)
	for i := range w.s.Hosts {
		n := &node{w: w, index: i, plan: &w.s.Hosts[i]}
		n.plan.Config.Memory = memoryOf(n.plan.Config.Memory)
		n.plan.Config = n.plan.Config.Defaults()
		for _, p := range n.plan.Planes {
			n.addrs = append(n.addrs, w.s.addr(p, i))
		}
		n.host = w.net.AddHost(fmt.Sprint("host ", i), n.addrs...)
		n.host.SetMTU(n.plan.MTU)
		if w.s.UDP {
			n.encapPort = simnet.DefaultEncapPort + uint16(i)
			n.host.SetEncapPort(n.encapPort)
		}
		w.nodes = append(w.nodes, n)
		n.start()
	}
	for i := range w.s.Talks {
		key := mix(w.s.Seed + uint64(i)<<32)
		w.talks = append(w.talks, &talk{plan: &w.s.Talks[i], index: i, key: key, rng: rand.New(rand.NewPCG(key, 3))})
	}
}

func (w *world) connect() {
	for i, t := range w.talks {
		w.nodes[i+1].connect(t, 0)
		if t.plan.Simultaneous {
			w.nodes[0].connect(t, 1)
		}
	}
}

// step goes to the next moment at which something happens, and does all that happens then. It says false when everything is
// over and the network is empty.
func (w *world) step() bool {
	next := w.next()
	if next.IsZero() || w.over() && w.net.NextDeadline().IsZero() {
		return false
	}
	w.now = max(w.now, next)
	if w.now.Sub(epoch) > w.s.Limit {
		return false
	}
	if second := int64(w.now.Sub(epoch) / time.Second); second != w.second {
		w.second, w.steps = second, 0
	}
	if w.steps++; w.steps > maxStepsPerSecond {
		w.fail(RuleProgress, "more than %d steps in one second", maxStepsPerSecond)
	}
	for w.result.Violation == nil {
		h, d, ok := w.net.Deliver(w.now)
		if !ok {
			break
		}
		i := slices.IndexFunc(w.nodes, func(n *node) bool { return n.host == h })
		w.traceDatagram("  in", i, &d)
		w.nodes[i].arrive(&d)
	}
	for _, n := range w.nodes {
		for _, u := range slices.Clone(n.users) {
			if w.result.Violation == nil {
				u.wake()
			}
		}
	}
	for len(w.actions) > 0 && epoch.Add(w.actions[0].After) <= w.now {
		a := w.actions[0]
		w.actions = w.actions[1:]
		w.act(a)
	}
	w.forget()
	return true
}

// next is the time of the next thing to happen.
func (w *world) next() mono.Time {
	next := w.net.NextDeadline()
	if len(w.actions) > 0 {
		next = mono.Earliest(next, epoch.Add(w.actions[0].After))
	}
	for _, n := range w.nodes {
		for _, u := range n.users {
			next = mono.Earliest(next, u.next())
		}
	}
	return next
}

// forget drops the users that have nothing left to do.
func (w *world) forget() {
	for _, n := range w.nodes {
		n.users = slices.DeleteFunc(n.users, func(u *user) bool {
			if !u.over() {
				return false
			}
			if u.talk.users[u.side] == u {
				u.talk.users[u.side] = nil
			}
			for request, kind := range u.requests {
				u.fail(RuleReset, "request %d, %v, had no outcome", request, kind)
			}
			if b := u.in.any(); b != nil {
				u.fail(RuleParts, "%d of %d bytes of message %d were delivered, and no word of the rest", b.offset, b.message.size, b.number)
			}
			return true
		})
	}
}

func (w *world) over() bool {
	return len(w.actions) == 0 && !slices.ContainsFunc(w.nodes, func(n *node) bool { return len(n.users) > 0 })
}

// judgeEnd judges what can only be judged when everything is over.
func (w *world) judgeEnd() {
	for _, n := range w.nodes {
		for _, u := range n.users {
			u.fail(RuleEnd, "still in state %d, with %d of %d messages accepted", u.a.State(), u.out.begun, len(u.out.messages))
		}
		if m, ok := n.plan.Config.Memory.(*memory); ok && len(n.users) == 0 && m.used != 0 {
			w.fail(RuleBuffer, "host %d: all associations are over, and %d bytes of buffers were not given back", n.index, m.used)
		}
	}
	for _, t := range w.talks {
		for _, e := range t.endings {
			for side, f := range e.flows {
				if f == nil || f.broken || !e.graceful {
					continue
				}
				if i := f.missing(); i >= 0 {
					w.fail(RuleComplete, "talk of host %d: message %d of %d from side %d was accepted and not delivered, yet the end was graceful",
						t.index+1, i, len(f.messages), side)
				}
			}
		}
	}
}

// sent puts a packet into the network.
func (w *world) sent(n *node, d *transport.Datagram) {
	w.result.Packets++
	w.traceDatagram("out", n.index, d)
	w.note(d.Data)
	w.net.Send(w.now, n.host, d)
	w.haunt(d)
}

// note adds something that happened to the hash of the run.
func (w *world) note(data []byte) {
	fmt.Fprintln(w.hash, w.now, len(data))
	w.hash.Write(data)
}

func (w *world) fail(r Rule, format string, args ...any) {
	if w.result.Violation == nil {
		w.result.Violation = &Violation{Rule: r, Time: w.now, Detail: fmt.Sprintf(format, args...)}
		w.tracef("%v", w.result.Violation)
	}
}

// shortWhile is how long packets are left that are not pulled at once.
func (w *world) shortWhile() time.Duration {
	return 1 + time.Duration(w.rng.IntN(int(time.Millisecond)))
}

// hostOf returns the index of the host that has an address, -1 if none has.
func (w *world) hostOf(a netip.Addr) int {
	return slices.IndexFunc(w.nodes, func(n *node) bool { return slices.Contains(n.addrs, a) })
}

// peerOf returns the host at the other end of a talk.
func (s *Scenario) peerOf(host, talk int) int {
	if host == 0 {
		return talk + 1
	}
	return 0
}

func (w *world) tracef(format string, args ...any) {
	if w.trace != nil {
		fmt.Fprintf(w.trace, "%12v %s\n", w.now.Sub(epoch), fmt.Sprintf(format, args...))
	}
}

func (w *world) traceDatagram(way string, host int, d *transport.Datagram) {
	if w.trace == nil {
		return
	}
	what := strings.ReplaceAll(strings.TrimSpace(wire.Describe(d.Data)), "\n", "; ")
	if d.Kind != transport.Packet {
		what = fmt.Sprintf("ICMP report %d, MTU %d", d.Kind, d.MTU)
	}
	w.tracef("%s host %d %v > %v: %s", way, host, d.Path.Local, d.Path.Remote, what)
}
