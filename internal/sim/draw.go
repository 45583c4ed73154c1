package sim

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/gosctp/sctp/internal/assoc"
	"github.com/gosctp/sctp/internal/cc"
	"github.com/gosctp/sctp/internal/sched"
	"github.com/gosctp/sctp/simnet"
)

// bytesPerSeed bounds what the applications of one scenario send in all, so that a seed takes milliseconds.
const bytesPerSeed = 8 << 20

// Draw makes a scenario out of a seed. Half of them are reliable: nothing happens that could end an association with an
// error, so none may.
func Draw(seed uint64) *Scenario {
	d := drawer{rand.New(rand.NewPCG(seed, 1))}
	s := &Scenario{Seed: seed, Unreliable: d.often(0.5), Limit: 4 * time.Hour}
	if d.often(0.3) {
		s.LatePull = d.Float64()
	}
	if s.Noise = d.sometimes(0.1); s.Unreliable {
		s.Replay = d.sometimes(0.1)
	}
	s.UDP = d.often(0.2)
	for range 1 + d.IntN(3) {
		s.Planes = append(s.Planes, d.plane(s.Unreliable))
	}
	carrier := d.carrier(s)
	for range 2 + d.IntN(2) {
		s.Hosts = append(s.Hosts, d.host(s, carrier))
	}
	for i := range s.Hosts[1:] {
		s.Talks = append(s.Talks, d.talk(s, i+1))
	}
	d.actions(s)
	authentication(s)
	drawer{rand.New(rand.NewPCG(seed, 4))}.addresses(s)
	return s
}

// drawer draws the parts of a scenario.
type drawer struct{ *rand.Rand }

func (d drawer) often(p float64) bool { return d.Float64() < p }

// duration draws one between two limits.
func (d drawer) duration(low, high time.Duration) time.Duration {
	return low + time.Duration(d.Int64N(int64(high-low)+1))
}

// sometimes draws up to high, in one case out of three; otherwise nothing.
func (d drawer) sometimes(high float64) float64 {
	if d.IntN(3) > 0 {
		return 0
	}
	return high * d.Float64()
}

// pick draws one of several values.
func pick[T any](d drawer, values ...T) T { return values[d.IntN(len(values))] }

func (d drawer) plane(unreliable bool) Plane {
	loss := 0.05
	if unreliable {
		loss = 0.2
	}
	l := simnet.Link{
		Delay:     pick(d, 0, d.duration(0, time.Millisecond), d.duration(0, 30*time.Millisecond), d.duration(0, 300*time.Millisecond)),
		Loss:      d.sometimes(loss),
		Duplicate: d.sometimes(0.1),
		Reorder:   d.sometimes(0.2),
		Corrupt:   d.sometimes(0.03),
		MTU:       pick(d, 0, 0, 0, 1280, 1400, 9000),

		MarkChance: d.sometimes(0.3),
	}
	l.BlackHole = l.MTU == 1280 && d.often(0.5)
	l.NoFragments = l.BlackHole && d.often(0.5)
	if d.often(0.3) {
		l.Jitter = d.duration(0, 20*time.Millisecond)
	}
	if d.often(0.3) {
		l.Rate = pick(d, 50_000, 500_000, 5_000_000)
		l.Queue = pick(d, 0, 20_000, 200_000)
		l.Mark = pick(d, 0, 1, 10_000)
	}
	return Plane{IPv6: d.often(0.4), Link: l}
}

// carrier draws what the packets of most hosts travel in. One that detects errors by itself loses what the links damage.
func (d drawer) carrier(s *Scenario) assoc.Carrier {
	c := assoc.Carrier{ErrorDetection: pick[uint32](d, 0, 0, 1, 2), ECN: d.often(0.7), FirstHopMTU: d.often(0.5)}
	if c.ErrorDetection != 0 {
		for i := range s.Planes {
			l := &s.Planes[i].Link
			l.Loss, l.Corrupt = l.Loss+l.Corrupt, 0
		}
	}
	return c
}

// host draws one that has plane 0 in common with the others, so that everybody reaches everybody.
func (d drawer) host(s *Scenario, c assoc.Carrier) HostPlan {
	h := HostPlan{Planes: []int{0}, MTU: pick(d, 1500, 1500, 1500, 9000, 1400), Carrier: c}
	if d.often(0.1) {
		h.Carrier = assoc.Carrier{} // as if it did not know what its packets travel in
	}
	for p := 1; p < len(s.Planes); p++ {
		if d.often(0.7) {
			h.Planes = append(h.Planes, p)
		}
	}
	h.Config = d.config(s)
	return h
}

func (d drawer) config(s *Scenario) assoc.Config {
	c := assoc.Config{
		RTOInitial:    pick(d, 0, 500*time.Millisecond, 3*time.Second),
		RTOMin:        pick(d, 0, 100*time.Millisecond, 300*time.Millisecond),
		MaxBurst:      pick(d, 0, 0, 1, 8),
		SACKDelay:     pick(d, 0, 0, -1, 50*time.Millisecond),
		SACKFrequency: pick(d, 0, 0, 1, 4),
		HBInterval:    pick(d, 0, 0, time.Second, 5*time.Second),
		OutStreams:    pick[uint16](d, 0, 1, 2, 20, 300),
		RecvBuffer:    pick(d, 0, 4<<10, 16<<10, 64<<10),
		SendBuffer:    pick(d, 0, 8<<10, 64<<10),
		MaxSeg:        pick(d, 0, 0, 0, 100, 700),
		Nagle:         d.often(0.2),
		PFMaxRetrans:  pick(d, 0, 0, 2, 5),
		MaxInStreams:  pick[uint16](d, 0, 0, 3, 100),
		MaxPMTU:       pick(d, 0, 0, 0, 600, 1300),
	}
	if d.often(0.2) {
		c.DenyReconfig = assoc.ReconfigRequests(d.IntN(int(assoc.AllReconfigRequests) + 1))
	}
	if d.often(0.2) {
		c.Switchover, c.PSMaxRetrans = true, c.PFMaxRetrans+d.IntN(3)
	}
	c.TailProbe = d.often(0.3)
	c.StallTime = pick(d, 0, 0, time.Second, 5*time.Second)
	c.RACK, c.CongestionControl = d.often(0.5), pick(d, cc.RFC9260, cc.CUBIC, cc.BBRv3)
	c.Scheduler = pick(d, schedulers...)
	c.FragmentInterleave = pick(d, 0, 1, 2, 2, 2)
	c.Enable, c.Disable = d.extensions(0.5), d.extensions(0.15)
	if d.often(0.3) {
		c.PartialDeliveryPoint = 1 + d.IntN(8<<10)
	}
	if !s.Unreliable && c.RTOMin > 0 {
		// A peer with a longer RTO may keep silent for that long, when its window is closed.
		c.AssocMaxRetrans = 20
	}
	if s.Unreliable {
		c.RTOMax = pick(d, 0, 5*time.Second, 10*time.Second) // and with it T5-shutdown-guard, which ends what takes too long
		c.ValidCookieLife = pick(d, 0, 0, 10*time.Millisecond, 300*time.Millisecond)
		c.AssocMaxRetrans = pick(d, 0, 3, 10)
		c.PathMaxRetrans = pick(d, 0, 1, 3)
	}
	c.InitStagger = pick(d, 0, 0, time.Millisecond, 250*time.Millisecond)
	c.Undo = d.often(0.5)
	if d.often(0.4) { // buffers that grow
		c.RecvBuffer, c.SendBuffer = max(c.RecvBuffer, 4<<10), max(c.SendBuffer, 8<<10)
		c.MaxRecvBuffer, c.MaxSendBuffer = c.RecvBuffer<<d.IntN(5), c.SendBuffer<<d.IntN(5)
		c.FillRecvBuffer, c.MaxMessage = c.MaxRecvBuffer/2, c.MaxSendBuffer
	}
	return c
}

// extensions draws a set to which each belongs with a probability.
func (d drawer) extensions(p float64) assoc.Extensions {
	var e assoc.Extensions
	for x := assoc.Extensions(1); x <= assoc.AllExtensions; x <<= 1 {
		if d.often(p) {
			e |= x
		}
	}
	return e
}

func (d drawer) talk(s *Scenario, client int) Talk {
	t := Talk{
		Simultaneous:  d.often(0.15),
		FirstAddrOnly: d.often(0.5),
		Early:         d.often(0.5),
		ReadSize:      [2]int{d.readSize(), d.readSize()},
	}
	ends := [2]assoc.Config{s.Hosts[client].Config.Defaults(), s.Hosts[0].Config.Defaults()}
	for side := range t.Loads {
		t.Loads[side] = d.load(ends[side], ends[1-side], bytesPerSeed/(2*len(s.Hosts)))
	}
	closer := d.IntN(2)
	t.Closes[closer] = true
	t.Closes[1-closer] = d.often(0.3)
	return t
}

// schedulers are all that there are, and none, which is the first.
var schedulers = []*func() sched.Scheduler{
	nil, new(sched.FCFS), new(sched.RoundRobin), new(sched.RoundRobinPacket), new(sched.Priority), new(sched.FairCapacity), new(sched.WeightedFair),
}

func (d drawer) readSize() int { return pick(d, 1<<16, 1<<16, 1000, 100+d.IntN(5000)) }

// load draws what an application sends, given the parameters of its host and of the peer's.
func (d drawer) load(c, peer assoc.Config, budget int) Load {
	if d.often(0.1) {
		return Load{MinSize: 1, MaxSize: 1}
	}
	l := Load{
		MinSize:   1,
		MaxSize:   min(pick(d, 1, 50, 1400, 20_000, maxMessageSize), c.MaxMessage),
		Streams:   1 + d.IntN(int(min(c.OutStreams, peer.MaxInStreams))),
		Unordered: pick(d, 0, 0, 0.2, 1),
		Choosy:    d.sometimes(0.3),
	}
	if d.often(0.4) {
		l.MayGiveUp = d.Float64()
	}
	for range d.IntN(1 + l.Streams) {
		l.Values = append(l.Values, pick[uint16](d, 0, 1, 2, 100, 65535))
	}
	if d.often(0.3) {
		l.InPieces, l.Cancelled = d.Float64(), d.sometimes(0.3)
	}
	if most := int(min(c.OutStreams, peer.MaxInStreams)) - l.Streams; most > 0 && d.often(0.1) {
		l.Background, l.BackgroundSize = 1+d.IntN(min(most, 3)), 1+d.IntN(budget/8)
	}
	if d.often(0.3) {
		l.Pace = d.duration(0, 300*time.Millisecond)
	}
	most := 3000
	if l.InPieces > 0 {
		most /= maxPieces // each piece is a chunk, and T5-shutdown-guard waits for so many only
	}
	l.Messages = 1 + d.IntN(max(1, min(budget/l.MaxSize, most)))
	return l
}

// addresses draws a host that changes the addresses of its associations meanwhile. If both sides of one did, each could give up what the other
// relies on; and who has crashed is a stranger at addresses that the peer no longer knows.
func (d drawer) addresses(s *Scenario) {
	authenticates := func(h HostPlan) bool { return h.Authenticates } // and has no association with those who do not
	crashes := func(a Action) bool { return a.Kind == Crash }
	if d.often(0.5) || slices.ContainsFunc(s.Hosts, authenticates) || slices.ContainsFunc(s.Actions, crashes) {
		return
	}
	for i := range s.Hosts {
		s.Hosts[i].Config.UnauthenticatedASCONF = d.often(0.9)
	}
	mover := d.IntN(len(s.Hosts))
	for range 1 + d.IntN(8) {
		at := d.duration(0, pick(d, 200*time.Millisecond, time.Second, 20*time.Second))
		s.Actions = append(s.Actions, Action{at, Move, mover})
	}
}

// actions draws what happens meanwhile. Whatever breaks is mended, so that the end is reached.
func (d drawer) actions(s *Scenario) {
	at := func() time.Duration { return d.duration(0, pick(d, 200*time.Millisecond, time.Second, 20*time.Second)) }
	pair := func(first, second ActionKind, index int, longest time.Duration) {
		begin := at()
		s.Actions = append(s.Actions, Action{begin, first, index}, Action{begin + d.duration(0, longest), second, index})
	}
	once := func(k ActionKind, index int) { s.Actions = append(s.Actions, Action{at(), k, index}) }
	host := func() int { return d.IntN(len(s.Hosts)) }
	for range d.IntN(3) {
		pair(Pause, Resume, host(), time.Minute)
	}
	for range d.IntN(2) {
		once(pick(d, Prefer, Probe), host())
	}
	if d.often(0.4) {
		for range 1 + d.IntN(5) {
			once(pick(d, Reset, Reset, Reset, Renumber, Add), host())
		}
	}
	if d.often(0.1) {
		once(Reschedule, host())
	}
	if d.often(0.15) {
		once(Narrow, d.IntN(len(s.Planes)))
	}
	if d.often(0.1) {
		once(Shutdown, host())
	}
	if !s.Unreliable {
		// All planes but one may break, short enough for associations that use no other.
		works := d.IntN(len(s.Planes))
		for p := range s.Planes {
			if p != works && d.often(0.5) {
				pair(Cut, Repair, p, 5*time.Second)
			}
		}
		return
	}
	for range d.IntN(3) {
		pair(Cut, Repair, d.IntN(len(s.Planes)), 2*time.Minute)
	}
	rebound := s.UDP && d.often(0.5)
	if rebound {
		once(Rebind, 1+d.IntN(len(s.Hosts)-1)) // nothing gets through to a host until it has sent something
	}
	if d.often(0.2) {
		once(Abort, host())
	}
	if d.often(0.3) && !rebound { // who reboots behind a port that nobody has seen is another host to the server, beside the one that was
		// Soon enough the server has not noticed, and sees a restart (RFC 9260 section 5.2.4 action A).
		pair(Crash, Reconnect, 1+d.IntN(len(s.Hosts)-1), pick(d, 0, 50*time.Millisecond, 10*time.Second))
	}
}
